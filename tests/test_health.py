"""What we believe of a link over time: the table of `health.py`, and the laws of the fold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fakes import NOON, look, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.health import TRAIL, advance, turns
from crawler.model import Confidence, Health, LinkState, Observation, Outcome
from crawler.reasons import BY_CODE, REASONS
from crawler.settings import HealthSettings

SETTINGS = HealthSettings()
GOOD = [r.code for r in REASONS if r.outcome in (Outcome.OK, Outcome.REDIRECTED)]
SURE = [
    r.code
    for r in REASONS
    if r.outcome is Outcome.BROKEN
    and r.confidence is Confidence.CERTAIN
    and r.code != "dns-not-found"
]
LIKELY = [
    r.code for r in REASONS if r.outcome is Outcome.BROKEN and r.confidence is Confidence.LIKELY
]
FAILING = [r.code for r in REASONS if r.outcome is Outcome.FAILING]
NEUTRAL = [
    r.code
    for r in REASONS
    if r.outcome in (Outcome.BLOCKED, Outcome.UNSAFE, Outcome.SKIPPED, Outcome.INVALID)
]
CODES = [r.code for r in REASONS]


def after(*looks: tuple[str, float], settings: HealthSettings = SETTINGS) -> LinkState:
    """Return the state after looks, each a reason and the hours since noon."""
    state: LinkState | None = None
    for code, hours in looks:
        state = advance(state, look(code, NOON + timedelta(hours=hours)), settings)
    assert state is not None
    return state


def test_every_reason_stands_in_one_row_of_the_table() -> None:
    rows = [*GOOD, *SURE, "dns-not-found", *LIKELY, *FAILING, *NEUTRAL]
    assert sorted(rows) == sorted(CODES)


@pytest.mark.parametrize("code", GOOD)
def test_a_good_look_is_healthy_at_once(code: str) -> None:
    state = after((code, 0))
    assert state == LinkState(
        look().url,
        Health.HEALTHY,
        NOON,
        NOON,
        last_ok_at=NOON,
        outcome=BY_CODE[code].outcome,
        trail="+",
    )


@pytest.mark.parametrize("code", SURE)
def test_a_sure_look_is_broken_at_once(code: str) -> None:
    state = after(("ok", -1), (code, 0))
    assert state.health is Health.BROKEN
    assert (state.since, state.failing_since, state.bad_looks) == (NOON, NOON, 1)
    assert state.last_ok_at == NOON - timedelta(hours=1)


@pytest.mark.parametrize("code", SURE)
def test_a_sure_look_confirms_a_suspicion(code: str) -> None:
    assert after(("timeout", 0), (code, 1)).health is Health.BROKEN


def test_a_name_that_does_not_exist_is_believed_the_second_time() -> None:
    assert after(("dns-not-found", 0)).health is Health.SUSPECT
    assert after(("dns-not-found", 0), ("dns-not-found", 0.1)).health is Health.BROKEN
    assert after(("dns-not-found", 0), ("ok", 1), ("dns-not-found", 2)).health is Health.SUSPECT
    assert after(("dns-failure", 0), ("dns-not-found", 1)).health is Health.SUSPECT


@pytest.mark.parametrize("code", LIKELY)
@pytest.mark.parametrize(
    ("hours", "health"),
    [
        ([0], Health.SUSPECT),
        ([0, 23.99], Health.SUSPECT),
        ([0, 1, 2, 3, 23], Health.SUSPECT),
        ([0, 24], Health.BROKEN),
        ([0, 1, 24], Health.BROKEN),
        ([0, 9000], Health.BROKEN),
    ],
)
def test_a_likely_look_needs_a_second_one_a_day_later(
    code: str, hours: list[float], health: Health
) -> None:
    assert after(*((code, hour) for hour in hours)).health is health


@pytest.mark.parametrize("code", FAILING)
@pytest.mark.parametrize(
    ("hours", "health"),
    [
        ([0], Health.SUSPECT),
        ([0, 72], Health.SUSPECT),
        ([0, 9000], Health.SUSPECT),
        ([0, 1, 71.99], Health.SUSPECT),
        ([0, 1, 2, 3, 4, 5], Health.SUSPECT),
        ([0, 1, 72], Health.BROKEN),
        ([0, 36, 72], Health.BROKEN),
    ],
)
def test_a_failing_look_needs_three_over_three_days(
    code: str, hours: list[float], health: Health
) -> None:
    assert after(*((code, hour) for hour in hours)).health is health


def test_looks_of_different_kinds_make_one_streak() -> None:
    assert after(("timeout", 0), ("client-error", 24)).health is Health.SUSPECT
    assert after(("client-error", 0), ("timeout", 24)).health is Health.SUSPECT
    assert after(("client-error", 0), ("connect", 24), ("timeout", 72)).health is Health.BROKEN


@pytest.mark.parametrize("code", [*LIKELY, *FAILING])
def test_what_is_broken_stays_so_on_any_bad_look(code: str) -> None:
    state = after(("gone", 0), (code, 1))
    assert state.health is Health.BROKEN
    assert (state.since, state.bad_looks) == (NOON, 2)


@pytest.mark.parametrize("code", NEUTRAL)
@pytest.mark.parametrize("before", ["ok", "timeout", "gone"])
def test_a_look_that_proves_nothing_changes_nothing_but_its_time(before: str, code: str) -> None:
    state = after((before, 0))
    later = NOON + timedelta(hours=9)
    assert advance(state, look(code, later), SETTINGS) == replace(
        state, checked_at=later, outcome=BY_CODE[code].outcome
    )


@pytest.mark.parametrize("code", NEUTRAL)
def test_of_a_link_that_never_answered_nothing_is_known(code: str) -> None:
    outcome = BY_CODE[code].outcome
    assert after((code, 0)) == LinkState(look().url, Health.UNKNOWN, NOON, NOON, outcome=outcome)
    state = after((code, 0), (code, 1), ("ok", 2))
    assert (state.health, state.since) == (Health.HEALTHY, NOON + timedelta(hours=2))


def test_a_look_that_proves_nothing_does_not_end_a_streak() -> None:
    state = after(("timeout", 0), ("forbidden", 1), ("timeout", 2), ("timeout", 72))
    assert (state.health, state.bad_looks) == (Health.BROKEN, 3)


def test_the_settings_decide_how_many_looks_and_hours_are_needed() -> None:
    eager = HealthSettings(likely_looks=1, likely_hours=0, failing_looks=2, failing_hours=1)
    assert after(("client-error", 0), settings=eager).health is Health.BROKEN
    assert after(("timeout", 0), settings=eager).health is Health.SUSPECT
    assert after(("timeout", 0), ("timeout", 0.9), settings=eager).health is Health.SUSPECT
    assert after(("timeout", 0), ("timeout", 1), settings=eager).health is Health.BROKEN


def test_a_health_lasts_since_it_changed() -> None:
    state = after(("ok", 0), ("temporary", 1), ("ok", 2))
    assert (state.since, state.last_ok_at) == (NOON, NOON + timedelta(hours=2))
    assert after(("ok", 0), ("gone", 3), ("gone", 5)).since == NOON + timedelta(hours=3)


def test_a_state_is_that_of_its_link() -> None:
    state = advance(None, look(address="https://b.example/"), SETTINGS)
    assert state.url == url("https://b.example/")


def test_a_clock_that_went_back_confirms_nothing_too_early() -> None:
    state = after(("timeout", 100), ("timeout", 50), ("timeout", 0))
    assert (state.health, state.failing_since) == (Health.SUSPECT, NOON)
    state = after(("client-error", 100), ("client-error", 0), ("client-error", 1))
    assert state.health is Health.SUSPECT
    assert after(("client-error", 100), ("client-error", 0), ("client-error", 24)).health is (
        Health.BROKEN
    )


HISTORY = st.lists(
    st.builds(
        look,
        st.sampled_from(CODES),
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware by `timezones`
    ),
    max_size=12,
)


def folded(history: list[Observation]) -> list[LinkState]:
    states: list[LinkState] = []
    for each in history:
        states.append(advance(states[-1] if states else None, each, SETTINGS))
    return states


@given(HISTORY, st.sampled_from(GOOD))
def test_one_good_look_heals_whatever_came_before(history: list[Observation], code: str) -> None:
    at = NOON + timedelta(days=9999)
    state = folded([*history, look(code, at)])[-1]
    assert state.health in (Health.HEALTHY, Health.FLAKY)
    assert (state.bad_looks, state.failing_since) == (0, None)
    assert state.last_ok_at == state.checked_at == at


@given(HISTORY, st.sampled_from(NEUTRAL))
def test_looks_that_prove_nothing_may_be_left_out(history: list[Observation], code: str) -> None:
    told = [each for each in history if each.verdict.reason not in NEUTRAL]
    last = look(code, NOON)
    if told:
        everything, needed = folded([*told, last])[-1], folded(told)[-1]
        outcome = last.verdict.outcome
        assert everything == replace(needed, checked_at=NOON, outcome=outcome)
        between = folded([told[0], last, *told[1:], last])[-1]
        assert between == everything


@given(HISTORY)
def test_a_state_agrees_with_itself_even_if_the_clock_goes_back(
    history: list[Observation],
) -> None:
    for each, state in zip(history, folded(history), strict=True):
        assert state.checked_at == each.at
        assert state.outcome is each.verdict.outcome
        bad = state.health in (Health.SUSPECT, Health.BROKEN)
        assert state.health is Health.FLAKY or (state.bad_looks > 0) == bad
        assert (state.failing_since is not None) == (state.bad_looks > 0)
        assert state.failing_since is None or any(
            state.failing_since == seen.at for seen in history
        )


@given(HISTORY)
def test_only_a_sure_look_or_time_breaks_a_link(history: list[Observation]) -> None:
    states = folded(history)
    for (before, state), each in zip(pairwise(states), history[1:], strict=True):
        if before.health is not Health.BROKEN and state.health is Health.BROKEN:
            assert state.failing_since is not None
            span = each.at - state.failing_since
            called = each.at - (state.broken_since or each.at)
            code = each.verdict.reason
            assert (
                (code in SURE and turns(state.trail) < SETTINGS.flaky_turns)
                or (code == "dns-not-found" and state.broken_looks >= 2)
                or (
                    code in (*SURE, *LIKELY)
                    and state.broken_looks >= 2
                    and called >= timedelta(hours=24)
                )
                or (code in FAILING and state.bad_looks >= 3 and span >= timedelta(hours=72))
            )


def of_trail(signs: str, hours: float = 24) -> LinkState:
    codes = {"+": "ok", "-": "timeout", "x": "gone"}
    return after(*((codes[sign], hours * number) for number, sign in enumerate(signs)))


@pytest.mark.parametrize(
    ("signs", "health"),
    [
        ("+-+", Health.HEALTHY),
        ("+-+-", Health.SUSPECT),
        ("+-+-+", Health.FLAKY),  # four turns; a good look does not end it
        ("+-+-+-", Health.FLAKY),
        ("+-+-++++", Health.FLAKY),
        ("+-+-+++++", Health.HEALTHY),  # the first of nine is forgotten
        ("++++-+-+-", Health.FLAKY),
        ("+-+-+----", Health.BROKEN),  # three failing looks over three days
    ],
)
def test_a_link_is_flaky_while_good_and_bad_take_turns(signs: str, health: Health) -> None:
    assert of_trail(signs).health is health


def test_of_a_flaky_link_nothing_is_certain_at_once() -> None:
    assert of_trail("+-+-+x").health is Health.FLAKY
    assert of_trail("+-+-+xx", hours=23).health is Health.FLAKY
    assert of_trail("+-+-+xx", hours=24).health is Health.BROKEN
    assert of_trail("+-+x").health is Health.BROKEN  # three turns are none of the four


def test_what_is_broken_is_not_flaky_and_heals_to_what_its_trail_says() -> None:
    assert of_trail("x+x+x").health is Health.FLAKY
    assert of_trail("x+x+xx").health is Health.BROKEN
    assert of_trail("x+x+xx+").health is Health.FLAKY
    assert of_trail("x+x+xxxxx+").health is Health.HEALTHY


@given(HISTORY)
def test_the_trail_has_the_last_looks_that_proved_something(history: list[Observation]) -> None:
    signs = [
        "+" if each.verdict.reason in GOOD else "-"
        for each in history
        if each.verdict.reason not in NEUTRAL
    ]
    for state in folded(history)[-1:]:
        assert state.trail == "".join(signs[-TRAIL:])


def test_a_fold_of_no_looks_is_no_state() -> None:
    assert state_of_looks() is None
    assert folded([]) == []

"""What we believe of a link over time: the table of `health.py`, and the laws of the fold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fakes import NOON, look, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.beliefs import history_of
from crawler.drift import sketch_of
from crawler.health import accepted, advance, fold
from crawler.model import Confidence, Health, LinkState, Observation, Outcome, PageFacts
from crawler.reasons import BY_CODE, REASONS
from crawler.settings import HealthSettings
from crawler.trail import TRAIL, returns_as_another

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


def folded(history: list[Observation]) -> list[LinkState]:
    states: list[LinkState] = []
    for each in history:
        states.append(advance(states[-1] if states else None, each, SETTINGS))
    return states


HISTORY = st.lists(
    st.builds(
        look,
        st.sampled_from(CODES),
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware by `timezones`
    ),
    max_size=12,
)


@given(HISTORY, st.sampled_from(GOOD))
def test_one_good_look_heals_whatever_came_before(history: list[Observation], code: str) -> None:
    at = NOON + timedelta(days=9999)
    state = folded([*history, look(code, at)])[-1]
    assert state.health in (Health.HEALTHY, Health.FLAKY)
    assert (state.bad_looks, state.failing_since) == (0, None)  # no look told of another page
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
                code in SURE
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
        ("+-+-+++++++", Health.FLAKY),  # the turns are forgotten, and yet only seven agree
        ("+-+-++++++++", Health.HEALTHY),
        ("++++-+-+-", Health.FLAKY),
        ("+-+-+-------", Health.FLAKY),
        ("+-+-+--------", Health.BROKEN),  # as many bad ones, over three days and more
        ("+-+-++++++++-", Health.SUSPECT),  # it was well: it begins anew
    ],
)
def test_a_link_is_flaky_while_good_and_bad_take_turns(signs: str, health: Health) -> None:
    assert of_trail(signs).health is health


def test_of_a_flaky_link_nothing_is_believed_before_eight_looks_agree() -> None:
    assert of_trail("+-+-+x").health is Health.FLAKY
    assert of_trail("+-+-+xxxxxxx").health is Health.FLAKY
    assert of_trail("+-+-+xxxxxxxx").health is Health.BROKEN
    assert of_trail("+-+x").health is Health.BROKEN  # three turns are none of the four
    assert of_trail("+-+-+--------", hours=10).health is Health.SUSPECT  # 70 hours
    sooner = replace(SETTINGS, flaky_looks=3)
    codes = ["ok", "timeout", "ok", "timeout", "ok", "gone", "gone", "gone"]
    looks = [look(code, NOON + timedelta(days=day)) for day, code in enumerate(codes)]
    states = [fold(looks[:number], [], sooner) for number in (7, 8)]
    assert [state and state.health for state in states] == [Health.FLAKY, Health.BROKEN]


def test_what_is_broken_is_not_flaky_and_heals_to_what_its_trail_says() -> None:
    assert of_trail("x+x+x").health is Health.FLAKY
    assert of_trail("xx+x+xx").health is Health.FLAKY
    assert of_trail("+-+x").health is Health.BROKEN
    assert of_trail("+-+x+").health is Health.FLAKY
    assert of_trail("+-+xxxxxx+").health is Health.HEALTHY


OAK = PageFacts(title="Oakville Library", language="en", site="Oakville Library")
SLOTS = PageFacts(title="Situs Slot Gacor", language="id", site="DEWA88")
PAGES = {"o": OAK, "s": SLOTS, "n": PageFacts()}


def seen(page: str, hours: float) -> Observation:
    """A good look at a page, or a bad one (`-`), or one that proves nothing (`b`)."""
    at = NOON + timedelta(hours=hours)
    if page not in PAGES:
        return look({"-": "timeout", "x": "gone", "b": "forbidden"}[page], at)
    return replace(look("ok", at), final_url=url("https://a.example/"), facts=PAGES[page])


def of_pages(pages: str, hours: float = 24) -> LinkState:
    return folded([seen(page, hours * number) for number, page in enumerate(pages)])[-1]


@pytest.mark.parametrize(
    ("pages", "health", "known", "drift_looks"),
    [
        ("o", Health.HEALTHY, OAK, 0),
        ("os", Health.HEALTHY, OAK, 1),
        ("oss", Health.DRIFTED, OAK, 2),
        ("osss", Health.DRIFTED, OAK, 3),
        ("oso", Health.HEALTHY, OAK, 0),  # one night is not two
        ("osos", Health.HEALTHY, OAK, 1),
        ("osso", Health.HEALTHY, OAK, 0),
        ("os-s", Health.DRIFTED, OAK, 2),  # a bad look says nothing of whose the page is
        ("osbs", Health.DRIFTED, OAK, 2),
        ("oss-", Health.DRIFTED, OAK, 2),
        ("oss----", Health.BROKEN, OAK, 2),
        ("ossx", Health.BROKEN, OAK, 2),
        ("ossxs", Health.DRIFTED, OAK, 3),
        ("ossxo", Health.HEALTHY, OAK, 0),
        ("s", Health.HEALTHY, SLOTS, 0),  # it was so when the link was first seen
        ("on", Health.HEALTHY, OAK, 0),  # a page that says nothing is no other page
        ("onss", Health.DRIFTED, OAK, 2),
        ("ons", Health.HEALTHY, OAK, 1),
        ("osns", Health.DRIFTED, OAK, 2),  # nor is it the page that was known
        ("n", Health.HEALTHY, PageFacts(), 0),
        ("no", Health.HEALTHY, OAK, 0),
        ("oss-s-s", Health.FLAKY, OAK, 4),  # flaky is told first
    ],
)
def test_a_page_has_drifted_once_two_looks_a_day_apart_say_so(
    pages: str, health: Health, known: PageFacts, drift_looks: int
) -> None:
    state = of_pages(pages)
    assert state.known is not None
    assert (state.health, state.known.title, state.drift_looks) == (
        health, known.title, drift_looks,
    )  # fmt: skip
    assert (state.drift_since is not None) == (drift_looks > 0)


def test_two_looks_on_one_day_are_not_enough() -> None:
    assert of_pages("osss", hours=11).health is Health.HEALTHY
    assert of_pages("ossss", hours=11).health is Health.DRIFTED  # 33 hours
    assert of_pages("oss").drift_since == NOON + timedelta(hours=24)


def test_somebodys_word_ends_a_drift_and_what_is_now_is_known_from_then_on() -> None:
    later = NOON + timedelta(days=9)
    slots = sketch_of(seen("s", 48))
    for pages, health in (("oss", Health.HEALTHY), ("oss-", Health.SUSPECT)):
        state = accepted(of_pages(pages), later, slots)
        assert (state.health, state.since, state.known) == (health, later, slots)
        assert (state.drift_since, state.drift_looks) == (None, 0)
    broken = of_pages("ossx")
    assert accepted(broken, later, None) == replace(broken, drift_since=None, drift_looks=0)


def test_what_comes_back_as_another_page_is_not_done_with_until_it_is_known_whose_it_is() -> None:
    back = of_pages("oxs")
    assert (back.health, back.bad_looks) == (Health.HEALTHY, 1)
    assert returns_as_another(back)
    since = f"{NOON + timedelta(hours=24):%Y-%m-%d}"
    told = f"Broken on one look since {since}; another page on one look now."
    assert history_of(back) == told
    again = of_pages("oxs-")
    assert (again.health, again.bad_looks) == (Health.BROKEN, 2)  # as before, and at once
    for pages, health in (
        ("oxss", Health.DRIFTED),
        ("oxso", Health.HEALTHY),
        ("oxo", Health.HEALTHY),
    ):
        state = of_pages(pages)
        assert (state.health, state.bad_looks, state.failing_since) == (health, 0, None)
    word = accepted(back, NOON + timedelta(days=9), sketch_of(seen("s", 48)))
    assert (word.health, word.bad_looks, word.failing_since) == (Health.HEALTHY, 0, None)
    assert not returns_as_another(of_pages("o-s"))  # a suspicion was none of our business


def test_a_word_counts_among_the_looks_at_its_time() -> None:
    looks = [seen(page, 24 * number) for number, page in enumerate("ossss")]
    days = [NOON + timedelta(days=number) for number in range(9)]
    assert fold(looks, [], SETTINGS) == folded(looks)[-1]
    for at, health in ((days[0], Health.DRIFTED), (days[2], Health.HEALTHY)):
        state = fold(looks, [at], SETTINGS)
        assert state is not None
        assert state.health is health  # before the first look at slots it says nothing of them
    last = fold(looks, [days[8]], SETTINGS)
    assert last is not None
    assert (last.health, last.since, last.checked_at) == (Health.HEALTHY, days[8], days[4])
    assert last.known == sketch_of(looks[-1])
    assert fold([], [days[0]], SETTINGS) is None
    down = [*looks[:3], look("timeout", days[3])]
    suspect = fold(down, [days[4]], SETTINGS)
    assert suspect is not None
    assert (suspect.health, suspect.known) == (Health.SUSPECT, sketch_of(looks[2]))
    early = fold(looks[1:], [days[0]], SETTINGS)
    assert early == fold(looks[1:], [], SETTINGS)


# The table, whole: every health and every kind of look

KINDS = {
    "good": seen("o", 9_000),
    "drifting": seen("s", 9_000),
    "certain": look("gone", NOON + timedelta(hours=9_000)),
    "no name": look("dns-not-found", NOON + timedelta(hours=9_000)),
    "likely": look("soft-404", NOON + timedelta(hours=9_000)),
    "failing": look("timeout", NOON + timedelta(hours=9_000)),
    **{
        outcome.value: look(code, NOON + timedelta(hours=9_000))
        for outcome, code in (
            (Outcome.BLOCKED, "forbidden"),
            (Outcome.UNSAFE, "private-address"),
            (Outcome.SKIPPED, "excluded"),
            (Outcome.INVALID, "malformed"),
        )
    },
}
NEUTRAL_KINDS = ("blocked", "unsafe", "skipped", "invalid")
STATES: dict[Health, LinkState | None] = {
    Health.UNKNOWN: None,
    Health.HEALTHY: of_pages("o"),
    Health.SUSPECT: of_pages("o-"),
    Health.BROKEN: of_pages("ox"),
    Health.FLAKY: of_pages("o-o-o"),
    Health.DRIFTED: of_pages("oss"),
}
_H, _S, _B, _F, _D = (
    Health.HEALTHY, Health.SUSPECT, Health.BROKEN, Health.FLAKY, Health.DRIFTED,
)  # fmt: skip
TABLE = {
    #                 good  drifting  certain  no name  likely  failing
    Health.UNKNOWN: (_H, _H, _B, _S, _S, _S),
    Health.HEALTHY: (_H, _H, _B, _S, _S, _S),
    Health.SUSPECT: (_H, _H, _B, _S, _S, _S),  # the second bad look of the streak
    Health.BROKEN: (_H, _H, _B, _B, _B, _B),
    Health.FLAKY: (_F, _F, _F, _F, _F, _F),
    Health.DRIFTED: (_H, _D, _B, _D, _D, _D),
}


@pytest.mark.parametrize("health", Health)
def test_every_health_and_every_kind_of_look_stand_in_the_table(health: Health) -> None:
    state = STATES[health]
    assert (state.health if state else Health.UNKNOWN) is health
    told = zip((kind for kind in KINDS if kind not in NEUTRAL_KINDS), TABLE[health], strict=True)
    expected = dict(told) | dict.fromkeys(NEUTRAL_KINDS, health)
    assert {kind: advance(state, each, SETTINGS).health for kind, each in KINDS.items()} == expected


@given(HISTORY)
def test_a_worse_look_never_makes_a_better_state(history: list[Observation]) -> None:
    """In the order good, failing, certain: of states that no turn has made flaky."""
    ranks = (Health.HEALTHY, Health.DRIFTED, Health.SUSPECT, Health.BROKEN)
    at = NOON + timedelta(days=9999)
    before = folded(history)[-1] if history else None
    states = [advance(before, look(code, at), SETTINGS) for code in ("ok", "timeout", "gone")]
    if all(state.health is not Health.FLAKY for state in states):
        told = [ranks.index(state.health) for state in states]
        assert told == sorted(told)
    assert states[0].bad_looks == 0
    assert states[1].bad_looks == states[2].bad_looks == (before.bad_looks if before else 0) + 1


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

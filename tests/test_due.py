"""When links are due: soon if something is to be found out, seldom if nothing is, and evenly."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from random import Random

import pytest
from fakes import NOON, look, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.due import due_at, is_due, rank
from crawler.health import advance
from crawler.model import Health, LinkState, Outcome
from crawler.settings import HealthSettings, ScheduleSettings

SCHEDULE = ScheduleSettings()
POLICY = HealthSettings()
DAY = timedelta(days=1)
A = url("https://a.example/")

MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(14 * DAY / 24)]))
MOMENTS |= st.just(datetime.max.replace(tzinfo=timezone(-12 * DAY / 24)))
URLS = st.integers(0, 10**6).map(lambda number: url(f"https://a.example/{number}"))
SCHEDULES = st.integers(1, 3650).map(lambda days: ScheduleSettings(max_days=days))
STATES = st.builds(
    LinkState,
    url=URLS,
    health=st.sampled_from(Health),
    since=MOMENTS,
    checked_at=MOMENTS,
    last_ok_at=st.none() | MOMENTS,
    failing_since=st.none() | MOMENTS,
    outcome=st.none() | st.sampled_from(Outcome),
    drift_since=st.none() | MOMENTS,
)


def state(
    health: Health = Health.HEALTHY, days: float = 0, address: str = "https://a.example/"
) -> LinkState:
    """Return a state that was looked at NOON, and has been what it is for some days."""
    return LinkState(url(address), health, NOON - days * DAY, NOON, outcome=Outcome.OK)


def ago(days: float, known: LinkState) -> LinkState:
    """Return a state as it was some days before."""
    return replace(known, since=known.since - days * DAY, checked_at=known.checked_at - days * DAY)


def days_until_due(known: LinkState, settings: ScheduleSettings = SCHEDULE) -> float:
    return (due_at(known, settings) - known.checked_at) / DAY


# Laws


@given(STATES, SCHEDULES)
def test_no_link_waits_longer_than_the_longest_or_comes_at_once(
    known: LinkState, settings: ScheduleSettings
) -> None:
    if known.checked_at.year < 9980:  # ten years, and some days, before the calendar ends
        wait = due_at(known, settings) - known.checked_at
        assert 0.75 * DAY <= wait <= 0.951 * settings.max_days * DAY


@given(STATES, MOMENTS, SCHEDULES)
def test_whatever_a_clock_has_said_nothing_breaks(
    known: LinkState, now: datetime, settings: ScheduleSettings
) -> None:
    assert rank(known, now, settings) >= 0
    if known.checked_at > now:
        assert is_due(known, now, settings)
    elif now.year < 9980:
        assert is_due(known, now, settings) == (due_at(known, settings) <= now)


@pytest.mark.parametrize("jump", [timedelta(seconds=1), 400 * DAY, -200 * 365 * DAY])
def test_after_a_jump_of_the_clock_a_link_is_due(jump: timedelta) -> None:
    known = replace(state(days=100), checked_at=NOON + jump)
    assert is_due(known, NOON, SCHEDULE)


def test_a_new_link_is_due_and_comes_first() -> None:
    assert is_due(None, NOON, SCHEDULE)
    suspect = replace(state(Health.SUSPECT), checked_at=NOON - 30 * DAY)
    assert rank(None, NOON, SCHEDULE) < rank(suspect, NOON, SCHEDULE)


# Intervals: each a little less than what the table says


@pytest.mark.parametrize(
    ("known", "days"),
    [
        (state(days=0), 1),
        (state(days=3), 3),
        (state(days=20), 20),
        (replace(state(days=20), drift_since=NOON), 1),
        (state(Health.SUSPECT, 5), 1),
        (state(Health.BROKEN, 0), 1),
        (state(Health.BROKEN, 9), 9),
        (state(Health.BROKEN, 300), 14),
        (state(Health.FLAKY, 100), 2),
        (state(Health.DRIFTED, 100), 7),
        (replace(state(Health.DRIFTED, 100), drift_since=NOON), 7),
        (replace(state(days=4), outcome=Outcome.BLOCKED), 7),
        (replace(state(Health.BROKEN, 40), outcome=Outcome.BLOCKED), 20),
        (replace(state(days=400), outcome=Outcome.BLOCKED, last_ok_at=NOON - 18 * DAY), 9),
        (replace(state(Health.UNKNOWN, 10), outcome=Outcome.BLOCKED), 7),
        (replace(state(Health.UNKNOWN, 300), outcome=Outcome.BLOCKED), 30),
        (replace(state(Health.UNKNOWN, 0), outcome=Outcome.UNSAFE), 30),
        (replace(state(Health.SUSPECT, 1), outcome=Outcome.BLOCKED), 1),
        (replace(state(Health.SUSPECT, 9), outcome=Outcome.BLOCKED, failing_since=NOON - DAY), 1),
        (replace(state(Health.SUSPECT, 12), outcome=Outcome.BLOCKED), 6),
        (state(Health.UNKNOWN, 10), 1),
    ],
)
def test_what_is_believed_says_how_long_a_link_waits(known: LinkState, days: float) -> None:
    waits = [days_until_due(replace(known, url=url(f"https://a.example/{n}"))) for n in range(300)]
    assert 0.75 * days <= min(waits) < 0.77 * days
    assert 0.93 * days < max(waits) <= 0.95 * days


def test_a_link_that_has_been_well_for_long_has_its_own_time_of_the_cycle() -> None:
    well = state(days=365)
    first = due_at(well, SCHEDULE)
    assert timedelta(hours=18) <= first - NOON <= 28.5 * DAY
    for late in (0.0, 0.4, 20.0):
        looked_at = replace(well, checked_at=first + late * DAY)
        assert abs(due_at(looked_at, SCHEDULE) - first - 28.5 * DAY) < timedelta(seconds=1)


def test_the_longest_wait_can_be_chosen() -> None:
    brief = ScheduleSettings(max_days=1)
    assert 0.75 <= days_until_due(state(days=365), brief) <= 0.95
    assert days_until_due(state(Health.BROKEN, 300), ScheduleSettings(max_days=4)) <= 3.8


# Cron


@given(
    st.integers(0, 10**9),
    st.lists(st.floats(-30, 30), min_size=5, max_size=5),
    st.integers(0, 24 * 60),
)
def test_five_nights_are_enough_to_tell_what_is_broken(
    number: int, minutes: list[float], hour: int
) -> None:
    begin = NOON + timedelta(minutes=hour)
    nights = [begin + n * DAY + timedelta(minutes=late) for n, late in enumerate(minutes)]
    for code, needed, span in (("client-error", 2, DAY), ("timeout", 3, 3 * DAY)):
        known, at = None, list[datetime]()
        for now in nights:
            if known is None or known.health is Health.SUSPECT:
                assert is_due(known, now, SCHEDULE)
                at.append(now)
                known = advance(known, look(code, now, f"https://a.example/{number}"), POLICY)
        assert known is not None
        assert known.health is Health.BROKEN
        assert len(at) >= needed
        assert at[-1] - at[0] >= span


@given(st.integers(0, 10**9), st.integers(1, 60))
def test_no_suspect_is_asked_more_than_twice_a_day(number: int, minutes: int) -> None:
    times = [NOON + timedelta(minutes=minutes * n) for n in range(4 * 24 * 60 // minutes)]
    steady = replace(POLICY, failing_looks=100)  # never broken: suspect all along
    known, at = None, []
    for now in times:
        if is_due(known, now, SCHEDULE):
            at.append(now)
            known = advance(known, look("timeout", now, f"https://a.example/{number}"), steady)
    assert all(third - first > DAY for first, third in zip(at, at[2:], strict=False))
    assert all(later - one < DAY for one, later in pairwise(at))


def load(links: int, nights: int, settings: ScheduleSettings = SCHEDULE) -> Counter[int]:
    """Return how many of some links, all of them well and all new the first night, each asks."""
    draw, found = Random(1), Counter[int]()  # noqa: S311 - no secret
    begins = [n * DAY + timedelta(minutes=draw.uniform(-30, 30)) for n in range(nights)]
    for number in range(links):
        address, night = url(f"https://site-{number % 997}.example/{number}"), 0
        known = LinkState(address, Health.HEALTHY, NOON, NOON)
        while night < nights:
            found[night] += 1
            known = replace(known, checked_at=NOON + begins[night])
            due = due_at(known, settings) - NOON
            night = max(night + 1, int(due / DAY))
            while night < nights and begins[night] < due:
                night += 1
    return found


@pytest.mark.parametrize(("links", "max_days"), [(3_000, 7), (10_000, 30)])
def test_once_settled_no_night_asks_twice_as_much_as_another(links: int, max_days: int) -> None:
    found = load(links, 6 * max_days + 60, ScheduleSettings(max_days=max_days))
    settled = [found[night] for night in range(6 * max_days, 6 * max_days + 60)]
    mean = sum(settled) / len(settled)
    assert links / max_days < mean < 1.2 * links / max_days
    assert max(settled) < 1.3 * mean
    assert min(settled) > 0.7 * mean


# Order


def test_what_is_suspected_comes_before_what_is_only_overdue() -> None:
    links = {
        "new": None,
        "drifts": replace(state(days=20), drift_since=NOON - DAY),
        "suspect": state(Health.SUSPECT),
        "overdue": ago(200, state(days=4)),
        "late": ago(40, state(days=20)),
        "on time": ago(20, state(days=20)),
        "not due": ago(2, state(days=20)),
    }
    ranks = {name: rank(known, NOON, SCHEDULE) for name, known in links.items()}
    assert ranks["drifts"] == ranks["suspect"]
    assert sorted(ranks, key=ranks.__getitem__) == list(links)


@given(st.floats(0, 4000), st.floats(0, 4000), st.floats(0, 60))
def test_what_is_more_overdue_is_never_behind(one: float, other: float, days: float) -> None:
    known = state(days=days)
    nearer, farther = sorted((one, other))
    assert rank(known, NOON + farther * DAY, SCHEDULE) <= rank(known, NOON + nearer * DAY, SCHEDULE)


def test_looks_of_the_same_night_are_alike_so_that_hosts_can_be_done_one_by_one() -> None:
    ranks = {
        rank(replace(state(), checked_at=NOON - DAY + timedelta(minutes=n)), NOON, SCHEDULE)
        for n in range(60)
    }
    assert len(ranks) == 1


def test_states_of_looks_are_due_too() -> None:
    known = state_of_looks("ok", "timeout")
    assert known is not None
    assert not is_due(known, known.checked_at, SCHEDULE)
    assert is_due(known, known.checked_at + DAY, SCHEDULE)

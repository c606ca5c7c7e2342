"""Politeness: whatever the steps, no host is asked twice within its delay."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pacing import MAX_INTERVAL, START_INTERVAL, Pacer

HOSTS = st.sampled_from(["a.example", "b.example"])
STEPS = st.lists(
    st.tuples(HOSTS, st.floats(0, 5), st.none() | st.floats(allow_nan=True, allow_infinity=True))
)


@given(st.floats(0.01, 10), STEPS)
def test_no_host_is_asked_twice_within_its_delay(
    delay: float, steps: list[tuple[str, float, float | None]]
) -> None:
    pacer, now = Pacer(delay), 0.0
    last: dict[str, float] = {}
    quiet: dict[str, float] = {}
    for host, passed, pause in steps:
        now += passed
        wait = pacer.take_turn(host, now)
        if wait == 0:
            assert now >= last.get(host, -math.inf) + delay
            assert now >= quiet.get(host, -math.inf)
            last[host] = now
        if pause is not None:
            pacer.back_off(host, now, pause)
            if 0 < pause < math.inf:
                quiet[host] = max(quiet.get(host, 0.0), now + pause)


@given(st.floats(0, 10), STEPS)
def test_who_waits_as_told_gets_the_turn(
    delay: float, steps: list[tuple[str, float, float | None]]
) -> None:
    pacer, now = Pacer(delay), 0.0
    for host, passed, _ in steps:
        now += passed
        wait = pacer.take_turn(host, now)
        assert 0 <= wait <= max(delay, START_INTERVAL) + 1e-9
        if wait:
            now += wait + 1e-9
            assert pacer.take_turn(host, now) == 0


def interval(pacer: Pacer, now: float = 1000.0) -> float:
    """Return how long the next but one has to wait: seconds, rounded."""
    assert pacer.take_turn("a.example", now) == 0
    return round(pacer.take_turn("a.example", now), 6)


def test_a_turn_is_booked_when_it_is_taken_and_not_when_it_is_wished_for() -> None:
    pacer = Pacer(2.0)
    assert pacer.take_turn("a.example", 0.0) == 0
    assert pacer.take_turn("a.example", 0.5) == 1.5
    assert pacer.take_turn("a.example", 1.5) == 0.5
    assert pacer.take_turn("a.example", 9.0) == 0
    assert pacer.take_turn("a.example", 10.0) == 1.0


def test_an_unknown_host_is_asked_slowly_and_a_well_one_ever_more_quickly() -> None:
    pacer = Pacer(0.005)
    assert interval(pacer) == START_INTERVAL
    for _ in range(3):
        pacer.answered("a.example", 0.1)
    assert interval(pacer, 2000) == round(START_INTERVAL * 0.8**3, 6)
    for _ in range(50):
        pacer.answered("a.example", 0.1)
    assert interval(pacer, 3000) == 0.005


def test_the_operators_delay_is_the_least_from_the_beginning() -> None:
    pacer = Pacer(2.0)
    for _ in range(50):
        pacer.answered("a.example", 0.1)
    assert interval(pacer) == 2.0


def test_a_host_that_complains_is_asked_half_as_often() -> None:
    pacer = Pacer(0.005)
    pacer.complained("a.example", 10.0, 11.0)
    assert interval(pacer) == START_INTERVAL * 2
    pacer.complained("a.example", 12.0, 13.0)
    assert interval(pacer, 2000) == START_INTERVAL * 4


def test_a_host_that_complains_again_is_asked_as_often_as_it_answered_meanwhile() -> None:
    pacer = Pacer(0.005)
    pacer.complained("a.example", 10.0, 10.0)
    for _ in range(5):
        pacer.answered("a.example", 0.1)
    pacer.complained("a.example", 19.0, 20.0)
    assert interval(pacer) == round(10 / 5 * 0.9, 6)


@pytest.mark.parametrize("rate", [1.0, 4.0, 9.0])
def test_the_pace_that_a_host_bears_is_found(rate: float) -> None:
    """A token bucket, as servers have it: so many at once, and so many a second."""
    pacer, now, tokens, complaints, answers = Pacer(0.005), 0.0, rate, 0, 0
    while answers < 100:
        wait = pacer.take_turn("a.example", now)
        now, tokens = now + wait, min(rate, tokens + wait * rate)
        if wait:
            continue
        if tokens < 1:
            complaints += 1
            pacer.complained("a.example", now, now)
            pacer.back_off("a.example", now, 1.0)
        else:
            tokens, answers = tokens - 1, answers + 1
            pacer.answered("a.example", 0.1)
    assert now < 100 / rate * 1.5
    assert complaints < 25


def test_who_has_complained_is_asked_more_often_after_a_long_time_without_a_complaint() -> None:
    pacer = Pacer(0.005)
    pacer.complained("a.example", 1, 1)
    slow = interval(pacer)
    for _ in range(7):
        pacer.answered("a.example", 0.1)
    assert interval(pacer, 2000) == slow
    for _ in range(50):
        pacer.answered("a.example", 0.1)
    assert interval(pacer, 3000) < slow


def test_requests_that_were_under_way_do_not_complain_once_more() -> None:
    pacer = Pacer(0.005)
    for asked_at in (10.0, 10.1, 10.2):
        pacer.complained("a.example", asked_at, 11.0)
    assert interval(pacer) == START_INTERVAL * 2


@pytest.mark.parametrize("delay", [0.0, 0.005, 2.0])
def test_however_often_a_host_complains_it_is_asked_some_time(delay: float) -> None:
    pacer = Pacer(delay)
    for second in range(100):
        pacer.complained("a.example", second, second)
    assert interval(pacer) == MAX_INTERVAL


def test_a_delay_above_all_bounds_is_the_operators_word() -> None:
    pacer = Pacer(60.0)
    pacer.complained("a.example", 0, 0)
    pacer.strained("a.example")
    assert interval(pacer) == 60.0


def test_a_host_whose_answers_get_slow_is_asked_less_often_until_they_are_quick_again() -> None:
    pacer = Pacer(0.005)
    for _ in range(50):
        pacer.answered("a.example", 0.1)
    for _ in range(10):
        pacer.answered("a.example", 3.0)
    slow = interval(pacer)
    assert slow > START_INTERVAL
    for _ in range(50):
        pacer.answered("a.example", 0.1)
    assert interval(pacer, 2000) == 0.005


def test_trouble_makes_a_host_slower_but_not_without_end() -> None:
    pacer = Pacer(0.005)
    pacer.strained("a.example")
    assert START_INTERVAL < interval(pacer) < START_INTERVAL * 2
    for _ in range(100):
        pacer.strained("a.example")
    assert interval(pacer, 2000) == 1.0


def test_hosts_do_not_wait_for_each_other() -> None:
    pacer = Pacer(2.0)
    pacer.back_off("a.example", 0.0, 60.0)
    assert pacer.take_turn("a.example", 0.0) == 60.0
    assert pacer.take_turn("b.example", 0.0) == 0


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    pacer = Pacer(1.0)
    pacer.back_off("a.example", 0.0, 60.0)
    pacer.back_off("a.example", 1.0, 2.0)
    assert pacer.take_turn("a.example", 10.0) == 50.0


@pytest.mark.parametrize("seconds", [math.inf, -math.inf, math.nan, -5.0, 0.0])
def test_a_nonsensical_pause_is_none(seconds: float) -> None:
    pacer = Pacer(1.0)
    pacer.back_off("a.example", 0.0, seconds)
    assert pacer.take_turn("a.example", 0.0) == 0


def test_without_a_delay_nobody_waits() -> None:
    pacer = Pacer(0.0)
    assert [pacer.take_turn("a.example", 3.0) for _ in range(5)] == [0.0] * 5


# Several that ask the same hosts


def turns(pacer: Pacer, seconds: float, answers: float = 0.1) -> list[float]:
    """Return when a host is asked by one who asks whenever it may, and is always answered well."""
    now, asked = 0.0, list[float]()
    while now <= seconds:
        wait = pacer.take_turn("a.example", now)
        if wait:
            now += wait
        else:
            asked.append(now)
            pacer.answered("a.example", answers)
    return asked


SHARERS = st.integers(2, 50)
DELAYS = st.floats(0.01, 2)


@given(DELAYS, SHARERS, st.floats(0, 3))
def test_all_who_share_a_host_ask_it_no_more_often_than_one_would(
    delay: float, sharers: int, seconds: float
) -> None:
    one = turns(Pacer(delay), seconds)
    each = turns(Pacer(delay, lambda _: sharers), seconds)
    # Nobody knows when the others begin: their first requests may come at once.
    assert sharers * (len(each) - 1) <= len(one)


@given(DELAYS, SHARERS)
def test_who_shares_a_host_comes_as_much_later_with_each_request(
    delay: float, sharers: int
) -> None:
    one = turns(Pacer(delay), 3.0)
    each = turns(Pacer(delay, lambda _: sharers), 3.1 * sharers)
    assert each[: len(one)] == pytest.approx([at * sharers for at in one])


def test_only_hosts_that_are_shared_are_asked_less_often() -> None:
    pacer = Pacer(2.0, {"a.example": 1, "b.example": 3}.__getitem__)
    assert pacer.interval("a.example") == 2.0
    assert pacer.interval("b.example") == 6.0


# Pieces of one host, one after the other

EVENTS = st.lists(
    st.tuples(
        HOSTS,
        st.floats(0, 5),
        st.sampled_from(
            ["ask", "answer", "late answer", "complain", "strain", "back off", "apart"]
        ),
    ),
    max_size=12,
)
APART = 0.0003141592  # no two moments are the same, whatever the clock makes of its last digits


def happen(
    pacer: Pacer, events: list[tuple[str, float, str]], now: float
) -> tuple[float, list[float]]:
    """Let things happen, and return how long it had to be waited each time."""
    waits = list[float]()
    for host, passed, event in events:
        now += passed + APART
        match event:
            case "ask":
                waits.append(pacer.take_turn(host, now))
            case "answer":
                pacer.answered(host, 0.1)
            case "late answer":
                pacer.answered(host, 3.0)
            case "complain":
                pacer.complained(host, now - APART, now)
            case "strain":
                pacer.strained(host)
            case "back off":
                pacer.back_off(host, now, 7.0)
            case _:
                pacer.keep_apart(host, 1.5)
    return now, waits


@given(st.floats(0.01, 5), EVENTS, EVENTS, st.floats(-900, 1e5))
def test_who_goes_on_by_another_clock_goes_on_as_the_first_would(
    delay: float,
    before: list[tuple[str, float, str]],
    after: list[tuple[str, float, str]],
    ahead: float,
) -> None:
    first, second = Pacer(delay), Pacer(delay)
    now, _ = happen(first, before, 1000.0)
    second.take_over(first.handed_over(now), now + ahead)
    _, expected = happen(first, after, now)
    _, waits = happen(second, after, now + ahead)
    assert waits == pytest.approx(expected, abs=1e-6)


def test_what_a_host_has_asked_for_is_still_waited_for_by_who_comes_next() -> None:
    first, second = Pacer(0.0), Pacer(0.0)
    first.back_off("a.example", 100.0, 30.0)
    second.take_over(first.handed_over(110.0), 5.0)
    assert second.take_turn("a.example", 5.0) == 20.0
    assert second.take_turn("a.example", 25.0) == 0


def test_who_has_complained_is_not_hurried_by_who_comes_next() -> None:
    first, second = Pacer(0.005), Pacer(0.005)
    first.complained("a.example", 10.0, 10.0)
    second.take_over(first.handed_over(20.0), 500.0)
    for _ in range(5):
        second.answered("a.example", 0.1)
    assert interval(second) == START_INTERVAL * 2, "nor as quickly as a host that never has"
    second.complained("a.example", 510.0, 510.0)
    assert interval(second, 2000) == round(20 / 5 * 0.9, 6), "it was 20 s ago, over both clocks"


def test_what_nobody_has_asked_is_new_to_who_comes_next() -> None:
    second = Pacer(2.0)
    second.take_over(Pacer(0.5).handed_over(7.0), 0.0)
    assert second.handed_over(0.0) == {}
    assert second.interval("a.example") == 2.0

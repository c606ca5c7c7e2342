"""Politeness: whatever the steps, no host is asked twice within its delay."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pacing import Pacer

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
        assert 0 <= wait <= delay + 1e-9
        if wait:
            now += wait + 1e-9
            assert pacer.take_turn(host, now) == 0


def test_a_turn_is_booked_when_it_is_taken_and_not_when_it_is_wished_for() -> None:
    pacer = Pacer(2.0)
    assert pacer.take_turn("a.example", 0.0) == 0
    assert pacer.take_turn("a.example", 0.5) == 1.5
    assert pacer.take_turn("a.example", 1.5) == 0.5
    assert pacer.take_turn("a.example", 9.0) == 0
    assert pacer.take_turn("a.example", 10.0) == 1.0


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

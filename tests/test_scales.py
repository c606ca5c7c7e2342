"""Axes: marks are few, round, in order, and within what they are for."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes import NOON
from hypothesis import given
from hypothesis import strategies as st

from crawler.scales import counts, days, thinned

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(st.integers(0, 10**9), st.integers(1, 9))
def test_numbers_are_few_round_and_reach_the_highest(highest: int, most: int) -> None:
    found = counts(highest, most)
    assert 1 <= len(found) <= most
    step = found[0]
    assert str(step)[0] in "125"
    assert int(str(step)[1:] or 0) == 0
    assert [each - step for each in found] == [0, *found[:-1]]
    assert found[-1] >= highest > found[-1] - step or highest == 0


@given(MOMENTS, MOMENTS)
def test_days_are_few_and_within(one: datetime, other: datetime) -> None:
    first, last = sorted((one, other))
    found = days(first, last)
    assert len(found) <= 7
    assert all(first <= each <= last for each in found)
    assert list(found) == sorted(set(found))
    assert all(each.hour == each.minute == each.second == 0 for each in found)


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (3, ["11-23", "11-24", "11-25"]),
        (9, ["11-24", "11-26", "11-28", "11-30"]),
        (60, ["12-06", "12-20", "01-03", "01-17"]),
        (100, ["12-01", "01-01", "02-01", "03-01"]),
        (365, ["01-01", "04-01", "07-01", "10-01"]),
        (40_000, []),
    ],
)
def test_days_are_those_that_people_count_by(length: int, told: list[str]) -> None:
    found = days(NOON, NOON + timedelta(days=length))
    assert [f"{each:%m-%d}" for each in found] == told


@given(st.lists(st.integers()), st.integers(1, 20))
def test_of_many_values_some_are_taken_in_order_and_the_last(values: list[int], most: int) -> None:
    found = thinned(values, most)
    assert len(found) == min(most, len(values))
    assert found[-1:] == tuple(values[-1:])
    rest = iter(values)
    assert all(each in rest for each in found)

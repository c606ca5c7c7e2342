"""Axes of charts: where round numbers and round days stand. Pure arithmetic."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final, TypeVar

T = TypeVar("T")

_DAYS: Final = (1, 2, 7, 14)
_MONTHS: Final = (1, 2, 3, 6, 12, 24, 60, 120)
_SHORTEST_MONTH: Final = 28


def counts(highest: int, most: int = 4) -> tuple[int, ...]:
    """Return at most so many round numbers above 0; the last is `highest` or just above it.

    >>> counts(7), counts(1), counts(230)
    ((2, 4, 6, 8), (1,), (100, 200, 300))
    """
    steps = (factor * 10**power for power in count() for factor in (1, 2, 5))
    step = next(each for each in steps if highest <= each * most)
    return tuple(range(step, max(highest, 1) + step, step))


def days(first: datetime, last: datetime, most: int = 5) -> tuple[datetime, ...]:
    """Return at most so many midnights from `first` to `last`, evenly apart as people count days.

    Days are a day, two, a week or two apart, or else first days of months. UTC. None, where even
    decades would be too many.
    """
    span = (last - first).days + 1
    for step in _DAYS:
        if span <= step * most:
            return _from(first, _every(first, last, timedelta(days=step)))
    for step in _MONTHS:
        if span <= step * _SHORTEST_MONTH * most:
            return _from(first, _firsts(first, last, step))
    return ()


def _from(first: datetime, moments: Iterator[datetime]) -> tuple[datetime, ...]:
    return tuple(each for each in moments if each >= first)


def _every(first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    at = datetime(first.year, first.month, first.day, tzinfo=UTC)
    while last - at >= step:  # time has an end
        yield at
        at += step
    yield at


def _firsts(first: datetime, last: datetime, step: int) -> Iterator[datetime]:
    number = first.year * 12 + (first.month - 1) // step * step
    while number <= last.year * 12 + last.month - 1:
        yield datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
        number += step


def thinned(values: Sequence[T], most: int) -> tuple[T, ...]:
    """Return at most so many values, evenly chosen, always with the last.

    >>> thinned([1, 2, 3, 4, 5], 2)
    (2, 5)
    """
    if len(values) <= most:
        return tuple(values)
    return tuple(values[(number + 1) * len(values) // most - 1] for number in range(most))

"""What held when. Days are counted from the year's beginning; a half is noon."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

T = TypeVar("T")

BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
SUNDAY: Final = 3
"""The first one, counted in days."""


@dataclass(frozen=True, slots=True)
class Timeline(Generic[T]):
    """Values, each from its day on until the next one's. The first has held for ever."""

    days: tuple[float, ...]
    values: tuple[T, ...]

    def at(self, day: float) -> T:
        return self.values[max(0, bisect_right(self.days, day) - 1)]

    def since(self, day: float) -> float:
        """Return since when what holds on a day does."""
        return self.days[max(0, bisect_right(self.days, day) - 1)]


def always(value: T) -> Timeline[T]:
    return Timeline((0.0,), (value,))


def turning(before: T, day: float, after: T) -> Timeline[T]:
    """It changes once, for good."""
    return Timeline((0.0, day), (before, after))


def spells(usual: T, others: Iterable[tuple[float, float, T]]) -> Timeline[T]:
    """It is another from a day to a day, now and then; spells come in their order."""
    days, values = [0.0], [usual]
    for start, end, value in others:
        days += (start, end)
        values += (value, usual)
    return Timeline(tuple(days), tuple(values))


def daily(values: Iterable[T]) -> Timeline[T]:
    """It is another every day, from noon to noon: no night sees two of them."""
    each = tuple(values)
    return Timeline(tuple(number - 0.5 for number in range(len(each))), each)


def moment(day: float) -> datetime:
    return BEGINNING + timedelta(days=day)

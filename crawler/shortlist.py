"""The loudest of many, where a format has room for some: what is left out is counted."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from crawler.levels import Level

LOUD: Final[tuple[Level, ...]] = tuple(each for each in Level if each is not Level.NONE)
"""The levels that are told, the loudest first."""

T = TypeVar("T")


class Shortlist(Generic[T]):
    """At most so many things: the loudest, and of one level the first. In memory are no more."""

    def __init__(self, most: int) -> None:
        self._room = most
        self._kept: dict[Level, list[T]] = {level: [] for level in LOUD}
        self._seen = Counter[Level]()

    def take(self, level: Level, thing: T) -> None:
        """Take a thing if there is room, or one less loud that makes some."""
        self._seen[level] += 1
        if self._room:
            self._room -= 1
        else:
            quietest = next(each for each in reversed(LOUD) if self._kept[each] or each is level)
            if quietest is level:
                return
            self._kept[quietest].pop()
        self._kept[level].append(thing)

    def __iter__(self) -> Iterator[tuple[Level, T]]:
        return ((level, thing) for level in LOUD for thing in self._kept[level])

    def seen(self, level: Level) -> int:
        """Return how many of a level there are in all."""
        return self._seen[level]

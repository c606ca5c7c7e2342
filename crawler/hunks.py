"""Unified diffs: which lines stand in which hunk, whatever lines are made of. Pure.

Law: the new lines are the old ones with every hunk applied. Documents are changed where a link
stands and nowhere else, so lines nearly always pair up one by one, and that takes linear time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Generic, TypeAlias, TypeVar

T = TypeVar("T", str, bytes)

AROUND: Final = 3
"""Lines that are shown before and behind what has changed."""

Stretch: TypeAlias = tuple[int, int, int, int]
"""Lines that differ: where they begin and end before, and where after; from 0."""


@dataclass(frozen=True, slots=True)
class Hunk(Generic[T]):
    """Lines near each other: `old` is where the first of them stands before, from 1, `new` after.

    Of each line: ` ` if it stays, `-` if it goes, `+` if it comes; and the line with its end.
    """

    old: int
    new: int
    lines: tuple[tuple[str, T], ...]

    @property
    def header(self) -> str:
        """The line that begins it: `@@ -1,7 +1,7 @@`."""
        signs = [sign for sign, _ in self.lines]
        return f"@@ -{_range(self.old, signs, '+')} +{_range(self.new, signs, '-')} @@"


def hunks(before: Sequence[T], after: Sequence[T]) -> Iterator[Hunk[T]]:
    """Yield what differs between two sequences of lines, in order."""
    together: list[Stretch] = []
    for stretch in _stretches(before, after):
        if together and stretch[0] - together[-1][1] > 2 * AROUND:
            yield _hunk(together, before, after)
            together = []
        together.append(stretch)
    if together:
        yield _hunk(together, before, after)


def _stretches(before: Sequence[T], after: Sequence[T]) -> Iterator[Stretch]:
    if len(before) == len(after):
        begin = None
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            if old != new and begin is None:
                begin = at
            elif old == new and begin is not None:
                yield begin, at, begin, at
                begin = None
        if begin is not None:
            yield begin, len(before), begin, len(after)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    yield from (each[1:] for each in matcher.get_opcodes() if each[0] != "equal")


def _hunk(together: Sequence[Stretch], before: Sequence[T], after: Sequence[T]) -> Hunk[T]:
    at = max(0, together[0][0] - AROUND)
    offset = together[0][2] - together[0][0]
    first, lines = at, list[tuple[str, T]]()
    for old, old_end, new, new_end in together:
        lines += ((" ", line) for line in before[at:old])
        lines += (("-", line) for line in before[old:old_end])
        lines += (("+", line) for line in after[new:new_end])
        at = old_end
    lines += ((" ", line) for line in before[at : at + AROUND])
    return Hunk(first + 1, first + offset + 1, tuple(lines))


def _range(first: int, signs: Sequence[str], other: str) -> str:
    number = len(signs) - signs.count(other)
    # POSIX: of no lines at all, the one before them is named.
    return f"{first}" if number == 1 else f"{first if number else first - 1},{number}"

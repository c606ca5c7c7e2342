"""What is new in a document beside another version of it: by lines, in linear time.

A line is new if the other version has not as many of it; so lines that only moved are not. What
both begin and end with is passed over first: of several equal lines it is the inserted one that is
new. The ends of lines do not count, nor does white space behind them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Final

from crawler.model import Span

_ALIKE: Final = 0.5
"""What git calls a rename: half of the lines are the same."""


def new_lines(before: str, after: str) -> frozenset[int]:
    r"""Return the numbers of the lines of `after` that are new, from 1.

    >>> sorted(new_lines("a\nb\nc\n", "a\nx\nc\nb\n"))
    [2]
    """
    old, new = _lines(before), _lines(after)
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    left = Counter(old[first : len(old) - last])
    found = set[int]()
    for number in range(first, len(new) - last):
        if left[new[number]]:
            left[new[number]] -= 1
        else:
            found.add(number + 1)
    return frozenset(found)


def touches(span: Span, lines: frozenset[int]) -> bool:
    """Tell whether any of what a span covers stands in some lines."""
    if span.line == span.end_line:
        return span.line in lines
    # An end at the beginning of a line covers nothing of it.
    end = span.end_line if span.end_column > 1 else span.end_line - 1
    return any(line in lines for line in range(span.line, end + 1))


def renamed(gone: Mapping[str, str], come: Mapping[str, str]) -> Mapping[str, str]:
    """Return which of the documents that have come was which of those that are gone, by name.

    Both are texts by name. One is another's next version if half of the larger one's characters
    stand in lines that they share; the most alike find each other first.
    """
    before = {name: _weights(text) for name, text in gone.items()}
    pairs = []
    for new, text in come.items():
        after = _weights(text)
        for old, lines in before.items():
            if (alike := _likeness(lines, after)) >= _ALIKE:
                pairs.append((-alike, old, new))
    found: dict[str, str] = {}
    for _, old, new in sorted(pairs):
        if new not in found and old not in found.values():
            found[new] = old
    return found


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in StringIO(text, newline="")]  # as `spans` counts them


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many items two sequences begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _weights(text: str) -> Counter[str]:
    return Counter(line for line in _lines(text) if line)


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    size = max(_size(one.items()), _size(other.items()))
    return _size((one & other).items()) / size if size else 0.0


def _size(lines: Iterable[tuple[str, int]]) -> int:
    return sum(len(line) * number for line, number in lines)

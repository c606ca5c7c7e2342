"""How wide text is at a terminal, in cells, and how it is cut to fit. Only here.

Most letters take one cell, those of Chinese, Japanese and Korean and most emoji two, and accents
none. What is not sure is taken for wider than it may be: a line then ends early, and never wraps.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final

CUT: Final = "…"
"""Stands where something was left out."""

# Letters of Europe, and signs of ours: so many cells as characters, and nothing to be looked up.
_NARROW: Final = re.compile("[ -~\xa1-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2190-\u2193]*")
_WORD: Final = re.compile("( *)([^ ]+)")
_EMOJI: Final = "\ufe0f"  # shows the sign before it as an emoji


def breadth(text: str) -> int:
    """Return how many cells clean text takes at most.

    >>> breadth("書く a\u0301")
    6
    """
    if _NARROW.fullmatch(text):
        return len(text)
    return sum(map(_cells, text))


def cut_end(text: str, width: int) -> str:
    """Cut clean text to so many cells, with `…` for what is left out.

    >>> cut_end("a long title", 8)
    'a long…'
    """
    if breadth(text) <= width:
        return text
    return text[: _head(text, width - 1)].rstrip(" \u200d") + CUT if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """Cut the middle out of clean text: of an address or a path, both ends tell most.

    >>> cut_middle("https://a.example/a/long/path.html", 20)
    'https://a.…path.html'
    """
    if breadth(text) <= width:
        return text
    if width <= 0:
        return ""
    end = (width - 1) // 2
    head = text[: _head(text, width - 1 - end)]
    return head.rstrip("\u200d") + CUT + text[_tail(text, end) :]


def folded(text: str, first: str, then: str, width: int) -> list[str]:
    """Fold clean text into lines of so many cells; a word that is longer stays whole, as a URL has.

    `first` stands before the first line, `then` before all others. Only a long word of a script
    that has no spaces is broken.

    >>> folded("one two three", "> ", "  ", 9)
    ['> one two', '  three']
    """
    used = breadth(first)
    if used + breadth(text) <= width:
        return [first + text]
    lines, line, empty = list[str](), first, True
    for gap, word in _words(text, width - max(breadth(first), breadth(then))):
        cells = breadth(word)
        if not empty and used + len(gap) + cells > width:
            lines.append(line)
            line, used, gap = then, breadth(then), ""  # noqa: PLW2901 - it ends with its line
        line += gap + word
        used += len(gap) + cells
        empty = False
    return [*lines, line]


def _words(text: str, room: int) -> Iterator[tuple[str, str]]:
    """Yield words, each with the spaces before it."""
    for match in _WORD.finditer(text):
        gap, word = match.groups()
        if not word.isascii() and room > 1:
            while breadth(word) > room:
                end = _head(word, room)
                yield gap, word[:end]
                gap, word = "", word[end:]
        yield gap, word


@lru_cache(maxsize=4096)
def _cells(char: str) -> int:
    if char == _EMOJI:  # some terminals make it two cells of one, others do not
        return 1
    from rich.cells import get_character_cell_size  # noqa: PLC0415 - most texts need no table

    return get_character_cell_size(char)


def _head(text: str, width: int) -> int:
    """Return where the longest beginning ends of what is wider, accents included."""
    ends = accumulate(map(_cells, text))
    return next(position for position, end in enumerate(ends) if end > width)


def _tail(text: str, width: int) -> int:
    """Return where its longest end begins; not with an accent, whose letter is left out."""
    begin = position = len(text)
    while (width := width - (cells := _cells(text[position - 1]))) >= 0:
        position -= 1
        if cells and text[position] != _EMOJI:
            begin = position
    return begin

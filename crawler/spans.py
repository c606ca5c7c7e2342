"""Positions: from offsets in a text to the lines and columns that people and editors count."""

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from crawler.model import Span

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_BLOCK: Final = 1024  # bytes between two remembered counts
_CONTINUATION: Final = bytes(range(0x80, 0xC0))  # UTF-8: the bytes at which no character begins


class Lines:
    """Lines and columns of one text. A line ends with LF, CR LF or CR, as in CommonMark §2.1."""

    def __init__(self, text: str) -> None:
        # An array: a document may have a million lines.
        self._starts = array("Q", [0])
        self._starts.extend(match.end() for match in _LINE_END.finditer(text))

    def span(self, start: int, end: int) -> Span:
        """Return the span of `text[start:end]`."""
        return Span(*self._place(start), *self._place(end))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a 1-based place: the way back."""
        return self._starts[line - 1] + column - 1

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class Characters:
    """Character offsets for the UTF-8 byte offsets that a parser counts in."""

    def __init__(self, text: str) -> None:
        data = text.encode()
        self._data = b"" if len(data) == len(text) else data  # all ASCII: nothing to translate
        self._counts = [0]
        for start in range(0, len(self._data), _BLOCK):
            self._counts.append(self._counts[-1] + _characters(data[start : start + _BLOCK]))

    def at(self, byte: int) -> int:
        """Return how many characters begin before `byte`."""
        if not self._data:
            return byte
        block = byte // _BLOCK
        return self._counts[block] + _characters(self._data[block * _BLOCK : byte])


@dataclass(slots=True)
class Piece:
    """A stretch of text as the reader sees it, and where it stands in the source."""

    words: str
    start: int
    end: int


class Joined:
    """Where in the source the joined pieces stand."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._begins = list(accumulate((len(piece.words) for piece in pieces), initial=0))[:-1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source offsets of a stretch; one without characters has a place too."""
        first = self._start(start)
        return first, max(first, self._end(end))

    def _start(self, offset: int) -> int:
        index = bisect_right(self._begins, offset) - 1
        return self._at(index, offset, self._pieces[index].start)

    def _end(self, offset: int) -> int:
        index = bisect_left(self._begins, offset) - 1
        return self._at(index, offset, self._pieces[index].end)

    def _at(self, index: int, offset: int, border: int) -> int:
        piece = self._pieces[index]
        verbatim = piece.end - piece.start == len(piece.words)
        # A character reference (`&amp;`) has no inside: one takes all of it.
        return piece.start + offset - self._begins[index] if verbatim else border


def _characters(data: bytes) -> int:
    return len(data.translate(None, _CONTINUATION))

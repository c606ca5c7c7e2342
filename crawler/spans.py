"""Positions: from offsets in a text to the lines and columns that people and editors count."""

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from io import StringIO
from itertools import accumulate
from typing import Final

from crawler.model import Span

_BLOCK: Final = 1024  # bytes between two remembered counts
_CONTINUATION: Final = bytes(range(0x80, 0xC0))  # UTF-8: the bytes at which no character begins


class Lines:
    """Lines and columns of one text. A line ends with LF, CR LF or CR, as in CommonMark §2.1."""

    def __init__(self, text: str) -> None:
        # An array: a document may have a million lines. `newline=""`: they end as they are written.
        self._starts = array("Q", accumulate(map(len, StringIO(text, newline="")), initial=0))
        if text and not text.endswith(("\n", "\r")):
            self._starts.pop()  # where the text ends, no line begins

    def span(self, start: int, end: int) -> Span:
        """Return the span of `text[start:end]`."""
        line, column = self._place(start)
        last = column + end - start
        if line == len(self._starts) or end < self._starts[line]:
            return Span(line, column, line, last)
        return Span(line, column, *self._place(end))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a 1-based place: the way back."""
        return self._starts[line - 1] + column - 1

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class Characters:
    """Character offsets for the UTF-8 byte offsets that a parser counts in."""

    def __init__(self, text: str) -> None:
        self._data = b"" if text.isascii() else text.encode()  # ASCII: nothing to translate
        self._counts = [0]
        for start in range(0, len(self._data), _BLOCK):
            self._counts.append(self._counts[-1] + _characters(self._data[start : start + _BLOCK]))
        self._last = (0, 0)  # the byte that was asked for, and the answer: the next is near

    def at(self, byte: int) -> int:
        """Return how many characters begin before `byte`."""
        if not self._data:
            return byte
        last, before = self._last
        if not 0 <= byte - last < _BLOCK:
            last = byte // _BLOCK * _BLOCK
            before = self._counts[byte // _BLOCK]
        number = before + _characters(self._data[last:byte])
        self._last = (byte, number)
        return number


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

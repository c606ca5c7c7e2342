"""Positions: from offsets in a text to the lines and columns that people and editors count."""

import re
from array import array
from bisect import bisect_right
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


def _characters(data: bytes) -> int:
    return len(data.translate(None, _CONTINUATION))

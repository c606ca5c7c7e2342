"""Tables of reStructuredText: which stretches of which lines belong to one cell.

A cell is a document of its own in the middle of others; here and only here it is cut out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from crawler.layout import Layout
from crawler.spans import Piece

GRID: Final = re.compile(r"\+-[-+]+-\+[ \t]*\Z")
SIMPLE: Final = re.compile(r"=+(?: +=+)+[ \t]*\Z")
_GRID_BORDER: Final = re.compile(r"\+[-=+]+\+[ \t]*\Z")
_SIMPLE_LINE: Final = re.compile(r"[-= ]+\Z")
_RUN: Final = re.compile(r"=+")
_WORTH_READING: Final = re.compile(r"[:`_@.]")


def rows_of(layout: Layout, line: int, last: int, at: int) -> list[Piece]:
    """Return the lines of a table, from the column on in which it begins."""
    left = at - layout.margin(line)
    rows = []
    for each in range(line, last):
        start = min(layout.margin(each) + left, layout.ends[each])
        rows.append(Piece(layout.text[start : layout.ends[each]], start, layout.ends[each]))
    return rows


def grid_cells(rows: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the cells of a grid table that may hold something, given its lines."""
    borders: list[int] = []
    group: list[Piece] = []
    for row in rows:
        if _GRID_BORDER.match(row.words):
            yield from _cut(group, borders)
            group, borders = [], [at for at, sign in enumerate(row.words) if sign == "+"]
        else:
            group.append(row)
    yield from _cut(group, borders)


def simple_cells(rows: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the cells of a simple table that may hold something, given its lines."""
    starts = [match.start() for match in _RUN.finditer(rows[0].words)]
    borders = [start - 1 for start in starts]
    group: list[Piece] = []
    for row in rows:
        rule = _SIMPLE_LINE.match(row.words)
        begins = row.words[: starts[1]].strip() if len(starts) > 1 else row.words
        if rule or begins:
            yield from _cut(group, borders, " ")
            group = []
        if not rule:
            group.append(row)
    yield from _cut(group, borders, " ")


def _cut(group: Sequence[Piece], borders: Sequence[int], sign: str = "|+") -> Iterator[list[Piece]]:
    """Cut lines at the borders that all of them have."""
    if not any(_WORTH_READING.search(row.words) for row in group):
        return
    common = [at for at in borders if all(row.words[max(at, 0) : at + 1] in sign for row in group)]
    # None may be common to all: a line that is indented less is in no cell.
    for start, end in zip(common, [*common[1:], None], strict=False):
        cell = [_part(row, start + 1, end) for row in group]
        if any(_WORTH_READING.search(piece.words) for piece in cell):
            yield cell


def _part(row: Piece, start: int, end: int | None) -> Piece:
    words = row.words[start:end]
    first = row.start + min(start, len(row.words))
    return Piece(words, first, first + len(words))

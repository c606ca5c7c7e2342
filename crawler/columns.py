"""Tables for people at a terminal: cells in columns, in lines that are never too wide.

Numbers stand to the right and are whole; the widest texts are cut from their middle, as they are
addresses and paths more often than not. What is cut shows `…`. Whatever strangers have written is
cleaned here: a cell holds no control, and no line is a command of a CI.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from crawler.breadth import breadth, cut_end, cut_middle
from crawler.text import WIDTH, clean

_GAP: Final = "  "
_LEAST: Final = 8
_LONGEST: Final = 2048

Cells: TypeAlias = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what stands above it, and whether it holds numbers."""

    title: str = ""
    number: bool = False


def table(
    columns: Sequence[Column], rows: Iterable[Cells], width: int = WIDTH, indent: str = ""
) -> Iterator[str]:
    """Yield lines, without line ends: a heading, if any column has a title, and each row.

    Every row has as many cells as there are columns. All rows are held, to be measured.
    """
    shown = [[_clean(cell) for cell in row] for row in rows]
    titles = [_clean(column.title) for column in columns]
    heading = [titles] if any(titles) else []
    natural = [max(map(breadth, each), default=0) for each in zip(*heading, *shown, strict=True)]
    widths = fitted(columns, natural, width - len(indent))
    if heading:
        heading.append(["-" * each for each in widths])
    for row in (*heading, *shown):
        cells = zip(columns, widths, row, strict=True)
        line = indent + _GAP.join(padded(cell, each, column) for column, each, cell in cells)
        yield cut_end(line.rstrip(), width)


def lined_up(rows: Sequence[Cells]) -> Iterator[str]:
    """Yield lines of clean cells below each other, of which nothing is cut, however wide they are.

    The last cell of a line may be as long as it likes.
    """
    widths = [max(map(breadth, each)) for each in zip(*rows, strict=True)]
    for *cells, last in rows:
        padded_cells = (cell + " " * (width - breadth(cell)) for cell, width in zip(cells, widths))  # noqa: B905 - the last has none
        yield _GAP.join((*padded_cells, last))


def fitted(columns: Sequence[Column], natural: Sequence[int], room: int) -> list[int]:
    """Return how wide each column is, given what it would take: the widest texts give way.

    Numbers never do, nor does a text of a few letters: a table with too many of them does not fit,
    and its lines are cut at their ends.
    """
    widths = list(natural)
    texts = [index for index, column in enumerate(columns) if not column.number]
    left = room - len(_GAP) * (len(widths) - 1) - sum(widths)
    while left < 0 and texts:
        widest = max(texts, key=lambda index: widths[index])
        if widths[widest] <= _LEAST:
            break
        widths[widest] -= 1
        left += 1
    return widths


def padded(cell: str, width: int, column: Column) -> str:
    """Cut clean text to a column's width, and fill it up."""
    cell = cut_middle(cell, width)
    space = " " * (width - breadth(cell))
    return space + cell if column.number else cell + space


def _clean(cell: str) -> str:
    cell = clean(cell, _LONGEST)
    return cell.replace("::", ": :", 1) if cell.startswith("::") else cell

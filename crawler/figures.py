"""Tables of figures, before they have a format: what stands in them, and how people see it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isinf
from typing import Any, Final, TypeAlias

from crawler.words import Words

_MANY: Final = 100


class Form(StrEnum):
    """What the cells of a column are."""

    NAME = "name"
    COUNT = "count"
    SHARE = "share"
    YEARS = "years"
    DAY = "day"


class Room(StrEnum):
    """Where a column is shown: where there is room for it, or where there are but 80 columns."""

    ANY = "any"
    WIDE = "wide"
    NARROW = "narrow"


class Said(str):
    """Words of ours in a column of names, all others of which were written by somebody else."""

    __slots__ = ()


Cell: TypeAlias = str | int | float | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name for machines, what people read above it, and what it holds.

    What is for narrow tables alone adds up others, and is nothing for machines. `note` says what
    the title is short for.
    """

    name: str
    title: str
    form: Form = Form.COUNT
    room: Room = Room.ANY
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures, in order; the first column has the name that each is of.

    People see the first `head` rows, and `rest`, sentences that count all others; machines see all.
    A table without a title is for machines alone. `words` say what is counted.
    """

    name: str
    title: str
    words: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    head: int
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """A whole report in figures."""

    heading: str
    summary: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


# Shown also where there is none: that a column is empty may be what somebody looks for.
_ALWAYS: Final = frozenset({"links", "broken", "share_broken"})


def presented(
    table: Table, words: Words, escape: Callable[[str], str], room: Room
) -> tuple[tuple[Column, ...], list[list[str]]]:
    """Return the columns that have something to show in the rows for people, and those as text.

    Strangers' texts go through `escape`, and ours through `words`.
    """
    rows = table.rows[: table.head]
    kept = [
        index
        for index, column in enumerate(table.columns)
        if column.room in (room, Room.ANY) and _has_something(column, [row[index] for row in rows])
    ]
    columns = tuple(table.columns[index] for index in kept)
    texts = [
        [
            _text(row[index], column, words, escape)
            for index, column in zip(kept, columns, strict=True)
        ]
        for row in rows
    ]
    return columns, texts


def legend(shown: Iterable[Column]) -> tuple[str, ...]:
    """Return what the titles of columns are short for, once each."""
    return tuple(dict.fromkeys(column.note for column in shown if column.note))


def records(table: Table) -> Iterator[dict[str, Any]]:
    """Yield each row as plain data, under its `name`, or its `group` where the words are ours."""
    for first, *others in table.rows:
        ours = isinstance(first, Said)
        pairs = zip(table.columns[1:], others, strict=True)
        told = {each.name: _plain(cell) for each, cell in pairs if each.room is not Room.NARROW}
        name, group = (None, str(first)) if ours else (first, None)
        yield {"by": table.name, "name": name, "group": group, **told}


def _has_something(column: Column, cells: Sequence[Cell]) -> bool:
    return column.form is Form.NAME or column.name in _ALWAYS or any(cells)


def _text(cell: Cell, column: Column, words: Words, escape: Callable[[str], str]) -> str:
    match cell:
        case None:
            return "–"  # noqa: RUF001 - a dash is meant
        case Said():
            return words(cell)
        case str():
            return escape(cell)
        case datetime():
            return f"{cell:%Y-%m-%d}"
        case _:
            return _FORMS.get(column.form, str)(cell)


def years(number: float) -> str:
    """Write a number of years as exactly as it deserves.

    >>> [years(each) for each in (0.251, 7.02, 250.4)]
    ['0.25', '7.0', '250']
    """
    return (
        f"{number:.0f}" if number >= _MANY else f"{number:.1f}" if number >= 1 else f"{number:.2f}"
    )


def share(number: float) -> str:
    """Write a share.

    >>> share(0.1234)
    '12.3 %'
    """
    return f"{100 * number:.1f} %"


_FORMS: Final[Mapping[Form, Callable[[float], str]]] = {Form.SHARE: share, Form.YEARS: years}


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float):
        return None if isinf(cell) else round(cell, 4)
    return cell

"""Tables of figures for a terminal: as many columns as it has room for."""

from collections.abc import Iterator
from typing import Final

from crawler import columns
from crawler.breadth import breadth
from crawler.figures import Column, Figures, Form, Room, Table, legend, presented
from crawler.ink import Line, Paper, escape
from crawler.text import wrapped
from crawler.words import Words

_WIDE: Final = 132
"""Columns of a terminal from which on there is room for all that people are shown."""


def figure_lines(told: Figures, paper: Paper, words: Words) -> Iterator[Line]:
    """Yield a whole report in figures."""
    yield ((words(told.heading), "bold"),)
    yield ((wrapped(words(told.summary), "", width=paper.width), "bold"),)
    shown: list[Column] = []
    for table in told.tables:
        if table.title:
            yield ()
            yield from _table(table, shown, paper, words)
    for style, sentences in (("dim", legend(shown)), ("yellow", told.notes)):
        if sentences:
            yield ()
        for each in sentences:
            yield ((wrapped(escape(words(each)), "", width=paper.width), style),)


def _table(table: Table, shown: list[Column], paper: Paper, words: Words) -> Iterator[Line]:
    title = words(table.title)
    yield ((title, "bold blue"),)
    yield (("-" * breadth(title), "dim"),)
    for each in table.words:
        yield ((wrapped(words(each), "", width=paper.width), "dim"),)
    room = Room.WIDE if paper.room >= _WIDE else Room.NARROW
    heads, rows = presented(table, words, escape, room)
    if rows:
        shown += heads
        titled = [columns.Column(words(each.title), each.form is not Form.NAME) for each in heads]
        lines = columns.table(titled, rows, paper.room, "  ")
        yield from (((line, ""),) for line in lines)
    for each in table.rest:
        yield ((wrapped(words(each), "  ", width=paper.width), ""),)

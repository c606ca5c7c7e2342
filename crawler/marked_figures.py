"""Tables of figures in Markdown."""

from collections.abc import Iterable, Iterator

from crawler.figures import Column, Figures, Form, Room, Table, legend, presented
from crawler.marked import escape
from crawler.words import Words


def marked_figures(told: Figures, words: Words) -> Iterator[str]:
    """Yield a whole report in figures, piece by piece."""
    yield f"# {words(told.heading)}\n\n{words(told.summary)}\n"
    for note in told.notes:
        yield f"\n**{words('Note')}:** {escape(words(note))}\n"
    shown: list[Column] = []
    for table in told.tables:
        if table.title:
            yield from (f"{line}\n" for line in _table(table, shown, words))
    if notes := legend(shown):
        yield "\n"
        yield from (f"- {words(note)}\n" for note in notes)


def _table(table: Table, shown: list[Column], words: Words) -> Iterator[str]:
    yield from ("", f"## {words(table.title)}")
    if table.words:
        yield from ("", " ".join(map(words, table.words)))
    columns, rows = presented(table, words, escape, Room.WIDE)
    if rows:
        shown += columns
        yield from ("", _line(words(each.title) for each in columns))
        yield _line("---" if each.form is Form.NAME else "---:" for each in columns)
        yield from map(_line, rows)
    for sentence in table.rest:
        yield from ("", words(sentence))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

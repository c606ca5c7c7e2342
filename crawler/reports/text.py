"""Text for the terminal: what is wrong, where, since when. Readable in 80 columns without colour.

Rich lays it out; strangers' text reaches it cleaned and as `Text`, never as markup.
"""

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Final, TypeAlias

from crawler.bulletin import bulletin, with_changes
from crawler.catalogue import chapters
from crawler.drafts import Entry
from crawler.model import Occurrence, Outcome, Report
from crawler.outline import Aspect, Outline, Section, outline
from crawler.text import clean, readable, shown_name, wrapped
from crawler.words import Words

_STYLES: Final = {
    Outcome.BROKEN: "bold red",
    Outcome.INVALID: "bold red",
    Outcome.FAILING: "bold yellow",
    Outcome.UNSAFE: "bold magenta",
    Outcome.BLOCKED: "bold cyan",
}
_SHOWN_PLACES: Final = 10
_SHOWN_URL: Final = 2048
_INDENT: Final = " " * 4

# Pieces of text, each with a style.
Line: TypeAlias = tuple[tuple[str, str], ...]


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render without colour."""
    return render_styled(report, aspect, words, color=False)


def render_styled(report: Report, aspect: Aspect, _words: Words, *, color: bool) -> Iterator[str]:
    """Render for a terminal, with colour if it wants any."""
    if aspect is Aspect.CATALOGUE:
        return _catalogue(report)
    if aspect is Aspect.CHANGES:
        lines = _lines(bulletin(report))
    else:
        lines = _lines(with_changes(outline(report, aspect), report))
    return _colored(lines) if color else _plain(lines)


def _catalogue(report: Report) -> Iterator[str]:
    document = None
    for chapter in chapters(report):
        if chapter.document != document:
            yield "\n" if document else ""
            document = chapter.document
            yield f"{shown_name(document)}\n"
        yield f"\n{escape(chapter.section)}\n" if chapter.section else "\n"
        for each in chapter.resources:
            remarks = f"  ({', '.join(map(escape, each.remarks))})" if each.remarks else ""
            yield f"{wrapped(escape(each.name) + remarks, '  ', _INDENT)}\n"
            yield f"{_INDENT}{clean(each.url, _SHOWN_URL)}\n"


def escape(text: str) -> str:
    """Make any text safe for a terminal, and readable."""
    return clean(readable(text))


def _lines(said: Outline) -> Iterator[Line]:
    yield ((said.heading, "bold"),)
    for section in said.sections:
        yield ()
        yield from _section(section)
    yield ()
    yield ((said.summary, "bold"),)
    for note in said.notes:
        yield ((wrapped(escape(note), ""), "yellow"),)


def _plain(lines: Iterable[Line]) -> Iterator[str]:
    return ("".join(text for text, _ in line) + "\n" for line in lines)


def _colored(lines: Iterable[Line]) -> Iterator[str]:
    from rich.console import Console  # noqa: PLC0415 - 70 ms that a plain report need not pay
    from rich.text import Text  # noqa: PLC0415

    console = Console(file=StringIO(), force_terminal=True, legacy_windows=False)
    for line in lines:  # never wrapped: a URL must stay one that can be selected
        with console.capture() as captured:
            console.print(Text.assemble(*line), soft_wrap=True)
        yield captured.get()


def _section(section: Section) -> Iterator[Line]:
    style = _STYLES.get(section.outcome, "bold blue") if section.outcome else "bold blue"
    yield ((f"{section.title} ({len(section.entries)})", style),)
    yield ((section.words, "dim"),)
    for document, entries in section.groups():
        if document:
            yield ()
            yield ((f"  {shown_name(document)}", "underline"),)
        for entry in entries:
            yield ()
            yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[Line]:
    yield ((f"  {clean(entry.url, _SHOWN_URL)}", ""),)
    if entry.replacement:
        yield ((f"  → {entry.replacement}", "green"),)
    code = f"[{entry.code}]"  # on the last line of the sentence, or alone
    told = wrapped(f"{escape(entry.sentence)}  {code}", _INDENT).removesuffix(code)
    yield ((told, ""), (code, "dim"))
    if entry.history:
        yield ((wrapped(escape(entry.history), _INDENT), ""),)
    if entry.copy:
        yield ((wrapped(entry.copy.message, _INDENT), ""),)
        yield ((f"{_INDENT}{entry.copy.replacement}", "green"),)
    for place in entry.places[:_SHOWN_PLACES]:
        yield _place(place)
    if entry.written > _SHOWN_PLACES:
        yield ((f"    and {entry.written - _SHOWN_PLACES} more places", "dim"),)


def _place(place: Occurrence) -> Line:
    where = f"    {shown_name(place.document)}:{place.span.line}:{place.span.column}"
    label = escape(place.text)
    return ((where, "dim"), (f"  {label}" if label else "", ""))

"""Text for people at a terminal, in logs and mails: what is wrong, where, since when.

Readable in 80 columns without colour: headings are underlined, and begin at the left as nothing
else does. URLs stand first in their line and are whole, so that they can be selected.
"""

from collections.abc import Iterator
from typing import Final

from crawler.breadth import breadth
from crawler.bulletin import bulletin, with_changes
from crawler.catalogue import chapters
from crawler.columns import Column, table
from crawler.drafts import Entry
from crawler.ink import LINK, PLAIN, Line, Paper, escape, inked
from crawler.model import Occurrence, Outcome, Report
from crawler.outline import FIGURED, Aspect, Outline, Section
from crawler.text import clean, shown_name, wrapped
from crawler.whereabouts import Room, whereabouts
from crawler.words import Words

_STYLES: Final = {
    Outcome.BROKEN: "bold red",
    Outcome.INVALID: "bold red",
    Outcome.FAILING: "bold yellow",
    Outcome.UNSAFE: "bold magenta",
    Outcome.BLOCKED: "bold cyan",
}
_SHOWN_PLACES: Final = 10  # lines
_SHOWN_URL: Final = 2048
_INDENT: Final = " " * 4
_FIGURES: Final = (Column(number=True), Column())


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render without colour, 80 columns wide."""
    return render_styled(report, aspect, words, PLAIN)


def render_styled(report: Report, aspect: Aspect, words: Words, paper: Paper) -> Iterator[str]:
    """Render as what it is written on takes it."""
    if aspect is Aspect.CATALOGUE:
        lines = _catalogue(report, paper, words)
    elif aspect in FIGURED:
        from crawler.inked_figures import figure_lines  # noqa: PLC0415 - few reports need it
        from crawler.rot import figures  # noqa: PLC0415

        lines = figure_lines(figures(report, aspect), paper, words)
    elif aspect is Aspect.CHANGES:
        lines = _lines(bulletin(report), paper, words)
    else:
        lines = _lines(with_changes(report, aspect), paper, words)
    return inked(lines, paper)


def _catalogue(report: Report, paper: Paper, words: Words) -> Iterator[Line]:
    document = None
    for chapter in chapters(report):
        if chapter.document != document:
            yield from [()] if document else []
            document = chapter.document
            yield from _underlined(shown_name(document), "bold")
        yield ()
        if chapter.section:
            yield ((escape(chapter.section), "bold"),)
        for each in chapter.resources:
            about = (*each.remarks, *filter(None, (words(each.trouble),)))
            remarks = f"  ({', '.join(map(escape, about))})" if about else ""
            told = wrapped(escape(each.name) + remarks, "  ", _INDENT, paper.width)
            yield ((told, ""),)
            yield (_INDENT, ""), (clean(each.url, _SHOWN_URL), LINK)


def _lines(said: Outline, paper: Paper, words: Words) -> Iterator[Line]:
    yield ((words(said.heading), "bold"),)
    for section in said.sections:
        yield ()
        yield from _section(section, paper, words)
    yield ()
    yield from _summary(said, paper, words)
    for note in said.notes:
        yield ((wrapped(escape(words(note)), "", width=paper.width), "yellow"),)


def _summary(said: Outline, paper: Paper, words: Words) -> Iterator[Line]:
    """Say it in a sentence if that is one line, else number below number."""
    if len(said.summary) <= paper.width or not said.figures:
        yield ((wrapped(words(said.summary), "", width=paper.width), "bold"),)
        return
    yield ((words(said.total), "bold"),)
    # Whole, for other languages bend a word by the number before it.
    names = (words(f"{number} {name}").partition(" ")[2] for number, name in said.figures)
    rows = [(f"{number:,}", name) for (number, _), name in zip(said.figures, names, strict=True)]
    yield from (((line, ""),) for line in table(_FIGURES, rows, paper.width, "  "))
    yield from [()] if said.notes else []


def _underlined(text: str, style: str) -> Iterator[Line]:
    yield ((text, style),)
    yield (("-" * breadth(text), "dim"),)


def _section(section: Section, paper: Paper, words: Words) -> Iterator[Line]:
    style = _STYLES.get(section.outcome, "bold blue") if section.outcome else "bold blue"
    yield from _underlined(f"{words(section.title)} ({len(section.entries)})", style)
    shared = _shared_code(section)
    told = f"{words(section.words)}  {shared}".rstrip()
    yield ((wrapped(told, "", width=paper.width), "dim"),)
    # Advice is short, and its URLs stand out enough; what has a story to tell needs room.
    roomy = any(entry.history or entry.copy for entry in section.entries)
    for document, entries in section.groups():
        if document:
            yield ()
            yield ((shown_name(document), "underline"),)
        for index, entry in enumerate(entries):
            first = not (index or document)
            yield from [()] if first or (index and (roomy or section.outcome)) else []
            yield from _entry(entry, shared, paper, words)


def _shared_code(section: Section) -> str:
    """Return the code that all entries of a piece of advice have: it need not stand with each."""
    codes = {entry.code for entry in section.entries}
    return f"[{codes.pop()}]" if section.outcome is None and len(codes) == 1 else ""


def _entry(entry: Entry, shared: str, paper: Paper, words: Words) -> Iterator[Line]:
    yield ("  ", ""), (clean(entry.url, _SHOWN_URL), f"bold {LINK}")
    if entry.replacement:
        yield ("  → ", "green"), (clean(entry.replacement, _SHOWN_URL), f"green {LINK}")
    code = "" if shared else f"[{entry.code}]"  # on the last line of the sentence, or alone
    told = f"{escape(words(entry.sentence))}  {code}".rstrip()
    yield (wrapped(told, _INDENT, width=paper.width).removesuffix(code), ""), (code, "dim")
    if entry.history:
        yield ((wrapped(escape(words(entry.history)), _INDENT, width=paper.width), ""),)
    if entry.copy:
        yield ((wrapped(escape(words(entry.copy.message)), _INDENT, width=paper.width), ""),)
        yield (_INDENT, ""), (clean(entry.copy.replacement or "", _SHOWN_URL), f"green {LINK}")
    room = Room(_INDENT, paper.width, _SHOWN_PLACES)
    yield from whereabouts(entry.places, entry.written, _label, room, words)


def _label(place: Occurrence) -> str:
    return escape(place.text)

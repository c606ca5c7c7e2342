"""Markdown for `$GITHUB_STEP_SUMMARY`: tables, the worst first, and no more than GitHub takes.

A summary that is larger than 1 MiB is lost whole: what does not fit is left out, and counted.
Strangers' text goes through `marked`, so that it stays text; in a cell nothing is shown as code,
for there a backslash before a pipe would end it.
"""

from collections.abc import Iterator
from typing import Final

from crawler.bulletin import bulletin, with_changes
from crawler.drafts import Entry
from crawler.explanations import cure
from crawler.marked import escape, link, within
from crawler.model import Occurrence, Report
from crawler.outline import Aspect, Outline, Section
from crawler.words import Words

MAX_BYTES: Final = 1_000_000
"""Of 1,048,576; a step's summary may have something else in it."""
_PLACES: Final = 5


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render a table for each section, as far as there is room."""
    changes_alone = aspect is Aspect.CHANGES
    said = bulletin(report) if changes_alone else with_changes(report, aspect)
    yield from within(_pieces(said, words), MAX_BYTES, words)


def _pieces(said: Outline, words: Words) -> Iterator[tuple[str, int]]:
    """Yield what stands together, and how many things it tells that could be left out."""
    yield f"# {words(said.heading)}\n\n{words(said.summary)}\n", 0
    for note in said.notes:
        yield f"\n**{words('Note')}:** {escape(words(note))}\n", 1
    for section in said.sections:
        yield _head(section, words), 0
        for entry in section.entries:
            yield f"| {_what(entry)} | {_why(entry, words)} | {_where(entry, words)} |\n", 1


def _head(section: Section, words: Words) -> str:
    title = f"{words(section.title)} ({len(section.entries)})"
    columns = " | ".join(map(words, ("Link", "What is known", "Where")))
    return f"\n## {title}\n\n{words(section.words)}\n\n| {columns} |\n|---|---|---|\n"


def _what(entry: Entry) -> str:
    shown = _link(entry.url) if entry.followable else escape(entry.url)
    return f"{shown} → {_link(entry.replacement)}" if entry.replacement else shown


def _why(entry: Entry, words: Words) -> str:
    told = [f"{escape(words(entry.sentence))} ({entry.code})"]
    if entry.history:
        told.append(escape(words(entry.history)))
    if not entry.replacement:
        told.append(_cure(entry, words))
    if entry.copy and entry.copy.replacement:
        told.append(f"{escape(words(entry.copy.message))} {_link(entry.copy.replacement)}")
    return "<br>".join(filter(None, told))


def _cure(entry: Entry, words: Words) -> str:
    kind, code = entry.explained
    return cure(code, words, kind)


def _where(entry: Entry, words: Words) -> str:
    told = [_place(place) for place in entry.places[:_PLACES]]
    more = entry.written - len(told)
    if more > 0:
        told.append(words(f"and {more} more {'place' if more == 1 else 'places'}"))
    return "<br>".join(told)


def _place(place: Occurrence) -> str:
    where = escape(f"{place.document}:{place.span.line}:{place.span.column}")
    label = escape(place.text)
    return f"{where} “{label}”" if label else where


def _link(url: str) -> str:
    return link(url.replace("|", "%7C"))  # a pipe ends a cell

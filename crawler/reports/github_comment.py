"""Markdown for a comment or an issue that is written anew each time: found again by its first line.

It says nothing that is another each time, such as the moment, so that the same trouble is the same
text. URLs are code and no links: it may be made of what a stranger's branch has made.
"""

from collections.abc import Iterator
from typing import Final

from crawler.drafts import Entry
from crawler.explanations import cure
from crawler.marked import code, escape, within
from crawler.model import Report
from crawler.notices import is_whole
from crawler.outline import Aspect, Outline, Section, outline
from crawler.words import Words

MAX_BYTES: Final = 60_000
"""Of 65,536 characters that a comment may have; somebody may put something before or behind it."""

_SOMETHING: Final = "<!-- crawl: something to tell -->"
_NOTHING: Final = "<!-- crawl: nothing to tell -->"
_PLACES: Final = 5


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render a list for each section, as far as there is room."""
    said = outline(report, aspect)
    yield f"{_SOMETHING if said.sections or not is_whole(report) else _NOTHING}\n"
    yield from within(_pieces(said, words), MAX_BYTES, words)


def _pieces(said: Outline, words: Words) -> Iterator[tuple[str, int]]:
    """Yield what stands together, and how many things it tells that could be left out."""
    yield f"### {words('Links')}\n\n{words(said.summary)}\n", 0
    for note in said.notes:
        yield f"\n**{words('Note')}:** {escape(words(note))}\n", 1
    for section in said.sections:
        yield _head(section, words), 0
        for entry in section.entries:
            yield "".join(f"{line}\n" for line in _entry(entry, words)), 1


def _head(section: Section, words: Words) -> str:
    title = f"{words(section.title)} ({len(section.entries)})"
    return f"\n#### {title}\n\n{words(section.words)}\n\n"


def _entry(entry: Entry, words: Words) -> Iterator[str]:
    yield f"- {code(entry.url)}"
    if entry.replacement:
        yield f"  → {code(entry.replacement)}"
    told = [f"{escape(words(entry.sentence))} ({entry.code})"]
    if not entry.replacement:
        told.append(cure(entry.explained[1], words, entry.explained[0]))
    yield f"  {' '.join(filter(None, told))}"
    if entry.copy and entry.copy.replacement:
        yield f"  {escape(words(entry.copy.message))} {code(entry.copy.replacement)}"
    for place in entry.places[:_PLACES]:
        where = code(f"{place.document}:{place.span.line}:{place.span.column}")
        label = escape(place.text)
        yield f"  - {where} “{label}”" if label else f"  - {where}"
    more = entry.written - len(entry.places[:_PLACES])
    if more > 0:
        places = "place" if more == 1 else "places"
        yield f"  - {words(f'and {more} more {places}')}"

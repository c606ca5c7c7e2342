"""Markdown: for a file in the repository, an issue or a step summary.

Strangers' text is escaped so that it stays text: no links, images, tables or HTML come of it, and
on a forge it mentions nobody and refers to no issue.
"""

import re
from collections.abc import Iterator
from typing import Final

from crawler.bulletin import bulletin, with_changes
from crawler.catalogue import Resource, chapters
from crawler.drafts import Entry
from crawler.model import Occurrence, Report
from crawler.outline import Aspect, Outline, Section, outline
from crawler.text import clean, readable
from crawler.words import Words

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()<>|~&!])")
# `@name`, `#1`, `GH-1`, `https://`, `www.`, and hashes of commits: forges make links of them.
_REFERENCE: Final = re.compile(
    r"([@#]|\bGH-)(?=\w)|(?<=\w)://|\bwww(?=\.)|\b[0-9a-f]{7}(?=[0-9a-f]{0,33}\b)"
)


def render(report: Report, aspect: Aspect, _words: Words) -> Iterator[str]:
    """Render sections of entries, or a list of resources under the headings of documents."""
    if aspect is Aspect.CATALOGUE:
        return _catalogue(report)
    if aspect is Aspect.CHANGES:
        return _rendered(bulletin(report))
    return _rendered(with_changes(outline(report, aspect), report))


def _catalogue(report: Report) -> Iterator[str]:
    yield "# Catalogue\n"
    document = None
    for chapter in chapters(report):
        if chapter.document != document:
            document = chapter.document
            yield f"\n## {escape(document)}\n"
        if chapter.section:
            yield f"\n### {escape(chapter.section)}\n"
        yield "\n"
        yield from (f"- {_resource(each)}\n" for each in chapter.resources)


def escape(text: str) -> str:
    """Make any text plain text."""
    escaped = _SPECIAL.sub(r"\\\1", clean(readable(text)))
    return _REFERENCE.sub(lambda match: f"{match[0]}\u200b", escaped)


def code(text: str) -> str:
    """Show any text as code, whatever backticks it holds."""
    shown = clean(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _rendered(said: Outline) -> Iterator[str]:
    yield f"# {said.heading}\n\n{said.summary}\n"
    for note in said.notes:
        yield f"\n**Note:** {escape(note)}\n"
    for section in said.sections:
        yield from (f"{line}\n" for line in _section(section))


def _resource(resource: Resource) -> str:
    remarks = "".join(f" · {escape(each)}" for each in resource.remarks)
    return f"[{escape(resource.name)}](<{resource.url}>){remarks}"


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield f"## {section.title} ({len(section.entries)})"
    yield ""
    yield section.words
    for document, entries in section.groups():
        if document:
            yield ""
            yield f"### {escape(document)}"
        for entry in entries:
            yield ""
            yield from _entry(entry)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"- {_url(entry.url) if entry.followable else code(entry.url)}"
    if entry.replacement:
        yield f"  → {_url(entry.replacement)}"
    yield f"  {escape(entry.sentence)} ({entry.code})"
    if entry.history:
        yield f"  {escape(entry.history)}"
    if entry.copy and entry.copy.replacement:
        yield f"  {entry.copy.message} {_url(entry.copy.replacement)}"
    for place in entry.places:
        yield f"  - {_place(place)}"
    if entry.written > len(entry.places):
        yield f"  - and {entry.written - len(entry.places)} more places"


def _url(url: str) -> str:
    # A normalised URL holds neither white space, angle brackets nor controls: an autolink's text.
    return f"<{url}>"


def _place(place: Occurrence) -> str:
    where = code(f"{place.document}:{place.span.line}:{place.span.column}")
    label = escape(place.text)
    return f"{where} “{label}”" if label else where

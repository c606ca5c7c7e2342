"""Markdown: for a file in the repository, an issue or a step summary.

Strangers' text goes through `marked`, so that it stays text.
"""

from collections.abc import Iterator

from crawler.bulletin import bulletin, with_changes
from crawler.catalogue import Resource, chapters
from crawler.drafts import Entry
from crawler.marked import code, escape, link
from crawler.model import Occurrence, Report
from crawler.outline import FIGURED, Aspect, Outline, Section
from crawler.words import Words


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render sections of entries, or a list of resources under the headings of documents."""
    if aspect is Aspect.CATALOGUE:
        return _catalogue(report, words)
    if aspect in FIGURED:
        from crawler.marked_figures import marked_figures  # noqa: PLC0415 - few reports need it
        from crawler.rot import figures  # noqa: PLC0415

        return marked_figures(figures(report, aspect), words)
    if aspect is Aspect.CHANGES:
        return _rendered(bulletin(report), words)
    return _rendered(with_changes(report, aspect), words)


def _catalogue(report: Report, words: Words) -> Iterator[str]:
    yield f"# {words('Catalogue')}\n"
    document = None
    for chapter in chapters(report):
        if chapter.document != document:
            document = chapter.document
            yield f"\n## {escape(document)}\n"
        if chapter.section:
            yield f"\n### {escape(chapter.section)}\n"
        yield "\n"
        yield from (f"- {_resource(each, words)}\n" for each in chapter.resources)


def _rendered(said: Outline, words: Words) -> Iterator[str]:
    yield f"# {words(said.heading)}\n\n{words(said.summary)}\n"
    for note in said.notes:
        yield f"\n**{words('Note')}:** {escape(words(note))}\n"
    for section in said.sections:
        yield from (f"{line}\n" for line in _section(section, words))


def _resource(resource: Resource, words: Words) -> str:
    told = (*resource.remarks, *filter(None, (words(resource.trouble),)))
    remarks = "".join(f" · {escape(each)}" for each in told)
    return f"[{escape(resource.name)}](<{resource.url}>){remarks}"


def _section(section: Section, words: Words) -> Iterator[str]:
    yield ""
    yield f"## {words(section.title)} ({len(section.entries)})"
    yield ""
    yield words(section.words)
    for document, entries in section.groups():
        if document:
            yield ""
            yield f"### {escape(document)}"
        for entry in entries:
            yield ""
            yield from _entry(entry, words)


def _entry(entry: Entry, words: Words) -> Iterator[str]:
    yield f"- {link(entry.url) if entry.followable else code(entry.url)}"
    if entry.replacement:
        yield f"  → {link(entry.replacement)}"
    yield f"  {escape(words(entry.sentence))} ({entry.code})"
    if entry.history:
        yield f"  {escape(words(entry.history))}"
    if entry.copy and entry.copy.replacement:
        yield f"  {words(entry.copy.message)} {link(entry.copy.replacement)}"
    for place in entry.places:
        yield f"  - {_place(place)}"
    if entry.written > len(entry.places):
        yield f"  - {words(f'and {entry.written - len(entry.places)} more places')}"


def _place(place: Occurrence) -> str:
    where = code(f"{place.document}:{place.span.line}:{place.span.column}")
    label = escape(place.text)
    return f"{where} “{label}”" if label else where

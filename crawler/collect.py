"""From documents to distinct links."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from crawler import documents
from crawler.model import Document, Link, Occurrence, Place
from crawler.settings import ExtractSettings
from crawler.urls import Rejected, Target, Url, mask, resolve

MAX_STORED: Final = 2048
"""Characters of a written link that are kept: an image inside a URL (`data:`) is no text."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What the documents write: every place in order, every distinct link, and remarks."""

    places: tuple[Place, ...]
    links: tuple[Link, ...]
    documents: tuple[Document, ...]
    remarks: tuple[str, ...] = ()

    def with_remarks(self, remarks: Iterable[str]) -> "Collection":
        """Return the same with remarks from elsewhere put before its own."""
        return replace(self, remarks=(*remarks, *self.remarks))


def collect(sources: Iterable[Document], settings: ExtractSettings) -> Collection:
    """Read every document; group what it writes by the URL that we would ask for."""
    places: list[Place] = []
    remarks: list[str] = []
    seen: list[Document] = []
    for document in sources:
        reading = documents.read(document, settings)
        base = _base(document, reading.base)
        seen.append(replace(document, text=""))  # the text has served its purpose
        remarks += [f"{document.name}: {remark}" for remark in reading.remarks]
        places += [_place(occurrence, base) for occurrence in reading.occurrences]
    return Collection(tuple(places), _links(places), tuple(seen), tuple(remarks))


def _base(document: Document, declared: str | None) -> str | None:
    """Return the URL that a document's relative links start from: HTML, `<base href>`."""
    if declared is None:
        return document.base
    target = resolve(declared, document.base)
    return str(target.url) if isinstance(target, Target) else document.base


def _place(occurrence: Occurrence, base: str | None) -> Place:
    target = resolve(occurrence.href, base)
    stored = replace(
        occurrence,
        raw=_stored(occurrence.raw),
        href=_stored(occurrence.href),
        text=mask(occurrence.text),  # a label may be the URL once more
        section=mask(occurrence.section),
    )
    if isinstance(target, Rejected):
        target = replace(target, raw=stored.raw)
    return Place(stored, target)


def _stored(text: str) -> str:
    return mask(text)[:MAX_STORED].encode("utf-8", "replace").decode()


def _links(places: Iterable[Place]) -> tuple[Link, ...]:
    occurrences: defaultdict[Url, list[Occurrence]] = defaultdict(list)
    fragments: defaultdict[Url, set[str]] = defaultdict(set)
    for place in places:
        if isinstance(place.target, Target):
            occurrences[place.target.url].append(place.occurrence)
            if place.target.fragment:
                fragments[place.target.url].add(place.target.fragment)
    return tuple(
        Link(url, tuple(where), frozenset(fragments[url])) for url, where in occurrences.items()
    )

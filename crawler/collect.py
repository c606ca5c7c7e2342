"""From documents to places and distinct links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crawler import documents
from crawler.kept import Links, Places
from crawler.model import Document, Occurrence, Place
from crawler.scratch import Scratch
from crawler.settings import ExtractSettings
from crawler.urls import Rejected, Target, mask, resolve

MAX_STORED: Final = 2048
"""Characters of a written link that are kept: an image inside a URL (`data:`) is no text."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What the documents write: every place in order, every distinct link, and remarks.

    The places are in the scratch file, where what a run sees may go too.
    """

    places: Sequence[Place]
    links: Links
    documents: tuple[Document, ...]
    scratch: Scratch
    remarks: tuple[str, ...] = ()

    def with_remarks(self, remarks: Iterable[str]) -> "Collection":
        """Return the same with remarks from elsewhere put before its own."""
        return replace(self, remarks=(*remarks, *self.remarks))


def collect(sources: Iterable[Document], settings: ExtractSettings) -> Collection:
    """Read one document after the other; group what they write by the URL that we would ask for."""
    places = Places()
    remarks: list[str] = []
    seen: list[Document] = []
    for document in sources:
        reading = documents.read(document, settings)
        base = _base(document, reading.base)
        for occurrence in reading.occurrences:
            places.add(_place(occurrence, base))
        seen.append(replace(document, text=""))  # the text has served its purpose
        remarks += [f"{document.name}: {remark}" for remark in reading.remarks]
    return Collection(places.view(), places.links, tuple(seen), places.scratch, tuple(remarks))


def _base(document: Document, declared: str | None) -> str | None:
    """Return the URL that a document's relative links start from: HTML, `<base href>`."""
    if declared is None:
        return document.base
    target = resolve(declared, document.base)
    return str(target.url) if isinstance(target, Target) else document.base


def _place(occurrence: Occurrence, base: str | None) -> Place:
    target = resolve(occurrence.href, base)
    stored = Occurrence(
        occurrence.document,
        occurrence.span,
        _stored(occurrence.raw),
        _stored(occurrence.href),
        occurrence.kind,
        mask(occurrence.text),  # a label may be the URL once more
        mask(occurrence.section),
    )
    if isinstance(target, Rejected):
        target = replace(target, raw=stored.raw)
    return Place(stored, target)


def _stored(text: str) -> str:
    masked = mask(text)[:MAX_STORED]
    return masked if masked.isascii() else masked.encode("utf-8", "replace").decode()

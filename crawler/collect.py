"""From documents to places and distinct links."""

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crawler import documents
from crawler.anchors import USER_CONTENT, holds
from crawler.fragments import is_for_scripts, parted
from crawler.kept import Links, Places
from crawler.model import Document, Occurrence, Place, Unread
from crawler.scratch import Scratch
from crawler.settings import ExtractSettings
from crawler.slugs import names_footnote
from crawler.templates import definitions, fill
from crawler.urls import Rejected, Rejection, Target, mask, resolve

MAX_STORED: Final = 2048
"""Characters of a written link that are kept: an image inside a URL (`data:`) is no text."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What the documents write: every place in order, every distinct link, and remarks.

    `unread` are those that ought to be here too, and could not be read.

    The places are in the scratch file, where what a run sees may go too.
    """

    places: Sequence[Place]
    links: Links
    documents: tuple[Document, ...]
    scratch: Scratch
    remarks: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    def with_remarks(self, remarks: Iterable[str]) -> "Collection":
        """Return the same with remarks from elsewhere put before its own."""
        return replace(self, remarks=(*remarks, *self.remarks))


class Collector:
    """Reads documents as they come, and groups what they write by the URL that we would ask for."""

    def __init__(self, settings: ExtractSettings) -> None:
        self._settings = settings
        self._known = definitions(settings.define)
        self._places = Places(fragments=settings.fragments)
        self._documents: list[Document] = []
        self._remarks: list[str] = []

    def take(self, document: Document) -> None:
        """Read one more document."""
        reading = documents.read(document, self._settings)
        base = _base(document, reading.base)
        inside = _Inside()
        for occurrence in reading.occurrences:
            place = _place(occurrence, base, self._known)
            inside.take(place, self._places.add(place))
        if self._settings.fragments:
            inside.resolve(reading.anchors, self._places)
        # The text has served its purpose.
        self._documents.append(replace(document, text="", data=b""))
        self._remarks += [f"{document.name}: {remark}" for remark in reading.remarks]

    def collected(self) -> Collection:
        """Return all that has come so far."""
        places = self._places
        known, remarks = tuple(self._documents), tuple(self._remarks)
        return Collection(places.view(), places.links, known, places.scratch, remarks)


def collect(sources: Iterable[Document], settings: ExtractSettings) -> Collection:
    """Read one document after the other."""
    collector = Collector(settings)
    for document in sources:
        collector.take(document)
    return collector.collected()


class _Inside:
    """The links of one document to places in itself: they wait until it has been read."""

    def __init__(self) -> None:
        self._numbers: dict[str, array[int]] = {}

    def take(self, place: Place, number: int) -> None:
        """Take note of a link, by its number, if it is one of those."""
        href, target = place.occurrence.href.strip(), place.target
        relative = isinstance(target, Rejected) and target.reason is Rejection.RELATIVE
        if relative and href.startswith("#"):
            self._numbers.setdefault(href[1:], array("Q")).append(number)

    def resolve(self, anchors: Callable[[], frozenset[str] | None], places: Places) -> None:
        """Say of each whether its place is there; nothing where nobody can tell."""
        known = anchors() if self._numbers else None
        if known is None:
            return
        for fragment, numbers in self._numbers.items():
            if reason := _whether_there(parted(fragment)[0], known):
                for number in numbers:
                    places.resolve(number, reason)


def _whether_there(name: str, anchors: frozenset[str]) -> Rejection | None:
    written = name.removeprefix(USER_CONTENT)
    if holds(anchors, written) or holds(anchors, written.lower()):  # code hosts fold case
        return Rejection.ANCHOR
    return None if is_for_scripts(name) or names_footnote(name) else Rejection.FRAGMENT_MISSING


def _base(document: Document, declared: str | None) -> str | None:
    """Return the URL that a document's relative links start from: HTML, `<base href>`."""
    if declared is None:
        return document.base
    target = resolve(declared, document.base)
    return str(target.url) if isinstance(target, Target) else document.base


def _place(occurrence: Occurrence, base: str | None, known: Mapping[str, str]) -> Place:
    href = fill(occurrence.href, known)
    template = Rejected(occurrence.raw, Rejection.TEMPLATE)
    target = template if href is None else resolve(href, base)
    stored = _stored(occurrence)
    if isinstance(target, Rejected):
        target = replace(target, raw=stored.raw)
    return Place(stored, target)


def _stored(occurrence: Occurrence) -> Occurrence:
    """Return what may be kept: no secrets, and no more than people read."""
    written = (occurrence.raw, occurrence.href, occurrence.text, occurrence.section)
    raw, href, text, section = written
    # A label may be the URL once more.
    kept = (_shortened(raw), _shortened(href), mask(text), mask(section))
    if kept == written:  # as nearly always
        return occurrence
    raw, href, text, section = kept
    return replace(occurrence, raw=raw, href=href, text=text, section=section)


def _shortened(text: str) -> str:
    masked = mask(text)[:MAX_STORED]
    return masked if masked.isascii() else masked.encode("utf-8", "replace").decode()

"""From documents to places and distinct links."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Final

from crawler import documents
from crawler.elsewhere import Elsewhere, Inside
from crawler.ignores import Ignores
from crawler.kept import Links, Places
from crawler.local import Ground
from crawler.model import Document, Ignore, Occurrence, Place, Unread
from crawler.published import Found
from crawler.scratch import Scratch
from crawler.settings import ExtractSettings
from crawler.templates import definitions, fill
from crawler.urls import Rejected, Rejection, Target, mask, resolve

MAX_STORED: Final = 2048
"""Characters of a written link that are kept: an image inside a URL (`data:`) is no text."""


_BEYOND: Final = "holds more links than `{}` allows; not checked: {}"


@dataclass(frozen=True, slots=True)
class Collection:
    """What the documents write: every place in order, every distinct link, and remarks.

    `unread` are those that ought to be here too, and could not be read, or not whole.

    `links` are those to be asked: one is not if it is left out wherever it is written.

    The places are in the scratch file, where what a run sees may go too.
    """

    places: Sequence[Place]
    links: Links
    documents: tuple[Document, ...]
    scratch: Scratch
    remarks: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    ignores: tuple[Ignore, ...] = ()

    def with_remarks(self, remarks: Iterable[str]) -> "Collection":
        """Return the same with remarks from elsewhere put before its own."""
        return replace(self, remarks=(*remarks, *self.remarks))


class Collector:
    """Reads documents as they come, and groups what they write by the URL that we would ask for.

    `ground` tells where a document stands, and so which files its relative links name. Words that
    links be left out expire with the day; without `today` none does.
    """

    def __init__(
        self,
        settings: ExtractSettings,
        ground: Callable[[Document], Ground | None] = lambda _: None,
        today: date | None = None,
    ) -> None:
        self._settings = settings
        self._ignores = Ignores(settings.ignore, today)
        self._known = definitions(settings.define)
        self._ground = ground
        self._elsewhere = Elsewhere()
        self._places = Places(fragments=settings.fragments)
        self._documents: list[Document] = []
        self._remarks: list[str] = []
        self._unread: list[Unread] = []
        self._room = settings.max_links

    def take(self, document: Document) -> None:
        """Read one more document."""
        reading = documents.read(document, self._settings)
        base = _base(document, reading.base)
        ground, inside = self._ground(document), Inside()
        ignores = self._ignores.within(document.name, documents.directives(document, reading))
        occurrences = iter(reading.occurrences)
        room = min(self._room, self._settings.max_document_links)
        for written in islice(occurrences, room):
            occurrence, target = _resolved(written, base, self._known)
            found = ground.found(occurrence, target, reading.base) if ground else None
            place = _place(occurrence, _located(occurrence, target, found))
            place = ignores.judged(place) if ignores else place
            number = self._places.add(place)
            self._room -= 1
            itself = isinstance(found, Found) and ground is not None and ground.is_own(found)
            inside.take(place, number, itself=itself)
            if isinstance(found, Found) and not itself and place.ignored is None:
                self._elsewhere.take(place, found, number)
        if beyond := sum(1 for _ in occurrences):
            limit = "max_document_links" if self._room else "max_links"
            self._unread.append(Unread(document.name, _BEYOND.format(limit, beyond)))
        if self._settings.fragments:
            inside.resolve(reading.anchors, self._places)
        # The text has served its purpose.
        self._documents.append(replace(document, text="", data=b""))
        self._remarks += [f"{document.name}: {remark}" for remark in reading.remarks]
        self._remarks += ignores.remarks if ignores else ()

    def collected(self) -> Collection:
        """Return all that has come so far."""
        places = self._places
        if self._settings.fragments:
            self._elsewhere.resolve(self._settings, places)
        known, remarks = tuple(self._documents), tuple(self._remarks)
        told, unread = self._ignores.told(), tuple(self._unread)
        return Collection(places.view(), places.links, known, places.scratch, remarks, unread, told)


def collect(
    sources: Iterable[Document],
    settings: ExtractSettings,
    ground: Callable[[Document], Ground | None] = lambda _: None,
    today: date | None = None,
) -> Collection:
    """Read one document after the other."""
    collector = Collector(settings, ground, today)
    for document in sources:
        collector.take(document)
    return collector.collected()


def _base(document: Document, declared: str | None) -> str | None:
    """Return the URL that a document's relative links start from: HTML, `<base href>`."""
    if declared is None:
        return document.base
    target = resolve(declared, document.base)
    return str(target.url) if isinstance(target, Target) else document.base


def _resolved(
    occurrence: Occurrence, base: str | None, known: Mapping[str, str]
) -> tuple[Occurrence, Target | Rejected]:
    """Put in what templates stand for; a link with an expression that is not known is none yet."""
    href = fill(occurrence.href, known)
    if href is None:
        return occurrence, Rejected(occurrence.raw, Rejection.TEMPLATE)
    if href != occurrence.href:
        occurrence = replace(occurrence, href=href)
    return occurrence, resolve(href, base)


def _located(
    occurrence: Occurrence, target: Target | Rejected, found: Found | Target | None
) -> Target | Rejected:
    """Return what a link leads to, given what is known of the files of its site."""
    if isinstance(found, Found):
        return Rejected(occurrence.raw, found.reason, found.detail, found.path)
    return target if found is None else found


def _place(occurrence: Occurrence, target: Target | Rejected) -> Place:
    stored = _stored(occurrence)
    if isinstance(target, Rejected) and target.raw is not stored.raw:
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

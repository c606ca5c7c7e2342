"""From documents to places and distinct links."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Final

from crawler import documents
from crawler.elsewhere import Elsewhere, Inside
from crawler.ignores import Hidden, Ignores
from crawler.kept import Links, Places
from crawler.local import Ground
from crawler.model import Document, Entrance, Ignore, Occurrence, Place, Span, Unread
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

    `unread` are those that ought to be here too, and could not be read, or not whole; `entrances`
    are still to be asked for and read, by `collector`. `missed`: names of documents that may be
    there though they were not read this time, and of sources whose documents were not all read.

    `links` are those to be asked: one is not if it is left out wherever it is written.

    `partial`: these are not all places of the documents, but the new ones; `known`: links that were
    written before and are no news; `broken`: where links are written, by document, to what was
    there before the change, and what that is called now, if it has another name.

    The places are in the scratch file, where what a run sees may go too.
    """

    places: Sequence[Place]
    links: Links
    documents: tuple[Document, ...]
    scratch: Scratch
    collector: "Collector" = field(repr=False, compare=False)
    remarks: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    hidden: Hidden = field(default_factory=Hidden)
    entrances: tuple[Entrance, ...] = ()
    missed: frozenset[str] = frozenset()
    known: Container[Occurrence] = frozenset()
    broken: Mapping[tuple[str, Span], str] = field(default_factory=dict)
    partial: bool = False

    def whole(self, unread: Iterable[Unread]) -> frozenset[str]:
        """Return the names of the documents all links of which are here."""
        if self.partial:
            return frozenset()
        names = {each.name for each in self.documents}
        return frozenset(names - {each.document for each in unread})

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
        self._stretches: list[range] = []
        self.remarks: list[str] = []
        self._unread: list[Unread] = []
        self._room = settings.max_links

    def take(self, document: Document, wanted: Callable[[Place], bool] = lambda _: True) -> None:
        """Read one more document, and keep the places of it that are wanted."""
        begin = len(self._places)
        reading = documents.read(document, self._settings)
        base = base_of(document, reading.base)
        # A page of the web stands nowhere on the disk, and no template will be filled in any more.
        served = document.base is not None
        ground, known = (None, None) if served else (self._ground(document), self._known)
        inside = Inside()
        ignores = self._ignores.within(document.name, documents.directives(document, reading))
        occurrences = iter(reading.occurrences)
        room = min(self._room, self._settings.max_document_links)
        for written in islice(occurrences, room):
            occurrence, target = resolved(written, base, known)
            found = ground.found(occurrence, target, reading.base) if ground else None
            place = _place(occurrence, _located(occurrence, target, found))
            place = ignores.judged(place) if ignores else place
            if not wanted(place):
                continue
            if ignores:
                ignores.count(place)
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
        self._stretches.append(range(begin, len(self._places)))
        self.remarks += [f"{document.name}: {remark}" for remark in reading.remarks]
        self.remarks += ignores.remarks if ignores else ()

    def collected(self) -> Collection:
        """Return all that has come so far, in the order of the documents' names."""
        order = sorted(range(len(self._documents)), key=lambda at: self._documents[at].name)
        places = self._places
        if self._settings.fragments:
            self._elsewhere.resolve(self._settings, places)
        return Collection(
            places.view([self._stretches[at] for at in order]),
            places.links,
            tuple(self._documents[at] for at in order),
            places.scratch,
            self,
            tuple(self.remarks),
            tuple(self._unread),
            ignores=self._ignores.told(),
            hidden=self._ignores.hidden,
        )


def collect(
    sources: Iterable[Document],
    settings: ExtractSettings,
    ground: Callable[[Document], Ground | None] = lambda _: None,
    today: date | None = None,
    wanted: Callable[[Document], Callable[[Place], bool]] = lambda _: lambda _: True,
) -> Collection:
    """Read one document after the other, and keep what is wanted of each."""
    collector = Collector(settings, ground, today)
    for document in sources:
        collector.take(document, wanted(document))
    return collector.collected()


def base_of(document: Document, declared: str | None) -> str | None:
    """Return the URL that a document's relative links start from: HTML, `<base href>`."""
    if declared is None:
        return document.base
    target = resolve(declared, document.base)
    return str(target.url) if isinstance(target, Target) else document.base


def resolved(
    occurrence: Occurrence, base: str | None, known: Mapping[str, str] | None
) -> tuple[Occurrence, Target | Rejected]:
    """Put in what templates stand for; a link with an expression that is not known is none yet.

    `known`: what is known of them; None where nothing is one.
    """
    if known is None:
        return occurrence, resolve(occurrence.href, base)
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


def kept_href(href: str) -> str:
    """Return what is kept of a written link."""
    return _shortened(href)


def _shortened(text: str) -> str:
    masked = mask(text)[:MAX_STORED]
    return masked if masked.isascii() else masked.encode("utf-8", "replace").decode()

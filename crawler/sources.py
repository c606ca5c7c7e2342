"""Sources: from what the operator names to documents, in order, and to their links."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from crawler.awaiting import awaited
from crawler.collect import Collection, collect, kept_href
from crawler.comparing import Against, Version, known, touched, wanted
from crawler.disk import NotText, Unreadable
from crawler.documents import format_of
from crawler.errors import SourceError
from crawler.model import Document, Entrance, Place, Unread
from crawler.searching import Search, Source, counted
from crawler.settings import Settings
from crawler.tree import Grounds


@dataclass(frozen=True, slots=True)
class Loaded:
    """Documents, in order of their names, and what could not be read, or not as expected.

    Each is read when its turn comes, so that no two are in memory; the rest may grow with it.
    `versions`: what each held before, where only those count that a change has touched.
    """

    documents: Iterator[Document]
    remarks: list[str]
    unread: list[Unread]
    entrances: tuple[Entrance, ...] = ()
    versions: Mapping[str, Version] | None = None


def gather(
    names: Sequence[str],
    stdin: BinaryIO | None,
    stdin_name: str,
    settings: Settings,
    today: date | None = None,
    against: Against | None = None,
) -> Collection:
    """Read the documents that are named, and collect their links. Raises `CrawlerError`.

    Without any name, those that the settings name are read. `against`: only those links that are
    new beside what it names.
    """
    loaded = load(names, stdin, stdin_name, settings, against)
    ground = Grounds(settings.local).of
    versions = loaded.versions

    def new(document: Document) -> Callable[[Place], bool]:
        if versions is None:
            return lambda _: True
        return wanted(versions[document.name], document, settings.extract)

    collection = collect(loaded.documents, settings.extract, ground, today, new)
    collection = collection.with_remarks(loaded.remarks)
    unread = (*loaded.unread, *collection.unread)
    before = frozenset(map(kept_href, known(versions or {}, settings.extract)))
    return replace(
        collection,
        unread=unread,
        entrances=loaded.entrances,
        known=before,
        partial=against is not None,
    )


def load(
    names: Sequence[str],
    stdin: BinaryIO | None,
    stdin_name: str,
    settings: Settings,
    against: Against | None = None,
) -> Loaded:
    """Find every document that is named. Raises `UsageError` where there is none.

    What is there and cannot be read does not stop the others, be it named itself or not.
    `against`: only those that have changed since.
    """
    search = Search(settings.choose, stdin, stdin_name)
    listed = search.listed(settings.places.files_from)
    if not names and not listed and not settings.places.files_from:
        if not settings.places.sources:
            raise SourceError(
                "no source: name a file, a directory, a page of the web or '-' (standard input), "
                "or set `sources` in crawl.toml or under [tool.crawl] in pyproject.toml."
            )
        listed = settings.places.sources
    for source in dict.fromkeys(names):
        search.find(source, trusted=True)
    for source in dict.fromkeys(listed):
        search.find(source, trusted=False)
    remarks, unread = list(search.remarks()), list(search.unread.values())
    versions = None if against is None else _touched(search.found, against, remarks, unread)
    documents = _documents(search.found, versions, remarks, unread)
    return Loaded(documents, remarks, unread, tuple(search.entrances.values()), versions)


def _touched(
    found: Mapping[str, Source], against: Against, remarks: list[str], unread: list[Unread]
) -> Mapping[str, Version]:
    def read(name: str) -> bytes | None:
        try:
            return found[name].data()
        except Unreadable as error:
            unread.append(Unread(name, str(error)))
            return None

    told = awaited(touched(against, {name: each.path for name, each in found.items()}, read))
    if told.beside:
        number = counted(len(told.beside), "document")
        remarks.append(f"{number} outside of the repository, or of a submodule: not compared.")
    return told.versions


def _documents(
    found: Mapping[str, Source],
    versions: Mapping[str, Version] | None,
    remarks: list[str],
    unread: list[Unread],
) -> Iterator[Document]:
    passed = 0
    for name in sorted(found if versions is None else versions):
        file = found[name]
        try:
            yield file.read(file.data() if versions is None else versions[name].now, remarks)
        except Unreadable as error:
            if isinstance(error, NotText) and not (file.surely or format_of(name)):
                passed += 1
            else:
                unread.append(Unread(name, str(error)))
    if passed:
        remarks.append(f"{counted(passed, 'file')} of no known ending: no text, and passed over.")

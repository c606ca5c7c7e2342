"""Sources: from what the operator names to documents, in order, and to their links."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO, Final

from crawler.awaiting import awaited
from crawler.bygone import Known
from crawler.checkout import files_of_git
from crawler.collect import Collection, collect
from crawler.comparing import Against, Compared, Version, compared
from crawler.disk import NotText, Unreadable
from crawler.documents import format_of
from crawler.errors import SourceError, UsageError
from crawler.ignores import Hidden
from crawler.model import Document, Entrance, Place, Span, Unread
from crawler.searching import Search, Source, StandardInput, counted
from crawler.settings import Settings
from crawler.text import clean
from crawler.tree import Grounds
from crawler.urls import Rejected

NO_GIT: Final = "There is no git repository here, or no git to ask: all links are looked at."
"""What is said where nobody knows which links are new."""

_NOT_THEIRS: Final = " In a stranger's checkout those of the settings do not count without --base."


@dataclass(frozen=True, slots=True)
class Loaded:
    """Documents, in order of their names, and what could not be read, or not as expected.

    Each is read when its turn comes, so that no two are in memory; the rest may grow with it.
    `compared`: what each held before, where only that counts that a change has touched or broken.
    """

    documents: Iterator[Document]
    remarks: list[str]
    unread: list[Unread]
    entrances: tuple[Entrance, ...] = ()
    compared: Compared | None = None


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
    change = loaded.compared
    ground = change.ground if change else Grounds(settings.local).of
    broken = dict[tuple[str, Span], str]()

    def wanted(document: Document) -> Callable[[Place], bool]:
        if change is None:
            return lambda _: True
        is_new, spans = change.new(document, today), change.broken(document)
        broken.update(((document.name, span), now) for span, now in spans.items())
        return lambda place: is_new(place) or _is_among(place, spans)

    collection = collect(loaded.documents, settings.extract, ground, today, wanted)
    if settings.checkout.untrusted:
        collection = collection.with_remarks(_of_hidden(collection.hidden))
    collection = collection.with_remarks(loaded.remarks)
    unread = (*loaded.unread, *collection.unread)
    known = change.known(today) if change else Known()
    return replace(
        collection,
        unread=unread,
        entrances=loaded.entrances,
        known=known,
        broken=broken,
        partial=change is not None,
    )


def _of_hidden(hidden: Hidden) -> Iterator[str]:
    """Yield a sentence on links that comments of a stranger's checkout leave out, if any do."""
    if hidden.number == 1:
        yield f"1 link is left out by a comment of this checkout: {clean(hidden.first)}."
    elif hidden.number:
        yield (
            f"{hidden.number} links are left out by comments of this checkout, the first at "
            f"{clean(hidden.first)}."
        )


def _is_among(place: Place, spans: Container[Span]) -> bool:
    return place.occurrence.span in spans and isinstance(place.target, Rejected)


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
    held = files_of_git if settings.checkout.untrusted else tuple[str, ...]
    search = Search(settings.choose, stdin, stdin_name, held)
    listed = search.listed(settings.places.files_from)
    if not names and not listed and not settings.places.files_from:
        if not settings.places.sources:
            raise SourceError(
                "no source: name a file, a directory, a page of the web or '-' (standard input), "
                "or set `sources` in crawl.toml or under [tool.crawl] in pyproject.toml."
                f"{_NOT_THEIRS if settings.checkout.untrusted else ''}"
            )
        listed = settings.places.sources
    for source in dict.fromkeys(names):
        search.find(source, trusted=True)
    for source in dict.fromkeys(listed):
        search.find(source, trusted=False)
    remarks, unread = list(search.remarks()), list(search.unread.values())
    change = (
        None if against is None else _compared(search.found, against, settings, remarks, unread)
    )
    documents = _documents(search.found, change.versions if change else None, remarks, unread)
    entrances = tuple(search.entrances.values())
    if entrances and change:
        remarks.append(f"{counted(len(entrances), 'page')} of the web: not compared.")
        entrances = ()
    return Loaded(documents, remarks, unread, entrances, change)


def _compared(
    found: Mapping[str, Source],
    against: Against,
    settings: Settings,
    remarks: list[str],
    unread: list[Unread],
) -> Compared | None:
    streams = {name: each for name, each in found.items() if isinstance(each, StandardInput)}
    if streams and against.staged:
        raise UsageError("--staged: the index is read, and not standard input.")
    given = dict[str, bytes]()

    def read(name: str) -> bytes | None:
        try:
            if name not in streams:
                return found[name].data()
            return given.setdefault(name, given.get(name) or found[name].data())
        except Unreadable as error:
            problem = Unread(name, str(error))
            if problem not in unread:  # it is read again if the change took something away
                unread.append(problem)
            return None

    paths = {name: each.path for name, each in found.items()}
    told = awaited(compared(against, paths, read, settings))
    if told is None:
        remarks.append(NO_GIT)
    elif told.beside:
        number = counted(len(told.beside), "document")
        remarks.append(f"{number} outside of the repository, or of a submodule: not compared.")
    return told


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

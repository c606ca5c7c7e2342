"""Which documents a change has touched, and where: what they hold now beside what they held.

A file whose content git has under the same path is untouched, whatever its dates say; a document
that is new under its name may be one that is gone under another. Nothing but what git has stored
and what is on the disk takes part. Untouched documents are looked at where they may link to what
the change took away.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Final

from crawler.breaking import Breaking, Standing
from crawler.bygone import Held, Known, held, is_rebased, known
from crawler.difference import new_lines, renamed, touches
from crawler.documents import format_of
from crawler.errors import UsageError
from crawler.losses import Sides
from crawler.mentions import Mentions
from crawler.model import Document, Place, Span
from crawler.revisions import Files, Repository, id_of, repository_of
from crawler.settings import ExtractSettings, Settings
from crawler.stored import stored_document
from crawler.urls import Rejected

MAX_GONE: Final = 500
"""Documents that are gone and may be what new ones were; beyond that none is looked for."""
_HEAD: Final = "HEAD"
_POINTS: Final = b"\noid sha256:"
_LONGEST_POINTER: Final = 1024
_AT_ONCE: Final = 200  # files that are held in memory at once


@dataclass(frozen=True, slots=True)
class Against:
    """What documents are compared with: where HEAD and `revision` parted, or HEAD itself.

    `staged`: what is compared is the index, and not the working tree.
    """

    revision: str = _HEAD
    staged: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """What a document holds `now` and what it held `before`: None if it is new.

    `was`: the name that it had, if that was another one, so that its links to files start from
    another directory now. `path`: its own from the repository's top.
    """

    now: bytes
    before: bytes | None
    path: str = ""
    was: str = ""

    @property
    def is_touched(self) -> bool:
        """Whether it holds something else now, or is called something else."""
        return self.before != self.now or bool(self.was)


@dataclass(frozen=True, slots=True)
class Compared:
    """What is to be looked at for a change: documents, by name, and which of their links.

    They are those that the change has touched, and those that may link to what it took away.
    `beside`: those that git cannot compare. `ground`: where they stand.
    """

    versions: Mapping[str, Version]
    ground: Standing
    settings: ExtractSettings
    breaking: Breaking | None = None
    beside: tuple[str, ...] = ()
    _helds: dict[str, Held] = field(default_factory=dict, repr=False, compare=False)
    _rebased: set[str] = field(default_factory=set, repr=False, compare=False)

    def known(self, today: date | None) -> Known:
        """Return all links that touched documents held before: trouble with them is no news."""
        touched = (name for name, each in self.versions.items() if each.is_touched)
        helds = {name: self._held(name, today) for name in touched}
        return known(helds, frozenset(self._rebased))

    def broken(self, document: Document) -> Mapping[Span, str]:
        """Return where a document writes links that the change breaks, and what they lead to now.

        That is the name of a file, or nothing if nobody knows.
        """
        if self.breaking is None:
            return {}
        version = self.versions[document.name]
        return self.breaking.spans(document, version.was, version.path)

    def new(self, document: Document, today: date | None) -> Callable[[Place], bool]:
        """Return what tells which places of a document the change has made links, or written."""
        version, old = self.versions[document.name], self._old(document.name)
        if old is None or old.format != document.format:
            return lambda _: True
        if not version.is_touched:
            return lambda _: False
        before = self._held(document.name, today)
        rebased = is_rebased(before, document, self.settings)
        if rebased:
            self._rebased.add(document.name)
        lines = frozenset() if old.data else new_lines(old.text, document.text)

        def is_new(place: Place) -> bool:
            moved = bool(version.was) and isinstance(place.target, Rejected)
            if moved or touches(place.occurrence.span, lines):
                return True
            # What is left out stands in the report if its line is new; else it is an old story.
            return place.ignored is None and not before.has(place, rebased=rebased)

        return is_new

    def _old(self, name: str) -> Document | None:
        before = self.versions[name].before
        return None if before is None else stored_document(name, before)

    def _held(self, name: str, today: date | None) -> Held:
        if name not in self._helds:
            old = self._old(name)
            self._helds[name] = held(old, self.settings, today) if old else Held()
        return self._helds[name]


async def compared(
    against: Against,
    files: Mapping[str, str],
    read: Callable[[str], bytes | None],
    settings: Settings,
) -> Compared | None:
    """Compare documents, given by name with their paths. Raises `CrawlerError` if that cannot be.

    `read` returns what is in one now, by name; None if that cannot be read, or is no document.
    Without git nobody knows what is new: None.
    """
    repository = await repository_of(Path())
    if repository is None:
        if against.staged:
            raise UsageError("--staged: there is no git repository here, or no git to ask.")
        return None
    commit = await _commit(repository, against.revision)
    before = await repository.files_of(commit) if commit else Files({})
    staged = await repository.files_staged() if against.staged else None
    sides = Sides(repository, commit, before, staged)
    paths = dict(_comparable(repository, before, files))
    index = None if staged is None else _in_index(repository, paths, before, staged)
    now = await index if index else _on_disk(paths, before, read)
    gone = await sides.gone()
    by_path = await _versions(repository, before, {paths[name]: now[name] for name in now}, gone)
    versions = {name: by_path[paths[name]] for name in now if paths[name] in by_path}
    olds = ((each.path, each.before, each.now) for each in versions.values() if each.before)
    lost = sides.lost(gone, olds, settings.extract)
    sides = await sides.with_links() if lost or staged else sides
    beside = tuple(name for name in files if name not in paths)
    made = Compared(versions, sides.now(settings.local), settings.extract, beside=beside)
    if not lost:
        return made
    rest = {name: path for name, path in paths.items() if name not in now}
    concerned = [each async for each in _concerned(_untouched(sides, rest, read), Mentions(lost))]
    untouched = {name: Version(data, data, rest[name]) for name, data in concerned}
    became = sides.became(_renames(repository, versions.values()))
    breaking = Breaking(lost, sides.before(settings.local), made.ground, became, settings.extract)
    return replace(made, versions={**versions, **untouched}, breaking=breaking)


def _renames(repository: Repository, versions: Iterable[Version]) -> dict[str, str]:
    """Return what files of the repository are called now that a change has renamed."""
    pairs = ((PurePath(each.was), each.path) for each in versions if each.was)
    return {was.relative_to(repository.top).as_posix(): path for was, path in pairs}


async def _commit(repository: Repository, revision: str) -> str:
    """Return what is compared with; nothing before the first commit, for then all is new."""
    if revision == _HEAD and await repository.is_unborn():
        return ""
    return await repository.merge_base(revision)


async def _concerned(
    documents: AsyncIterator[tuple[str, bytes]], mentions: Mentions
) -> AsyncIterator[tuple[str, bytes]]:
    """Yield the documents that may link to what is lost. What is in an archive is not seen."""
    async for name, data in documents:
        format_ = format_of(name)
        if (format_ and format_.binary) or mentions.are_in(data):
            yield name, data


def _comparable(
    repository: Repository, before: Files, files: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the documents that git can compare, with their paths in the repository."""
    top = str(repository.top)
    known, others = dict[str, str](), {top: False}
    for name, path in files.items():
        real = _real(path, known)
        if not real.startswith(os.path.join(top, "")):  # noqa: PTH118 - a Path a file costs too much
            continue
        inside = PurePath(real[len(top) :].lstrip(os.sep)).as_posix()
        if any(inside.startswith(f"{each}/") for each in before.modules):
            continue
        if not _is_of_another(os.path.dirname(real), others):  # noqa: PTH120 - as above
            yield name, inside


def _real(path: str, known: dict[str, str]) -> str:
    """Return where a file is: of a symbolic link that was named, where it leads."""
    directory, name = os.path.split(path)
    if directory not in known:
        known[directory] = os.path.realpath(directory)
    real = os.path.join(known[directory], name)  # noqa: PTH118 - as above
    return os.path.realpath(real) if os.path.islink(real) else real  # noqa: PTH114 - as above


def _is_of_another(directory: str, known: dict[str, bool]) -> bool:
    """Tell whether a directory is of a repository within, such as a submodule that is new."""
    if directory not in known:
        itself = os.path.lexists(os.path.join(directory, ".git"))  # noqa: PTH118 - as above
        known[directory] = itself or _is_of_another(os.path.dirname(directory), known)  # noqa: PTH120 - as above
    return known[directory]


def _on_disk(
    paths: Mapping[str, str], before: Files, read: Callable[[str], bytes | None]
) -> dict[str, bytes]:
    found = {}
    for name, path in paths.items():
        data, known = read(name), before.ids.get(path)
        if data is not None and (known is None or not _is_stored(data, known)):
            found[name] = data
    return found


def _is_stored(data: bytes, known: str) -> bool:
    """Tell whether git has stored it so, be it with the line ends of another system."""
    if id_of(data, known) == known:
        return True
    return b"\r\n" in data and id_of(data.replace(b"\r\n", b"\n"), known) == known


def _is_pointer_to(stored: bytes, data: bytes) -> bool:
    """Tell whether git has stored but a pointer of Git LFS, to what is here."""
    at = stored.find(_POINTS) if len(stored) < _LONGEST_POINTER else -1
    return at >= 0 and stored[at:].startswith(_POINTS + sha256(data).hexdigest().encode())


async def _in_index(
    repository: Repository, paths: Mapping[str, str], before: Files, staged: Files
) -> dict[str, bytes]:
    ids = {name: staged.ids[path] for name, path in paths.items() if path in staged.ids}
    ids = {name: each for name, each in ids.items() if each != before.ids.get(paths[name])}
    contents = await repository.contents(ids.values())
    return {name: contents[each] for name, each in ids.items() if each in contents}


async def _untouched(
    sides: Sides, paths: Mapping[str, str], read: Callable[[str], bytes | None]
) -> AsyncIterator[tuple[str, bytes]]:
    """Yield what documents hold that the change has not touched, by name."""
    staged = sides.staged
    if staged is None:
        for name in paths:
            if (data := read(name)) is not None:
                yield name, data
        return
    ids = [(name, staged.ids[path]) for name, path in paths.items() if path in staged.ids]
    for first in range(0, len(ids), _AT_ONCE):
        few = ids[first : first + _AT_ONCE]
        contents = await sides.repository.contents(number for _, number in few)
        for name, number in few:
            if number in contents:
                yield name, contents[number]


async def _versions(
    repository: Repository, before: Files, now: Mapping[str, bytes], gone: Iterable[str]
) -> dict[str, Version]:
    """Return what paths hold and held; those that only have another name now hold nothing new."""
    come = {path: data for path, data in now.items() if path not in before.ids}
    endings = {PurePath(path).suffix for path in come}
    candidates = [
        path
        for path in gone
        if path in before.ids and PurePath(path).suffix in endings and format_of(path)
    ]
    candidates = candidates if len(candidates) <= MAX_GONE else []
    asked = {path: before.ids[path] for path in (*candidates, *(now.keys() & before.ids.keys()))}
    contents = await repository.contents(asked.values())
    were = renamed(
        {path: _text(path, contents.get(before.ids[path], b"")) for path in candidates},
        {path: _text(path, data) for path, data in come.items()},
    )
    found = {}
    for path, data in now.items():
        was = were.get(path, path)
        old = contents.get(before.ids.get(was, ""))
        old = data if old and _is_pointer_to(old, data) else old
        found[path] = Version(data, old, path, "" if was == path else str(repository.top / was))
    return found


def _text(path: str, data: bytes) -> str:
    made = stored_document(path, data)
    # What is no text has lines all the same, if it is to be found again under another name.
    return made.text if made and made.text else data.decode("latin-1")

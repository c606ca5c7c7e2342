"""Which documents a change has touched, and where: what they hold now beside what they held.

A file whose content git has under the same path is untouched, whatever its dates say; a document
that is new under its name may be one that is gone under another. Nothing but what git has stored
and what is on the disk takes part.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from crawler import documents
from crawler.difference import new_lines, renamed, touches
from crawler.disk import Unreadable, document
from crawler.documents import BY_NAME, format_of
from crawler.errors import UsageError
from crawler.model import Document, Place
from crawler.revisions import Files, Repository, id_of, repository_of
from crawler.settings import ExtractSettings
from crawler.urls import Rejected

MAX_GONE: Final = 500
"""Documents that are gone and may be what new ones were; beyond that none is looked for."""


@dataclass(frozen=True, slots=True)
class Against:
    """What documents are compared with: where HEAD and `revision` parted, or HEAD itself.

    `staged`: what is compared is the index, and not the working tree.
    """

    revision: str = "HEAD"
    staged: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """What a touched document holds `now` and what it held `before`: None if it is new.

    `moved`: it was elsewhere, so that its links to files start from another directory now.
    """

    now: bytes
    before: bytes | None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """The documents that a change has touched, by name. `beside`: those that git cannot compare."""

    versions: Mapping[str, Version]
    beside: tuple[str, ...] = ()


async def touched(
    against: Against, files: Mapping[str, str], read: Callable[[str], bytes | None]
) -> Touched:
    """Compare documents, given by name with their paths. Raises `CrawlerError` if that cannot be.

    `read` returns what is in one now, by name; None if that cannot be read, or is no document.
    """
    repository = await repository_of(Path())
    if repository is None:
        option = "--staged" if against.staged else f"--base {against.revision}"
        raise UsageError(f"{option}: there is no git repository here, or no git to ask.")
    before = await repository.files_of(await repository.merge_base(against.revision))
    paths = dict(_comparable(repository, before, files))
    staged = await repository.files_staged() if against.staged else None
    if staged is None:
        now = _on_disk(paths, before, read)
        gone = _gone(repository, before)
    else:
        now = await _in_index(repository, paths, before, staged)
        gone = [each for each in before.ids if each not in staged.ids]
    versions = await _versions(repository, before, {paths[name]: now[name] for name in now}, gone)
    return Touched(
        {name: versions[paths[name]] for name in now if paths[name] in versions},
        tuple(name for name in files if name not in paths),
    )


def known(versions: Mapping[str, Version], settings: ExtractSettings) -> frozenset[str]:
    """Return all links that touched documents held before, as they were written."""
    olds = (_decoded(name, each.before) for name, each in versions.items() if each.before)
    return frozenset(
        each.href for old in olds if old for each in documents.read(old, settings).occurrences
    )


def wanted(version: Version, now: Document, settings: ExtractSettings) -> Callable[[Place], bool]:
    """Return what tells which places of a touched document the change has touched."""
    old = None if version.before is None else _decoded(now.name, version.before)
    if old is None or old.format != now.format:
        return lambda _: True
    if BY_NAME[now.format].binary:
        known = {each.href for each in documents.read(old, settings).occurrences}
        return lambda place: place.occurrence.href not in known
    lines = new_lines(old.text, now.text)

    def is_touched(place: Place) -> bool:
        moved = version.moved and isinstance(place.target, Rejected)
        return moved or touches(place.occurrence.span, lines)

    return is_touched


def _comparable(
    repository: Repository, before: Files, files: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the documents that git can compare, with their paths in the repository."""
    for name, path in files.items():
        real = Path(os.path.realpath(Path(path).parent)) / Path(path).name
        if real.is_relative_to(repository.top):
            inside = real.relative_to(repository.top).as_posix()
            if not any(inside.startswith(f"{each}/") for each in before.modules):
                yield name, inside


def _gone(repository: Repository, before: Files) -> list[str]:
    return [each for each in before.ids if not os.path.lexists(repository.top / each)]


def _on_disk(
    paths: Mapping[str, str], before: Files, read: Callable[[str], bytes | None]
) -> dict[str, bytes]:
    found = {}
    for name, path in paths.items():
        data, known = read(name), before.ids.get(path)
        if data is not None and (known is None or id_of(data, known) != known):
            found[name] = data
    return found


async def _in_index(
    repository: Repository, paths: Mapping[str, str], before: Files, staged: Files
) -> dict[str, bytes]:
    ids = {name: staged.ids[path] for name, path in paths.items() if path in staged.ids}
    ids = {name: each for name, each in ids.items() if each != before.ids.get(paths[name])}
    contents = await repository.contents(ids.values())
    return {name: contents[each] for name, each in ids.items()}


async def _versions(
    repository: Repository, before: Files, now: Mapping[str, bytes], gone: Iterable[str]
) -> dict[str, Version]:
    """Return what paths hold and held; those that only have another name now hold nothing new."""
    come = {path: data for path, data in now.items() if path not in before.ids}
    endings = {PurePath(path).suffix for path in come}
    candidates = [path for path in gone if PurePath(path).suffix in endings and format_of(path)]
    candidates = candidates if len(candidates) <= MAX_GONE else []
    asked = {path: before.ids[path] for path in (*candidates, *(now.keys() & before.ids.keys()))}
    contents = await repository.contents(asked.values())
    were = renamed(
        {path: _text(path, contents[before.ids[path]]) for path in candidates},
        {path: _text(path, data) for path, data in come.items()},
    )
    found = {}
    for path, data in now.items():
        was = were.get(path, path)
        known = before.ids.get(was)
        found[path] = Version(data, contents[known] if known else None, moved=was != path)
    return found


def _text(path: str, data: bytes) -> str:
    made = _decoded(path, data)
    # What is no text has lines all the same, if it is to be found again under another name.
    return made.text if made and made.text else data.decode("latin-1")


def _decoded(name: str, data: bytes) -> Document | None:
    try:
        return document(name, "plaintext", data, "", [])
    except Unreadable:
        return None

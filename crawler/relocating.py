"""What is known of links to files that lead nowhere: by git and by the disk, for whoever plans.

git is only asked for what has been committed or staged, by commands that run no program of a
repository's settings (see `git.py`), and not for long: what it does not tell in time is not known.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from crawler.awaiting import awaited
from crawler.elsewhere import anchors_in
from crawler.git import output
from crawler.mending import Memory
from crawler.model import Document, Occurrence, Row
from crawler.published import Found
from crawler.relinking import Anchored, Renamed
from crawler.renames import Change, Trail, change_of, changes_of, wanted
from crawler.revisions import COMPARING, Repository, repository_of
from crawler.settings import Settings
from crawler.tree import DiskTree, Grounds
from crawler.urls import Rejected, Rejection
from crawler.walk import Parts, Thing, Tree, normal, walk

MAX_PATHS: Final = 100
"""Files of a repository that are looked for: each makes git compare a directory more."""
MAX_COMMITS: Final = 500
MAX_ROUNDS: Final = 5
MAX_SECONDS: Final = 30.0
"""For all repositories together; what is not known by then is not known."""

_GONE: Final = frozenset({Rejection.FILE_MISSING, Rejection.FILE_CASE})
_HERE: Final = frozenset({Thing.FILE, Thing.DIRECTORY})


def with_files(memory: Memory, rows: Iterable[Row], settings: Settings) -> Memory:
    """Return a memory with what is known of files and of places in them that rows do not find."""
    missing, lacking = list[Occurrence](), list[Row]()
    for row in rows:
        target = row.place.target
        if row.place.ignored is not None or not isinstance(target, Rejected):
            continue
        if target.reason in _GONE:
            missing.append(row.place.occurrence)
        elif target.reason is Rejection.FRAGMENT_MISSING:
            lacking.append(row)
    renamed = awaited(_Renames(settings).of(missing)) if missing else {}
    return replace(memory, renamed=renamed, anchored=_anchored(lacking, settings))


# Files that are called something else


@dataclass(frozen=True, slots=True)
class _Asked:
    """A link to a file that is not there: `path` and `start` are from the repository's top."""

    place: Occurrence
    path: str
    start: Parts


class _Renames:
    """Asks git what became of files, each repository once for all."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[Path, Repository | None] = {}

    async def of(self, places: Iterable[Occurrence]) -> Mapping[Occurrence, Renamed]:
        """Return what became of the files that places name, as far as that is known."""
        answers = dict[Occurrence, Renamed]()
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_SECONDS):
                for repository, several in (await self._by_repository(places)).items():
                    answers |= await self._inside(repository, several)
        return answers

    async def _by_repository(
        self, places: Iterable[Occurrence]
    ) -> Mapping[Repository, list[_Asked]]:
        asked: defaultdict[Repository, list[_Asked]] = defaultdict(list)
        for place in places:
            repository = await self._repository(_directory(place))
            found = _asked(place, repository.top, self._settings) if repository else None
            if repository and found:
                asked[repository].append(found)
        return asked

    async def _repository(self, directory: Path | None) -> Repository | None:
        if directory is None:
            return None
        if directory not in self._known:
            self._known[directory] = await repository_of(directory)
        return self._known[directory]

    async def _inside(
        self, repository: Repository, asked: Iterable[_Asked]
    ) -> Mapping[Occurrence, Renamed]:
        tree = DiskTree(repository.top)
        found, rest = dict[Occurrence, Renamed](), list[_Asked]()
        for each in asked:
            if spelt := _spelt(tree, each.path):
                known = Renamed(each.path, each.start, (), True, spelt=spelt)  # noqa: FBT003
                found[each.place] = known
            else:
                rest.append(each)
        paths = list(dict.fromkeys(each.path for each in rest))[:MAX_PATHS]
        trails = await _followed(repository, tree, paths)
        told = ((each, trails[each.path]) for each in rest if each.path in trails)
        return found | {
            each.place: self._renamed(tree, each, trail)
            for each, trail in told
            if trail.steps or trail.deleted
        }

    def _renamed(self, tree: Tree, asked: _Asked, trail: Trail) -> Renamed:
        spot = walk(tree, tuple(trail.name.split("/")))
        is_there = spot is not None and spot.thing in _HERE
        anchors = None
        if spot is not None and spot.thing is Thing.FILE and "#" in asked.place.href:
            document = tree.text(spot.real)
            anchors = anchors_in(document, self._settings.extract) if document else None
        return Renamed(asked.path, asked.start, trail.steps, is_there, anchors)


def _directory(place: Occurrence) -> Path | None:
    try:
        return Path(place.document).parent.resolve()
    except (OSError, ValueError):  # a name that no system has
        return None


def _asked(place: Occurrence, top: Path, settings: Settings) -> _Asked | None:
    """Return which file of a repository a link names, if it is one and in there."""
    written = place.href.strip().partition("#")[0].partition("?")[0]
    root = settings.local.root
    if written.startswith("/"):
        start = Path(root).resolve() if root else None
    else:
        start = _directory(place)
    if start is None or not start.is_relative_to(top):
        return None
    parts = start.relative_to(top).parts
    path = normal(parts, unquote(written, errors="surrogateescape"))
    return _Asked(place, "/".join(path), parts) if path else None


def _spelt(tree: Tree, path: str) -> str:
    """Return how the disk spells what differs from a path in case; nothing if there is none."""
    spot = walk(tree, tuple(path.split("/")), folded=True)
    return "/".join(spot.parts) if spot and spot.thing in _HERE else ""


async def _followed(
    repository: Repository, tree: Tree, paths: Iterable[str]
) -> Mapping[str, Trail]:
    """Follow files under their names, all of them one step a round."""

    def is_there(path: str) -> bool:
        spot = walk(tree, tuple(path.split("/")))
        return spot is not None and spot.thing in _HERE

    trails = {path: Trail(path) for path in paths}
    for _ in range(MAX_ROUNDS):
        left = wanted(trails.values(), is_there)
        if not left:
            break
        changes = await _changes(repository, {each.name for each in left})
        for trail in left:
            trail.follow(changes, is_there)
    return trails


async def _changes(repository: Repository, paths: Iterable[str]) -> list[Change]:
    """Return what the index and the last commits have made of files, the latest first."""
    staged = await repository.renamed_since("HEAD")
    asked = ("--timestamp", "--full-history", "--no-merges", f"-n{MAX_COMMITS}", "HEAD")
    told = await output(repository.top, "rev-list", *asked, "--", *sorted(paths))
    times = dict(_times(told or b""))
    given = b"".join(number + b"\n" for number in times)
    compared = await output(repository.top, "diff-tree", "--stdin", *COMPARING, given=given)
    return [change_of(staged), *changes_of(compared or b"", times)]


def _times(told: bytes) -> Iterable[tuple[bytes, datetime | None]]:
    for line in told.splitlines():
        seconds, _, number = line.partition(b" ")
        yield number, _moment(seconds)


def _moment(seconds: bytes) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):  # who commits can write any time
        return None


# Places in documents that are called something else


def _anchored(rows: Iterable[Row], settings: Settings) -> Mapping[Occurrence, Anchored]:
    grounds, known = Grounds(settings.local), dict[tuple[Tree, Parts], Anchored | None]()
    found = dict[Occurrence, Anchored]()
    for row in rows:
        where = _file_of(row, grounds)
        if where is None:
            continue
        if where not in known:
            document = where[0].text(where[1])
            anchors = anchors_in(document, settings.extract) if document else None
            known[where] = None if anchors is None else Anchored(anchors)
        if (told := known[where]) is not None:
            found[row.place.occurrence] = told
    return found


def _file_of(row: Row, grounds: Grounds) -> tuple[Tree, Parts] | None:
    """Return the document that a place asks for a place in."""
    place, target = row.place.occurrence, row.place.target
    ground = grounds.of(Document(place.document, "", ""))
    if ground is None:
        return None
    if place.href.strip().startswith("#"):
        return ground.own
    found = ground.found(place, Rejected(place.raw, Rejection.RELATIVE), None)
    if not isinstance(found, Found) or found.tree is None or found.file is None:
        return None
    same = isinstance(target, Rejected) and target.path == found.path
    return (found.tree, found.file) if same else None

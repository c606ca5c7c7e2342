"""What a change took away from a repository, and where documents stood before it and stand now."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from crawler.awaiting import awaited
from crawler.breaking import Became, Standing
from crawler.elsewhere import anchors_in
from crawler.mentions import Anchors, Lost
from crawler.revisions import Files, Repository
from crawler.settings import ExtractSettings, LocalSettings
from crawler.stored import Entries, StoredTree, stored_document
from crawler.tree import DiskTree, Grounds
from crawler.walk import Parts, Thing, Tree

if TYPE_CHECKING:
    from crawler.renames import Change


@dataclass(frozen=True, slots=True)
class Sides:
    """A repository before a change, at a commit, and, if its index is compared, `staged`.

    `links`: where symbolic links lead, by the id of that text, as far as it is known.
    """

    repository: Repository
    commit: str
    then: Files
    staged: Files | None = None
    links: Mapping[str, bytes] = field(default_factory=dict)

    async def with_links(self) -> "Sides":
        """Return the same with where symbolic links lead."""
        staged = self.staged.links.values() if self.staged else ()
        wanted = (*self.then.links.values(), *staged)
        return replace(self, links=await self.repository.contents(wanted))

    async def gone(self) -> list[str]:
        """Return the paths of what was there and is not: on the disk, or in the index."""
        if self.staged is not None:
            return [each for each in self.then if each not in self.staged]
        gone = _not_on_disk(self.repository.top, self.then)
        # A sparse working tree lacks files on purpose.
        skipped = await self.repository.skipped() if gone else frozenset()
        return [each for each in gone if each not in skipped]

    def lost(
        self,
        gone: Sequence[str],
        versions: Iterable[tuple[str, bytes, bytes]],
        settings: ExtractSettings,
    ) -> Lost:
        """Return what links may have led to and do not any more.

        `versions`: what documents held and hold, with their paths.
        """
        anchors = {}
        for path, before, now in versions if settings.fragments else ():
            old, new = _anchors(path, before, settings), _anchors(path, now, settings)
            if old and new is not None and old - new:
                anchors[path] = Anchors(old, new)
        return Lost(frozenset((*gone, *self._directories(gone))), anchors)

    def _directories(self, gone: Sequence[str]) -> Iterator[str]:
        """Yield directories of what is gone that are gone themselves."""
        above = {str(each) for path in gone for each in PurePosixPath(path).parents}
        if self.staged is None:
            yield from (each for each in above if not (self.repository.top / each).is_dir())
        elif above:
            kept = {str(each) for path in self.staged for each in PurePosixPath(path).parents}
            yield from above - kept

    def became(self, renamed: Mapping[str, str]) -> Became:
        """Return what tells what became of files that are gone.

        `renamed`: what is known of that without git, which is asked when first it is not enough.
        """

        @cache
        def successor(path: str) -> str:
            return renamed.get(path) or change().successor(path) or ""

        @cache
        def change() -> "Change":
            from crawler.renames import change_of  # noqa: PLC0415 - most changes break nothing

            return change_of(awaited(self.repository.renamed_since(self.commit)))

        return lambda path: new if (new := successor(path)) and self._is_here(new) else ""

    def _is_here(self, path: str) -> bool:
        if self.staged is None:
            return os.path.lexists(f"{self.repository.top}/{path}")
        return any(each == path or each.startswith(f"{path}/") for each in self.staged)

    def before(self, settings: LocalSettings) -> Standing:
        """Return what tells where documents stood before, under the names that they had."""
        then = _entries(self.then, self.links)

        def tree(top: Path) -> Tree:
            below = self._below(top)
            return DiskTree(top) if below is None else self._stored(then, below)

        return Grounds(settings, tree, lambda _: True).of

    def now(self, settings: LocalSettings) -> Standing:
        """Return what tells where they stand now."""
        if self.staged is None:
            return Grounds(settings).of
        index, then = _entries(self.staged, self.links), _entries(self.then, self.links)

        def tree(top: Path) -> Tree:
            below, disk = self._below(top), DiskTree(top)
            if below is None:
                return disk
            # What is not committed at all may be made by a program: it is there.
            hidden = self._stored(then, below)
            return StoredTree(str(self.repository.top), index, below, self._data, disk, hidden)

        return Grounds(settings, tree, lambda _: True).of

    def _stored(self, entries: Entries, below: Parts) -> StoredTree:
        return StoredTree(str(self.repository.top), entries, below)

    def _below(self, top: Path) -> Parts | None:
        inside = top.is_relative_to(self.repository.top)
        return top.relative_to(self.repository.top).parts if inside else None

    def _data(self, path: str) -> bytes | None:
        number = self.staged.ids.get(path, "") if self.staged else ""
        return awaited(self.repository.contents([number])).get(number) if number else None


def _not_on_disk(top: Path, files: Iterable[str]) -> list[str]:
    return [each for each in files if not os.path.lexists(f"{top}/{each}")]


def _anchors(path: str, data: bytes, settings: ExtractSettings) -> frozenset[str] | None:
    document = stored_document(path, data)
    return anchors_in(document, settings) if document else None


def _entries(files: Files, texts: Mapping[str, bytes]) -> Entries:
    entries: dict[str, Thing | str] = dict.fromkeys((*files.ids, *files.unmerged), Thing.FILE)
    entries.update(dict.fromkeys(files.modules, Thing.DIRECTORY))
    entries.update(
        {
            path: os.fsdecode(texts[number])
            for path, number in files.links.items()
            if number in texts
        }
    )
    return entries

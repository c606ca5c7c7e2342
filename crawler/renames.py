"""What became of files, as the commits of a repository tell: read, and followed to the end.

Decisions only. A name that was given away twice, and both are there, says nothing; nor does one
whose file was deleted since, for that was another file.
"""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crawler.relinking import Renaming

MAX_STEPS: Final = 10
"""Names that a file has had: whoever made more of them wants us to be busy."""

_ID: Final = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(slots=True)
class Change:
    """What a commit has renamed and deleted, by path; `at` is None for one that is still to be."""

    at: datetime | None = None
    renamed: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def touches(self, path: str) -> bool:
        """Tell whether a file is not there any more by this, or a directory with all files."""
        return any(_is_in(each, path) for each in (*self.renamed, *self.deleted))

    def successor(self, path: str) -> str | None:
        """Return what a file was renamed to; of a directory, where all files of it went."""
        if path in self.renamed:
            return self.renamed[path]
        if any(_is_in(each, path) for each in self.deleted):
            return None
        inside = ((old, new) for old, new in self.renamed.items() if _is_in(old, path))
        found = {_above(new, old[len(path) :]) for old, new in inside}
        return found.pop() if len(found) == 1 else None


def changes_of(told: bytes, times: Mapping[bytes, datetime | None]) -> list[Change]:
    """Read what `diff-tree --stdin -z` tells, in its order; `times`: of commits, by their ids.

    A header `:<mode> <mode> <id> <id> <letter><number>` is followed by one name, or by two.
    """
    changes, current = list[Change](), Change()
    tokens = iter(told.split(b"\0"))
    for token in tokens:
        if _ID.fullmatch(token):
            current = Change(times.get(token))
            changes.append(current)
        elif token.startswith(b":"):
            _take(current, token.rpartition(b" ")[2][:1], tokens)
    return changes


def change_of(told: bytes) -> Change:
    """Read what `diff-index -z` tells: what will be in the next commit."""
    change, tokens = Change(), iter(told.split(b"\0"))
    for token in tokens:
        _take(change, token.rpartition(b" ")[2][:1], tokens)
    return change


def _take(change: Change, kind: bytes, names: Iterator[bytes]) -> None:
    old = os.fsdecode(next(names, b""))
    if kind == b"R":
        change.renamed[old] = os.fsdecode(next(names, b""))
    elif kind == b"D":
        change.deleted.add(old)


@dataclass(slots=True)
class Trail:
    """What a file, or a directory, has been called since.

    `lost`: nobody can tell any more; `deleted`: it was, under its last name.
    """

    path: str
    steps: tuple[Renaming, ...] = ()
    lost: bool = False
    deleted: bool = False

    @property
    def name(self) -> str:
        """What it is called, as far as that is known."""
        return self.steps[-1].new if self.steps else self.path

    def follow(self, changes: Sequence[Change], is_there: Callable[[str], bool]) -> None:
        """Go one step further by some changes, the latest first."""
        step = _step(self.name, changes, is_there)
        known = {self.path, *(each.new for each in self.steps)}
        if step is None or step.new in known or len(self.steps) >= MAX_STEPS:
            self.lost = True
            self.deleted = any(each.touches(self.name) for each in changes)
        else:
            self.steps = (*self.steps, step)


def wanted(trails: Collection[Trail], is_there: Callable[[str], bool]) -> list[Trail]:
    """Return the trails that are still to be followed."""
    return [each for each in trails if not each.lost and not is_there(each.name)]


def _step(path: str, changes: Sequence[Change], is_there: Callable[[str], bool]) -> Renaming | None:
    found = [(each.at, each.successor(path)) for each in changes if each.touches(path)]
    if not found or found[0][1] is None:
        return None
    steps = [Renaming(path, new, at) for at, new in found if new is not None]
    there = {each.new for each in steps if is_there(each.new)}
    if len(there) > 1:
        return None
    return next((each for each in steps if each.new in there), steps[0])


def _is_in(path: str, directory: str) -> bool:
    return path == directory or path.startswith(f"{directory}/")


def _above(path: str, rest: str) -> str:
    """Return where a directory is whose file, by the same way below it, is at a path."""
    return path.removesuffix(rest) if path.endswith(rest) else ""

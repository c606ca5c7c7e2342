"""The files of a project as git has stored them: a tree for links, like that on the disk.

Nothing is asked of the disk here, except by the tree `beside`, and nothing of git, except by what
is given to read a file.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TypeAlias

from crawler.disk import Unreadable, document
from crawler.documents import format_of
from crawler.model import Document
from crawler.walk import Listing, Parts, Thing, Tree

Entries: TypeAlias = Mapping[str, Thing | str]
"""What there is, by path from the repository's top; of symbolic links, where they lead."""

_Read: TypeAlias = Callable[[str], bytes | None]


@dataclass(frozen=True, eq=False)
class StoredTree:
    """What a commit or the index holds in the directory `below` of the repository at `top`.

    `read` returns what is in a file, by its path from there. `beside`: a tree that counts too, in
    what it has that `hidden` has not: files that no commit has ever held.
    """

    top: str
    entries: Entries
    below: Parts = ()
    read: _Read = lambda _: None
    beside: Tree | None = None
    hidden: "StoredTree | None" = None

    def path(self, parts: Parts) -> str:
        """Return the path of a file of this tree from the repository's top."""
        return "/".join((*self.below, *parts))

    def listing(self, directory: Parts) -> Listing | None:
        """Return what a directory holds; None if there is none."""
        found = self._directories.get(directory)
        other = self.beside.listing(directory) if self.beside else None
        if other is None:
            return None if found is None else Listing(found)
        hidden = self.hidden.listing(directory) if self.hidden else None
        gone = hidden.entries if hidden else {}
        rest = {name: thing for name, thing in other.entries.items() if name not in gone}
        return Listing({**rest, **(found or {})})

    def text(self, file: Parts) -> Document | None:
        """Return a file as a document; None if it is none that is read, or cannot be."""
        if not self._is_stored(file):
            return self.beside.text(file) if self.beside else None
        data = self.read(self.path(file)) if format_of(file[-1]) else None
        return None if data is None else stored_document("/".join(file), data)

    def lines(self, file: Parts) -> int | None:
        """Return how many lines a file has; None if it cannot be read."""
        if not self._is_stored(file):
            return self.beside.lines(file) if self.beside else None
        data = self.read(self.path(file))
        return None if data is None else data.count(b"\n") + (not data.endswith(b"\n"))

    def _is_stored(self, file: Parts) -> bool:
        return self.path(file) in self.entries

    @cached_property
    def _directories(self) -> Mapping[Parts, Mapping[str, Thing | str]]:
        found: dict[Parts, dict[str, Thing | str]] = {(): {}}
        for parts, thing in self._inside():
            found.setdefault(parts[:-1], {})[parts[-1]] = thing
            if thing is Thing.DIRECTORY:  # a submodule: nobody knows what is in there
                found.setdefault(parts, {})
            for depth in range(len(parts) - 1, 0, -1):
                above = found.setdefault(parts[: depth - 1], {})
                if parts[depth - 1] in above:
                    break
                above[parts[depth - 1]] = Thing.DIRECTORY
        return found

    def _inside(self) -> Iterator[tuple[Parts, Thing | str]]:
        depth = len(self.below)
        for path, thing in self.entries.items():
            parts = tuple(path.split("/"))
            if parts[:depth] == self.below and len(parts) > depth:
                yield parts[depth:], thing if isinstance(thing, Thing) else self._leads(thing)

    def _leads(self, target: str) -> Thing | str:
        """Say where a symbolic link leads as the project sees it."""
        if not target.startswith("/"):
            return target
        path, top = PurePosixPath(os.path.normpath(target)), PurePosixPath(self.top, *self.below)
        below = path.is_relative_to(top)
        return f"/{path.relative_to(top).as_posix()}" if below else Thing.OUTSIDE


def stored_document(name: str, data: bytes) -> Document | None:
    """Make a document of what git has stored under a name; None if it is none."""
    try:
        return document(name, "plaintext", data, "", [])
    except Unreadable:
        return None

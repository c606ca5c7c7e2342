"""Ways through the files of a project: what stands at a path, by what its directories list.

Pure: the disk is a `Tree`. No path that leaves the project is ever asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import Final, Protocol, TypeAlias
from unicodedata import normalize

from crawler.model import Document

Parts: TypeAlias = tuple[str, ...]
"""The way from the top of a project to something in it; empty for the top itself."""

_MAX_LINKS: Final = 40  # symbolic links on one way, as Linux has it
_MAX_NEAR: Final = 200  # names of a directory that are compared with one that is not there
_LONG: Final = 4  # letters without which a name with another one is simply another


class Thing(StrEnum):
    """What a name of a directory stands for. OTHER: devices, pipes, sockets."""

    FILE = "file"
    DIRECTORY = "directory"
    OTHER = "other"
    OUTSIDE = "outside"
    UNREADABLE = "unreadable"


class Listing:
    """What a directory holds, by name: things, or as text where a symbolic link leads.

    Such a text starts from the directory, or with `/` from the top of the project.
    """

    def __init__(self, entries: Mapping[str, Thing | str]) -> None:
        self.entries = entries

    def spelt(self, name: str) -> str | None:
        """Return a name as the directory has it: composed letters are those in pieces."""
        if name in self.entries or name.isascii():
            return name if name in self.entries else None
        return self._composed.get(normalize("NFC", name))

    def folded(self, name: str) -> str | None:
        """Return the name that differs in case at most."""
        return self._folded.get(normalize("NFC", name).casefold())

    def near(self, name: str) -> str | None:
        """Return the name that was perhaps meant: another ending, or one slip of the pen."""
        stem = name.partition(".")[0]
        for each in islice(self.entries, _MAX_NEAR):
            if (
                each == name or not stem or each[0] != name[0]
            ):  # the same: a link that leads nowhere
                continue
            if each.partition(".")[0] == stem:
                return each
            if len(stem) >= _LONG and abs(len(each) - len(name)) <= 1 and _one_slip(each, name):
                return each
        return None

    @cached_property
    def _composed(self) -> Mapping[str, str]:
        return {normalize("NFC", each): each for each in self.entries}

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {normalize("NFC", each).casefold(): each for each in self.entries}


class Tree(Protocol):
    """The files of a project, as far as links may ask for them."""

    def listing(self, directory: Parts, /) -> Listing | None:
        """Return what a directory holds, which is no symbolic link; None if it cannot be read."""
        ...

    def text(self, file: Parts, /) -> Document | None:
        """Return a file as a document; None if it is none that is read, or cannot be."""
        ...

    def lines(self, file: Parts, /) -> int | None:
        """Return how many lines a file has; None if it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Spot:
    """What stands at a path. `parts`: as the directories spell it; `real`: past symbolic links."""

    thing: Thing
    parts: Parts = ()
    real: Parts = ()


def normal(start: Parts, path: str) -> Parts | None:
    """Return where a path leads, without `.`, `..` and empty segments; None if it leaves the top.

    >>> normal(("a", "b"), "../c//./d/"), normal(("a",), "../../a")
    (('a', 'c', 'd'), None)
    """
    parts = list(start)
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


def walk(tree: Tree, parts: Parts, *, folded: bool = False) -> Spot | None:
    """Go to a path by what directories list; None if there is nothing. `folded`: in any case."""
    return _Walk(tree).along(parts, folded=folded)


class _Walk:
    """One way through a tree, with so many symbolic links on it and no more."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._links = 0

    def along(self, parts: Parts, *, folded: bool = False) -> Spot | None:
        thing, spelt = Thing.DIRECTORY, list[str]()
        real: Parts = ()
        for part in parts:
            listing = self._tree.listing(real) if thing is Thing.DIRECTORY else None
            if listing is None:
                unreadable = thing is Thing.DIRECTORY
                return Spot(Thing.UNREADABLE, tuple(spelt), real) if unreadable else None
            name = listing.spelt(part) or (listing.folded(part) if folded else None)
            there = self._entry(listing.entries[name], real, name) if name else None
            if name is None or there is None:
                return None
            thing, real = there
            spelt.append(name)
            if thing is Thing.OUTSIDE or thing is Thing.UNREADABLE:
                break
        return Spot(thing, tuple(spelt), real)

    def _entry(self, entry: Thing | str, directory: Parts, name: str) -> tuple[Thing, Parts] | None:
        if isinstance(entry, Thing):
            return entry, (*directory, name)
        self._links += 1
        leads = normal(() if entry.startswith("/") else directory, entry)
        if leads is None:
            return Thing.OUTSIDE, ()
        spot = self.along(leads) if self._links <= _MAX_LINKS else None
        return (spot.thing, spot.real) if spot else None


def _one_slip(one: str, other: str) -> bool:
    """Tell whether one letter more, less or other, or two that changed places, is all."""
    first = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if first is None:
        return True  # one is the other and a letter
    a, b = one[first:], other[first:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])

"""Places that documents ask for, in themselves and in other files: are they there?

A file is read once, when all documents have been, and only if somebody asks for a place in it.
What nobody can tell is left as it was: there, or not looked at.
"""

import re
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from crawler import documents
from crawler.anchors import USER_CONTENT, holds
from crawler.fragments import is_for_scripts, parted
from crawler.kept import Places
from crawler.model import Document, Place
from crawler.published import Found
from crawler.settings import ExtractSettings
from crawler.slugs import names_footnote
from crawler.urls import Rejected, Rejection
from crawler.walk import Parts, Tree

Asked: TypeAlias = dict[str, "array[int]"]
"""The numbers of the places that ask for it, by fragment."""

# Lines of a file, as code hosts name them: `L10`, `L10-L20`, `L10C3-L12`, `lines-10:20`.
_LINES: Final = re.compile(r"(?:L|lines-)(\d+)(?:C\d+)?(?:[-:]L?(\d+)(?:C\d+)?)?")


class Inside:
    """The links of one document to places in itself: they wait until it has been read."""

    def __init__(self) -> None:
        self._asked: Asked = {}

    def take(self, place: Place, number: int, *, itself: bool = False) -> None:
        """Take note of a link, by its number, if it is one of those. `itself`: it names it."""
        target = place.target
        name, sign, fragment = place.occurrence.href.strip().partition("#")
        relative = isinstance(target, Rejected) and target.reason is Rejection.RELATIVE
        if sign and (itself or (relative and not name)):
            self._asked.setdefault(fragment, array("Q")).append(number)

    def resolve(self, anchors: Callable[[], frozenset[str] | None], places: Places) -> None:
        """Say of each whether its place is there; nothing where nobody can tell."""
        known = anchors() if self._asked else None
        if known is None:
            return
        for fragment, numbers in self._asked.items():
            if reason := whether_there(parted(fragment)[0], known):
                for number in numbers:
                    places.resolve(number, reason)


class Elsewhere:
    """The links of all documents to places in other files."""

    def __init__(self) -> None:
        self._asked: dict[tuple[Tree, Parts], Asked] = {}

    def take(self, place: Place, found: Found, number: int) -> None:
        """Take note of a link, by its number, if it asks for a place in a file that is there."""
        fragment = place.occurrence.href.strip().partition("#")[2]
        if fragment and found.tree and found.file:
            asked = self._asked.setdefault((found.tree, found.file), {})
            asked.setdefault(fragment, array("Q")).append(number)

    def resolve(self, settings: ExtractSettings, places: Places) -> None:
        """Say of each whose place is not there that it is missing. It is asked for once."""
        for (tree, file), asked in self._asked.items():
            for fragment in _missing(tree, file, asked, settings):
                for number in asked[fragment]:
                    places.resolve(number, Rejection.FRAGMENT_MISSING, f"#{fragment}")
        self._asked = {}


def _missing(tree: Tree, file: Parts, asked: Asked, settings: ExtractSettings) -> Iterator[str]:
    """Yield the fragments that a file has not, as far as anybody can tell."""
    document = tree.text(file)
    anchors = None if document is None else anchors_in(document, settings)
    for fragment in asked:
        name = parted(fragment)[0]
        if anchors is not None and whether_there(name, anchors) is Rejection.ANCHOR:
            continue
        if lines := _LINES.fullmatch(name):
            last = max(int(each[-9:]) for each in lines.groups() if each)
            has = tree.lines(file)
            if has is not None and last > has:
                yield fragment
        elif anchors is not None and whether_there(name, anchors):
            yield fragment


def anchors_in(document: Document, settings: ExtractSettings) -> frozenset[str] | None:
    """Return all that a fragment may name in a document; None where nobody can tell."""
    reading = documents.read(document, settings)
    deque(reading.occurrences, maxlen=0)  # anchors are known once all links were gone through
    return reading.anchors()


def whether_there(name: str, anchors: frozenset[str]) -> Rejection | None:
    """Tell whether one of some anchors is what a fragment names; None where nobody can tell."""
    written = name.removeprefix(USER_CONTENT)
    if holds(anchors, written) or holds(anchors, written.lower()):  # code hosts fold case
        return Rejection.ANCHOR
    return None if is_for_scripts(name) or names_footnote(name) else Rejection.FRAGMENT_MISSING

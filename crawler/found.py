"""Links on their way to become occurrences: what a reader finds, before it has lines and columns.

Every reader of `documents/` hands its links over in this form, in order of their places.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from crawler.model import Document, Kind, Occurrence
from crawler.spans import Lines
from crawler.text import clean

PLACE: Final = attrgetter("start", "end")
"""What links are sorted by."""

SECTION_SEPARATOR: Final = " > "
_MAX_SHOWN: Final = 100
"""Headings of a path, which is cut long before: outlines may be nested without end."""


@dataclass(slots=True)
class Found:
    """A link on its way to become an occurrence: offsets, and the pieces of its label."""

    start: int
    end: int
    href: str
    kind: Kind
    section: str = ""
    label: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The label: the pieces in their order."""
        return "".join(self.label)


@dataclass(slots=True)
class Headings:
    """The path of headings above the place that is being read, the outermost first.

    It is cleaned here, once a heading and not once a link; and not at all below which no link is.
    """

    _open: list[tuple[int, str]] = field(default_factory=list)
    _path: str | None = ""

    @property
    def path(self) -> str:
        """The titles of the headings that are open, as a report shows them."""
        if self._path is None:
            titles = (title for _, title in self._open[:_MAX_SHOWN] if title)
            self._path = clean(SECTION_SEPARATOR.join(titles))
        return self._path

    def enter(self, level: int, title: str) -> None:
        """Take note of a heading: it closes those of its own level and below."""
        self._close(level)
        self._open.append((level, clean(title)))

    def leave(self, level: int) -> None:
        """Take note that what stood below the headings of a level has ended."""
        if self._open and self._open[-1][0] >= level:
            self._close(level)

    def _close(self, level: int) -> None:
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        if len(self._open) < _MAX_SHOWN:  # what is deeper is not shown
            self._path = None


def apart(found: Iterable[Found]) -> list[Found]:
    """Return what was found, in order of place and without what overlaps with the one before."""
    end, links = 0, []
    for link in sorted(found, key=PLACE):
        if link.start >= end:
            links.append(link)
            end = link.end
    return links


def occurrences(document: Document, found: Iterable[Found]) -> Iterator[Occurrence]:
    """Yield what was found as the places of a document, whose text the offsets are of."""
    lines = Lines(document.text)
    for link in found:
        yield Occurrence(
            document.name,
            lines.span(link.start, link.end),
            document.text[link.start : link.end],
            link.href,
            link.kind,
            clean(link.text) if link.label else "",
            link.section,
        )

"""Jupyter notebooks: Markdown cells as Markdown, raw cells by their type, comments of code cells.

Of code only comments are read: a URL in a string is what the program asks, mostly an interface and
no page for people. What the cells have put out is read where it is asked for. Places are those of
the file, which is JSON.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from crawler import bare, commonmark, hypertext, jsonwalk
from crawler.found import Found, Headings, apart, occurrences
from crawler.jsonwalk import Scalar, Walk
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings
from crawler.slugs import Heading, anchors_of_markdown
from crawler.spans import Joined, Lines, Piece

# Strings of Python, R, Julia and shells, so that a `#` in them begins no comment; then comments. An
# escape by itself is passed over, lest quotes that are never closed take square time.
# No Python line begins with `//`, which is how others begin theirs.
_COMMENT: Final = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"""|\'\'\'(?:[^'\\]|\\.|'(?!''))*+\'\'\'
    |\\.|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'
    |(?P<comment>\#[^\n]*+|^[ \t]*+//[^\n]*+)''',
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_MARKDOWN: Final = frozenset({"text/markdown", "text/x-markdown", "markdown"})
_HTML: Final = frozenset({"text/html", "html", "image/svg+xml"})
_TEXT: Final = frozenset({"text", "text/plain", "text/restructuredtext", "text/latex"})
_SOURCES: Final = frozenset({"source", "input"})  # the latter for code in nbformat 3
_INSIDE: Final = 4
"""Keys below a cell that are looked at: those of a line of an output (`outputs.0.data.text/html.1`)
lack but the number of the line."""
_TYPES: Final = frozenset({"format", "raw_mimetype"})


@dataclass(slots=True)
class _Cell:
    """A cell as it is gathered: keys may stand in any order."""

    name: tuple[str | int, ...] = ()
    type: str = ""
    media_type: str = ""
    level: int = 1
    source: list[Piece] = field(default_factory=list)
    outputs: dict[tuple[str | int, ...], list[Piece]] = field(default_factory=dict)


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read a notebook of nbformat 3 or 4. What is no JSON is plain text from where it ceases."""
    text = document.text
    notebook = _Notebook(settings)
    walk = Walk(text, 0, len(text))
    found = [link for cell in _cells(walk, settings) for link in notebook.links(cell)]
    remarks: tuple[str, ...] = ()
    if walk.broken is not None:
        line = Lines(text).span(walk.broken, walk.broken).line
        remarks = (f"the notebook is malformed at line {line}; read as plain text from there",)
        found += notebook.bare([Piece(text[walk.broken :], walk.broken, len(text))])
    return Reading(occurrences(document, found), remarks=remarks, anchors=notebook.anchors)


def _cells(walk: Walk, settings: ExtractSettings) -> Iterator[_Cell]:
    """Yield the cells of a notebook, in order."""
    cell = _Cell()
    for scalar in walk.scalars():
        depth = _depth(walk.path)
        if not depth:
            continue
        name, inside = tuple(walk.path[:depth]), tuple(walk.path[depth : depth + _INSIDE])
        if name != cell.name:
            yield cell
            cell = _Cell(name)
        if inside:
            _take(cell, walk.text, inside, scalar, settings)
    yield cell


def _depth(path: list[str | int]) -> int:
    """Return how many keys name the cell that is being read: nbformat 3 has sheets around them."""
    match path[:3]:
        case ["cells", int(), *_]:
            return 2
        case ["worksheets", int(), "cells"]:
            return 4
    return 0


def _take(
    cell: _Cell, text: str, inside: tuple[str | int, ...], scalar: Scalar, settings: ExtractSettings
) -> None:
    """Take what a cell says under a key."""
    start, end, _ = scalar
    match inside:
        case ("level",) if text[start:end] in "123456":
            cell.level = int(text[start:end])
        case _ if not scalar.is_string:
            return
        case ("cell_type",):
            cell.type = text[start:end]
        case ("metadata", key) if key in _TYPES:
            cell.media_type = text[start:end].lower()
        case (key, *rest) if key in _SOURCES and len(rest) <= 1:
            cell.source += jsonwalk.pieces(text, start, end)
        case ("outputs", _, *_) if settings.outputs:
            where = tuple(key for key in inside[1:] if key != "data")
            lines = where[:-1] if isinstance(where[-1], int) and len(where) > 1 else where
            cell.outputs.setdefault(lines, []).extend(jsonwalk.pieces(text, start, end))


@dataclass(slots=True)
class _Notebook:
    """What is known while the cells go by."""

    settings: ExtractSettings
    headings: Headings = field(default_factory=Headings)
    titles: list[Heading] = field(default_factory=list)
    markdown: list[str] = field(default_factory=list)

    def links(self, cell: _Cell) -> list[Found]:
        """Return the links of a cell, in order of their places in the file."""
        found: list[Found] = []
        match cell.type:
            case "markdown":
                found += self._markdown(cell.source)
            case "heading":
                found += self._markdown([_sign(cell), *cell.source])
            case "code":
                found += self._comments(cell.source)
            case "raw":
                found += self._typed(cell.media_type, cell.source)
        for where, pieces in cell.outputs.items():
            kind = next((str(key) for key in reversed(where) if isinstance(key, str)), "")
            if kind in _HTML | _MARKDOWN | _TEXT:
                found += self._typed(kind, pieces)
        # A key that stands twice may make links overlap; attachments are in the cell itself.
        return [each for each in apart(found) if not each.href.startswith("attachment:")]

    def anchors(self) -> frozenset[str] | None:
        """Return what the fragments of the notebook may name; Jupyter keeps case and signs."""
        anchors = anchors_of_markdown("\n".join(self.markdown), self.titles)
        return anchors and anchors | {each.text.replace(" ", "-") for each in self.titles}

    def bare(self, pieces: list[Piece]) -> list[Found]:
        """Return the URLs that stand in a text."""
        words = "".join(piece.words for piece in pieces)
        found = bare.find_hrefs(words, schemeless=self.settings.schemeless)
        places = Joined(pieces)
        path = self.headings.path
        return [Found(*places.span(*url[:2]), url[2], Kind.CELL, path) for url in found]

    def _markdown(self, pieces: list[Piece]) -> list[Found]:
        words = "".join(piece.words for piece in pieces)
        self.markdown.append(words)
        found = commonmark.links(words, 0, self.settings, self.titles, self.headings)
        return _placed(found, pieces)

    def _typed(self, media_type: str, pieces: list[Piece]) -> list[Found]:
        if media_type in _MARKDOWN:
            return self._markdown(pieces)
        if media_type not in _HTML:
            return self.bare(pieces)
        found, _ = hypertext.read("".join(piece.words for piece in pieces), self.settings)
        path = self.headings.path
        return _placed((replace(each, section=path) for each in found), pieces)

    def _comments(self, pieces: list[Piece]) -> list[Found]:
        words = "".join(piece.words for piece in pieces)
        if "http" not in words.lower() and not self.settings.schemeless:
            return []
        comments = [match.span("comment") for match in _COMMENT.finditer(words) if match["comment"]]
        places = Joined(pieces)
        schemeless, path = self.settings.schemeless, self.headings.path
        return [
            Found(*places.span(first + start, last + start), href, Kind.CELL, path)
            for start, end in comments
            for first, last, href in bare.find_hrefs(words[start:end], schemeless=schemeless)
        ]


def _sign(cell: _Cell) -> Piece:
    """Return what makes a heading of a cell that is one by its type, as nbformat 3 has them."""
    start = cell.source[0].start if cell.source else 0
    return Piece("#" * cell.level + " ", start, start)


def _placed(found: Iterable[Found], pieces: list[Piece]) -> list[Found]:
    """Give links in a cell their places in the file."""
    places = Joined(pieces)
    links = list(found)
    for link in links:
        link.start, link.end = places.span(link.start, link.end)
    return links

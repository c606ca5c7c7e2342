"""reStructuredText: links, targets, images and what directives and roles of Sphinx name.

The text is read line by line, without building a tree: what matters is which lines are literal,
where a paragraph ends, and what a directive does with its lines.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from crawler import bare, hypertext
from crawler import rst_grammar as grammar
from crawler.directives import outside
from crawler.found import Found, Headings, occurrences
from crawler.layout import Layout
from crawler.model import Document, Kind, Reading
from crawler.rst_grammar import entries, head, rules_of
from crawler.rst_inline import Inline, Links, Place, Target, address, key, shown, unescaped
from crawler.rst_tables import GRID, SIMPLE, grid_cells, rows_of, simple_cells
from crawler.section_ids import anchors_of_restructuredtext
from crawler.settings import ExtractSettings
from crawler.spans import Joined, Piece
from crawler.tables import rst_directives

_ADDRESSES: Final = frozenset({"target", "link", "url", "file", "download-link"})
_BUILDS_ANCHORS: Final = frozenset({"include", "literalinclude", "autosummary", "glossary"})

_SPECIAL: Final = (">>>", "+-", "=")  # what examples and tables begin with
_LONG: Final = 4  # as docutils has it: so many signs are a line, whatever its title's length
_MAX_DEPTH: Final = 3
"""Tables in cells of tables that are read; each costs its whole area once more."""


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every hyperlink, target, image and path that the document writes."""
    links = Links(settings)

    def found() -> Iterator[Found]:
        _Walk(document.text, links, Headings()).run()
        yield from links.finish()

    def code() -> list[tuple[int, int]]:
        _Walk(document.text, apart := Links(settings), Headings()).run()
        return outside(apart.comments, len(document.text))

    return Reading(
        occurrences(document, found()),
        anchors=lambda: anchors_of_restructuredtext(links),
        code=code,
    )


class _Walk:
    """Reads one text from its first line to its last: a document, or a cell of a table."""

    def __init__(
        self,
        text: str,
        links: Links,
        headings: Headings,
        place: Place | None = None,
        depth: int = 0,
    ) -> None:
        self.text = text
        self.links = links
        self.headings = headings
        self.place = place
        self.depth = depth
        self.inline = Inline(text, links)
        self.layout = Layout(text)
        self.rules = rules_of(text)
        self.levels: dict[tuple[str, bool], int] = {}  # of titles, by how they are underlined
        self.names: list[str] = []  # of targets that lead to where the next one leads
        self.has_endless_table = False

    def run(self) -> None:
        line = 0
        while line < len(self.layout):
            line = self._block(line) if self.layout.columns[line] >= 0 else line + 1

    def _block(self, line: int) -> int:
        """Read the block that begins on a line; return the line behind it."""
        text, layout = self.text, self.layout
        at, column = layout.starts[line], layout.columns[line]
        # Behind a line that says something there is another: the last one is empty.
        is_ruled = at in self.rules or layout.starts[line + 1] in self.rules
        if is_ruled and (after := self._titled(line)) is not None:
            return after
        base = column
        while at < layout.ends[line] and (opened := grammar.OPENING.match(text, at)):
            kind, width = opened.lastgroup, opened.end() - at
            if kind == "explicit":
                return self._explicit(line, opened.end(), column)
            if kind == "anonymous":
                return self._address(line, opened.end(), column, ())
            if kind == "enumerated" and self._is_sentence(line, at):
                break
            base = column if kind == "field" else column + width
            column += width
            at += width
        self.names.clear()
        if text.startswith(_SPECIAL, at):
            if grammar.DOCTEST.match(text, at):
                return layout.paragraph_end(line, -1)
            if after := self._table(line, at):
                return after
        return self._paragraph(line, at, column, base)

    def _is_sentence(self, line: int, at: int) -> bool:
        """Tell whether what begins like an item of a list goes on where it began: it is none."""
        starts, columns = self.layout.starts, self.layout.columns
        goes_on = at == starts[line] and columns[line + 1] == columns[line]
        return goes_on and not grammar.ENUMERATED.match(self.text, starts[line + 1])

    def _rule(self, line: int) -> str | None:
        """Return the character of which a line consists, if it is one that underlines."""
        starts = self.layout.starts
        return self.rules.get(starts[line]) if line < len(starts) else None

    def _titled(self, line: int) -> int | None:
        """Read a title with its underline, and maybe its overline; None if there is none."""
        rule = self._rule(line)
        if rule and not (self._rule(line + 2) == rule and self.layout.says(line + 1)):
            is_line = len(self.layout.words(line)) >= _LONG and not self.layout.says(line + 1)
            return line + 1 if is_line else None
        title = line + 1 if rule else line
        under = self._rule(title + 1)
        if not under or self.layout.columns[title + 1] != self.layout.columns[line]:
            return None
        words = self.layout.words(title)
        length = len(self.layout.words(title + 1))
        if length < min(len(words), _LONG) or (
            not words[:1].isalnum() and (grammar.EXPLICIT.match(words) or grammar.LIST.match(words))
        ):
            return None
        level = self.levels.setdefault((under, bool(rule)), len(self.levels) + 1)
        self.names.clear()
        text = shown(self.inline.shadow[self.layout.starts[title] : self.layout.ends[title]])
        self.headings.enter(level, text)
        self.links.titles.append(text)
        self._read(self.layout.starts[title], self.layout.ends[title])
        return title + 2

    def _paragraph(self, line: int, at: int, column: int, base: int) -> int:
        """Read a paragraph, and pass over the literal block that it announces."""
        columns = self.layout.columns
        # Behind the mark of an item, the second line says how much the others are indented.
        if columns[line + 1] == column or base < min(column, columns[line + 1]):
            line += 1
            column = base = columns[line]
            while columns[line + 1] == column:
                line += 1
        end = self.layout.ends[line]
        self._read(at, end)
        line += 1
        if not self.text[at:end].rstrip().endswith("::"):
            return line
        line = self.layout.next_said(line)
        if line < len(columns) and columns[line] > base:
            return self.layout.block_end(line, base)
        if line < len(columns) and columns[line] == base:
            return self._quoted(line)
        return line

    def _quoted(self, line: int) -> int:
        """Pass over a literal block whose lines all begin with the same mark."""
        mark = self.text[self.layout.starts[line]]
        if not grammar.MARK.match(mark):
            return line
        while self.layout.says(line) and self.text[self.layout.starts[line]] == mark:
            line += 1
        return line

    def _table(self, line: int, at: int) -> int | None:
        words = self.text[at : self.layout.ends[line]]
        if words.startswith("+-") and GRID.match(words):
            last = line + 1
            while self.layout.says(last) and self.text[self.layout.starts[last]] in "+|":
                last += 1
            self._cells(grid_cells(rows_of(self.layout, line, last, at)))
            return last
        if not words.startswith("=") or self.has_endless_table or not SIMPLE.match(words):
            return None
        borders = (
            each
            for each in range(line + 1, len(self.layout))
            if not self.layout.says(each + 1) and SIMPLE.match(self.layout.words(each))
        )
        if (bottom := next(borders, None)) is None:
            self.has_endless_table = True
            return None
        self._cells(simple_cells(rows_of(self.layout, line, bottom, at)))
        return bottom + 1

    def _cells(self, cells: Iterator[list[Piece]]) -> None:
        if self.depth == _MAX_DEPTH:
            return
        for cell in cells:
            pieces = [each for piece in cell for each in (piece, Piece("\n", piece.end, piece.end))]
            text = "".join(each.words for each in pieces)
            place = _within(self.place, Joined(pieces).span)
            _Walk(text, self.links, self.headings, place, self.depth + 1).run()

    def _read(self, start: int, end: int) -> None:
        if self.inline.has_signs(start, end):
            for found in self.inline.read(start, end, self.headings.path):
                self._emit(found)

    def _emit(self, found: Found, names: tuple[str, ...] | None = None) -> None:
        """Keep a link, or what a target leads to, once its place in the document is known."""
        if self.place:
            if "\n" in self.text[found.start : found.end]:
                return  # what stands between its parts is another cell's
            found.start, found.end = self.place(found.start, found.end)
        if names is None:
            self.links.found.append(found)
        elif names:
            self.links.targets.append(Target(names, found))
        else:
            self.links.anonymous.append(found)

    def _explicit(self, line: int, at: int, column: int) -> int:
        """Read what begins with `..`: a target, a note, a directive, else a comment."""
        shadow = self.inline.shadow
        if opened := grammar.NAMELESS.match(shadow, at):
            return self._address(line, opened.end(), column, ())
        if opened := grammar.TARGET.match(shadow, at):
            name = key(unescaped(opened[1] or opened[2]))
            return self._address(line, opened.end(), column, (name,))
        self.names.clear()
        if opened := grammar.NOTE.match(self.text, at):
            self.links.anchors.add(opened[1])
            return self._paragraph(line, opened.end(), column + 1, column)
        if opened := grammar.DIRECTIVE.match(self.text, at):
            return self._directive(line, opened, column)
        if at >= self.layout.ends[line] and not self.layout.says(line + 1):
            return line + 1  # an empty comment: what is behind it is none
        end = self.layout.block_end(line, column)
        start, last = at, self.layout.ends[end - 1]
        if self.place is None:  # a cell has offsets of its own
            self.links.comments.append((start, last))
        if self.links.settings.comments:
            for first, after, href in bare.find_hrefs(self.text[start:last], schemeless=False):
                place = (start + first, start + after)
                self._emit(Found(*place, href, Kind.BARE, self.headings.path))
        return end

    def _address(self, line: int, at: int, column: int, names: tuple[str, ...]) -> int:
        """Read the address of a target: a URL of several lines, another target, or a place here."""
        end = self.layout.paragraph_end(line, column)
        words = self.inline.shadow[at : self.layout.ends[end - 1]]
        written = words.strip()
        start = at + len(words) - len(words.lstrip())
        self.links.anchors.update(names)
        if not written:
            self.names += names
            return end
        names = (*self.names, *names)
        self.names.clear()
        following = written.endswith("_") and grammar.INDIRECT.fullmatch(" ".join(written.split()))
        if following:
            aim = key(unescaped(following[1] or following[2]))
            self.links.aliases.update((name, aim) for name in names if name != aim)
        elif href := address(written):
            found = Found(start, start + len(written), href, Kind.DEFINITION, self.headings.path)
            self._emit(found, names)
        return end

    def _directive(self, line: int, opened: re.Match[str], column: int) -> int:
        """Read a directive: its argument, its options, and what it holds if that is no text."""
        name, at = opened[1].lower(), opened.end()
        domain, _, plain = name.rpartition(":")
        treatment = rst_directives().get(plain if domain else name, "signature" if domain else "")
        opening = head(self.layout, line, at, column)
        end, behind, named = opening.end, opening.behind, opening.options
        self._note(name, treatment, named)
        match treatment:
            case "code":
                self._role(name, at, end)
                return self.layout.block_end(line, column)
            case "html":
                return self._raw(line, at, column, behind)
            case "pages":
                return self._pages(line, behind, column)
            case "file" | "figure":
                label = self._value(named.get("alt"))
                self._path(at, end, label)
            case "signature":
                pass
            case _ if at < self.layout.ends[line] and not named:
                # What the first lines say is text; it may announce a literal block.
                return self._paragraph(line, at, column + 1, column)
            case _:
                self._read(at, end)
        self._options(named)
        return behind

    def _note(self, name: str, treatment: str, named: Mapping[str, tuple[int, int]]) -> None:
        """Take note of what a directive does to the anchors of the document."""
        if treatment in ("signature", "html") or name in _BUILDS_ANCHORS:
            self.links.is_partial = True
        for option in ("name", "label"):
            self.links.anchors.add(self._value(named.get(option)))

    def _value(self, place: tuple[int, int] | None) -> str:
        return self.text[place[0] : place[1]].strip() if place else ""

    def _role(self, name: str, at: int, end: int) -> None:
        """Take note of a role that puts HTML into the text: `.. role:: html(raw)`."""
        role, _, basis = self.text[at:end].partition("(")
        if name == "role" and basis.strip().startswith("raw"):
            self.links.html_roles.add(role.strip().lower())

    def _path(self, start: int, end: int, label: str = "") -> None:
        """Read an address that may go over several lines."""
        words = self.text[start:end]
        start += len(words) - len(words.lstrip())
        href = address(self.inline.shadow[start : (end := start + len(words.strip()))])
        if href and not href.startswith("<"):  # `<isonum.txt>` comes with docutils
            self._emit(Found(start, end, href, Kind.DIRECTIVE, self.headings.path, [label]))

    def _options(self, named: Mapping[str, tuple[int, int]]) -> None:
        """Read the options that hold an address, or the name of a target."""
        for option, place in named.items():
            if option not in _ADDRESSES or self._value(named.get("link-type")) in ("ref", "any"):
                continue
            words = self._value(place)
            if used := grammar.INDIRECT.fullmatch(words):
                label = self._value(named.get("alt"))
                self.links.use(used[1] or used[2], label, self.headings.path)
            else:
                self._path(*place)

    def _raw(self, line: int, at: int, column: int, behind: int) -> int:
        """Read raw output: HTML has links, other formats have none that could be told."""
        self._options(head(self.layout, line, at, column).options)
        end = self.layout.block_end(line, column)
        if "html" in self.text[at : self.layout.ends[line]].lower() and behind < end:
            start, last = self.layout.starts[behind], self.layout.ends[end - 1]
            found, _ = hypertext.read(self.text[start:last], self.links.settings)
            for link in found:
                link.start, link.end = link.start + start, link.end + start
                link.section = self.headings.path
                self._emit(link)
        return end

    def _pages(self, line: int, behind: int, column: int) -> int:
        """Read the entries of a table of contents."""
        end = self.layout.block_end(line, column)
        for start, last, label in entries(self.layout, behind, end):
            self._path(start, last, label)
        return end


def _within(outer: Place | None, inner: Place) -> Place:
    return (lambda start, end: outer(*inner(start, end))) if outer else inner

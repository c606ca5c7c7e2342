r"""Manual pages (man and mdoc): `.UR`, `.MT`, `.Lk`, `.Mt`, and URLs in text; nothing in examples.

Only endings that say so are taken for a page of the manual: `.1` is a library's or a log's as well.
"""

import re
from collections.abc import Iterator
from string import ascii_uppercase
from typing import Final

from crawler import bare
from crawler.found import Found, Headings, occurrences
from crawler.model import Document, Kind, Reading
from crawler.roff import LINE, UNKNOWN, Escapes, arguments, conditions_end
from crawler.settings import ExtractSettings
from crawler.spans import Joined, Piece

_CONTROL: Final = re.compile(r"[.'][ \t]*+([A-Za-z0-9%]++)?")
_PREFIX: Final = re.compile(r"[.'][ \t]*+")
_SIGN: Final = re.compile(r"://|\\[f*:]|[:/]\\|\b(?:Lk|Mt)\b")
"""Without it no line holds an address, and no font for code begins. Most lines are without."""
_OF_MDOC: Final = re.compile(r"%[A-Z]|[A-Z][a-z]")
_HEADINGS: Final = {"SH": 1, "Sh": 1, "SS": 2, "Ss": 2}
_BODIES: Final = frozenset({"am", "am1", "de", "de1", "dei", "ig"})
_SHOWN_AS_WRITTEN: Final = {"EQ": "EN", "EX": "EE", "PS": "PE", "Vb": "Ve", "nf": "fi"}
_LITERAL: Final = frozenset({"-literal", "-unfilled"})
_CODE: Final = frozenset({"Dl", "Li", "Ql"})
_UNSEEN: Final = frozenset({"IX", "Xr"})
"""What is said to an index, or names another page."""
_ALTERNATING: Final = frozenset({"BI", "BR", "IB", "IR", "RB", "RI"})
"""They set their arguments in turn in two fonts, without a space between."""
_ANY: Final = re.compile(rf"[^{UNKNOWN}]*[^\s{UNKNOWN}][^{UNKNOWN}]*")
_MAIL: Final = re.compile(rf"(?:mailto:)?+[^\s/:@{UNKNOWN}]++@[^\s/:@{UNKNOWN}]++")
_OPENING: Final = {"UR": _ANY, "MT": _MAIL}
_CLOSING: Final = frozenset({"UE", "ME"})
_AT_ONCE: Final = {"URL": _ANY, "MTO": _MAIL, "%U": _ANY}
_CALLABLE: Final = {"Lk": _ANY, "Mt": _MAIL}
_DELIMITERS: Final = frozenset(".,:;()[]?!")
_SEPARATOR: Final = re.compile(r"tab[ \t]*\(([^:\s])\)")

_ACTING: Final = frozenset({
    "Bd", "Ed", "TE", "TS", *_SHOWN_AS_WRITTEN, *_SHOWN_AS_WRITTEN.values(), *_HEADINGS, *_BODIES,
    *_OPENING, *_CLOSING, *_AT_ONCE, *_CALLABLE,
})  # fmt: skip
"""The macros that do more than to set their arguments as text."""
_CAPITALS: Final = frozenset(ascii_uppercase + "%")
"""What the names of macros begin with; those of requests do not."""

_Argument = tuple[int, int, bool]


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every macro that holds an address, and every bare URL."""
    walk = _Walk(document.text, settings)
    walk.run()
    return Reading(occurrences(document, walk.found))


class _Walk:
    """Reads a page from its first line to its last."""

    def __init__(self, text: str, settings: ExtractSettings) -> None:
        self.text = text
        self.settings = settings
        self.escapes = Escapes(text, budget=2 * len(text))
        self.headings = Headings()
        self.found: list[Found] = []
        self.link: Found | None = None  # whose label is being read
        self.level = 0  # of a heading that stands on the next line
        self.body = ""  # what ends the body of a macro, if one is being read
        self.is_ignored = False  # that body is a comment
        self.literal = ""  # what ends a literal block, if one is being read
        self.depth = 0  # displays of mdoc within a literal one
        self.separator = ""  # of the cells of a table

    def run(self) -> None:
        for line in LINE.finditer(self.text):
            self._line(*line.span("code"))
            if line["comment"]:
                self._comment(*line.span("comment"))
        self._end_link()

    def _line(self, start: int, end: int) -> None:
        if self.body:
            self._within_body(start, end)
            return
        at = conditions_end(self.text, start, end)
        control = _CONTROL.match(self.text, at, end)
        if control is None:
            if self._matters(at, end):
                self._words([(at, end, False)])
        elif control[1]:
            self._macro(control[1], control.end(), end)

    def _matters(self, start: int, end: int) -> bool:
        """Tell whether text may hold an address, or be a label or a heading."""
        if start == end:
            return False
        is_asked = self.link or self.level or self.separator or self.settings.schemeless
        return bool(is_asked or _SIGN.search(self.text, start, end))

    def _within_body(self, start: int, end: int) -> None:
        control = _PREFIX.match(self.text, start, end)
        if control and self.text[control.end() : end].rstrip() == self.body:
            self.body = ""
        elif self.is_ignored:
            self._comment(start, end)

    def _comment(self, start: int, end: int) -> None:
        if self.settings.comments:
            for first, last, href in bare.find_hrefs(self.text[start:end], schemeless=False):
                place = (start + first, start + last)
                self.found.append(Found(*place, href, Kind.BARE, self.headings.path))

    def _macro(self, name: str, at: int, end: int) -> None:
        if name == "ds":
            self._define(at, end)
            return
        self.escapes.roman()
        if name not in _ACTING and not (name[0] in _CAPITALS and self._matters(at, end)):
            return
        given = list(arguments(self.text, at, end))
        if name in _HEADINGS:
            self._heading(_HEADINGS[name], given)
        elif name in _BODIES:
            ends = given[0 if name == "ig" else 1 :]
            self.body = self._written(ends[0]) if ends else "."
            self.is_ignored = name == "ig"
        elif not self._display(name, given) and not self._addressed(name, given):
            self._set(name, given)

    def _set(self, name: str, given: list[_Argument]) -> None:
        """Read the arguments of a macro that sets them as text."""
        if name in _UNSEEN or name in _CODE:
            return
        if _OF_MDOC.fullmatch(name):
            self._called(given[self._call(name, given, 0) if name in _CALLABLE else 0 :])
        elif name == "TS":
            self.separator = "?"
        elif name == "TE":
            self.separator = ""
        else:
            self._words(given, "" if name in _ALTERNATING else " ")

    def _define(self, at: int, end: int) -> None:
        name = next(arguments(self.text, at, end), None)
        if name:
            start = name[1]
            while self.text.startswith((" ", "\t"), start) and start < end:
                start += 1
            self.escapes.define(self._written(name), start, end)

    def _written(self, argument: _Argument) -> str:
        return self.text[argument[0] : argument[1]]

    def _heading(self, level: int, given: list[_Argument]) -> None:
        """Read a heading; one ends whatever somebody forgot to end before it."""
        self._end_link()
        self.literal, self.separator = "", ""
        self.level = level
        if given:
            self._words(given)

    def _display(self, name: str, given: list[_Argument]) -> bool:
        """Take note of where literal blocks begin and end."""
        if self.literal:
            self.depth += (name == "Bd") - (name == "Ed")
            if name == self.literal and (name != "Ed" or self.depth == 0):
                self.literal = ""
        elif name == "Bd":
            if _LITERAL.intersection(map(self._written, given)):
                self.literal, self.depth = "Ed", 1
        elif name in _SHOWN_AS_WRITTEN:
            self.literal = _SHOWN_AS_WRITTEN[name]
        else:
            return False
        return name in ("Bd", "Ed", *_SHOWN_AS_WRITTEN, *_SHOWN_AS_WRITTEN.values())

    def _addressed(self, name: str, given: list[_Argument]) -> bool:
        """Read a macro that holds an address in its own right."""
        if name in _OPENING:
            self._end_link()
            self.link = self._add(given[0], _OPENING[name]) if given else None
        elif name in _CLOSING:
            self._end_link()
            self._words(given, "")
        elif name in _AT_ONCE:
            link = self._add(given[0], _AT_ONCE[name]) if given else None
            if link and name != "%U":
                self._label(link, given[1:2])
        else:
            return False
        return True

    def _called(self, given: list[_Argument]) -> None:
        """Read a line of mdoc, in which arguments may be macros themselves."""
        begin = at = 0
        while at < len(given):
            name = "" if given[at][2] else self._written(given[at])
            if name not in _CALLABLE:
                at += 1
                continue
            self._words(given[begin:at])
            begin = at = self._call(name, given, at + 1)
        self._words(given[begin:])

    def _call(self, name: str, given: list[_Argument], at: int) -> int:
        """Read the arguments of `Lk` or `Mt`, up to what is none of theirs."""
        last = at
        while last < len(given) and not self._stops(given[last]):
            last += 1
        if name == "Mt":
            for each in given[at:last]:
                self._add(each, _CALLABLE[name])
        elif at < last and (link := self._add(given[at], _CALLABLE[name])):
            self._label(link, given[at + 1 : last])
        return last

    def _stops(self, argument: _Argument) -> bool:
        if argument[2]:
            return False
        words = self._written(argument)
        return words in _DELIMITERS or _OF_MDOC.fullmatch(words) is not None

    def _add(self, argument: _Argument, shape: re.Pattern[str]) -> Found | None:
        """Add the link that an argument holds, unless only roff could tell where it leads."""
        pieces = list(self.escapes.pieces(*argument[:2]))
        href = "".join(piece.words for piece in pieces)
        if not shape.fullmatch(href):
            return None
        place = Joined(pieces).span(0, len(href))
        if _MAIL.fullmatch(href):  # many write `.UR` for `.MT`
            href = f"mailto:{href.removeprefix('mailto:')}"
        link = Found(*place, href, Kind.AUTOLINK, self.headings.path)
        self.found.append(link)
        return link

    def _label(self, link: Found, given: list[_Argument]) -> None:
        words = " ".join(self.escapes.words(*each[:2]) for each in given)
        if words.strip():
            link.label, link.kind = [words], Kind.INLINE

    def _end_link(self) -> None:
        if self.link and self.link.text.strip():
            self.link.kind = Kind.INLINE
        self.link = None

    def _words(self, given: list[_Argument], between: str = " ") -> None:
        """Read text: it may be a heading or a label, and bare URLs may stand in it."""
        run = list(self._run(given, between))
        words = "".join(piece.words for piece, _ in run)
        if self.level and words.strip():
            self.headings.enter(self.level, words)
            self.level = 0
        if self.link:
            self.link.label += (words, " ")
        elif not self.literal and (self.separator or ":" in words or self.settings.schemeless):
            self._rule(words)
            self._scan([self._searched(*each) for each in run])

    def _run(self, given: list[_Argument], between: str) -> Iterator[tuple[Piece, bool]]:
        """Yield the pieces of arguments, and whether they stand in a font for code."""
        for number, (start, end, _) in enumerate(given):
            if number:
                yield Piece(between, start, start), False
            for piece in self.escapes.pieces(start, end):
                yield piece, self.escapes.is_code

    def _searched(self, piece: Piece, is_code: bool) -> Piece:  # noqa: FBT001 - the piece's own
        """Return a piece as URLs are looked for in it; code may go on with one, not begin one."""
        if is_code:
            piece.words = piece.words.replace(":", "\n")
        if self.separator:
            piece.words = piece.words.replace(self.separator, "\n")
        return piece

    def _scan(self, run: list[Piece]) -> None:
        words = "".join(piece.words for piece in run)
        schemeless = self.settings.schemeless
        if not schemeless and "://" not in words:
            return
        places = Joined(run)
        for first, last, href in bare.find_hrefs(words, schemeless=schemeless):
            if UNKNOWN not in href:
                place = places.span(first, last)
                self.found.append(Found(*place, href, Kind.BARE, self.headings.path))

    def _rule(self, words: str) -> None:
        """Take note of what the first line of a table says of its cells."""
        if self.separator == "?":
            told = _SEPARATOR.search(words)
            self.separator = told[1] if told else "\t"

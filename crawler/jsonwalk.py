"""JSON with places: every scalar of a text, and the path of keys that leads to it.

Accepts what people write into files called JSON: comments, commas before a closing bracket, quotes
of JSON5, and several values one after the other. No recursion, and linear on any input. Where the
text is no JSON the walk ends and says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple

from crawler import values
from crawler.found import Found
from crawler.settings import ExtractSettings
from crawler.spans import Piece

_TOKEN: Final = re.compile(
    r"""(?P<sign>[{}\[\],:])
    | "(?P<string>(?:[^"\\\r\n]++|\\(?:\r\n|.))*+)"
    | '(?P<single>(?:[^'\\\r\n]++|\\(?:\r\n|.))*+)'
    | (?<!:)//(?P<line>[^\r\n]*+)
    | /\*(?P<block>(?:[^*]++|\*(?!/))*+)\*/
    | (?P<word>[\w$+.-]++)
    | (?P<other>[^\s\ufeff])""",
    re.DOTALL | re.VERBOSE,
)
_LITERAL: Final = re.compile(r"[+-]?(?:\.?\d.*|Infinity|NaN)|true|false|null")
_STRINGS: Final = frozenset({"string", "single"})
_COMMENTS: Final = frozenset({"line", "block"})
# Two escapes of a pair are one character; the end of a line may be escaped in JSON5.
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\\r\n|\\.",
    re.DOTALL,
)
_NAMED: Final = {
    "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\n": "", "\r": "",
}  # fmt: skip


class _Next(Enum):
    """What the grammar expects."""

    VALUE = auto()
    KEY = auto()
    COLON = auto()
    COMMA = auto()


_VALUE, _KEY, _COLON, _COMMA = _Next  # looked up for every token


class Scalar(NamedTuple):
    """A string without its quotes, a literal, or a comment; the offsets are the source's."""

    start: int
    end: int
    form: str

    @property
    def is_string(self) -> bool:
        """Whether it is a string in quotes."""
        return self.form in _STRINGS

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment, which JSON itself does not know."""
        return self.form in _COMMENTS


@dataclass(slots=True)
class Walk:
    """A walk over `text[at:end]`.

    While it goes on, `path` has for each open collection the key or number that is being read.
    `broken` is where the text ceased to be JSON.
    """

    text: str
    at: int
    end: int
    path: list[str | int] = field(default_factory=list)
    broken: int | None = None
    _next: _Next = _VALUE

    def scalars(self) -> Iterator[Scalar]:
        """Yield every value that is no collection, and every comment."""
        read = self.at
        for match in _TOKEN.finditer(self.text, self.at, self.end):
            form = match.lastgroup or ""
            if form == "sign":
                if self._sign(match["sign"]):
                    continue
            elif form in _COMMENTS:
                read = match.end()
                yield Scalar(*match.span(form), form)
                continue
            elif form != "other" and self._next is _KEY:
                self.path[-1] = decoded(self.text, *match.span(form))
                self._next = _COLON
                continue
            elif self._next is _VALUE and (form in _STRINGS or _is_literal(match)):
                read = match.end()
                yield Scalar(*match.span(form), form)
                self._after_value()
                continue
            self.broken = values.broken_from(self.text, read, match.start())
            return
        if self.path:
            self.broken = self.end

    def _sign(self, sign: str) -> bool:
        """Take a sign of the grammar; tell whether it may stand here."""
        match sign:
            case "{" | "[":
                return self._open(sign)
            case "}" | "]":
                return self._close(sign)
            case ":":
                fits = self._next is _COLON
                self._next = _VALUE
            case _:
                fits = self._next is _COMMA
                self._next = _VALUE
                if fits and isinstance(self.path[-1], int):
                    self.path[-1] += 1
                else:
                    self._next = _KEY
        return fits

    def _open(self, sign: str) -> bool:
        fits = self._next is _VALUE
        self.path.append("" if sign == "{" else 0)
        self._next = _KEY if sign == "{" else _VALUE
        return fits

    def _close(self, sign: str) -> bool:
        if not self.path or (sign == "]") is not isinstance(self.path[-1], int):
            return False
        empty = _KEY if sign == "}" else _VALUE  # or behind a comma, which many allow
        fits = self._next in (_COMMA, empty)
        self.path.pop()
        self._after_value()
        return fits

    def _after_value(self) -> None:
        self._next = _COMMA if self.path else _VALUE


def links(walk: Walk, settings: ExtractSettings) -> Iterator[Found]:
    """Yield the links of a text; from where it is no JSON, the URLs that stand in it.

    What cannot hold a URL is not walked over.
    """
    text = walk.text
    if not values.may_hold_links(text, walk.at, walk.end, settings):
        return
    for scalar in walk.scalars():
        start, end = scalar.start, scalar.end
        if scalar.is_comment:
            if settings.comments:
                yield from values.links(text, start, end, values.section_of(walk.path), settings)
        elif scalar.is_string and values.may_hold_links(text, start, end, settings):
            if values.names_thing(walk.path):
                continue
            section = values.section_of(walk.path)
            if text.find("\\", start, end) < 0:
                yield from values.links(text, start, end, section, settings)
            else:
                yield from values.links_of_pieces(pieces(text, start, end), section, settings)
    if walk.broken is not None:
        yield from values.links(text, walk.broken, walk.end, "", settings)


def pieces(text: str, start: int, end: int) -> list[Piece]:
    """Return what a string says, and where each part of it stands."""
    return values.pieces_of(text, start, end, _ESCAPE, _decode)


def decoded(text: str, start: int, end: int) -> str:
    """Return what a string says."""
    written = text[start:end]
    return _ESCAPE.sub(lambda match: _decode(match[0]), written) if "\\" in written else written


def _is_literal(match: re.Match[str]) -> bool:
    return match.lastgroup == "word" and _LITERAL.fullmatch(match[0]) is not None


def _decode(escape: str) -> str:
    if len(escape) == len(r"\ud83d\ude00"):
        pair = int(escape[2:6], 16), int(escape[8:], 16)
        return chr(0x10000 + ((pair[0] & 0x3FF) << 10) + (pair[1] & 0x3FF))
    if escape[1] in "ux" and escape[2:]:
        return values.character(escape[2:])
    return _NAMED.get(escape[1], escape[1:].removeprefix("\r\n"))

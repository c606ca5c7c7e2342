"""TOML with places: every string of a text, and the path of keys that leads to it.

The standard parser keeps no places, recurses, and takes square time on long keys. Where the text
is no TOML the walk ends and says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from crawler.spans import Piece
from crawler.values import MAX_KEYS, broken_from, character, pieces_of

_TOKEN: Final = re.compile(
    r'''"""(?P<long>(?:[^"\\]++|\\.|"{1,2}+(?!"))*+)(?:"{3,5})
    | \'\'\'(?P<long_literal>(?:[^']++|'{1,2}+(?!'))*+)(?:'{3,5})
    | "(?P<string>(?:[^"\\\r\n]++|\\[^\r\n])*+)"
    | '(?P<literal>[^'\r\n]*+)'
    | \#(?P<comment>[^\r\n]*+)
    | (?P<sign>[\[\]{}=,.])
    | (?P<line>\r\n|\n)
    | (?P<word>[\w+:-]++)
    | (?P<other>[^ \t\r\ufeff])''',
    re.DOTALL | re.VERBOSE,
)
_STRINGS: Final = frozenset({"long", "long_literal", "string", "literal"})
_KEYS: Final = frozenset({"string", "literal", "word"})
_ESCAPE: Final = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*+\r?\n\s*+|.)", re.DOTALL
)
_NAMED: Final = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class Scalar(NamedTuple):
    """A string without its quotes; the offsets are the source's. `escapes`: it may have some."""

    start: int
    end: int
    escapes: bool


@dataclass(slots=True)
class Walk:
    """A walk over a text. While it goes on, `path` has the keys of the string that is read.

    `broken` is where the text ceased to be TOML.
    """

    text: str
    path: list[str | int] = field(default_factory=list)
    broken: int | None = None
    _table: list[str | int] = field(default_factory=list)
    _key: list[str | int] = field(default_factory=list)
    # What is open: `[` an array, `{` a table in a line, and the path outside of each.
    _open: list[tuple[str, list[str | int]]] = field(default_factory=list)
    _header: int = 0
    _in_value: bool = False

    def scalars(self) -> Iterator[Scalar]:
        """Yield every string that is a value."""
        read = 0
        for match in _TOKEN.finditer(self.text):
            form = match.lastgroup or ""
            if form == "sign":
                fits = self._sign(match["sign"])
            elif form == "line":
                fits = self._line()
            elif form in _KEYS and not self._in_value:
                if len(self._key) < MAX_KEYS:
                    self._key.append(_decoded(match[form], form))
                continue
            elif form in _STRINGS:
                fits = self._in_value
                if fits:
                    read = match.end()
                    yield Scalar(*match.span(form), form in ("string", "long"))
            else:
                fits = form != "other"
            if not fits:
                self.broken = broken_from(self.text, read, match.start())
                return
        if self._open or not self._line():
            self.broken = len(self.text)

    def _line(self) -> bool:
        """Take the end of a line, which ends a statement unless something is open."""
        if self._open:
            return True
        fits = not self._header and not self._key
        self._in_value, self.path = False, self._table
        return fits

    def _sign(self, sign: str) -> bool:
        """Take a sign of the grammar; tell whether it may stand here."""
        match sign:
            case "[":
                return self._bracket()
            case "]" if self._header:
                self._header -= 1
                if not self._header:
                    self._table, self._key, self._in_value = self._key, [], True
            case "{" if self._in_value:
                self._open.append((sign, self.path))
                self._in_value = False
            case "]" | "}":
                return self._close("[" if sign == "]" else "{")
            case ",":
                return self._comma()
            case "=" if self._key and not self._header:
                outside = self._open[-1][1] if self._open else self._table
                self.path, self._key = (outside + self._key)[:MAX_KEYS], []
                self._in_value = True
            case _:
                return sign == "."
        return True

    def _bracket(self) -> bool:
        if self._in_value:
            self._open.append(("[", self.path))
            return True
        self._header += 1
        return not self._key and not self._open and self._header <= len("[[")

    def _close(self, sign: str) -> bool:
        if not self._open or self._open[-1][0] != sign or self._key:
            return False
        _, self.path = self._open.pop()
        self._in_value = True
        return True

    def _comma(self) -> bool:
        if not self._open or self._key:
            return False
        self._in_value = self._open[-1][0] == "["
        return True


def pieces(text: str, scalar: Scalar) -> list[Piece]:
    """Return what a string with escapes says, and where each part of it stands."""
    return pieces_of(text, scalar.start, scalar.end, _ESCAPE, _decode)


def _decoded(key: str, form: str) -> str:
    return _ESCAPE.sub(lambda match: _decode(match[0]), key) if form == "string" else key


def _decode(escape: str) -> str:
    sign = escape[1]
    if sign in "xuU":
        return character(escape[2:]) if escape[2:] else sign
    return "" if sign.isspace() else _NAMED.get(sign, sign)

r"""What roff writes for characters, and how it takes a line apart: escapes, strings, arguments.

Whatever reads pages of the manual tells what a line says by these; `groff(7)` describes them all.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from crawler.spans import Piece

UNKNOWN: Final = "\ufffc"
"""Stands for what only roff itself could tell, as the value of a register: no address holds it."""

MAX_VALUE: Final = 1_000
"""Characters of a string's value that are substituted: values hold others, and may explode."""

LINE: Final = re.compile(
    r"(?P<code>(?:[^\\\r\n]|\\(?:\r\n|[^\"#]))*+\\?)(?P<comment>\\[\"#][^\r\n]*+)?(?:\r\n|\r|\n|\Z)"
)
r"""A line as roff sees it, which goes on behind a `\` that ends it; and the comment behind it."""

_CONDITION: Final = re.compile(
    r"[.'][ \t]*+(?:(?:if|ie|while)[ \t]*+!?(?:'[^']*+'[^']*+'|(?:[^\s\\]|\\(?!\{).)++)"
    r"|el(?![a-z]))[ \t]*+(?:\\\{[ \t]*+(?:\\(?:\r\n|[\r\n]))?)?+[ \t]*+"
)
_ARGUMENT: Final = re.compile(
    r'[ \t]*+(?:"(?P<quoted>(?:[^"]|"")*+)"?|(?P<plain>(?:[^\\ \t]|\\.|\\)++))', re.DOTALL
)
# The name of a font, string or glyph has one character, two, or any number of them.
_NAME: Final = r"(?:\((?P<{0}2>..)|\[(?P<{0}>[^\]\r\n]{{0,80}})\]|(?P<{0}1>[^(\[]))"
_ESCAPE: Final = re.compile(
    r"\\(?:"
    rf"f{_NAME.format('font')}|\*{_NAME.format('string')}|n[+-]?{_NAME.format('register')}"
    rf"|[FMOVYgkm]{_NAME.format('other')}"
    r"|s[+-]?(?:\(..|\[[^\]\r\n]{0,20}\]|'[^'\r\n]{0,20}'|[1-3]\d|\d)"
    r"|\((?P<glyph2>..)|\[(?P<glyph>[^\]\r\n]{0,80})\]|C'(?P<glyph1>[^'\r\n]{0,80})'"
    r"|N'(?P<code>\d{1,6})'|[ABDHLRSXZbhlovwx]'[^'\r\n]{0,200}'"
    r"|(?P<break>\r\n|[\r\n])|(?P<one>.))"
)
_ONE: Final[Mapping[str, str]] = {
    **dict.fromkeys("%&!),/:?^acdprtuz{|}", ""),
    **dict.fromkeys(" 0~", "\N{NO-BREAK SPACE}"),
    "E": "\\",
    "e": "\\",
}
_GLYPHS: Final[Mapping[str, str]] = {
    "!=": "≠", "+-": "±", "->": "→", "<-": "←", "<=": "≤", ">=": "≥", "'": "´", "-": "-", "ad": "¨",
    "aq": "'", "at": "@", "ba": "|", "bq": "‚", "br": "|", "bu": "•", "bv": "|", "co": "©",
    "cq": "’", "de": "°", "dg": "†", "Do": "$", "dq": '"', "em": "—", "en": "–", "Fc": "»",
    "Fo": "«", "ga": "`", "ha": "^", "hy": "‐", "la": "<", "lB": "[", "lC": "{", "lh": "☜",
    "lq": "“", "mi": "−", "mu": "×", "nb": "≠", "oq": "‘", "pc": "·", "ra": ">", "rB": "]",
    "rC": "}", "rg": "®", "rq": "”", "rs": "\\", "sc": "§", "sh": "#", "sl": "/", "ss": "ß",
    "ti": "~", "tm": "™", "ul": "_", "uA": "⇑", "`": "`", ":a": "ä", ":o": "ö", ":u": "ü",
    ":A": "Ä", ":O": "Ö", ":U": "Ü", "'e": "é", "'a": "á", "'i": "í", "'o": "ó", "'u": "ú",
    "`a": "à", "`e": "è", "^a": "â", "^e": "ê", "^o": "ô", ",c": "ç", "~n": "ñ", "oa": "å",
    "/o": "ø", "AE": "Æ", "ae": "æ",
}  # fmt: skip
_CODE_POINT: Final = re.compile(r"u([0-9A-F]{4,6})")
_STRINGS: Final[Mapping[str, str]] = {
    "--": "--", "Am": "&", "Aq": "'", "C'": "", "C`": "", 'L"': "“", "Lq": "“", "PI": "π",
    'R"': "”", "R": "®", "Rq": "”", "Tm": "™", "lq": "“", "rq": "”",
}  # fmt: skip
_CODE_FONTS: Final = frozenset({
    "C", "CB", "CBI", "CI", "CR", "CW", "V", "VB", "VBI", "VI",
})  # fmt: skip


def conditions_end(text: str, at: int, end: int) -> int:
    """Return where the line begins that conditions (`.if n`, `.el`) stand in front of."""
    while match := _CONDITION.match(text, at, end):
        at = match.end()
    return at


def arguments(text: str, at: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield where the arguments of a request stand, without quotes, and whether they have some."""
    while match := _ARGUMENT.match(text, at, end):
        is_quoted = match["plain"] is None
        yield *match.span("quoted" if is_quoted else "plain"), is_quoted
        at = match.end()


@dataclass(slots=True)
class Escapes:
    """Reads what a page says: it knows the strings that were defined, and the font.

    `budget`: characters that strings may add to a page. They are short, and their values are not.
    """

    text: str
    budget: int
    strings: dict[str, str] = field(default_factory=lambda: dict(_STRINGS))
    is_code: bool = False
    was_code: bool = False

    def define(self, name: str, start: int, end: int) -> None:
        """Take note of a string (`.ds`), whose value may begin with a quote to keep its spaces."""
        start += self.text.startswith('"', start, end)
        self.strings[name] = self.words(start, min(end, start + MAX_VALUE))[:MAX_VALUE]

    def words(self, start: int, end: int) -> str:
        """Return what a stretch of the page says."""
        return "".join(piece.words for piece in self.pieces(start, end))

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Yield what a stretch of the page says, escape by escape."""
        at = start
        for match in _ESCAPE.finditer(self.text, start, end):
            if at < match.start():
                yield Piece(self.text[at : match.start()], at, match.start())
            at = match.end()
            yield Piece(self._meant(match), match.start(), at)
        if at < end:
            yield Piece(self.text[at:end], at, end)

    def roman(self) -> None:
        """Take note that a macro has set its own font."""
        self.is_code = self.was_code = False

    def _meant(self, match: re.Match[str]) -> str:
        kind = (match.lastgroup or "").rstrip("12")
        name = match[match.lastgroup] if match.lastgroup else ""
        match kind:
            case "one":
                return _ONE.get(name, name)
            case "glyph":
                return _glyph(name)
            case "code":
                return _character(int(name))
            case "font":
                self._font(name)
            case "string":
                return self._string(name)
            case "register":
                return UNKNOWN
        return ""

    def _font(self, name: str) -> None:
        is_code = self.was_code if name in ("P", "") else name in _CODE_FONTS
        self.was_code, self.is_code = self.is_code, is_code

    def _string(self, name: str) -> str:
        value = self.strings.get(name)
        if value is None or len(value) > self.budget:
            return UNKNOWN
        self.budget -= len(value)
        return value


def _glyph(name: str) -> str:
    if point := _CODE_POINT.fullmatch(name):
        return _character(int(point[1], 16))
    return _GLYPHS.get(name, " ")


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF else " "  # noqa: PLR2004 - the surrogates of Unicode

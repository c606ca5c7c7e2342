"""XML as its author wrote it: tags, text and CDATA with their places.

Not a parser: it never raises, takes linear time on any input, and knows no document type. Entities
that a document declares are neither expanded nor loaded, whatever they say; all quantifiers are
possessive, so that nothing is gone through twice.
"""

import re
from collections.abc import Iterator, Mapping
from html.entities import html5
from typing import Final, NamedTuple, TypeAlias

from crawler.markup import unescape
from crawler.spans import Piece

# Letters, `_`, `:` and all beyond ASCII, said by what is left out: it takes `re`
# milliseconds to compile a range of a million characters.
_NAME: Final = r"[^\x00-9;-@\[-^`{-\x7f][^\s<>/=\"'!?]*+"
_COMMENT: Final = r"<!--(?:[^-]++|-(?!->))*+(?:-->|\Z)"
_INSTRUCTION: Final = r"<\?(?:[^?]++|\?(?!>))*+(?:\?>|\Z)"
# What is never closed goes on to the end of the text: so nothing is searched for its end twice.
_QUOTED: Final = r""""[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)"""
_TOKEN: Final = re.compile(
    "<(?:"
    rf"(?P<start>{_NAME})(?P<rest>(?:[^<>\"']++|{_QUOTED})*+)>?"
    rf"|/(?P<end>{_NAME})[^<>]*+>?"
    r"|!--(?P<comment>(?:[^-]++|-(?!->))*+)(?:-->)?"
    r"|!\[CDATA\[(?P<cdata>(?:[^\]]++|\](?!\]>))*+)(?:\]\]>)?"
    rf"|\?(?P<target>{_NAME})(?P<data>(?:[^?]++|\?(?!>))*+)(?:\?>)?"
    rf"|!(?P<declaration>(?:[^<>\"'\[]++|{_QUOTED})*+"
    rf"(?:\[(?:[^\]\"'<]++|{_QUOTED}|{_COMMENT}|{_INSTRUCTION}|<)*+\]?\s*+)?+)>?"
    ")"
)
_ATTRIBUTE: Final = re.compile(rf"""({_NAME})\s*+=\s*+(?:"([^"]*+)"?|'([^']*+)'?)""")
REFERENCE: Final = re.compile(r"&(?:#[0-9]++|#[xX][0-9A-Fa-f]++|[A-Za-z_:][\w:.-]*+);")


class Value(NamedTuple):
    """An attribute's value: as written, and where."""

    raw: str
    start: int

    @property
    def text(self) -> str:
        """The value with its references decoded."""
        return decoded(self.raw)


class Start(NamedTuple):
    """A start tag, or a whole element if it is `empty`; `rest` is what follows its name."""

    name: str
    start: int
    end: int
    rest: str
    rest_start: int

    @property
    def is_empty(self) -> bool:
        """Whether the element has no content."""
        return self.rest.endswith("/")

    @property
    def attributes(self) -> Mapping[str, Value]:
        """The attributes by their names, of which the first counts."""
        return attributes(self.rest, self.rest_start)


class End(NamedTuple):
    """An end tag."""

    name: str
    start: int
    end: int


class Text(NamedTuple):
    """Text between tags, or in a CDATA section: then it holds no references."""

    start: int
    end: int
    verbatim: bool = False


class Comment(NamedTuple):
    """A comment; the offsets are those of what it says, without its delimiters."""

    start: int
    end: int


class Instruction(NamedTuple):
    """A processing instruction, such as `xml-stylesheet`, and what follows its name."""

    name: str
    data: str
    data_start: int


Token: TypeAlias = Start | End | Text | Comment | Instruction


def tokens(text: str) -> Iterator[Token]:
    """Yield what stands in a document, in order. Declarations are passed over. Never raises."""
    at = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if start > at:
            yield Text(at, start)
        at = end
        token = _token(match, start, end)
        if token is not None:
            yield token
    if at < len(text):
        yield Text(at, len(text))


def _token(match: re.Match[str], start: int, end: int) -> Token | None:
    match match.lastgroup:
        case "rest":
            return Start(match["start"], start, end, match["rest"], match.start("rest"))
        case "end":
            return End(match["end"], start, end)
        case "cdata":
            return Text(*match.span("cdata"), verbatim=True)
        case "comment":
            return Comment(*match.span("comment"))
        case "data":
            return Instruction(match["target"], match["data"], match.start("data"))
    return None


def attributes(written: str, at: int) -> Mapping[str, Value]:
    """Return the attributes that stand in the inside of a tag, which begins at an offset."""
    found: dict[str, Value] = {}
    for match in _ATTRIBUTE.finditer(written):
        group = match.lastindex or 2
        found.setdefault(match[1], Value(match[group], at + match.start(group)))
    return found


def local(name: str) -> str:
    """Return a name without its prefix.

    >>> local("image:loc")
    'loc'
    """
    return name.rpartition(":")[2]


def decoded(text: str) -> str:
    """Decode the references that need no declaration: numbers, XML's five names and HTML's.

    >>> decoded("?a&amp;b&#38;c&own;&copy")
    '?a&b&c&own;&copy'
    """
    return REFERENCE.sub(_character, text) if "&" in text else text


def has_own_entities(text: str) -> bool:
    """Tell whether a text refers to what only the document's own declarations can tell."""
    return "&" in text and any(_character(each) == each[0] for each in REFERENCE.finditer(text))


def pieces(text: str, token: Text) -> Iterator[Piece]:
    """Yield a text as it is meant, in pieces that know where they stand."""
    at = token.start
    if not token.verbatim:
        for match in REFERENCE.finditer(text, token.start, token.end):
            if match.start() > at:
                yield Piece(text[at : match.start()], at, match.start())
            at = match.end()
            yield Piece(_character(match), match.start(), at)
    if at < token.end:
        yield Piece(text[at : token.end], at, token.end)


def _character(match: re.Match[str]) -> str:
    written = match[0]
    if written[1] == "#":
        return unescape(written)
    return html5.get(written[1:], written)

"""Texinfo: `@uref`, `@url`, `@email`, images with their ending, and URLs in text; not in examples.

No macro is expanded but `@value`: an address that holds one nobody here knows is left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from crawler import bare, hypertext
from crawler.found import Found, Headings, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings
from crawler.spans import Joined, Piece

_TOKEN: Final = re.compile(
    r"@(?:comment|c)(?![A-Za-z])(?P<comment>[^\r\n]*+)"
    r"|@end[ \t]++(?P<end>[A-Za-z]++)|@(?P<command>[A-Za-z]++)(?P<brace>\{)?|@(?P<one>.)|[{}]",
    re.DOTALL,
)
# Groups in an argument nest twice: so no text is read often, however many begin and do not end.
_IN: Final = r"(?:[^{}@]|@.|\{(?:[^{}@]|@.)*+\})"
_GROUP: Final = re.compile(rf"({_IN}*+)\}}", re.DOTALL)
_PART: Final = re.compile(r"(?:[^{}@,]|@.|\{(?:[^{}@]|@.)*+\})*+", re.DOTALL)
_LINE: Final = re.compile(r"[^\r\n]{0,2000}+")
_ENTRY: Final = re.compile(r"[ \t]++([^\s{}@]++)[ \t]*+([^\r\n]*+)")
_MAX_VALUE: Final = 1_000
"""Characters of a value that are substituted: values hold others, and may explode."""
_UNKNOWN: Final = "\ufffc"
_VERBATIM: Final = frozenset({
    "displaymath", "docbook", "html", "ignore", "latex", "linemacro", "macro", "rmacro", "tex",
    "verbatim", "xml",
})  # fmt: skip
_EXAMPLES: Final = frozenset({
    "display", "example", "format", "lisp", "smalldisplay", "smallexample", "smallformat",
    "smalllisp",
}) - {"format", "smallformat"}  # fmt: skip
_CODE: Final = frozenset({
    "code", "command", "env", "file", "indicateurl", "kbd", "math", "option", "samp", "verb",
})  # fmt: skip
_LEVELS: Final = {
    **dict.fromkeys(("top", "part"), 1),
    **dict.fromkeys(("appendix", "chapheading", "chapter", "majorheading", "unnumbered"), 2),
    **dict.fromkeys(("appendixsec", "appendixsection", "heading", "section", "unnumberedsec"), 3),
    **dict.fromkeys(("appendixsubsec", "subheading", "subsection", "unnumberedsubsec"), 4),
    **dict.fromkeys(
        ("appendixsubsubsec", "subsubheading", "subsubsection", "unnumberedsubsubsec"), 5
    ),
}
_ONE: Final[Mapping[str, str]] = {**dict.fromkeys("-/:|", ""), **dict.fromkeys("*\n\r\t ", " ")}
_CHARACTERS: Final[Mapping[str, str]] = {
    "ampchar": "&", "atchar": "@", "backslashchar": "\\", "bullet": "•", "comma": ",",
    "copyright": "©", "dots": "...", "hashchar": "#", "lbracechar": "{", "rbracechar": "}",
    "tie": " ", "TeX": "TeX", "LaTeX": "LaTeX",
}  # fmt: skip


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every command that holds an address, and every bare URL."""
    walk = _Walk(document.text, settings)
    walk.run()
    found = sorted(walk.found, key=lambda each: (each.start, each.end))
    return Reading(occurrences(document, found), code=lambda: walk.verbatim)


class _Walk:
    """Reads a document from its first command to its last."""

    def __init__(self, text: str, settings: ExtractSettings) -> None:
        self.text = text
        self.settings = settings
        self.headings = Headings()
        self.found: list[Found] = []
        self.values: dict[str, str] = {}
        self.budget = 2 * len(text)
        self.groups: list[bool] = []  # whether each that is open is code
        self.code = 0  # how many of them are
        self.examples = 0
        self.pieces: list[Piece] = []
        self.verbatim: list[tuple[int, int]] = []

    def run(self) -> None:
        at = 0
        while token := _TOKEN.search(self.text, at):
            self._text(at, token.start())
            at = self._take(token)
            if token["command"] == "bye":
                break
        else:
            self._text(at, len(self.text))
        self._flush()

    def _take(self, token: re.Match[str]) -> int:
        """Take note of what is no mere text, and return where to read on."""
        if (name := token["command"]) is not None:
            return self._braced(name, token) if token["brace"] else self._plain(name, token)
        if token["one"] is not None:
            self._piece(_ONE.get(token["one"], token["one"]), *token.span())
        elif token["comment"] is not None:
            self._flush()
            self._comment(*token.span("comment"))
        elif token["end"] is not None:
            self._flush()
            self.examples -= token["end"] in _EXAMPLES and self.examples > 0
        elif token[0] == "{":
            self._open(is_code=False)
        elif self.groups:
            self.code -= self.groups.pop()
        return token.end()

    def _open(self, *, is_code: bool) -> None:
        self.groups.append(is_code)
        self.code += is_code

    def _braced(self, name: str, token: re.Match[str]) -> int:
        """Read a command with an argument in braces."""
        group = _GROUP.match(self.text, token.end())
        if group and (words := self._character(name, group[1])) is not None:
            self._piece(words, token.start(), group.end())
            return group.end()
        if group and name in ("uref", "url", "href", "email", "image", "anchor"):
            self._flush()
            self._address(name, *group.span(1))
            return group.end()
        if name == "verb":
            return self._verb(token.end())
        self._open(is_code=name in _CODE)
        return token.end()

    def _verb(self, at: int) -> int:
        """Pass over text between two characters of the author's choice, in one line."""
        end = self.text.find(f"{self.text[at : at + 1]}}}", at + 1, at + _MAX_VALUE)
        return end + 2 if end > 0 and "\n" not in self.text[at:end] else at

    def _character(self, name: str, argument: str) -> str | None:
        """Return what a command stands for that stands for text."""
        if name in _CHARACTERS:
            return _CHARACTERS[name]
        if name != "value":
            return None
        value = self.values.get(argument, _UNKNOWN)
        self.budget -= len(value)
        return value if self.budget > 0 else _UNKNOWN

    def _plain(self, name: str, token: re.Match[str]) -> int:
        """Read a command that stands alone, or for its line."""
        self._flush()
        at = token.end()
        lead = self.text[max(0, token.start() - 40) : token.start()].rstrip(" \t")
        line = _LINE.match(self.text, at)
        if line is None or (lead and lead[-1] not in "\r\n"):
            return at  # such commands begin their lines; so no line is read for each of many
        end = line.end()
        if name in _LEVELS:
            self.groups.clear()
            self.code = self.examples = 0
            self.headings.enter(_LEVELS[name], self._words(at, end))
        elif name in _VERBATIM:
            return self._passed_over(name, end)
        elif name in _EXAMPLES:
            self.examples += 1
        elif name == "set" and (entry := _ENTRY.match(self.text, at)):
            self.values[entry[1]] = self._words(*entry.span(2))[:_MAX_VALUE]
            return end
        elif name == "node":
            return end
        return at

    def _passed_over(self, name: str, at: int) -> int:
        """Pass over a block that is no Texinfo; in HTML there are links as well."""
        closing = re.compile(rf"@end[ \t]+{name}\b").search(self.text, at)
        end = closing.start() if closing else len(self.text)
        self.verbatim.append((at, end))
        if name == "html":
            for link in hypertext.read(self.text[at:end], self.settings)[0]:
                link.start, link.end, link.section = (
                    link.start + at,
                    link.end + at,
                    self.headings.path,
                )
                self.found.append(link)
        elif name == "ignore":
            self._comment(at, end)
        return closing.end() if closing else end

    def _comment(self, start: int, end: int) -> None:
        if self.settings.comments:
            for first, last, href in bare.find_hrefs(self.text[start:end], schemeless=False):
                place = (start + first, start + last)
                self.found.append(Found(*place, href, Kind.BARE, self.headings.path))

    def _address(self, name: str, start: int, end: int) -> None:
        """Read the argument of a command that holds an address, and maybe words for it."""
        parts = [part.span() for part in _parts(self.text, start, end)]
        words = [self._words(*part).strip() for part in parts[1:]]
        pieces = list(self._pieces(*_stripped(self.text, *parts[0])))
        href = "".join(piece.words for piece in pieces)
        if not href.strip() or _UNKNOWN in href or name == "anchor":
            return
        if name == "image" and not (len(words) > 3 and words[3]):  # noqa: PLR2004 - the fifth
            return  # each output tries endings of its own
        place = Joined(pieces).span(0, len(href))
        if name == "email":
            href = f"mailto:{href}"
        elif name == "image":
            href += words[3] if words[3].startswith(".") else f".{words[3]}"
        label = words[2] if name == "image" else next(filter(None, reversed(words)), "")
        kind = Kind.INLINE if label else Kind.AUTOLINK
        kind = Kind.IMAGE if name == "image" else kind
        self.found.append(Found(*place, href, kind, self.headings.path, [label]))

    def _words(self, start: int, end: int) -> str:
        return "".join(piece.words for piece in self._pieces(start, end))

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Yield what an argument says, without the commands that only set it."""
        at = start
        while token := _TOKEN.search(self.text, at, end):
            if at < token.start():
                yield Piece(self.text[at : token.start()], at, token.start())
            at = token.end()
            if token["one"] is not None:
                yield Piece(_ONE.get(token["one"], token["one"]), token.start(), at)
            elif token["brace"] and (group := _GROUP.match(self.text, at, end)):
                words = self._character(token["command"], group[1])
                if words is not None or not group[1]:
                    at = group.end()
                    yield Piece(_UNKNOWN if words is None else words, token.start(), at)
        if at < end:
            yield Piece(self.text[at:end], at, end)

    def _text(self, start: int, end: int) -> None:
        if start < end:
            self._piece(self.text[start:end], start, end)

    def _piece(self, words: str, start: int, end: int) -> None:
        if self.code or self.examples:  # an address may go on in code, not begin
            words = words.replace(":", "\n")
        self.pieces.append(Piece(words, start, end))

    def _flush(self) -> None:
        """Look for bare URLs in the text that has gathered; it may stand in several pieces."""
        if not self.pieces:
            return
        pieces, self.pieces = self.pieces, []
        words = "".join(piece.words for piece in pieces)
        schemeless = self.settings.schemeless
        if schemeless or "://" in words:
            places = Joined(pieces)
            for first, last, href in bare.find_hrefs(words, schemeless=schemeless):
                if _UNKNOWN not in href:
                    place = places.span(first, last)
                    self.found.append(Found(*place, href, Kind.BARE, self.headings.path))


def _parts(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the parts of an argument, which commas are between."""
    while start <= end and (part := _PART.match(text, start, end)):
        yield part
        start = part.end() + 1


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return start, max(start, start + len(words.strip()))

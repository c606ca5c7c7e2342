r"""Links in TeX: the commands of LaTeX and its packages that hold an address, and URLs in text.

Serves whole LaTeX documents and the fields of bibliographies. No macro is expanded: an address that
holds one nobody here knows is left out, for the macro's own body is where its URL is written.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from crawler import bare
from crawler.found import Found, Headings
from crawler.model import Kind
from crawler.settings import ExtractSettings
from crawler.spans import Joined, Piece
from crawler.texcode import CODE, FIELD, decoded, doi, meant, pieces

# The argument of a command. Groups in it nest once: so no text is read more than three times,
# however many arguments begin and do not end.
_GROUP: Final = r"\{((?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.)*+\})*+)\}"
_GAP: Final = r"(?:\s|%[^\n]*+\n)*+"
_OPTIONS: Final = rf"(?:{_GAP}\[[^\[\]]*+\]){{0,3}}+{_GAP}"
_ARGUMENT: Final = re.compile(_OPTIONS + _GROUP, re.DOTALL)
_DELIMITED: Final = re.compile(
    rf"(?:\[[^\[\]]*+\])?([|!+\"'/=@^;:?~&#$-])([^\n]*?)\1|{_OPTIONS}{_GROUP}", re.DOTALL
)
_LANGUAGE: Final = re.compile(rf"{_OPTIONS}\{{[^{{}}]*+\}}")
_OPENING: Final = re.compile(rf"{_OPTIONS}\{{")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_PARAMETER: Final = re.compile(r"#[1-9]")
_DEFINED: Final = r"\s*+(?:\{\s*+\\[A-Za-z@]++\s*+\}|\\[A-Za-z@]++)\s*+"
_DEFINITION: Final = re.compile(rf"{_DEFINED}(?:\[[^\[\]]*+\]\s*+){{0,2}}+\{{")
_PRIMITIVE: Final = re.compile(r"\s*+\\[A-Za-z@]++[^{}\\]*+\{")
_SPECIFIED: Final = re.compile(rf"{_DEFINED}\{{[^{{}}]*+\}}\s*+\{{")
_ENVIRONMENT: Final = re.compile(r"\s*+\{([A-Za-z]++\*?)\}")
_VERBATIM: Final = frozenset({
    "BVerbatim", "LVerbatim", "SaveVerbatim", "Verbatim", "alltt", "filecontents", "lstlisting",
    "minted", "tcblisting", "verbatim",
})  # fmt: skip
_LEVELS: Final = {
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "subsubsection": 5,
    "paragraph": 6,
    "subparagraph": 7,
    "frametitle": 8,
}
_MAX_LABEL: Final = 600
"""Characters of a nested label that count for the one around it: else depth takes square time."""


def read(text: str, settings: ExtractSettings) -> tuple[list[Found], str | None]:
    r"""Return the links of a document, and the base that it declares (`\hyperbaseurl`)."""
    walk = _Walk(text, settings, CODE)
    walk.read()
    return walk.found, walk.base


def code(text: str) -> list[tuple[int, int]]:
    """Return where listings stand: pairs of offsets, in order."""
    walk = _Walk(text, ExtractSettings(), CODE)
    walk.read()
    return walk.listings


def read_field(text: str, settings: ExtractSettings) -> list[Found]:
    """Return the links of a stretch of TeX in which `%` begins no comment."""
    walk = _Walk(text, settings, FIELD)
    walk.read()
    return walk.found


@dataclass(slots=True)
class _Group:
    """A pair of braces that is open: what it is the argument of."""

    label: list[str] | None = None
    is_link: bool = False
    level: int = 0
    defines: bool = False


@dataclass(slots=True)
class _Walk:
    text: str
    settings: ExtractSettings
    token: re.Pattern[str]
    found: list[Found] = field(default_factory=list)
    base: str | None = None
    headings: Headings = field(default_factory=Headings)
    groups: list[_Group | None] = field(default_factory=list)
    labelled: list[tuple[int, list[str]]] = field(default_factory=list)
    links: int = 0
    definitions: int = 0
    listings: list[tuple[int, int]] = field(default_factory=list)
    run: list[Piece] = field(default_factory=list)

    def read(self) -> None:
        at = 0
        while match := self.token.search(self.text, at):
            self._words(at, match.start())
            at = self._take(match)
        self._words(at, len(self.text))
        self._scan_run()

    def _take(self, match: re.Match[str]) -> int:
        """Take note of what is no mere text, and return where to read on."""
        if match.lastgroup == "escape":
            words = meant(match[0])
            self._label(words)
            self._piece(words, match.start(), match.end())
            return match.end()
        self._scan_run()
        if match.lastgroup == "word":
            return self._command(match["word"], match.end())
        match match[0]:
            case "{":
                self.groups.append(None)
            case "}":
                self._close(self.groups.pop() if self.groups else None)
            case "\\\\" | "\\ ":
                self._label(" ")
            case other if other.startswith("\n"):
                self._end_paragraph()
            case other if match.lastgroup == "comment" and self.settings.comments:
                self.run.append(Piece(other, *match.span()))
                self._scan_run()
        return match.end()

    def _command(self, word: str, at: int) -> int:
        if word in _LEVELS:
            return self._open(at, _Group(label=[], level=_LEVELS[word]))
        handler = _COMMANDS.get(word)
        return handler(self, at) if handler else at

    def _words(self, start: int, end: int) -> None:
        if start < end:
            words = self.text[start:end]
            self._label(words.replace("~", " "))
            self._piece(words, start, end)

    def _piece(self, words: str, start: int, end: int) -> None:
        if not self.links:
            self.run.append(Piece(words, start, end))

    def _label(self, words: str) -> None:
        if self.labelled:
            self.labelled[-1][1].append(words)

    def _scan_run(self) -> None:
        """Look for bare URLs in the text that has gathered; it may stand in several pieces."""
        if not self.run:
            return
        run, self.run = self.run, []
        words = "".join(piece.words for piece in run)
        schemeless = self.settings.schemeless
        if "://" in words or schemeless:
            places = Joined(run)
            for first, last, href in bare.find_hrefs(words, schemeless=schemeless):
                self._add(*places.span(first, last), href, Kind.BARE)

    def _add(self, start: int, end: int, href: str, kind: Kind) -> Found | None:
        """Add a link, unless a macro or a parameter is a part of it."""
        if self.definitions and _PARAMETER.search(href):
            return None
        link = Found(start, end, href, kind, self.headings.path)
        self.found.append(link)
        return link

    def _argument(
        self, match: re.Match[str] | None, kind: Kind, address: Callable[[str], str | None]
    ) -> Found | None:
        """Add the link that an argument holds, if what it says is an address."""
        if match is None or match.lastindex is None:
            return None
        raw = match[match.lastindex]
        start = match.start(match.lastindex) + len(raw) - len(raw.lstrip())
        raw = raw.strip()
        href = address(raw)
        return self._add(start, start + len(raw), href, kind) if href else None

    def _open(self, at: int, group: _Group) -> int:
        """Open the group that begins at an offset, behind options; without one, nothing is done."""
        opening = _OPENING.match(self.text, at)
        if opening is None:
            return at
        if group.label is not None:
            self.labelled.append((len(self.groups), group.label))
        self.groups.append(group)
        self.links += group.is_link
        self.definitions += group.defines
        return opening.end()

    def _close(self, group: _Group | None) -> None:
        if group is None:
            return
        self.links -= group.is_link
        self.definitions -= group.defines
        if group.label is not None:
            self.labelled.pop()
            words = "".join(group.label)
            if group.level:
                self.headings.enter(group.level, words)
            self._label(words[:_MAX_LABEL])

    def _end_paragraph(self) -> None:
        """Give up labels that are still open: whoever forgot to close one meant no more."""
        self._label(" ")
        for index, _ in self.labelled:
            self.groups[index] = None
        self.labelled.clear()
        self.links = 0

    def href(self, at: int) -> int:
        match = _ARGUMENT.match(self.text, at)
        link = self._argument(match, Kind.INLINE, _address)
        end = match.end() if match else at
        return self._open(end, _Group(label=link.label, is_link=True)) if link else end

    def hyperref(self, at: int) -> int:
        """Read the form with an address: `{url}{category}{name}{label}`."""
        if self.text.startswith("[", at):  # a place in the document, which TeX itself looks after
            return at
        match = _ARGUMENT.match(self.text, at)
        link = self._argument(match, Kind.INLINE, _address)
        if match is None or link is None:
            return at
        end = match.end()
        for _ in range(2):
            if part := _ARGUMENT.match(self.text, end):
                end = part.end()
        return self._open(end, _Group(label=link.label, is_link=True))

    def url(self, at: int) -> int:
        match = _DELIMITED.match(self.text, at)
        if match is None or match.lastindex is None:
            return at
        if not self.links and not self._argument(match, Kind.AUTOLINK, _absolute):
            self.run = list(pieces(self.text, *match.span(match.lastindex)))
            self._scan_run()
        self._label(decoded(match[match.lastindex]))
        return match.end()

    def image(self, at: int) -> int:
        match = _ARGUMENT.match(self.text, at)
        self._argument(match, Kind.IMAGE, _address)
        return match.end() if match else at

    def doi(self, at: int) -> int:
        match = _ARGUMENT.match(self.text, at)
        if not self.links:
            self._argument(match, Kind.AUTOLINK, doi)
        return match.end() if match else at

    def hyperbaseurl(self, at: int) -> int:
        match = _ARGUMENT.match(self.text, at)
        if match and self.base is None:
            self.base = _address(match[1].strip())
        return match.end() if match else at

    def verb(self, at: int) -> int:
        match = _DELIMITED.match(self.text, at)
        if match and match.lastindex:
            self._label(match[match.lastindex])
        return match.end() if match else at

    def mint(self, at: int) -> int:
        match = _LANGUAGE.match(self.text, at)
        return self.verb(match.end()) if match else at

    def begin(self, at: int) -> int:
        match = _ENVIRONMENT.match(self.text, at)
        if match is None:
            return at
        name = match[1]
        is_comment = name == "comment"
        if is_comment or name.rstrip("*") in _VERBATIM:
            end = self.text.find(f"\\end{{{name}}}", match.end())
            end = end if end >= 0 else len(self.text)
            self.listings.append((match.end(), end))
            if is_comment and self.settings.comments:
                self.run.append(Piece(self.text[match.end() : end], match.end(), end))
                self._scan_run()
            return end
        if name == "frame":
            self.headings.enter(_LEVELS["frametitle"], "")
            return self._open(match.end(), _Group(label=[], level=_LEVELS["frametitle"]))
        return match.end()

    def end(self, at: int) -> int:
        match = _ENVIRONMENT.match(self.text, at)
        if match is None:
            return at
        return len(self.text) if match[1] == "document" else match.end()

    def _define(self, match: re.Match[str] | None, at: int) -> int:
        return self._open(match.end() - 1, _Group(defines=True)) if match else at

    def newcommand(self, at: int) -> int:
        return self._define(_DEFINITION.match(self.text, at), at)

    def definition(self, at: int) -> int:
        return self._define(_PRIMITIVE.match(self.text, at), at)

    def document_command(self, at: int) -> int:
        return self._define(_SPECIFIED.match(self.text, at), at)


_COMMANDS: Final[Mapping[str, Callable[[_Walk, int], int]]] = {
    "DeclareDocumentCommand": _Walk.document_command,
    "DeclareRobustCommand": _Walk.newcommand,
    "NewDocumentCommand": _Walk.document_command,
    "ProvideDocumentCommand": _Walk.document_command,
    "RenewDocumentCommand": _Walk.document_command,
    "begin": _Walk.begin,
    "def": _Walk.definition,
    "doi": _Walk.doi,
    "edef": _Walk.definition,
    "end": _Walk.end,
    "footnotehref": _Walk.href,
    "gdef": _Walk.definition,
    "href": _Walk.href,
    "hrefWithoutArrow": _Walk.href,
    "hyperbaseurl": _Walk.hyperbaseurl,
    "hyperimage": _Walk.href,
    "hyperref": _Walk.hyperref,
    "includegraphics": _Walk.image,
    "includepdf": _Walk.image,
    "includesvg": _Walk.image,
    "lstinline": _Walk.verb,
    "mint": _Walk.mint,
    "mintinline": _Walk.mint,
    "newcommand": _Walk.newcommand,
    "nolinkurl": _Walk.url,
    "path": _Walk.verb,
    "providecommand": _Walk.newcommand,
    "renewcommand": _Walk.newcommand,
    "url": _Walk.url,
    "verb": _Walk.verb,
    "xdef": _Walk.definition,
}


def _address(raw: str) -> str | None:
    href = decoded(raw)
    return None if "\\" in href else href


def _absolute(raw: str) -> str | None:
    """Return the address of a command that also sets names of files and hosts."""
    href = "".join((_address(raw) or "").split())  # TeX shows it without white space
    return href if _SCHEME.match(href) else None

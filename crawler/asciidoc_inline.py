"""Inline markup of AsciiDoc: macros, cross references and URLs, and the attributes inside them.

Attributes that the document itself defines are substituted before anything else is read, as
Asciidoctor does it; whatever is found then is mapped back to what the document writes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from crawler import hypertext
from crawler.closings import Closings
from crawler.found import Found
from crawler.model import Kind
from crawler.settings import ExtractSettings
from crawler.spans import Joined, Piece

MAX_VALUE: Final = 1_000
"""Characters of an attribute's value that are substituted: values hold others, and may explode."""

_ATTRIBUTE: Final = re.compile(r"\\?\{([\w][\w-]*+)\}")
_URL: Final = r"(?:https?|ftp|irc)://"
_TOKEN: Final = re.compile(
    rf"\\(?:{_URL}[^\s\[\]]*+|(?:link|xref|mailto|image|pass):|<<|\+{{1,3}}|`)"
    r"|(?P<triple>\+\+\+)|(?P<double>\+\+)|(?P<dollars>\$\$)|pass:[a-z,]*+(?P<passed>\[)"
    r"|(?<![\w\\])(?P<plus>\+)(?=[^\s+])|(?<![\w\\])(?P<code>`)(?=[^\s`])"
    r"|(?<!\w)(?P<macro>link|xref|mailto|image|icon):(?!:)"
    rf"|(?<![A-Za-z0-9\\:/=])(?P<url>(?i:{_URL})[^\s\[\]<>]*+)"
    r"|<<(?P<reference>[^\s,<>][^,<>\n]*+)(?:,(?P<label>[^<>]*+))?>>"
    r"|(?<![\\>:/\w.%+-])(?P<mail>\w[\w.%+-]*+@[A-Za-z0-9][\w-]*+(?:\.[A-Za-z0-9][\w-]*+)*\.[A-Za-z]{2,24}\b)"
)
_CLOSING: Final = {
    "triple": re.compile(r"\+\+\+"),
    "double": re.compile(r"\+\+"),
    "dollars": re.compile(r"\$\$"),
    "passed": re.compile(r"(?<!\\)\]"),
    "plus": re.compile(r"(?<=\S)\+(?!\w)"),
    "code": re.compile(r"(?<=\S)`(?!\w)"),
}
# What is in every paragraph that holds a link; most have none of it.
_SIGN: Final = re.compile(r"[:@<{]")
_STOP: Final = re.compile(r"[\s\[\]]")
_BRACKET: Final = re.compile(r"(?<!\\)\]")
_TRAILING: Final = frozenset(",.?!)")  # and what stands behind a URL in its own right
_MARKS: Final = frozenset("*_#`~^")
_NAMED: Final = re.compile(r"(?:^|,)\s*(?:window|role|opts|id|title|options|subject|rel)\s*=")
_LINK: Final = re.compile(r"""(?:^|[,\s])link=(?:"([^"]*+)"|'([^']*+)'|([^,\]\s]++))""")
_IS_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:|/|\{")
_PAGE: Final = re.compile(r"\.(?:adoc|asciidoc|asc|ad|html?)$", re.IGNORECASE)
_COORDINATES: Final = re.compile(r"[:@$]")  # of Antora: they name no path

Find: TypeAlias = Callable[[int, int], tuple[int, int]]


@dataclass(slots=True)
class Entry:
    """An attribute that the document defines: its value, its links, and what it is used for."""

    value: str
    found: list[Found] = field(default_factory=list)
    use: tuple[str, str] | None = None
    is_part: bool = False


@dataclass(slots=True)
class Inline:
    """Reads stretches of one text, with the attributes that have been defined so far."""

    text: str
    settings: ExtractSettings
    attributes: dict[str, Entry] = field(default_factory=dict)
    budget: int = 0

    def has_signs(self, start: int, end: int) -> bool:
        """Tell whether a paragraph may hold a link; most do not."""
        return _SIGN.search(self.text, start, end) is not None

    def read(self, start: int, end: int, section: str, stop: str = "") -> Iterator[Found]:
        """Yield the links of a paragraph; `stop` ends URLs, as `|` does in a table."""
        words, place = self._substituted(start, end)
        last = start
        for found in _Reader(words, self, section, stop).read():
            found.start, found.end = place(found.start, found.end)
            raw = self.text[found.start : found.end]
            if found.start < last or not raw:
                continue
            if (whole := _ATTRIBUTE.fullmatch(raw)) and whole[1] in self.attributes:
                entry = self.attributes[whole[1]]
                entry.use = entry.use or (found.text, section)
                continue
            self.take_parts(raw)
            last = found.end
            yield found

    def expand(self, text: str) -> str:
        """Return a text with the attributes substituted that the document defines."""
        return _ATTRIBUTE.sub(lambda found: self._value(found) or found[0], text)[:MAX_VALUE]

    def path(self, target: str) -> str:
        """Return where an image is: under `imagesdir`, unless its address is absolute."""
        base = self.attributes.get("imagesdir")
        if base is None or not base.value or _IS_URL.match(target):
            return target
        base.is_part = True
        return f"{base.value.rstrip('/')}/{target}"

    def take_parts(self, raw: str) -> None:
        """Take note of the attributes that are a part of an address."""
        for match in _ATTRIBUTE.finditer(raw):
            if match[1] in self.attributes:
                self.attributes[match[1]].is_part = True

    def _value(self, found: re.Match[str]) -> str | None:
        entry = None if found[0].startswith("\\") else self.attributes.get(found[1])
        return entry.value if entry else None

    def _substituted(self, start: int, end: int) -> tuple[str, Find]:
        words = self.text[start:end]
        if "{" in words and self.attributes:
            pieces = list(self._pieces(start, end))
            return "".join(piece.words for piece in pieces), Joined(pieces).span
        return words, lambda first, last: (start + first, start + last)

    def _pieces(self, start: int, end: int) -> Iterator[Piece]:
        for match in _ATTRIBUTE.finditer(self.text, start, end):
            value = self._value(match)
            if value is None or len(value) > self.budget:
                continue
            self.budget -= len(value)
            yield Piece(self.text[start : match.start()], start, match.start())
            yield Piece(value, match.start(), match.end())
            start = match.end()
        yield Piece(self.text[start:end], start, end)


class _Reader:
    """Reads one stretch of words; the offsets of what it finds are of these."""

    def __init__(self, words: str, inline: Inline, section: str, stop: str) -> None:
        self.words = words
        self.inline = inline
        self.section = section
        self.stop = stop
        self.closings = Closings(words, len(words))
        self.code_end = 0

    def read(self) -> Iterator[Found]:
        at = 0
        while token := _TOKEN.search(self.words, at):
            at = token.end()
            match token.lastgroup:
                case "url":
                    found = list(self._url(token))
                    at = max(found[0].end if found else 0, token.start() + len("ftp://"))
                    yield from found
                case "mail":
                    yield self._found(*token.span(), f"mailto:{token['mail']}", Kind.BARE, "")
                case "reference" | "label":
                    yield from self._reference(token, token["label"] or "")
                case "macro":
                    yield from self._macro(token)
                case str(kind):
                    closing = self.closings.find(_CLOSING[kind], at + 1)
                    if closing and kind == "code":
                        self.code_end = max(self.code_end, closing.start())
                    elif closing:
                        if kind in ("triple", "passed"):
                            yield from self._html(at, closing.start())
                        at = closing.end()

    def _found(self, start: int, end: int, href: str, kind: Kind, label: str) -> Found:
        return Found(start, end, href, kind, self.section, [label])

    def _label(self, at: int) -> tuple[str, int] | None:
        """Return the text in brackets that ends behind `at`, and its end."""
        closing = self.closings.find(_BRACKET, at)
        return (self.words[at : closing.start()], closing.end()) if closing else None

    def _url(self, token: re.Match[str]) -> Iterator[Found]:
        start, end = token.span()
        if self.stop and (cut := self.words.find(self.stop, start, end)) >= 0:
            end = cut
        label = self._label(end + 1) if self.words.startswith("[", end) else None
        if label:
            yield self._found(start, end, self.words[start:end], Kind.INLINE, _shown(label[0]))
            return
        before = self.words[start - 1 : start]
        if start < self.code_end or before in ('"', "'"):
            return
        end = self._bare_end(start, end, before)
        if end > self.words.index("://", start) + len("://"):
            yield self._found(start, end, self.words[start:end], Kind.BARE, "")

    def _bare_end(self, start: int, end: int, before: str) -> int:
        """Return where a URL without brackets ends: as Asciidoctor has it."""
        if before in _MARKS and (mark := self.words.find(before, start, end)) > start:
            end = mark
        while end > start and self.words[end - 1] in _TRAILING:
            end -= 1
        if self.words[end - 1] in ";:":
            end -= 1
            if self.words[end - 1] == ")":
                end -= 1
        return end

    def _reference(self, token: re.Match[str], label: str) -> Iterator[Found]:
        written = token["reference"].rstrip()
        if href := reference(written, is_macro=False):
            start = token.start("reference")
            yield self._found(start, start + len(written), href, Kind.INLINE, label.strip())

    def _macro(self, token: re.Match[str]) -> Iterator[Found]:
        start = token.end()
        is_protected = self.words.startswith("++", start)
        start += 2 * is_protected
        stop = self.closings.find(_CLOSING["double"] if is_protected else _STOP, start)
        if stop is None or not self.words.startswith("[", at := stop.end() - (not is_protected)):
            return
        end = stop.start()
        target, label = self.words[start:end], self._label(at + 1)
        if not label:
            return
        words = _shown(label[0])
        match token["macro"]:
            case "image":
                if target:
                    yield from self.image(start, end, label[0], at + 1)
            case "icon":
                yield from self._link_option(label[0], at + 1, "")
            case "xref":
                if href := reference(target, is_macro=True):
                    yield self._found(start, end, href, Kind.INLINE, words)
            case "mailto":
                yield self._found(start, end, f"mailto:{target}", Kind.INLINE, words)
            case _ if target:
                yield self._found(start, end, target, Kind.INLINE, words)

    def image(self, start: int, end: int, attributes: str, at: int) -> Iterator[Found]:
        label = attributes.partition(",")[0].strip().strip('"')
        label = "" if "=" in label else label
        href = self.inline.path(self.words[start:end])
        if not _COORDINATES.search(href) or "://" in href or "{" in href:
            yield self._found(start, end, href, Kind.IMAGE, label)
        yield from self._link_option(attributes, at, label)

    def _link_option(self, attributes: str, at: int, label: str) -> Iterator[Found]:
        link = _LINK.search(attributes)
        if link and link[link.lastindex or 1] not in ("self", "none", ""):
            group = link.lastindex or 1
            start, end = link.span(group)
            href = link[group]
            if href.startswith("xref:"):
                return
            yield self._found(at + start, at + end, href, Kind.INLINE, label)

    def _html(self, start: int, end: int) -> Iterator[Found]:
        if "<" not in self.words[start:end]:
            return
        for link in hypertext.read(self.words[start:end], self.inline.settings)[0]:
            if link.kind is Kind.HTML:
                link.start, link.end = link.start + start, link.end + start
                link.section = self.section
                yield link


def read_image(
    inline: Inline, target: tuple[int, int], attributes: tuple[int, int], section: str
) -> Iterator[Found]:
    """Yield what a block image shows, and where it leads."""
    first, _ = target
    words = inline.text[first : attributes[1]]
    reader = _Reader(words, inline, section, "")
    for found in reader.image(
        0, target[1] - first, words[attributes[0] - first :], attributes[0] - first
    ):
        found.start, found.end = found.start + first, found.end + first
        found.href = inline.expand(found.href)
        inline.take_parts(inline.text[found.start : found.end])
        yield found


def reference(written: str, *, is_macro: bool) -> str | None:
    """Return the address that a cross reference names, if it is a path or a place here.

    >>> reference("_the_place", is_macro=False), reference("a.adoc#b", is_macro=True)
    ('#_the_place', 'a.adoc#b')
    """
    path, sharp, fragment = written.partition("#")
    if not path:
        return f"#{fragment}" if fragment else None
    if "{" not in path and _COORDINATES.search(path):
        return None
    if sharp:
        return written
    return written if is_macro and _PAGE.search(path) else f"#{written}"


def _shown(label: str) -> str:
    r"""Return the text that a link shows, of what stands between its brackets.

    >>> _shown("The page^"), _shown('"A, b",window=_blank'), _shown(r"a\]")
    ('The page', 'A, b', 'a]')
    """
    label = label.replace("\\]", "]").strip()
    if label.startswith('"') and (end := label.find('"', 1)) > 0:
        label = label[1:end]
    elif named := _NAMED.search(label):
        label = label[: named.start()].rstrip(", ")
    return label.removesuffix("^")

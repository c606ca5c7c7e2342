"""HTML as its author wrote it: tags, comments and text with the place of every attribute value.

A parser that builds a tree forgets where things stood. This tokenizer keeps it, follows the
WHATWG tokenization where links depend on it, and takes linear time on any input.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape as _unescape
from html.entities import html5
from typing import Final, TypeAlias, TypeGuard

# White space is ASCII's alone: WHATWG HTML §13.2.5. A no-break space belongs to a value.
_TAG_NAME: Final = re.compile(r"</?([A-Za-z][^\s/>]*)", re.ASCII)
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?""", re.ASCII
)
_TAG_END: Final = re.compile(r"[\s/]*>", re.ASCII)
# Elements whose content is text and never a tag: WHATWG HTML §13.1.2.
_RAW_TEXT: Final = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.ASCII | re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}
_XML: Final = re.compile(r"\ufeff?+\s*+<\?xml\s")  # then an empty element has no content
_CANDIDATE: Final = re.compile(r"[\s,]*(\S+)", re.ASCII)
# Possessive (`*+`): what is no refresh is found out in one pass, however much white space it has.
_REFRESH: Final = re.compile(
    r"""\s*+[\d.]*+\s*+[;,]\s*+(?:url\s*+=\s*+)?+["']?\s*+([^"'\s][^"']*)""",
    re.ASCII | re.IGNORECASE,
)
_DESCRIPTORS: Final = re.compile(r"(?:\([^)]*\)?|[^,(]+)*")  # an open parenthesis takes the rest
_NAMED: Final = re.compile(r"&([A-Za-z][A-Za-z0-9]*+)([;=]?)")
_DECIMAL: Final = re.compile(r"&#(?=[0-9])0*+([0-9]{0,8})[0-9]*")

# Where HTML keeps the addresses of other resources: WHATWG HTML, "Attributes" index.
# Left out: form actions (asking one is not reading it) and `ping`.
_ADDRESSES: Final[Mapping[str, frozenset[str] | None]] = {
    "href": frozenset({"a", "area", "link", "image", "use"}),
    "xlink:href": None,
    "src": None,
    "poster": frozenset({"video"}),
    "cite": frozenset({"blockquote", "q", "ins", "del"}),
    "data": frozenset({"object"}),
    "longdesc": None,
    "background": frozenset({"body", "table", "td", "th"}),
    "manifest": frozenset({"html"}),
}
_SETS: Final = frozenset({"srcset", "imagesrcset"})
_HINTS: Final = frozenset({"preconnect", "dns-prefetch"})  # they name hosts, not resources
# What a page says of itself that is an address: Open Graph, Twitter's cards, microdata.
_PROPERTIES: Final = frozenset({
    "contenturl", "embedurl", "image", "logo", "og:audio", "og:audio:secure_url", "og:audio:url",
    "og:image", "og:image:secure_url", "og:image:url", "og:url", "og:video", "og:video:secure_url",
    "og:video:url", "sameas", "thumbnailurl", "twitter:image", "twitter:image:src",
    "twitter:player", "twitter:url", "url",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """An attribute's value: as written, and where."""

    raw: str
    start: int

    @property
    def text(self) -> str:
        """The value with its character references decoded.

        Without a semicolon, and before a letter, a digit or `=`, there is none in an attribute:
        `?a=1&copy=2` means what it says (WHATWG HTML §13.2.5.73).
        """
        return unescape(_NAMED.sub(_meant, self.raw)) if "&" in self.raw else self.raw


@dataclass(frozen=True, slots=True)
class Tag:
    """A start or end tag. Attribute and tag names are lower case."""

    name: str
    start: int
    end: int
    closing: bool = False
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment; the offsets are those of what it says, without its delimiters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """Text between tags. `raw` is true inside elements like `script`."""

    start: int
    end: int
    raw: bool = False


Token: TypeAlias = Tag | Comment | Text


def tokens(text: str) -> Iterator[Token]:
    """Yield tags, comments and text in their order. Never raises; linear in the text's length."""
    at = search = 0
    is_xml = _XML.match(text) is not None
    while (bracket := text.find("<", search)) >= 0:
        token, search = _token(text, bracket)
        if token is None:  # a lone `<` is text
            continue
        if bracket > at:
            yield Text(at, bracket)
        yield token
        if _holds_raw_text(token) and not (is_xml and text.endswith("/>", at, token.end)):
            closing = _RAW_TEXT[token.name].search(text, search)
            raw_end = closing.start() if closing else len(text)
            yield Text(search, raw_end, raw=True)
            search = raw_end
        at = search
    if at < len(text):
        yield Text(at, len(text))


def addresses(tag: Tag) -> Iterator[Value]:
    """Yield every address that a start tag holds, one by one where an attribute lists several."""
    if _is_hint(tag):
        return
    for name, value in tag.attributes.items():
        if name in _SETS:
            yield from _candidates(value)
        elif name in _ADDRESSES and ((owners := _ADDRESSES[name]) is None or tag.name in owners):
            yield _stripped(value)
        elif name == "content" and _is_refresh(tag):
            yield from _refresh(value)
        elif name == "content" and _is_address(tag):
            yield _stripped(value)


def attribute(tag: Tag, name: str) -> str:
    """Return the value of an attribute, decoded and without white space around; empty if none."""
    value = tag.attributes.get(name)
    return value.text.strip() if value else ""


def unescape(text: str) -> str:
    r"""Decode character references. Total: the library's own raises on a number of many digits.

    >>> unescape("a&amp;b &#" + "9" * 5000 + ";")
    'a&b \ufffd'
    """
    return _unescape(_DECIMAL.sub(r"&#0\1", text))  # eight digits are beyond Unicode already


def _holds_raw_text(token: Token) -> TypeGuard[Tag]:
    return isinstance(token, Tag) and not token.closing and token.name in _RAW_TEXT


def _meant(reference: re.Match[str]) -> str:
    name, end = reference.groups()
    is_one = end != "=" and f"{name}{end}" in html5
    return reference[0] if is_one else f"&amp;{reference[0][1:]}"


def _token(text: str, at: int) -> tuple[Token | None, int]:
    if text.startswith("<!--", at):
        return _comment(text, at)
    if text.startswith(("<!", "<?"), at):
        end = text.find(">", at)
        end = end + 1 if end >= 0 else len(text)
        return Text(at, end, raw=True), end
    if match := _TAG_NAME.match(text, at):
        return _tag(text, at, match)
    return None, at + 1


def _comment(text: str, at: int) -> tuple[Comment, int]:
    if text.startswith(("<!-->", "<!--->"), at):  # an empty comment, by the standard's recovery
        return Comment(at + 4, at + 4), text.index(">", at) + 1
    end = text.find("-->", at + 4)
    return (Comment(at + 4, end), end + 3) if end >= 0 else (Comment(at + 4, len(text)), len(text))


def _tag(text: str, start: int, name: re.Match[str]) -> tuple[Tag, int]:
    attributes: dict[str, Value] = {}
    at = name.end()
    while not (end := _TAG_END.match(text, at)):
        match = _ATTRIBUTE.match(text, at)
        if match is None:  # the text ends within the tag
            return _made(text, start, len(text), name[1], attributes), len(text)
        at = match.end()
        group = match.lastindex or 1
        value = Value(match[group], match.start(group)) if group > 1 else Value("", match.end(1))
        attributes.setdefault(match[1].lower(), value)
    return _made(text, start, end.end(), name[1], attributes), end.end()


def _made(text: str, start: int, end: int, name: str, attributes: dict[str, Value]) -> Tag:
    return Tag(name.lower(), start, end, text.startswith("</", start), attributes)


def _is_hint(tag: Tag) -> bool:
    return tag.name == "link" and not _HINTS.isdisjoint(attribute(tag, "rel").lower().split())


def _is_refresh(tag: Tag) -> bool:
    return tag.name == "meta" and attribute(tag, "http-equiv").lower() == "refresh"


def _is_address(tag: Tag) -> bool:
    return tag.name == "meta" and any(
        attribute(tag, name).lower() in _PROPERTIES for name in ("property", "name", "itemprop")
    )


def _stripped(value: Value) -> Value:
    lead = len(value.raw) - len(value.raw.lstrip())
    return Value(value.raw.strip(), value.start + lead)


def _candidates(value: Value) -> Iterator[Value]:
    """Split an image candidate list: WHATWG HTML, "Parsing a srcset attribute"."""
    at = 0
    while match := _CANDIDATE.match(value.raw, at):
        url = match[1]
        at = match.end()
        if url.endswith(","):
            url = url.rstrip(",")
        else:
            descriptors = _DESCRIPTORS.match(value.raw, at)
            at = descriptors.end() + 1 if descriptors else at
        if url:
            yield Value(url, value.start + match.start(1))


def _refresh(value: Value) -> Iterator[Value]:
    if match := _REFRESH.match(value.raw):
        url = match[1].rstrip()
        yield Value(url, value.start + match.start(1))

"""Sitemaps and feeds of sites: the pages that they list, for a machine to go on from.

As sitemaps.org describes them: `urlset`, `sitemapindex`, plain text, RSS and Atom, gzipped or not,
up to the 50,000 URLs and 50 MB that it allows. Where links stand, and what people read there, is
the documents' business.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from crawler.charset import decode
from crawler.decoding import is_packed, unpacked
from crawler.elements import End, Start, Text, Token, decoded, local, tokens
from crawler.urls import Target, resolve

MAX_URLS: Final = 50_000
MAX_UNPACKED: Final = 52_428_800
MAX_TOKENS: Final = 2_000_000
"""Tags and texts that are read, a few seconds' worth: one of 50,000 pages has half a million."""

_ROOTS: Final = frozenset({"RDF", "feed", "rss", "sitemapindex", "urlset"})
_ENTRIES: Final = frozenset({"entry", "item"})
_WEB: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The URLs of pages and of further sitemaps, each once and in order, decoded and stripped.

    They are what a stranger wrote: relative where he forgot the rest, and of any scheme.
    `truncated`: there is more than was read.
    """

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    truncated: bool = False


def locations(data: bytes) -> Sitemap:
    """Read a sitemap or a feed. What is neither, as a page is, lists nothing. Never raises."""
    whole = len(data) <= MAX_UNPACKED
    if is_packed(data):
        data, whole = unpacked(data, MAX_UNPACKED)
    text = decode(data[:MAX_UNPACKED])
    reading = _Reading(text)
    listed = islice(reading.urls(), MAX_URLS + 1)
    pages: dict[str, None] = {}
    sitemaps: dict[str, None] = {}
    number = 0
    for number, (kind, url) in enumerate(listed, 1):
        if number <= MAX_URLS and url:
            (sitemaps if kind == "sitemap" else pages).setdefault(url)
    cut = not whole or number > MAX_URLS or reading.exhausted
    return Sitemap(tuple(pages), tuple(sitemaps), cut)


class _Reading:
    """One text, while it is read. `exhausted`: it had more tokens than are read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.exhausted = False

    def urls(self) -> Iterator[tuple[str, str]]:
        """Yield what each URL is of, a page or a sitemap, and the URL."""
        if not self._text.lstrip("\ufeff \t\r\n\0").startswith("<"):
            yield from (("url", url) for line in _lines(self._text) if (url := _web(line)))
            return
        read = self._tokens()
        root = next((each for each in read if isinstance(each, Start)), None)
        if root is None or local(root.name) not in _ROOTS:
            return
        prefix = root.name.removesuffix(local(root.name))
        match local(root.name):
            case "urlset" | "sitemapindex":
                yield from self._located(read, prefix)
            case "feed":
                base = root.attributes.get("xml:base")
                yield from self._atom(read, prefix, base.text if base else None)
            case _:
                yield from self._rss(read)

    def _tokens(self) -> Iterator[Token]:
        for number, token in enumerate(tokens(self._text)):
            if number >= MAX_TOKENS:
                self.exhausted = True
                return
            yield token

    def _located(self, read: Iterator[Token], prefix: str) -> Iterator[tuple[str, str]]:
        """Yield every `loc` of the root's own vocabulary: an image has one of another."""
        kind = "url"
        for token in read:
            if isinstance(token, Start):
                if token.name == f"{prefix}loc":
                    yield kind, self._content(read, token)
                elif token.name in (f"{prefix}url", f"{prefix}sitemap"):
                    kind = local(token.name)

    def _rss(self, read: Iterator[Token]) -> Iterator[tuple[str, str]]:
        """Yield the channel's link, and each item's, or where it has none its permanent name."""
        name, is_linked = "", False
        for token in read:
            if isinstance(token, Start):
                if token.name in _ENTRIES:
                    name, is_linked = "", False
                elif token.name == "guid" and _is_permanent(token):
                    name = _web(self._content(read, token))
                elif token.name == "link" and (link := self._content(read, token)):
                    is_linked = True
                    yield "url", link
            elif isinstance(token, End) and token.name in _ENTRIES and not is_linked:
                yield "url", name

    def _atom(
        self, read: Iterator[Token], prefix: str, base: str | None
    ) -> Iterator[tuple[str, str]]:
        """Yield what the links of feed and entries lead to, not where they are kept or sent."""
        for token in read:
            if isinstance(token, Start) and token.name == f"{prefix}link":
                found = token.attributes
                relation = found["rel"].text.strip() if "rel" in found else "alternate"
                if relation == "alternate" and "href" in found:
                    yield "url", _joined(found["href"].text.strip(), base)

    def _content(self, read: Iterator[Token], start: Start) -> str:
        """Return the text of an element, up to the next tag."""
        words: list[str] = []
        for token in () if start.is_empty else read:
            if isinstance(token, Text):
                written = self._text[token.start : token.end]
                words.append(written if token.verbatim else decoded(written))
            elif isinstance(token, Start | End):
                break
        return "".join(words).strip()


def _lines(text: str) -> Iterator[str]:
    """Yield lines one by one: a list of 50 MB of empty ones would take gigabytes."""
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield from text[at:end].split("\r", MAX_URLS)
        at = end + 1


def _web(written: str) -> str:
    """Return what is written if it is an address of the web, else nothing."""
    url = written.strip("\ufeff \t\r\n\0")
    return url if url[:8].lower().startswith(_WEB) else ""


def _is_permanent(guid: Start) -> bool:
    value = guid.attributes.get("isPermaLink")
    return value is None or value.text.strip().lower() != "false"


def _joined(href: str, base: str | None) -> str:
    """Resolve what a feed writes against the base that it declares itself."""
    if base is None or not href:
        return href
    target = resolve(href, base)
    return str(target.url) if isinstance(target, Target) else href

"""Reading a page safely: from a response to a tree that nobody gets hurt by, and its text.

Trees are built only of input that cannot hurt: building one is quadratic in nesting and in
attributes, and nothing can interrupt it.
"""

import re
from collections import Counter
from functools import cached_property
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import markup
from crawler.charset import decode
from crawler.model import Response
from crawler.text import clean
from crawler.visible import visible_beginning

MAX_PARSED: Final = 262_144
"""Bytes of a page that are parsed: 99.75 % of titles stand before, says a measurement."""

MAX_UNCLOSED: Final = 2_000
MAX_TAGS: Final = 25_000
"""Tags that are counted: nothing else gets on meanwhile, and it takes a third of a second."""
MAX_TAG_LENGTH: Final = 16_384
MAX_VISIBLE: Final = 1_000
"""Characters of visible text that are kept: enough to tell a language."""

_HEAD_ONLY: Final = 8_192
_BODY_PARSED: Final = 24_576
_MAX_METAS: Final = 400
_MAX_SAME: Final = 20  # metas of one name: authors, at most
_HEAD_END: Final = re.compile(rb"</head\s*+>|<body[\s>]", re.IGNORECASE)
_HEAD_SHOWN: Final = re.compile(r"</head\s*+>|<body\b[^>]*+>?", re.IGNORECASE)
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml", ""})
_PDF: Final = frozenset({"application/pdf", "application/x-pdf"})


class Page:
    """A parsed page. `tree`: the beginning of it that was worth parsing; `source`: its text."""

    def __init__(self, body: bytes, content_type: str = "") -> None:
        self.body = body
        self._content_type = content_type
        beginning = _beginning(body)
        self._beginning = decode(beginning, content_type)
        self._is_whole = len(beginning) == len(body)
        self.source = _harmless(self._beginning)
        # As browsers that run scripts do: else an image in the head's noscript ends the head.
        self.tree = LexborHTMLParser(self.source, scripting=True)
        self._metas: dict[str, list[str]] = {}
        self._headers: dict[str, str] = {}
        for node in self.tree.css("meta[content]")[:_MAX_METAS]:  # once: not for each name
            attributes = node.attributes
            content = (attributes.get("content") or "").strip()
            for key in ("property", "name", "itemprop"):
                if content and (name := attributes.get(key)):
                    self._metas.setdefault(name.strip().lower(), []).append(content)
            if content and (name := attributes.get("http-equiv")):
                self._headers.setdefault(name.lower(), content)

    @cached_property
    def text(self) -> str:
        """The whole page, decoded. It costs more than all else: ask for it with a reason."""
        return self._beginning if self._is_whole else decode(self.body, self._content_type)

    def meta(self, *names: str) -> str | None:
        """Return the content of the first of these names that the page has."""
        for name in names:
            if name in self._metas:
                return self._metas[name][0]
        return None

    def metas(self, name: str) -> tuple[str, ...]:
        """Return all contents of a name."""
        return tuple(self._metas.get(name, ())[:_MAX_SAME])

    def header(self, name: str) -> str | None:
        """Return what the page says for a header of HTTP (`http-equiv`), if it does."""
        return self._headers.get(name)

    @cached_property
    def titles(self) -> list[LexborNode]:
        """The title elements of the head: one, or none, in nearly all pages."""
        return self.in_head("title")

    @cached_property
    def headings(self) -> list[LexborNode]:
        """The first-level headings. To search a page costs more the larger it is: ask here."""
        return self.tree.css("h1")

    def in_head(self, selector: str) -> list[LexborNode]:
        """Return the elements of the head that are selected: quicker than to search a page."""
        head = self.tree.head
        return head.css(selector) if head else []

    @cached_property
    def visible(self) -> str:
        """The beginning of the text that people see, at most `MAX_VISIBLE` characters."""
        head = _HEAD_SHOWN.search(self.source)
        return clean(
            visible_beginning(self.source, MAX_VISIBLE, head.end() if head else 0), MAX_VISIBLE
        )


def is_page(response: Response) -> bool:
    """Tell whether a response says that it is a page, or does not say what it is."""
    return response.media_type in _PAGES


def is_pdf(response: Response) -> bool:
    """Tell whether a response says that it is a PDF."""
    return response.media_type in _PDF


def is_readable(response: Response) -> bool:
    """Tell whether facts can be read in a body of this type.

    Others may be videos, or streams of events without an end.
    """
    return is_page(response) or is_pdf(response)


def read_page(response: Response) -> Page | None:
    """Parse what a response holds; None if it is no page, or an empty one. Never raises."""
    if not response.body or not is_page(response):
        return None
    return Page(response.body, response.headers.get("content-type", ""))


def _beginning(body: bytes) -> bytes:
    """Return the head and what follows: the facts stand there, as does the first text."""
    head = _HEAD_END.search(body, 0, MAX_PARSED)
    return body[: min(MAX_PARSED, head.end() + _BODY_PARSED) if head else MAX_PARSED]


def _harmless(text: str) -> str:
    """Return the part of a text that is safe to parse.

    A tree is built only where no tag is open too deep and none has too many attributes; a cheap
    count tells for nearly all pages.
    """
    parts = text.split("<")
    plain = len(parts) <= MAX_UNCLOSED and max(map(len, parts)) <= MAX_TAG_LENGTH
    return text if plain or _is_harmless(text) else text[:_HEAD_ONLY]


def _is_harmless(text: str) -> bool:
    opened: Counter[str] = Counter()
    depth = 0
    tags = (token for token in markup.tokens(text) if isinstance(token, markup.Tag))
    for number, token in enumerate(tags):
        if number > MAX_TAGS or token.end - token.start > MAX_TAG_LENGTH:
            return False
        if not token.closing:
            opened[token.name] += 1
            depth += 1
        elif opened[token.name]:  # `</b>` closes no `<div>`
            opened[token.name] -= 1
            depth -= 1
        if depth > MAX_UNCLOSED:
            return False
    return True

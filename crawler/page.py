"""Reading a page safely: from a response to a tree that nobody gets hurt by, and its text.

Trees are built only of input that cannot hurt: building one is quadratic in nesting and in
attributes, and nothing can interrupt it.
"""

import re
from collections import Counter
from functools import cached_property
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from crawler import markup
from crawler.charset import decode
from crawler.model import Response
from crawler.text import clean

MAX_PARSED: Final = 262_144
"""Characters of a page that are parsed: 99.75 % of titles stand before, says a measurement."""

MAX_UNCLOSED: Final = 2_000
MAX_TAGS: Final = 25_000
"""Tags that are counted: nothing else gets on meanwhile, and it takes a third of a second."""
MAX_TAG_LENGTH: Final = 16_384
MAX_VISIBLE: Final = 1_000
"""Characters of visible text that are kept: enough to tell a language."""

_HEAD_ONLY: Final = 8_192
_BODY_PARSED: Final = 24_576
_HEAD_END: Final = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)
_HTML: Final = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml", ""})
# Elements whose text is not what the page says: programs, and what all pages of a site share.
_NOT_TEXT: Final = [
    "script", "style", "noscript", "template", "svg", "nav", "header", "footer", "form", "select",
]  # fmt: skip


class Page:
    """A parsed page. `text`: its source; `tree`: the beginning of it that was worth parsing."""

    def __init__(self, text: str) -> None:
        self.text = text
        # As browsers that run scripts do: else an image in the head's noscript ends the head.
        self.tree = LexborHTMLParser(_harmless(text), scripting=True)
        self._metas: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):  # once: a query for each name costs more
            attributes = node.attributes
            content = (attributes.get("content") or "").strip()
            for key in ("property", "name"):
                if content and (name := attributes.get(key)):
                    self._metas.setdefault(name.strip().lower(), content)

    def meta(self, *names: str) -> str | None:
        """Return the content of the first of these names that the page has."""
        return next((self._metas[name] for name in names if name in self._metas), None)

    @cached_property
    def visible(self) -> str:
        """The beginning of the text that people see, at most `MAX_VISIBLE` characters."""
        body = self.tree.body
        if body is None:
            return ""
        tree = LexborHTMLParser(body.html or "")  # a tree of its own, for it is cut down
        tree.strip_tags(_NOT_TEXT)
        shown = tree.body.text(separator=" ") if tree.body else ""
        return clean(shown, MAX_VISIBLE)


def media_type(response: Response) -> str:
    """Return the media type of a response without its parameters, lower case; empty if unknown."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_page(response: Response) -> Page | None:
    """Parse what a response holds; None if it is no page, or an empty one. Never raises."""
    if media_type(response) not in _HTML or not response.body:
        return None
    return Page(decode(response.body, response.headers.get("content-type", "")))


def _harmless(text: str) -> str:
    """Return the part of a page that is worth parsing, and safe to.

    What we look for stands in the head or soon after it, as does the first text. A tree is built
    only where no tag is open too deep and none has too many attributes; a cheap count tells for
    nearly all pages.
    """
    head = _HEAD_END.search(text, 0, MAX_PARSED)
    text = text[: min(MAX_PARSED, head.end() + _BODY_PARSED) if head else MAX_PARSED]
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

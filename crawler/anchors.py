"""The places of a page that a fragment can name, and the text that a reader sees of it.

One pass of one regular expression over the source, tags and all, as `markup` tokenizes it: a tenth
of its time, and no tree, for building one is quadratic in nesting. Every quantifier is possessive:
what was read is not read again, so that a page takes linear time, whatever is in it.
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote

from crawler.markup import unescape

MAX_ANCHORS: Final = 50_000
"""Anchors that are read: nothing else gets on meanwhile, and it takes a quarter of a second."""
USER_CONTENT: Final = "user-content-"
"""What code hosts write before the anchors of other people's Markdown; scripts take it off."""

# Elements whose content is no markup: those of the tokenizer, and for people who run scripts more.
_RAW: Final = "script|style|textarea|title|xmp|iframe|noembed|noframes"
_UNSEEN: Final = f"{_RAW}|noscript|template"
_ATTRIBUTES: Final = (
    r"""(?:[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]++))?+)*+"""
)
_ATTRIBUTE: Final = re.compile(
    r"""([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]++)))?+""", re.ASCII
)


def _scanner(raw: str) -> re.Pattern[str]:
    """Return what matches a comment, a declaration, an element without markup in it, or a tag.

    End tags are matched only where something stands in them: they hold no anchor, but may hold
    what looks like a tag.
    """
    return re.compile(
        r"<(?:!--(?:-?>|(?:[^-]++|-(?!->))*+(?:-->)?)|[!?][^>]*+>?"
        rf"|(?P<raw>(?i:{raw}))(?=[\s/>])(?P<inner>{_ATTRIBUTES})>?"
        r"(?:[^<]++|<(?!/(?i:(?P=raw))[\s/>]))*+"
        rf"|(?P<name>[A-Za-z][^\s/>]*+)(?P<outer>{_ATTRIBUTES})>?"
        rf"|/[A-Za-z][^\s/>]*+(?!>){_ATTRIBUTES}>?)",
        re.ASCII,
    )


_TAG: Final = _scanner(_RAW)
_NOT_SEEN: Final = _scanner(_UNSEEN)
_END_TAG: Final = re.compile(r"</[A-Za-z][^\s/>]*+>", re.ASCII)
_ACCENTS: Final = re.compile("[\u0300-\u036f\u00ad\u200b]")  # and what has no width


def anchors_of(source: str) -> frozenset[str] | None:
    """Return the ids of a page's elements, and the names of its `a`. Never raises.

    None if there are too many to read them all: then nothing can be said of any.
    """
    anchors = list(islice(_anchors(source), MAX_ANCHORS + 1))
    return frozenset(anchors) if len(anchors) <= MAX_ANCHORS else None


def holds(anchors: Container[str], fragment: str) -> bool:
    """Tell whether a page with these anchors has the place that a fragment names.

    As browsers look for it (WHATWG HTML §7.4.6.4): as written, decoded, and the page's top. Beyond
    that, the names that code hosts give, and one letter written in two ways.

    >>> holds({"café"}, "caf%C3%A9"), holds(set(), "Top"), holds({"a"}, "A")
    (True, True, False)
    """
    decoded = unquote(fragment)
    if decoded.lower() in ("", "top"):
        return True
    composed = unicodedata.normalize("NFC", decoded)
    names = (fragment, decoded, composed, unicodedata.normalize("NFD", decoded))
    if any(name in anchors or f"{USER_CONTENT}{name}" in anchors for name in names):
        return True
    return f"{USER_CONTENT}{composed.lower()}" in anchors


def folded_text(source: str) -> str:
    """Return the text that a page shows, folded: as `fold` does it."""
    return fold(unescape(_END_TAG.sub("", _NOT_SEEN.sub("", source))))


def fold(text: str) -> str:
    """Return a text without case, accents and white space: what a search of a page goes by.

    >>> fold("Café au  lait")
    'cafeaulait'
    """
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return "".join(text.split()).casefold()


def _anchors(source: str) -> Iterator[str]:
    for tag in _TAG.finditer(source):
        written = tag["outer"] or tag["inner"]
        if not written or ("id" not in (lower := written.lower()) and "name" not in lower):
            continue
        values: dict[str, str] = {}
        for name, *quoted in _ATTRIBUTE.findall(written):
            values.setdefault(name.lower(), "".join(quoted))  # the first of a name counts
        for name in ("id", "name") if (tag["name"] or "").lower() == "a" else ("id",):
            if value := values.get(name):
                yield unescape(value) if "&" in value else value

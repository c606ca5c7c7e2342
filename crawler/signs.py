"""What the rules of a look see in a page besides its facts.

Nearly all pages are what they seem to be, so what costs time is only done where something cheap
calls for it: an error status, a title or a heading that error pages have, hardly any links.
"""

import re
from typing import Final

from crawler.model import PageSigns, Response
from crawler.page import MAX_PARSED, Page
from crawler.signatures import (
    Mark,
    missing,
    parking,
    placeholders,
    segments,
    walls,
)
from crawler.text import clean
from crawler.visible import visible_length

MAX_HEADINGS: Final = 5
MAX_COUNTED: Final = 20_000
"""Visible characters that are counted: more are as good as more."""

_MAX_SMALL: Final = 65_536
_FEW_LINKS: Final = 8
_MAX_TITLE: Final = 300
_AMP: Final = frozenset({Mark.AMP.value})
_AMP_ROOTS: Final = frozenset({"amp", "⚡"})
_ACCEPTED: Final = 202  # some walls answer so
_SHOWING: Final = re.compile(
    r"<(?:a|img|picture|video|audio|canvas|i?frame|frameset|object|embed|svg|image)\b",
    re.IGNORECASE,
)
_SCRIPTS: Final = re.compile(r"<script\b", re.IGNORECASE)
# What Open Graph calls a work that somebody made: its title may be anything.
_WORKS: Final = ("article", "book", "music", "video", "profile", "product")


def read_signs(page: Page, response: Response) -> PageSigns:
    """Return what a page shows. Never raises."""
    headings = [clean(node.text()) for node in page.headings[:MAX_HEADINGS]]
    headings = list(filter(None, headings))
    robots = f"{page.meta('robots') or ''} {response.headers.get('x-robots-tag', '')}".lower()
    suspect = _is_suspect(page, response, headings)
    length = visible_length(page.text[:MAX_PARSED], MAX_COUNTED) if suspect else None
    return PageSigns(
        headings=tuple(headings),
        text=page.visible,
        text_length=length,
        noindex="noindex" in robots,
        marks=(_marks(page) if suspect else frozenset()) | _kind(page),
    )


def _kind(page: Page) -> frozenset[str]:
    """Return what the root of a page says that it is: `<html amp>`, `<html ⚡>`."""
    root = page.tree.root
    return _AMP if root and not _AMP_ROOTS.isdisjoint(root.attributes) else frozenset()


def _is_suspect(page: Page, response: Response, headings: list[str]) -> bool:
    """Tell whether a page may be something else than it seems, at hardly any cost."""
    if response.is_error or response.status == _ACCEPTED:
        return True
    if len(page.body) < _MAX_SMALL and not _has_links(page.text):
        return True
    title = page.titles[0].text().strip() if page.titles else ""
    named = dict.fromkeys((title, page.meta("og:title") or title, *headings[:1]))
    return not title or any(map(_is_telling, named))


def _has_links(source: str) -> bool:
    """Tell whether a page leads anywhere: what is no page hardly ever does."""
    place = 0
    for _ in range(_FEW_LINKS):
        place = source.find("<a ", place) + 1
        if not place:
            return False
    return True


def _is_telling(title: str) -> bool:
    parts = segments(title[:_MAX_TITLE])
    whole = " ".join(parts)
    return (
        any(map(missing, parts))
        or whole in walls().titles
        or whole in walls().title_hints
        or whole in placeholders()
        or whole in parking().titles
    )


def _marks(page: Page) -> frozenset[str]:
    source = page.text[:_MAX_SMALL].lower()
    found = {
        Mark.WALL: any(sign in source for sign in walls().bodies),
        Mark.WALL_HINT: any(sign in source for sign in walls().body_hints),
        Mark.PARKED: any(sign in source for sign in parking().bodies),
        Mark.BUILT: bool(_SCRIPTS.search(source)),
        Mark.SHOWING: bool(_SHOWING.search(source)),
        Mark.LINKING: _has_links(page.text),
        Mark.WORK: (page.meta("og:type") or "").strip().lower().startswith(_WORKS),
    }
    return frozenset(mark.value for mark, is_there in found.items() if is_there)

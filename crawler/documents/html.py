"""HTML: attributes that hold an address, styles, bookmarks in folders, and URLs in text."""

import re
from typing import Final

from crawler import frontmatter, hypertext
from crawler.anchors import anchors_of
from crawler.found import Found, occurrences
from crawler.fragments import is_built_by_scripts
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings

# What puts other files' text, or a program's, into a page: its anchors are not all here.
_INCLUDES: Final = re.compile(r"\{%|\{\{|<%|<\?(?:php|=)|<!--\s?#|\[%|\$\{", re.IGNORECASE)


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read a whole page, or the page that a static site generator makes of a template."""
    text = document.text
    front = frontmatter.read(text)
    body = " " * front.end + text[front.end :]  # so that every offset is one of the document
    links, base = hypertext.read(body, settings)
    links[:0] = [Found(v.start, v.end, v.href, Kind.FRONTMATTER) for v in front.values]
    remarks = (front.remark,) if front.remark else ()
    return Reading(
        occurrences(document, links),
        base,
        remarks,
        lambda: None if front.end else _anchors(text),
    )


def _anchors(text: str) -> frozenset[str] | None:
    """Return the anchors of a page that stands as a whole in its file, and shows what it says."""
    return None if _INCLUDES.search(text) or is_built_by_scripts(text) else anchors_of(text)

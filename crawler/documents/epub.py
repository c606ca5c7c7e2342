"""EPUB: the pages of a book in their order; line and column are those of the page."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from crawler import hypertext
from crawler.archives import Archive
from crawler.charset import decode
from crawler.elements import Start, local, tokens
from crawler.found import SECTION_SEPARATOR, occurrences
from crawler.model import Document, Occurrence, Reading
from crawler.settings import ExtractSettings
from crawler.text import clean
from crawler.urls import Rejected, Rejection, resolve

_CONTAINER: Final = "META-INF/container.xml"
_REMARK: Final = "is broken, encrypted or too large in parts; what could be read was read."
_PAGES: Final = frozenset({"application/xhtml+xml", "text/html"})


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every page that the spine names; links from page to page are the book's own."""
    archive = Archive(document.data)
    found = [
        replace(each, section=clean(SECTION_SEPARATOR.join(filter(None, (part, each.section)))))
        for part in _parts(archive)
        for each in _page(replace(document, text=decode(archive.read(part))), settings)
    ]
    return Reading(found, remarks=() if archive.is_whole else (_REMARK,))


def _page(page: Document, settings: ExtractSettings) -> Iterator[Occurrence]:
    links, _ = hypertext.read(page.text, settings)
    for each in occurrences(page, links):
        target = resolve(each.href)
        if not (isinstance(target, Rejected) and target.reason is Rejection.RELATIVE):
            yield each


def _parts(archive: Archive) -> list[str]:
    """Return the names of the pages, in the order of the spine, each once: EPUB 3.3 §5."""
    package = next(
        (
            each["full-path"]
            for each in _starts(archive, _CONTAINER, "rootfile")
            if "full-path" in each
        ),
        "",
    )
    pages = {
        item["id"]: posixpath.normpath(posixpath.join(posixpath.dirname(package), item["href"]))
        for item in _starts(archive, package, "item")
        if {"id", "href"} <= item.keys() and item.get("media-type") in _PAGES
    }
    spine = (each.get("idref", "") for each in _starts(archive, package, "itemref"))
    return [unquote(pages[each]) for each in dict.fromkeys(spine) if each in pages]


def _starts(archive: Archive, member: str, name: str) -> Iterator[dict[str, str]]:
    for token in tokens(decode(archive.read(member))):
        if isinstance(token, Start) and local(token.name) == name:
            yield {key: value.text for key, value in token.attributes.items()}

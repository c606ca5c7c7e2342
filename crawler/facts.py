"""Resource metadata: from a response to `PageFacts`. Which of the things that a page says counts.

A page that cannot be read costs facts and nothing else.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from selectolax.lexbor import LexborNode

from crawler import pointers
from crawler.dates import iso_date
from crawler.drift import content_of
from crawler.files import file_name, file_type
from crawler.jsonld import MARK, Linked, read_linked
from crawler.language import read_language
from crawler.markup import unescape
from crawler.model import PageFacts, Response
from crawler.page import Page, is_page, is_pdf
from crawler.pdf import pdf_title
from crawler.tables import page_types
from crawler.text import clean
from crawler.titles import ORDER, choose
from crawler.urls import Url

_DESCRIPTION_LIMIT: Final = 500
_GENERIC: Final = "website"

_METAS: Final[Mapping[str, tuple[str, ...]]] = {
    "citation": ("citation_title",),
    "og": ("og:title",),
    "twitter": ("twitter:title",),
    "dc": ("dcterms.title", "dc.title"),
}
_ELEMENTS: Final[Mapping[str, Callable[[Page], list[LexborNode]]]] = {
    # An SVG's title may come first in a page: the document's own stands in the head, or it is
    # one that no drawing holds.
    "html": lambda page: page.titles,
    "html-body": lambda page: page.tree.css("body > title, main > title, div > title"),
    "h1": lambda page: page.headings,
}
_DESCRIPTIONS: Final = (
    "og:description", "description", "twitter:description", "dcterms.description",
    "dc.description", "citation_abstract",
)  # fmt: skip
_PUBLISHED: Final = (
    "article:published_time", "citation_publication_date", "citation_date",
    "citation_online_date", "datepublished", "dcterms.issued", "dcterms.created",
    "dc.date.issued", "dc.date.created", "dcterms.date", "dc.date", "date", "pubdate",
)  # fmt: skip
_MODIFIED: Final = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "last-modified",
)  # fmt: skip
_REPOSITORY: Final = re.compile(r"/[^/]+/[^/]+/?")
_ARCHIVED: Final = b"This repository was archived by the owner on"
_WITHIN: Final = 300  # bytes behind those words in which the date stands
_DAY: Final = re.compile(r'datetime="([^"<>]{8,40})"|([A-Z][a-z]{2,8} \d{1,2}, \d{4})')


def read_facts(page: Page | None, response: Response, url: Url) -> PageFacts:
    """Read what a response says of its resource. Never raises. `url`: the one that answered."""
    kind = clean(response.media_type) or None
    if page is not None:
        return _of_page(page, response, url, kind)
    if is_page(response) or response.is_error:
        return PageFacts(kind)
    return _of_file(response, url, kind)


def _of_page(page: Page, response: Response, url: Url, kind: str | None) -> PageFacts:
    linked = _linked(page)
    links = pointers.head_links(page)
    titles = dict(_titles(page, linked))
    site = _tidy(page.meta("og:site_name", "application-name") or linked.publisher)
    names = (page.meta("og:site_name"), page.meta("application-name"), linked.publisher)
    title, source = choose(titles, filter(None, names), url.host) or (None, None)
    language = read_language(page, response, url)
    return PageFacts(
        content_type=kind,
        title=title,
        title_source=source,
        language=language.language,
        language_source=language.source,
        description=_tidy(page.meta(*_DESCRIPTIONS) or linked.description, _DESCRIPTION_LIMIT),
        canonical_url=pointers.canonical(page, links, response, url),
        site=site,
        author=_author(page, linked),
        published=_date(page, _PUBLISHED, linked.published),
        modified=_date(page, _MODIFIED, linked.modified),
        image=pointers.image(page, links, linked.image, url),
        type=_type(page, linked),
        licence=pointers.licence(page, links, linked.licence, url),
        language_declared=language.declared,
        language_detected=language.detected,
        archived=_archived(page, url),
        titles=tuple(titles.items()),
        feeds=pointers.feeds(links, url),
        content=content_of(page.visible, language.language),
    )


def _of_file(response: Response, url: Url, kind: str | None) -> PageFacts:
    name = file_name(response.headers.get("content-disposition", ""), url)
    inside = None
    if response.body and is_pdf(response):
        inside = _tidy(pdf_title(response.body, whole=not response.truncated))
    pairs = (("pdf", inside), ("file-name", name))
    titles = tuple((source, title) for source, title in pairs if title)
    if inside and name and inside.casefold() == name.casefold():
        titles = titles[1:]
    source, title = titles[0] if titles else (None, None)
    return PageFacts(
        content_type=kind,
        title=title,
        title_source=source,
        modified=iso_date(response.headers.get("last-modified", "")),
        type=file_type(kind or ""),
        titles=titles,
    )


def _tidy(text: str | None, limit: int = 300) -> str | None:
    """Clean a text; references that were escaped twice are decoded a second time."""
    if not text:
        return None
    return clean(unescape(text[: 8 * limit]) if "&" in text else text, limit) or None


def _linked(page: Page) -> Linked:
    if MARK in page.source:
        return read_linked(page.source)
    return read_linked(page.text) if MARK.encode() in page.body else Linked()


def _titles(page: Page, linked: Linked) -> Iterator[tuple[str, str]]:
    """Yield all titles that a page has, the best place first."""
    has_title = False
    for source in ORDER:
        if source == "html-body" and has_title:
            continue
        if source in _ELEMENTS:
            texts = (_tidy(node.text()) for node in _ELEMENTS[source](page))
            title = next(filter(None, texts), None)
            has_title |= title is not None
        else:
            title = _tidy(page.meta(*_METAS[source]) if source in _METAS else linked.headline)
        if title:
            yield source, title


def _author(page: Page, linked: Linked) -> str | None:
    single = (page.meta(name) for name in ("author", "article:author", "dcterms.creator"))
    several = (page.metas("citation_author"), linked.authors)
    choices = (*several, *((each,) for each in single if each), page.metas("dc.creator"))
    for choice in choices:
        names = [name for each in choice if (name := _tidy(each)) and "://" not in name]
        if names:
            # "Doe, Jane" is one person.
            return _tidy(("; " if any("," in name for name in names) else ", ").join(names))
    return None


def _date(page: Page, names: tuple[str, ...], linked: str | None) -> str | None:
    written = (*(page.meta(name) for name in names[:1]), linked, *map(page.meta, names[1:]))
    return next(filter(None, (iso_date(each) for each in written if each)), None)


def _type(page: Page, linked: Linked) -> str | None:
    """Return our word for what a page is about: the most special that it says of itself."""
    if page.meta("citation_title"):
        return "paper"
    named = page_types().get((page.meta("og:type") or "").strip().lower())
    special = next((each for each in (linked.type, named) if each and each != _GENERIC), None)
    return special or linked.type or named


def _archived(page: Page, url: Url) -> str | None:
    """Return since when a repository on GitHub has been archived, by the words above it."""
    if url.host != "github.com" or not _REPOSITORY.fullmatch(url.path):
        return None
    at = page.body.find(_ARCHIVED)
    words = page.body[at : at + _WITHIN].decode("latin-1") if at >= 0 else ""
    match = _DAY.search(words)
    return iso_date(match[1] or match[2]) if match else None

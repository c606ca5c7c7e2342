"""Resource metadata: from a response to `PageFacts`.

A page that cannot be read costs facts and nothing else.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from crawler.language import read_language
from crawler.model import PageFacts, Response
from crawler.page import Page, media_type
from crawler.text import clean
from crawler.urls import Target, Url, resolve

_DESCRIPTION_LIMIT: Final = 500

Finder: TypeAlias = Callable[[Page], str | None]


def read_facts(page: Page | None, response: Response, url: Url) -> PageFacts:
    """Read what a response says of its resource. Never raises. `url`: the one that answered."""
    kind = clean(media_type(response)) or None
    if page is None:
        title = _file_title(response)
        return PageFacts(kind, title, "file-name" if title else None)
    title, title_source = _first(page, _TITLES)
    language = read_language(page, response)
    return PageFacts(
        content_type=kind,
        title=title,
        title_source=title_source,
        language=language.language,
        language_source=language.source,
        description=_description(page),
        canonical_url=_canonical(page.tree, url),
        site=_cleaned(page.meta("og:site_name")),
        author=_cleaned(page.meta("author", "citation_author", "article:author")),
        published=_cleaned(page.meta("article:published_time", "citation_date", "date")),
        language_declared=language.declared,
        language_detected=language.detected,
    )


def _first(page: Page, finders: Mapping[str, Finder]) -> tuple[str | None, str | None]:
    for name, find in finders.items():
        if value := _cleaned(find(page)):
            return value, name
    return None, None


def _element(selector: str) -> Finder:
    def find(page: Page) -> str | None:
        for node in page.tree.css(selector):
            if text := node.text().strip():
                return text
        return None

    return find


def _cleaned(text: str | None) -> str | None:
    return (clean(text) or None) if text else None


_TITLES: Final[Mapping[str, Finder]] = {
    "og": lambda page: page.meta("og:title"),
    # An SVG's title may come first in a page: the document's own stands in the head, or it is
    # one that no drawing holds.
    "html": _element("head > title"),
    "html-body": _element("body > title, main > title, div > title"),
    "twitter": lambda page: page.meta("twitter:title"),
    "citation": lambda page: page.meta("citation_title"),
    "h1": _element("h1"),
}


def _description(page: Page) -> str | None:
    text = page.meta("og:description", "description", "twitter:description")
    return (clean(text, _DESCRIPTION_LIMIT) or None) if text else None


def _canonical(tree: LexborHTMLParser, url: Url) -> str | None:
    node = tree.css_first('link[rel~="canonical" i]')
    written = node.attributes.get("href") if node else None
    target = resolve(written, str(url)) if written else None
    if not isinstance(target, Target) or _mistaken(target, url):
        return None
    return str(target.url)


def _mistaken(canonical: Target, url: Url) -> bool:
    """Recognise what sites name by mistake: this is no other address of the page."""
    named = canonical.url
    if named == url:
        return canonical.fragment is not None
    if named.target == "/" and url.path != "/":
        return True  # all pages of a site name its front page
    # The machine on which the site was built. A host whose last label is a number is an address.
    last = named.host.rpartition(".")[2]
    built = last == "localhost" or last.endswith("]") or last.isdigit()
    return built and named.host != url.host


_FILE_NAME: Final = re.compile(r"""filename\*?\s*=\s*(?:UTF-8'[^']*')?"?([^";]+)""", re.IGNORECASE)


def _file_title(response: Response) -> str | None:
    match = _FILE_NAME.search(response.headers.get("content-disposition", ""))
    return _cleaned(unquote(match[1])) if match else None

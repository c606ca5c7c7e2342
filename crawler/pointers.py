"""The addresses that a page names as its own: canonical, image, feeds, licence."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from crawler import markup
from crawler.model import Response
from crawler.page import Page
from crawler.urls import Target, Url, resolve

MAX_FEEDS: Final = 5
MAX_LINKS: Final = 400

_FEEDS: Final = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
})  # fmt: skip
_MAX_HEADER: Final = 8_192
_HEADER_LINK: Final = re.compile(r"<([^<>]{1,2048})>([^<>]{0,512})")
_HEADER_RELATION: Final = re.compile(
    r""";\s*+rel\s*+=\s*+(?:"([^"]*+)"|([^\s;,]++))""", re.IGNORECASE
)
_LICENSED: Final = b'rel="license"'
_FOOTER: Final = 32_768
_MAX_TAG: Final = 2_048

Links: TypeAlias = list[tuple[frozenset[str], str, str]]
"""Of each `link` in the head: what it is (`rel`), its media type, its address as written."""


def head_links(page: Page) -> Links:
    """Return the `link` elements of a page's head that have an address."""
    links = []
    for node in page.in_head("link[href]")[:MAX_LINKS]:
        attributes = node.attributes
        relations = frozenset((attributes.get("rel") or "").lower().split())
        kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
        links.append((relations, kind, attributes.get("href") or ""))
    return links


def canonical(page: Page, links: Links, response: Response, url: Url) -> str | None:
    """Return the address that a page says is its own, unless that is a known mistake."""
    written = [href for relations, _, href in links if "canonical" in relations]
    written += _header_links(response.headers.get("link", ""), "canonical")
    written += filter(None, [page.meta("og:url")])
    for each in written:
        target = resolve(each, str(url)) if each.strip() else None
        if isinstance(target, Target) and not _mistaken(target, url):
            return str(target.url)
    return None


def feeds(links: Links, url: Url) -> tuple[str, ...]:
    """Return the addresses of a page's feeds, without repetition."""
    written = [
        href for relations, kind, href in links if "alternate" in relations and kind in _FEEDS
    ]
    return tuple(dict.fromkeys(_resolved(written, url)))[:MAX_FEEDS]


def image(page: Page, links: Links, linked: str | None, url: Url) -> str | None:
    """Return the address of the image that stands for a page."""
    written = (
        page.meta("og:image", "og:image:url", "og:image:secure_url"),
        page.meta("twitter:image", "twitter:image:src"),
        linked,
        *(href for relations, _, href in links if "image_src" in relations),
    )
    return next(_resolved(filter(None, written), url), None)


def licence(page: Page, links: Links, linked: str | None, url: Url) -> str | None:
    """Return the address of the licence that a page is under."""
    rights = (page.meta(name) for name in ("dcterms.license", "dcterms.rights", "dc.rights"))
    written = (
        *(href for relations, _, href in links if "license" in relations),
        linked,
        *(each for each in rights if each and each.startswith(("https://", "http://"))),
        _footer_licence(page.body),
    )
    return next(_resolved(filter(None, written), url), None)


def _resolved(written: Iterable[str], url: Url) -> Iterator[str]:
    for each in written:
        target = resolve(each, str(url)) if each.strip() else None
        if isinstance(target, Target):
            yield str(target.url)


def _header_links(header: str, relation: str) -> Iterator[str]:
    for href, parameters in _HEADER_LINK.findall(header[:_MAX_HEADER]):
        match = _HEADER_RELATION.search(parameters)
        if match and relation in (match[1] or match[2] or "").lower().split():
            yield href


def _footer_licence(body: bytes) -> str | None:
    """Return the address in the mark of Creative Commons, which stands at the end of a page."""
    at = body.find(_LICENSED, -_FOOTER)
    start = body.rfind(b"<", max(0, at - _MAX_TAG), at) if at >= 0 else -1
    if start < 0:
        return None
    tag = next(markup.tokens(body[start : at + _MAX_TAG].decode("latin-1")), None)
    href = tag.attributes.get("href") if isinstance(tag, markup.Tag) else None
    return href.text if href else None


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

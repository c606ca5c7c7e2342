"""What is asked at a site's door before its pages are: robots.txt, and the sitemaps that it names.

They are no links of anybody, so that nothing which comes of them is held against any.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from crawler.fetch import Fetcher
from crawler.media import document_of
from crawler.model import Document, Reads, Response
from crawler.robots import Robots, read_robots
from crawler.sitemaps import locations
from crawler.urls import Target, Url, resolve

MAX_SITEMAPS: Final = 200
"""Sitemaps of one site: an index may name 50,000."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A sitemap: the pages that it lists, itself as a document, and what there is to remark on."""

    pages: tuple[Url, ...]
    document: Document | None
    remarks: tuple[str, ...]


async def ask_robots(fetcher: Fetcher, site: Url, agent: str) -> Robots:
    """Ask what the site of a URL lets robots do."""
    there = Url(site.scheme, site.authority, "/robots.txt")
    return read_robots(await fetcher.fetch_aside(there, Reads.ANYTHING), agent)


async def ask_sitemaps(
    fetcher: Fetcher, site: Url, robots: Robots, source: str
) -> AsyncIterator[Listed]:
    """Yield the sitemaps of a site: those that its robots.txt names, or the usual one."""
    usual = Url(site.scheme, site.authority, "/sitemap.xml")
    waiting = list(robots.sitemaps or (usual,))
    known = set(waiting)
    for there in waiting:  # it grows: indexes name others
        fetch = await fetcher.fetch_aside(there, Reads.ANYTHING)
        response = fetch.outcome
        if not isinstance(response, Response) or not response.is_success:
            if there != usual:
                remark = f"{there}: robots.txt names this sitemap, and it could not be had."
                yield Listed((), None, (remark,))
            continue
        found = locations(response.body)
        for url in _resolved(found.sitemaps, fetch.effective_url):
            if url not in known and len(known) < MAX_SITEMAPS:
                known.add(url)
                waiting.append(url)
        cut = found.truncated or response.truncated
        remarks = (f"{there}: is too large, so that only its beginning was read.",) if cut else ()
        pages = tuple(_resolved(found.pages, fetch.effective_url))
        yield Listed(pages, document_of(fetch, source) if pages else None, remarks)


def _resolved(written: tuple[str, ...], base: Url) -> list[Url]:
    targets = (resolve(each, str(base)) for each in written)
    return [target.url for target in targets if isinstance(target, Target)]

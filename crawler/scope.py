"""Which pages of the web are read for links: where a site ends, and where a trap begins.

Holds state, performs nothing. A bound keeps a page from being read and no link from being looked
at: what it leaves out is counted, and told.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from crawler.urls import Url

Origin: TypeAlias = tuple[str, str]

# Calendars, sessions and links that pile up (`/a/a/a/`): as other crawlers of archives bound them.
MAX_SEGMENTS: Final = 20
MAX_LENGTH: Final = 2000
MAX_REPEATED: Final = 4
MAX_VARIANTS: Final = 100


class Bound(StrEnum):
    """Why a page of a site is not read for links."""

    DEPTH = "depth"
    PAGES = "pages"
    LENGTH = "length"
    SEGMENTS = "segments"
    REPEATED = "repeated"
    VARIANTS = "variants"


_WORDS: Final[Mapping[Bound, str]] = {
    Bound.DEPTH: "deeper than --depth",
    Bound.PAGES: "beyond --max-pages",
    Bound.LENGTH: f"at addresses of more than {MAX_LENGTH} characters",
    Bound.SEGMENTS: f"more than {MAX_SEGMENTS} directories deep",
    Bound.REPEATED: f"with one directory more than {MAX_REPEATED} times in their path",
    Bound.VARIANTS: f"beyond {MAX_VARIANTS} that differ in their query alone",
}


@dataclass(slots=True)
class _Site:
    """One origin: the directories that are read, each for a source, and what was left out."""

    directories: dict[str, str] = field(default_factory=dict)
    pages: int = 0
    variants: Counter[str] = field(default_factory=Counter)
    left_out: Counter[Bound] = field(default_factory=Counter)

    def source(self, path: str) -> str | None:
        """Return the source of the deepest directory that a path is in."""
        around = (each for each in self.directories if path.startswith(each))
        deepest = max(around, key=len, default=None)
        return None if deepest is None else self.directories[deepest]


class Scope:
    """The sites of a run. `depth`: how many links away from the operator's pages are read."""

    def __init__(self, max_pages: int, depth: int | None = None) -> None:
        self._max_pages = max_pages
        self._depth = depth
        self._sites: dict[Origin, _Site] = {}

    def open(self, url: Url, source: str) -> None:
        """Take in a page that a source has led to: what stands in its directory is read."""
        site = self._sites.setdefault(origin_of(url), _Site())
        site.directories.setdefault(url.path[: url.path.rindex("/") + 1], source)

    def covers(self, url: Url) -> bool:
        """Tell whether a page is one of a site that is read."""
        return self.source(url) is not None

    def source(self, url: Url) -> str | None:
        """Return the source that a page is read for, if it is read."""
        site = self._sites.get(origin_of(url))
        return site.source(url.path) if site else None

    def admits(self, url: Url, depth: int) -> bool:
        """Tell whether one more page of a site is to be read; it is counted either way."""
        site = self._sites[origin_of(url)]
        bound = self._bound(site, url, depth)
        if bound is not None:
            site.left_out[bound] += 1
            return False
        site.pages += 1
        if is_variant(url):
            site.variants[_shape(url)] += 1
        return True

    def give_back(self, url: Url) -> None:
        """Take in that what was admitted was nothing to be read, such as an image."""
        self._sites[origin_of(url)].pages -= 1

    def remarks(self) -> Iterator[str]:
        """Yield a sentence for each kind of page that was looked at and not read."""
        for (scheme, authority), site in sorted(self._sites.items()):
            for bound, number in sorted(site.left_out.items()):
                pages = "page was" if number == 1 else "pages were"
                yield (
                    f"{scheme}://{authority}: {number} {pages} looked at and not read for links: "
                    f"{_WORDS[bound]}."
                )

    def _bound(self, site: _Site, url: Url, depth: int) -> Bound | None:
        if self._depth is not None and depth > self._depth:
            return Bound.DEPTH
        if trap := trap_of(url):
            return trap
        if is_variant(url) and site.variants[_shape(url)] >= MAX_VARIANTS:
            return Bound.VARIANTS
        return Bound.PAGES if site.pages >= self._max_pages else None


def origin_of(url: Url) -> Origin:
    """Return scheme, host and port: what is one site, and has one robots.txt."""
    return url.scheme, url.authority


def is_variant(url: Url) -> bool:
    """Tell whether a path may stand for many pages: it has a query, or parameters of its own."""
    return "?" in url.target or ";" in url.target


def trap_of(url: Url) -> Bound | None:
    """Tell by a page's address alone whether it is one of those that some sites have no end of.

    >>> from crawler.urls import resolve
    >>> trap_of(resolve("https://a.example/x/y/x/x/y/x/x/").url)
    <Bound.REPEATED: 'repeated'>
    """
    if len(url.target) > MAX_LENGTH:
        return Bound.LENGTH
    segments = [each for each in _shape(url).split("/") if each]
    if len(segments) > MAX_SEGMENTS:
        return Bound.SEGMENTS
    repeated = max(Counter(segments).values(), default=0) > MAX_REPEATED
    return Bound.REPEATED if repeated else None


def _shape(url: Url) -> str:
    """Return a path without its parameters: a session's name in it makes no other page."""
    return "/".join(each.partition(";")[0] for each in url.path.split("/"))

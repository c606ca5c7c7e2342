"""Pages of the web that are read for links: those that the operator names, and what they lead to.

Holds state, asks nothing but what is at a site's door. The look that judges a page as a link is
what reads it: it is fetched once. Whoever looks at links asks what a page is wanted for, hands in
what came of it, and gets back what is to be looked at next.

Pages are read in rounds, each one link further away: which of them are read does not depend on
which server was quicker.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from crawler.collect import Collection
from crawler.doors import Listed, ask_robots, ask_sitemaps
from crawler.fetch import Fetcher
from crawler.late import LateFragments
from crawler.media import document_of, is_followed
from crawler.model import (
    Document,
    Entrance,
    Fetch,
    Link,
    Observation,
    Outcome,
    Place,
    Reads,
    Response,
    Unread,
    Verdict,
)
from crawler.robots import Robots, forbids_following
from crawler.scope import Origin, Scope, origin_of
from crawler.settings import Settings
from crawler.unasked import judge_unasked
from crawler.urls import Target, Url
from crawler.views import Lookup

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


class Following:
    """The pages of one run. Nothing else is looked at before the operator's own were.

    `had`: tells of links that need no look any more, for this run had it before it was killed.
    """

    def __init__(
        self,
        collection: Collection,
        settings: Settings,
        had: Callable[[Url], bool] = lambda _: False,
    ) -> None:
        self._before = collection
        self._known_remarks = len(collection.collector.remarks)
        self._known_unread = len(collection.collector.collected().unread)
        self._collector = collection.collector
        self._links = collection.links
        self._settings = settings
        self._had = had
        self._entrances = {each.url: each for each in collection.entrances}
        self._own = len(collection.links)  # those of the operator's documents
        for url in self._entrances:
            self._links.add(Target(url))
        self._scope = Scope(settings.select.max_pages, settings.select.depth)
        self._robots: dict[Origin, Robots] = {}
        self._doors: list[Url] = []
        self._depths = dict.fromkeys(self._entrances, 0)
        self._awaited = set(self._entrances)
        self._found: dict[Url, int] = {}
        self._handed = 0
        self._is_open = self._is_opening = self._is_cut = False
        self._read: set[Url] = set()
        self._unlinked: set[Url] = set()
        self._held: set[Url] = set()  # led to only by pages that ask that nothing be followed
        self._let_go: list[Url] = []
        self._unread: dict[Url, Unread] = {}
        self._failed: set[Url] = set()
        self._late = LateFragments(collection)

    def first(self) -> list[Link]:
        """Return the pages that the operator has named."""
        return [Link(url) for url in self._entrances]

    def wants(self, url: Url) -> Reads:
        """Return what the answer of a link is wanted for."""
        return Reads.DOCUMENT if url in self._depths else Reads.PAGE

    def is_inside(self, url: Url) -> bool:
        """Tell whether a link is one of the sites' that are read, be it read itself or not."""
        return url in self._depths or self._scope.covers(url)

    def forbids(self, url: Url) -> bool:
        """Tell whether a link that pages have led to is not to be asked: robots.txt says so."""
        robots = self._robots.get(origin_of(url))
        if robots is None or robots.allow(url):
            return False
        number = self._links.number(url)
        return number is not None and number >= self._own and url not in self._entrances

    def take(self, fetch: Fetch, look: Observation) -> list[Link]:
        """Read what came of a link, if it is to be read; return what to look at now."""
        depth = self._depths.get(look.url)
        if depth is None:
            return []
        self._awaited.discard(look.url)
        entrance = self._entrances.get(look.url)
        if entrance is not None:
            self._enter(entrance, fetch, look)
        else:
            self._visit(fetch, look)
        return self._go_on(depth + 1) if self._is_open and not self._doors else []

    @property
    def is_at_a_door(self) -> bool:
        """Whether the operator's pages were had, and it is to be asked what their sites allow."""
        return not (self._awaited or self._is_opening) and (not self._is_open or bool(self._doors))

    async def enter(self, fetcher: Fetcher) -> list[Link]:
        """Ask what the sites allow and list; return what to look at now."""
        self._is_opening = True
        while self._doors:
            await self._open(self._doors[-1], fetcher)
            self._doors.pop()
        self._is_open, self._is_opening = True, False
        return self._go_on(1)

    def waiting(self) -> list[Link]:
        """Return the links that nobody was told to look at yet, when no more will be."""
        found = [self.link(url) for url in self._found] + self._let_wait()
        self._found.clear()
        self._is_cut = bool(found or self._awaited or not self._is_open)
        return found + [link for link in self._new() if not self._had(link.url)]

    def collected(self, unasked: Mapping[Url, Verdict]) -> Collection:
        """Return all that was read, by the operator's documents and from the web."""
        for url, entrance in self._entrances.items():
            if url in unasked and url not in self._unread:
                self._unread[url] = _unread(entrance, unasked[url].reason, unasked[url].detail)
        before, remarks = self._before, self._collector.remarks[self._known_remarks :]
        cut = {each.source for each in self._entrances.values()} if self._is_cut else set()
        collected = self._collector.collected()
        return replace(
            collected,
            remarks=(*before.remarks, *remarks, *self._remarks()),
            entrances=before.entrances,
            unread=(
                *before.unread,
                *collected.unread[self._known_unread :],
                *self._unread.values(),
            ),
            missed=frozenset(map(str, self._failed)) | cut,
        )

    def link(self, url: Url) -> Link:
        """Return a link with all that is asked of its page by now."""
        return self._links.link(self._links.add(Target(url)))

    def at_last(self, link: Link) -> Link:
        """Return a link with all that is asked of its page by now: it is about to be looked at."""
        link = self.link(link.url)
        self._late.looked_at(link)
        return link

    def corrected(self, looks: Lookup[Observation]) -> Iterator[Observation]:
        """Yield the looks at pages that lack what was asked of them only after their look."""
        self._collector.remarks += self._late.remarks(looks)
        return self._late.corrected(looks)

    def _enter(self, entrance: Entrance, fetch: Fetch, look: Observation) -> None:
        self._unread.pop(entrance.url, None)  # a second look may do better than the first
        there, judged = fetch.effective_url, look.verdict
        if judged.outcome not in _THERE:
            self._unread[entrance.url] = _unread(entrance, judged.reason, judged.detail)
            return
        if self._settings.select.recursive:
            self._scope.open(there, entrance.source)
            if origin_of(there) not in map(origin_of, self._doors) and not self._robots_of(there):
                self._doors.append(there)
        if there in self._read:
            return
        document = document_of(fetch, entrance.source)
        if document is None:
            detail = f"It holds nothing that is read ({look.facts.content_type})."
            self._unread[entrance.url] = _unread(entrance, "no-document", detail)
        else:
            self._keep(document, fetch, look)

    def _visit(self, fetch: Fetch, look: Observation) -> None:
        """Read a page that others have led to, if it still is one of the site, and a new one."""
        there, judged = fetch.effective_url, look.verdict
        if judged.outcome not in _THERE:
            if judged.outcome is not Outcome.BROKEN:  # it may be there the next time
                self._failed.add(look.url)
            return
        self._failed.discard(look.url)
        source, robots = self._scope.source(there), self._robots_of(there)
        new = source is not None and there not in self._read and robots and robots.allow(there)
        document = document_of(fetch, source or "") if new else None
        if document is not None and is_followed(document):
            self._keep(document, fetch, look)
        else:
            self._scope.give_back(look.url)

    def _keep(self, document: Document, fetch: Fetch, look: Observation) -> None:
        self._read.add(fetch.effective_url)
        known = len(self._links)
        if self._is_to_be_followed(document, fetch):
            self._collector.take(document, self._is_linked)
        else:
            self._collector.take(document, self._is_named)
            self._held |= set(map(self._links.url, range(known, len(self._links))))
        self._late.keep(look.url, fetch, document.text)
        if isinstance(fetch.outcome, Response) and fetch.outcome.truncated:
            size = len(fetch.outcome.body)
            self._collector.remarks.append(
                f"{document.name}: only its first {size} bytes were read; what it links to behind "
                "them is not known."
            )

    def _is_to_be_followed(self, document: Document, fetch: Fetch) -> bool:
        if not self._settings.select.nofollow:
            return True
        headers = fetch.outcome.headers if isinstance(fetch.outcome, Response) else {}
        return not forbids_following(headers, document.text)

    def _is_linked(self, place: Place) -> bool:
        """Take in that a page leads to something."""
        if isinstance(place.target, Target) and place.target.url in self._held:
            self._held.discard(place.target.url)
            number = self._links.number(place.target.url)
            if number is not None and number < self._handed:  # else its turn is still to come
                self._let_go.append(place.target.url)
        return self._is_named(place)

    def _is_named(self, place: Place) -> bool:
        """Take in that a page links to something, be it to be followed or not."""
        if isinstance(place.target, Target):
            self._unlinked.discard(place.target.url)
        return True

    async def _open(self, door: Url, fetcher: Fetcher) -> None:
        """Ask what a site allows, and which pages it lists itself."""
        site = f"{door.scheme}://{door.authority}"
        robots = Robots()
        if self._settings.select.robots:
            robots = await ask_robots(fetcher, door, self._settings.fetch.user_agent)
        self._robots[origin_of(door)] = robots
        if robots.shut:
            self._collector.remarks.append(
                f"{site}: its robots.txt cannot be obeyed ({robots.shut}), so nothing is followed "
                "there."
            )
            return
        fetcher.keep_apart(door, robots.delay)
        source = self._scope.source(door) or ""
        room, more = self._settings.select.max_pages, 0
        async for sitemap in ask_sitemaps(fetcher, door, robots, source):
            listed = sorted({url for url in sitemap.pages if self._scope.covers(url)})
            self._list(sitemap, frozenset(listed[:room]))
            room, more = max(0, room - len(listed)), more + len(listed[room:])
        if more:
            self._collector.remarks.append(
                f"{site}: {more} of the pages that sitemaps list were left out: beyond --max-pages."
            )

    def _list(self, sitemap: Listed, pages: frozenset[Url]) -> None:
        """Take in the pages that a site lists, as far as they are to be read."""
        self._unlinked |= {url for url in pages if url not in self._links}
        for url in sorted(pages):
            self._links.add(Target(url))
        self._collector.remarks += sitemap.remarks
        if sitemap.document is not None:
            self._collector.take(
                sitemap.document,
                lambda place: isinstance(place.target, Target) and place.target.url in pages,
            )

    def _go_on(self, depth: int) -> list[Link]:
        """Sort out links that are new: what to look at now, and what to read in the next round."""
        now = []
        for link in self._new():
            if self._is_to_be_read(link.url):
                self._found[link.url] = depth
            elif not (self._had(link.url) or link.url in self._held):
                now.append(link)
        return now if self._awaited else now + self._next_round()

    def _new(self) -> Iterator[Link]:
        numbers = range(self._handed, len(self._links))
        self._handed = numbers.stop
        let_go, self._let_go = self._let_go, []
        new = chain(map(self._links.link, numbers), map(self.link, let_go))
        return (link for link in new if link.url not in self._entrances)

    def _is_to_be_read(self, url: Url) -> bool:
        if url in self._held or not self._scope.covers(url):
            return False
        if judge_unasked(url, self._settings.select):
            return False
        robots = self._robots_of(url)
        return robots is not None and robots.allow(url)

    def _next_round(self) -> list[Link]:
        links = []
        for url in sorted(self._found):
            depth = self._found[url]
            if self._scope.admits(url, depth):
                self._depths[url] = depth
                self._awaited.add(url)
            elif self._had(url):
                continue
            links.append(self.link(url))
        self._found.clear()
        return links if self._awaited else links + self._let_wait()

    def _let_wait(self) -> list[Link]:
        """Return links that nobody has led to who lets them be followed, once nobody will."""
        links = [self.link(url) for url in sorted(self._held) if not self._had(url)]
        self._held.clear()
        return links

    def _robots_of(self, url: Url) -> Robots | None:
        return self._robots.get(origin_of(url))

    def _remarks(self) -> Iterator[str]:
        yield from self._scope.remarks()
        if self._unlinked and not self._is_cut:
            number, one = len(self._unlinked), min(self._unlinked)
            yield (
                f"{number} of the pages that sitemaps list {'is' if number == 1 else 'are'} linked "
                f"from no page that was read, such as {one}."
            )


def _unread(entrance: Entrance, code: str, detail: str) -> Unread:
    return Unread(entrance.source, f"could not be read: {detail.rstrip('.')}", code)

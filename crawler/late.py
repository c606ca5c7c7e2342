"""Fragments that are asked for after their page was looked at: another page led to them later.

What the pages have that are read is kept, in the scratch file, until every one was; of others
nothing is, so that it is counted what was not looked for there.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from crawler.collect import Collection
from crawler.fragments import missing_names, parted, places_on
from crawler.model import Fetch, Link, Observation, Outcome, Response
from crawler.urls import Url
from crawler.views import Lookup

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


class LateFragments:
    """The anchors of pages that were read for links, and what was asked of all others in time."""

    def __init__(self, collection: Collection) -> None:
        self._links = collection.links
        self._scratch = collection.scratch
        self._tickets: dict[Url, int] = {}
        self._asked: dict[Url, int] = {}

    def keep(self, url: Url, fetch: Fetch, source: str) -> None:
        """Keep what the page of a link has; nothing if it cannot tell, or if it is another's."""
        if fetch.fragment is not None or not isinstance(fetch.outcome, Response):
            return
        anchors = places_on(fetch.outcome, source, fetch.effective_url)
        if anchors is not None:
            self._tickets[url] = self._scratch.keep((tuple(anchors),))

    def looked_at(self, link: Link) -> None:
        """Take in what is asked of a page at the time of its look."""
        if link.fragments:
            self._asked[link.url] = len(link.fragments)

    def remarks(self, looks: Lookup[Observation]) -> Iterator[str]:
        """Yield a sentence if there are pages elsewhere that more is asked of than was."""
        later = [
            link
            for link in self._links
            if len(link.fragments) > self._asked.get(link.url, 0)
            and link.url not in self._tickets
            and (look := looks.get(link.url))
            and look.verdict.outcome in _THERE
        ]
        if later:
            pages = "page elsewhere was" if len(later) == 1 else "pages elsewhere were"
            yield (
                f"{len(later)} {pages} looked at before a place on it was asked for, so that this "
                f"place was not looked for: such as on {later[0].url}."
            )

    def corrected(self, looks: Lookup[Observation]) -> Iterator[Observation]:
        """Yield the looks at pages that lack more than their looks have found missing."""
        for url, ticket in self._tickets.items():
            number, look = self._links.number(url), looks.get(url)
            if number is None or look is None:
                continue
            names = {parted(each)[0] for each in self._links.link(number).fragments}
            if names:
                anchors = frozenset(self._scratch.value(ticket)[0])
                known = set(look.missing_fragments)
                missing = known.union(missing_names(names, anchors, look.final_url or url))
                if missing > known:
                    yield replace(look, missing_fragments=tuple(sorted(missing)))

"""What a run has seen so far, what it leads to, and what that changes. No I/O of its own."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from crawler.agenda import Agenda
from crawler.collect import Collection
from crawler.conduct import Conduct
from crawler.kept import ByLink, Held, Links, looks_at, states_of
from crawler.model import LinkState, Observation, Transition
from crawler.network import Signs
from crawler.settings import Settings
from crawler.transitions import Past, needs_past, of_look
from crawler.urls import Target, Url
from crawler.views import Lookup

HELD: Final = 5_000
"""So many looks memory holds as they are, in 12 MB: to pack them costs a twentieth of a run."""


class Seen:
    """What a run has seen so far; of many looks no more is in memory than where they are kept."""

    def __init__(
        self,
        collection: Collection,
        known: Lookup[LinkState],
        settings: Settings,
        past: Callable[[Url], Past] = lambda _: Past(),
        ahead: Iterable[LinkState] = (),
    ) -> None:
        links, scratch = collection.links, collection.scratch
        few = len(links) <= HELD and not collection.entrances  # pages lead to any number
        self.looks: Held[Observation] | ByLink[Observation]
        self.looks = Held() if few else looks_at(links, scratch)
        self.signs = Signs()
        self.earlier = 0
        self.undated = False  # the clock is behind: nobody knows what comes of its looks
        self._known = known
        self._states: Held[LinkState] | ByLink[LinkState]
        self._states = Held() if few else states_of(links, scratch)
        self._health = settings.health
        self._past = past
        # What a run has told whose clock was ahead is no more believed, and told all the same.
        self._told = {state.url: state for state in ahead}
        self._changes: dict[Url, tuple[Transition, ...]] = {}

    def take(self, look: Observation) -> None:
        """Take a look that was just had: it says something of the network too."""
        self.signs.take(look, self.keep(look))

    def resume(self, looks: Iterable[Observation], links: Links | None) -> None:
        """Keep the looks of a run that goes on: they say nothing of the network as it is now.

        `links`: where pages are read meanwhile, which may lead to them once more.
        """
        for look in looks:
            if links is not None:
                links.add(Target(look.url))
            self.keep(look)
            self.earlier += 1

    def keep(self, look: Observation) -> LinkState | None:
        """Keep a look and the state that it leads to; return what was believed before."""
        from crawler.health import advance  # noqa: PLC0415 - a change without links has no looks

        before = self._known.get(look.url)
        self.looks.put(look.url, look)
        after = before if self.undated and before else advance(before, look, self._health)
        self._states.put(look.url, after)
        told = self._told.get(look.url, before)
        past = self._past(look.url) if needs_past(told, after, look) else Past()
        if changes := of_look(told, after, look, past):
            self._changes[look.url] = changes
        else:  # a look may be corrected
            self._changes.pop(look.url, None)
        return before

    def changes(self) -> Iterator[Transition]:
        """Yield what all these looks change, in no order."""
        return chain.from_iterable(self._changes.values())

    def remember(self, agenda: Agenda, conduct: Conduct, unasked: Iterable[Url]) -> None:
        """Take in what is known of links without a look: rows are made later. May raise."""
        deque(map(self._known.get, unasked), maxlen=0)
        left = [link.url for link in agenda.left if link.url not in self.looks]
        for look in conduct.latest(left) if left else ():
            self.looks.put(look.url, look)

    def get(self, url: Url, /) -> LinkState | None:
        """Return what is believed of a URL now."""
        return self._states.get(url) or self._known.get(url)

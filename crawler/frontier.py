"""The frontier: links still to be looked at, in the order in which they should be.

Holds state, performs nothing. Links of a lower rank come first. Among those of one rank, hosts with
many come first, for they are the last to be done with. Of one host no more links are out than it
may be asked at once, and they come one after the other, for connections stay open for a moment
only. Links are marked when they are taken in, so that each URL is looked at once; those that
deserve a second look come when all others are out.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from crawler.model import Link
from crawler.urls import Url


@dataclass(frozen=True, slots=True)
class Turn:
    """A link whose turn it is; `again` if this is its second look.

    `behind`: how many other links of the host are still to come.
    """

    link: Link
    again: bool = False
    behind: int = field(default=0, compare=False)


class Frontier:
    """Give out links by `take`; say `left` when a host is free of one, and `done` at its end.

    `rank`: how long a link may wait, the lowest first; without it all are alike.
    """

    def __init__(
        self, links: Iterable[Link], per_host: int, rank: Callable[[Link], int] | None = None
    ) -> None:
        self._per_host = per_host
        self._rank = rank
        self._ranks: dict[Url, int] = {}  # of those that wait and are not of rank 0
        self._marked: set[Url] = set()
        self._again: set[Url] = set()
        self._lanes: dict[str, list[Link]] = {}
        self._at_host: Counter[str] = Counter()
        self._later: deque[tuple[float, Link]] = deque()
        self._waiting = self._out = 0
        self._ready: list[tuple[int, int, str]] = []  # rank, number (negative), host: a heap
        self._number = 0
        self._lined_up: dict[str, tuple[int, int]] = {}  # rank and number: older ones are void
        self.extend(links)

    def extend(self, links: Iterable[Link]) -> None:
        """Take in links, but for those whose URL was taken in before: they come first."""
        lanes: dict[str, list[Link]] = {}
        for link in links:
            if self._is_new(link):
                lanes.setdefault(link.url.authority, []).append(link)
                self._note_rank(link)
        order = sorted(lanes, key=lambda host: -len(lanes[host]))
        for host in reversed(order):  # who is lined up last is the next
            self._enqueue(host, reversed(lanes[host]))  # lanes are taken from the end

    def again(self, link: Link, at: float) -> None:
        """Take a link in for a second look, not before a moment. Moments come in their order."""
        self._later.append((at, link))

    @property
    def finished(self) -> bool:
        """Whether every link taken in is done."""
        return not (self._waiting or self._out or self._later)

    @property
    def waiting(self) -> int:
        """How many links wait for their turn; second looks are not counted before it is time."""
        return self._waiting

    @property
    def out(self) -> int:
        """How many looks are under way."""
        return self._out

    @property
    def next_at(self) -> float | None:
        """The moment of the next second look, if nothing else waits."""
        return self._later[0][0] if self._later and not self._waiting else None

    def take(self, now: float) -> Turn | None:
        """Return the next link that may be looked at now; None if there is none for now."""
        while self._later and not self._waiting and self._later[0][0] <= now:
            link = self._later.popleft()[1]
            self._again.add(link.url)
            self._enqueue(link.url.authority, (link,))
        host = self._next_host()
        if host is None:
            return None
        lane = self._lanes[host]
        link = lane.pop()
        self._ranks.pop(link.url, None)
        self._at_host[host] += 1
        self._waiting, self._out = self._waiting - 1, self._out + 1
        self._line_up(host)
        return Turn(link, link.url in self._again, len(lane))

    def left(self, link: Link) -> None:
        """A link asks its own host nothing more: the host's next one may go."""
        host = link.url.authority
        had_no_room = self._at_host[host] == self._per_host
        self._at_host[host] -= 1
        if not self._at_host[host]:
            del self._at_host[host]
        if had_no_room:
            self._line_up(host)

    def done(self) -> None:
        """A look has come to its end."""
        self._out -= 1

    def _is_new(self, link: Link) -> bool:
        known = len(self._marked)
        self._marked.add(link.url)
        return len(self._marked) > known

    def _note_rank(self, link: Link) -> None:
        if self._rank and (rank := self._rank(link)):
            self._ranks[link.url] = rank

    def _rank_of(self, link: Link) -> int:
        return self._ranks.get(link.url, 0)

    def _enqueue(self, host: str, links: Iterable[Link]) -> None:
        """Let links wait for their host; it is lined up anew if one of them may wait less."""
        lane = self._lanes.setdefault(host, [])
        known = len(lane)
        lane += links
        self._waiting += len(lane) - known
        if self._ranks:
            lane.sort(key=self._rank_of, reverse=True)
        if host not in self._lined_up or self._rank_of(lane[-1]) < self._lined_up[host][0]:
            self._line_up(host)

    def _line_up(self, host: str) -> None:
        """Make a host the next of its rank, if it has a link and room for it.

        It has connections open.
        """
        if not self._lanes.get(host):
            self._lanes.pop(host, None)
        elif self._at_host[host] < self._per_host:
            self._number += 1
            place = (self._rank_of(self._lanes[host][-1]), -self._number)
            self._lined_up[host] = place
            heappush(self._ready, (*place, host))

    def _next_host(self) -> str | None:
        while self._ready:
            *place, host = heappop(self._ready)
            if self._lined_up.get(host) == tuple(place):
                del self._lined_up[host]
                return host
        return None

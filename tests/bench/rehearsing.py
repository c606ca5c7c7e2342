"""One shard, request by request, in simulated time: what the formulas of `scaling.py` are held to.

Order and manners are the crawler's own (`Frontier`, `Pacer`, `Slots`' order), and limits are those
of the simulated web. A processor does one link after the other. A host that limits us is asked
again as it says; one that is silent is found out once, for all its links; what may pass is looked
at a second time.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf

from bench.bounds import INTERVAL, PATIENCE, PER_HOST
from bench.population import Population
from bench.simulated import Limiter
from crawler.crawl import SECOND_LOOK_SECONDS
from crawler.frontier import Frontier, Turn
from crawler.model import Link
from crawler.pacing import Pacer
from crawler.urls import Url

_CONFIRMED = 0.75  # a failure that may pass is asked again, after 0.5 s and some


@dataclass
class Rehearsal:
    """A shard that is looked at: links by the domain of each. `every`: how manyeth may pass."""

    population: Population
    domains: Sequence[int]
    concurrency: int
    cpu: float
    pause: float = 1.0  # what hosts that limit want to be left alone for, in seconds
    _now: float = 0.0
    _cpu_free_at: float = 0.0
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)

    def play(self) -> float:
        """Return how many seconds it takes."""
        self._pacer, self._free = Pacer(INTERVAL), self.concurrency
        self._queue: list[tuple[int, int, Turn]] = []
        self._gone: set[str] = set()
        self._limits = {
            _host(domain): Limiter(1 / gap)
            for domain in set(self.domains)
            if (gap := self.population.gaps[domain])
        }
        self._frontier = Frontier(map(_link, range(len(self.domains)), self.domains), PER_HOST)
        self._step = round(1 / self.population.doubtful) if self.population.doubtful else 0
        self._hand_out()
        while self._events:
            self._now, _, happen = heapq.heappop(self._events)
            happen()
            self._hand_out()
        return self._now

    def _at(self, moment: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happen))

    def _hand_out(self) -> None:
        while turn := self._frontier.take(self._now):
            self._line_up(turn)

    def _line_up(self, turn: Turn) -> None:
        if not self._free:
            heapq.heappush(self._queue, (-turn.behind, next(self._order), turn))
        elif turn.link.url.host in self._gone:
            self._free -= 1
            self._read(turn)
        else:
            self._ask(turn)

    def _ask(self, turn: Turn) -> None:
        """Take the host's turn with a slot in hand, or give the slot away until it is time."""
        host = turn.link.url.host
        if wait := self._pacer.take_turn(host, self._now):
            self._at(self._now + wait, lambda: self._line_up(turn))
            return
        self._free -= 1
        latency = self.population.latencies[_domain(turn)]
        limit, begun = self._limits.get(host), self._now
        if latency == inf:
            self._at(begun + PATIENCE, lambda: self._silent(turn))
        elif limit is not None and not limit.admits(begun):
            self._at(begun + latency, lambda: self._limited(turn, begun))
        else:
            self._at(begun + latency, lambda: self._answered(turn, latency))

    def _left(self) -> None:
        self._free += 1
        while self._queue and self._free:
            _, _, turn = heapq.heappop(self._queue)
            self._line_up(turn)

    def _silent(self, turn: Turn) -> None:
        self._gone.add(turn.link.url.host)
        self._read(turn)

    def _limited(self, turn: Turn, begun: float) -> None:
        host = turn.link.url.host
        self._pacer.complained(host, begun, self._now)
        self._pacer.back_off(host, self._now, self.pause)
        self._left()
        self._line_up(turn)

    def _answered(self, turn: Turn, latency: float) -> None:
        self._pacer.answered(turn.link.url.host, latency)
        self._read(turn)

    def _read(self, turn: Turn) -> None:
        """Read what came, with the slot in hand: who has no processor left asks nobody either."""
        self._cpu_free_at = max(self._cpu_free_at, self._now) + self.cpu
        self._at(self._cpu_free_at, lambda: self._done(turn))

    def _done(self, turn: Turn) -> None:
        self._left()
        number = int(turn.link.url.path[1:])
        self._frontier.left(turn.link)
        self._frontier.done()
        if self._step and not turn.again and number % self._step == 0:
            moment = self._now + _CONFIRMED + SECOND_LOOK_SECONDS
            self._frontier.again(turn.link, moment)
            self._at(moment, lambda: None)  # who waits for nothing else looks up then


def _link(number: int, domain: int) -> Link:
    return Link(Url("https", _host(domain), f"/{number}"), frozenset())


def _host(domain: int) -> str:
    return f"d{domain}.org"


def _domain(turn: Turn) -> int:
    return int(turn.link.url.host[1:-4])

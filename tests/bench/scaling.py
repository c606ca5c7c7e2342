"""A run over many machines, played in simulated time, beside what bounds it.

The plan is the real one (`shards.plan`), and so is who gets which shard when; a shard is a handful
of formulas (`Stint`), which `rehearsing.py` holds to single requests. So ten million links take
minutes here and not days.
"""

import heapq
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from math import inf
from typing import Final

from bench.bounds import PATIENCE, SECOND_LOOK, Costs, Fleet, busy, longest
from bench.population import Population
from crawler.coordinator import AHEAD
from crawler.handout import Handout
from crawler.shards import Shard, plan

MARKS: Final = (0.5, 0.9, 0.99, 1.0)
_LAST_LOOK: Final = 0.2
"""Seconds that the last one takes which nothing is the matter with."""


@dataclass(frozen=True, slots=True)
class Stint:
    """A shard as a worker has it.

    `drain`: seconds until its last link is asked, if it has the processor for itself; `cpu` of them
    it computes; `longest`: of the host that takes longest, from the start; `tail`: of those that
    are waited for when nothing else is left, from the end of the drain.
    """

    links: int
    drain: float
    cpu: float
    longest: float
    tail: float

    @property
    def alone(self) -> float:
        """How long it takes where nothing else does."""
        return max(self.longest, self.drain + self.tail)


def stint(
    shard: Shard, domains: Sequence[int], population: Population, fleet: Fleet, costs: Costs
) -> Stint:
    """Return what a shard will truly be, other than its plan may have expected."""
    in_flight, slowest, silent = 0.0, 0.0, 0
    for domain, links in Counter(map(domains.__getitem__, shard.links)).items():
        latency = population.latencies[domain]
        in_flight += busy(links, latency)
        if latency == inf:
            silent += 1
        else:
            alone = longest(links, latency, population.gaps[domain])
            slowest = max(slowest, alone + _tail(alone, 0, links * population.doubtful))
    links = len(shard.links)
    cpu = costs.shard + links * costs.worker
    drain = max(cpu, in_flight / fleet.means.concurrency)
    return Stint(links, drain, cpu, slowest, _tail(drain, silent, links * population.doubtful))


def _tail(drain: float, silent: int, doubtful: float) -> float:
    """Return how long is waited when all is asked: the last of some that are asked at any moment.

    The last of n such moments lies an (n + 1)th before the end.
    """
    waits = [_LAST_LOOK]
    if silent:
        waits.append(PATIENCE - drain / (silent + 1))
    if doubtful >= 1:
        waits.append(SECOND_LOOK - drain / (doubtful + 1))
    return max(waits)


@dataclass(slots=True)
class Course:
    """How a run went. `marks`: seconds until that share of the links was done; shares of the time
    that slots were asking, waiting for their last hosts, or had nothing; and of the processors
    of the workers, and of the coordinator."""

    marks: Mapping[float, float]
    shards: int
    draining: float
    waiting: float
    processor: float
    coordinator: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.marks[1.0]


@dataclass(slots=True)
class _Process:
    """A process whose shards share a processor, each as much of it as all the others."""

    left: dict[int, float] = field(default_factory=dict)  # seconds of drain, by shard
    demand: dict[int, float] = field(default_factory=dict)
    at: float = 0.0
    version: int = 0

    def begin(self, number: int, drain: float, demand: float) -> None:
        self.left[number], self.demand[number] = drain, demand

    def until(self, now: float) -> None:
        """Let time pass."""
        passed = (now - self.at) / self._stretch
        for number in self.left:
            self.left[number] -= passed
        self.at = now
        self.version += 1

    def drained(self) -> int:
        """Take out the shard that is drained next, which is now."""
        number = min(self.left, key=self.left.__getitem__)
        del self.left[number], self.demand[number]
        return number

    @property
    def next_at(self) -> float:
        return self.at + max(0.0, min(self.left.values())) * self._stretch

    @property
    def _stretch(self) -> float:
        return max(1.0, sum(self.demand.values()))


class Playing:
    """One run: events in the order of their moments."""

    def __init__(
        self, shards: Sequence[Shard], stints: Sequence[Stint], fleet: Fleet, costs: Costs
    ) -> None:
        self._shards, self._stints = shards, stints
        self._fleet, self._costs = fleet, costs
        self._share = fleet.bandwidth / fleet.processes
        self._links = sum(each.links for each in stints)
        self._now = self._links * costs.before
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._handout, self._out = Handout(shards), 0
        self._queue = deque[int]()
        self._free = deque(index for _ in range(fleet.threads) for index in range(self._processes))
        self._fleet_of = [_Process() for _ in range(self._processes)]
        self._began: dict[int, float] = {}
        self._desk_free_at = self._now
        self._desk = self._draining = self._busy = 0.0
        self._taken_in: list[tuple[float, int]] = []

    def play(self) -> Course:
        """Play the run to its end."""
        self._hand_out()
        while self._events:
            self._now, _, happen = heapq.heappop(self._events)
            happen()
        self._now += self._links * self._costs.after
        total = self._now * self._fleet.slots
        cpu = sum(each.cpu for each in self._stints)
        return Course(
            dict(self._marks()),
            len(self._shards),
            self._draining / total,
            (self._busy - self._draining) / total,
            cpu / (self._now * self._processes),
            self._desk / self._now,
        )

    @property
    def _processes(self) -> int:
        return self._fleet.machines * self._fleet.processes

    def _at(self, moment: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happen))

    def _at_the_desk(self, seconds: float, happen: Callable[[], None]) -> None:
        """The coordinator does one thing after the other."""
        self._desk += seconds
        self._desk_free_at = max(self._desk_free_at, self._now) + seconds
        self._at(self._desk_free_at, happen)

    def _hand_out(self) -> None:
        while self._out < AHEAD * self._fleet.slots and (shard := self._handout.take()):
            self._out += 1
            seconds = self._stints[shard.number].links * self._costs.hand_out
            self._at_the_desk(seconds, partial(self._queued, shard.number))

    def _queued(self, number: int) -> None:
        self._queue.append(number)
        self._begin()

    def _begin(self) -> None:
        while self._queue and self._free:
            number, index = self._queue.popleft(), self._free.popleft()
            one, process = self._stints[number], self._fleet_of[index]
            process.until(self._now)
            on_line = one.links * self._costs.page / self._share
            process.begin(number, one.drain, max(one.cpu, on_line) / one.drain)
            self._began[number] = self._now
            self._next_drained(index)

    def _next_drained(self, index: int) -> None:
        process = self._fleet_of[index]
        if process.left:
            version = process.version
            self._at(process.next_at, lambda: self._drained(index, version))

    def _drained(self, index: int, version: int) -> None:
        process = self._fleet_of[index]
        if process.version != version:
            return
        process.until(self._now)
        number = process.drained()
        one, began = self._stints[number], self._began[number]
        self._draining += self._now - began
        ends = max(began + one.longest, self._now + one.tail)
        self._at(ends, lambda: self._ended(index, number))
        self._next_drained(index)

    def _ended(self, index: int, number: int) -> None:
        self._busy += self._now - self._began[number]
        self._free.append(index)
        self._begin()
        links = self._stints[number].links
        self._at_the_desk(links * self._costs.desk, lambda: self._taken(number))

    def _taken(self, number: int) -> None:
        self._taken_in.append((self._now, self._stints[number].links))
        self._handout.done(self._shards[number])
        self._out -= 1
        self._hand_out()

    def _marks(self) -> Iterator[tuple[float, float]]:
        """Yield when each share was done; all of it with what comes at the end."""
        so_far, moments = 0, iter(self._taken_in)
        moment = 0.0
        for mark in MARKS:
            while so_far < mark * self._links:
                moment, many = next(moments)
                so_far += many
            yield mark, moment if mark < 1 else self._now


def play(population: Population, fleet: Fleet, costs: Costs) -> Course:
    """Plan a run as it is planned where nothing is known of the hosts, and play it."""
    domains = population.domains()
    shards = plan(population.urls(), fleet.means)
    stints = [stint(each, domains, population, fleet, costs) for each in shards]
    return Playing(shards, stints, fleet, costs).play()

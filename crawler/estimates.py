"""How long links are expected to take: those of a host, of a domain, and of a piece of one.

Performs nothing. This is a model, and here is all of it. A host is asked by so many requests at
once, and no more often than its interval says: `links * max(interval, latency / per_host)`, one
look at least. One that is silent is found out by the looks that are under way, and they answer for
all its links. A domain takes as long as the longest of its hosts, for they are asked side by side.
A shard takes as long as its longest domain, or as all its looks one after the other divided by
`concurrency`, or as its links keep the processor busy, whichever is most.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import ceil
from typing import Final, NamedTuple, TypeAlias

from crawler.tables import registrable_domain
from crawler.urls import Url

LATENCY: Final = 0.5
"""Seconds that a look takes at a host that nothing is known of. A guess: name, connection, TLS and
answer are four ways there and back, of 0.1 s where continents lie between."""
PROCESSOR: Final = 0.002
"""Seconds that a link keeps the processor busy, what is around the crawl included."""
_SILENT: Final = 0.9  # of what we wait for at most: a mean, so that a name found soon lowers it

Numbers: TypeAlias = "array[int]"
Figures: TypeAlias = "array[float]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What there is to ask links with.

    `slots`: shards side by side, over all workers. Of each of them: `concurrency` requests in
    flight, `per_host` of them to one host, `interval` seconds apart. `patience`: seconds that are
    waited for an answer.
    """

    slots: int
    concurrency: int
    per_host: int
    interval: float
    patience: float = 20.0

    def seconds(self, links: int, latency: float) -> float:
        """Return how long so many links of one host take."""
        pace = max(self.interval, latency / self.per_host)
        return max(latency, self._looks(links, latency) * pace)

    def work(self, links: int, latency: float) -> float:
        """Return how long they would take if nothing but the requests in flight were a bound."""
        return self._looks(links, latency) * latency / self.concurrency

    def is_silent(self, latency: float) -> bool:
        """Tell whether a host does not answer, by how long it takes."""
        return latency >= self.patience * _SILENT

    def _looks(self, links: int, latency: float) -> int:
        if not self.is_silent(latency):
            return links
        return min(links, self.per_host, self.concurrency)


@dataclass(frozen=True, slots=True)
class Piece:
    """Links of one domain, and how long they take: at its slowest host, and in all."""

    links: Numbers
    longest: float
    work: float

    @property
    def load(self) -> float:
        """How long it would take if others filled all that it leaves idle."""
        return max(self.work, len(self.links) * PROCESSOR)


class Need(NamedTuple):
    """What room a domain needs: so many shards of a chain, and how much of each, about."""

    steps: int
    longest: float
    load: float


class Domains:
    """Links by their domains, and how long each of these takes. Arrays: there may be millions."""

    def __init__(
        self,
        urls: Iterable[Url],
        means: Means,
        seconds_of: Callable[[str], float | None],
        ranks: Sequence[int] | None,
    ) -> None:
        self._means = means
        self._ranks = ranks
        self._host_of: Numbers = array("I")  # of each link
        self._domain_of: Numbers = array("I")  # of each host
        self._latencies: Figures = array("d")  # of each host
        counts, domains = self._group(urls, seconds_of)
        self._longest: Figures = array("d", bytes(8 * domains))
        self._work: Figures = array("d", bytes(8 * domains))
        self._silence: Figures = array("d", bytes(8 * domains))
        self._starts: Numbers = array("I", bytes(4 * (domains + 1)))
        self._estimate(counts)
        self._sorted: Numbers = array("I", bytes(4 * len(self._host_of)))  # links, by domain
        self._sort()

    def __len__(self) -> int:
        return len(self._starts) - 1

    @property
    def links(self) -> int:
        """How many links there are."""
        return len(self._host_of)

    def load(self, domain: int) -> float:
        """Return how long it would take if others filled all that it leaves idle."""
        return max(self._work[domain], self._count(domain) * PROCESSOR)

    def silence(self, domain: int) -> float:
        """Return how much of that is spent on hosts that do not answer."""
        return self._silence[domain]

    def seconds(self, domain: int) -> float:
        """Return how long it takes by itself."""
        return max(self._longest[domain], self.load(domain))

    def need(self, domain: int, longest: float) -> Need:
        """Return what room it needs where no shard may take longer than so many seconds."""
        steps = min(self._count(domain), ceil(self.seconds(domain) / longest))
        return Need(steps, self._longest[domain] / steps, self.load(domain) / steps)

    def ranked(self) -> Iterator[Iterable[int]]:
        """Yield domains by their most urgent link, and those of one rank by what takes longest."""
        every = range(len(self))
        urgency = [0] * len(self)
        if self._ranks is not None:
            rank = self._ranks.__getitem__
            urgency = [min(map(rank, self._links(domain))) for domain in every]
        order = sorted(every, key=lambda domain: (urgency[domain], -self.seconds(domain)))
        for _, domains in groupby(order, key=urgency.__getitem__):
            yield domains

    def pieces(self, domain: int, many: int) -> list[Piece]:
        """Return the links of a domain, in so many pieces: each has its part of all the hosts.

        Cut by the order of links, a piece might have one host where there are a hundred.
        """
        links = self._links(domain)
        if self._ranks is not None:
            links = array("I", sorted(links, key=self._ranks.__getitem__))
        if many == 1:
            return [Piece(links, self._longest[domain], self._work[domain])]
        hosts = Counter(map(self._host_of.__getitem__, links))
        # Hosts begin their pieces one after the other: else all with one link would be in the first
        places = {host: place for place, host in enumerate(hosts)}
        cut: list[Numbers] = [array("I") for _ in range(many)]
        for link in links:
            host = self._host_of[link]
            cut[places[host] * many // (hosts[host] * len(hosts))].append(link)
            places[host] += len(hosts)
        return [self._piece(each) for each in cut if each]

    def _piece(self, links: Numbers) -> Piece:
        hosts = Counter(map(self._host_of.__getitem__, links))
        longest, work = 0.0, 0.0
        for host, count in hosts.items():
            latency = self._latencies[host]
            longest = max(longest, self._means.seconds(count, latency))
            work += self._means.work(count, latency)
        return Piece(links, longest, work)

    def _count(self, domain: int) -> int:
        return self._starts[domain + 1] - self._starts[domain]

    def _links(self, domain: int) -> Numbers:
        return self._sorted[self._starts[domain] : self._starts[domain + 1]]

    def _group(
        self, urls: Iterable[Url], seconds_of: Callable[[str], float | None]
    ) -> tuple[Numbers, int]:
        """Take links in; return how many there are of each host, and how many domains."""
        hosts: dict[str, int] = {}
        domains: dict[str, int] = {}
        counts: Numbers = array("I")
        for url in urls:
            number = hosts.get(url.authority)
            if number is None:
                number = hosts[url.authority] = len(hosts)
                # `example.org.` is the same name, written to its end.
                domain = registrable_domain(url.host.removesuffix("."))
                self._domain_of.append(domains.setdefault(domain, len(domains)))
                known = seconds_of(url.host)
                latency = LATENCY if known is None else max(0.0, known)
                self._latencies.append(min(latency, self._means.patience))
                counts.append(0)
            counts[number] += 1
            self._host_of.append(number)
        return counts, len(domains)

    def _estimate(self, counts: Numbers) -> None:
        """Add up what the hosts of each domain take, and where its links begin."""
        for count, latency, domain in zip(counts, self._latencies, self._domain_of, strict=True):
            seconds = self._means.seconds(count, latency)
            self._longest[domain] = max(self._longest[domain], seconds)
            work = self._means.work(count, latency)
            self._work[domain] += work
            if self._means.is_silent(latency):
                self._silence[domain] += work
            self._starts[domain + 1] += count
        self._starts = array("I", accumulate(self._starts))

    def _sort(self) -> None:
        """Sort by counting: in order of domains, which keep the order of their links."""
        free = self._starts[:]
        for link, host in enumerate(self._host_of):
            domain = self._domain_of[host]
            self._sorted[free[domain]] = link
            free[domain] += 1

"""A made population of links over domains, as large as one likes, and how their hosts behave.

Pure: the same seed gives the same one. Nothing of it is served, so it holds no links but numbers:
`scaling.py` plays runs over it in simulated time. Each domain has one host, which is the worse
case: those of several hosts are asked side by side.
"""

import math
import random
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final

from bench.simulated import MEDIAN_LATENCY, SPREAD, Host, Manner, Web
from crawler.estimates import Figures, Numbers
from crawler.urls import Url

LINKS_A_DOMAIN: Final = 30_127_734 / 2_162_790
"""What the English Wikipedia had: external links and the hosts that they lead to, of all its pages
(Ed Summers, inkdroid.org, August 2010). Its largest two had 10.5 and 7.0 % of them. By Zipf's law
with an exponent of 1, 10 million links have 7.1 and 3.6 % there, and a third on 60 domains."""
HEAVY: Final = 1 / 3
"""The share of all links that is on few domains, of which every third limits: as `simulated.py`."""
RATES: Final = (4.0, 6.0, 9.0)
"""Requests a second that those bear which limit: as `simulated.py`."""
_NEVER: Final = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a population is like. Shares are those of domains.

    `requests`: how many a look takes, with redirects and what is asked again. `doubtful`: the share
    of links that fail in a way that may pass, and so get a second look.
    """

    links: int
    links_a_domain: float = LINKS_A_DOMAIN
    exponent: float = 1.0
    median: float = MEDIAN_LATENCY
    spread: float = SPREAD
    requests: float = 1.21
    silent: float = 0.01
    limiting: float = 1 / 3
    doubtful: float = 0.02
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Population:
    """Of each domain: its links, the seconds of a look, and the least seconds between two looks.

    A look at a silent one takes for ever. `doubtful` is a share of all links.
    """

    counts: Numbers
    latencies: Figures
    gaps: Figures
    doubtful: float

    @property
    def links(self) -> int:
        """How many there are."""
        return sum(self.counts)

    def domains(self) -> Numbers:
        """Return the domain of each link."""
        found = array("I")
        for domain, count in enumerate(self.counts):
            found.extend(repeat(domain, count))
        return found

    def urls(self) -> Iterator[Url]:
        """Yield the URL of each link: those of a domain are all one here."""
        for domain, count in enumerate(self.counts):
            yield from repeat(Url("https", f"d{domain}.org", "/"), count)

    def seconds(self) -> Mapping[str, float]:
        """Return what a history would know: how long a look at each host takes."""
        return {f"d{domain}.org": seconds for domain, seconds in enumerate(self.latencies)}


def populate(shape: Shape) -> Population:
    """Make a population, its largest domains first."""
    chance = random.Random(shape.seed)  # noqa: S311 - a web, not a secret
    counts = array("I", _zipf(shape))
    rest, latencies, gaps = shape.links * HEAVY, array("d"), array("d")
    for rank, count in enumerate(counts):
        heavy, rest = rest > 0, rest - count
        limits = heavy and chance.random() < shape.limiting
        silent = not heavy and chance.random() < shape.silent
        seconds = shape.requests * chance.lognormvariate(math.log(shape.median), shape.spread)
        latencies.append(_NEVER if silent else seconds)
        gaps.append(shape.requests / RATES[rank % 3] if limits else 0.0)
    return Population(counts, latencies, gaps, shape.doubtful)


def population_of(web: Web) -> Population:
    """Return what a simulated web is by the same measures: what it does is known to the request."""
    spent: dict[str, list[float]] = {}
    for link in web.links:
        spent.setdefault(link.host.name, []).append(_seconds(web, (link.host.name, link.path)))
    hosts = [web.hosts[name] for name in spent]
    refusing = sum(link.host.manner is Manner.REFUSING for link in web.links)
    return Population(
        array("I", map(len, spent.values())),
        array("d", map(_mean, hosts, spent.values())),
        array("d", (_requests(web, host) / host.rate if host.rate else 0.0 for host in hosts)),
        refusing / len(web.links),
    )


def _mean(host: Host, spent: Sequence[float]) -> float:
    match host.manner:
        case Manner.HANGING:
            return _NEVER
        case Manner.REFUSING | Manner.NAMELESS:
            return 0.0
        case _:
            return sum(spent) / len(spent)


def _requests(web: Web, host: Host) -> float:
    """Return how many requests a look at a host takes: with those that it sends on to itself."""
    links = [link for link in web.links if link.host == host]
    replies = [web.replies[host.name, link.path] for link in links]
    more = sum(reply.hiccup or reply.location is not None for reply in replies)
    return 1 + more / len(links)


def _seconds(web: Web, place: tuple[str, str]) -> float:
    reply = web.replies.get(place)
    if reply is None:
        return 0.0
    return reply.delay + (_seconds(web, reply.location) if reply.location else 0.0)


def _zipf(shape: Shape) -> Iterable[int]:
    """Yield so many links in all, by Zipf's law; the last ranks have one each."""
    domains = max(1, round(shape.links / shape.links_a_domain))
    whole = sum(rank**-shape.exponent for rank in range(1, domains + 1))
    left, owed = shape.links, 0.0
    for rank in range(1, domains + 1):
        owed += shape.links * rank**-shape.exponent / whole
        count = min(left - (domains - rank), max(1, round(owed)))
        owed, left = owed - count, left - count
        yield count + (left if rank == domains else 0)

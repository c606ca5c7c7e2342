"""What a run over many machines is bound by: a few formulas, and the largest of them counts.

Pure. `scaling.py` plays the same run, with all that stands between two bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from bench.population import Population
from crawler.estimates import Means

PER_HOST = 6
INTERVAL = 0.005
PATIENCE = 20.0
SECOND_LOOK = 3.75
"""Seconds from a failure that may pass to its second look: 3, and 0.75 till it was confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What was measured (docs/scale.md says how), in seconds and bytes.

    `worker`: CPU time of a link; `shard`: to begin one. At the coordinator, of a link: `before` the
    first shard is handed out, to `hand_out` and to `take_in`, and `after` the last one. `rows`:
    looks a second that the history takes, which the coordinator itself writes. `page`: of a look,
    on the line to the web; `wire`: of a link and its look, on that to the coordinator.
    """

    worker: float = 0.0023
    shard: float = 0.03
    before: float = 0.00010
    hand_out: float = 0.00005
    take_in: float = 0.00012
    after: float = 0.00030
    rows: float = 2700.0
    page: float = 60_000.0
    wire: float = 500.0

    @property
    def desk(self) -> float:
        """What the coordinator needs for a look that has come back."""
        return self.take_in + 1 / self.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Machines, and what each has. A process has a core; bandwidths are bytes a second."""

    machines: int
    processes: int = 4
    threads: int = 2
    concurrency: int = 128
    bandwidth: float = 125e6

    @property
    def slots(self) -> int:
        """Shards that are looked at side by side."""
        return self.machines * self.processes * self.threads

    @property
    def means(self) -> Means:
        """What a plan is made for."""
        return Means(
            slots=self.slots,
            concurrency=max(1, self.concurrency // self.threads),
            per_host=PER_HOST,
            interval=INTERVAL,
            patience=PATIENCE,
        )


def pace(latency: float, gap: float) -> float:
    """Return the seconds between two looks at one host: its limits, and ours."""
    return max(INTERVAL, latency / PER_HOST, gap)


def busy(links: int, latency: float) -> float:
    """Return for how many seconds in all the links of a host keep a request in flight."""
    return min(links, PER_HOST) * PATIENCE if latency == inf else links * latency


def longest(links: int, latency: float, gap: float) -> float:
    """Return how long the links of one host take, by whomever they are asked."""
    if latency == inf:
        return PATIENCE
    return latency + (links - 1) * pace(latency, gap)


def bounds(population: Population, fleet: Fleet, costs: Costs) -> Mapping[str, float]:
    """Return how many seconds the links of a run take at least, by what they are bound by."""
    hosts = list(zip(population.counts, population.latencies, population.gaps, strict=True))
    links, processes = population.links, fleet.machines * fleet.processes
    in_flight = sum(busy(count, latency) for count, latency, _ in hosts)
    return {
        "politeness": max(longest(*host) for host in hosts),
        "connections": in_flight / (processes * fleet.concurrency),
        "processor": links * costs.worker / processes,
        "coordinator": links * (costs.hand_out + costs.desk),
        "its history": links / costs.rows,
        "bandwidth": links * costs.page / (fleet.machines * fleet.bandwidth),
        "its own line": links * costs.wire / fleet.bandwidth,
    }


def predicted(population: Population, fleet: Fleet, costs: Costs) -> float:
    """Return how long a run takes if what binds it most is all that does.

    Before and after it only the coordinator has anything to do.
    """
    around = population.links * (costs.before + costs.after)
    return around + max(bounds(population, fleet, costs).values())

"""What a run over many machines takes: by formulas, and played; how far the two agree.

The formulas (`bounds.py`) say what binds; what is played (`scaling.py`) has chains, tails and a
queue at the coordinator besides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Final

from bench import table
from bench.bounds import Costs, Fleet, bounds, predicted
from bench.population import Population, Shape, populate
from bench.rehearsing import Rehearsal
from bench.scaling import Course, Playing, stint
from crawler.estimates import Numbers
from crawler.shards import Shard, plan

LINKS: Final = (100_000, 1_000_000, 10_000_000)
MACHINES: Final = (1, 5, 20, 50)
REHEARSED: Final = 12
"""Shards of a plan that are played request by request too."""


def measure(links: int, machines: Sequence[int], seed: int) -> None:
    """Print what binds a run of so many links, and how it goes, by machines."""
    shape = Shape(links=links, seed=seed)
    _measure(
        {
            "a third of the large ones limit": populate(shape),
            "nobody limits": populate(replace(shape, limiting=0)),
        },
        machines,
        seed,
    )
    _measure({"none is large": populate(replace(shape, limiting=0, exponent=0))}, machines, seed)


def _measure(webs: Mapping[str, Population], machines: Sequence[int], seed: int) -> None:
    """Measure on populations that differ in their hosts only: what nothing is known of is planned
    by its links alone."""
    costs, one = Costs(), next(iter(webs.values()))
    domains, fleets = one.domains(), [Fleet(machines=many) for many in machines]
    plans = {fleet: plan(one.urls(), fleet.means) for fleet in fleets}
    for words, population in webs.items():
        table.title(f"{one.links:,} links on {len(one.counts):,} domains: {words}")
        _head()
        for fleet, shards in plans.items():
            stints = [stint(each, domains, population, fleet, costs) for each in shards]
            course = Playing(shards, stints, fleet, costs).play()
            _row(fleet, population, costs, course)
    _compare(fleets[-1], plans[fleets[-1]], one, domains, costs, seed)


def _compare(
    fleet: Fleet,
    shards: Sequence[Shard],
    population: Population,
    domains: Numbers,
    costs: Costs,
    seed: int,
) -> None:
    """Print how far some shards are from what they are request by request."""
    chosen = Random(seed).sample(shards, min(len(shards), REHEARSED))  # noqa: S311 - a choice
    ratios = [ratio(each, domains, population, fleet, costs) for each in chosen]
    table.figure(f"a shard by formulas / by requests ({len(chosen)} shards)", ratios)


def ratio(
    shard: Shard, domains: Numbers, population: Population, fleet: Fleet, costs: Costs
) -> float:
    """Return how long a shard takes by formulas, by how long it takes request by request."""
    said = stint(shard, domains, population, fleet, costs).alone
    links = [domains[link] for link in shard.links]
    return said / Rehearsal(population, links, fleet.means.concurrency, costs.worker).play()


def _head() -> None:
    table.note(
        "| machines | bound by | predicted | played | a half | 90 % | 99 % | the other bounds | "
        "slots: asking, waiting | coordinator |"
    )
    table.note("|---|---|---|---|---|---|---|---|---|---|")


def _row(fleet: Fleet, population: Population, costs: Costs, course: Course) -> None:
    bound, said = bounds(population, fleet, costs), predicted(population, fleet, costs)
    by, *others = sorted(bound, key=bound.__getitem__, reverse=True)
    named = ", ".join(f"{name} {time(bound[name])}" for name in others[:4])
    marks = " | ".join(map(time, (course.seconds, *list(course.marks.values())[:-1])))
    table.note(
        f"| {fleet.machines} | {by} {time(bound[by])} | {time(said)} | {marks} | {named} | "
        f"{course.draining:.0%}, {course.waiting:.0%} | {course.coordinator:.0%} |"
    )


def time(seconds: float) -> str:
    """Say how long that is.

    >>> time(90), time(5400), time(40)
    ('1.5 min', '1.5 h', '40 s')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"

"""The model of a run over many machines: its arithmetic by hand, and its formulas by requests."""

from array import array
from dataclasses import fields
from itertools import pairwise
from math import inf

import pytest
from bench.bounds import PATIENCE, Costs, Fleet, bounds, longest, predicted
from bench.model import ratio, time
from bench.population import HEAVY, Population, Shape, populate, population_of
from bench.rehearsing import Rehearsal
from bench.scaling import Playing, Stint, play, stint
from bench.simulated import Manner, simulate

from crawler.shards import Shard, plan

FREE = Costs(
    worker=0, shard=0, before=0, hand_out=0, take_in=0, after=0, rows=inf, page=0, wire=0
)  # fmt: skip
ONE = Fleet(machines=1, processes=1, threads=1)
# Named by what each does: many links, a limit of two a second, silence.
THREE = Population(
    array("I", [60, 10, 4]), array("d", [0.12, 0.1, inf]), array("d", [0, 0.5, 0]), 0
)


def shards(*after: int | None) -> list[Shard]:
    return [Shard(number, array("I"), 0, each) for number, each in enumerate(after)]


def asking(seconds: float, cpu: float = 0.0, links: int = 10) -> Stint:
    return Stint(links, seconds, cpu, 0.0, 0.0)


def test_bounds_are_what_each_resource_takes() -> None:
    costs = Costs(
        worker=0.1, before=0.01, hand_out=0.02, take_in=0.03, after=0.04, rows=10, page=5, wire=2
    )
    fleet = Fleet(machines=2, processes=3, threads=2, concurrency=10, bandwidth=37)
    assert bounds(THREE, fleet, costs) == pytest.approx(
        {
            "politeness": 20,  # the silent one: 0.12 + 59 * 0.02 and 0.1 + 9 * 0.5 are less
            "connections": (60 * 0.12 + 10 * 0.1 + 4 * 20) / 60,
            "processor": 74 * 0.1 / 6,
            "coordinator": 74 * (0.02 + 0.03 + 0.1),
            "its history": 7.4,
            "bandwidth": 5,
            "its own line": 4,
        }
    )


def test_a_population_has_its_links_on_few_domains_and_many_with_one() -> None:
    population = populate(Shape(links=100_000))
    assert population.links == 100_000
    assert populate(Shape(links=100_000)) == population != populate(Shape(links=100_000, seed=2))
    counts = list(population.counts)
    assert all(more >= less - 1 for more, less in pairwise(counts))  # what is rounded goes on
    assert counts[0] == pytest.approx(100_000 * 0.106, rel=0.02)  # 1 / (1 + 1/2 + … + 1/7179)
    assert sum(counts[:50]) > 100_000 * HEAVY
    assert counts[-1] == 1
    limiting = [count for count, gap in zip(counts, population.gaps, strict=True) if gap]
    assert 0 < len(limiting) < 50
    silent = sum(latency == inf for latency in population.latencies)
    assert silent == pytest.approx(72, abs=30)
    assert [url.host for url in population.urls()] == [f"d{n}.org" for n in population.domains()]


def test_a_simulated_web_is_a_population() -> None:
    web = simulate(1, 600, 0.05)
    population = population_of(web)
    assert population.links == 600
    hanging = {link.host.name for link in web.links if link.host.manner is Manner.HANGING}
    assert sum(latency == inf for latency in population.latencies) == len(hanging) > 0
    limiting = {link.host.name for link in web.links if link.host.manner is Manner.LIMITING}
    assert sum(gap > 0 for gap in population.gaps) == len(limiting) > 0


def test_shards_share_slots_in_their_order_and_pieces_wait_for_each_other() -> None:
    def seconds(fleet: Fleet, *after: int | None) -> float:
        three = [asking(4), asking(3), asking(2)]
        return Playing(shards(*after), three, fleet, FREE).play().seconds

    two = Fleet(machines=1, processes=1, threads=2)
    assert seconds(ONE, None, None, None) == pytest.approx(9)
    assert seconds(two, None, None, None) == pytest.approx(5)
    assert seconds(two, None, 0, None) == pytest.approx(7)
    assert seconds(two, None, 0, 1) == pytest.approx(9)


def test_shards_of_a_process_share_its_processor_and_its_part_of_the_line() -> None:
    def seconds(fleet: Fleet, one: Stint, costs: Costs = FREE) -> float:
        return Playing(shards(None, None), [one, one], fleet, costs).play().seconds

    two = Fleet(machines=1, processes=1, threads=2, bandwidth=100)
    apart = Fleet(machines=1, processes=2, threads=1, bandwidth=100)
    assert seconds(two, asking(4, cpu=1)) == pytest.approx(4)
    assert seconds(two, asking(4, cpu=3)) == pytest.approx(6)
    assert seconds(apart, asking(4, cpu=3)) == pytest.approx(4)
    for fleet in (two, apart):
        assert seconds(fleet, asking(4), Costs(**vars_of(FREE) | {"page": 30})) == pytest.approx(6)


def vars_of(costs: Costs) -> dict[str, float]:
    return {each.name: getattr(costs, each.name) for each in fields(costs)}


def test_more_machines_do_not_help_a_coordinator_that_is_busy() -> None:
    costs = Costs(**vars_of(FREE) | {"take_in": 0.1, "hand_out": 0.1})
    few = [asking(1, links=10)] * 30
    courses = [
        Playing(shards(*[None] * 30), few, Fleet(machines=many), costs).play() for many in (10, 50)
    ]
    assert [each.seconds for each in courses] == pytest.approx([60, 60], rel=0.05)
    assert all(each.coordinator > 0.95 for each in courses)
    assert list(courses[0].marks) == [0.5, 0.9, 0.99, 1.0]
    assert list(courses[0].marks.values()) == sorted(courses[0].marks.values())


def test_a_shard_is_as_long_as_its_longest_host_or_as_whoever_says_nothing() -> None:
    domains = THREE.domains()

    def alone(*links: int) -> Stint:
        return stint(Shard(0, array("I", links), 0), domains, THREE, ONE, FREE)

    assert alone(*range(60)).longest == pytest.approx(0.12 + 59 * 0.02 + 0.2)
    assert alone(*range(60, 70)).longest == pytest.approx(0.1 + 9 * 0.5 + 0.2)
    assert alone(*range(70, 74)).alone == pytest.approx(PATIENCE, rel=0.05)


@pytest.mark.parametrize("domain", [0, 1, 2])
def test_a_rehearsal_is_as_polite_as_the_crawler(domain: int) -> None:
    links = [domain] * THREE.counts[domain]
    host = (THREE.counts[domain], THREE.latencies[domain], THREE.gaps[domain])
    took = Rehearsal(THREE, links, 128, 0.0001).play()
    # The interval to a host begins above what it is in the end, and a limit is to be found out.
    assert longest(*host) * 0.99 <= took <= longest(*host) * 1.25 + 0.5


def test_the_formulas_are_what_single_requests_come_to() -> None:
    population, fleet = populate(Shape(links=20_000, seed=3)), Fleet(machines=1)
    domains = population.domains()
    ratios = [
        ratio(each, domains, population, fleet, Costs())
        for each in plan(population.urls(), fleet.means)
    ]
    assert len(ratios) > 8
    assert 0.7 < min(ratios) <= max(ratios) < 1.35


def test_a_run_takes_no_less_than_its_bounds() -> None:
    population = populate(Shape(links=20_000))
    for fleet in (ONE, Fleet(machines=1), Fleet(machines=20)):
        said = predicted(population, fleet, Costs())
        assert said <= play(population, fleet, Costs()).seconds < 1.4 * said


def test_times_are_said_in_words() -> None:
    assert [time(each) for each in (59.4, 90, 5400)] == ["59 s", "1.5 min", "1.5 h"]

"""Whatever the links: each in one shard, no domain in two at once, and no slot idle for long."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.estimates import LATENCY, PROCESSOR, Means
from crawler.shards import FEW, LONGEST, Shard, plan
from crawler.tables import registrable_domain
from crawler.urls import Url

MEANS = Means(slots=4, concurrency=128, per_host=6, interval=0.005)
DOMAINS = ("example.com", "example.org", "example.co.uk", *(f"{n}.example.net" for n in range(3)))
HOSTS = (
    *DOMAINS, *(f"{n}.example.com" for n in range(9)), "www.example.org", "www.example.org:8443",
    "example.org.", "192.0.2.1", "192.0.2.1:8080", "[2001:db8::1]", "localhost",
    *(f"site{n}.co.uk" for n in range(30)),
)  # fmt: skip


def links_of(*counts: tuple[str, int]) -> list[Url]:
    return [url(f"https://{host}/{n}") for host, count in counts for n in range(count)]


@st.composite
def links(draw: st.DrawFn) -> list[Url]:
    counts = draw(st.lists(st.tuples(st.sampled_from(HOSTS), st.integers(1, 90)), max_size=30))
    written = links_of(*counts)
    draw(st.randoms(use_true_random=False)).shuffle(written)
    return written


LATENCIES = st.dictionaries(
    st.sampled_from(HOSTS), st.sampled_from([0.0, 0.05, 0.5, 3.0, 15.0, 20.0, 1e9])
)
WAYS = st.builds(
    Means,
    slots=st.integers(1, 9),
    concurrency=st.integers(1, 128),
    per_host=st.integers(1, 8),
    interval=st.sampled_from([0.0, 0.005, 1.0, 30.0]),
)


def domain_of(asked: Url) -> str:
    return registrable_domain(asked.host.removesuffix("."))


def domains_of(shard: Shard, urls: Sequence[Url]) -> set[str]:
    return {domain_of(urls[number]) for number in shard.links}


@given(links(), WAYS, LATENCIES, st.none() | st.integers(0, 10**6))
def test_every_link_is_in_one_shard_and_no_domain_in_two_at_once(
    urls: list[Url], means: Means, latencies: Mapping[str, float], seed: int | None
) -> None:
    ranks = None if seed is None else [seed // (n + 1) % 3 for n in range(len(urls))]
    shards = plan(urls, means, latencies.get, ranks)
    assert Counter(n for shard in shards for n in shard.links) == Counter(range(len(urls)))
    assert [shard.number for shard in shards] == list(range(len(shards)))
    assert all(shard.links for shard in shards)
    chain_of: dict[int, int] = {}
    chains: dict[str, set[int]] = defaultdict(set)
    for shard in shards:
        if shard.after is not None:
            assert shard.after < shard.number
        chain = shard.number if shard.after is None else chain_of[shard.after]
        chain_of[shard.number] = chain
        for domain in domains_of(shard, urls):
            chains[domain].add(chain)
    assert all(len(each) == 1 for each in chains.values())
    followed = [shard.after for shard in shards if shard.after is not None]
    assert len(followed) == len(set(followed))  # a chain does not part
    assert plan(urls, means, latencies.get, ranks) == shards


@given(links(), WAYS, LATENCIES)
def test_links_of_a_host_keep_their_order_and_those_of_a_domain_within_a_shard(
    urls: list[Url], means: Means, latencies: Mapping[str, float]
) -> None:
    latest: dict[str, int] = {}
    for shard in plan(urls, means, latencies.get):
        runs = [domain_of(urls[number]) for number in shard.links]
        assert len({*runs}) == 1 + sum(a != b for a, b in pairwise(runs))  # they stand together
        for one, other in pairwise(shard.links):
            assert one < other or domain_of(urls[one]) != domain_of(urls[other])
        for number in shard.links:
            host = urls[number].authority
            assert latest.get(host, -1) < number
            latest[host] = number


@given(links(), WAYS, LATENCIES)
def test_no_shard_is_long_but_for_a_host_that_cannot_be_hurried(
    urls: list[Url], means: Means, latencies: Mapping[str, float]
) -> None:
    for shard in plan(urls, means, latencies.get):
        one = max(means.interval, min(latencies.get(urls[n].host, 0.5) for n in shard.links))
        assert 0 < shard.seconds <= LONGEST * 1.5 + one


def behind(shards: Sequence[Shard]) -> dict[int, float]:
    """Return how long each shard and all that come after it in its chain take."""
    seconds: dict[int, float] = defaultdict(float)
    for shard in reversed(shards):
        seconds[shard.number] += shard.seconds
        if shard.after is not None:
            seconds[shard.after] += seconds[shard.number]
    return seconds


@given(links(), WAYS, LATENCIES)
def test_what_has_most_behind_it_comes_first(
    urls: list[Url], means: Means, latencies: Mapping[str, float]
) -> None:
    shards = plan(urls, means, latencies.get)
    order = [behind(shards)[shard.number] for shard in shards]
    assert order == pytest.approx(sorted(order, reverse=True))


def end_of(shards: Sequence[Shard], slots: int) -> float:
    """Return when the last shard ends if each slot takes the first that may begin."""
    next_of = {shard.after: shard.number for shard in shards if shard.after is not None}
    ready = [shard.number for shard in shards if shard.after is None]
    running: list[tuple[float, int]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < slots:
            number = heapq.heappop(ready)
            heapq.heappush(running, (now + shards[number].seconds, number))
        now, number = heapq.heappop(running)
        if number in next_of:
            heapq.heappush(ready, next_of[number])
    return now


def least(urls: Sequence[Url], means: Means, latencies: Mapping[str, float]) -> tuple[float, float]:
    """Return what no plan can beat by the model, and how long so few links take as make a shard."""
    hosts = Counter(each.authority for each in urls)
    longest, work = 0.0, 0.0
    for host, count in hosts.items():
        latency = min(20.0, latencies.get(url(f"https://{host}/").host, LATENCY))
        asked = min(count, means.per_host) if latency == 20.0 else count
        longest = max(longest, latency, asked * max(means.interval, latency / means.per_host))
        work += asked * latency / means.concurrency
    total = max(work, len(urls) * PROCESSOR)
    return max(total / means.slots, longest), total * FEW / max(1, len(urls))


@given(links(), WAYS, LATENCIES)
def test_the_plan_ends_soon(urls: list[Url], means: Means, latencies: Mapping[str, float]) -> None:
    bound, few = least(urls, means, latencies)
    assert end_of(plan(urls, means, latencies.get), means.slots) <= 3 * bound + few


@given(st.lists(st.integers(0, 3), min_size=60, max_size=60), st.sampled_from([0.01, 1.0]))
def test_the_most_urgent_come_first(ranks: list[int], latency: float) -> None:
    urls = links_of(*((host, 10) for host in HOSTS[-3:]), ("example.com", 30))
    means = Means(slots=9, concurrency=1, per_host=1, interval=9.0)
    shards = plan(urls, means, lambda _: latency, ranks)
    urgent = [min(ranks[number] for number in shard.links) for shard in shards]
    for shard, rank in zip(shards, urgent, strict=True):
        if shard.after is None:
            assert rank >= max(
                (urgent[each.number] for each in shards[: shard.number] if each.after is None),
                default=0,
            )
        of_host = [(urls[n].host, ranks[n], n) for n in shard.links]
        for (host, one, n), (other, two, m) in pairwise(of_host):
            assert host != other or (one, n) < (two, m)

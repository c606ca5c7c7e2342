"""Whatever the links: each in one shard, no domain in two at once, and no slot idle for long."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.estimates import LATENCY, PROCESSOR, Domains, Means
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
    return [Url("https", host, f"/{n}") for host, count in counts for n in range(count)]


@st.composite
def links(draw: st.DrawFn) -> list[Url]:
    counts = draw(st.lists(st.tuples(st.sampled_from(HOSTS), st.integers(1, 90)), max_size=12))
    written, step = links_of(*counts), draw(st.integers(1, 7918))
    # 7,919 is a prime: another order for each step.
    return [each for _, each in sorted(enumerate(written), key=lambda of: of[0] * step % 7919)]


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


def ranks_of(urls: Sequence[Url], seed: int) -> list[int]:
    return [seed // (n + 1) % 3 for n in range(len(urls))]


def domains_of(shard: Shard, urls: Sequence[Url]) -> set[str]:
    return {domain_of(urls[number]) for number in shard.links}


@given(links(), WAYS, LATENCIES, st.none() | st.integers(0, 10**6))
def test_every_link_is_in_one_shard_and_no_domain_in_two_at_once(
    urls: list[Url], means: Means, latencies: Mapping[str, float], seed: int | None
) -> None:
    ranks = None if seed is None else ranks_of(urls, seed)
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


@example(
    links_of(("example.com", 30), ("site0.co.uk", 8)),
    Means(slots=1, concurrency=1, per_host=6, interval=0.0),
    {"example.com": 20.0},
)
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


@pytest.mark.parametrize(("concurrency", "shards", "seconds"), [(128, 4, 3.9), (8, 13, 20.0)])
def test_few_links_are_not_cut_into_shards_that_wait_for_silent_hosts_one_after_the_other(
    concurrency: int, shards: int, seconds: float
) -> None:
    """Of 4,000 hosts many are silent, and nobody knows which: each shard ends with such a wait."""
    urls = links_of(*((f"site{number}.org", 1) for number in range(4000)))
    means = replace(MEANS, concurrency=concurrency)
    planned = plan(urls, means)
    assert len(planned) == shards
    assert max(shard.seconds for shard in planned) == pytest.approx(seconds, rel=0.02)


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
        latency = min(20.0, latencies.get(Url("https", host, "/").host, LATENCY))
        asked = min(count, means.per_host) if latency == 20.0 else count
        longest = max(longest, latency, asked * max(means.interval, latency / means.per_host))
        work += asked * latency / means.concurrency
    total = max(work, len(urls) * PROCESSOR)
    return max(total / means.slots, longest), total * FEW / max(1, len(urls))


@given(links(), WAYS, LATENCIES)
def test_the_plan_ends_soon(urls: list[Url], means: Means, latencies: Mapping[str, float]) -> None:
    bound, few = least(urls, means, latencies)
    assert end_of(plan(urls, means, latencies.get), means.slots) <= 2 * bound + few


@given(links(), WAYS, LATENCIES, st.integers(0, 10**6))
def test_the_most_urgent_come_first_where_there_is_no_time_for_all(
    urls: list[Url], means: Means, latencies: Mapping[str, float], seed: int
) -> None:
    ranks = ranks_of(urls, seed)
    shards = plan(urls, means, latencies.get, ranks)
    urgent = {shard.number: min(ranks[n] for n in shard.links) for shard in shards}
    for shard in reversed(shards):
        if shard.after is not None:
            urgent[shard.after] = min(urgent[shard.after], urgent[shard.number])
    assert [*urgent.values()] == sorted(urgent.values())
    for shard in shards:
        for one, other in pairwise(shard.links):
            same = domain_of(urls[one]) == domain_of(urls[other])
            assert not same or (ranks[one], one) < (ranks[other], other)


def test_a_huge_domain_begins_at_once_and_others_use_what_it_leaves_idle() -> None:
    huge = [Url("https", f"{n % 3}.example.com", f"/{n}") for n in range(6000)]
    small = links_of(*((f"site{n}.co.uk", 2) for n in range(1000)))
    shards = plan([*small, *huge], replace(MEANS, slots=1))
    pieces = [each for each in shards if "example.com" in domains_of(each, [*small, *huge])]
    # 2,000 links a host, six at once, half a second each: 167 seconds, in three pieces.
    assert [each.after for each in pieces] == [None, *(each.number for each in pieces[:-1])]
    assert len(pieces) == 3
    assert pieces[0] is shards[0]
    for piece in pieces:  # each has its part of every host
        hosts = Counter(huge[n - 2000].host for n in piece.links if n >= 2000)
        assert len(hosts) == 3
        assert max(hosts.values()) - min(hosts.values()) <= 1
    assert len(pieces[0].links) > 2000
    assert max(each.seconds for each in shards) < LONGEST


def test_pieces_are_alike_though_every_host_has_one_link() -> None:
    urls = links_of(*((f"{n}.example.com", 1) for n in range(20_000)))
    # Half a second each, 128 at once: 78 seconds.
    assert [len(each.links) for each in plan(urls, MEANS)] == [10_000, 10_000]


def test_what_an_urgent_link_waits_for_is_urgent() -> None:
    urls = links_of(("example.com", 2000), ("a.example.com", 2))
    others = links_of(*((f"site{n}.co.uk", 1) for n in range(1000)))
    ranks = [0] + [5] * 1999 + [3] * 2 + [4] * 1000
    shards = plan([*urls, *others], MEANS, ranks=ranks)
    assert [min(ranks[n] for n in each.links) for each in shards[:4]] == [0, 5, 3, 4]
    assert [each.after for each in shards[:4]] == [None, 0, 1, None]


def test_a_slow_host_makes_no_shard_longer_that_others_have_begun() -> None:
    urls = links_of(*((f"site{n}.co.uk", 1) for n in range(1000)), ("gone.co.uk", 1))
    latencies = {"gone.co.uk": 20.0}
    *others, last = plan(urls, MEANS, latencies.get, [0] * 1000 + [1])
    assert [*last.links] == [1000]
    assert max(each.seconds for each in others) < 2


def test_pieces_of_two_domains_share_their_shards_if_there_is_room() -> None:
    urls = links_of(("example.com", 2000), ("example.org", 1900))
    together = plan(urls, replace(MEANS, slots=1))
    assert [len(domains_of(each, urls)) for each in together] == [2, 2, 2]
    alone = plan(urls, replace(MEANS, slots=1, concurrency=8))
    assert [len(domains_of(each, urls)) for each in alone] == [1] * 6
    aside = plan(urls, replace(MEANS, slots=2))
    assert [each.after for each in aside] == [None, None, 0, 1, 2, 3]


def test_hosts_that_are_silent_have_others_beside_them() -> None:
    silent = [f"gone{n}.co.uk" for n in range(200)]
    well = [f"site{n}.co.uk" for n in range(2000)]
    urls = links_of(*((host, 3) for host in (*silent, *well)))
    shards = plan(urls, MEANS, dict.fromkeys(silent, 20.0).get)
    for shard in shards:
        dead = sum(urls[n].host in set(silent) for n in shard.links)
        assert dead <= len(shard.links) / 2
    assert max(shard.seconds for shard in shards) < LONGEST


def test_a_silent_host_takes_no_longer_with_many_links() -> None:
    (shard,) = plan(links_of(("example.com", 500)), MEANS, lambda _: 20.0)
    assert shard.seconds == 20.0


def test_slots_are_busy_to_the_end_and_shards_are_worth_to_begin() -> None:
    urls = links_of(*((f"site{n}.co.uk", 1) for n in range(81_920)))
    shards = plan(urls, MEANS)
    assert len(shards) == 16
    assert end_of(shards, 4) < 1.01 * sum(each.seconds for each in shards) / 4
    assert [len(each.links) for each in plan(urls[:300], MEANS)] == [256, 44]
    assert plan([], MEANS) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("www.example.co.uk", "example.co.uk:8443", True),
        ("example.org.", "a.example.org", True),
        ("one.co.uk", "two.co.uk", False),
        ("192.0.2.1", "192.0.2.1:8080", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("[2001:db8::1]", "[2001:db8::1]:8080", True),
        ("localhost", "localhost.:8080", True),
    ],
)
def test_what_counts_as_one_domain(one: str, other: str, *, same: bool) -> None:
    urls = links_of((one, 2), (other, 3))
    assert len(Domains(urls, MEANS, lambda _: None, None)) == (1 if same else 2)

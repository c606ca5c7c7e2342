"""The simulated web of the benchmarks: what it says of itself must be so."""

import asyncio
import sys
from collections import Counter

import pytest
from bench.servers import simulated
from bench.simulated import Fate, Limiter, Link, Manner, Web, address, simulate


def test_the_same_seed_gives_the_same_web() -> None:
    assert simulate(7, 300, 0.01) == simulate(7, 300, 0.01)
    assert simulate(7, 300).links != simulate(8, 300).links


@pytest.mark.parametrize("number", [60, 1000, 5000])
def test_every_link_has_a_reply_and_every_way_to_be_dead_is_there(number: int) -> None:
    web = simulate(1, number, 0.01)
    assert len(web.links) == number
    assert all((link.host.name, link.path) in web.replies for link in web.links)
    assert all(r.location in web.replies for r in web.replies.values() if r.location)
    assert {link.fate for link in web.links} == set(Fate)
    assert {host.manner for host in web.hosts.values()} == set(Manner)


def test_a_third_of_the_links_is_on_a_few_hosts_and_the_rest_on_many() -> None:
    web = simulate(1, 1000)
    counted = Counter(link.host.name for link in web.links)
    busy = {name: count for name, count in counted.items() if count > 1}
    assert len(busy) <= 5
    assert 300 <= sum(busy.values()) <= 350
    assert 750 <= len({host for host, _ in web.replies}) <= 850


def test_the_truth_of_a_link_is_what_its_host_answers_to_the_patient() -> None:
    web = simulate(3, 1000, 0.01)
    assert [link.alive for link in web.links] == [truly_alive(web, link) for link in web.links]
    assert Counter(link.alive for link in web.links)[False] > 100


def truly_alive(web: Web, link: Link) -> bool:
    """Follow the replies by hand: every hiccup passes, every limit ends, silence does not."""
    if web.hosts[link.host.name].manner in (Manner.HANGING, Manner.REFUSING, Manner.NAMELESS):
        return False
    reply = web.replies[link.host.name, link.path]
    while reply.location:
        reply = web.replies[reply.location]
    return reply.status == 200


def test_latencies_have_the_median_that_is_promised() -> None:
    delays = sorted(reply.delay for reply in simulate(1, 5000).replies.values())
    assert 0.11 < delays[len(delays) // 2] < 0.13
    assert delays[len(delays) * 95 // 100] > 0.4


def test_a_limiter_admits_its_rate_and_no_more() -> None:
    limiter = Limiter(5)
    at_once = [limiter.admits(100.0) for _ in range(8)]
    assert at_once == [True] * 5 + [False] * 3
    assert not limiter.admits(100.1)
    assert limiter.admits(100.3)
    steady = [limiter.admits(200 + tenth / 10) for tenth in range(200)]
    assert sum(steady) == pytest.approx(5 + 20 * 5, abs=1)


def test_addresses_are_hosts_of_their_own_within_loopback() -> None:
    every = {address(index) for index in range(70_000)}
    assert len(every) == 70_000
    assert all(
        0 < int(part) < 255 for one in every for part in (one.split(".")[0], one.split(".")[3])
    )
    with pytest.raises(ValueError, match="not so many"):
        address(7_000_000)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others have one loopback address")
async def test_the_server_answers_as_the_web_says() -> None:
    web = simulate(5, 60, 0.05)
    with simulated(5, 60, 0.05) as site:
        page, missing, hiccup = (
            first(web, Manner.ANSWERING, fate) for fate in (Fate.PAGE, Fate.NOT_FOUND, Fate.HICCUP)
        )
        silent, limiting = first(web, Manner.HANGING), first(web, Manner.LIMITING)
        assert await status(page, site.port) == 200
        assert await status(missing, site.port) in (404, 410)
        assert [await status(hiccup, site.port) for _ in range(2)] == [503, 200]
        asked = [status(limiting, site.port) for _ in range(40)]
        limited = (await asyncio.gather(*asked)).count(429)
        assert limited > 0  # how many depends on how quick we were
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(status(silent, site.port), 0.3)
    assert site.did["requests"] == 4 + len(asked)
    assert site.did["limited"] == limited


def first(web: Web, manner: Manner, fate: Fate | None = None) -> Link:
    fits = (link for link in web.links if link.host.manner is manner)
    return next(link for link in fits if fate in (None, link.fate))


async def status(link: Link, port: int) -> int:
    reader, writer = await asyncio.open_connection(link.host.name, port)
    try:
        writer.write(f"GET {link.path} HTTP/1.1\r\nhost: {link.host.name}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        return int(head.split(b" ")[1])
    finally:
        writer.close()

"""One run, from links to looks. The only place where shell and core meet."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.advice import advise
from crawler.clock import Clock
from crawler.facts import read_facts
from crawler.fetch import Fetcher
from crawler.model import (
    Evidence,
    Fetch,
    Link,
    LinkState,
    Observation,
    PageFacts,
    Response,
    Verdict,
)
from crawler.settings import Settings
from crawler.stop import Stop
from crawler.urls import Url
from crawler.verdicts import judge, judge_unasked, verdict

if TYPE_CHECKING:
    import httpx


@dataclass(slots=True)
class Looks:
    """What one run saw, and what it did not ask, by URL."""

    seen: dict[Url, Observation] = field(default_factory=dict)
    unasked: dict[Url, Verdict] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a run is to be done.

    `on_look` is called with each look as soon as it is had; `stop` ends the run early;
    `transport` takes the place of the network, for tests and for practice.
    """

    settings: Settings
    clock: Clock
    stop: Stop
    on_look: Callable[[Observation], None]
    transport: "httpx.AsyncBaseTransport | None" = None


async def crawl(links: Sequence[Link], states: Mapping[Url, LinkState], conduct: Conduct) -> Looks:
    """Look at every link, the links of one host in a lane of their own, until all is done.

    When a stop is asked, looks that are under way are given up, and what was not seen is
    `unasked` for the reason of the stop.
    """
    settings, clock, stop = conduct.settings, conduct.clock, conduct.stop
    looks = Looks()
    asked = [link for link in links if not _left_out(link, looks, settings)]

    async def lane(waiting: list[Link]) -> None:
        while waiting:
            link = waiting.pop()
            look = await _look(link, fetcher, states.get(link.url), clock)
            looks.seen[link.url] = look
            conduct.on_look(look)

    async def all_lanes() -> None:
        async with asyncio.TaskGroup() as lanes:
            for host_links in _by_host(asked):
                for _ in range(min(len(host_links), settings.pace.per_host)):
                    lanes.create_task(lane(host_links))

    async with Fetcher(settings.fetch, settings.pace, clock, conduct.transport) as fetcher:
        await _until_stopped(all_lanes(), stop, clock, settings.pace.max_time)
    if stop.reason is not None:
        for link in asked:
            if link.url not in looks.seen:
                looks.unasked[link.url] = verdict(stop.reason)
    return looks


async def _until_stopped(
    work: Coroutine[None, None, None], stop: Stop, clock: Clock, max_time: float | None
) -> None:
    async def watch() -> None:
        if max_time is not None:
            await clock.sleep(max_time)
            stop.ask("out-of-time")
        await stop.wait()

    async with asyncio.TaskGroup() as tasks:
        working, watching = tasks.create_task(work), tasks.create_task(watch())
        stopping = tasks.create_task(stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (working, watching, stopping):
            task.cancel()


async def _look(link: Link, fetcher: Fetcher, state: LinkState | None, clock: Clock) -> Observation:
    """The life of one link, once it is known: ask, read, judge, advise."""
    fetch = await fetcher.fetch(link.url)
    evidence = Evidence(link, fetch, _facts(fetch), state)
    judged = judge(evidence)
    response = fetch.outcome if isinstance(fetch.outcome, Response) else None
    return Observation(
        url=link.url,
        at=clock.now(),
        verdict=judged,
        status=response.status if response else None,
        final_url=fetch.effective_url if response or fetch.hops else None,
        hops=fetch.hops,
        facts=evidence.facts,
        findings=advise(evidence, judged),
        attempts=fetch.attempts,
        elapsed_ms=fetch.elapsed_ms,
        http_stack=fetch.http_stack,
        reached=isinstance(fetch.outcome, Response) or fetch.outcome.reached,
    )


def _facts(fetch: Fetch) -> PageFacts:
    if isinstance(fetch.outcome, Response):
        return read_facts(fetch.outcome, fetch.effective_url)
    return PageFacts()


def _left_out(link: Link, looks: Looks, settings: Settings) -> bool:
    judged = judge_unasked(link.url, settings.select)
    if judged is not None:
        looks.unasked[link.url] = judged
    return judged is not None


def _by_host(links: Iterable[Link]) -> Iterable[list[Link]]:
    """Group by host, each in reverse: lanes take from the end."""
    lanes: defaultdict[str, list[Link]] = defaultdict(list)
    for link in links:
        lanes[link.url.authority].append(link)
    for lane in lanes.values():
        lane.reverse()
    return lanes.values()

"""Runs that are too short for all there is: what matters comes first, and nothing is left for good.

The hosts here are simulated, one event after the other: each takes its own time for an answer.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path

import httpx
import pytest
from fakes import NOON, FakeClock, look, url
from hypothesis import given
from hypothesis import strategies as st

from crawler import runs
from crawler.agenda import Agenda, Asks
from crawler.collect import collect
from crawler.conduct import Conduct
from crawler.frontier import Frontier
from crawler.health import advance
from crawler.model import Document, Link, LinkState, Observation
from crawler.settings import (
    ExtractSettings,
    FetchSettings,
    HealthSettings,
    PaceSettings,
    ScheduleSettings,
    Settings,
)
from crawler.stop import Stop
from crawler.store import Store
from crawler.urls import Url

NIGHT = timedelta(days=1)
FOR_EVER = float("inf")


@dataclass(frozen=True)
class Hosts:
    """Hosts with some links each; `seconds`: how long each takes for one answer."""

    links: list[Link]
    seconds: dict[str, float]
    per_host: int
    at_once: int = 1_000_000
    max_days: int = 30

    def run(
        self, states: dict[Url, LinkState], now: datetime, max_time: float
    ) -> tuple[list[Link], float]:
        """Ask what is due for a time; return what was seen, in order, and when the last was."""
        agenda = Agenda(dict(states), now, ScheduleSettings(max_days=self.max_days), Asks.DUE)
        frontier = Frontier(agenda.chosen(self.links), self.per_host, agenda.rank)
        seen, answers, numbers, clock = list[Link](), list[tuple[float, int, Link]](), count(), 0.0
        while True:
            while len(answers) < self.at_once and (turn := frontier.take(clock)):
                ends = clock + self.seconds[turn.link.url.host]
                heappush(answers, (ends, next(numbers), turn.link))
            if not answers or answers[0][0] > max_time:
                return seen, clock
            clock, _, link = heappop(answers)
            frontier.left(link)
            frontier.done()
            seen.append(link)
            looked = look("ok", now + timedelta(seconds=clock), str(link.url))
            states[link.url] = advance(states.get(link.url), looked, HealthSettings())


def hosts(sizes: list[tuple[int, int]], per_host: int, at_once: int = 1_000_000) -> Hosts:
    links = [
        Link(url(f"https://h{number}.example/{each}"))
        for number, (size, _) in enumerate(sizes)
        for each in range(size)
    ]
    seconds = {f"h{number}.example": tenths / 10 for number, (_, tenths) in enumerate(sizes)}
    return Hosts(links, seconds, per_host, at_once)


SIZES = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 50)), min_size=1, max_size=8)


@given(SIZES, st.integers(1, 4))
def test_two_nights_of_half_the_time_see_all(sizes: list[tuple[int, int]], per_host: int) -> None:
    web = hosts(sizes, per_host)
    _, whole = web.run({}, NOON, FOR_EVER)
    states: dict[Url, LinkState] = {}
    first, _ = web.run(states, NOON, whole / 2)
    # What was under way when the time was up is asked once more.
    second, _ = web.run(states, NOON + NIGHT, whole / 2 + max(web.seconds.values()) + 0.001)
    assert {*first, *second} == {*web.links}
    assert {*web.links} - {*first} <= {*second}


@given(SIZES, st.integers(1, 4))
def test_the_order_costs_no_time(sizes: list[tuple[int, int]], per_host: int) -> None:
    web = hosts(sizes, per_host)
    states: dict[Url, LinkState] = {}
    _, new = web.run(states, NOON, FOR_EVER)
    _, known = web.run(states, NOON + NIGHT, FOR_EVER)
    assert known == pytest.approx(new)


@pytest.mark.parametrize("nights", [2, 3, 5, 8])
def test_nothing_starves_where_no_night_is_long_enough(nights: int) -> None:
    plain = hosts([(1 + 5 * number % 13, 10) for number in range(12)], 2, at_once=1)
    web = replace(plain, max_days=1)
    states: dict[Url, LinkState] = {}
    waits, longest = dict.fromkeys(web.links, 0), 0
    for night in range(4 * nights):
        seen, _ = web.run(states, NOON + night * NIGHT, len(web.links) / nights)
        waits = {link: 0 if link in seen else wait + 1 for link, wait in waits.items()}
        longest = max(longest, *waits.values())
    assert longest < 2 * nights


# The same by the real thing


class PatientClock(FakeClock):
    """A clock by which no run's time is ever up by itself."""

    async def sleep(self, seconds: float) -> None:
        if seconds == 3600:
            await asyncio.Event().wait()
        await super().sleep(seconds)


async def test_what_a_night_had_no_time_for_comes_first_the_next(tmp_path: Path) -> None:
    addresses = [f"https://{name}.example/{n}" for name in "abc" for n in range(4)]
    text = "\n".join(f"<{each}>\n" for each in addresses)
    pace = PaceSettings(delay=0, max_time=3600, per_host=1)
    how = Settings(pace=pace, fetch=FetchSettings(retries=0))
    seen: list[set[str]] = []
    with Store(tmp_path / "crawl.db") as store:
        for night in range(2):
            stop, had = Stop(), set[str]()

            def on_look(each: Observation, had: set[str] = had, stop: Stop = stop) -> None:
                had.add(str(each.url))
                if len(had) == 6:
                    stop.ask("out-of-time")

            async def web(_: httpx.Request, had: set[str] = had) -> httpx.Response:
                if len(had) == 6:
                    await asyncio.Event().wait()
                return httpx.Response(200)

            clock = PatientClock(NOON + night * NIGHT)
            conduct = Conduct(how, clock, stop, on_look, httpx.MockTransport(web), asks=Asks.DUE)
            collection = collect([Document("a.md", "markdown", text)], ExtractSettings())
            report, error = await runs.run(collection, store, conduct)
            assert error is None
            seen.append(had)
        assert not report.run.complete, "those of the first night were due again"
    assert len(seen[0]) == len(seen[1]) == 6
    assert seen[0] | seen[1] == {*addresses}

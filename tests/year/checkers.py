"""Checkers without a memory, on the very same nights: what they say of a link is one look's."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Final, Self

from crawler import runs
from crawler.collect import collect
from crawler.conduct import Conduct
from crawler.model import Outcome, Report, Verdict
from crawler.settings import Settings
from crawler.stop import Stop
from year.lives import Link
from year.pages import Reply
from year.player import Told, documents_of
from year.truth import Kind
from year.web import NightClock, NightWeb, VirtualLoop
from year.world import Line, Night, World

BROKEN: Final = Told(broken=True)
FINE: Final = Told()
_HOPS: Final = 10
_WITNESSES: Final = 12
_BROKEN: Final = frozenset({Outcome.BROKEN})
_STRICT: Final = frozenset({Outcome.BROKEN, Outcome.FAILING})


def chain(world: World, url: str, day: float, line: Line = Line.UP) -> tuple[Reply, ...]:
    """Return every answer on the way from a URL, the last one at its end."""
    replies = [world.reply(url, day, line)]
    while (location := replies[-1].location) and len(replies) <= _HOPS:
        replies.append(world.reply(location, day, line))
    return tuple(replies)


def by_status(world: World, night: Night) -> dict[str, Told]:
    """Say as the plainest checker does: no answer, or a status of 400 and more, is broken.

    It is kind, and asks a second time where a server was only busy.
    """
    return {
        written: FINE if _ends_well(world, written, night) else BROKEN
        for _, written in world.written(night.day)
    }


def _ends_well(world: World, written: str, night: Night) -> bool:
    return chain(world, _page(written), night.day, night.line)[-1].is_there


class OneLook:
    """Our own verdict of one look, without any history.

    Where nothing has changed at a host since the night before, its verdicts are those of then.
    Use it as a context manager.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, Verdict] = {}
        self._seen: dict[str, object] = {}
        self._runner = asyncio.Runner(loop_factory=VirtualLoop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def look(self, night: Night) -> tuple[dict[str, Told], dict[str, Told]]:
        """Return what is said in a night on which the line is up.

        The second one is strict: what does not answer counts as broken.
        """
        written = list(self._world.written(night.day))
        if changed := list(self._changed(written, night)):
            steady = (each for link, each in written if link.kind is Kind.STEADY)
            asked = {*changed, *islice(steady, _WITNESSES)}
            for row in self._runner.run(self._check(sorted(asked), night)).rows:
                self._known[row.place.occurrence.href] = row.verdict
        lenient = {each: _told(self._known[each], _BROKEN) for _, each in written}
        return lenient, {each: _told(self._known[each], _STRICT) for _, each in written}

    def _changed(self, written: list[tuple[Link, str]], night: Night) -> Iterator[str]:
        """Yield the links of all hosts at which anything is another than it was."""
        hosts: defaultdict[str, list[str]] = defaultdict(list)
        for _, each in written:
            hosts[each.split("/")[2]].append(each)
        for host, links in hosts.items():
            seen = [(each, chain(self._world, _page(each), night.day)) for each in links]
            if self._seen.get(host) != seen:
                self._seen[host] = seen
                yield from links

    async def _check(self, written: list[str], night: Night) -> Report:
        clock = NightClock(night.clock)
        text = "".join(f"- <{each}>\n" for each in written)
        settings = Settings()
        collection = collect(documents_of(iter([("all.md", text)])), settings.extract)
        web = NightWeb(self._world, night, clock)
        return await runs.check(
            collection, {}, Conduct(settings, clock, Stop(), lambda _: None, web)
        )


def _told(verdict: Verdict, failing: frozenset[Outcome]) -> Told:
    if verdict.reason == "fragment-missing":
        return Told(lacking=True)
    return BROKEN if verdict.outcome in failing else FINE


def _page(written: str) -> str:
    return written.partition("#")[0]

"""Plays nights with the real program: documents are read, a run is made, a history is kept."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from crawler import runs
from crawler.agenda import Asks
from crawler.beliefs import is_broken, is_unconfirmed
from crawler.collect import Collection, collect
from crawler.conduct import Conduct
from crawler.model import Change, Document, Network, Observation, Report, Row
from crawler.settings import Settings
from crawler.stop import Stop
from crawler.store import Store
from year.timeline import BEGINNING
from year.web import NightClock, NightWeb, VirtualLoop
from year.world import Night, World

_GONE_HOME: Final = frozenset({"sent-home", "site-moved"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of one place. `listed`: among what is broken, be it confirmed or not."""

    broken: bool = False
    drifted: bool = False
    flaky: bool = False
    lacking: bool = False
    moved: str | None = None
    listed: bool = False
    hinted: bool = False

    @property
    def alarms(self) -> bool:
        """Tell whether somebody is called to look after the link."""
        return self.broken or self.drifted or self.lacking


@dataclass(frozen=True, slots=True)
class News:
    """What a maintainer gets mail of: a change of a link's, once."""

    change: Change
    url: str
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A night: what was told of every link as it is written, what was news, and what that took."""

    night: Night
    told: Mapping[str, Told]
    news: tuple[News, ...]
    requests: int
    looks: int


class Player:
    """One history, night after night. Use it as a context manager."""

    def __init__(self, world: World, path: Path, settings: Settings | None = None) -> None:
        self._world, self._path = world, path
        self._settings = settings or Settings()
        self._runner = asyncio.Runner(loop_factory=VirtualLoop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def play(self) -> Iterator[Played]:
        """Play the nights on which the machine is on; yield those that ended in a report."""
        for night in self._world.nights:
            if night.machine_is_on and (played := self._runner.run(self._night(night))):
                yield played

    async def _night(self, night: Night) -> Played | None:
        clock = NightClock(night.clock)
        web = NightWeb(self._world, night, clock)
        looks: list[Observation] = []
        conduct = Conduct(self._settings, clock, Stop(), looks.append, web, asks=Asks.DUE)
        with Store(self._path) as store:
            report, error = await runs.run(self._collection(night), store, conduct)
        if error and night.clock > BEGINNING:  # else it says that the clock is behind
            raise error
        if report.run.network is not Network.UP:
            return None
        return Played(night, told_by(report), news_in(report), web.asked.total(), len(looks))

    def _collection(self, night: Night) -> Collection:
        return collect(documents_of(self._world.documents(night.day)), self._settings.extract)


def documents_of(texts: Iterator[tuple[str, str]]) -> Iterator[Document]:
    return (Document(name, "markdown", text, source="docs") for name, text in texts)


def told_by(report: Report) -> dict[str, Told]:
    return {row.place.occurrence.href: told_in(row) for row in report.rows}


def news_in(report: Report) -> tuple[News, ...]:
    changes = (each for each in report.changes or () if each.url)
    return tuple(News(each.kind, str(each.url), each.replacement) for each in changes)


def told_in(row: Row) -> Told:
    """Return what one line of a report says. What all looks together say comes first."""
    health = row.state.health if row.state else ""
    names = {finding.name for finding in row.findings}
    moved = (finding.replacement for finding in row.findings if finding.name == "moved")
    return Told(
        broken=health == "broken",
        drifted=health == "drifted",
        flaky=health == "flaky",
        lacking=row.verdict.reason == "fragment-missing",
        moved=next(moved, None),
        listed=is_broken(row) and not is_unconfirmed(row),
        hinted=health == "suspect" or not names.isdisjoint(_GONE_HOME),
    )

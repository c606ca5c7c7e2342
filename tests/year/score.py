"""What was told, night after night, held against the truth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from crawler.model import Change
from year.lives import Link
from year.player import News, Told
from year.truth import ROT, Kind, Says
from year.world import Night, World

PATIENCE: Final = 45.0
"""Days: rot that began later than so long before the year's end may still be told of."""


@dataclass(slots=True)
class Result:
    """What came of all links of one kind.

    *Stale* are nights on which what is over is still told, *lulled* those on which rot that was
    told before is told no more.
    A *mail* is a change that a maintainer is told of; a *link-night* one link in one report.
    Delays are in days, from when it happened to when it was told.
    """

    links: int = 0
    nights: int = 0
    false_mails: int = 0
    false_nights: int = 0
    false_links: set[int] = field(default_factory=set)
    false_listed: int = 0
    stale_nights: int = 0
    lulled_nights: int = 0
    mails: int = 0
    news: int = 0
    false_news: int = 0
    rot: int = 0
    told: list[float] = field(default_factory=list)
    missed: int = 0
    hinted: int = 0
    pending: int = 0
    recovered: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)
    never_moved: int = 0
    false_moves: int = 0
    drifted: list[float] = field(default_factory=list)
    false_drifts: int = 0
    flaky: list[float] = field(default_factory=list)
    false_flaky: int = 0

    def add(self, other: "Result") -> None:
        """Take in another kind's."""
        for name in self.__slots__:
            mine, its = getattr(self, name), getattr(other, name)
            setattr(self, name, mine | its if isinstance(mine, set) else mine + its)


@dataclass(slots=True)
class _Track:
    """What is going on with one link, and since when."""

    told: Told = field(default_factory=Told)
    is_false: bool = False
    rot_since: float | None = None
    rot_told: bool = False
    rot_hinted: bool = False
    well_since: float | None = None
    moved_told: bool = False
    drift_told: bool = False
    flaky_told: bool = False


_RIGHT: Final[Mapping[Change, frozenset[Says]]] = {
    Change.BROKEN: frozenset({Says.DEAD, Says.TAKEN}),
    Change.DRIFTED: frozenset({Says.DEAD, Says.TAKEN}),
    Change.FLAKY: frozenset({Says.FLAKY}),
    Change.MOVED: frozenset({Says.MOVED}),
    Change.RECOVERED: frozenset(Says) - ROT,
}
"""Of which links which news is right."""


class Score:
    """Takes in reports, and gives results by kind of life."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tracks = [_Track() for _ in world.links]
        self.news: list[list[Change]] = [[] for _ in world.links]
        self.results: dict[Kind, Result] = {kind: Result() for kind in Kind}
        for link in world.links:
            self.results[link.kind].links += 1

    def take(self, night: Night, told: Mapping[str, Told]) -> None:
        """Take in the report of a night: what it tells of each link that is written then."""
        for number, link in enumerate(self._world.links):
            if link.is_written(night.day):
                said = told[link.written.at(night.day)]
                self._take(number, link, night.day, said)

    def hear(self, night: Night, news: Iterable[News]) -> None:
        """Take in the mail of a night."""
        numbers = {
            link.written.at(night.day).partition("#")[0]: number
            for number, link in enumerate(self._world.links)
        }
        for each in news:
            link = self._world.links[numbers[each.url]]
            truth, result = link.truth.at(night.day), self.results[link.kind]
            right = truth.says in _RIGHT[each.change]
            if each.change is Change.MOVED:
                right = right and each.replacement == truth.to
            heard = self.news[numbers[each.url]]
            right = right and heard[-1:] != [each.change]
            heard.append(each.change)
            result.news += 1
            result.false_news += not right

    def total(self, kinds: Iterable[Kind] = Kind) -> Result:
        """Return the sum over some kinds."""
        total = Result()
        for kind in kinds:
            total.add(self.results[kind])
        return total

    def finish(self) -> None:
        """Say of what was never told whether it was missed."""
        end = self._world.nights[-1].day
        for link, track in zip(self._world.links, self._tracks, strict=True):
            result = self.results[link.kind]
            self._end_rot(result, track, end)
            if link.truth.at(end).says is Says.MOVED and not track.moved_told:
                result.never_moved += 1

    def _take(self, number: int, link: Link, day: float, told: Told) -> None:
        result, track = self.results[link.kind], self._tracks[number]
        truth, since = link.truth.at(day), link.truth.since(day)
        since = max(since, link.added)
        result.nights += 1
        self._take_truth(result, track, truth.says in ROT, since, day)
        self._take_alarm(result, track, number, told, rotten=truth.says in ROT)
        if truth.says in ROT and told.alarms and not track.rot_told:
            track.rot_told = True
            result.told.append(day - (track.rot_since or 0.0))
        result.lulled_nights += truth.says in ROT and track.rot_told and not told.alarms
        track.rot_hinted = track.rot_hinted or told.hinted
        if track.well_since is not None and not told.alarms:
            result.recovered.append(day - track.well_since)
            track.well_since = None
        self._take_rest(result, track, told, link, day)
        track.told = told

    def _take_truth(
        self,
        result: Result,
        track: _Track,
        rotten: bool,
        since: float,
        day: float,
    ) -> None:
        if rotten and track.rot_since is None:
            result.rot += 1
            track.rot_since, track.rot_told, track.rot_hinted = since, False, False
            track.well_since = None
        elif not rotten and track.rot_since is not None:
            if track.rot_told:
                track.well_since = since
            self._end_rot(result, track, day)

    def _end_rot(self, result: Result, track: _Track, day: float) -> None:
        if track.rot_since is not None and not track.rot_told:
            if day - track.rot_since < PATIENCE:
                result.pending += 1
            elif track.rot_hinted:
                result.hinted += 1
            else:
                result.missed += 1
        track.rot_since = None

    def _take_alarm(
        self, result: Result, track: _Track, number: int, told: Told, *, rotten: bool
    ) -> None:
        if told.alarms != track.told.alarms:
            result.mails += 1
            if told.alarms:
                track.is_false = not rotten
                result.false_mails += track.is_false
        if told.alarms and not rotten:
            if track.is_false:
                result.false_nights += 1
                result.false_links.add(number)
            else:
                result.stale_nights += 1
        if told.listed and not told.alarms and not rotten:
            result.false_listed += 1

    def _take_rest(self, result: Result, track: _Track, told: Told, link: Link, day: float) -> None:
        truth, since = link.truth.at(day), link.truth.since(day)
        ever = {each.says for each in link.truth.values}
        if told.moved:
            places = {each.to for each in link.truth.values}
            result.false_moves += told.moved not in places
            if truth.says is Says.MOVED and not track.moved_told:
                track.moved_told = True
                result.moved.append(day - since)
        if told.drifted:
            result.false_drifts += Says.TAKEN not in ever
            if truth.says is Says.TAKEN and not track.drift_told:
                track.drift_told = True
                result.drifted.append(day - since)
        if told.flaky:
            result.false_flaky += Says.FLAKY not in ever
            if truth.says is Says.FLAKY and not track.flaky_told:
                track.flaky_told = True
                result.flaky.append(day - since)


def quantiles(values: Iterable[float]) -> tuple[float, ...]:
    """Return the median, the value that 19 of 20 do not exceed, and the greatest; or nothing."""
    ordered = sorted(values)
    if not ordered:
        return ()
    last = len(ordered) - 1
    return ordered[last // 2], ordered[-(-last * 19 // 20)], ordered[last]

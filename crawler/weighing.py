"""Counting what has rotted: from a report's rows, gone through once, to figures by group.

Links are distinct, by their URL or by what is written where there is none, as the summary of every
report counts them; places are all their occurrences. A link counts once in each group, as the worst
that any of its places there comes to.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from crawler.beliefs import is_broken, is_unconfirmed
from crawler.model import Health, Line, LinkState, Origins, Outcome, Report, Row, Undated
from crawler.naming import lacks_fragment, written
from crawler.urls import Target, Url

Key: TypeAlias = Url | str
Author: TypeAlias = str | Undated


class Standing(StrEnum):
    """What a link counts as: one of these, and the last that any of its places comes to."""

    NOT_ASKED = "not_asked"
    WELL = "well"
    BLOCKED = "blocked"
    FAILING = "failing"
    PERHAPS_BROKEN = "perhaps_broken"
    INVALID = "invalid"
    BROKEN = "broken"


_RANKS: Final = {standing: rank for rank, standing in enumerate(Standing)}
_STANDINGS: Final[Mapping[Outcome, Standing]] = {
    Outcome.OK: Standing.WELL,
    Outcome.REDIRECTED: Standing.WELL,
    Outcome.BROKEN: Standing.BROKEN,
    Outcome.INVALID: Standing.INVALID,
    Outcome.BLOCKED: Standing.BLOCKED,
    Outcome.FAILING: Standing.FAILING,
    Outcome.UNSAFE: Standing.NOT_ASKED,
    Outcome.SKIPPED: Standing.NOT_ASKED,
}


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of links, but for `places`; `drifted` are counted as what they are besides."""

    links: int = 0
    places: int = 0
    well: int = 0
    broken: int = 0
    perhaps_broken: int = 0
    failing: int = 0
    blocked: int = 0
    invalid: int = 0
    not_asked: int = 0
    drifted: int = 0

    def __add__(self, other: "Count") -> "Count":
        pairs = ((getattr(self, each.name), getattr(other, each.name)) for each in fields(self))
        return Count(*(one + another for one, another in pairs))

    @property
    def in_doubt(self) -> int:
        """Of which nobody knows whether they are broken."""
        return self.perhaps_broken + self.failing + self.blocked

    @property
    def share_broken(self) -> float | None:
        """Of the links that were asked, or looked up, the share that is broken."""
        asked = self.links - self.not_asked
        return self.broken / asked if asked else None


@dataclass(slots=True)
class Weighed:
    """One link, as far as its rows have gone by. `written`: the oldest of its lines."""

    standing: Standing = Standing.NOT_ASKED
    places: int = 0
    url: Url | None = None
    state: LinkState | None = None
    written: datetime | None = None
    answer_ms: int | None = None

    @property
    def drifted(self) -> bool:
        """Whether its page is believed to be another's."""
        return self.state is not None and self.state.health is Health.DRIFTED

    def born(self, origins: Origins) -> datetime | None:
        """Return since when it is known to be there: by its line, or by the first look at it."""
        seen = origins.seen.get(self.url) if self.url else None
        return min((each for each in (self.written, seen) if each), default=None)


@dataclass(slots=True)
class Group:
    """Links that have a document or an author in common; since when the first of them is broken."""

    links: dict[Key, Standing] = field(default_factory=dict)
    drifted: set[Key] = field(default_factory=set)
    places: int = 0
    broken_since: datetime | None = None

    @property
    def count(self) -> Count:
        """All that in numbers."""
        return counted(self.links.values(), self.places, len(self.drifted))


class Weights:
    """What is known of a report's rows once they have gone by."""

    def __init__(self, report: Report) -> None:
        self._remembers = report.remembers
        self._lines = report.origins.lines if report.origins else None
        self.links: defaultdict[Key, Weighed] = defaultdict(Weighed)
        self.documents: defaultdict[str, Group] = defaultdict(Group)
        self.authors: defaultdict[Author, Group] = defaultdict(Group)
        self.undated: defaultdict[Undated, int] = defaultdict(int)
        for row in report.rows:
            self._take(row)

    def _take(self, row: Row) -> None:
        target, place = row.place.target, row.place.occurrence
        url = target.url if isinstance(target, Target) else None
        key = written(row) if url is None or lacks_fragment(row) else url
        standing = standing_of(row, remembers=self._remembers)
        link = self.links[key]
        link.standing = worse(link.standing, standing)
        link.places += 1
        link.url = url
        if row.place.ignored is None:  # of one that is left out nothing is told
            link.state = row.state
            if row.observation and row.observation.status:
                link.answer_ms = row.observation.elapsed_ms
        _put(self.documents[place.document], key, row, standing)
        if self._lines is not None:
            line = self._lines.get((place.document, place.span.line, place.raw))
            self._take_line(link, key, row, line or Line(undated=Undated.UNTOLD))

    def _take_line(self, link: Weighed, key: Key, row: Row, line: Line) -> None:
        link.written = min((each for each in (link.written, line.at) if each), default=None)
        if line.undated:
            self.undated[line.undated] += 1
        standing = standing_of(row, remembers=self._remembers)
        _put(self.authors[line.author or line.undated or Undated.UNTOLD], key, row, standing)

    @property
    def whole(self) -> Count:
        """All links."""
        return total(self.links.values())

    def hosts(self) -> Mapping[str, Count]:
        """Return the figures of each host; those of links that have none are under no name."""
        groups: defaultdict[str, list[Weighed]] = defaultdict(list)
        for link in self.links.values():
            groups[link.url.host if link.url else ""].append(link)
        return {host: total(links) for host, links in groups.items()}

    def answers(self) -> Mapping[str, int]:
        """Return how long hosts take to answer, in milliseconds: the median of their links."""
        times: defaultdict[str, list[int]] = defaultdict(list)
        for link in self.links.values():
            if link.url and link.answer_ms is not None:
                times[link.url.host].append(link.answer_ms)
        return {host: _median(each) for host, each in times.items()}


def standing_of(row: Row, *, remembers: bool) -> Standing:
    """Return what a place counts as, as summaries have it."""
    if row.place.ignored is not None:
        return Standing.NOT_ASKED
    if remembers and is_unconfirmed(row):
        return Standing.PERHAPS_BROKEN
    return Standing.BROKEN if is_broken(row) else _STANDINGS[row.verdict.outcome]


def worse(one: Standing, other: Standing) -> Standing:
    """Return what a link counts as whose places come to two things."""
    return max(one, other, key=_RANKS.__getitem__)


def counted(standings: Iterable[Standing], places: int, drifted: int) -> Count:
    """Return the figures of links of which each counts as something."""
    found: dict[str, int] = {}
    for standing in standings:
        found[standing] = found.get(standing, 0) + 1
    return Count(links=sum(found.values()), places=places, drifted=drifted, **found)


def total(links: Iterable[Weighed]) -> Count:
    """Return the figures of some links."""
    some = list(links)
    places, drifted = sum(link.places for link in some), sum(link.drifted for link in some)
    return counted((link.standing for link in some), places, drifted)


def _median(numbers: list[int]) -> int:
    ordered, middle = sorted(numbers), len(numbers) // 2
    return (ordered[middle] + ordered[~middle]) // 2


def _put(group: Group, key: Key, row: Row, standing: Standing) -> None:
    group.links[key] = worse(group.links.get(key, Standing.NOT_ASKED), standing)
    group.places += 1
    state = row.state if row.place.ignored is None else None
    if state is None:
        return
    if state.health is Health.DRIFTED:
        group.drifted.add(key)
    if standing is Standing.BROKEN and state.failing_since and not lacks_fragment(row):
        group.broken_since = min(group.broken_since or state.failing_since, state.failing_since)

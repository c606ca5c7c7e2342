"""A whole world: links of every kind in documents, nights on which cron comes, and what fails us.

Pure: the same seed gives the same world.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final

from year.lives import LIVES, Chance, Life, Link, Replies, born
from year.pages import NOT_FOUND, Page, Reply, Trouble
from year.timeline import moment
from year.truth import Kind

PER_DOCUMENT: Final = 80
_CRON: Final = 3 / 24
_JITTER: Final = 10 / 24 / 60
_STEADY: Final = (Kind.STEADY, Kind.STEADY, Kind.TAGGED)
_SHARED: Final = 0.4
"""Of the steady links, those on a few hosts with many."""
_PORTAL: Final = "http://portal.example/login"


class Line(StrEnum):
    """How our own line to the internet is."""

    UP = "up"
    DOWN = "down"
    CAPTIVE = "captive portal"


@dataclass(frozen=True, slots=True)
class Night:
    """A night: when cron comes, by the sun and by the machine's own clock."""

    number: int
    day: float
    clock: datetime
    line: Line = Line.UP
    machine_is_on: bool = True

    @property
    def is_ordinary(self) -> bool:
        """Tell whether nothing is wrong on our side."""
        return self.machine_is_on and self.line is Line.UP


@dataclass(frozen=True, slots=True)
class World:
    """Everything that there is."""

    nights: tuple[Night, ...]
    links: tuple[Link, ...]
    replies: Replies
    hosts: frozenset[str]

    def reply(self, url: str, day: float, line: Line = Line.UP) -> Reply:
        """Return what a URL is answered at a moment."""
        if line is not Line.UP:
            return _without_line(url, line)
        timeline = self.replies.get(url)
        if timeline is not None:
            return timeline.at(day)
        known = url.split("/")[2] in self.hosts
        return NOT_FOUND if known else Reply(trouble=Trouble.NO_NAME)

    def documents(self, day: float) -> Iterator[tuple[str, str]]:
        """Yield name and Markdown of every document, as it is on a day."""
        numbered = enumerate(self.links)
        for number, group in groupby(numbered, lambda each: each[0] // PER_DOCUMENT):
            lines = [
                f"- [Link {place}]({link.written.at(day)})\n"
                for place, link in group
                if link.is_written(day)
            ]
            yield f"docs/{number:02}.md", "# Links\n\n" + "".join(lines)

    def written(self, day: float) -> Iterator[tuple[Link, str]]:
        """Yield every link that stands in a document on a day, and how."""
        yield from ((link, link.written.at(day)) for link in self.links if link.is_written(day))


def simulate(seed: int, links: int, nights: int) -> World:
    """Make a world with at least one life of every kind; about two fifths of all links are well."""
    chance = Chance(seed, nights)
    lives = list(_lives(chance, links))
    written = [_edited(chance, link) for life in lives for link in life.links]
    chance.draw.shuffle(written)
    replies = {url: each for life in lives for url, each in life.replies.items()}
    hosts = frozenset(url.split("/")[2] for url in replies)
    return World(tuple(_nights(chance)), tuple(written), replies, hosts)


def _lives(chance: Chance, number: int) -> Iterator[Life]:
    eventful = [kind for kind in LIVES if kind not in _STEADY]
    made = 0
    while True:
        for kind in eventful:
            life = born(chance, kind)
            made += len(life.links)
            yield life
        if made + len(eventful) + 4 > number * 0.6:
            break
    for _ in range(max(0, number - made)):
        yield born(chance, chance.draw.choice(_STEADY))


def _edited(chance: Chance, link: Link) -> Link:
    """Some links are written later, some taken out before the year is over."""
    draw, nights = chance.draw.random(), chance.nights
    if link.kind not in _STEADY or draw > 0.2:
        return link
    day = chance.draw.uniform(0.1, 0.9) * nights
    return replace(link, added=day) if draw < 0.1 else replace(link, removed=day)


def _nights(chance: Chance) -> Iterator[Night]:
    """Yield the nights; what goes wrong on our side does so at fixed times of the year."""
    number = chance.nights
    down = {number * 3 // 20, number * 8 // 20, number * 8 // 20 + 1, number * 15 // 20}
    captive, off = number * 6 // 20, range(number * 10 // 20, number * 10 // 20 + 7)
    jumps = {number * 5 // 20: timedelta(days=400), number * 13 // 20: timedelta(days=-9000)}
    for each in range(number):
        day = each + _CRON + chance.draw.uniform(0, _JITTER)
        line = Line.DOWN if each in down else Line.CAPTIVE if each == captive else Line.UP
        clock = moment(day) + jumps.get(each, timedelta())
        yield Night(each, day, clock, line, machine_is_on=each not in off)


def _without_line(url: str, line: Line) -> Reply:
    if line is Line.DOWN:
        return Reply(trouble=Trouble.NAME_SERVER)
    if url.startswith("https:"):
        return Reply(trouble=Trouble.WRONG_NAME)
    return (
        Reply(page=Page("Hotel Wi-Fi", bare=True))
        if url == _PORTAL
        else Reply(302, location=_PORTAL)
    )

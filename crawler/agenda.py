"""Which links one run asks, which it leaves for another time, and whom it asks if in doubt.

Holds state, performs nothing. What is left out is counted, and has its last look in the report.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from crawler.due import is_due, rank
from crawler.model import Health, Link, LinkState, Observation, Outcome
from crawler.settings import ScheduleSettings
from crawler.urls import Url
from crawler.views import Lookup

WITNESSES: Final = 5
"""Hosts that were well the last time, and are asked whether the network tells the truth."""

_GOOD: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


class Asks(StrEnum):
    """Which links a run asks."""

    ALL = "all"
    DUE = "due"


@dataclass(slots=True)
class Agenda:
    """What is to be asked, as links come: `asked` of them so far.

    `looked_for` returns the fragments that the latest look at a link has looked for: one that now
    asks for another is due. `not_due` and `put_off` (by the limit) are left for another run.
    `answers` returns looks at some links that spare them from being asked: those are `answered`,
    and the oldest such look is of `since`.
    """

    states: Lookup[LinkState]
    now: datetime
    settings: ScheduleSettings
    asks: Asks = Asks.ALL
    looked_for: Callable[[Url], frozenset[str]] = lambda _: frozenset()
    answers: Callable[[Sequence[Link]], Iterable[Observation]] = lambda _: ()
    not_due: dict[Url, Link] = field(default_factory=dict)
    put_off: list[Link] = field(default_factory=list)
    answered: dict[Url, Link] = field(default_factory=dict)
    since: datetime | None = None
    asked: int = 0

    def chosen(
        self, links: Sequence[Link], needed: Callable[[Url], bool] = lambda _: False
    ) -> Sequence[Link]:
        """Return those of some links that this run asks.

        `needed`: whether a link is asked, due or not, for its page is to be read.
        """
        links = self._without_answers(links, needed)
        if self.asks is Asks.DUE:
            due = [link for link in links if needed(link.url) or self._is_due(link)]
            left = {link.url: link for link in links}
            for link in due:
                del left[link.url]
            self.not_due |= left
            links = due
        links = self._within_limit(links)
        self.asked += len(links)
        return links

    def reconsidered(self, current: Callable[[Url], Link]) -> Sequence[Link]:
        """Return links that are due after all, for more is asked of their pages by now."""
        waiting = (*self.not_due, *self.answered)
        self.not_due, self.answered = {}, {}
        return self.chosen(list(map(current, waiting)))

    def rank(self, link: Link) -> int:
        """Return how long a link may wait, the lowest first."""
        return rank(self.states.get(link.url), self.now, self.settings)

    def witnesses(self, asked: Iterable[Url]) -> Sequence[Link]:
        """Return links that were well and are left, each of another host, and of none asked."""
        found: dict[str, Link] = {}
        hosts = {url.host for url in asked}
        left = self.not_due | self.answered
        for url in sorted(left, key=lambda url: url.scheme, reverse=True):  # https first
            known = self.states.get(url)
            well = known and known.health is Health.HEALTHY and known.outcome in _GOOD
            if well and url.host not in hosts:
                found.setdefault(url.host, left[url])
            if len(found) == WITNESSES:
                break
        return tuple(found.values())

    def asked_after_all(self, urls: Iterable[Url]) -> None:
        """Take in that links were asked though they need not have been."""
        for url in urls:
            if self.not_due.pop(url, None) is None:
                del self.answered[url]
            self.asked += 1

    @property
    def left(self) -> Sequence[Link]:
        """The links that are not asked, of which reports have the last look."""
        return (*self.not_due.values(), *self.answered.values(), *self.put_off)

    def _without_answers(
        self, links: Sequence[Link], needed: Callable[[Url], bool]
    ) -> Sequence[Link]:
        known = {link.url: link for link in links if not needed(link.url)}
        for look in self.answers(list(known.values())):
            self.answered[look.url] = known[look.url]
            self.since = min(self.since or look.at, look.at)
        return [link for link in links if link.url not in self.answered]

    def _is_due(self, link: Link) -> bool:
        if is_due(self.states.get(link.url), self.now, self.settings):
            return True
        return bool(link.fragments) and not link.fragments <= self.looked_for(link.url)

    def _within_limit(self, links: Sequence[Link]) -> Sequence[Link]:
        limit = self.settings.limit
        if limit is None or self.asked + len(links) <= limit:
            return links
        first, room = sorted(links, key=self.rank), max(0, limit - self.asked)
        self.put_off += first[room:]
        return first[:room]

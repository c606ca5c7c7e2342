"""One run, from links to looks. The only place where shell and core meet."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from crawler.agenda import Agenda
from crawler.clock import Clock
from crawler.conditional import basis
from crawler.conduct import Conduct, Looks
from crawler.fetch import Fetcher
from crawler.following import Following
from crawler.frontier import Frontier, Turn
from crawler.look import observe, observe_sibling
from crawler.model import Fetch, Link, LinkState, Observation, Reads, Sibling
from crawler.outage import Outage
from crawler.reasons import verdict
from crawler.settings import Settings
from crawler.siblings import Directory, directory, sibling
from crawler.stop import Stop, first_of
from crawler.unasked import judge_unasked
from crawler.urls import Url
from crawler.views import Lookup

SECOND_LOOK_SECONDS: Final = 3.0
"""How long a link that failed is left alone before its second look, at the run's end."""
OUTAGE_PAUSES: Final = (2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds between the times that we look whether the network is back; then we give up."""

# What may have passed a few seconds later. A silent host is asked twice within one look.
_MAY_PASS: Final = frozenset({
    "connect", "dns-failure", "origin-error", "protocol", "server-error", "tls-handshake",
})  # fmt: skip
# Looks that wait for the turn of a host cost little, and hold up nobody.
_TALKS_PER_SLOT: Final = 8


async def crawl(
    links: Iterable[Link],
    states: Lookup[LinkState],
    conduct: Conduct,
    following: Following | None = None,
    agenda: Agenda | None = None,
) -> Looks:
    """Look at every link that the agenda has, hosts side by side, until all is done.

    When a stop is asked, looks that are under way are given up, and what was not seen is
    `unasked` for the reason of the stop. Where pages are read for links, `following` says which
    links there are, and in which order they come.
    """
    settings, clock, stop = conduct.settings, conduct.clock, conduct.stop
    looks = Looks()
    agenda = agenda or Agenda(states, clock.now(), settings.schedule)
    fetcher = Fetcher(settings.fetch, settings.pace, clock, conduct.transport, conduct.pacer)
    async with fetcher:
        work = _Work(fetcher, states, conduct, looks, following, agenda)
        if following is None:
            work.admit(links)
            conduct.on_found(-len(agenda.left))
        else:
            work.admit_named(following.first())
        await until_stopped(work.all(), stop, clock, settings.pace.max_time)
    work.settle()
    if stop.reason is not None or agenda.put_off:
        work.admit(following.waiting() if following else ())
    if stop.reason is not None:
        seen = set(looks.seen)
        looks.unasked |= {url: verdict(stop.reason) for url in work.asked if url not in seen}
    return looks


class _Work:
    """The looks of one run: which is next, which comes again, and which are to be believed."""

    def __init__(
        self,
        fetcher: Fetcher,
        states: Lookup[LinkState],
        conduct: Conduct,
        looks: Looks,
        following: Following | None,
        agenda: Agenda,
    ) -> None:
        self.asked: list[Url] = []
        pace = conduct.settings.pace
        # Where there is time for all, speed is all that counts.
        rank = agenda.rank if pace.max_time is not None else None
        self._frontier = Frontier((), pace.per_host, rank)
        self._agenda = agenda
        self._following = following
        self._fetcher = fetcher
        self._states = states
        self._conduct = conduct
        self._clock = conduct.clock
        self._looks = looks
        self._siblings = _Siblings(fetcher, conduct.settings, conduct.clock.now().date())
        self._outage = Outage(*conduct.witnesses[:1])
        self._first_looks: dict[Url, Observation] = {}
        self._room = asyncio.Semaphore(pace.concurrency * _TALKS_PER_SLOT)
        self._changed = asyncio.Event()

    def admit(self, links: Iterable[Link]) -> int:
        """Take in links that are to be looked at; return how many of them are to be asked."""
        wanted = [link for link in links if not self._is_left_out(link)]
        return self._line_up(self._agenda.chosen(wanted, self._is_to_be_read))

    def admit_named(self, links: Sequence[Link]) -> None:
        """Take in links that the operator has named: no pattern leaves them out."""
        if self._conduct.settings.select.offline:
            self._looks.unasked |= {link.url: verdict("offline") for link in links}
            self._go_on(self._following.waiting() if self._following else ())
        else:
            self._agenda.asked += self._line_up(links)

    async def all(self) -> None:
        """Look at everything, and make sure that the network was there meanwhile."""
        async with asyncio.TaskGroup() as looks:
            while self._goes_on():
                self._changed.clear()
                if self._outage.in_doubt:
                    await self._make_sure()
                elif turn := self._frontier.take(self._clock.monotonic()):
                    await self._room.acquire()
                    looks.create_task(self._one(turn))
                elif self._outage.held and self._nothing_can_change_it():
                    self._believe_the_last()
                else:
                    await self._something()

    def _goes_on(self) -> bool:
        """Tell whether anything is left to do, also with links of which more is asked by now."""
        if not self._frontier.finished or self._outage.held:
            return True
        if self._following is None:
            return False
        return self._line_up(self._agenda.reconsidered(self._following.link)) > 0

    def _line_up(self, links: Sequence[Link]) -> int:
        """Let links wait for their turn, but for those that are looked at elsewhere, once read."""
        if self._conduct.elsewhere is not None:
            pages = [link for link in links if self._is_to_be_read(link.url)]
            here = {link.url for link in pages}
            self._conduct.elsewhere([link for link in links if link.url not in here])
            links = pages
        self.asked += (link.url for link in links)
        self._frontier.extend(links)
        return len(links)

    def settle(self) -> None:
        """Believe what was seen so far, but for what is in doubt: nothing is looked at again."""
        if not self._outage.in_doubt:
            for _, look in self._outage.release():
                self._keep(_joined(self._first_looks.pop(look.url, None), look))
        for look in self._first_looks.values():
            self._keep(look)

    async def _follow(self, fetch: Fetch, look: Observation) -> None:
        """Let what came of a link be read, if it is to be, and go on with what it leads to."""
        if self._following:
            found = self._following.take(fetch, look)
            if self._following.is_at_a_door:
                found = await self._following.enter(self._fetcher)
            self._go_on(found)

    def _go_on(self, links: Iterable[Link]) -> None:
        """Take in links that were found while the run goes on."""
        self._conduct.on_found(self.admit(links))

    def _is_left_out(self, link: Link) -> bool:
        judged = judge_unasked(link.url, self._conduct.settings.select)
        if judged is None and self._following and self._following.forbids(link.url):
            judged = verdict("robots")
        if judged is not None:
            self._looks.unasked[link.url] = judged
        return judged is not None

    def _is_to_be_read(self, url: Url) -> bool:
        return self._following is not None and self._following.wants(url) is Reads.DOCUMENT

    def _nothing_can_change_it(self) -> bool:
        """Tell whether no look that is under way or waits can cast doubt on those that are held."""
        frontier = self._frontier
        return not (frontier.waiting or (frontier.out and self._outage.may_come(frontier.out)))

    async def _one(self, turn: Turn) -> None:
        link, at_home = turn.link, True

        def left() -> None:
            nonlocal at_home
            if at_home:
                at_home = False
                self._frontier.left(link)
                self._changed.set()

        if turn.again:
            first = self._first_looks.get(link.url)
            self._fetcher.reopen(first.asked if first else link.url)
        reads = Reads.DOCUMENT if self._is_to_be_read(link.url) else Reads.PAGE
        # "Not modified" has no body: what is to be read for links is asked for in full.
        last = self._conduct.recall(link.url) if reads is Reads.PAGE else None
        before = basis(last, link, self._clock.now())
        validators = before.validators if before else None
        fetch = await self._fetcher.fetch(link.url, validators, left, turn.behind, reads)
        if self._following and not fetch.unchanged:
            link = self._following.at_last(link)
        state, beside = self._states.get(link.url), await self._siblings.of(fetch)
        look = observe(link, fetch, before, state, self._clock.now(), beside)
        left()
        await self._follow(fetch, look)
        self._frontier.done()
        self._believe(self._outage.feed(turn, look))
        self._room.release()
        self._changed.set()

    def _believe(self, looks: Iterable[tuple[Turn, Observation]]) -> None:
        """Keep looks; those at what may pass within the run come once more."""
        for turn, look in looks:
            url = turn.link.url
            first = self._first_looks.pop(url, None)
            if first is not None:
                self._keep(_joined(first, look))
            elif not turn.again and look.verdict.reason in _MAY_PASS and self._persistent:
                self._first_looks[url] = look
                self._frontier.again(turn.link, self._clock.monotonic() + SECOND_LOOK_SECONDS)
            else:
                self._keep(look)

    def _believe_the_last(self) -> None:
        """Believe what is held, as nothing of this run will cast doubt on it; others may go on."""
        if not self._conduct.witnesses:
            self._believe(self._outage.release())
        else:
            self._outage.doubt()

    @property
    def _persistent(self) -> bool:
        return self._conduct.settings.fetch.retries > 0

    def _keep(self, look: Observation) -> None:
        self._looks.seen.append(look.url)
        self._conduct.on_look(look)

    async def _make_sure(self) -> None:
        """Ask who answered last whether it is still there; wait for it, but not for ever."""
        witness = self._outage.witness
        if witness is None or await self._reaches(witness):
            self._believe(self._outage.release())
        elif self._outage.in_doubt:  # nobody else has answered meanwhile
            self._outage.prove()
            await self._wait_for(witness)

    async def _reaches(self, witness: Url) -> bool:
        """Tell whether somebody is there who has answered before: one alone may have gone."""
        for each in dict.fromkeys((witness, *self._conduct.witnesses)):
            if await self._fetcher.reaches(each):
                return True
        return False

    async def _wait_for(self, witness: Url) -> None:
        for pause in OUTAGE_PAUSES:
            await self._clock.sleep(pause)
            if self._outage.over or await self._reaches(witness):
                self._fetcher.forget_hosts()
                for turn, _ in self._outage.release():
                    self._frontier.again(turn.link, self._clock.monotonic())
                return
        self._conduct.stop.ask("offline")
        await asyncio.get_running_loop().create_future()  # until we are stopped

    async def _something(self) -> None:
        """Wait until a look gets on, or until it is time for a second one."""
        at = self._frontier.next_at
        if at is None:
            await self._changed.wait()
        else:
            pause = max(0.0, at - self._clock.monotonic())
            await first_of(self._changed.wait(), self._clock.sleep(pause))


class _Siblings:
    """What servers show for addresses that were made up: asked once a directory, for all links."""

    def __init__(self, fetcher: Fetcher, settings: Settings, day: date) -> None:
        self._fetcher = fetcher
        self._settings = settings
        self._day = day
        self._known: dict[Directory, Sibling] = {}
        self._asking: defaultdict[Directory, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, fetch: Fetch) -> Sibling | None:
        """Return what a made-up address beside a page shows, if that is wanted and tells."""
        address = sibling(fetch, self._day) if self._settings.fetch.probe else None
        if address is None or judge_unasked(address, self._settings.select):
            return None
        where = directory(address)
        if where not in self._known:
            async with self._asking[where]:
                if where not in self._known:  # nobody has asked while we waited
                    asked = await self._fetcher.fetch_aside(address)
                    self._known[where] = observe_sibling(address, asked)
            self._asking.pop(where, None)
        return self._known[where]


def _joined(first: Observation | None, second: Observation) -> Observation:
    """Return the look that counts, with what both have cost."""
    return replace(second, attempts=first.attempts + second.attempts) if first else second


async def until_stopped(
    work: Coroutine[None, None, None], stop: Stop, clock: Clock, max_time: float | None
) -> None:
    """Do some work until it is done, or a stop is asked, or so many seconds are over."""

    async def watch() -> None:
        if max_time is not None:
            await clock.sleep(max_time)
            stop.ask("out-of-time")
        await stop.wait()

    await first_of(work, watch(), stop.wait())

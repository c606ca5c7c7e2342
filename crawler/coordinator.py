"""One run over many processes: it plans, hands out shards, and takes in what comes back.

An engine as `crawl.crawl` is one, for the same links, with the same looks. Only so many shards are
out as there is room for, and of the others nothing is held but the numbers of their links.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count, islice
from typing import TYPE_CHECKING, Final, TypeAlias

from crawler import crawl as loop
from crawler.agenda import Agenda
from crawler.cluster import HALT_SECONDS, Cluster, LostError
from crawler.conditional import basis
from crawler.conduct import Conduct, Looks
from crawler.estimates import Means
from crawler.handout import Handout
from crawler.model import Link, LinkState, Outcome
from crawler.pacing import Known
from crawler.parcels import Asked, Batch, Parcel, pack_asked, unpack_looks
from crawler.reasons import verdict
from crawler.settings import PaceSettings, ScheduleSettings, Settings
from crawler.shards import Shard, plan
from crawler.stop import first_of
from crawler.unasked import judge_unasked
from crawler.urls import Url
from crawler.vantages import Sorted, Vantages
from crawler.views import Lookup
from crawler.worker import made_with

if TYPE_CHECKING:
    from crawler.following import Following

Seen: TypeAlias = tuple[Batch, Shard]

WITNESSES: Final = 3
OPEN: Final = (
    "--scheduler: what went to the workers over tcp: was not encrypted, the secrets of --header "
    "among it; docs/scale.md says how TLS is set up."
)
AT_ONCE: Final = 50
"""Looks that are taken in before others get their turn: 15 ms."""
AHEAD: Final = 1.25
"""Shards that are out, for each that is looked at: no worker is to wait for its next one."""


async def crawl(
    links: Iterable[Link],
    states: Lookup[LinkState],
    conduct: Conduct,
    following: "Following | None" = None,
    agenda: Agenda | None = None,
) -> Looks:
    """Look at every link that the agenda has, by the workers of a cluster.

    Pages that are read for links are read here, before all others are looked at there. When a stop
    is asked, shards that are out come back as they are. Raises `ClusterError`.
    """
    settings, begun = conduct.settings, conduct.clock.monotonic()
    agenda = agenda or Agenda(states, conduct.clock.now(), settings.schedule)
    looks, asked = Looks(), list[Link]()
    if following is None:
        asked += agenda.chosen(list(_wanted(links, looks, settings)))
        conduct.on_found(-len(agenda.left))
    else:
        looks = await _pages(asked, states, conduct, following, agenda)
    if asked and conduct.stop.reason is None:
        limit = settings.pace.max_time
        work = _Work(asked, states, conduct, agenda, looks)
        await work.all(None if limit is None else begun + limit)
    if conduct.stop.reason is not None:
        known, why = {*looks.seen, *looks.unasked}, verdict(conduct.stop.reason)
        looks.unasked |= {link.url: why for link in asked if link.url not in known}
    if settings.fetch.header and (settings.scale.scheduler or "").startswith("tcp:"):
        looks.remarks.append(OPEN)
    return looks


def _wanted(links: Iterable[Link], looks: Looks, settings: Settings) -> Iterator[Link]:
    for link in links:
        judged = judge_unasked(link.url, settings.select)
        if judged is None:
            yield link
        else:
            looks.unasked[link.url] = judged


async def _pages(
    asked: list[Link],
    states: Lookup[LinkState],
    conduct: Conduct,
    following: "Following",
    agenda: Agenda,
) -> Looks:
    """Read pages for links, and add to `asked` what they and the documents lead to."""
    found = list[Link]()

    def take(links: Sequence[Link]) -> None:
        found.extend(links)
        conduct.on_found(len(links))

    here = replace(conduct, elsewhere=take)
    looks = await loop.crawl((), states, here, following, agenda)
    asked += map(following.at_last, found)
    return looks


class _Work:
    """The shards of one run: which is next, which are out, and what came of them."""

    def __init__(
        self,
        asked: Sequence[Link],
        states: Lookup[LinkState],
        conduct: Conduct,
        agenda: Agenda,
        looks: Looks,
    ) -> None:
        self._asked = asked
        self._states = states
        self._conduct = conduct
        self._agenda = agenda
        self._looks = looks
        self._run = secrets.token_hex(4)
        self._made_with = made_with()
        self._numbers = count()
        self._witnesses: tuple[Url, ...] = ()  # of different hosts, the last one first
        self._paces: dict[int, Mapping[str, Known]] = {}  # by the piece that was handed out last
        self._ahead: dict[int, Counter[Outcome]] = {}
        self._handout = Handout(())
        self._vantages = Vantages[Seen]()
        self._changed = asyncio.Event()
        self._taking = asyncio.Lock()
        self._cluster: Cluster | None = None

    async def all(self, ends_at: float | None) -> None:
        """Have everything looked at, until that is done, or the time is up, or a stop is asked."""
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(self._work(ends_at))
            halting = tasks.create_task(self._halted(working, ends_at))
            await asyncio.wait([working])
            halting.cancel()

    async def _work(self, ends_at: float | None) -> None:
        scale = self._conduct.settings.scale
        async with Cluster(scale, self._run, self._hear) as self._cluster:
            await self._shards(self._cluster, ends_at)

    async def _halted(self, working: asyncio.Task[None], ends_at: float | None) -> None:
        """Once a stop is asked, have what is out come back; wait for it, but not for ever."""
        stop, clock = self._conduct.stop, self._conduct.clock
        if ends_at is not None:
            await first_of(clock.sleep(max(0.0, ends_at - clock.monotonic())), stop.wait())
            stop.ask("out-of-time")
        await stop.wait()
        if self._cluster is not None:  # else nothing is out yet
            self._changed.set()
            await self._cluster.halt(stop.reason or "")
            await clock.sleep(HALT_SECONDS)
        async with self._taking:  # what has come back is taken in
            working.cancel()

    async def _shards(self, cluster: Cluster, ends_at: float | None) -> None:
        """Hand out one shard after the other, as long as there is room for more."""
        self._handout, out = Handout(self._plan(cluster)), 0

        async def one(shard: Shard) -> None:
            nonlocal out
            await self._one(shard, cluster, ends_at)
            out -= 1
            self._changed.set()

        async with asyncio.TaskGroup() as tasks:
            while self._conduct.stop.reason is None:
                self._changed.clear()
                room = out < AHEAD * cluster.slots
                if room and (shard := self._handout.take()):
                    out += 1
                    tasks.create_task(one(shard))
                elif out:
                    await self._changed.wait()
                elif not await self._settled(cluster):
                    break
        await self._settled(cluster)

    async def _settled(self, cluster: Cluster) -> bool:
        """Believe what was held back, as nothing is out; return whether more is to be asked."""
        await self._go_on(self._vantages.settle())
        self._shun(cluster)
        return bool(self._handout)

    def _plan(self, cluster: Cluster) -> Sequence[Shard]:
        settings, paces = self._conduct.settings, self._conduct.paces()
        means = Means(
            slots=cluster.slots,
            concurrency=_share(settings.pace, cluster),
            per_host=settings.pace.per_host,
            interval=settings.pace.delay,
            patience=settings.fetch.timeout,
        )
        # Where there is time for all, speed is all that counts.
        urgent = settings.pace.max_time is not None
        ranks = [self._agenda.rank(link) for link in self._asked] if urgent else None
        return plan((link.url for link in self._asked), means, paces.get, ranks)

    async def _one(self, shard: Shard, cluster: Cluster, ends_at: float | None) -> None:
        """Have a shard looked at, with what the piece before it has learned of its hosts."""
        paces = self._paces.pop(shard.after, {}) if shard.after is not None else {}
        parcel = Parcel(
            self._run,
            next(self._numbers),
            self._settings(cluster, ends_at),
            pack_asked(self._to_ask(shard.links)),
            self._made_with,
            sharers=cluster.slots,
            witnesses=self._witnesses,
            paces=paces,
            hands_on=self._handout.is_followed(shard),
        )
        self._ahead[parcel.number] = Counter()
        try:
            batch = await cluster.look_at(parcel)
        except LostError:
            batch = None
        finally:
            self._conduct.ahead.subtract(self._ahead.pop(parcel.number))
        if batch is None:
            self._lose(shard)
            found: Sorted[Seen] = Sorted()
        else:
            paces, found = batch.paces, self._sorted(batch, shard, cluster)
        if self._handout.is_followed(shard):
            self._paces[shard.number] = paces
        self._handout.done(shard)
        self._changed.set()  # what waits for this one may go while it is taken in
        await self._go_on(found)

    def _lose(self, shard: Shard) -> None:
        """Go on with the halves of a shard that nobody survives: it is one link that does it."""
        if len(shard.links) > 1:
            self._handout.halve(shard)
        else:
            url = self._asked[shard.links[0]].url
            self._looks.unasked[url] = verdict("crashed")

    def _to_ask(self, numbers: Iterable[int]) -> Iterator[Asked]:
        now = self._conduct.clock.now()
        for number in numbers:
            link = self._asked[number]
            before = basis(self._conduct.recall(link.url), link, now)
            yield Asked(link, self._states.get(link.url), before)

    def _settings(self, cluster: Cluster, ends_at: float | None) -> Settings:
        """Return what a worker needs of the settings, and nothing else."""
        given, left = self._conduct.settings, None
        if ends_at is not None:
            left = max(0.0, ends_at - self._conduct.clock.monotonic())
        pace = replace(given.pace, concurrency=_share(given.pace, cluster), max_time=left)
        schedule = ScheduleSettings(max_days=given.schedule.max_days)
        return Settings(fetch=given.fetch, pace=pace, select=given.select, schedule=schedule)

    def _sorted(self, batch: Batch, shard: Shard, cluster: Cluster) -> Sorted[Seen]:
        """Tell what is to be believed, now that a shard has come back."""
        if batch.stopped == "out-of-time":  # there it was up a moment before it is here
            self._conduct.stop.ask(batch.stopped)
        if batch.stopped == "offline":
            self._vantages.lose(batch.place)
            if cluster.places <= self._vantages.shut:  # nobody is left who has a network
                self._conduct.stop.ask("offline")
                return Sorted([(batch, shard)])
        if len(cluster.places) == 1:
            return Sorted([(batch, shard)])
        looks = unpack_looks(batch.looks)
        found = self._vantages.take(batch.place, looks, self._states, (batch, shard))
        self._shun(cluster)
        return found

    def _shun(self, cluster: Cluster) -> None:
        """Ask no more from where the network is not to be believed."""
        for place in self._vantages.shut - cluster.shunned:
            self._looks.remarks.append(
                f"{place}: what its network answers is not to be believed, or it has none; the "
                "links that were asked from there were asked from elsewhere."
            )
            cluster.shun(place)

    async def _go_on(self, found: Sorted[Seen]) -> None:
        """Take in what is believed, one batch after the other, and have the rest asked again."""
        for _, shard in found.again:
            self._handout.put_back(shard)
        async with self._taking:
            for batch, _ in found.believed:
                await self._take(batch)

    async def _take(self, batch: Batch) -> None:
        for number, look in enumerate(unpack_looks(batch.looks)):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # others may go on
            if look.status is not None and look.final_url is not None:
                self._heard_of(look.final_url)
            self._looks.seen.append(look.url)
            self._conduct.on_look(look)

    def _heard_of(self, witness: Url) -> None:
        """Remember who has answered, and a few others: one alone may go away, or shut us out."""
        others = (each for each in self._witnesses if each.host != witness.host)
        self._witnesses = (witness, *islice(others, WITNESSES - 1))

    def _hear(self, number: int, counts: Mapping[str, int]) -> None:
        """Take in how many looks there are so far of a shard that is out."""
        known = self._ahead.get(number)
        if known is None:  # it has come back meanwhile
            return
        now = Counter({Outcome(name): looks for name, looks in counts.items()})
        self._conduct.ahead.update(now)
        self._conduct.ahead.subtract(known)
        self._ahead[number] = now


def _share(pace: PaceSettings, cluster: Cluster) -> int:
    """Return how many requests of one shard are in flight at once: a process has several shards."""
    return max(1, pace.concurrency // cluster.threads)

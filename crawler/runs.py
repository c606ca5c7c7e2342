"""Whole runs: documents in, report out, with or without a history."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final

from crawler.agenda import Agenda
from crawler.assemble import assemble, without_network
from crawler.clock import Clock
from crawler.collect import Collection
from crawler.crawl import Conduct, Looks, crawl
from crawler.errors import BusyError, RecordingError, StoreError
from crawler.following import Following
from crawler.guard import invents_names
from crawler.health import advance
from crawler.kept import looks_at, states_of
from crawler.model import (
    Contents,
    Link,
    LinkState,
    Network,
    Observation,
    Report,
    Run,
    Transition,
    Turnout,
    Verdict,
)
from crawler.network import Signs
from crawler.recollection import known_states, remembering
from crawler.settings import ScheduleSettings, Settings
from crawler.transitions import Past, in_order, needs_past, of_ignores, of_look
from crawler.urls import Target, Url
from crawler.views import Lookup

if TYPE_CHECKING:
    from crawler.store import Begun, Store

BATCH: Final = 100  # looks one by one would cost forty times as much
BATCH_SECONDS: Final = 1.0
RESUMABLE: Final = timedelta(hours=12)


async def check(collection: Collection, known: Lookup[LinkState], conduct: Conduct) -> Report:
    """Look at links and record nothing. `known`: what a history says, if there is one."""
    begun = _new_run(conduct.clock)
    seen = _Seen(collection, known, conduct.settings)

    def take(look: Observation) -> None:
        seen.take(look)
        conduct.on_look(look)

    following = Following(collection, conduct.settings) if collection.entrances else None
    agenda, taking = _agenda(known, conduct), replace(conduct, on_look=take)
    looks = await _looks(collection.links, agenda, taking, following, seen.signs)
    collection = _followed(collection, following, seen, looks.unasked)
    network = await _network(seen.signs, conduct)
    try:
        seen.remember(agenda, conduct)
    except StoreError as error:
        collection = replace(collection, remarks=(*collection.remarks, str(error)))
    report = _report(begun, collection, seen, looks.unasked, conduct, network)
    return replace(report, turnout=_turnout(seen, looks, agenda))


async def run(
    collection: Collection, store: "Store", conduct: Conduct
) -> tuple[Report, StoreError | None]:
    """Look at links and record it. A history that fails on the way does not end the run.

    Where there is no network, or one that lies, nothing is recorded against any link.
    """
    known = known_states(store, collection)
    new = _new_run(conduct.clock)
    begun = store.begin(new, conduct.settings.digest, new.started_at - RESUMABLE)
    seen = _Seen(collection, known, conduct.settings, store.past)
    seen.undated = store.is_behind(begun.run.started_at)
    had = seen.looks.__contains__
    following = Following(collection, conduct.settings, had) if collection.entrances else None
    for look in store.looks(begun):
        if following:
            collection.links.add(Target(look.url))  # a page may lead to it once more
        seen.resume(look)
    recorder = _Recorder(store, begun, seen, conduct.clock)

    def take(look: Observation) -> None:
        is_recorded = had(look.url)  # by the part of the run that was killed
        seen.take(look)
        if not is_recorded:
            recorder.take(look, later=following is not None and following.is_inside(look.url))
        conduct.on_look(look)

    memory = remembering(replace(conduct, on_look=take), store, known)
    agenda = _agenda(known, memory)
    links = (link for link in collection.links if link.url not in seen.looks)
    looks = await _looks(links, agenda, memory, following, seen.signs)
    collection = _followed(collection, following, seen, looks.unasked)
    recorder.flush()
    network = await _network(seen.signs, conduct)
    report = _report(begun.run, collection, seen, looks.unasked, conduct, network)
    changes = _changes(seen, store, report, collection)  # before there is nothing new to tell
    recorder.finish(report, collection, looks.unasked, conduct.settings)
    # What could not be recorded is no change yet: the run that records it tells it, once.
    told, turnout = None if recorder.error else changes, _turnout(seen, looks, agenda)
    recorder.attempt(lambda: seen.remember(agenda, memory))  # rows are made when they are read
    return replace(report, changes=told, turnout=turnout), recorder.error


def _changes(
    seen: "_Seen", store: "Store", report: Report, collection: Collection
) -> tuple[Transition, ...]:
    """Return what a run changes in what is believed; nothing where its looks are forgotten."""
    if report.run.network is not Network.UP:
        return ()
    expired = of_ignores(report.run.ignores, store.ignores())
    return in_order((*seen.changes(), *expired), collection.places)


async def read(collection: Collection, conduct: Conduct) -> Collection:
    """Read the pages of the web among the sources, and look at no link of theirs."""
    select = replace(conduct.settings.select, recursive=False)
    settings = replace(conduct.settings, select=select)
    following = Following(collection, settings, had=lambda _: True)
    looks = await crawl((), {}, conduct, following)
    return following.collected(looks.unasked)


def _agenda(known: Lookup[LinkState], conduct: Conduct) -> Agenda:
    now, schedule = conduct.clock.now(), conduct.settings.schedule
    return Agenda(known, now, schedule, conduct.asks, conduct.looked_for)


async def _looks(
    links: Iterable[Link],
    agenda: Agenda,
    conduct: Conduct,
    following: Following | None,
    signs: Signs,
) -> Looks:
    """Look at links; where no site has answered for itself, also at some that were well.

    What is due may be nothing but dead links, and not all networks tell the truth.
    """
    settings, begun = conduct.settings, conduct.clock.monotonic()
    looks = await crawl(links, agenda.states, conduct, following, agenda)
    if signs.sure or not looks.seen or conduct.stop.reason is not None:
        return looks
    witnesses, limit = agenda.witnesses(looks.seen), settings.pace.max_time
    left = None if limit is None else max(0.0, limit + begun - conduct.clock.monotonic())
    pace = replace(settings.pace, max_time=left)
    settings = replace(settings, pace=pace, schedule=ScheduleSettings())
    conduct.on_found(len(witnesses))
    more = await crawl(witnesses, agenda.states, replace(conduct, settings=settings))
    agenda.asked_after_all(more.seen)
    return Looks(looks.seen | more.seen, looks.unasked)


def _followed(
    collection: Collection,
    following: Following | None,
    seen: "_Seen",
    unasked: Mapping[Url, Verdict],
) -> Collection:
    """Return what was read of documents and pages, and correct what was seen too early."""
    if following is None:
        return collection
    for look in following.corrected(seen.looks):
        seen.keep(look)
    return following.collected(unasked)


class _Seen:
    """What a run has seen so far; of each look no more is in memory than where it is kept."""

    def __init__(
        self,
        collection: Collection,
        known: Lookup[LinkState],
        settings: Settings,
        past: Callable[[Url], Past] = lambda _: Past(),
    ) -> None:
        self.looks = looks_at(collection.links, collection.scratch)
        self.signs = Signs()
        self.earlier = 0
        self.undated = False  # the clock is behind: nobody knows what comes of its looks
        self._known = known
        self._states = states_of(collection.links, collection.scratch)
        self._health = settings.health
        self._past = past
        self._changes: dict[Url, tuple[Transition, ...]] = {}

    def take(self, look: Observation) -> None:
        """Take a look that was just had: it says something of the network too."""
        self.signs.take(look, self.keep(look))

    def resume(self, look: Observation) -> None:
        """Keep a look of a run that goes on: it says nothing of the network as it is now."""
        self.keep(look)
        self.earlier += 1

    def keep(self, look: Observation) -> LinkState | None:
        """Keep a look and the state that it leads to; return what was believed before."""
        before = self._known.get(look.url)
        self.looks.put(look.url, look)
        after = before if self.undated and before else advance(before, look, self._health)
        self._states.put(look.url, after)
        past = self._past(look.url) if needs_past(before, after, look) else Past()
        if changes := of_look(before, after, look, past):
            self._changes[look.url] = changes
        else:  # a look may be corrected
            self._changes.pop(look.url, None)
        return before

    def changes(self) -> Iterator[Transition]:
        """Yield what all these looks change, in no order."""
        return chain.from_iterable(self._changes.values())

    def remember(self, agenda: Agenda, conduct: Conduct) -> None:
        """Take the last looks at what was left for another time. Raises `StoreError`."""
        left = [link.url for link in agenda.left if link.url not in self.looks]
        for look in conduct.latest(left) if left else ():
            self.looks.put(look.url, look)

    def get(self, url: Url, /) -> LinkState | None:
        """Return what is believed of a URL now."""
        return self._states.get(url) or self._known.get(url)


class _Recorder:
    """Hands looks to the store in batches, once the network is known to tell the truth."""

    def __init__(self, store: "Store", begun: "Begun", seen: _Seen, clock: Clock) -> None:
        self.error: StoreError | None = None
        self._store = store
        self._begun = begun
        self._seen = seen
        self._clock = clock
        self._pending: list[Url] = []
        self._later: list[Url] = []
        self._online = False
        self._put_off = False
        self._flushed_at = clock.monotonic()

    def take(self, look: Observation, *, later: bool = False) -> None:
        """Take a look. `later`: it is written at the end, be the run killed before or not.

        Pages of sites that are read must be read again by a run that goes on, and more of them may
        be asked for than was known when they were looked at.
        """
        (self._later if later else self._pending).append(look.url)
        self._online = self._online or self._seen.signs.sure
        old = self._clock.monotonic() - self._flushed_at >= BATCH_SECONDS
        if self._online and (old or (len(self._pending) >= BATCH and not self._put_off)):
            self.attempt(self._write_if_free)

    def flush(self) -> None:
        """Write what is pending, unless it is not to be trusted yet."""
        if self._online:
            self.attempt(self._write)

    def _write_if_free(self) -> None:
        """Write what is pending, or do it later: the web is being asked, and its clocks go on."""
        self._put_off = True
        with suppress(BusyError), self._store.hurried():
            self._write()
            self._put_off = False

    def _write(self) -> None:
        self._flushed_at = self._clock.monotonic()
        while self._pending:
            looks = map(self._seen.looks.get, self._pending[:BATCH])
            self._store.record(self._begun.number, [look for look in looks if look])
            del self._pending[:BATCH]

    def finish(
        self,
        report: Report,
        collection: Collection,
        unasked: Mapping[Url, Verdict],
        settings: Settings,
    ) -> None:
        """Make the run count, or forget it where the network was not up."""
        if report.run.network is not Network.UP:
            self.attempt(lambda: self._store.abandon(self._begun))
            return
        self._online = True
        self._pending += self._later
        self.flush()
        self.attempt(
            lambda: self._store.finish(
                self._begun.number,
                report.run,
                Contents(
                    collection.documents,
                    collection.places,
                    {url: v for url, v in unasked.items() if v.reason in _LASTING},
                    frozenset(each.document for each in collection.unread) | collection.missed,
                    collection.missed,
                ),
                settings.health,
            )
        )
        if self._seen.undated and self.error is None:
            clock = f"the clock says {report.run.started_at:%Y-%m-%d}, before most of the last runs"
            self.error = RecordingError(f"{clock}: nothing was recorded.")

    def attempt(self, write: Callable[[], None]) -> None:
        """Do something with the history, unless it has failed before."""
        if self.error:
            return
        try:
            write()
        except StoreError as error:
            self.error = error


# Reasons that hold for the next report too; "interrupted" says something of one run only.
_LASTING: Final = frozenset({"excluded", "robots"})


def _new_run(clock: Clock) -> Run:
    now = clock.now()
    return Run(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}", now)


def _report(
    begun: Run,
    collection: Collection,
    seen: _Seen,
    unasked: Mapping[Url, Verdict],
    conduct: Conduct,
    network: Network,
) -> Report:
    cut_short = conduct.stop.reason
    whole = not any(verdict.reason == cut_short for verdict in unasked.values())
    now, ignores = conduct.clock.now(), collection.ignores
    finished = replace(begun, finished_at=now, complete=whole, network=network, ignores=ignores)
    report = assemble(finished, collection.places, seen.looks, seen, unasked)
    report = replace(report, remarks=collection.remarks, unread=collection.unread)
    return report if network is Network.UP else without_network(report)


def _turnout(seen: _Seen, looks: Looks, agenda: Agenda) -> Turnout:
    asked, not_due, put_off = seen.earlier, len(agenda.not_due), len(agenda.put_off)
    links = asked + agenda.asked + not_due + put_off
    return Turnout(links, asked + len(looks.seen), not_due, put_off)


async def _network(signs: Signs, conduct: Conduct) -> Network:
    network = signs.network()
    # A practice web has no name server, and a proxy has another than we do.
    real = conduct.transport is None and not conduct.settings.fetch.proxy
    if network is Network.UP and real and signs.doubtful:
        invented = await invents_names(signs.doubtful, conduct.settings.fetch)
        return Network.HIJACKED if invented else Network.UP
    return network

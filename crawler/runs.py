"""Whole runs: documents in, report out, with or without a history."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from crawler.assemble import assemble, without_network
from crawler.clock import Clock
from crawler.collect import Collection
from crawler.crawl import Conduct, Looks, crawl
from crawler.errors import StoreError
from crawler.guard import invents_names
from crawler.health import advance
from crawler.model import LinkState, Network, Observation, Report, Run
from crawler.network import Signs
from crawler.settings import Settings
from crawler.store import Begun, Store
from crawler.urls import Url

BATCH: Final = 100  # looks one by one would cost forty times as much
BATCH_SECONDS: Final = 1.0
RESUMABLE: Final = timedelta(hours=12)


async def check(collection: Collection, known: Mapping[Url, LinkState], conduct: Conduct) -> Report:
    """Look at every link and record nothing. `known`: what a history says, if there is one."""
    begun = _new_run(conduct.clock)
    looks = await crawl(collection.links, known, conduct)
    network = await _network(looks.seen.values(), known, conduct)
    return _report(begun, collection, looks, known, conduct, network)


async def run(
    collection: Collection, store: Store, conduct: Conduct
) -> tuple[Report, StoreError | None]:
    """Look at every link and record it. A history that fails on the way does not end the run.

    Where there is no network, or one that lies, nothing is recorded against any link.
    """
    known = store.states()
    new = _new_run(conduct.clock)
    begun = store.begin(new, conduct.settings.digest, new.started_at - RESUMABLE)
    done = {look.url: look for look in begun.looks}
    recorder = _Recorder(store, begun, conduct.clock)

    def take(look: Observation) -> None:
        recorder.take(look)
        conduct.on_look(look)

    links = tuple(link for link in collection.links if link.url not in done)
    digest = conduct.settings.digest
    memory = replace(conduct, on_look=take, recall=lambda url: store.recall(url, digest))
    looks = await crawl(links, known, memory)
    recorder.flush()
    # What was seen earlier says nothing of it.
    network = await _network(looks.seen.values(), known, conduct)
    looks.seen |= done
    report = _report(begun.run, collection, looks, known, conduct, network)
    recorder.finish(report, collection, looks, conduct.settings)
    return report, recorder.error


class _Recorder:
    """Hands looks to the store in batches, once the network is known to tell the truth."""

    def __init__(self, store: Store, begun: Begun, clock: Clock) -> None:
        self.error: StoreError | None = None
        self._store = store
        self._begun = begun
        self._clock = clock
        self._pending: list[Observation] = []
        self._signs = Signs()
        self._online = False
        self._flushed_at = clock.monotonic()

    def take(self, look: Observation) -> None:
        self._pending.append(look)
        self._signs.take(look)
        self._online = self._online or self._signs.sure
        old = self._clock.monotonic() - self._flushed_at >= BATCH_SECONDS
        if self._online and (old or len(self._pending) >= BATCH):
            self.flush()

    def flush(self) -> None:
        """Write what is pending, unless it is not to be trusted yet."""
        if not self._online or self.error:
            return
        batch, self._pending = self._pending, []
        self._flushed_at = self._clock.monotonic()
        self._attempt(lambda: self._store.record(self._begun.number, batch))

    def finish(
        self, report: Report, collection: Collection, looks: Looks, settings: Settings
    ) -> None:
        """Make the run count, or forget it where the network was not up."""
        if report.run.network is not Network.UP:
            self._attempt(lambda: self._store.abandon(self._begun))
            return
        self._online = True
        self.flush()
        self._attempt(
            lambda: self._store.finish(
                self._begun.number,
                report.run,
                collection.documents,
                collection.places,
                {url: v for url, v in looks.unasked.items() if v.reason in _LASTING},
                settings.health,
            )
        )

    def _attempt(self, write: Callable[[], None]) -> None:
        if self.error:
            return
        try:
            write()
        except StoreError as error:
            self.error = error


# Reasons that hold for the next report too; "interrupted" says something of one run only.
_LASTING: Final = frozenset({"excluded"})


def _new_run(clock: Clock) -> Run:
    now = clock.now()
    return Run(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}", now)


def _report(
    begun: Run,
    collection: Collection,
    looks: Looks,
    known: Mapping[Url, LinkState],
    conduct: Conduct,
    network: Network,
) -> Report:
    cut_short = conduct.stop.reason
    whole = not any(verdict.reason == cut_short for verdict in looks.unasked.values())
    finished = replace(begun, finished_at=conduct.clock.now(), complete=whole, network=network)
    health = conduct.settings.health
    states = {url: advance(known.get(url), look, health) for url, look in looks.seen.items()}
    report = assemble(finished, collection.places, looks.seen, {**known, **states}, looks.unasked)
    report = replace(report, remarks=collection.remarks)
    return report if network is Network.UP else without_network(report)


async def _network(
    looks: Iterable[Observation], known: Mapping[Url, LinkState], conduct: Conduct
) -> Network:
    signs = Signs()
    for look in looks:
        signs.take(look, known.get(look.url))
    network = signs.network()
    # A practice web has no name server, and a proxy has another than we do.
    real = conduct.transport is None and not conduct.settings.fetch.proxy
    if network is Network.UP and real and signs.doubtful:
        invented = await invents_names(signs.doubtful, conduct.settings.fetch)
        return Network.HIJACKED if invented else Network.UP
    return network

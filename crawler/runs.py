"""Whole runs: documents in, report out, with or without a history."""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final

from crawler.agenda import Agenda
from crawler.assemble import assemble, without_network
from crawler.clock import Clock
from crawler.collect import Collection
from crawler.conduct import Conduct, Looks
from crawler.errors import StoreError
from crawler.model import (
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
from crawler.recollection import remembering, shared_states
from crawler.recorder import Recorder
from crawler.seen import Seen
from crawler.settings import ScheduleSettings
from crawler.transitions import in_order, of_ignores
from crawler.urls import Url
from crawler.views import Lookup

if TYPE_CHECKING:
    from crawler.following import Following
    from crawler.store import Store

RESUMABLE: Final = timedelta(hours=12)
MAX_MISSED: Final = 5
"""Links that are named for which there was no time; all have their rows."""


async def check(collection: Collection, known: Lookup[LinkState], conduct: Conduct) -> Report:
    """Look at links and record nothing. `known`: what a history says, if there is one."""
    begun = _new_run(conduct.clock)
    seen = Seen(collection, known, conduct.settings)

    def take(look: Observation) -> None:
        seen.take(look)
        conduct.on_look(look)

    following = _following(collection, conduct)
    agenda, taking = _agenda(known, conduct), replace(conduct, on_look=take)
    looks = await _looks(collection.links, agenda, taking, following, seen.signs)
    collection = _followed(collection, following, seen, looks)
    network = await _network(seen.signs, conduct)
    try:
        seen.remember(agenda, conduct, looks.unasked)
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
    known = shared_states(store, collection, conduct)
    new = _new_run(conduct.clock)
    begun = store.begin(new, conduct.settings.digest, new.started_at - RESUMABLE)
    ahead, origin = store.ahead(begun.run.started_at), store.origin() or begun.run.id
    seen = Seen(collection, known, conduct.settings, store.past, ahead)
    seen.undated = store.is_behind(begun.run.started_at)
    had = seen.looks.__contains__
    following = _following(collection, conduct, had)
    seen.resume(store.looks(begun), collection.links if following else None)
    recorder = Recorder(store, begun, seen, conduct.clock)

    def take(look: Observation) -> None:
        is_recorded = had(look.url)  # by the part of the run that was killed
        seen.take(look)
        if not is_recorded:
            recorder.take(look, later=following is not None and following.is_inside(look.url))
        conduct.on_look(look)

    memory = remembering(replace(conduct, on_look=take), store, known)
    agenda = _agenda(known, memory)
    links = (link for link in collection.links if link.url not in seen.looks)
    with recorder:
        looks = await _looks(links, agenda, memory, following, seen.signs)
    collection = _followed(collection, following, seen, looks)
    network = await _network(seen.signs, conduct)
    report = _report(begun.run, collection, seen, looks.unasked, conduct, network)
    changes = _changes(seen, store, report, collection)  # before there is nothing new to tell
    recorder.finish(replace(report, changes=changes), collection, looks.unasked, conduct.settings)
    # What could not be recorded is no change yet: the run that records it tells it, once.
    told, turnout = None if recorder.error else changes, _turnout(seen, looks, agenda)
    recorder.attempt(lambda: seen.remember(agenda, memory, looks.unasked))
    report = replace(report, changes=told, turnout=turnout, remembers=True, origin=origin)
    return report, recorder.error


def _changes(
    seen: Seen, store: "Store", report: Report, collection: Collection
) -> tuple[Transition, ...]:
    """Return what a run changes in what is believed; nothing where its looks are forgotten."""
    if report.run.network is not Network.UP:
        return ()
    expired = of_ignores(report.run.ignores, store.ignores())
    dated = (replace(each, at=report.run.finished_at) for each in expired)
    return in_order((*seen.changes(), *dated), collection.places)


async def read(collection: Collection, conduct: Conduct) -> Collection:
    """Read the pages of the web among the sources, and look at no link of theirs."""
    select = replace(conduct.settings.select, recursive=False)
    settings = replace(conduct.settings, select=select)
    from crawler.crawl import crawl  # noqa: PLC0415 - loads all that asks
    from crawler.following import Following  # noqa: PLC0415 - likewise

    following = Following(collection, settings, had=lambda _: True)
    looks = await crawl((), {}, conduct, following)
    return following.collected(looks.unasked)


def _following(
    collection: Collection, conduct: Conduct, had: Callable[[Url], bool] = lambda _: False
) -> "Following | None":
    if not collection.entrances:
        return None
    from crawler.following import Following  # noqa: PLC0415 - most documents are files

    return Following(collection, conduct.settings, had)


def _agenda(known: Lookup[LinkState], conduct: Conduct) -> Agenda:
    now, schedule = conduct.clock.now(), conduct.settings.schedule
    return Agenda(known, now, schedule, conduct.asks, conduct.looked_for, conduct.answers)


async def _looks(
    links: Iterable[Link],
    agenda: Agenda,
    conduct: Conduct,
    following: "Following | None",
    signs: Signs,
) -> Looks:
    """Look at links; where no site has answered for itself, also at some that were well.

    What is due may be nothing but dead links, and not all networks tell the truth.
    """
    links, first = iter(links), None
    if following is None and (first := next(links, None)) is None:
        return Looks()  # as for most changes: then nothing that asks need be loaded
    from crawler.engines import look  # noqa: PLC0415 - see above

    links = links if first is None else chain((first,), links)
    settings, begun = conduct.settings, conduct.clock.monotonic()
    looks = await look(links, agenda.states, conduct, following, agenda)
    if signs.sure or not looks.seen or conduct.stop.reason is not None:
        return looks
    witnesses, limit = agenda.witnesses(looks.seen), settings.pace.max_time
    left = None if limit is None else max(0.0, limit + begun - conduct.clock.monotonic())
    pace = replace(settings.pace, max_time=left)
    settings = replace(settings, pace=pace, schedule=ScheduleSettings())
    conduct.on_found(len(witnesses))
    more = await look(witnesses, agenda.states, replace(conduct, settings=settings))
    agenda.asked_after_all(more.seen)
    return Looks([*looks.seen, *more.seen], looks.unasked, [*looks.remarks, *more.remarks])


def _followed(
    collection: Collection,
    following: "Following | None",
    seen: Seen,
    looks: Looks,
) -> Collection:
    """Return what was read of documents and pages, and correct what was seen too early."""
    if following is not None:
        for look in following.corrected(seen.looks):
            seen.keep(look)
        collection = following.collected(looks.unasked)
    return replace(collection, remarks=(*collection.remarks, *looks.remarks))


def _new_run(clock: Clock) -> Run:
    now = clock.now()
    return Run(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}", now)


def _report(
    begun: Run,
    collection: Collection,
    seen: Seen,
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


def _turnout(seen: Seen, looks: Looks, agenda: Agenda) -> Turnout:
    asked, not_due, put_off = seen.earlier, len(agenda.not_due), len(agenda.put_off)
    answered = len(agenda.answered)
    links = asked + agenda.asked + not_due + put_off + answered
    late = [url for url, judged in looks.unasked.items() if judged.reason == "out-of-time"]
    late.sort(key=lambda url: agenda.states.get(url) is not None)  # stable: in their order else
    new = sum(agenda.states.get(url) is None for url in late)
    return Turnout(
        links,
        asked + len(looks.seen),
        not_due,
        put_off,
        answered,
        agenda.since,
        len(late),
        new,
        tuple(map(str, late[:MAX_MISSED])),
    )


async def _network(signs: Signs, conduct: Conduct) -> Network:
    network = signs.network()
    # A practice web has no name server, and a proxy has another than we do.
    real = conduct.transport is None and not conduct.settings.fetch.proxy
    if network is Network.UP and real and signs.doubtful:
        from crawler.guard import invents_names  # noqa: PLC0415 - as what asks

        invented = await invents_names(signs.doubtful, conduct.settings.fetch)
        return Network.HIJACKED if invented else Network.UP
    return network

"""One call of `run` or `check`: settings and documents in, report and exit code out."""

import gc
import os
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crawler import baseline_file, options, recollection, reports, runs, sources, terminal
from crawler.agenda import Asks
from crawler.assemble import Tally, archived, noted, settled
from crawler.awaiting import awaited
from crawler.clock import Clock, SystemClock
from crawler.collect import Collection
from crawler.conduct import Conduct
from crawler.deliveries import Delivery, check_apart, deliveries, notified, write_all
from crawler.errors import (
    IMPOSSIBLE,
    INTERRUPTED,
    LINKS_FAIL,
    OK,
    CrawlerError,
    DamagedError,
    InterruptError,
    NetworkDownError,
    RecordingError,
    SettingsError,
    StoreError,
    UsageError,
)
from crawler.excuses import by_baseline, by_history
from crawler.model import LinkState, Network, Report
from crawler.network import NOTHING_RECORDED, TROUBLE
from crawler.notes import ignore_notes, run_notes, unread_notes
from crawler.outline import Aspect
from crawler.progress import Progress
from crawler.settings import Settings
from crawler.stop import Stop
from crawler.streams import are_one
from crawler.unasked import judge_unasked
from crawler.views import Lookup
from crawler.words import ENGLISH, Words

if TYPE_CHECKING:
    import httpx

    from crawler.baseline import Baseline
    from crawler.store import Store


@dataclass(frozen=True, slots=True)
class Session:
    """What is to be done, read and checked before any of it is begun.

    `news`: the format of what has changed, where that is all that standard output is to have.
    """

    settings: Settings
    collection: Collection
    format: str
    aspect: Aspect
    output: Path | None
    clock: Clock
    wait: bool = False
    transport: "httpx.AsyncBaseTransport | None" = None
    news: str | None = None
    asks: Asks = Asks.ALL
    words: Words = ENGLISH
    also: tuple[Delivery, ...] = ()
    baseline: "Baseline | None" = None


def prepare(
    given: Mapping[str, Any], asks: Asks, usual: Mapping[str, Any] = MappingProxyType({})
) -> Session:
    """Read settings and documents. Raises `UsageError` for whatever cannot be used.

    `asks`: which links are asked, if the operator does not say so; `usual`: settings, likewise.
    """
    asks = options.asks_of(given) or asks
    applied = options.applied({**given, "format": given["format_"]}, usual)
    settings, talk = applied.settings, applied.settings.talk
    if talk.format and talk.format not in reports.BY_NAME:
        raise SettingsError(f"'format' must be one of {', '.join(reports.BY_NAME)}.")
    words, db = options.words_of(talk), settings.places.db
    output = terminal.writable(settings.places.output, history=db)
    name, wait = reports.of_run(talk.format, output), given["wait"]
    shown = Aspect.ALL if talk.verbose else Aspect.TROUBLE
    aspect, also = reports.shown(name, None, shown), deliveries(given["also"], shown, output, db)
    stdin = terminal.standard_input()
    clock = SystemClock()
    today = clock.now().date()
    named, against = (given["sources"], stdin, given["stdin_name"]), options.against_of(given)
    collection = sources.gather(*named, settings, today, against).with_remarks(applied.remarks)
    known, remarks = baseline_file.known(settings, given, today)
    collection = collection.with_remarks(remarks)
    check_apart((each.name for each in collection.documents), output, also)
    notes = () if talk.quiet else (*collection.remarks, *ignore_notes(collection.ignores))
    for sentence in (*notes, *unread_notes(collection.unread)):
        terminal.say(sentence)
    if settings.select.recursive and not (collection.entrances or talk.quiet):
        terminal.say("--recursive: no source is a page of the web: there is nothing to follow.")
    return Session(
        settings, collection, name, aspect, output, clock, wait,
        asks=asks, words=words, also=also, baseline=known,
    )  # fmt: skip


def hushed(session: Session) -> Session:
    """Return a run of which, with `--quiet`, standard output has only what has changed."""
    talk = session.settings.talk
    if not talk.quiet:
        return session
    news = reports.chosen(talk.format, None)
    if Aspect.CHANGES not in reports.BY_NAME[news].aspects:
        raise UsageError(f"--quiet: the format {news} cannot show what a run has changed.")
    return replace(session, news=news)


def checked(session: Session) -> Report:
    """Look at links and record nothing."""
    gc.freeze()  # what is there now stays: the garbage collector need not go through it again
    return awaited(_checked(session))


def recorded(session: Session) -> Report:
    """Look at links and record it. Raises `StoreError`, after delivering, if that fails.

    Where nothing can be recorded the links are looked at all the same.
    """
    from crawler import lock  # noqa: PLC0415 - only needed here

    db = options.history_of(session.settings, "nothing can be recorded: name a history with --db.")
    try:
        with lock.held(db, session.clock.now(), _waiting(session)):
            report, error = _written(session, db)
    except RecordingError as obstacle:
        terminal.say(f"{obstacle} This run is not recorded.")
        report, error = checked(session), RecordingError("nothing of this run was recorded.")
    if error is not None:
        found, _ = _delivered(session, report)
        raise InterruptError(str(error)) if "interrupted" in found.reasons else error
    return report


def _waiting(session: Session) -> Callable[[str], None] | None:
    """Return what is told that another run is waited for; None where nobody waits."""
    if not session.wait:
        return None
    return (lambda _: None) if session.settings.talk.quiet else terminal.say


def _written(session: Session, db: Path) -> tuple[Report, CrawlerError | None]:
    """Look and record; of a history that turns out to be damaged nothing is lost, nor read on."""
    from crawler import copies  # noqa: PLC0415 - a check without a history need not load it
    from crawler.store import Store  # noqa: PLC0415 - as above

    try:
        with Store(db, tell=terminal.say) as store:
            gc.freeze()  # as above
            report, error = awaited(_recorded(session, store))
    except DamagedError as damage:
        raise RecordingError(copies.set_aside(db)) from damage
    if isinstance(error, DamagedError):
        error = RecordingError(copies.set_aside(db))
    return report, error


def listed(collection: Collection, settings: Settings) -> Collection:
    """Ask for the pages of the web among the sources, if there are any, and for nothing else."""

    async def read() -> Collection:
        stop = Stop()
        with terminal.stopping(stop):
            conduct = Conduct(settings, SystemClock(), stop, lambda _look: None)
            return await runs.read(collection, conduct)

    return awaited(read()) if collection.entrances else collection


def deliver(session: Session, report: Report) -> None:
    """Write the report where it is wanted, or what has changed, or nothing if nothing has."""
    try:
        _deliver(session, report)
    finally:  # whatever became of that: these may be all that somebody wants
        write_all(report, session.also, session.words)


def _deliver(session: Session, report: Report) -> None:
    if session.news is None:
        terminal.deliver(report, session.format, session.aspect, session.output, session.words)
        return
    if report.changes:  # first: the file may not be written, and these are told once
        terminal.deliver(report, session.news, Aspect.CHANGES, None, session.words)
    if session.output:
        terminal.deliver(report, session.format, session.aspect, session.output, session.words)
    else:
        deque(report.rows, maxlen=0)  # somebody may count them as they go by


def end(session: Session, report: Report, fails: Callable[[Tally], bool]) -> int:
    """Deliver the report and return the exit code. Raises `NetworkDownError`."""
    network = report.run.network
    found, unheard = _delivered(session, report)
    interrupted = "interrupted" in found.reasons
    if network is not Network.UP and not interrupted:
        return _stranded(network, session)
    if "offline" in found.reasons and not session.settings.select.offline:
        raise NetworkDownError("the network went away during the run; what it had seen was kept.")
    if session.format in reports.SILENT and session.news is None:
        for sentence in run_notes(report):
            terminal.say(sentence)
    if interrupted:
        return INTERRUPTED
    if "out-of-time" in found.reasons and not (report.turnout and report.turnout.asked):
        terminal.say("the time was up before any link was seen; allow more with --max-time.")
        return IMPOSSIBLE
    if fails(found):
        return LINKS_FAIL
    if found.late and session.collection.partial and session.settings.checkout.untrusted:
        # Else slow links that a stranger adds would keep others from ever being asked.
        terminal.say("links that the change adds were not asked: the time was up (--max-time).")
        return IMPOSSIBLE
    return IMPOSSIBLE if report.unread or unheard else OK


def _delivered(session: Session, report: Report) -> tuple[Tally, bool]:
    """Deliver a report; return what was found in it, and whether a hook failed."""
    found = Tally()
    # Every format goes through every row.
    unheard = _deliver_and_notify(session, noted(report, found))
    found.reasons |= {each.code for each in report.unread if each.code}
    return found, unheard


def _deliver_and_notify(session: Session, report: Report) -> bool:
    """Deliver a report, and tell the hooks; return whether one of them failed."""
    failed = False
    try:
        deliver(session, report)
    finally:  # whatever became of that: no other run will tell what was recorded
        failed = notified(report, session.settings)
    return failed


def _stranded(network: Network, session: Session) -> int:
    """Return the exit code of a run without network; raises where nobody has read of that yet."""
    on_paper = session.format == "text" and session.output is None and session.news is None
    if on_paper and not session.settings.fetch.proxy and are_one(sys.stdout, sys.stderr):
        return IMPOSSIBLE
    raise NetworkDownError(_trouble(network, session.settings))


def _trouble(network: Network, settings: Settings) -> str:
    behind_proxy = network is Network.DOWN and settings.fetch.proxy
    trouble = "no host at all could be reached: does the proxy work?" if behind_proxy else ""
    return f"{trouble or TROUBLE[network]} {NOTHING_RECORDED}"


def fails(settings: Settings) -> Callable[[Tally], bool]:
    """Return what tells whether any link has an outcome that fails a check."""
    return lambda found: not found.outcomes.isdisjoint(settings.policy.failing)


async def check(collection: Collection, conduct: Conduct, *, quiet: bool) -> Report:
    """Look at links beside what a history says, if there is a usable one."""
    with ExitStack() as opened:
        store, known = _history(collection, conduct, opened, quiet=quiet)
        if store is not None:
            conduct = recollection.remembering(conduct, store, known)
        troubled = recollection.troubled(store, conduct) if store else frozenset()
        report = by_history(await runs.check(collection, known, conduct), troubled)
        with suppress(StoreError):
            return archived(report, store.archive.copies()) if store else report
        return report


def _history(
    collection: Collection, conduct: Conduct, opened: ExitStack, *, quiet: bool
) -> tuple["Store | None", Lookup[LinkState]]:
    """Open a history and return what it says; nothing if there is none that can be read."""
    db = conduct.settings.places.db
    if not os.path.exists(db):  # noqa: PTH110 - never raises
        return None, {}
    from crawler.store import Store  # noqa: PLC0415 - as above

    try:
        store = opened.enter_context(Store(Path(db), read_only=True))
        return store, recollection.known_states(store, collection, conduct)
    except StoreError as error:
        if not quiet:
            terminal.say(f"{error} The check goes on without history.")
        return None, {}


async def _checked(session: Session) -> Report:
    stop, quiet = Stop(), session.settings.talk.quiet
    with terminal.stopping(stop), _progress(session) as progress:
        report = await check(session.collection, _conduct(session, stop, progress), quiet=quiet)
    return _told(report, session)


async def _recorded(session: Session, store: "Store") -> tuple[Report, CrawlerError | None]:
    stop, begun = Stop(), session.clock.monotonic()
    error: CrawlerError | None
    with terminal.stopping(stop):
        with _progress(session) as progress:
            collection, conduct = session.collection, _conduct(session, stop, progress)
            troubled = recollection.troubled(store, conduct)  # before anything new is in it
            report, error = await runs.run(collection, store, conduct)
            report = by_history(report, troubled)
        report = _told(report, session)
        if error is None:
            from crawler.salvage import with_copies  # noqa: PLC0415 - a check asks for none

            report, error = await with_copies(report, store, conduct, begun)
    return report, error


def _told(report: Report, session: Session) -> Report:
    """Say what there was to remark on while the run went on, and tell old trouble from new."""
    known, quiet = session.collection, session.settings.talk.quiet
    remarks = () if quiet else report.remarks[len(known.remarks) :]
    for sentence in (*remarks, *unread_notes(report.unread[len(known.unread) :])):
        terminal.say(sentence)
    report = settled(report, known.known, known.broken)
    return by_baseline(report, session.baseline, known.whole(report.unread))


def _conduct(session: Session, stop: Stop, progress: Progress) -> Conduct:
    return Conduct(
        session.settings,
        session.clock,
        stop,
        progress.take,
        session.transport,
        on_found=progress.expect,
        ahead=progress.ahead,
        asks=session.asks,
    )


def _progress(session: Session) -> Progress:
    select = session.settings.select
    collection = session.collection
    asked = sum(judge_unasked(link.url, select) is None for link in collection.links)
    if collection.entrances:  # the links of the documents are found with those of the pages
        asked = len(collection.entrances)
    talk = session.settings.talk
    return Progress(asked, session.clock, shown=not (talk.no_progress or talk.quiet))

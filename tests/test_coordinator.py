"""One run over several workers, which are threads here: it sees what one event loop would."""

import asyncio
from array import array
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any, Final, Self

import pytest
from fakes import NOON, look, url
from localsite import SETTINGS, Page, Web, checked, linking, moved, seen, site
from threads import Threads, links_in, threads, until, urls_in

from crawler import coordinator, engines, runs, worker
from crawler.agenda import Agenda, Asks
from crawler.awaiting import awaited
from crawler.clock import Clock, SystemClock
from crawler.cluster import ClusterError, LostError
from crawler.conduct import Conduct, Looks
from crawler.coordinator import AHEAD
from crawler.errors import UsageError
from crawler.model import Health, Link, LinkState, Observation, Outcome, Report
from crawler.pacing import Known
from crawler.parcels import Batch, Parcel, pack_looks, unpack_looks
from crawler.settings import (
    NotifySettings,
    PaceSettings,
    ScaleSettings,
    ScheduleSettings,
    SelectSettings,
    Settings,
)
from crawler.shards import Shard
from crawler.sources import gather
from crawler.stop import Stop
from crawler.store import Store
from crawler.tables import registrable_domain
from crawler.urls import Url

__all__ = ["threads"]

DASK: Final = replace(SETTINGS, scale=ScaleSettings(engine="dask"))
SILENT: Final = Page("late", delay=600)
THERE: Final = Page("<title>There</title>page COUNT")


@dataclass
class Done:
    """What became of a run, and how its progress went meanwhile."""

    looks: Looks = field(default_factory=Looks)
    told: list[Observation] = field(default_factory=list)
    ahead: Counter[Outcome] = field(default_factory=Counter)
    most_ahead: int = 0

    @property
    def reasons(self) -> Counter[str]:
        return Counter(look.verdict.reason for look in self.told)

    @property
    def unasked(self) -> Counter[str]:
        return Counter(verdict.reason for verdict in self.looks.unasked.values())

    def note(self) -> None:
        assert all(count >= 0 for count in self.ahead.values())
        self.most_ahead = max(self.most_ahead, self.ahead.total())


async def crawled(
    *addresses: str | Link,
    settings: Settings = DASK,
    clock: Clock | None = None,
    stop: Stop | None = None,
    states: dict[Url, LinkState] | None = None,
    agenda: Agenda | None = None,
    done: Done | None = None,
    **conduct: Any,  # noqa: ANN401 - any field
) -> Done:
    """Look at links by the engine of the settings, and hold what comes of it to what it must be."""
    done = done or Done()

    def take(look: Observation) -> None:
        done.told.append(look)
        done.note()

    links = [each if isinstance(each, Link) else Link(url(each)) for each in addresses]
    whole = Conduct(
        settings, clock or SystemClock(), stop or Stop(), take, ahead=done.ahead, **conduct
    )
    async with asyncio.timeout(60):
        done.looks = await engines.look(links, states or {}, whole, None, agenda)
    assert Counter(look.url for look in done.told) == Counter(done.looks.seen)
    assert len(done.told) == len(set(done.looks.seen)), "each link is told once"
    assert not set(done.looks.seen) & set(done.looks.unasked)
    assert not any(done.ahead.values())
    return done


def comparable(look: Observation) -> dict[str, object]:
    """Return all that two looks have in common that were had one after the other."""
    validators = look.validators and replace(look.validators, at=NOON)
    timeless = replace(look, at=NOON, elapsed_ms=0, validators=validators)
    # Also what is no part of what is compared else.
    return {each.name: getattr(timeless, each.name) for each in fields(Observation)}


def looks_of(batch: Batch) -> list[Observation]:
    return list(unpack_looks(batch.looks))


def pieces_of(size: int) -> Any:  # noqa: ANN401 - of the form of `shards.plan`
    """Return a plan of shards of so many links; those of one domain are a chain."""

    def plan(urls: Iterable[Url], *_: object) -> Sequence[Shard]:
        domains = defaultdict(list)
        for number, each in enumerate(urls):
            domains[registrable_domain(each.host)].append(number)
        shards, last = list[Shard](), dict[str, int]()
        for domain, numbers in domains.items():
            for start in range(0, len(numbers), size):
                links = array("I", numbers[start : start + size])
                shards.append(Shard(len(shards), links, 1.0, last.get(domain)))
                last[domain] = shards[-1].number
        return shards

    return plan


# The same web


@asynccontextmanager
async def many_sites() -> AsyncIterator[tuple[Web, list[str | Link]]]:
    """Serve sites of all kinds, and yield links to them."""
    page = Page(
        "<!doctype html><html lang=es><title>Una página</title><meta name=description content=x>"
        "<h1 id=top>Una página</h1><p id=más>Texto de la página.</html>",
        headers={"etag": '"1"', "last-modified": "Sun, 22 Nov 2026 10:00:00 GMT"},
    )
    pages: dict[str, Page | list[Page]] = {
        "/": Page("<title>The front page</title>Welcome to the front page of this site."),
        "/page": page,
        "/moved": moved("/page"),
        "/away": moved("http://elsewhere.net:PORT/page"),
        "/loop": moved("/loop"),
        "/home1": Page(status=302, headers={"location": "/"}),
        "/home2": Page(status=302, headers={"location": "/"}),
        "/home3": Page(status=302, headers={"location": "/"}),
        "/sick": Page(status=500),
        "/shut": Page(status=403),
        "/parked": Page("<title>This domain is for sale</title>"),
        "/refresh": Page('<meta http-equiv=refresh content="0; url=/page">'),
    }
    hosts = [f"www.site{number}.org" for number in range(4)]
    hosts += [f"{name}.example.com" for name in "abc"] + ["elsewhere.net"]
    two = ("/home1", "/home2")  # that is not enough to say that they are gone
    async with site(pages) as web:
        links = [web.url(path, host) for host in hosts for path in (*pages, "/gone")]
        links += [web.url(path, "few.org") for path in two]
        asking = Link(url(web.url("/page?2")), frozenset({"top", "más", "missing"}))
        yield web, [*links, asking, "http://nobody.org:1/", "http://192.0.2.1:1/x"]


async def test_it_sees_what_one_event_loop_sees(threads: Threads) -> None:
    threads.slots = 8
    async with many_sites() as (_, links):
        here = await crawled(*links, settings=SETTINGS)
        assert not threads.parcels
        there = await crawled(*links)
    assert len(threads.parcels) > 3
    assert len(here.reasons) > 8, "a web of all kinds"
    expected = {look.url: comparable(look) for look in here.told}
    assert {look.url: comparable(look) for look in there.told} == expected
    assert here.looks.unasked == there.looks.unasked


async def test_no_domain_is_with_two_workers_at_once(threads: Threads) -> None:
    threads.slots = 3
    async with many_sites() as (_, links):
        await crawled(*links)
    domains = [{registrable_domain(each.host) for each in urls_in(one)} for one in threads.parcels]
    assert sum(map(len, domains)) == len(set().union(*domains))


async def test_without_links_there_is_no_cluster(threads: Threads) -> None:
    done = await crawled()
    assert done.looks == Looks()
    assert not threads.run


# What is handed out


async def test_pieces_of_a_domain_come_one_after_the_other_and_know_what_was_learned(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(3))
    with_whom = Counter[str]()
    known: dict[str, dict[str, Known]] = {}

    def before(parcel: Parcel) -> None:
        domain = registrable_domain(urls_in(parcel)[0].host)
        assert not with_whom[domain], "another piece of it is out"
        with_whom[domain] += 1
        assert parcel.paces == known.get(domain, {})

    def after(parcel: Parcel, batch: Batch) -> None:
        domain = registrable_domain(urls_in(parcel)[0].host)
        with_whom[domain] -= 1
        known[domain] = dict(batch.paces)

    threads.slots, threads.before, threads.after = 4, before, after
    async with site({}, otherwise=THERE) as web:
        links = [web.url(f"/{n}", host) for host in ("a.big.org", "b.org") for n in range(8)]
        done = await crawled(*links)
    assert done.reasons == {"ok": 16}
    chains = defaultdict[str, list[Parcel]](list)
    for parcel in threads.parcels:
        chains[urls_in(parcel)[0].host].append(parcel)
    for chain in chains.values():
        assert [len(urls_in(each)) for each in chain] == [3, 3, 2]
        assert [bool(each.paces) for each in chain] == [False, True, True]
        assert [each.hands_on for each in chain] == [True, True, False]


async def test_no_more_is_out_than_there_is_room_for_and_nothing_made_before(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(2))
    packed = list[Url]()
    most = 0

    def recall(link: Url) -> None:
        nonlocal most
        packed.append(link)
        most = max(most, len(packed) - len(done.told))

    done = Done()
    async with site({}, otherwise=THERE) as web:
        links = [web.url(f"/{n}", f"h{host}.org") for host in range(20) for n in range(2)]
        await crawled(*links, done=done, recall=recall)
    assert len(threads.parcels) == 20
    room = ceil(AHEAD * threads.slots)
    assert threads.most_out == room > threads.slots, "no worker is to wait for its next one"
    assert most == room * 2
    assert len(packed) == 40


async def test_the_last_who_have_answered_are_each_shards_witnesses(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(2))
    known: list[Url] = []

    def before(parcel: Parcel) -> None:
        assert parcel.witnesses == tuple(known[:3])

    def after(_: Parcel, batch: Batch) -> None:
        for each in looks_of(batch):
            if each.status is not None and each.final_url is not None:
                known[:] = [url for url in known if url.host != each.final_url.host]
                known.insert(0, each.final_url)

    threads.before, threads.after = before, after
    async with site({"/b": moved("/a")}, otherwise=THERE) as web:
        links = [web.url(f"/{n}", f"h{host}.org") for host in range(6) for n in "ab"]
        await crawled(*links, *(f"http://shut{number}.org:1/" for number in range(6)))
    assert len(threads.parcels) == 12
    assert sum(bool(each.witnesses) for each in threads.parcels) >= 9


@pytest.mark.parametrize(("given", "threads", "each"), [(40, 4, 10), (1, 2, 1)])
async def test_the_requests_in_flight_of_a_process_are_shared_by_its_threads(
    given: int, threads: int, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = Threads(threads=threads)
    monkeypatch.setattr(coordinator, "Cluster", workers)
    settings = replace(DASK, pace=PaceSettings(delay=0, concurrency=given))
    async with site({}, otherwise=THERE) as web:
        await crawled(web.url("/"), settings=settings)
    assert [parcel.settings.pace.concurrency for parcel in workers.parcels] == [each]


async def test_a_worker_gets_what_it_needs_of_the_settings_and_nothing_else(
    threads: Threads,
) -> None:
    settings = replace(
        DASK,
        pace=PaceSettings(delay=0, concurrency=40, max_time=50),
        schedule=ScheduleSettings(max_days=7, limit=9, trust_history="7d"),
        select=SelectSettings(exclude=("nothing",)),
        notify=NotifySettings(notify_url="https://hook.example/secret"),
    )
    async with site({}, otherwise=THERE) as web:
        await crawled(web.url(), settings=settings)
    (parcel,) = threads.parcels
    given = parcel.settings
    assert given.pace.max_time is not None
    assert 40 < given.pace.max_time < 50, "what is left of it"
    assert given == Settings(
        fetch=settings.fetch,
        select=settings.select,
        pace=replace(settings.pace, concurrency=20, max_time=given.pace.max_time),
        schedule=ScheduleSettings(max_days=7),
    )
    assert (parcel.sharers, parcel.run) == (threads.slots, threads.run)


async def test_where_time_is_short_the_most_urgent_are_handed_out_first(threads: Threads) -> None:
    threads.slots = 8
    brief = replace(DASK, pace=replace(DASK.pace, max_time=60))
    now = SystemClock().now()
    async with site({}, otherwise=THERE) as web:
        # Neither what takes longest, nor what fills the room that is left beside that.
        known = [
            url(web.url(f"/{page}", f"known{n}.org")) for n in range(12) for page in range(n + 1)
        ]
        states = {each: _healthy(each, now) for each in known}
        new = [web.url(f"/{page}", "new.org") for page in range(6)]
        await crawled(*map(str, known), *new, states=states, settings=brief)
    assert len(threads.parcels) > 2
    assert set(map(url, new)) <= set(urls_in(threads.parcels[0]))
    assert {each.state for each in links_in(threads.parcels[-1])} <= set(states.values())


def _healthy(link: Url, now: datetime) -> LinkState:
    return LinkState(link, Health.HEALTHY, now - timedelta(days=40), now, now, outcome=Outcome.OK)


# What comes back early, or not at all


async def test_a_stop_is_heard_while_the_cluster_is_still_being_opened(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Stop()

    class Opening(Threads):
        async def __aenter__(self) -> Self:
            stop.ask("interrupted")
            await asyncio.Event().wait()  # as a scheduler that does not answer
            return self

    monkeypatch.setattr(coordinator, "Cluster", Opening())
    done = await crawled("http://a.org/", "http://b.org/", stop=stop)
    assert (done.told, done.unasked, threads.parcels) == ([], {"interrupted": 2}, [])


async def test_a_run_that_is_ended_has_what_was_seen_and_leaves_the_rest(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(4))
    monkeypatch.setattr(worker, "TELL_SECONDS", 0.01)
    stop, done = Stop(), Done()

    async def stopping() -> None:
        await until(lambda: done.ahead.total() >= 6)  # three of each shard that is looked at
        stop.ask("interrupted")

    async with site({"/silent": SILENT}, otherwise=THERE) as web:
        paths = ("/a", "/b", "/c", "/silent")
        links = [web.url(path, f"h{host}.org") for host in range(9) for path in paths]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(stopping())
            await crawled(*links, stop=stop, done=done)
    room = ceil(AHEAD * threads.slots)
    assert len(threads.parcels) == room, "none is handed out after the stop"
    assert threads.halted == ["interrupted"]
    assert done.reasons["ok"] == len(done.told)
    assert 6 <= len(done.told) <= room * 3
    assert done.unasked == {"interrupted": 36 - len(done.told)}


class Patient(SystemClock):
    """A clock by which long times are over when somebody says so."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await (self.over.wait() if seconds > 1000 else super().sleep(seconds))


async def test_a_run_without_time_has_what_was_seen(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TELL_SECONDS", 0.01)
    brief = replace(DASK, pace=replace(DASK.pace, max_time=3000))
    clock, stop, done = Patient(), Stop(), Done()

    async def passing() -> None:
        await until(done.ahead.total)
        clock.over.set()

    async with site({"/silent": SILENT}, otherwise=THERE) as web, asyncio.TaskGroup() as tasks:
        tasks.create_task(passing())
        links = [web.url("/", "a.org"), web.url("/silent", "b.org")]
        await crawled(*links, settings=brief, stop=stop, clock=clock, done=done)
    assert (done.reasons, done.unasked) == ({"ok": 1}, {"out-of-time": 1})
    assert stop.reason == "out-of-time"
    assert threads.halted == ["out-of-time"]


async def test_a_shard_that_was_out_of_time_ends_its_run_though_the_clock_here_is_late(
    threads: Threads,
) -> None:
    """Time is told to workers in seconds: the last one's may be over a moment before ours is."""
    hasty = replace(DASK, pace=replace(DASK.pace, max_time=0.1))

    def before(parcel: Parcel) -> None:
        object.__setattr__(parcel, "settings", hasty)

    threads.before = before
    stop = Stop()
    async with site({"/silent": SILENT}) as web:
        settings = replace(DASK, pace=replace(DASK.pace, max_time=3000))
        done = await crawled(web.url("/silent"), settings=settings, stop=stop)
    assert stop.reason == "out-of-time"
    assert done.unasked == {"out-of-time": 1}


async def test_workers_that_do_not_hear_are_not_waited_for_without_end(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "HALT_SECONDS", 0.05)
    monkeypatch.setattr(worker, "TELL_SECONDS", 0.01)
    threads.deaf = True
    stop, done = Stop(), Done()

    async def stopping() -> None:
        await until(done.ahead.total)
        stop.ask("interrupted")

    async with site({"/silent": SILENT}, otherwise=THERE) as web:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(stopping())
            await crawled(web.url(), web.url("/silent"), stop=stop, done=done)
        worker.halt(threads.run, "interrupted")  # for the thread is there
    assert (done.told, done.unasked) == ([], {"interrupted": 2})


async def test_one_link_that_nobody_survives_is_found_and_no_other_is_lost(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(9))
    monkeypatch.setattr(worker, "TELL_SECONDS", 0.01)

    def before(parcel: Parcel) -> None:
        if any(each.path == "/deadly" for each in urls_in(parcel)):
            threads.tell(parcel.number, {"ok": 3, "broken": 1})
            raise LostError

    threads.before = before
    async with site({}, otherwise=THERE) as web:
        links = [web.url(f"/{n}", f"h{host}.org") for host in range(3) for n in range(9)]
        deadly = links[13] = web.url("/deadly", "h1.org")
        done = await crawled(*links)
    assert {str(each): why.reason for each, why in done.looks.unasked.items()} == {
        deadly: "crashed"
    }
    assert done.reasons == {"ok": 26}
    assert len(threads.parcels) < 3 + 2 * 9


async def test_halves_are_as_polite_as_the_whole_would_have_been(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a host has asked for is not forgotten because a worker has died."""
    monkeypatch.setattr(coordinator, "plan", pieces_of(4))
    known = list[dict[str, Known]]()

    def before(parcel: Parcel) -> None:
        if any(each.path == "/deadly" for each in urls_in(parcel)):
            raise LostError

    def after(parcel: Parcel, batch: Batch) -> None:
        assert parcel.paces == (known[-1] if known else {})
        if batch.paces:
            known.append(dict(batch.paces))

    threads.before, threads.after = before, after
    async with site({}, otherwise=THERE) as web:
        links = [web.url(f"/{n}") for n in range(12)]
        links[6] = web.url("/deadly")
        done = await crawled(*links)
    assert done.reasons == {"ok": 11}
    assert len(known) == 3, "of the first piece, and of two halves; nobody comes after the last"


async def test_nothing_is_asked_again_of_a_shard_that_was_lost_when_the_run_was_ended(
    threads: Threads,
) -> None:
    stop = Stop()

    def before(_: Parcel) -> None:
        stop.ask("interrupted")
        raise LostError

    threads.before = before
    async with site({}, otherwise=THERE) as web:
        done = await crawled(*(web.url(f"/{n}") for n in range(4)), stop=stop)
        assert not web.asked
    assert len(threads.parcels) == 1
    assert done.unasked == {"interrupted": 4}


async def test_a_link_that_nobody_survives_stays_known_as_that_when_the_run_is_ended(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(1))
    threads.slots = 1
    stop = Stop()

    def before(parcel: Parcel) -> None:
        if urls_in(parcel)[0].path == "/deadly":
            raise LostError
        stop.ask("interrupted")

    threads.before = before
    async with site({"/": SILENT}) as web:
        done = await crawled(web.url("/deadly", "a.org"), web.url("/", "b.org"), stop=stop)
    assert done.unasked == {"crashed": 1, "interrupted": 1}


def test_a_cluster_that_goes_away_is_an_error_of_its_own(threads: Threads) -> None:
    def before(_: Parcel) -> None:
        raise ClusterError("the cluster has gone away.")

    threads.before = before
    done = Done()
    with pytest.raises(ClusterError, match="has gone away"):
        awaited(crawled("http://a.org:1/", "http://b.org:1/", done=done))
    assert not threads.open
    assert not any(done.ahead.values())


async def test_a_network_that_is_gone_for_one_worker_ends_the_run(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(1))
    threads.slots = 1

    def after(_: Parcel, batch: Batch) -> None:
        object.__setattr__(batch, "stopped", "offline")

    threads.after = after
    stop = Stop()
    async with site({}, otherwise=THERE) as web:
        links = [web.url("/", f"h{number}.org") for number in range(5)]
        done = await crawled(*links, stop=stop)
    assert (stop.reason, threads.halted) == ("offline", ["offline"])
    assert done.reasons["ok"] >= 1
    assert done.unasked == {"offline": 5 - len(done.told)}


@pytest.mark.parametrize("sees", ["offline", "nothing"])
@pytest.mark.parametrize("place", [0, 2, 5])
async def test_links_of_a_machine_that_is_not_to_be_believed_are_asked_from_elsewhere(
    threads: Threads, monkeypatch: pytest.MonkeyPatch, sees: str, place: int
) -> None:
    """Be it the first shard, of which nobody knew yet what others see, or one in the middle."""
    monkeypatch.setattr(coordinator, "plan", pieces_of(1))
    threads.places = frozenset({"well", "ill"})

    threads.place = lambda parcel: (
        "ill" if parcel.number == place and "ill" not in threads.shunned else "well"
    )

    def after(_: Parcel, batch: Batch) -> None:
        if batch.place == "ill":
            lost = [look("dns-failure", address=str(each.url)) for each in looks_of(batch)]
            object.__setattr__(batch, "looks", pack_looks(lost if sees == "nothing" else []))
            object.__setattr__(batch, "stopped", "offline" if sees == "offline" else None)

    threads.after = after
    threads.slots = 1  # they come in their order
    async with site({}, otherwise=THERE) as web:
        done = await crawled(*(web.url(f"/{n}", f"h{n}.org") for n in range(6)))
    assert done.reasons == {"ok": 6}
    assert len(threads.parcels) == 7
    assert threads.shunned == {"ill"}
    (remark,) = done.looks.remarks
    assert remark.startswith("ill: ")


async def test_a_network_that_all_machines_have_lost_ends_the_run(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinator, "plan", pieces_of(1))
    threads.places = frozenset({"one", "other"})
    threads.place = lambda parcel: ("one", "other")[parcel.number % 2]

    def after(_: Parcel, batch: Batch) -> None:
        object.__setattr__(batch, "looks", b"")
        object.__setattr__(batch, "stopped", "offline")

    threads.after = after
    stop = Stop()
    done = await crawled(*(f"http://h{number}.org:1/" for number in range(5)), stop=stop)
    assert stop.reason == "offline"
    assert done.unasked == {"offline": 5}


@pytest.mark.parametrize(
    ("scheduler", "header", "told"),
    [
        ("tcp://c.example:8786", "a.example: Authorization: x", True),
        ("tls://c.example:8786", "a.example: Authorization: x", False),
        ("tcp://c.example:8786", None, False),
        (None, "a.example: Authorization: x", False),
    ],
)
async def test_it_is_told_that_secrets_went_over_an_open_line(
    threads: Threads, scheduler: str | None, header: str | None, told: bool
) -> None:
    settings = replace(
        DASK,
        scale=ScaleSettings(engine="dask", scheduler=scheduler),
        fetch=replace(DASK.fetch, header=(header,) if header else ()),
    )
    done = await crawled("http://a.org:1/", settings=settings)
    assert bool(done.looks.remarks) == told
    assert len(threads.parcels) == 1


# How far it is


async def test_looks_that_will_come_are_counted_once_each(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TELL_SECONDS", 0.01)
    done = Done()

    def after(parcel: Parcel, _: Batch) -> None:
        done.note()
        # What a worker tells may come late, or from one who has died meanwhile and knew of more.
        threads.tell(parcel.number, {"ok": 2, "broken": 7})
        threads.tell(parcel.number, {"ok": 3})
        threads.tell(99, {"ok": 5})
        done.note()

    threads.after = after
    async with site({"/slow": Page("there", delay=0.3)}, otherwise=THERE) as web:
        paths = ("/a", "/b", "/slow")
        links = [web.url(path, f"h{host}.org") for host in range(4) for path in paths]
        await crawled(*links, done=done)
    assert done.most_ahead > 2
    for number in range(len(threads.parcels)):
        threads.tell(number, {"ok": 5})
    assert not done.ahead.total(), "all of them have come"


# Which links


async def test_links_that_are_not_to_be_asked_are_not_handed_out(threads: Threads) -> None:
    settings = replace(DASK, select=SelectSettings(exclude=("secret",)))
    async with site({}, otherwise=THERE) as web:
        secret = web.url("/secret")
        done = await crawled(web.url(), secret, settings=settings)
        offline = replace(DASK, select=SelectSettings(offline=True))
        none = await crawled(web.url(), secret, settings=offline)
    assert (done.reasons, done.unasked) == ({"ok": 1}, {"excluded": 1})
    assert (none.reasons, none.unasked) == ({}, {"offline": 2})
    assert len(threads.parcels) == 1


@pytest.mark.usefixtures("threads")
async def test_no_more_links_are_asked_than_are_due_and_within_the_limit() -> None:
    now = SystemClock().now()
    found = list[int]()
    async with site({}, otherwise=THERE) as web:
        links = [url(web.url(f"/{number}")) for number in range(8)]
        states = {each: _healthy(each, now) for each in links[:4]}
        agenda = Agenda(states, now, ScheduleSettings(limit=3), Asks.DUE)
        done = await crawled(*map(str, links), states=states, agenda=agenda, on_found=found.append)
    assert set(done.looks.seen) == set(links[4:7])
    assert (agenda.asked, len(agenda.not_due), len(agenda.put_off)) == (3, 4, 1)
    assert found == [-5]


# Pages that are read for links


def recursive(settings: Settings, **select: Any) -> Settings:  # noqa: ANN401 - any setting
    return replace(settings, select=SelectSettings(recursive=True, **select))


async def test_pages_are_read_here_and_all_others_looked_at_there(threads: Threads) -> None:
    pages = {
        "/": linking("/a", "/file.txt", "http://far.org:PORT/x#one"),
        "/a": linking("/b", "/gone", "http://far.org:PORT/x#two"),
        "/b": linking("/", "/a#nowhere", "http://other.net:PORT/"),
        "/x": Page("<p id=one>there"),
        "/file.txt": Page("text", type="text/plain"),
    }
    async with site(pages) as web:
        here = await checked(web.url("/"), settings=recursive(SETTINGS))
        web.asked.clear()
        told: list[Observation] = []
        there = await checked(web.url("/"), settings=recursive(DASK), told=told)
    assert seen(there) == seen(here)
    assert ("/a", 4, f"http://far.org:{web.port}/x#two", "fragment-missing") in seen(there)
    handed = {str(each) for parcel in threads.parcels for each in urls_in(parcel)}
    assert handed == {web.url("/x", "far.org"), web.url("/", "other.net")}
    (far,) = (
        each for one in threads.parcels for each in links_in(one) if "/x" in str(each.link.url)
    )
    assert far.link.fragments == {"one", "two"}, "also what a later page has asked for"
    assert not [target for target, many in Counter(web.asked).items() if many > 1]
    assert len(told) == len({look.url for look in told})


async def test_a_page_that_is_a_source_is_read_here(threads: Threads) -> None:
    async with site({"/": linking("/a", "http://far.org:PORT/")}, otherwise=THERE) as web:
        here = await checked(web.url("/"))
        there = await checked(web.url("/"), settings=DASK)
    assert seen(there) == seen(here)
    assert {each.path for parcel in threads.parcels for each in urls_in(parcel)} == {"/a", "/"}


async def test_a_link_that_several_pages_hold_back_and_let_go_is_looked_at_once(
    threads: Threads,
) -> None:
    held = "<meta name=robots content=nofollow>"
    pages = {
        "/": linking("http://far.org:PORT/", head=held),
        "/second": linking("http://far.org:PORT/"),
    }
    async with site(pages, otherwise=THERE) as web:
        sources = (web.url("/"), web.url("/second"))
        for settings in (SETTINGS, DASK):
            told: list[Observation] = []
            report = await checked(*sources, settings=recursive(settings, nofollow=True), told=told)
            assert len(told) == len({look.url for look in told})
            assert report.turnout is not None
            assert report.turnout.links == report.turnout.asked == 3
    assert sum(len(urls_in(parcel)) for parcel in threads.parcels) == 1


async def test_a_run_that_is_ended_while_pages_are_read_asks_no_worker(threads: Threads) -> None:
    stop = Stop()
    async with site({"/": linking("/a", "http://far.org:PORT/"), "/a": SILENT}) as web:
        web.on_request = lambda target: stop.ask("interrupted") if target == "/a" else None
        report = await checked(web.url("/"), settings=recursive(DASK), stop=stop)
    assert not threads.run
    assert [each[-1] for each in seen(report)] == ["interrupted"] * 2


# With a history


async def test_a_second_run_goes_by_what_the_first_has_recorded(
    threads: Threads, tmp_path: Path
) -> None:
    document = tmp_path / "links.md"
    page = Page("<title>There</title>", headers={"etag": '"1"'})

    async def recorded(store: Store, asks: Asks = Asks.ALL) -> Report:
        collection = gather((str(document),), None, "", DASK)
        conduct = Conduct(DASK, SystemClock(), Stop(), lambda _: None, asks=asks)
        report, error = await runs.run(collection, store, conduct)
        assert error is None
        return report

    async with site({"/": [page, Page(status=304)]}, otherwise=Page("gone", 404)) as web:
        document.write_text(f"<{web.url('/')}> <{web.url('/gone')}>\n", encoding="utf-8")
        with Store(tmp_path / "crawl.db") as store:
            reports = [await recorded(store) for _ in range(2)]
            last = await recorded(store, Asks.DUE)
    assert [row.verdict.reason for row in reports[0].rows] == ["ok", "not-found"]
    looks = [row.observation for row in reports[1].rows]
    assert [look and look.status for look in looks] == [304, 404]
    assert looks[0]
    assert looks[0].facts.title == "There"
    assert last.turnout
    assert (last.turnout.not_due, last.turnout.asked) == (2, 0)
    first, second = map(links_in, threads.parcels)
    assert [each.state for each in first] == [None, None]
    healths = {each.link.url.path: each.state and each.state.health for each in second}
    assert healths == {"/": Health.HEALTHY, "/gone": Health.BROKEN}


# The choice


async def test_without_dask_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"link-health-crawler\[dask\]"):
        await crawled("http://a.org:1/")

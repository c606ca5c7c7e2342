"""One shard in a thread of its own, against sites on loopback; nothing of Dask is there."""

import asyncio
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import PackageNotFoundError
from typing import Any, Final

import pytest
from fakes import look, state_of_looks, url
from localsite import SETTINGS, Page, moved, site
from loopback import names_lead_to
from threads import until

from crawler import worker
from crawler.clock import SystemClock
from crawler.errors import UsageError
from crawler.model import Link, Observation, PageFacts, Validators
from crawler.parcels import Asked, Batch, Parcel, pack_asked, unpack_looks
from crawler.settings import FetchSettings, PaceSettings, Settings
from crawler.worker import differences, halt, look_at, made_with

RUN: Final = "0a1b2c3d"


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """A worker lives for months: whatever becomes of its shards, it is as it was before."""
    yield
    assert not worker._under_way
    worker._halted.clear()


def parcel_of(*asked: Asked | str, settings: Settings = SETTINGS, **more: Any) -> Parcel:  # noqa: ANN401 - any field
    links = [Asked(Link(url(each))) if isinstance(each, str) else each for each in asked]
    fields: dict[str, Any] = {"run": RUN, "number": 0, "made_with": made_with()} | more
    return Parcel(settings=settings, links=pack_asked(links), **fields)


async def batch_of(parcel: Parcel) -> Batch:
    async with asyncio.timeout(60):
        return await asyncio.to_thread(look_at, parcel)


async def looked(parcel: Parcel) -> dict[str, Observation]:
    """Return the looks of a shard, by what follows the name of the site."""
    batch = await batch_of(parcel)
    assert not batch.obstacle
    return {
        str(each.url).partition("example")[2].lstrip(":0123456789"): each for each in _of(batch)
    }


def _of(batch: Batch) -> list[Observation]:
    return list(unpack_looks(batch.looks))


SILENT: Final = Page("late", delay=600)


# What is looked at


async def test_links_are_looked_at_and_the_looks_come_back() -> None:
    pages = {
        "/": Page("<title>Inicio</title><p id=a>"),
        "/old": moved("/"),
        "/slow": Page(delay=0.2),
    }
    async with site(pages) as web:
        links = [web.url(each) for each in ("/", "/old", "/slow", "/gone")]
        fragments = Asked(Link(url(web.url("/?2")), frozenset({"a", "b"})))
        seen = await looked(parcel_of(*links, fragments))
    reasons = {path: each.verdict.reason for path, each in seen.items()}
    assert reasons == {
        "/": "ok", "/old": "permanent", "/slow": "ok", "/gone": "not-found", "/?2": "ok",
    }  # fmt: skip
    assert seen["/"].facts.title == "Inicio"
    assert seen["/"].reached
    assert seen["/"].page_sign is not None, "a page of http says who it is of"
    assert seen["/?2"].missing_fragments == ("b",)
    assert list(seen)[-1] == "/slow", "in the order in which they were had"


async def test_a_page_that_has_not_changed_is_not_sent_again() -> None:
    async with site({"/": Page(status=304, headers={"etag": '"x"'})}) as web:
        there = url(web.url("/"))
        validators = Validators(there, SystemClock().now() - timedelta(days=1), '"x"')
        facts = PageFacts("text/html", "As it was")
        before = replace(look(address=str(there)), facts=facts, validators=validators)
        (seen,) = (await looked(parcel_of(Asked(Link(there), None, before)))).values()
    assert 'if-none-match: "x"' in web.heads[0].lower()
    assert (seen.verdict.reason, seen.status, seen.facts) == ("ok", 304, facts)
    assert seen.validators == validators


async def test_where_time_is_short_what_is_known_of_links_says_which_comes_first() -> None:
    one = replace(SETTINGS, pace=PaceSettings(delay=0, concurrency=1, per_host=1, max_time=60))
    well = state_of_looks("ok", "ok")
    assert well is not None
    async with site({}, otherwise=Page("there")) as web:
        known = [url(web.url(f"/known{number}")) for number in range(3)]
        fresh = replace(well, checked_at=SystemClock().now())
        asked = [Asked(Link(each), replace(fresh, url=each)) for each in known]
        await batch_of(parcel_of(*asked, web.url("/new"), settings=one))
    assert web.asked[0] == "site.example/new"


async def test_nobody_is_asked_where_there_are_no_links() -> None:
    assert await batch_of(parcel_of()) == Batch()


# What stands in the way


async def test_another_version_is_an_obstacle_that_says_which() -> None:
    async with site({}) as web:
        there = made_with() | {"crawl": "0.0.1", "httpx": "9"}
        batch = await batch_of(parcel_of(web.url(), made_with=there))
    versions = made_with()
    assert batch == Batch(
        obstacle=f"it has another version: crawl {versions['crawl']} (here 0.0.1), "
        f"httpx {versions['httpx']} (here 9)."
    )
    assert not web.asked


def test_what_is_not_installed_there_is_another_version() -> None:
    here = {"crawl": "1", "Python": "3.11", "pypdf": "6"}
    assert differences(here, {"crawl": "1", "Python": "3.11"}) == "pypdf none (here 6)"
    assert differences(here, here) == ""


def test_what_reads_pages_has_its_version_told_also_if_it_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def version(name: str) -> str:
        if name == "pypdf":
            raise PackageNotFoundError
        return "1.0"

    monkeypatch.setattr(worker, "version", version)
    told = made_with()
    assert (told["pypdf"], told["selectolax"]) == ("none", "1.0")
    assert "none" not in (told["crawl"], told["Python"])


async def test_what_the_operator_did_wrong_is_an_obstacle() -> None:
    settings = replace(SETTINGS, fetch=replace(SETTINGS.fetch, cacert="nowhere.pem"))
    batch = await batch_of(parcel_of("https://site.example/", settings=settings))
    assert "--cacert nowhere.pem" in batch.obstacle
    assert not batch.looks


@pytest.mark.parametrize("group", [False, True])
async def test_an_obstacle_is_told_from_wherever_it_came_out(
    monkeypatch: pytest.MonkeyPatch, *, group: bool
) -> None:
    async def crawl(*_: object) -> None:
        error = UsageError("it cannot be.")
        raise ExceptionGroup("of tasks", [error]) if group else error

    monkeypatch.setattr(worker, "crawl", crawl)
    assert await batch_of(parcel_of()) == Batch(obstacle="it cannot be.")


async def test_a_bug_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    async def crawl(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(worker, "crawl", crawl)
    with pytest.raises(ZeroDivisionError):
        await batch_of(parcel_of())


# How it ends


async def test_a_shard_of_a_run_that_was_stopped_is_not_looked_at() -> None:
    halt(RUN, "interrupted")
    async with site({"/": Page("there")}) as web:
        batch = await batch_of(parcel_of(*(web.url(f"/{number}") for number in range(30))))
    assert (batch.stopped, _of(batch)) == ("interrupted", [])
    assert not web.asked


async def test_a_stop_has_shards_come_back_as_they_are() -> None:
    async with site({"/": Page("there"), "/silent": SILENT}) as web:
        batch = asyncio.create_task(batch_of(parcel_of(web.url("/"), web.url("/silent"))))
        await until(lambda: len(web.asked) == 2)
        other = asyncio.create_task(batch_of(parcel_of(web.url("/silent"), run="another")))
        await until(lambda: len(web.asked) == 3)
        halt(RUN, "out-of-time")
        stopped = await batch
        assert not other.done(), "it is of another run"
        halt("another", "interrupted")
        await other
    assert stopped.stopped == "out-of-time"
    assert [str(each.url) for each in _of(stopped)] == [web.url("/")]


async def test_a_stop_that_comes_too_late_changes_nothing() -> None:
    async with site({"/": Page("there")}) as web:
        batch = await batch_of(parcel_of(web.url("/")))
        halt(RUN, "interrupted")
    assert (batch.stopped, len(_of(batch))) == (None, 1)


async def test_a_shard_ends_when_the_time_is_up() -> None:
    brief = replace(SETTINGS, pace=PaceSettings(delay=0, max_time=0.2))
    async with site({"/silent": SILENT}) as web:
        batch = await batch_of(parcel_of(web.url("/silent"), settings=brief))
    assert (batch.stopped, _of(batch)) == ("out-of-time", [])


async def test_who_reached_nobody_and_not_the_witness_either_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crawler.crawl.OUTAGE_PAUSES", (0.01, 0.01))
    names_lead_to(monkeypatch, {})
    nowhere = replace(SETTINGS, fetch=FetchSettings(retries=0))
    links = ["http://a.invalid/", "http://b.invalid/"]
    witnesses = (url("http://witness.invalid/"), url("http://other.invalid/"))
    batch = await batch_of(parcel_of(*links, settings=nowhere, witnesses=witnesses))
    assert (batch.stopped, _of(batch)) == ("offline", [])
    alone = await batch_of(parcel_of(*links, settings=nowhere))
    assert (alone.stopped, len(_of(alone))) == (None, 2)


async def test_stops_that_come_while_shards_end_find_all_that_are_under_way() -> None:
    """What has just ended cannot be stopped any more, and keeps no stop from the others."""
    ended = threading.Event()
    wrong: list[BaseException] = []

    def stopping() -> None:
        try:
            while not ended.is_set():
                halt("another", "interrupted")
        except BaseException as error:  # noqa: BLE001 - told below
            wrong.append(error)

    thread = threading.Thread(target=stopping)
    thread.start()
    try:
        await asyncio.gather(*(batch_of(parcel_of(run="another")) for _ in range(25)))
    finally:
        ended.set()
        thread.join()
    assert not wrong


def test_a_worker_remembers_so_many_stops_and_no_more() -> None:
    for number in range(worker._REMEMBERED + 5):
        halt(f"run {number}", "interrupted")
    halt(f"run {number}", "interrupted")
    assert len(worker._halted) == worker._REMEMBERED
    assert "run 5" in worker._halted
    assert "run 4" not in worker._halted


# What is told meanwhile


async def test_it_is_told_meanwhile_how_many_looks_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "TELL_SECONDS", 0.01)
    told: list[Mapping[str, int]] = []
    async with site({"/": Page("there"), "/silent": SILENT}) as web:
        links = [web.url(each) for each in ("/", "/gone", "/?2", "/silent")]
        shard = asyncio.create_task(asyncio.to_thread(look_at, parcel_of(*links), told.append))
        await until(lambda: told and sum(told[-1].values()) == 3)
        halt(RUN, "interrupted")
        await shard
        many = len(told)
        await asyncio.sleep(0.05)
    assert told[-1] == {"ok": 2, "broken": 1}
    assert len(told) == many, "nothing is told of what has come back"


# Politeness


def paces_of(batch: Batch) -> dict[str, tuple[float, ...]]:
    return {host.partition(":")[0]: known for host, known in batch.paces.items()}


async def test_hosts_of_other_domains_are_asked_with_this_shards_share_of_their_pace() -> None:
    slow = replace(SETTINGS, pace=PaceSettings(delay=0.01))
    pages = {"/away": moved("http://guest.example:PORT/"), "/": Page("there")}
    async with site(pages) as web:
        home, other = web.url("/away", "www.home.org"), web.url("/", "home.org.")
        address = f"http://[2001:db8::1]:{web.port}/"
        batch = await batch_of(
            parcel_of(home, other, address, settings=slow, sharers=8, hands_on=True)
        )
    paces = paces_of(batch)
    assert paces["guest.example"][1] == pytest.approx(0.08)
    assert paces["www.home.org"][1] == paces["home.org."][1] == 0.01


def test_what_is_at_home_is_told_by_its_domain_however_it_is_written() -> None:
    home = (
        "https://www.a.co.uk/",
        "https://b.org./",
        "http://[2001:db8::1]/",
        "http://localhost./",
    )
    sharers = worker._sharers(parcel_of(sharers=8), map(url, home))
    here = (
        "a.co.uk", "cdn.a.co.uk:8443", "b.org", "b.org.:81", "[2001:db8::1]", "[2001:db8::1]:81",
        "localhost", "localhost.:81",
    )  # fmt: skip
    assert [sharers(each) for each in here] == [1] * len(here)
    away = ("b.co.uk", "co.uk", "c.org:81", "[2001:db8::2]", "192.0.2.1", "local:80")
    assert [sharers(each) for each in away] == [8] * len(away)


async def test_what_was_learned_of_hosts_is_handed_on_only_if_somebody_comes_after() -> None:
    async with site({"/": Page(status=429)}) as web:
        last = await batch_of(parcel_of(web.url("/")))
        batch = await batch_of(parcel_of(web.url("/"), hands_on=True))
    assert last.paces == {}
    (pace,) = paces_of(batch).values()
    assert pace[0] > 0, "it has complained"
    assert -60 < pace[4] < 0, "so many seconds ago"


async def test_a_pause_that_a_host_has_asked_for_is_kept_by_the_piece_that_comes_next() -> None:
    async with site({"/": Page("there")}) as web:
        known = (0.0, 0.0, 0.4, 0, -1.0, 0.1, 0.1)
        begun = time.monotonic()
        batch = await batch_of(
            parcel_of(web.url("/"), paces={f"site.example:{web.port}": known}, hands_on=True)
        )
    assert time.monotonic() - begun >= 0.4
    assert len(_of(batch)) == 1
    assert paces_of(batch)["site.example"][4] == pytest.approx(-1.4, abs=1), "and it is on record"


# Several at once


async def test_several_shards_are_looked_at_side_by_side_in_one_process() -> None:
    """None waits for another: all have asked before the first has come back."""
    hosts = [f"h{shard}.example" for shard in range(4)]
    gate = asyncio.Event()

    def ask(_target: str) -> None:
        if {each.partition("/")[0] for each in web.asked} == set(hosts):
            gate.set()

    async with site({}, otherwise=Page("there", delay=0.3)) as web:
        web.on_request = ask
        shards = [parcel_of(*(web.url(path, host) for path in ("/a", "/b"))) for host in hosts]
        batches = asyncio.gather(*map(batch_of, shards))
        await asyncio.wait_for(gate.wait(), 60)
        assert not batches.done()
        seen = [{each.url.host for each in _of(batch)} for batch in await batches]
    assert seen == [{host} for host in hosts]

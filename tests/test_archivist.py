"""The archive is asked politely, by the ways that links are asked, and no more than is wished."""

import asyncio
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from certificates import issued, server_side
from fakes import NOON, FakeClock, look, occurrence, url
from loopback import listening, names_lead_to
from proxies import Middleman, Reader, Writer, proxying

from crawler import archivist, session
from crawler.archiving import ARCHIVE, ArchivedCopy, Basis, Came, Errand, question
from crawler.cli import main
from crawler.conduct import Conduct
from crawler.contents import Contents
from crawler.errands import Task
from crawler.errors import StoreError
from crawler.model import Document, Place, Run
from crawler.outline import Aspect
from crawler.session import Session
from crawler.settings import (
    ArchiveSettings,
    FetchSettings,
    HealthSettings,
    PaceSettings,
    PlaceSettings,
    Settings,
    TalkSettings,
)
from crawler.sources import gather
from crawler.stop import Stop
from crawler.store import Store
from crawler.urls import Target, Url

Crawl: TypeAlias = Callable[..., tuple[int, str, str]]
DAY = timedelta(days=1)
NAMES = "abcdefghij"
LINKS = [url(f"https://{name}.example/") for name in NAMES]


def stamp(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M%S}"


@dataclass
class FakeArchive:
    """An archive that has copies of pages, by their moments, and keeps a list of what it is asked.

    `answers`: what it says first of all, one after the other.
    """

    copies: dict[str, list[str]] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    now: str = stamp(NOON)

    def answer(self, target: str) -> tuple[int, dict[str, str]]:
        self.asked.append(target)
        if self.answers:
            return self.answers.pop(0)
        _, verb, rest = target.split("/", 2)
        if verb == "save":
            self.copies.setdefault(rest, []).append(self.now)
            return 302, {"location": f"https://{ARCHIVE}/web/{self.now}/{rest}"}
        wanted, _, page = rest.partition("/")
        known = self.copies.get(page, [])
        if not known:
            return 404, {}
        nearest = min(known, key=lambda each: abs(int(each) - int(wanted)))
        return 302, {"location": f"https://{ARCHIVE}/web/{nearest}/{page}"}


class Transport(httpx.AsyncBaseTransport):
    """The archive, and pages that answer with a status, or 404."""

    def __init__(self, archive: FakeArchive, clock: FakeClock) -> None:
        self.archive = archive
        self.pages: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.clock = clock
        self.on_question: Callable[[], Awaitable[object] | None] = lambda: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.headers["host"]
        if host != ARCHIVE:
            page = f"{request.url.scheme}://{host}{request.url.raw_path.decode()}"
            headers, text = {"content-type": "text/html"}, self.texts.get(page, "<p>x")
            return httpx.Response(self.pages.get(page, 404), headers=headers, text=text)
        self.archive.at.append(self.clock.monotonic())
        if (waiting := self.on_question()) is not None:
            await waiting
        status, headers = self.archive.answer(request.url.raw_path.decode())
        if not status:
            raise httpx.ConnectError("gone")
        return httpx.Response(status, headers=headers)


@dataclass
class Scene:
    """A history of lost links, and all that is needed to ask about them."""

    store: Store
    clock: FakeClock
    archive: FakeArchive
    transport: Transport
    stop: Stop

    def conduct(self, settings: Settings | None = None) -> Conduct:
        settings = settings or Settings()
        return Conduct(settings, self.clock, self.stop, lambda _: None, self.transport)

    async def consult(
        self, *tasks: Task, seconds: float | None = None, settings: Settings | None = None
    ) -> list[ArchivedCopy]:
        await archivist.consult(tasks, self.store, self.conduct(settings), seconds)
        return [copy for each in LINKS for copy in self.store.archive.of(each)]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Store(tmp_path / "crawl.db") as store:
        begun = store.begin(Run("run-1", NOON), "digest", NOON)
        store.record(begun.number, [look("not-found", address=str(each)) for each in LINKS])
        places = [Place(occurrence(str(each), n), Target(each)) for n, each in enumerate(LINKS, 1)]
        document = Document("a.md", "markdown", "", source="a.md")
        finished = replace(begun.run, finished_at=NOON, complete=True)
        store.finish(begun.number, finished, Contents([document], places), HealthSettings())
        clock, archive = FakeClock(), FakeArchive()
        yield Scene(store, clock, archive, Transport(archive, clock), Stop())


def find(address: Url, well_at: datetime | None = NOON) -> Task:
    return Task(address, Errand.FIND, well_at)


def save(address: Url) -> Task:
    return Task(address, Errand.SAVE, NOON)


FINDS = [find(each) for each in LINKS]


# How it is asked


async def test_one_question_at_a_time_a_second_apart(scene: Scene) -> None:
    under_way = 0

    async def alone() -> None:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        await asyncio.sleep(0)
        under_way -= 1

    scene.transport.on_question = alone
    known = await scene.consult(*FINDS)
    assert [copy.came for copy in known] == [Came.NONE] * len(LINKS)
    gaps = [later - at for at, later in zip(scene.archive.at, scene.archive.at[1:], strict=False)]
    assert min(gaps) >= 1.0
    assert scene.archive.asked[0] == f"/web/{stamp(NOON)}/https://a.example/"


async def test_nobody_is_followed_and_each_answer_is_kept(scene: Scene) -> None:
    scene.archive.copies = {str(LINKS[0]): ["20200101000000", "20240101000000"]}
    known = await scene.consult(*FINDS[:2])
    assert [(copy.came, copy.copy_at) for copy in known] == [
        (Came.COPY, datetime(2024, 1, 1, tzinfo=UTC)),
        (Came.NONE, None),
    ]
    assert len(scene.archive.asked) == 2


async def test_the_pause_that_it_asks_for_is_made(scene: Scene) -> None:
    scene.archive.answers = [(429, {"retry-after": "30"})]
    known = await scene.consult(*FINDS[:3])
    assert [copy.came for copy in known] == [Came.LATER, Came.NONE, Came.NONE]
    assert scene.archive.at[1] - scene.archive.at[0] >= 30


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ([(429, {}), (404, {}), (429, {})], 3),
        ([(429, {"retry-after": "3600"})], 1),
        ([(503, {}), (503, {})], 2),
        ([(0, {}), (0, {})], 2),
        ([(0, {}), (404, {}), (0, {})], 10),
    ],
)
async def test_it_is_left_alone_at_the_first_sign(
    scene: Scene, answers: list[tuple[int, dict[str, str]]], asked: int
) -> None:
    scene.archive.answers = list(answers)
    known = await scene.consult(*FINDS)
    assert len(scene.archive.at) == len(known) == asked


async def test_a_run_does_not_go_on_for_ever_for_it(scene: Scene) -> None:
    async def slow() -> None:
        scene.clock.seconds += 400

    scene.transport.on_question = slow
    assert len(await scene.consult(*FINDS)) == 3


async def test_the_time_of_the_run_holds_for_it_too(scene: Scene) -> None:
    forever = asyncio.Event()
    scene.transport.on_question = forever.wait
    assert await scene.consult(*FINDS, seconds=5) == []
    assert len(scene.archive.at) <= 1


async def test_nothing_is_asked_once_a_stop_was_asked(scene: Scene) -> None:
    scene.stop.ask("interrupted")
    assert await scene.consult(*FINDS) == []
    assert scene.archive.asked == []


async def test_a_stop_ends_it_and_keeps_what_was_answered(scene: Scene) -> None:
    def third() -> None:
        if len(scene.archive.at) == 3:
            scene.stop.ask("interrupted")

    scene.transport.on_question = third
    known = await scene.consult(*FINDS)
    assert 2 <= len(known) <= 3


async def test_a_history_that_fails_ends_it(scene: Scene) -> None:
    scene.store._db.execute("drop table archived_copies")
    with pytest.raises(StoreError):
        await archivist.consult(FINDS, scene.store, scene.conduct(), None)
    assert len(scene.archive.asked) == 1


async def test_pages_are_saved_after_what_is_lost_and_seconds_apart(scene: Scene) -> None:
    known = await scene.consult(save(LINKS[1]), find(LINKS[0]), save(LINKS[2]))
    assert scene.archive.asked == [
        f"/web/{stamp(NOON)}/https://a.example/",
        "/save/https://b.example/",
        "/save/https://c.example/",
    ]
    assert scene.archive.at[2] - scene.archive.at[1] >= 5.0
    assert known[1:] == [
        ArchivedCopy(
            each, Errand.SAVE, NOON, Basis.SEEN, known[1 + n].asked_at, Came.COPY,
            question(each, NOON), NOON,
        )
        for n, each in enumerate(LINKS[1:3])
    ]  # fmt: skip


async def test_a_page_that_is_to_be_saved_is_given_time(scene: Scene) -> None:
    """The archive visits it before it answers."""

    async def slow() -> None:
        await asyncio.sleep(0.3)

    scene.transport.on_question = slow
    impatient = Settings(fetch=FetchSettings(timeout=0.1))
    known = await scene.consult(find(LINKS[0]), save(LINKS[1]), settings=impatient)
    assert [copy.came for copy in known] == [Came.LATER, Came.COPY]


async def test_no_page_is_saved_once_it_is_too_much(scene: Scene) -> None:
    scene.archive.answers = [(429, {"retry-after": "3600"})]
    await scene.consult(*map(save, LINKS))
    assert len(scene.archive.asked) == 1


async def test_hosts_that_only_we_may_ask_are_told_to_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"a.example": ["10.1.2.3"], "b.example": ["8.8.8.8"]}
    names_lead_to(monkeypatch, names)
    private = FetchSettings(allow_address=("10.0.0.0/8",))
    await scene.consult(*FINDS[:3], settings=Settings(fetch=private))
    assert scene.archive.asked == [f"/web/{stamp(NOON)}/https://b.example/"]


async def test_a_link_never_seen_well_is_wanted_as_it_was_when_it_was_written(
    scene: Scene, tmp_path: Path
) -> None:
    document = tmp_path / "docs.md"
    document.write_text("[a](https://a.example/)\nand\n", "utf-8")
    commit(tmp_path, "docs.md", "2019-03-04T05:06:07Z")
    document.write_text("[a](https://a.example/)\nand\n<https://b.example/>\n", "utf-8")
    name = str(document)
    later = tmp_path / "later.md"
    later.write_text("[a](https://a.example/)\n", "utf-8")
    commit(tmp_path, "later.md", "2023-03-04T05:06:07Z")
    places = [occurrence("https://a.example/", 1, each) for each in (name, str(later))]
    unknown = occurrence("https://b.example/", 3, name)
    known = await scene.consult(
        replace(find(LINKS[0], None), places=places),
        replace(find(LINKS[1], None), places=[unknown]),
    )
    assert scene.archive.asked[0] == "/web/20190303050607/https://a.example/"
    assert [copy.basis for copy in known] == [Basis.WRITTEN, Basis.UNKNOWN]


def commit(directory: Path, name: str, date: str) -> None:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(directory), "GIT_AUTHOR_DATE": date,
        "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "a@a.example",
        "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "a@a.example",
    }  # fmt: skip
    for arguments in (["init", "-q"], ["add", name], ["commit", "-qm", "one"]):
        subprocess.run(["git", *arguments], cwd=directory, env=environment, check=True)  # noqa: S603, S607


# Whole runs, night after night


@dataclass
class Nights:
    """A document of two links, and runs over it on one night after the other."""

    directory: Path
    archive: FakeArchive
    pages: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def run(self, night: int, **archive: Any) -> str:  # noqa: ANN401 - any setting
        clock = FakeClock(NOON + night * DAY)
        self.archive.now = stamp(clock.now())
        transport = Transport(self.archive, clock)
        transport.pages, transport.texts = self.pages, self.texts
        settings = Settings(
            archive=ArchiveSettings(**archive),
            fetch=FetchSettings(retries=0),
            pace=PaceSettings(delay=0),
            places=PlaceSettings(db=str(self.directory / "crawl.db")),
            talk=TalkSettings(no_progress=True),
        )
        collection = gather([str(self.directory / "a.md")], None, "", settings)
        call = Session(settings, collection, "text", Aspect.ALL, None, clock, transport=transport)
        report = session.recorded(call)
        session.end(call, report, lambda _: False)
        return report.run.id


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    (tmp_path / "a.md").write_text("<https://a.example/>\n<https://b.example/>\n", "utf-8")
    pages = {"https://a.example/": 200, "https://b.example/": 200}
    return Nights(tmp_path, FakeArchive(), pages)


def test_a_link_that_breaks_has_its_copy_told_and_is_not_asked_about_again(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.archive.copies = {"https://a.example/": ["20261001000000", "20261124000000"]}
    nights.run(0, archive="find")
    assert nights.archive.asked == []
    nights.pages["https://a.example/"] = 410
    capsys.readouterr()
    nights.run(2, archive="find")
    late = NOON + DAY / 2 + DAY
    asked = [question(url("https://a.example/"), at).target for at in (NOON, earlier(late))]
    assert nights.archive.asked == asked
    told = capsys.readouterr()
    assert (
        "    Archived on 2026-10-01, before the page was lost.\n"
        "    https://web.archive.org/web/20261001000000/https://a.example/\n"
    ) in told.out
    assert "crawl: asking web.archive.org about 1 of the links." in told.err
    for night in (3, 4):
        nights.run(night, archive="find")
    nights.run(5)
    assert "https://web.archive.org/web/20261001000000/" in capsys.readouterr().out
    assert nights.archive.asked == asked


def earlier(late: datetime) -> datetime:
    """When a copy is asked for whose nearest one is late: as far before, and a year."""
    return NOON - (late - NOON) - 365 * DAY


def test_a_page_that_has_become_anothers_is_sought_as_it_was(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    page = "https://a.example/"
    nights.archive.copies = {page: ["20261101000000", "20261123000000"]}
    nights.texts[page] = "<html lang=en><title>Growing apple trees in cold gardens</title><p>Yes."
    nights.run(0, archive="find")
    nights.texts[page] = "<html lang=id><title>Situs slot casino online terpercaya</title><p>Ya."
    nights.run(2, archive="find")
    assert nights.archive.asked == [], "one look is no drift"
    capsys.readouterr()
    nights.run(4, archive="find")
    first = question(url(page), NOON)
    older = question(url(page), earlier(datetime(2026, 11, 23, tzinfo=UTC)))
    assert nights.archive.asked == [first.target, older.target]
    assert (
        "    Archived on 2026-11-01, before the page was lost.\n"
        "    https://web.archive.org/web/20261101000000/https://a.example/\n"
    ) in capsys.readouterr().out.partition("Drifted (1)")[2]


def test_nothing_is_asked_without_a_wish(nights: Nights) -> None:
    nights.pages.clear()
    nights.pages["https://b.example/"] = 200
    nights.run(0)
    nights.run(1, archive="off")
    assert nights.archive.asked == []


def test_healthy_pages_are_saved_once_a_season(nights: Nights) -> None:
    nights.run(0, archive="save")
    orders = ["/save/https://a.example/", "/save/https://b.example/"]
    assert nights.archive.asked == orders
    nights.run(89, archive="save")
    assert nights.archive.asked == orders
    nights.pages["https://b.example/"] = 404
    nights.run(91, archive="save")
    wanted = f"/web/{stamp(NOON + 89 * DAY)}/https://b.example/"
    assert nights.archive.asked == [*orders, wanted, orders[0]]


def test_a_page_that_we_had_saved_is_told_of_when_it_is_lost(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.run(0, archive="save")
    nights.pages["https://b.example/"] = 404
    nights.run(9)
    assert (
        f"https://web.archive.org/web/{stamp(NOON)}/https://b.example/" in capsys.readouterr().out
    )


def test_a_run_asks_no_more_than_it_may_and_the_next_one_goes_on(nights: Nights) -> None:
    nights.run(0, archive="save", archive_limit=1)
    nights.run(1, archive="save", archive_limit=1)
    assert nights.archive.asked == ["/save/https://a.example/", "/save/https://b.example/"]


# By the command line, over real sockets and TLS, through a proxy that alone knows the archive


@dataclass
class Switch(Middleman):
    """A proxy that leads to the archive on whatever port that is."""

    archive_port: int = 0

    async def _join(self, reader: Reader, writer: Writer, port: int, first: bytes = b"") -> None:
        await super()._join(reader, writer, self.archive_port if port == 443 else port, first)


@dataclass
class World:
    """What is served: the archive, pages by their path, and the way to the archive."""

    archive: FakeArchive
    pages: dict[str, int]
    port: int = 0
    proxy: Switch = field(default_factory=Switch)
    trusted: str = ""
    on_question: Callable[[], Awaitable[object] | None] = lambda: None

    @property
    def ways(self) -> tuple[str, ...]:
        """The options by which pages and the archive are reached."""
        there = f"http://127.0.0.1:{self.proxy.port}"
        here = ("--resolve", "site.example:*:127.0.0.1", "--proxy", there)
        return (*here, "--cacert", self.trusted, "--delay", "0", "--retries", "0")

    async def page(self, reader: Reader, writer: Writer) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        head = f"HTTP/1.1 {self.pages.get(path, 404)} x\r\ncontent-type: text/html\r\n"
        writer.write(
            f"{head}connection: close\r\n\r\n<title>A page</title><p>It has some words.".encode()
        )

    async def copy(self, reader: Reader, writer: Writer) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        assert request.lower().count(f"\r\nhost: {ARCHIVE}\r\n") == 1
        if (waiting := self.on_question()) is not None:
            await waiting
        status, headers = self.archive.answer(request.split(" ", 2)[1])
        lines = [f"HTTP/1.1 {status} x", *(f"{name}: {headers[name]}" for name in headers)]
        lines += ["content-length: 0", "connection: close", "", ""]
        writer.write("\r\n".join(lines).encode())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    root = issued("root")
    (tmp_path / "ca.pem").write_bytes(root.pem)
    tls = server_side(tmp_path, issued("leaf", root, host=ARCHIVE))
    world = World(FakeArchive(), {"/well": 200, "/lost": 200}, trusted=str(tmp_path / "ca.pem"))
    loop, began, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as opened:
            world.port = await opened.enter_async_context(listening(world.page))
            there = await opened.enter_async_context(listening(world.copy, tls))
            world.proxy.archive_port = there
            await opened.enter_async_context(proxying(world.proxy, world.proxy.http))
            began.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert began.wait(10)
    yield world
    loop.call_soon_threadsafe(ended.set)
    thread.join()
    loop.close()


@pytest.fixture
def crawl(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Crawl:
    names_lead_to(monkeypatch, {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text(
        "".join(f"[{path}](http://site.example:{world.port}{path}#top)\n" for path in world.pages),
        "utf-8",
    )

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["crawl", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(end.value.code or 0), said.out, said.err

    return call


def test_by_the_command_line(world: World, crawl: Crawl) -> None:
    ways = world.ways
    page = f"http://site.example:{world.port}/lost"
    there = f"https://{ARCHIVE}/web/20200101000000/{page}"
    world.archive.copies = {page: ["20200101000000"]}
    assert crawl("run", "a.md", "--archive", "find", *ways)[0] == 0
    assert world.archive.asked == []
    world.pages["/lost"] = 404

    code, out, err = crawl("run", "a.md", "--all", "--archive", "find", "--fail", *ways)
    assert code == 1, "a copy changes no verdict"
    assert f"    Archived on 2020-01-01, before the page was lost.\n    {there}\n" in out
    assert "crawl: asking web.archive.org about 1 of the links.\n" in err
    assert world.proxy.asked == [f"{ARCHIVE}:443"]

    code, out, _ = crawl("report", "--format", "json")
    told = [each for link in json.loads(out)["links"] for each in link["findings"]]
    assert [(each["name"], each["severity"], each["replacement"]) for each in told] == [
        ("archived-copy", "advice", f"{there}#top")
    ]
    assert there in crawl("report", "--format", "csv")[1]
    assert f"<{there}>" in crawl("report", "--format", "markdown")[1]
    assert f"\n               {there}\n" in crawl("show", page)[1]
    assert json.loads(crawl("show", page, "--format", "json")[1])["archived_copies"][0]["came"]
    assert there in crawl("check", "a.md", *ways)[1], "what a history knows"

    code, _, err = crawl("run", "a.md", "--archive", "find", "-q", *ways)
    assert (code, err, len(world.archive.asked)) == (0, "", 1)


def test_an_archive_that_cannot_be_reached_spoils_no_run(world: World, crawl: Crawl) -> None:
    """Its certificate is trusted by nobody here."""
    world.pages["/lost"] = 404
    untrusting = [each for each in world.ways if each not in ("--cacert", world.trusted)]
    code, out, err = crawl("run", "a.md", "--archive", "find", *untrusting)
    assert (code, "Archived" in out) == (0, False)
    assert err == "crawl: asking web.archive.org about 1 of the links.\n"
    assert world.archive.asked == []
    lost = f"http://site.example:{world.port}/lost"
    assert "not known yet: web.archive.org did not tell on" in crawl("show", lost)[1]


def test_the_time_of_the_run_ends_it(world: World, crawl: Crawl) -> None:
    world.pages["/lost"] = 404
    world.on_question = asyncio.Event().wait
    begun = time.monotonic()
    code, out, _ = crawl("run", "a.md", "--archive", "find", "--max-time", "4", *world.ways)
    assert time.monotonic() - begun < 15, "and not the 20 seconds of an answer"
    assert (code, "not-found" in out) == (0, True)


def test_ctrl_c_ends_it_and_the_report_is_whole(world: World, crawl: Crawl) -> None:
    world.pages["/lost"] = 404

    async def interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    world.on_question = interrupted
    code, out, err = crawl("run", "a.md", "--archive", "find", *world.ways)
    assert code == 130
    assert "not-found" in out
    assert "partial" not in out
    assert "stopping; what was seen so far is kept" in err
    assert err.endswith("crawl: web.archive.org was not asked about all of them.\n")
    assert json.loads(crawl("report", "--format", "json")[1])["run"]["complete"] is True


@pytest.mark.parametrize(("word", "code"), [("find", 0), ("off", 0), ("save", 2), ("ask", 2)])
def test_a_settings_file_that_was_merely_found_may_not_publish_links(
    crawl: Crawl, tmp_path: Path, word: str, code: int
) -> None:
    (tmp_path / "crawl.toml").write_text(f"archive = '{word}'\n", "utf-8")
    done = crawl("check", "a.md", "--offline")
    assert done[0] == code
    if word == "save":
        assert "only on the command line or in a file named with --config" in done[2]
        assert crawl("check", "a.md", "--offline", "--config", "crawl.toml")[0] == 0
    if word == "ask":
        assert "must be one of off, find, save; it is 'ask'" in done[2]

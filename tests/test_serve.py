"""`crawl serve`: what its pages tell, to whom, and how it begins and ends."""

import asyncio
import csv
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from click.testing import CliRunner
from fakes import NOON, FakeClock, look, occurrence, url

from crawler import browse
from crawler.cli import serve as cli
from crawler.contents import Contents
from crawler.errors import ImpossibleError, StoreError
from crawler.gate import is_here
from crawler.model import Document, Finding, Observation, PageFacts, Place, Run, Severity
from crawler.serve import Shelf, listening
from crawler.settings import HealthSettings
from crawler.snapshot import taken
from crawler.store import Store
from crawler.urls import Target

DAY: Final = timedelta(days=1)
WELL, GONE, SHUT, SLOW, SHORT = (
    f"https://{name}.example/" for name in ("well", "gone", "shut", "slow", "short")
)
LONG_AGO: Final = NOON - 400 * DAY
EVIL: Final = '<script>alert(1)</script>"\u202e'


def advised(code: str, address: str, name: str, instead: str) -> Observation:
    finding = Finding(name, Severity.ADVICE, f"{name}!", instead)
    facts = PageFacts(title=EVIL, language="es")
    seen = look(code, address=address)
    return replace(seen, final_url=url(instead), findings=(finding,), facts=facts)


NIGHTS: Final = (
    (LONG_AGO, [look("ok", address=each) for each in (WELL, GONE, SHUT, SLOW)]),
    (
        NOON,
        [
            replace(look("ok", address=WELL), elapsed_ms=20, facts=PageFacts(language="de")),
            look("not-found", address=GONE),
            look("forbidden", address=SHUT),
            look("timeout", address=SLOW),
            advised("temporary", SHORT, "shortener", "https://target.example/"),
        ],
    ),
)


def remember(path: Path, night: tuple[Any, Sequence[Observation]], *, end: bool = True) -> None:
    at, looks = night
    with Store(path) as store:
        begun = store.begin(Run(f"{at:%Y-%m-%d}", at), "digest", at)
        store.record(begun.number, [replace(each, at=at) for each in looks])
        if not end:
            return
        places = [
            Place(occurrence(address, line), Target(url(address)))
            for line, address in enumerate((WELL, GONE, GONE, SHUT, SLOW, SHORT), 1)
        ]
        held = Contents([Document("a.md", "markdown", "", source="a.md")], places)
        run = replace(begun.run, finished_at=at, complete=True)
        store.finish(begun.number, run, held, HealthSettings())


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "crawl.db"
    for night in NIGHTS:
        remember(path, night)
    return path


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for each in statements:
            db.execute(each)
        db.commit()


@asynccontextmanager
async def shelved(history: Path, *, alone: bool = True) -> AsyncIterator[Shelf]:
    directory = history.parent / "copies"
    directory.mkdir(exist_ok=True)
    shelf = Shelf(history, directory, FakeClock(), alone=alone)
    try:
        await shelf.fetch()
        yield shelf
    finally:
        shelf.close()
    assert not list(directory.rglob("*.db"))


@asynccontextmanager
async def asking(history: Path, *, alone: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    async with shelved(history, alone=alone) as shelf, client_of(shelf) as client:
        yield client


def client_of(shelf: Shelf) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=shelf)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8001")


async def answers(client: httpx.AsyncClient, name: str, **parameters: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/history/{name}.json", params={"_shape": "array", **parameters})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


# The copy


def test_a_copy_holds_finished_runs_alone_and_the_history_stays_as_it_is(
    history: Path, tmp_path: Path
) -> None:
    remember(history, (NOON + DAY, [look("ok", address="https://new.example/")]), end=False)
    before = history.read_bytes()
    copy = taken(history, tmp_path / "copy.db", NOON)
    assert history.read_bytes() == before
    assert copy.rows.items() >= {
        "runs": 2, "documents": 1, "links": 5, "occurrences": 6, "observations": 9, "hops": 0,
    }.items()  # fmt: skip
    assert copy.health == {"healthy": 3, "broken": 1, "suspect": 1}
    assert copy.run
    assert copy.run["name"] == "2026-11-22"
    with closing(sqlite3.connect(copy.path)) as db:
        assert not db.execute("select 1 from links where url like '%new%'").fetchall()


def test_a_copy_is_made_while_a_run_is_writing(history: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(history)) as writer:
        writer.execute("begin immediate")
        writer.execute("delete from observations")
        assert taken(history, tmp_path / "copy.db", NOON).rows["observations"] == 9
        writer.execute("rollback")


def test_there_must_be_a_history_and_it_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no history"):
        taken(tmp_path / "none.db", tmp_path / "copy.db", NOON)
    (tmp_path / "text.db").write_text("no database, and long enough to be none" * 99)
    with pytest.raises(StoreError, match=r"text\.db is not a database"):
        taken(tmp_path / "text.db", tmp_path / "copy.db", NOON)


# What the pages tell


async def test_the_front_page_sums_up_and_leads_to_the_questions(history: Path) -> None:
    async with asking(history) as client:
        page = await client.get("/")
        for address in sorted(set(re.findall('href="(/[^"]*)"', page.text))):
            assert (await client.get(address)).status_code == 200, address
    assert "<h1>5 links in 1 document</h1>" in page.text
    assert re.search(r'href="/history/links\?health=broken"><b>1</b>', page.text)
    assert "2 runs with 9 looks" in page.text
    assert "What is broken, where, and since when?" in page.text
    assert "A copy of crawl.db" in page.text


async def test_without_any_run_there_is_a_page_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "crawl.db"
    Store(path).__exit__()
    async with asking(path) as client:
        assert "No run has finished yet." in (await client.get("/")).text
        assert (await client.get("/history/links")).status_code == 200


async def test_every_table_row_and_question_has_a_page(history: Path) -> None:
    async with asking(history) as client:
        front = (await client.get("/history")).text
        addresses = {*re.findall('href="(/history/[^"?]*)"', front)}
        assert len(addresses) > 20
        for address in (*addresses, "/history/links/1", "/history/observations/9"):
            page = await client.get(address)
            assert page.status_code == 200, address
            assert page.text.count("<h1>") == 1
            assert '<html lang="en">' in page.text
            assert not re.search("<script| on[a-z]+=| style=", page.text), address
            fetched = re.findall(r'(?:src|<link[^>]* href)="([^"]*)"', page.text)
            assert fetched == ["/browser/style.css"], address
        assert (await client.get("/browser/style.css")).status_code == 200


async def test_what_is_broken_is_told_with_its_places(history: Path) -> None:
    copy = "https://web.archive.org/web/2025/https://gone.example/"
    change(
        history,
        "insert into archived_copies (link_id, errand, wanted_at, basis, asked_at, came, copy_url)"
        " select id, 'find', '', 'seen', '', 'copy', '' from links where url like '%gone%'",
        f"update archived_copies set copy_url = '{copy}'",  # noqa: S608 - a URL of ours
    )
    async with asking(history) as client:
        found = await answers(client, "broken")
        assert [(each["url"], each["place"]) for each in found] == [
            (GONE, "a.md:2:1"),
            (GONE, "a.md:3:1"),
        ]
        assert found[0]["last_ok_at"].startswith("2025")
    assert found[0]["archived_copy"] == copy


async def test_questions_are_answered_from_what_is_known(history: Path) -> None:
    async with asking(history) as client:
        assert [each["url"] for each in await answers(client, "suspect")] == [SLOW]
        (instead,) = await answers(client, "instead")
        assert instead | {"places": 1} == instead
        assert instead["instead"] == "https://target.example/"
        (short,) = await answers(client, "shorteners")
        assert short["final_url"] == "https://target.example/"
        (document,) = await answers(client, "documents")
        assert (document["places"], document["broken"], document["broken_percent"]) == (6, 2, 33.3)
        (blocked,) = await answers(client, "blocked")
        assert (blocked["host"], blocked["reason"]) == ("shut.example", "forbidden")
        assert {each["language"] for each in await answers(client, "languages")} >= {"de", "es"}
        assert (await answers(client, "resources"))[0]["places"] == 2
        assert (await answers(client, "slow"))[0]["host"] == "well.example"
        assert [each["url"] for each in await answers(client, "find", text=" GONE ")] == [GONE]
        assert not await answers(client, "find")
        looks = await answers(client, "looks", url=GONE)
        assert [each["reason"] for each in looks] == ["not-found", "ok"]
        assert len(await answers(client, "unlooked")) == 5
        assert not await answers(client, "doubtful")


async def test_changes_are_those_of_the_days_that_are_asked_for(history: Path) -> None:
    with closing(sqlite3.connect(history)) as db:  # of this month, whenever this is run
        now = db.execute("select strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-2 days')").fetchone()[0]
    change(
        history,
        f"update runs set started_at = '{now}' where id = 2",  # noqa: S608 - a moment
        f"update observations set at = '{now}' where run_id = 2",  # noqa: S608
    )
    async with asking(history) as client:
        found = await answers(client, "changes")
        assert {(each["url"], each["outcome_before"], each["outcome"]) for each in found} == {
            (GONE, "ok", "broken"),
            (SHUT, "ok", "blocked"),
            (SLOW, "ok", "failing"),
        }
        assert not await answers(client, "changes", days="1")
        assert not await answers(client, "changes", days="-- 1")


async def test_a_change_of_the_same_days_is_told_by_the_look_before_it(history: Path) -> None:
    change(
        history,
        "update runs set started_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-3 days')",
    )
    async with asking(history) as client:
        assert len(await answers(client, "changes")) == 3


async def test_columns_are_explained_and_rows_are_named(history: Path) -> None:
    async with asking(history) as client:
        table = (await client.get("/history/observations")).text
        row = (await client.get("/history/links/2")).text
    assert "<dt>elapsed_ms</dt><dd>how long the look took" in table
    assert f">{GONE}</a>" in table
    assert re.search(rf"<h1><a [^>]*>{GONE}</a></h1>", row)
    assert "what is believed of the link over time" in row
    assert 'href="/history/observations/6"' in row
    assert "/history/looks?url=https%3A%2F%2Fgone.example%2F" in row


# Who may ask, and for what


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost:8001", True),
        ("LOCALHOST.", True),
        ("crawl.localhost:1", True),
        ("127.0.0.1", True),
        ("127.3.2.1:8001", True),
        ("[::1]", True),
        ("[::1]:8001", True),
        ("", False),
        ("evil.example:8001", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("192.168.1.1", False),
        ("[::1].evil.example", False),
    ],
)
def test_names_of_this_machine_are_known(host: str, here: bool) -> None:
    assert is_here(host) is here


async def test_a_page_elsewhere_that_makes_its_name_lead_here_learns_nothing(
    history: Path,
) -> None:
    async with asking(history) as client:
        answer = await client.get("/", headers={"host": "rebound.evil.example:8001"})
    assert answer.status_code == 421
    assert "links" not in answer.text
    async with asking(history, alone=False) as client:
        answer = await client.get("/", headers={"host": "links.intranet.example"})
    assert answer.status_code == 200


@pytest.mark.parametrize("alone", [True, False])
async def test_sql_of_ones_own_is_for_this_machine(history: Path, alone: bool) -> None:
    async with asking(history, alone=alone) as client:
        answer = await client.get("/history.json", params={"sql": "select 41 + 1 as n"})
        assert (answer.status_code == 200) is alone
        assert ("textarea" in (await client.get("/history")).text) is alone
        assert (await client.get("/history/broken")).status_code == 200


async def test_nothing_can_be_written_read_elsewhere_or_made_too_large(history: Path) -> None:
    tries = (
        "delete from links",
        "with x as (select 1) delete from links",
        "select zeroblob(1000000000)",
        "select load_extension('x')",
        "attach 'other.db' as other",
    )
    async with asking(history) as client:
        for sql in tries:
            answer = await client.get("/history.json", params={"sql": sql})
            assert answer.status_code == 400, sql
        assert (await client.get("/history.db")).status_code == 403
        assert (await client.post("/history", data={"sql": tries[0]})).status_code == 405
        for path in ("/-/databases", "/-/threads", "/%2D/threads", "/_internal"):
            assert (await client.get(path)).status_code in {403, 404}, path


async def test_pages_forbid_what_they_do_not_need(history: Path) -> None:
    async with asking(history) as client:
        for path in ("/", "/nothing", "/history/links.json", "/-/threads"):
            headers = (await client.get(path)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src" not in policy
            assert "unsafe" not in policy
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-frame-options"] == "DENY"


async def test_what_strangers_wrote_is_text_and_nothing_else(history: Path) -> None:
    change(
        history,
        "update links set url = 'javascript:alert(1)', title = 'x\x1b]0;y' where id = 1",
        f"update links set host = '{EVIL}', detail = '{'long ' * 100_000}' where id = 2",  # noqa: S608
        'update observations set findings = \'[1, "x", {"name":\' where id = 7',
        "update documents set name = '<img src=x onerror=alert(1)>'",
        'create table "<b>x" ("<i>y" text)',
        'create view "<u>z" as select \'<s>\' as "<s>"',
    )
    paths = ("", "/links", "/links/1", "/links/2", "/observations", "/occurrences", "/documents")
    asked = ("/instead", "/shorteners", "/find?text=<script>", "/links?host=<script>&_facet=host")
    async with asking(history) as client:
        for path in (*paths, *asked, "/~3Cu~3Ez", "/~3Cb~3Ex"):
            page = await client.get(f"/history{path}")
            assert page.status_code in {200, 404}, path
            assert not re.search("<(script|img|b>x|i>|u>|s>)", page.text), path
            assert not re.search("href=.javascript", page.text, re.IGNORECASE), path
            assert not re.search("[\u202e\x1b]", page.text), path
            assert len(page.content) < 300_000, path


async def test_data_may_be_taken_along(history: Path) -> None:
    title = '=HYPERLINK("https://evil.example/"), or so'
    change(
        history,
        f"update links set title = '{title}', detail = '{'x,' * 100_000}' where id = 1",  # noqa: S608
    )
    async with asking(history) as client:
        for query in ("_stream=on", "_dl=1"):
            text = (await client.get(f"/history/links.csv?{query}")).text
            (row,) = (each for each in csv.DictReader(StringIO(text)) if each["id"] == "1")
            assert row["title"] == f"'{title}"
        lines = (await client.get("/history/links.json?_shape=array&_nl=on")).text.splitlines()
        assert any(json.loads(line)["title"] == title for line in lines)
        rows = (await client.get("/history/links.csv?_stream=on")).text.splitlines()
        assert len(rows) == 6
        assert rows[0].startswith("id,url,host")
        assert (await client.get("/history/broken.csv")).text.count(GONE) == 2


# A fresh copy


async def test_a_history_that_has_changed_is_copied_once_it_is_left_alone(history: Path) -> None:
    async with shelved(history) as shelf, client_of(shelf) as client:
        said: list[str] = []
        fresh = asyncio.create_task(shelf.keep_fresh(said.append))
        remember(history, (NOON + DAY, [look("ok", address=GONE)]))
        assert await until(client, "3 runs")
        remember(history, (NOON + 2 * DAY, [look("ok", address=GONE)]))
        assert await until(client, "4 runs")
        history.write_bytes(b"no database" * 999)
        async with asyncio.timeout(60):
            while not said:  # noqa: ASYNC110 - time passes only when somebody sleeps
                await asyncio.sleep(0.01)
        assert "4 runs" in (await client.get("/")).text
        assert re.search("crawl.db is not a database.* The pages show it as it was", said[0])
        fresh.cancel()
        assert len(list(history.parent.glob("copies/*/*.db"))) == 1


async def until(client: httpx.AsyncClient, words: str) -> bool:
    async with asyncio.timeout(60):
        while words not in (await client.get("/")).text:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
    return True


async def test_copies_that_nobody_looks_at_leave_nothing_behind(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A pool starts its threads as it needs them: here at once, so that what else begins is seen.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    await asyncio.to_thread(int)
    others = set(threading.enumerate())
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remembered(path: object, **named: Any) -> sqlite3.Connection:  # noqa: ANN401 - as it is called
        opened.append(connect(path, **named))  # type: ignore[call-overload]
        # Such a one is asked what this SQLite can, and dropped.
        return opened.pop() if path == ":memory:" else opened[-1]

    monkeypatch.setattr(sqlite3, "connect", remembered)

    def held() -> dict[str, int]:
        return {
            "threads": len(set(threading.enumerate()) - others),
            "connections": sum(map(is_open, opened)),
            "handles": handles(history.parent),
            "copies": len(list(history.parent.glob("copies/*"))),
        }

    async with shelved(history) as shelf, client_of(shelf) as client:
        unseen = held()
        assert unseen == {"threads": 0, "connections": 1, "handles": 0, "copies": 1}
        for _ in range(5):
            assert (await client.get("/history/links")).status_code == 200
            seen = held()
            assert seen["threads"] > 0 < seen["connections"] - 1
            await shelf.fetch()
            assert held() == unseen
    assert not any(held().values())


def handles(directory: Path) -> int:
    """Return how many files below a directory are open, where the system tells it."""
    opened = (os.path.realpath(each) for each in Path("/proc/self/fd").glob("*"))
    return sum(each.startswith(os.path.realpath(directory)) for each in opened)


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        return connection.total_changes >= 0
    except sqlite3.ProgrammingError:
        return False


# The command


def run(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "crawler", "serve", *arguments],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_end(
    history: Path, tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "tmp").mkdir()
    with run("--port", "0", "--db", str(history), TMPDIR=str(tmp_path / "tmp")) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
        assert "5 links in 1 document" in httpx.get(address, trust_env=False).text
        assert list((tmp_path / "tmp").iterdir())
        process.send_signal(number)
        said = process.communicate(timeout=120)[1]
    assert process.returncode == 0
    assert said == "crawl: Ctrl-C ends it.\n"
    assert not list((tmp_path / "tmp").iterdir())


def test_a_port_that_is_taken_is_one_sentence(history: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with run("--port", port, "--db", str(history)) as process:
            told, said = process.communicate(timeout=120)
    assert process.returncode == 3
    assert told == ""
    assert said.startswith(f"crawl: port {port} of 127.0.0.1 cannot be had")
    assert said.count("\n") == 1


def test_a_host_that_is_not_ours_is_one_sentence() -> None:
    with pytest.raises(ImpossibleError, match="no address of this machine"), listening("[", 0):
        pass
    with pytest.raises(ImpossibleError, match="cannot be had"), listening("192.0.2.1", 0):
        pass


def test_the_browser_is_opened_where_that_is_wished(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def served(*given: Any) -> None:  # noqa: ANN401 - as `serve` is called
        given[-1]("http://127.0.0.1:7/")

    shown: list[str] = []

    def launch(address: str) -> int:
        shown.append(address)
        return len(shown) - 1

    monkeypatch.setattr("crawler.serve.serve", served)
    monkeypatch.setattr("click.launch", launch)
    for number, options in enumerate([[], ["--open"], ["--open"]]):
        result = CliRunner().invoke(cli.command, ["--db", str(history), *options])
        assert result.stdout == "http://127.0.0.1:7/\n"
        assert ("no browser" in result.stderr) is (number == 2)
    assert len(shown) == 2


def test_without_a_history_there_is_nothing_to_serve(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.command, ["--port", "0", "--db", str(tmp_path / "none.db")])
    assert isinstance(result.exception, StoreError)
    assert "there is no history" in str(result.exception)


def test_without_datasette_it_says_how_to_get_it(
    history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == "datasette" else object())
    result = CliRunner().invoke(cli.command, ["--db", str(history)])
    assert isinstance(result.exception, ImpossibleError)
    assert "pip install 'link-health-crawler[web]'" in str(result.exception)


def test_that_others_can_ask_is_said(history: Path) -> None:
    with run("--host", "0.0.0.0", "--port", "0", "--db", str(history)) as process:  # noqa: S104
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=120)[1]
    assert "everybody who can reach 0.0.0.0" in said
    assert process.returncode == 0


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: int) -> None:
    path = Path(browse.__file__).parent / "data" / "browser" / "static" / "style.css"
    palettes = re.findall(r":root \{[^}]*\}", path.read_text("utf-8"))
    colors = dict(re.findall("--([a-z]+): (#[0-9a-f]{6})", palettes[scheme]))
    for name in colors.keys() - {"paper", "raised", "line"}:
        for ground in ("paper", "raised"):
            assert contrast(colors[name], colors[ground]) >= 4.5, (name, ground)  # WCAG 2, AA


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

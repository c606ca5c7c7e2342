"""Many processes look at links: schedulers and workers that somebody else has begun, over sockets.

Those that a run begins itself: `test_local_cluster.py`.
"""

import gc
import io
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import dask
import pytest
import trustme
from clusters import PATIENCE, Apart, Asked, apart, recorded, rows, until, web
from commandline import Crawl, Done, called
from distributed import Client

from crawler import cluster, estimates, shards

HERE = (
    *("--no-config", "--delay", "0", "--no-progress"),
    *("--format", "json", "--output", "report.json"),
)
NAMES = ("--resolve", "*.example:*:127.0.0.1", "--resolve", "bit.ly:*:127.0.0.1")


@pytest.fixture
def crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Crawl:
    """Call `crawl` in a directory of its own; shards are of few links."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shards, "LONGEST", 0.02)
    monkeypatch.setattr(estimates, "LATENCY", 0.001)

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        return called(arguments, monkeypatch, capsys)

    return call


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart(tmp_path_factory.mktemp("cluster"), workers=2) as begun:
        yield begun


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for that is known not to come."""
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 0.5)


@contextmanager
def talking(address: str) -> Iterator[Any]:  # a client: it is typed in part
    """Talk to a scheduler as anybody does."""
    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        yield client


def on(begun: Apart) -> tuple[str, ...]:
    return ("--engine", "dask", "--scheduler", begun.address)


@pytest.fixture(scope="module")
def pages() -> Iterator[Asked]:
    with web(plain) as asked:
        yield asked


def plain(host: str, path: str, _count: int) -> tuple[int, dict[str, str], str]:
    return 200, {}, f"<!doctype html><title>{host}{path}</title><p>words"


def written(path: Path, *urls: str) -> None:
    path.write_text("".join(f"[label](<{url}>)\n\n" for url in urls), encoding="utf-8")


def many(web: Asked, number: int, hosts: str = "h") -> list[str]:
    return [f"http://{hosts}{each % 10}.example:{web.port}/page{each}" for each in range(number)]


# The same results


METADATA = """<!doctype html><html lang="es"><head><title>Una página</title>
<meta property="og:title" content="El título"><meta name="description" content="De qué trata">
<link rel="canonical" href="http://pages.example:PORT/meta"></head>
<h1 id="here">Aquí</h1><p>Muchas palabras de una página que está escrita en español.</p></html>"""
HOME = "<!doctype html><title>The front page</title><p>Welcome to the front page of this site."


def wild(host: str, path: str, count: int) -> tuple[int, dict[str, str], str]:
    """Answer as the web does, in all of its moods."""
    chain = {
        ("bit.ly", "/short"): (301, "http://one.example:PORT/first"),
        ("one.example", "/first"): (302, "http://two.example:PORT/second"),
        ("two.example", "/second"): (301, "http://pages.example:PORT/meta"),
        ("three.example", "/round"): (302, "http://four.example:PORT/round"),
        ("four.example", "/round"): (302, "http://three.example:PORT/round"),
        ("moved.example", "/gone"): (301, "http://pages.example:PORT/missing"),
    }
    if (host, path) in chain:
        status, to = chain[host, path]
        return status, {"location": to}, ""
    if path.startswith("/sent"):
        return 302, {"location": "/"}, ""
    if host == "busy.example" and count == 1:
        return (503, {}, "") if path == "/503" else (429, {"retry-after": "1"}, "")
    return {
        "/": (200, {}, HOME),
        "/meta": (200, {"etag": '"1"'}, METADATA),
        "/missing": (404, {}, "<title>Not here</title>"),
        "/removed": (410, {}, ""),
        "/wall": (403, {}, "<title>No</title>"),
        "/robots.txt": (404, {}, ""),
    }.get(path, (200, {"etag": '"2"'}, METADATA))


CLOSED = 65_533  # where nobody listens, nor may be given a place by chance
LINKS = (
    "http://pages.example:PORT/meta",
    "http://pages.example:PORT/meta#here",
    "http://pages.example:PORT/meta#nowhere",
    "http://pages.example:PORT/missing",
    "http://pages.example:PORT/removed",
    "http://other.example:PORT/wall",
    "http://bit.ly:PORT/short",
    "http://one.example:PORT/first",
    "http://three.example:PORT/round",
    "http://moved.example:PORT/gone",
    "http://busy.example:PORT/503",
    "http://busy.example:PORT/429",
    "http://home.example:PORT/sent/1",
    "http://home.example:PORT/sent/2",
    "http://home.example:PORT/sent/3",
    "http://lone.example:PORT/sent/1",
    "http://refused.example:9/",
    f"http://refused.example:{CLOSED}/",
    "http://nobody.invalid/",
    "http://192.168.7.7/",
    *(f"http://h{number % 9}.example:PORT/page{number}" for number in range(40)),
)


def test_both_engines_see_the_same_in_two_runs(crawl: Crawl, workers: Apart) -> None:
    """Each row of each report, and of each history, but for what tells the time."""
    reports: dict[str, list[list[dict[str, Any]]]] = {"loop": [], "dask": []}
    conditional: dict[str, int] = {}
    with web(wild) as asked:
        written(Path("links.md"), *(url.replace("PORT", str(asked.port)) for url in LINKS))
        for name, engine in (("loop", ()), ("dask", on(workers))):
            asked.heads.clear()
            for _ in range(2):
                asked.paths.clear()
                options = ("--db", f"{name}.db", "--all", "--retries", "1")
                done = crawl("run", "links.md", *HERE, *NAMES, *options, *engine)
                assert done.code == 0, done.err
                reports[name].append(rows(Path("report.json").read_text()))
            conditional[name] = sum("if-none-match" in head for head in asked.heads)
    for by_loop, by_many in zip(*reports.values(), strict=True):
        assert by_many == by_loop
    by_loop, by_many = recorded(Path("loop.db")), recorded(Path("dask.db"))
    for table, found in by_loop.items():
        assert by_many[table] == found, table
    assert conditional["dask"] == conditional["loop"] > 40
    expected = {
        *("ok", "temporary", "redirect-loop", "dns-not-found", "not-found", "gone", "soft-404"),
        *("forbidden", "forbidden-port", "fragment-missing", "private-address"),
    }
    assert {row["reason"] for row in reports["dask"][0]} >= expected
    assert all(asked.times()[f"busy.example/{page}"] == 2 for page in (429, 503))


# What cannot be worked with


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "no scheduler answers at tcp://127.0.0.1:1."),
        ("tcp://nobody.invalid:8786", "no scheduler answers at tcp://nobody.invalid:8786."),
        ("tls://127.0.0.1:1", "the scheduler at tls://127.0.0.1:1 cannot be used: TLS expects "),
    ],
)
@pytest.mark.usefixtures("hasty")
def test_where_no_scheduler_answers_it_is_said(
    crawl: Crawl, pages: Asked, address: str, said: str
) -> None:
    written(Path("links.md"), *many(pages, 3))
    done = crawl("run", "links.md", *HERE, *NAMES, "--engine", "dask", "--scheduler", address)
    gc.collect()  # what was not closed says so then
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert done.err.startswith(f"crawl: {said}")


@pytest.mark.parametrize(
    ("is_so", "is_so_no_more", "said"),
    [
        (
            "import crawler.worker as w; w.kept = w.__version__; w.__version__ = '0.0'",
            "import crawler.worker as w; w.__version__ = w.kept",
            "has another version: crawl 0.0 (here ",
        ),
        (
            (
                "import crawler.cluster as c; c.kept = c._now;"
                "c._now = lambda c=c: c.kept() + c.timedelta(minutes=3)"
            ),
            "import crawler.cluster as c; c._now = c.kept",
            "is off: it says ",
        ),
    ],
)
def test_a_worker_that_is_not_as_we_are_is_refused(
    crawl: Crawl, workers: Apart, pages: Asked, is_so: str, is_so_no_more: str, said: str
) -> None:
    written(Path("links.md"), *many(pages, 3))
    pages.paths.clear()
    with talking(workers.address) as client:
        one = min(client.scheduler_info()["workers"])
        client.run(exec, is_so, workers=[one])
        try:
            done = crawl("run", "links.md", *HERE, *NAMES, *on(workers))
        finally:
            client.run(exec, is_so_no_more, workers=[one])
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert f"the worker {one} " in done.err or f"the clock of the worker {one} " in done.err
    assert said in done.err
    assert pages.paths == []


def test_a_worker_without_the_program_is_refused(
    crawl: Crawl, workers: Apart, pages: Asked, tmp_path: Path
) -> None:
    written(Path("links.md"), *many(pages, 3))
    (tmp_path / "crawler").mkdir()
    (tmp_path / "crawler/__init__.py").touch()
    lacking = workers.worker(PYTHONPATH=str(tmp_path))
    done = crawl("run", "links.md", *HERE, *NAMES, *on(workers))
    lacking.terminate()
    lacking.wait()
    assert (done.code, done.err.count("\n")) == (3, 1)
    assert " cannot be used: all of them need crawl " in done.err


SECRET = "s3cret-of-ours"  # noqa: S105 - it is one only here


def test_nothing_of_links_or_secrets_is_in_any_log(
    crawl: Crawl, workers: Apart, pages: Asked
) -> None:
    """Nor on the scheduler's pages, nor in the names of tasks; also where a task fails."""
    urls = many(pages, 12)
    written(Path("links.md"), *urls)
    told = ("--header", f"h1.example:{pages.port}: X-Token: {SECRET}", *HERE, *NAMES, *on(workers))
    assert crawl("run", "links.md", *told).code == 0
    with talking(workers.address) as client:
        client.run(exec, FAILING)
        try:
            with pytest.raises(BaseExceptionGroup) as bug:
                crawl("run", "links.md", "--all", *told)
        finally:
            client.run(exec, "import crawler.cluster as c; c.look_at = c.kept")
        assert "BugError" in repr(bug.value)
        has_it = client.run(eval, "__import__('crawler.cluster').cluster.has_it").values()
        assert any(has_it), "what there is to be kept to oneself was there"
        said = [
            workers.log(),
            "".join(traceback.format_exception(bug.value)),
            repr(client.get_scheduler_logs()),
            repr(client.get_worker_logs()),
            repr(client.get_events()),
            repr(client.get_task_stream()),
            repr(client.run_on_scheduler(eval, STORY)),
            *shown(workers.shown),
        ]
    assert "crawl-" in said[6], "that there were tasks is known"
    assert "in failing" in said[1], "where the bug is"
    for each in said:
        for secret in (SECRET, "/page", "h1.example"):
            assert secret not in each


def test_what_a_machine_without_a_network_was_handed_is_asked_from_another(
    crawl: Crawl, pages: Asked, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Two addresses stand for two machines."""
    pages.paths.clear()
    written(Path("links.md"), *many(pages, 60, "m"))
    with apart(tmp_path_factory.mktemp("two")) as begun:
        begun.worker("--host", "127.0.0.1")
        begun.worker("--host", "127.0.0.2")
        with talking(begun.address) as client:
            there = [each for each in client.nthreads() if "127.0.0.2" in each]
            client.run(exec, CUT_OFF, workers=there)
        done = crawl("run", "links.md", *HERE, *NAMES, *on(begun))
    assert done.code == 0
    assert done.err.startswith("crawl: 127.0.0.2: what its network answers is not to be believed")
    assert [row["reason"] for row in rows(Path("report.json").read_text())] == ["ok"] * 60
    assert sorted(pages.times().values()) == [1] * 60


CUT_OFF = """
import crawler.cluster as c
c.look_at = lambda parcel, tell, batch=c.Batch: batch(stopped="offline")
"""
FAILING = """
import crawler.cluster as c
c.kept, c.has_it = c.look_at, False
def failing(parcel, tell, c=c, kept=c.look_at):
    batch = kept(parcel, tell)
    c.has_it = "s3cret" in str(parcel.settings.fetch)
    raise ValueError("http://h1.example/page1", parcel.settings.fetch.header, batch.looks)
c.look_at = failing
"""


STORY = """[repr(each) for one in __import__("distributed").Scheduler._instances
for each in (*one.transition_log, *one.tasks.values())]"""


def shown(port: int) -> Iterator[str]:
    """Yield what a scheduler shows; some of it only where more of Dask is installed."""
    for page in ("json/counts.json", "json/identity.json", "info/main/workers.html"):
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            connection.request("GET", f"/{page}")
            yield connection.getresponse().read().decode()


# Clusters with certificates, and such as go away


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Have Dask's own configuration name certificates, here and for processes that get it."""
    authority, settings = trustme.CA(), {}
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "own.pem"))
    settings["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] = "True"
    settings["DASK_DISTRIBUTED__COMM__TLS__CA_FILE"] = str(tmp_path / "ca.pem")
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        for what in ("KEY", "CERT"):
            settings[f"DASK_DISTRIBUTED__COMM__TLS__{who}__{what}"] = str(tmp_path / "own.pem")
    before = dask.config.global_config.copy()
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    dask.config.refresh()
    yield settings
    dask.config.global_config.clear()
    dask.config.global_config.update(before)


@pytest.mark.usefixtures("hasty")
def test_a_cluster_with_certificates_works_and_may_go_away(
    crawl: Crawl, certified: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One after the other, for such a cluster takes seconds: no worker, one, and no scheduler."""
    with web(plain) as asked, apart(tmp_path_factory.mktemp("tls"), environment=certified) as begun:
        assert begun.address.startswith("tls://")
        written(Path("few.md"), *many(asked, 9))
        # Of other hosts: nothing is known of how long they take, and there are several shards.
        written(Path("links.md"), *many(asked, 90, "g"))
        done = crawl("run", "few.md", *HERE, *NAMES, *on(begun))
        assert (done.code, done.err) == (3, "crawl: the scheduler has no workers.\n")
        begun.worker()
        done = crawl("run", "few.md", *HERE, *NAMES, *on(begun))
        assert (done.code, done.err) == (0, "")
        assert asked.times().total() == 9

        asked.paths.clear()
        asked.seconds, scheduler = 0.05, begun.processes[0]
        asked.on_request = lambda number: scheduler.kill() if number == 60 else None
        done = crawl("run", "links.md", "--all", *HERE, *NAMES, *on(begun))
        gone = "crawl: the cluster has gone away; what had been seen was kept.\n"
        assert (done.code, done.err) == (3, gone)
        for worker in begun.processes[1:]:
            worker.kill()
            worker.wait()
        before = asked.times()
        asked.paths.clear()
        done = crawl("run", "links.md", "--all", *HERE, *NAMES)
        assert done.code == 0, done.err
        assert len(rows(Path("report.json").read_text())) == 90
        assert before.total() >= 60
        assert 20 < asked.times().total() < 90  # what had come back was not asked again
        assert len(before | asked.times()) == 90


# What ends early, and what is left behind


@pytest.fixture
def slow(pages: Asked) -> Iterator[Asked]:
    pages.paths.clear()
    pages.seconds = 0.2
    yield pages
    pages.seconds, pages.on_request = 0.0, lambda _: None


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [(("--max-time", "4"), 0, "out-of-time"), ((), 130, "interrupted")],
)
def test_a_run_that_ends_early_keeps_what_was_seen(
    crawl: Crawl, workers: Apart, slow: Asked, options: tuple[str, ...], code: int, reason: str
) -> None:
    def request(number: int) -> None:
        if number == 100 and not options:
            os.kill(os.getpid(), signal.SIGTERM)

    slow.on_request = request
    written(Path("links.md"), *many(slow, 900))
    done = crawl("run", "links.md", *HERE, *NAMES, *on(workers), "--per-host", "2", *options)
    assert done.code == code
    report = json.loads(Path("report.json").read_text())
    reasons = [row["reason"] for row in report["links"]]
    assert (report["run"]["complete"], set(reasons)) == (False, {"ok", reason})
    assert reasons.count("ok") > len(slow.paths) - 4 * 20, "but for those in flight"
    observed = [row["link_id"] for row in recorded(Path("crawl.db"))["observations"]]
    assert len(observed) == reasons.count("ok")
    asked = len(slow.paths)
    time.sleep(1)
    assert len(slow.paths) == asked, "the workers have stopped too"


def test_a_run_leaves_no_thread_behind(crawl: Crawl, workers: Apart, pages: Asked) -> None:
    written(Path("links.md"), *many(pages, 3))
    level, before = logging.getLogger("distributed").level, set(threading.enumerate())
    assert crawl("run", "links.md", *HERE, *NAMES, *on(workers)).code == 0
    until(lambda: set(threading.enumerate()) <= before, "a thread is left")
    assert logging.getLogger("distributed").level == level
    assert sorted(each.name for each in Path().iterdir()) == [
        "crawl.db", "crawl.db.lock", "links.md", "report.json",
    ]  # fmt: skip

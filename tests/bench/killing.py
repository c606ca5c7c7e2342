"""Runs that are killed at random moments, as `kill -9` does, over the real command line.

Half of the moments are times, half are steps of SQLite: those fall into the midst of a statement.
What must hold after every one of them is checked there and then.
"""

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from crawler.errors import StoreError
from crawler.store import Store

HOSTS: Final = 40
LATENCY: Final = 0.1  # seconds: asking is to take longer than to begin and to end
COMMAND: Final = (
    "run", "links.md", "--all", "--no-config", "--no-progress", "--resolve", "*:*:127.0.0.1",
    "--delay", "0", "--output", "report.txt",
)  # fmt: skip

# Is given a number of steps of SQLite, and the arguments of `crawl`: does what `crawl` does, and
# dies at that step. Without one it says at its end how many there were.
MORTAL: Final = """
import atexit, itertools, os, signal, sqlite3, sys
last, sys.argv = int(sys.argv[1]), ["crawl", *sys.argv[2:]]
steps = itertools.count(1)
connect = sqlite3.connect
def step():
    if next(steps) == last:
        os.kill(os.getpid(), signal.SIGKILL)
def mortal(*args, **options):
    connection = connect(*args, **options)
    connection.set_progress_handler(step, 1)
    return connection
sqlite3.connect = mortal
atexit.register(lambda: print(next(steps), file=sys.stderr))
from crawler.cli import main
main()
"""
# What is believed of a link, but for when: equal for equal runs.
_BELIEVED: Final = """
    select url, health, bad_looks, broken_looks, links.outcome, links.reason, links.status,
           links.final_url, links.title, count(*)
    from links join observations on observations.link_id = links.id group by url order by url
"""
_UNFINISHED: Final = """
    select links.url from observations join links on links.id = observations.link_id
    join runs on runs.id = observations.run_id where runs.finished_at is null
"""
_LOOKS: Final = """
    select count(observations.id) from runs
    left join observations on observations.run_id = runs.id
    where runs.finished_at is not null group by runs.id
"""


class BrokenError(AssertionError):
    """What must never be was found after a kill."""


@dataclass
class Site:
    """What it was asked since it was last looked at."""

    port: int
    asked: list[str] = field(default_factory=list)

    def addresses(self, number: int) -> list[str]:
        """Return the URLs of some links: pages, pages that are gone, pages that have moved."""
        return [f"http://h{n % HOSTS}.example:{self.port}/{n}" for n in range(number)]

    def taken(self) -> list[str]:
        """Return the URLs that were asked since the last call."""
        found, self.asked = self.asked, []
        return found


@dataclass
class Score:
    """What has happened in some rounds."""

    killed: int = 0
    finished: int = 0
    gone_on_with: int = 0
    in_part: int = 0
    links_kept: int = 0
    seconds: float = 0.0


@contextmanager
def site() -> Iterator[Site]:
    """Serve pages on loopback, each another, and note who was asked for."""

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = f"http://{self.headers['host']}{self.path}"
            known.asked.append(url)
            time.sleep(LATENCY)
            kind = self.path[-1]
            status = {"1": 301, "2": 410}.get(kind, 200)
            body = f"<!doctype html><title>{url}</title><p>words of a page".encode()
            self.send_response(status)
            if status == 301:
                self.send_header("location", f"{self.path}/new")
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Pages)
    known = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024  # a connection that is refused would be a look that fails

    def handle_error(self, *_: Any) -> None:  # noqa: ANN401
        """Say nothing: who asks is killed."""


def killed(directory: Path, rounds: int, number: int, seed: int) -> Score:
    """Kill runs at random moments, and return what happened. Raises `BrokenError`."""
    moments, score = random.Random(seed), Score()  # noqa: S311 - not for secrets
    begun = time.monotonic()
    with site() as pages:
        addresses = pages.addresses(number)
        measured, history = _directory(directory / "measured", addresses), directory / "killed"
        wall, steps = _measured(measured)
        path = _directory(history, addresses) / "crawl.db"
        for each in range(rounds):
            recorded = _judged(path, number)
            pages.taken()
            by_step = moments.random() * steps if each % 2 else None
            _one(history, by_step, moments.random() * wall, score)
            _not_asked_again(pages.taken(), recorded, score, number)
        _judged(path, number)
        _whole(history)
        score.finished += 1
        _same(path, _undisturbed(measured, _finished(path)))
    score.seconds = time.monotonic() - begun
    return score


def _directory(directory: Path, addresses: Sequence[str]) -> Path:
    directory.mkdir()
    (directory / "links.md").write_text("\n\n".join(addresses))
    return directory


def _measured(directory: Path) -> tuple[float, int]:
    """Return the seconds and the steps of SQLite that a run takes."""
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 - a program of ours
        [sys.executable, "-c", MORTAL, "0", *COMMAND],
        cwd=directory, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return time.monotonic() - begun, int(done.stderr)


def _one(directory: Path, step: float | None, seconds: float, score: Score) -> None:
    """Have one run; kill it at a step, or after some seconds."""
    program = ("-m", "crawler") if step is None else ("-c", MORTAL, str(int(step) + 1))
    with subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, *program, *COMMAND],
        cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            _, said = process.communicate(timeout=seconds if step is None else None)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
    if process.returncode < 0:
        score.killed += 1
    elif process.returncode == 0:
        score.finished += 1
    else:
        raise BrokenError(f"exit code {process.returncode}: {said.decode()}")


def _judged(path: Path, number: int) -> set[str]:
    """Check a history as a kill has left it; return what an unfinished run has recorded."""
    if not path.exists() or not path.stat().st_size:
        return set()
    _judge_report(path, number)  # first: a reader must cope with what it finds
    with closing(sqlite3.connect(path)) as db:
        if (found := db.execute("pragma integrity_check").fetchall()) != [("ok",)]:
            raise BrokenError(f"integrity_check: {found}")
        if found := db.execute("pragma foreign_key_check").fetchall():
            raise BrokenError(f"foreign_key_check: {found}")
        if not db.execute("pragma user_version").fetchone()[0]:
            return set()
        if any(looks != number for (looks,) in db.execute(_LOOKS)):
            raise BrokenError("half a run counts")
        return {url for (url,) in db.execute(_UNFINISHED)}


def _judge_report(path: Path, number: int) -> None:
    try:
        with Store(path, read_only=True) as store:
            report = store.report()
    except StoreError as error:
        if "no finished run yet" not in str(error):
            raise BrokenError(str(error)) from error
        return
    run = report.run
    looks = [row.observation.at for row in report.rows if row.observation]
    if len(looks) != number or not run.finished_at:
        raise BrokenError(f"{len(looks)} of {number} links are seen")
    if not all(run.started_at <= at <= run.finished_at for at in looks):
        raise BrokenError("a look of another run is seen")


def _not_asked_again(asked: Sequence[str], recorded: set[str], score: Score, number: int) -> None:
    if again := recorded.intersection(asked):
        raise BrokenError(f"recorded already, and asked again: {sorted(again)}")
    score.gone_on_with += bool(recorded)
    score.in_part += 0 < len(recorded) < number
    score.links_kept += len(recorded)


def _whole(directory: Path) -> None:
    command = [sys.executable, "-m", "crawler", *COMMAND]
    subprocess.run(command, cwd=directory, check=True)  # noqa: S603 - a program of ours


def _finished(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        query = "select count(*) from runs where finished_at is not null"
        return int(db.execute(query).fetchone()[0])


def _undisturbed(directory: Path, runs: int) -> Path:
    """Have as many runs as another history has, without any kill; one was had already."""
    for _ in range(runs - 1):
        _whole(directory)
    return directory / "crawl.db"


def _same(path: Path, other: Path) -> None:
    """Compare two histories, and their reports, but for what tells the time."""
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(other)) as two:
        believed, expected = (set(db.execute(_BELIEVED)) for db in (one, two))
        if found := sorted(believed ^ expected, key=str):
            raise BrokenError(f"something else is believed than without any kill: {found[:4]}")
    if _report(path) != _report(other):
        raise BrokenError("something else is reported than without any kill")


def _report(path: Path) -> Any:  # noqa: ANN401 - JSON
    command = [sys.executable, "-m", "crawler", "report", "--no-config", "--format", "json"]
    done = subprocess.run(  # noqa: S603 - a program of ours
        [*command, "--db", str(path)], capture_output=True, check=True
    )
    return _timeless(json.loads(done.stdout))


def _timeless(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [_timeless(each) for each in value]
    if isinstance(value, dict):
        return {
            name: _timeless(each)
            for name, each in value.items()
            if not name.endswith(("_at", "_since"))
            and name not in {"id", "elapsed_ms", "at", "since"}
        }
    return value


def measure(rounds: int, number: int, seed: int) -> None:
    """Kill runs, and say what came of it; what must not be ends it."""
    with TemporaryDirectory() as name:
        score = killed(Path(name), rounds, number, seed)
    print(  # noqa: T201 - a program of its own
        f"{rounds} rounds over {number} links, seed {seed}: {score.killed} killed, "
        f"{score.finished} runs finished, {score.gone_on_with} times one was gone on with "
        f"({score.in_part} times with some of its looks, else with all), {score.links_kept} looks "
        f"were kept and none of them had again; "
        f"every history was sound and showed whole runs only. {score.seconds:.0f} s."
    )

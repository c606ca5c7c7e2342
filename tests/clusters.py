"""Clusters of Dask as processes of their own, a web for them to ask, and what came of it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import psutil
from commandline import Handler, answered_by

PATIENCE: Final = 120.0
"""Seconds that processes get to begin, or to end, where others keep the machine busy."""

Pages: TypeAlias = Mapping[str, tuple[int, dict[str, str], str]]


def until(what: Callable[[], Any], said: str, seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, said
        time.sleep(0.02)


@dataclass
class Asked:
    """What a web was asked, host and path, in order, and what happens at each request."""

    port: int = 0
    paths: list[str] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    on_request: Callable[[int], None] = lambda _: None
    seconds: float = 0.0

    def times(self) -> Counter[str]:
        return Counter(self.paths)


@contextmanager
def web(answer: Callable[[str, str, int], tuple[int, dict[str, str], str]]) -> Iterator[Asked]:
    """Serve on 127.0.0.1 what `answer` says to a host, a path, and how often it was asked."""
    asked = Asked()

    class Site(Handler):
        def do_GET(self) -> None:  # noqa: N802 - the library's name
            host = self.headers["host"].partition(":")[0]
            asked.paths.append(f"{host}{self.path}")
            asked.heads.append({name.lower(): value for name, value in self.headers.items()})
            asked.on_request(len(asked.paths))
            time.sleep(asked.seconds)
            status, headers, body = answer(host, self.path, asked.paths.count(f"{host}{self.path}"))
            port = str(asked.port)  # which nobody knows before
            headers = {name: value.replace("PORT", port) for name, value in headers.items()}
            self.answer(status, body.replace("PORT", port).encode(), **headers)

    with answered_by(Site) as asked.port:
        yield asked


# Schedulers and workers


@dataclass
class Apart:
    """A scheduler and workers, each a process that somebody else has begun."""

    directory: Path
    environment: Mapping[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        where: str = json.loads((self.directory / "scheduler.json").read_text())["address"]
        return where

    @property
    def shown(self) -> int:
        """The port at which the scheduler shows itself over http."""
        file = json.loads((self.directory / "scheduler.json").read_text())
        return int(file["services"]["dashboard"])

    def log(self) -> str:
        """All that the processes have said."""
        return "".join(file.read_text() for file in sorted(self.directory.glob("*.log")))

    def begin(self, program: str, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        file = self.directory / "scheduler.json"
        with (self.directory / f"{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - a program of Dask's
                [sys.executable, "-m", f"distributed.cli.dask_{program}",
                 "--scheduler-file", str(file), *options],
                cwd=self.directory, stdout=log, stderr=log,
                env={**os.environ, **self.environment, **environment},
            )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self, *more: str, **environment: str) -> subprocess.Popen[bytes]:
        """Begin a worker, and return once its scheduler knows it."""
        known = self.log().count("Register worker")
        options = ("--nthreads", "2", "--no-nanny", "--no-dashboard", "--memory-limit", "0", *more)
        process = self.begin("worker", *options, **environment)
        until(lambda: self.log().count("Register worker") > known, "no worker has begun")
        return process


@contextmanager
def apart(
    directory: Path, workers: int = 0, environment: Mapping[str, str] | None = None
) -> Iterator[Apart]:
    """Begin a scheduler that listens on 127.0.0.1, and workers."""
    protocol = ("--protocol", "tls") if environment else ()
    cluster = Apart(directory, environment or {})
    try:
        cluster.begin("scheduler", "--host", "127.0.0.1", "--port", "0", *protocol)
        until((directory / "scheduler.json").exists, "no scheduler has begun")
        for _ in range(workers):
            cluster.worker()
        yield cluster
    finally:
        for process in reversed(cluster.processes):
            process.kill()
            process.wait()


# The program as a process of its own

PROGRAM: Final = """
from crawler import estimates, shards
shards.LONGEST, estimates.LATENCY = 0.15, 0.01  # seconds: else each slot would get one shard
from crawler.cli import main
main()
"""


@contextmanager
def begun(directory: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Begin the program in a process group of its own, as a terminal does; leave none of it."""
    temporary = directory / "tmp"
    temporary.mkdir(exist_ok=True)
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)}, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that a process has begun, those of theirs too."""
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return those of them that look at links."""
    return [each for each in family(process) if "spawn_main" in " ".join(each.cmdline())]


# What came of it


def rows(text: str) -> list[dict[str, Any]]:
    """Return the links of a report in JSON, without what tells the time."""
    found: list[dict[str, Any]] = _timeless(json.loads(text)["links"])
    return found


def _timeless(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [_timeless(each) for each in value]
    if isinstance(value, dict):
        return {name: _timeless(each) for name, each in value.items() if not _is_time(name)}
    return value


def _is_time(name: str) -> bool:
    return name in {"at", "since", "elapsed_ms"} or name.endswith(("_at", "_since"))


_TABLES: Final = ("documents", "links", "occurrences", "observations", "hops", "transitions")
_NAMES: Final[Mapping[str, str]] = {
    "link_id": "select id, url from links",
    "document_id": "select id, name from documents",
    "run_id": "select id, row_number() over (order by id) from runs",
    "observation_id": "select o.id, l.url || ' ' || o.run_id "
    "from observations o join links l on l.id = o.link_id",
}


def recorded(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a history, those that others are named by in their place, in an order.

    What tells the time, and names that are made up, are not among them.
    """
    with ExitStack() as opened:
        db = opened.enter_context(closing(sqlite3.connect(path)))
        db.row_factory = sqlite3.Row
        named = {name: dict(tuple(row) for row in db.execute(sql)) for name, sql in _NAMES.items()}
        found = {
            table: [_row(row, named) for row in db.execute(f"select * from {table}")]  # noqa: S608
            for table in _TABLES
        }
        found["runs"] = [
            {name: row[name] for name in ("tool", "settings", "complete", "network", "counts")}
            for row in db.execute("select * from runs order by id")
        ]
    return {
        table: each if table == "runs" else sorted(each, key=repr) for table, each in found.items()
    }


def _row(row: sqlite3.Row, named: Mapping[str, Mapping[Any, Any]]) -> dict[str, Any]:
    return {
        name: named[name].get(row[name]) if name in named else _timeless(_read(row[name]))
        for name in row.keys()  # noqa: SIM118 - a row goes through its values
        if name != "id" and not _is_time(name)
    }


def _read(value: Any) -> Any:  # noqa: ANN401 - of any column
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value

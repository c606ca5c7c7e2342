"""Same examples every time here; `HYPOTHESIS_PROFILE=search` looks for new ones.

And what many tests begin with: a place for a history, and one that is open; and calling `crawl`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from commandline import Crawl, Done, called
from hypothesis import HealthCheck, settings
from strict import all_said

from crawler import database, migrating
from crawler.connection import Connection
from crawler.store import Store
from crawler.tables import rows

settings.register_profile(
    "repeat", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", max_examples=20_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests reaches them."""
    for name in (
        *("CRAWL_DB", "NO_COLOR", "CI", "FORCE_COLOR", "HTTP_PROXY", "HTTPS_PROXY"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"),
        *(name for name, _ in rows("pull_requests.tsv")),
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _no_power_fails() -> Iterator[None]:
    """No test waits for the disk: the processes that are killed are others, and they do wait."""
    make_ready = database._make_ready

    def hastily(db: Connection, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as it is called
        db.execute("pragma synchronous = off")
        make_ready(db, *given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_make_ready", hastily)
        yield


_migrate = migrating.migrate


@pytest.fixture(scope="session", autouse=True)
def _histories_begin_at_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new history gets at once the tables that all steps together make: they take long."""
    first = tmp_path_factory.mktemp("history") / "crawl.db"
    with Store(first):
        pass
    with closing(sqlite3.connect(first)) as db:
        tables = [sql for (sql,) in db.execute("select sql from sqlite_schema where sql <> ''")]
        steps = db.execute("select * from _sqlite_migrations").fetchall()
    step = "insert into _sqlite_migrations values (?, ?, ?, ?)"

    def at_once(db: Connection, version: int) -> None:
        if version:
            _migrate(db, version)
            return
        for table in tables:
            db.execute(table)
        for each in steps:
            db.execute(step, each)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrating, "migrate", at_once)
        yield


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """New histories come about as they really do."""
    monkeypatch.setattr(migrating, "migrate", _migrate)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crawl.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


@pytest.fixture
def crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Crawl:
    """Call `crawl` in a directory of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, stdin: bytes = b"") -> Done:
        return called(arguments, monkeypatch, capsys, stdin)

    return call


@pytest.fixture
def top(crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - it goes first
    """Be one directory further down, which has none of a test's other files beside its own."""
    path = tmp_path / "top"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def all_said_in_every_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test has found, or seen change, can be said in each language."""
    with all_said(monkeypatch):
        yield

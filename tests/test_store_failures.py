"""Whatever goes wrong and whenever it does: the file stays sound and only whole runs are seen."""

import errno
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from fakes import NOON, look, occurrence, url

from crawler import copies, linefile
from crawler.archiving import ArchivedCopy, Basis, Came, Errand, question
from crawler.contents import Contents
from crawler.errors import RecordingError, StoreError
from crawler.model import Document, Hop, Observation, Place, Run
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.upkeep import Knowledge, Upkeep
from crawler.urls import Target

pytestmark = pytest.mark.usefixtures("step_by_step")

DAY = timedelta(days=1)
STEPS = 20_000  # of SQLite: some two runs
ADDRESSES = [f"https://{name}.example/" for name in ("a", "b", "c", "d")]
FULL = r"^the disk with .+ is full: free some room; what was recorded before is safe\.$"
WRITES = (
    "begin immediate", "insert", "update", "delete", "create", "drop", "alter", "savepoint",
    "release", "pragma user", "pragma app", "commit", "vacuum",
)  # fmt: skip


def one_run(store: Store, number: int) -> None:
    """Have a whole run in two batches: everything is fine on even days, all is gone on odd ones."""
    at = NOON + number * DAY
    code = ("ok", "not-found")[number % 2]
    hops = (Hop(url("https://from.example/"), 302),)
    looks = [replace(look(code, at, address), hops=hops) for address in ADDRESSES]
    places = [
        Place(occurrence(address, number * 10 + line), Target(url(address)))
        for line, address in enumerate(ADDRESSES, 1)
    ]
    begun = store.begin(Run(f"run-{number}", at), "digest", at)
    had = {look.url for look in store.looks(begun)}
    for batch in (looks[:2], looks[2:]):
        store.record(begun.number, [look for look in batch if look.url not in had])
    finished = replace(begun.run, finished_at=at + timedelta(minutes=1), complete=True)
    document = Document("a.md", "markdown", "", source="a.md")
    store.finish(begun.number, finished, Contents([document], places), HealthSettings())


def two_runs(path: Path) -> None:
    for number in (1, 2):
        with Store(path) as store:
            one_run(store, number)


def whole_runs_seen(path: Path) -> int:
    """Return how many runs are seen, having shown that what is seen of them is all of them."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert connection.execute("pragma foreign_key_check").fetchall() == []
    with Store(path) as store:
        last = store.last_run()
        if last is None:
            assert list(store.states()) == []
            return 0
        seen = int(last.id.removeprefix("run-"))
        report = store.report()
        assert [row.place.occurrence.span.line for row in report.rows] == [
            seen * 10 + line for line in range(1, len(ADDRESSES) + 1)
        ]
        expected = ("ok", "not-found")[seen % 2]
        for row in report.rows:
            assert row.verdict.reason == expected
            assert isinstance(row.observation, Observation)
            assert row.observation.at == NOON + seen * DAY
            assert len(row.observation.hops) == 1
            assert row.state is not None
            assert row.state.checked_at == NOON + seen * DAY
            assert len(store.story(row.observation.url).looks) == seen
    return seen


class CountingConnection(sqlite3.Connection):
    """Fails from the write statement of a given number on, as a disk does that is full."""

    writes: ClassVar[int]
    fails_at: ClassVar[int]
    also: ClassVar[tuple[str, ...]]

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:  # noqa: ANN401
        self._count(sql)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        self._count(sql)
        return super().executemany(sql, rows)

    @classmethod
    def _count(cls, sql: str) -> None:
        words = sql.strip().lower()
        if words.startswith((*WRITES, *cls.also)):
            cls.writes += words.startswith(WRITES)
            if cls.writes >= cls.fails_at:
                error = sqlite3.OperationalError("database or disk is full")
                error.sqlite_errorname = "SQLITE_FULL"
                raise error


def counting(monkeypatch: pytest.MonkeyPatch, fails_at: int, also: tuple[str, ...] = ()) -> None:
    """Have writes fail from one on; `also`: other statements from then on."""
    CountingConnection.writes, CountingConnection.fails_at = 0, fails_at
    CountingConnection.also = also
    connect = sqlite3.connect

    def counted(database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        connection = connect(database, factory=CountingConnection, **options)
        connection.execute("pragma synchronous = off")  # quicker: no power fails here
        return connection

    monkeypatch.setattr(sqlite3, "connect", counted)


def number_of_writes(path: Path) -> int:
    with pytest.MonkeyPatch.context() as patch:
        counting(patch, fails_at=sys.maxsize)
        two_runs(path)
    return CountingConnection.writes


def test_a_disk_that_is_full_at_any_write_leaves_only_whole_runs(tmp_path: Path) -> None:
    writes = number_of_writes(tmp_path / "counted.db")
    assert writes > 50
    seen = []
    for number in range(1, writes + 1):
        path = tmp_path / f"{number}.db"
        with pytest.MonkeyPatch.context() as patch:
            counting(patch, fails_at=number)
            with pytest.raises(StoreError, match=FULL):
                two_runs(path)
        seen.append(whole_runs_seen(path))
    assert seen == sorted(seen)
    assert set(seen) == {0, 1}


def test_the_next_run_after_a_full_disk_is_a_whole_one(tmp_path: Path) -> None:
    writes = number_of_writes(tmp_path / "counted.db")
    for number in random.Random(5).sample(range(1, writes + 1), 12):  # noqa: S311 - not for secrets
        path = tmp_path / f"{number}.db"
        with pytest.MonkeyPatch.context() as patch:
            counting(patch, fails_at=number)
            with pytest.raises(StoreError):
                two_runs(path)
        seen = whole_runs_seen(path)
        with Store(path) as store:
            one_run(store, seen + 1)
        assert whole_runs_seen(path) == seen + 1


def test_a_file_that_may_grow_no_more_leaves_only_whole_runs(tmp_path: Path) -> None:
    """SQLite itself says that the disk is full, and has rolled back before we can."""
    two_runs(tmp_path / "whole.db")
    pages = (tmp_path / "whole.db").stat().st_size // 4096
    seen = []
    for limit in range(1, pages + 4):
        path = tmp_path / f"{limit}.db"
        with pytest.MonkeyPatch.context() as patch:
            let_files_grow_to(patch, limit)
            with pytest.raises(StoreError, match=FULL):
                many_runs(path)
        seen.append(whole_runs_seen(path))
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] > 1


def many_runs(path: Path) -> None:
    for number in range(1, 100):
        with Store(path) as store:
            one_run(store, number)


def let_files_grow_to(monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    connect = sqlite3.connect

    def limited(database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        connection: sqlite3.Connection = connect(database, **options)
        connection.execute("pragma synchronous = off")  # quicker: no power fails here
        connection.execute(f"pragma max_page_count = {pages}")
        return connection

    monkeypatch.setattr(sqlite3, "connect", limited)


def test_a_run_goes_on_after_a_batch_that_could_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "crawl.db"
    with Store(path) as store:
        begun = store.begin(Run("run-1", NOON), "digest", NOON)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute(
                "create trigger stop before insert on hops begin select raise(rollback, 'no'); end"
            )
        looks = [replace(look("ok", NOON, ADDRESSES[0]), hops=(Hop(url(ADDRESSES[1]), 301),))]
        with pytest.raises(StoreError):
            store.record(begun.number, looks)
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("drop trigger stop")
        store.record(begun.number, looks)
        store.finish(begun.number, begun.run, Contents([], []), HealthSettings())
        assert [state.url for state in store.states()] == [url(ADDRESSES[0])]


def test_a_failure_in_undoing_a_failure_leaves_only_whole_runs(tmp_path: Path) -> None:
    writes = number_of_writes(tmp_path / "counted.db")
    for number in random.Random(3).sample(range(1, writes + 1), 20):  # noqa: S311 - not for secrets
        path = tmp_path / f"{number}.db"
        with pytest.MonkeyPatch.context() as patch:
            counting(patch, fails_at=number, also=("rollback",))
            with pytest.raises(StoreError, match=FULL):
                two_runs(path)
        assert whole_runs_seen(path) in (0, 1)


# Upkeep


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        return sorted(db.iterdump())  # their order may be another after `vacuum`


def pruned(path: Path) -> None:
    with Upkeep(path, read_only=False) as history:
        history.prune(NOON + 9 * DAY, ["a.md"])


@pytest.mark.parametrize("also", [(), ("rollback",)], ids=["", "and again in undoing it"])
def test_pruning_that_fails_at_any_write_is_done_in_full_or_not_at_all(
    tmp_path: Path, also: tuple[str, ...]
) -> None:
    path = tmp_path / "crawl.db"
    two_runs(path)
    old, before = path.read_bytes(), contents(path)
    with pytest.MonkeyPatch.context() as patch:
        counting(patch, fails_at=sys.maxsize)
        pruned(path)
    after, writes = contents(path), CountingConnection.writes
    assert after != before
    seen = []
    for number in range(1, writes + 1):
        path.write_bytes(old)
        with pytest.MonkeyPatch.context() as patch:
            counting(patch, fails_at=number, also=also)
            with pytest.raises(StoreError, match=FULL):
                pruned(path)
        found = contents(path)
        assert found in (before, after)
        seen.append(found == after)
    assert seen == sorted(seen)
    assert sum(seen) == 1  # the last write only gives back what is free
    pruned(path)
    assert contents(path) == after


def with_another(path: Path) -> Path:
    """Write a history, and beside it what another machine has seen, to be imported."""
    two_runs(path)
    with Upkeep(another(path)) as other:
        path.with_name("other.jsonl").write_text("".join(other.lines()), "utf-8")
    return path


def another(path: Path) -> Path:
    """Write what another machine has seen, with something of every table."""
    other = path.with_name("other.db")
    with Store(other) as store:
        one_run(store, 1)
        one_run(store, 3)
        found = question(url(ADDRESSES[0]), NOON)
        store.archive.keep(
            ArchivedCopy(
                url(ADDRESSES[0]), Errand.FIND, NOON, Basis.SEEN, NOON, Came.COPY, found, NOON
            )
        )
    with Upkeep(other, read_only=False) as history:
        history.accept([url(ADDRESSES[1])], HealthSettings(), NOON + 2 * DAY)
    return other


def imported(path: Path) -> None:
    with Upkeep(path, read_only=False) as history:
        known = Knowledge(NOON + 9 * DAY, HealthSettings())
        history.take_lines(path.with_name("other.jsonl").read_bytes().splitlines(), known)


def accepted(path: Path) -> None:
    with Upkeep(path, read_only=False) as history:
        history.accept([url(each) for each in ADDRESSES], HealthSettings(), NOON + 9 * DAY)


@pytest.mark.parametrize("also", [(), ("rollback",)], ids=["", "and again in undoing it"])
@pytest.mark.parametrize("change", [imported, accepted])
def test_what_changes_a_history_at_once_is_done_in_full_or_not_at_all(
    tmp_path: Path, change: Callable[[Path], None], also: tuple[str, ...]
) -> None:
    path = with_another(tmp_path / "crawl.db")
    old, before = path.read_bytes(), contents(path)
    with pytest.MonkeyPatch.context() as patch:
        counting(patch, fails_at=sys.maxsize)
        change(path)
    after, writes = contents(path), CountingConnection.writes
    assert after != before
    assert writes > (10 if change is imported else 3)
    for number in range(1, writes + 1):
        path.write_bytes(old)
        with pytest.MonkeyPatch.context() as patch:
            counting(patch, fails_at=number, also=also)
            with pytest.raises(StoreError, match=FULL):
                change(path)
        assert contents(path) == before
    change(path)
    assert contents(path) == after


class InterruptedConnection(sqlite3.Connection):
    """Has Ctrl-C come before a statement or after it: within one SQLite lets no Python run."""

    statements: ClassVar[int]
    interrupted_at: ClassVar[float]

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:  # noqa: ANN401
        self._interrupt()
        done = super().execute(sql, parameters)
        self._interrupt()
        return done

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        self._interrupt()
        done = super().executemany(sql, rows)
        self._interrupt()
        return done

    @classmethod
    def _interrupt(cls) -> None:
        cls.statements += 1
        if cls.statements == cls.interrupted_at:
            raise KeyboardInterrupt


def interrupting(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    InterruptedConnection.statements, InterruptedConnection.interrupted_at = 0, moment
    connect = sqlite3.connect

    def interrupted(database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        return connect(database, factory=InterruptedConnection, **options)

    monkeypatch.setattr(sqlite3, "connect", interrupted)


@pytest.mark.parametrize("change", [imported, accepted, pruned])
def test_ctrl_c_in_the_midst_of_a_change_leaves_the_history_as_it_was(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = with_another(tmp_path / "crawl.db")
    old, before = path.read_bytes(), contents(path)
    with pytest.MonkeyPatch.context() as patch:
        interrupting(patch, float("inf"))
        change(path)
    after, moments, seen = contents(path), InterruptedConnection.statements, []
    for moment in range(1, moments + 1, max(1, moments // 50)):
        path.write_bytes(old)
        with pytest.MonkeyPatch.context() as patch:
            interrupting(patch, moment)
            # The library may stumble over a savepoint that it was just about to make.
            with pytest.raises((KeyboardInterrupt, StoreError)):
                change(path)
        seen.append(contents(path))
        assert seen[-1] in (before, after)
    assert seen[0] == before
    assert seen == [before] * seen.count(before) + [after] * seen.count(after)


def test_ctrl_c_in_the_midst_of_an_export_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path, target = tmp_path / "crawl.db", tmp_path / "history.jsonl.gz"
    two_runs(path)
    target.write_text("before")
    there = set(tmp_path.iterdir())

    def interrupted(lines: Iterable[str], after: int) -> Iterator[str]:
        for number, line in enumerate(lines):
            if number == after:
                raise KeyboardInterrupt
            yield line

    with Upkeep(path) as history:
        count = len(list(history.lines()))
        for after in range(count):
            with pytest.raises(KeyboardInterrupt):
                linefile.write_lines(interrupted(history.lines(), after), target)
            assert target.read_text() == "before"
            assert set(tmp_path.iterdir()) == there
        linefile.write_lines(history.lines(), target)
        assert list(linefile.read_lines(target)) == [line.encode() for line in history.lines()]
    assert set(tmp_path.iterdir()) == there


def test_a_copy_that_finds_no_room_is_not_there_at_all(tmp_path: Path) -> None:
    path, target = tmp_path / "crawl.db", tmp_path / "copy.db"
    two_runs(path)
    before = path.read_bytes()
    pages = path.stat().st_size // 4096
    for limit in range(1, pages):
        with pytest.MonkeyPatch.context() as patch, Upkeep(path) as history:
            let_files_grow_to(patch, limit)
            with pytest.raises(StoreError, match=r"the disk with .+copy\.db is full"):
                history.back_up(target)
        assert {each.name for each in tmp_path.iterdir()} == {"crawl.db"}
    with Upkeep(path) as history:
        history.back_up(target)
    assert contents(target) == contents(path)
    assert path.read_bytes() == before


def test_setting_aside_that_fails_at_any_step_loses_no_file_and_plays_none_back(
    tmp_path: Path,
) -> None:
    """A journal that stayed beside a new history would be taken for its own."""
    names = ("crawl.db-journal", "crawl.db-wal", "crawl.db-shm", "crawl.db")
    for fails_at in range(1, len(names) + 1):
        directory = tmp_path / str(fails_at)
        directory.mkdir()
        path = directory / "crawl.db"
        for name in names:
            (directory / name).write_text(name)
        with pytest.MonkeyPatch.context() as patch:
            fail_to_rename(patch, fails_at)
            with pytest.raises(RecordingError, match="cannot be set aside"):
                copies.set_aside(path)
        assert path.read_text() == "crawl.db"  # it goes last
        copies.set_aside(path)
        assert not list(directory.glob("crawl.db")) + list(directory.glob("crawl.db-*"))
        assert sorted(each.read_text() for each in directory.iterdir()) == sorted(names)


def fail_to_rename(monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    rename, calls = os.rename, iter(range(1, 100))

    def failing(source: str, target: str) -> None:
        if next(calls) == fails_at:
            raise OSError(errno.EIO, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", failing)


def test_two_that_are_set_aside_in_one_second_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "crawl.db"
    for text in ("one", "two"):
        path.write_text(text)
        copies.set_aside(path)
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["one", "two"]


# Kills


# Reads lines of a path, the number of the run and a moment: a count of steps of SQLite. Has runs in
# a process of its own until that moment, which may be in the midst of any statement.
MORTAL = """
import os, signal, sqlite3, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_store_failures import one_run
from crawler.store import Store

def have_runs(path, number, moment):
    connect, steps = sqlite3.connect, iter(range(moment))
    def mortal(*args, **options):
        connection = connect(*args, **options)
        connection.set_progress_handler(step, 1)
        return connection
    def step():
        if next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
    sqlite3.connect = mortal
    while True:
        with Store(Path(path)) as store:
            one_run(store, number)
        number += 1

for line in sys.stdin:
    path, number, moment = line.split("\\t")
    if (child := os.fork()) == 0:
        have_runs(path, int(number), int(moment))
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status), flush=True)
"""


def test_a_process_that_is_killed_leaves_only_whole_runs(tmp_path: Path) -> None:
    path = tmp_path / "crawl.db"
    moments = random.Random(7)  # noqa: S311 - not for secrets
    seen = [0]
    with subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-c", MORTAL, str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(40):
            process.stdin.write(f"{path}\t{seen[-1] + 1}\t{moments.randrange(STEPS)}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{signal.SIGKILL.value}\n"
            seen.append(whole_runs_seen(path))
        process.stdin.close()
    assert seen == sorted(seen)
    assert seen[-1] > 5  # many were killed after a whole run or more
    assert len(set(seen)) < len(seen)  # and some in the midst of one

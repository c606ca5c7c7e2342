"""A history of an older version: brought up to date at once or not at all, and kept as it was."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations
from test_store_failures import CountingConnection, counting, let_files_grow_to

from crawler.connection import APPLICATION_ID, VERSION
from crawler.errors import RecordingError, StoreError
from crawler.migrations import migrations
from crawler.store import Store
from crawler.upkeep import Upkeep

pytestmark = pytest.mark.usefixtures("step_by_step")

FIRST = """
    insert into runs (id, name, tool, settings, started_at, finished_at, complete, network, counts)
    values (1, 'first', 'crawl 0', 'd', '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z', 1,
            'up', '{"ok": 1}');
    insert into documents (id, name, format, source) values (1, 'a.md', 'markdown', 'a.md');
    insert into links (id, url, host, health, since, checked_at, last_ok_at, bad_looks,
                       broken_looks, outcome, reason, confidence, detail, status, title)
    values (1, 'https://a.example/', 'a.example', 'healthy', '2026-01-01T00:00:30.000Z',
            '2026-01-01T00:00:30.000Z', '2026-01-01T00:00:30.000Z', 0, 0, 'ok', 'ok', 'certain',
            '', 200, 'A');
    insert into occurrences (id, place, document_id, link_id, line, "column", end_line, end_column,
                             raw, href, text, kind, section)
    values (1, 'a.md:1:1', 1, 1, 1, 1, 1, 19, 'https://a.example/', 'https://a.example/', '',
            'bare', '');
    insert into observations (id, run_id, link_id, at, outcome, reason, confidence, detail, status,
                              final_url, title, attempts, elapsed_ms, findings)
    values (1, 1, 1, '2026-01-01T00:00:30.000Z', 'ok', 'ok', 'certain', '', 200,
            'https://a.example/', 'A', 1, 20, '[]');
    update links set observation_id = 1;
"""


def of_version(path: Path, version: int) -> Path:
    """Make a history with the first steps alone, and a run of then."""
    with closing((db := Database(path)).conn):
        later = [each.name for each in migrations.pending(db)]
        if later[1:]:
            migrations.apply(db, stop_before=later[1])
        else:
            migrations.apply(db)
        db.conn.executescript(FIRST)
        if version < len(later):
            migrations.apply(db, stop_before=later[version])
        else:
            migrations.apply(db)
        if version > 1:  # which have folded it themselves
            db.execute("update links set trail = '+', drift_looks = 0")
        db.execute(f"pragma application_id = {APPLICATION_ID}")
        db.execute(f"pragma user_version = {version}")
        db.conn.commit()
    return path


@pytest.fixture
def newest(tmp_path: Path) -> Path:
    """Give a history as this version has it, which the step below makes an older one."""
    path = of_version(tmp_path / "crawl.db", len(migrations.pending(Database(memory=True))))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    return path


@pytest.fixture
def _a_later_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add steps to those that there are, of the kinds that later versions will have."""
    later = Migrations("crawl")
    later._migrations += migrations._migrations

    @later()
    def m998_more(db: Database) -> None:
        db.table("links").add_column("note", str)
        db.execute("update links set note = 'a note on ' || url")
        db.table("notes").create({"id": int, "text": str}, pk="id")

    @later()
    def m999_other(db: Database) -> None:
        db.table("runs").transform(drop={"counts"})
        db.table("notes").create_index(["text"])
        db.execute("insert into notes (text) select note from links")

    monkeypatch.setattr("crawler.migrating.migrations", later)
    monkeypatch.setattr("crawler.database.VERSION", VERSION + 2)


def dumped(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        (version,) = db.execute("pragma user_version").fetchone()
        return [f"version {version}", *db.iterdump()]


def kept(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.before-*"))


def test_the_version_is_the_number_of_steps() -> None:
    assert len(migrations.pending(Database(memory=True))) == VERSION


VERSIONS = range(1, len(migrations.pending(Database(memory=True))) + 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_history_of_every_version_becomes_one_of_this(tmp_path: Path, version: int) -> None:
    path = of_version(tmp_path / "crawl.db", version)
    with Store(path) as store:
        [row] = store.report().rows
    assert row.verdict.outcome == "ok"
    assert row.state is not None
    assert row.state.health == "healthy"
    assert len(kept(path)) == (version < max(VERSIONS))
    with Store(path, read_only=True) as store:
        assert len(store.report().rows) == 1


@pytest.mark.usefixtures("_a_later_step")
def test_an_older_history_is_brought_up_to_date_and_kept_as_it_was(newest: Path) -> None:
    before = dumped(newest)
    told: list[str] = []
    with Store(newest, tell=told.append):
        pass
    with closing(sqlite3.connect(newest)) as db:
        assert db.execute("select text from notes").fetchall() == [
            ("a note on https://a.example/",)
        ]
    [copy] = kept(newest)
    assert dumped(copy) == before
    assert copy.name.startswith(f"crawl.db.before-v{max(VERSIONS) + 1}-20")
    [sentence] = told
    assert sentence == (
        f"{newest} is brought up to date for this version of crawl; as it was it is {copy}."
    )
    with Store(newest, tell=told.append):
        assert len(told) == len(kept(newest)) == 1  # and never again


@pytest.mark.usefixtures("_a_later_step")
def test_who_reads_an_older_history_is_told_what_brings_it_up_to_date(newest: Path) -> None:
    before = newest.read_bytes()
    for read in (lambda: Store(newest, read_only=True), lambda: Upkeep(newest)):
        with pytest.raises(StoreError, match=r"older version of crawl: the next `crawl run`"):
            read()
    assert newest.read_bytes() == before
    assert not kept(newest)


@pytest.mark.usefixtures("_a_later_step")
@pytest.mark.parametrize("also", [(), ("rollback",)], ids=["", "and again in undoing it"])
def test_a_failure_at_any_statement_leaves_the_old_history(
    newest: Path, tmp_path: Path, also: tuple[str, ...]
) -> None:
    before, old = dumped(newest), newest.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        counting(patch, fails_at=sys.maxsize, also=also)
        Store(newest).__exit__()
    writes = CountingConnection.writes
    assert writes > 10
    for number in range(1, writes + 1):
        path = tmp_path / f"{number}.db"
        path.write_bytes(old)
        with pytest.MonkeyPatch.context() as patch:
            counting(patch, fails_at=number, also=also)
            with pytest.raises(RecordingError, match="the disk with"):
                Store(path)
        assert dumped(path) == before
        Store(path).__exit__()
        assert dumped(path) != before


@pytest.mark.usefixtures("_a_later_step")
def test_a_disk_that_fills_up_at_any_page_leaves_the_old_history(newest: Path) -> None:
    before = dumped(newest)
    pages = newest.stat().st_size // 4096
    for limit in (pages, pages + 1):
        with pytest.MonkeyPatch.context() as patch:
            let_files_grow_to(patch, limit)
            with pytest.raises(RecordingError, match="the disk with"):
                Store(newest)
        assert dumped(newest) == before


@pytest.mark.usefixtures("_a_later_step")
def test_without_room_for_a_copy_nothing_is_changed(
    newest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest.read_bytes()
    let_files_grow_to(monkeypatch, newest.stat().st_size // 4096 - 3)
    with pytest.raises(RecordingError, match=r"cannot be copied before .+ nothing was changed\.$"):
        Store(newest)
    assert newest.read_bytes() == before
    assert [each.name for each in newest.parent.iterdir()] == ["crawl.db"]

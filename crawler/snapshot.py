"""A copy of a history to look at: whole, of finished runs alone, and nobody else's.

Copied by SQLite itself, so a run that writes meanwhile is neither hindered nor seen in halves.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from crawler.database import explained, opened
from crawler.guide import tables

# Nobody needs the copy after a crash. Mapped and hardly cached, it is read once and costs half.
_ONCE: Final = ("journal_mode = off", "synchronous = off", "cache_size = -64")
_MAPPED: Final = 1 << 40
_TIDY: Final = """
    delete from hops where observation_id in (
        select observations.id from observations join runs on runs.id = observations.run_id
        where runs.finished_at is null
    );
    delete from observations where run_id in (select id from runs where finished_at is null);
    delete from runs where finished_at is null;
    delete from links
    where health is null
      and not exists (select 1 from occurrences where occurrences.link_id = links.id)
      and not exists (select 1 from observations where observations.link_id = links.id);
    update links set health = 'unknown' where health is null;
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy of `source`, as it was `at` that moment.

    `rows` counts those of each table, `health` the links by what is believed of them; `run` is the
    row of the latest run, None without any.
    """

    path: Path
    source: Path
    at: datetime
    size: int
    rows: Mapping[str, int]
    health: Mapping[str, int]
    run: Mapping[str, Any] | None


def taken(source: Path, target: Path, now: datetime) -> Snapshot:
    """Copy a history to a file that does not exist. Raises `StoreError`."""
    with (
        closing(opened(source, read_only=True)) as history,
        explained(target),
        closing(sqlite3.connect(target)) as copy,
    ):
        for pragma in _ONCE:
            copy.execute(f"pragma {pragma}")
        history.execute(f"pragma mmap_size = {_MAPPED}")
        with explained(source):
            history.conn.backup(copy)
        copy.execute("pragma trusted_schema = off")
        copy.executescript(f"begin; {_TIDY} commit; pragma journal_mode = delete;")
        copy.row_factory = sqlite3.Row
        return _described(copy, target, source, now)


def _described(copy: sqlite3.Connection, path: Path, source: Path, at: datetime) -> Snapshot:
    names = [
        name
        for (name,) in copy.execute("select name from sqlite_master where type = 'table'")
        if name in tables()
    ]
    health = copy.execute("select health, count(*) from links group by 1").fetchall()
    run = copy.execute("select * from runs order by id desc limit 1").fetchone()
    return Snapshot(
        path,
        source,
        at,
        path.stat().st_size,
        {name: copy.execute(f'select count(*) from "{name}"').fetchone()[0] for name in names},  # noqa: S608 - a name of ours
        dict(map(tuple, health)),
        dict(run) if run else None,
    )

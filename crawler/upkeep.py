"""The upkeep of a history: what is in it, whether it is sound, a copy of it, and less of it.

Works on the tables of a history beside `store.py`, which reads and writes its runs.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self, TypeAlias, TypeVar

from crawler.auditing import audited
from crawler.census import Census, census
from crawler.copies import copy
from crawler.database import Tell, explained, opened, snapshot, writing
from crawler.entries import Entry, read, written
from crawler.errors import StoreError, UsageError
from crawler.exporting import Tabled, exported, tabled
from crawler.folding import refold
from crawler.merging import Merged, Merging
from crawler.rows import iso
from crawler.settings import HealthSettings
from crawler.trail import TRAIL
from crawler.urls import Url

T = TypeVar("T")
Progress: TypeAlias = Callable[[int], None]

_MAX_PROBLEMS: Final = 20
_CACHE_KB: Final = 131_072

# Old looks that say what those before and behind them say. Those at which anything changed stay,
# and the first and the last look of a link: that is what a history is for. So that what is
# believed of a link can still be made of its looks, `TRAIL` of each stretch stay beside its last,
# and all of the present streak of bad looks, or of looks at a page that has drifted; and whatever
# is not yet part of what is believed, as a clock that was wrong leaves it.
_ALIKE: Final = """
    with looks as (
        select observations.id, observations.link_id, observations.at, runs.name as run,
               json_array(outcome, reason, iif(status = 304, 200, status), final_url, title,
                          language) as said
        from observations
        join runs on runs.id = observations.run_id
        where runs.finished_at is not null
    ), turns as (
        select looks.*, said is not lag(said) over trail as turned
        from looks window trail as (partition by link_id order by at, run)
    ), numbered as (
        select turns.*, sum(turned) over trail as stretch
        from turns window trail as (partition by link_id order by at, run)
    ), counted as (
        select id, link_id, at, row_number() over (
            partition by link_id, stretch order by at, run
        ) as number, count(*) over (partition by link_id, stretch) as looks
        from numbered
    )
    select counted.id from counted
    join links on links.id = counted.link_id
    where counted.at < min(:before, links.checked_at) and number > :trail and number < looks
      and counted.at < min(coalesce(failing_since, counted.at || '+'),
                           coalesce(drift_since, counted.at || '+'))
"""
# Links that no document writes any more, and that nobody has looked at since.
_UNWRITTEN: Final = """
    select id from links
    where not exists (select 1 from occurrences where occurrences.link_id = links.id)
      and not exists (
          select 1 from observations where observations.link_id = links.id and at >= :before
      )
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was taken out of a history."""

    looks: int
    links: int
    documents: int


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is needed to make one history of two: the time, and what makes a link broken.

    `on_progress` is told how many lines were read.
    """

    now: datetime
    health: HealthSettings
    on_progress: Progress = lambda _: None


class Upkeep:
    """A history that is looked after. Use it as a context manager. Raises `StoreError`."""

    def __init__(self, path: Path, *, read_only: bool = True, tell: Tell | None = None) -> None:
        self._path = path
        if not path.exists():
            raise StoreError(f"there is no history at {path} yet: run `crawl run` first.")
        self._db = opened(path, read_only=read_only, tell=tell)
        # What is changed is changed all over the file: with SQLite's own 2 MB each page of an index
        # would be read and written again for every few rows.
        self._db.execute(f"pragma cache_size = -{_CACHE_KB}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def stats(self) -> Census:
        """Count what there is."""
        with explained(self._path), snapshot(self._db):
            return census(self._db)

    def problems(self) -> list[str]:
        """Return what is wrong with the file, a sentence each: every page of it is read."""
        with explained(self._path):
            found = [
                str(row[0])
                for row in self._db.execute(f"pragma integrity_check({_MAX_PROBLEMS})")
                if row[0] != "ok"
            ]
            found += [
                f"row {row[1]} of {row[0]} names a row of {row[2]} that is not there"
                for row in self._db.execute("pragma foreign_key_check").fetchmany(_MAX_PROBLEMS)
            ]
        return found

    def astray(
        self, settings: HealthSettings, now: datetime, on_progress: Progress = lambda _: None
    ) -> Iterator[str]:
        """Yield what is wrong with what is in the file, a sentence each: every row of it is read.

        `on_progress` is told how many were read.
        """
        with explained(self._path), snapshot(self._db):
            yield from audited(self._db, settings, now, _MAX_PROBLEMS, on_progress)

    def back_up(self, target: Path) -> None:
        """Copy the history, also during a run; the copy is whole or not there at all."""
        if target.exists() or target.is_symlink():
            raise StoreError(f"{target} exists already: name a file that does not.")
        try:
            with explained(target):
                copy(self._db.conn, target)
        except OSError as error:
            raise StoreError(f"{target} cannot be written ({error.strerror}).") from error

    def accept(self, urls: Sequence[Url], settings: HealthSettings, now: datetime) -> None:
        """Take somebody's word that what pages are now is right.

        Raises `UsageError` for what nobody has looked at, and then takes none.
        """
        with writing(self._db, self._path):
            query = "select id from links where url = ? and observation_id is not null"
            found = {url: self._db.execute(query, [str(url)]).fetchone() for url in urls}
            for url in (url for url, row in found.items() if row is None):
                raise UsageError(f"{url} is not in the history, or was never looked at.")
            numbers = [row[0] for row in found.values()]
            self._db.conn.executemany(
                "insert or ignore into acceptances (link_id, at) values (?, ?)",
                [(number, iso(now)) for number in numbers],
            )
            refold(self._db, settings, now, numbers)

    def lines(self) -> Generator[str, None, None]:
        """Yield the whole history as lines of JSON, as it is at this moment.

        Close what is not read to its end: until then the history is being read.
        """
        with explained(self._path), snapshot(self._db):
            yield from map(written, exported(self._db))

    @contextmanager
    def tables(self) -> Iterator[Tabled]:
        """Have the whole history as typed columns, file by file, as it is at this moment."""
        with explained(self._path), snapshot(self._db):
            yield tabled(self._db)

    def take_lines(self, lines: Iterable[bytes], known: Knowledge) -> Merged:
        """Take in what another history knows, as lines of JSON: all or nothing."""
        return self._take(lines, read, known)

    def take_history(self, path: Path, known: Knowledge) -> Merged:
        """Take in what another history knows: all or nothing."""
        with Upkeep(path) as other, explained(path):
            return self._take(exported(other._db), lambda entry: entry, known)

    def _take(self, lines: Iterable[T], read_one: Callable[[T], Entry], known: Knowledge) -> Merged:
        with writing(self._db, self._path):
            merging = Merging(self._db, known.on_progress)
            merging.take(lines, read_one, self._number("pragma user_version"))
            touched = (row[0] for row in self._db.execute("select id from touched").fetchall())
            refold(self._db, known.health, known.now, touched)
            self._db.execute("drop table touched")
        return merging.merged

    def prune(self, before: datetime, documents: Sequence[str] = ()) -> Pruned:
        """Take out old looks that say nothing new, and links that nobody writes any more.

        `documents`: names of those that are to be forgotten with their places. What changed at a
        link, and when, stays known, as does what is believed of it.
        """
        with writing(self._db, self._path):
            self._db.execute("create temp table doomed (id integer primary key)")
            forgotten = sum(self._forget(name) for name in documents)
            looks = self._doom(_ALIKE, before)
            self._delete_looks()
            links = self._doom(_UNWRITTEN, before)
            self._db.execute(
                "update links set observation_id = null where id in (select id from doomed)"
            )
            self._db.execute("create temp table without_looks as select id from doomed")
            self._db.execute("delete from doomed")
            self._db.execute(
                "insert into doomed select id from observations "
                "where link_id in (select id from without_looks)"
            )
            self._delete_looks()
            self._db.execute(
                "delete from acceptances where link_id in (select id from without_looks)"
            )
            self._db.execute("delete from links where id in (select id from without_looks)")
            self._db.execute("drop table without_looks")
            self._db.execute("drop table doomed")
        with explained(self._path):
            self._db.execute("vacuum")
        return Pruned(looks, links, forgotten)

    def _forget(self, document: str) -> int:
        known = "select id from documents where name = ?"
        self._db.execute(f"delete from occurrences where document_id in ({known})", [document])  # noqa: S608 - text of ours
        return int(self._db.execute("delete from documents where name = ?", [document]).rowcount)

    def _doom(self, query: str, before: datetime) -> int:
        self._db.execute("delete from doomed")
        return int(
            self._db.execute(
                f"insert into doomed {query}", {"before": iso(before), "trail": TRAIL}
            ).rowcount
        )

    def _delete_looks(self) -> None:
        self._db.execute("delete from hops where observation_id in (select id from doomed)")
        self._db.execute("delete from observations where id in (select id from doomed)")

    def _number(self, query: str) -> int:
        return int(self._row(query)[0])

    def _row(self, query: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._db.execute(query).fetchone()
        return found

"""What a history knows of repairs: its table, read and written. Speaks SQL, as `store.py`.

Law: rows are appended and never changed; that a repair was taken back is a row too.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from crawler.bulk import insert, next_id
from crawler.connection import Connection
from crawler.database import explained, writing
from crawler.repairs import Repaired, repaired_of, repaired_row
from crawler.rows import iso

_LATEST: Final = """
    select name from repairs
    where undoes is null and name not in (select undoes from repairs where undoes is not null)
    order by at desc, name desc limit 1
"""
_NAMED: Final = "select * from repairs where name = ? order by position"
_UNDONE: Final = "select * from repairs where undoes = ? order by at, name, position"
_SINCE: Final = """
    select * from repairs where at > :since and at <= :until order by at, name, position
"""


class RepairHistory:
    """The repairs that were written into documents. Raises `StoreError`."""

    def __init__(self, db: Connection, path: Path) -> None:
        self._db = db
        self._path = path

    def latest(self) -> str | None:
        """Return the name of the latest call whose repairs nobody has taken back, if there is one.

        One that was taken back in part counts as taken back: the rest is no more what it was.
        """
        with explained(self._path):
            return next((row["name"] for row in self._db.query(_LATEST)), None)

    def of(self, name: str) -> tuple[Repaired, ...]:
        """Return what one call has repaired, in order."""
        return tuple(self._read(_NAMED, [name]))

    def undone(self, name: str) -> tuple[Repaired, ...]:
        """Return what was taken back of one call's repairs."""
        return tuple(self._read(_UNDONE, [name]))

    def since(self, since: datetime, until: datetime) -> tuple[Repaired, ...]:
        """Return what was repaired or taken back since a moment, in order of time."""
        moments = {"since": iso(since), "until": iso(until)}
        return tuple(map(repaired_of, self._rows(_SINCE, moments)))

    @contextmanager
    def keeping(self, repairs: Iterable[Repaired]) -> Iterator[None]:
        """Append repairs if what is done meanwhile succeeds; they count once the block is left."""
        with writing(self._db, self._path):
            append(self._db, repairs)
            yield

    def _read(self, query: str, values: list[str]) -> Iterator[Repaired]:
        return map(repaired_of, self._rows(query, values))

    def _rows(self, query: str, values: list[str] | dict[str, str]) -> list[dict[str, object]]:
        with explained(self._path):
            return list(self._db.query(query, values))


def append(db: Connection, repairs: Iterable[Repaired], otherwise: str = "") -> None:
    """Append repairs to a database, inside of a transaction."""
    rows = (
        {"id": id_, **repaired_row(each)}
        for id_, each in enumerate(repairs, next_id(db, "repairs"))
    )
    insert(db, "repairs", rows, otherwise)

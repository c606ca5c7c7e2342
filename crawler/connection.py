"""One open database: statements, and rows by the names of their columns.

As thin as that, for commands that read a history are to answer at once. `sqlite-utils`, which
loads for longer than most of them take, is for `migrations.py`.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

APPLICATION_ID: Final = 0x6372776C  # "crwl": SQLite keeps it in the file's header
VERSION: Final = 7
"""How many steps of `migrations.py` a history of this version has taken, as its header says."""

Values: TypeAlias = Sequence[Any] | Mapping[str, Any]


class Connection:
    """A connection whose statements count at once, but for those of a transaction."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        conn.isolation_level = None  # else the library begins transactions that nobody asked for
        self.conn = conn

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Execute a statement."""
        return self.conn.execute(sql, values)

    def query(self, sql: str, values: Values = ()) -> Iterator[dict[str, Any]]:
        """Execute a query now, and yield its rows as they are asked for."""
        cursor = self.conn.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def close(self) -> None:
        """Close the file."""
        self.conn.close()

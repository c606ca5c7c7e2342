"""A history of an older version, or an empty file, made one of this version. Within a transaction.

Apart from `database.py`, for commands that find a history of their own version need none of it.
"""

from typing import Final

from sqlite_utils import Database

from crawler.connection import Connection
from crawler.folding import refold
from crawler.migrations import migrations
from crawler.rows import moment
from crawler.settings import HealthSettings

_FOLDED_ANEW: Final = 2  # the version since when states know how links have fared of late


def migrate(db: Connection, version: int) -> None:
    """Take all steps that a history of some version has not taken; 0: it is empty."""
    migrations.apply(Database(db.conn, execute_plugins=False))
    if 0 < version < _FOLDED_ANEW:
        _fold_anew(db)


def _fold_anew(db: Connection) -> None:
    """Make the states of all links anew. After all steps: it knows the latest tables alone."""
    latest = "select max(finished_at) as ended from runs having ended is not null"
    for row in db.query(latest):
        refold(db, HealthSettings(), moment(row["ended"]))

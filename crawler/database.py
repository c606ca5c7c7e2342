"""A history's file: opened, brought up to date, written in transactions, and its errors explained.

Whatever SQLite says in a code is told in one sentence that names the file and the cure.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from crawler.errors import StoreError
from crawler.migrations import APPLICATION_ID, migrations

BUSY_SECONDS: Final = 30.0

# By the first word of SQLite's own name for an error: https://sqlite.org/rescode.html
_IN_USE: Final = "{} is in use by another program: try again later."
_UNWRITABLE: Final = "{} cannot be written: check its permissions and those of its directory."
_SENTENCES: Final = {
    "BUSY": _IN_USE,
    "LOCKED": _IN_USE,
    "FULL": "the disk with {} is full: free some room; what was recorded before is safe.",
    "NOTADB": "{} is not a database: name another file with --db.",
    "READONLY": _UNWRITABLE,
    "PERM": _UNWRITABLE,
    "CANTOPEN": "{} cannot be opened: does its directory exist, and may it be written?",
    "IOERR": "{}: the disk reports an error; check the disk.",
    "CONSTRAINT": "{} refuses what was to be written, which is a mistake of crawl: please report "
    "it; what was recorded before is safe.",
}
_DAMAGED: Final = (
    "{} is damaged: move it aside and restore a copy; "
    "without one a new history begins with the next run."
)


def opened(path: Path, *, read_only: bool) -> Database:
    """Open a history, a new one if need be, and check it. Raises `StoreError`."""
    with explained(path):
        db = Database(_connection(path, read_only=read_only), execute_plugins=False)
        try:
            _bring_up_to_date(db, path, read_only=read_only)
        except BaseException:
            db.close()
            raise
        return db


@contextmanager
def writing(db: Database, path: Path) -> Iterator[None]:
    """Write in one transaction, all or nothing. Raises `StoreError`."""
    with explained(path):
        db.execute("begin immediate")
        try:
            yield
            db.execute("commit")
        except BaseException:
            if db.conn.in_transaction:
                db.execute("rollback")
            raise


@contextmanager
def impatient(db: Database) -> Iterator[None]:
    """Read without waiting for a writer: the web is being asked meanwhile, and its clocks go on."""
    db.execute("pragma busy_timeout = 0")
    try:
        yield
    finally:
        db.execute(f"pragma busy_timeout = {round(BUSY_SECONDS * 1000)}")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say in one sentence what SQLite says in a code, and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_sentence(path, error)) from error


def _sentence(path: Path, error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "SQLITE_CORRUPT").split("_")[1]
    return _SENTENCES.get(name, _DAMAGED).format(path)


def _bring_up_to_date(db: Database, path: Path, *, read_only: bool) -> None:
    known = _newest_version()
    version = _pragma(db, "user_version")
    if db.table_names() and _pragma(db, "application_id") != APPLICATION_ID:
        raise StoreError(f"{path} is a database of another program: name another file with --db.")
    if version > known:
        raise StoreError(
            f"{path} was written by a newer version of crawl: update crawl, or name "
            "another file with --db; nothing was changed."
        )
    if _pragma(db, "quick_check") != "ok":
        raise sqlite3.DatabaseError("quick_check")
    if not read_only and version < known:
        with writing(db, path):
            migrations.apply(db)
            db.execute(f"pragma application_id = {APPLICATION_ID}")
            db.execute(f"pragma user_version = {known}")
    elif version < known:
        raise StoreError(f"{path} holds no finished run yet: run `crawl run` first.")
    db.execute("pragma foreign_keys = on")


def _connection(path: Path, *, read_only: bool) -> sqlite3.Connection:
    if read_only and not os.path.exists(path):  # noqa: PTH110 - never raises
        raise StoreError(f"there is no history at {path} yet: run `crawl run` first.")
    if os.path.isdir(path):  # noqa: PTH112 - never raises; SQLite would say so in three ways, one of them "disk I/O error"
        raise StoreError(f"{path} is a directory: name a file with --db.")
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)
    connection.execute("pragma trusted_schema = off")
    return connection


def _newest_version() -> int:
    empty = Database(memory=True, execute_plugins=False)
    try:
        return len(migrations.pending(empty))
    finally:
        empty.close()


def _pragma(db: Database, name: str) -> Any:  # noqa: ANN401 - a number or a text
    return db.execute(f"pragma {name}").fetchone()[0]

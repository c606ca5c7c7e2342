"""A history's file: opened, brought up to date, written in transactions, and its errors explained.

Whatever SQLite says in a code is told in one sentence that names the file and the cure. The journal
is always one that is rolled back (`docs/design.md` says why), so that the file alone is all of it.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from crawler import copies
from crawler.connection import APPLICATION_ID, VERSION, Connection
from crawler.errors import BusyError, DamagedError, RecordingError, StoreError
from crawler.text import clean

Tell: TypeAlias = Callable[[str], None]

BUSY_SECONDS: Final = 30.0
LARGE: Final = 64 << 20
"""Bytes of a file that is not read in full only to be read from: that takes seconds."""

_TABLES: Final = (
    "runs", "documents", "links", "occurrences", "observations", "hops", "acceptances",
    "archived_copies", "transitions", "repairs",
)  # fmt: skip
_OBJECTS: Final = "select type, lower(name), lower(coalesce(sql, '')) from sqlite_schema"

_MAX_VALUE: Final = 64 << 20  # bytes of one text: strangers write histories too
_MARK: Final = slice(68, 72)  # where the header has the application: sqlite.org/fileformat2.html
_HEADER: Final = 100

# By SQLite's own name for an error, or the first word of it: https://sqlite.org/rescode.html
_IN_USE: Final = "{} is in use by another program: try again later."
_UNWRITABLE: Final = "{} cannot be written: check its permissions and those of its directory."
_SENTENCES: Final = {
    "BUSY": _IN_USE,
    "LOCKED": _IN_USE,
    "PROTOCOL": _IN_USE,
    "FULL": "the disk with {} is full: free some room; what was recorded before is safe.",
    "READONLY": _UNWRITABLE,
    "READONLY_ROLLBACK": "{} was left in the midst of writing: it can be read once it and its "
    "directory may be written, so that this is undone.",
    "PERM": _UNWRITABLE,
    "CANTOPEN": "{} cannot be opened: does its directory exist, and may it be written?",
    "IOERR": "{}: the disk reports an error; check the disk, and limits on the size of files.",
    "NOMEM": "there is not enough memory for {}.",
    "TOOBIG": "{} holds a value larger than crawl ever writes: it was changed by another program.",
    "CONSTRAINT": "{} refuses what was to be written, which is a mistake of crawl: please report "
    "it; what was recorded before is safe.",
}
_BUSY: Final = frozenset({"BUSY", "LOCKED", "PROTOCOL"})
_LOST: Final = frozenset({"CORRUPT", "NOTADB"})
_DAMAGED: Final = (
    "{} is damaged: move it aside and restore a copy; "
    "without one a new history begins with the next run."
)
_FOREIGN: Final = "{} is a database of another program: name another file with --db."
_NO_DATABASE: Final = "{} is not a database: name another file with --db."
_ELSE: Final = (
    "{} is not as crawl has made it ({}): it was changed by another program; if not, please "
    "report it."
)


def opened(path: Path, *, read_only: bool, tell: Tell | None = None) -> Connection:
    """Open a history, a new one if need be, and check it. Raises `StoreError`.

    `tell` is handed what the operator should know: what was copied before it was changed.
    """
    _reject_names(path, read_only=read_only)
    begins_empty = os.path.exists(path)  # noqa: PTH110 - never raises
    with explained(path):
        connection = _reading(path) if read_only else _connected(path, "rwc")
        db = Connection(connection)
        try:
            _reject_strangers(db, path)
            _reject_programs(db, path)
            with snapshot(db):
                _reject_damage(db, path, read_only=read_only)
            if read_only:
                _reject_old(db, path)
            else:
                _make_ready(db, path, tell or (lambda _: None), begins_empty=begins_empty)
        except BaseException:
            db.close()
            raise
        return db


@contextmanager
def writing(db: Connection, path: Path) -> Iterator[None]:
    """Write in one transaction, all or nothing. Raises `StoreError`."""
    with explained(path):
        db.execute("begin immediate")
        try:
            yield
            db.execute("commit")
        except BaseException:
            _roll_back_if_open(db)
            raise


@contextmanager
def snapshot(db: Connection) -> Iterator[None]:
    """Read as of one moment, whatever is written meanwhile."""
    if db.conn.in_transaction:
        yield
        return
    db.execute("begin")
    try:
        yield
    finally:
        _roll_back_if_open(db)


def _roll_back_if_open(db: Connection) -> None:
    """End a transaction that SQLite has not ended itself, as it does after some errors."""
    if db.conn.in_transaction:
        db.execute("rollback")


@contextmanager
def impatient(db: Connection) -> Iterator[None]:
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
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a mistake of ours
    except sqlite3.Error as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: sqlite3.Error) -> StoreError:
    name = getattr(error, "sqlite_errorname", "SQLITE_ERROR").removeprefix("SQLITE_")
    word = name.partition("_")[0]
    if word in _LOST:
        return DamagedError(_DAMAGED.format(path)) if _was_ours(path) else _no_history(path, word)
    if sentence := _SENTENCES.get(name) or _SENTENCES.get(word):
        return (BusyError if word in _BUSY else RecordingError)(sentence.format(path))
    return RecordingError(_ELSE.format(path, error))


def _no_history(path: Path, word: str) -> StoreError:
    return StoreError((_FOREIGN if word == "CORRUPT" else _NO_DATABASE).format(path))


def _was_ours(path: Path) -> bool:
    """Tell whether a damaged file is ours: a file of anybody else's is never moved.

    Where the power failed nothing but zeros may be left; those are nobody's.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError:
        return False
    return header[_MARK] == APPLICATION_ID.to_bytes(4, "big") or not any(header)


def _reject_names(path: Path, *, read_only: bool) -> None:
    if os.path.isdir(path):  # noqa: PTH112 - never raises; SQLite would say so in three ways, one of them "disk I/O error"
        raise StoreError(f"{path} is a directory: name a file with --db.")
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - as above
        # A pipe would be waited for, by SQLite itself, which hears no signal meanwhile.
        raise StoreError(f"{path} is no ordinary file: name another with --db.")
    if os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114 - as above
        # It may have come with a stranger's checkout, and would have a file made elsewhere.
        raise StoreError(f"{path} is a link to a file that is not there: name a file with --db.")
    if read_only and not os.path.exists(path):  # noqa: PTH110 - never raises
        raise StoreError(f"there is no history at {path} yet: run `crawl run` first.")
    if not os.path.isdir(path.parent):  # noqa: PTH112 - never raises
        raise StoreError(_SENTENCES["CANTOPEN"].format(path))


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)
    # A history may have come with a stranger's checkout.
    connection.execute("pragma trusted_schema = off")
    connection.execute("pragma cell_size_check = on")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
    return connection


def _reading(path: Path) -> sqlite3.Connection:
    """Open a history to read: one too that was left as no reader may open it."""
    connection = _connected(path, "ro")
    try:
        connection.execute("select count(*) from sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorname == "SQLITE_READONLY_ROLLBACK":
            _undo_half_a_write(path)
            return _connected(path, "ro")
        # In a directory that may not be written SQLite cannot share a file with writers that are
        # not there either. What is in a log beside it would be missed.
        if error.sqlite_errorname == "SQLITE_READONLY_DIRECTORY" and not _has_log(path):
            return _connected(path, "ro&immutable=1")
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _undo_half_a_write(path: Path) -> None:
    """Undo what was being written when a run was killed, as the next writer would."""
    connection = _connected(path, "rw")
    try:
        connection.execute("select count(*) from sqlite_schema").fetchone()
    finally:
        connection.close()


def _has_log(path: Path) -> bool:
    return any(os.path.exists(f"{path}{ending}") for ending in ("-wal", "-journal"))  # noqa: PTH110 - never raises


def _reject_strangers(db: Connection, path: Path) -> None:
    mark, version = _pragma(db, "application_id"), _pragma(db, "user_version")
    is_empty = not db.execute("select count(*) from sqlite_schema").fetchone()[0]
    if mark != APPLICATION_ID and not (is_empty and mark == 0):
        raise StoreError(_FOREIGN.format(path))
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer version of crawl: update crawl, or name "
            "another file with --db; nothing was changed."
        )


def _reject_programs(db: Connection, path: Path) -> None:
    """Refuse a file that has SQLite compute where crawl only reads and writes, perhaps for ever.

    Views of other names may be somebody's own: nothing here reads them. What is asked for is a
    pragma by its statement, for a table may be called like its function.
    """
    found = ""
    for kind, name, sql in db.execute(_OBJECTS).fetchall():
        is_virtual = kind == "table" and sql.startswith("create virtual")
        is_ours = name in _TABLES or name == "_sqlite_migrations"
        if kind == "trigger" or is_virtual or (is_ours and kind == "view"):
            found = f"a {'virtual ' * is_virtual}{kind} {clean(name)!r}"
        elif kind == "table" and name in _TABLES and not _is_plain(db, name):
            found = f"another table {name!r}"
    if found:
        raise RecordingError(_ELSE.format(path, found))


def _is_plain(db: Connection, table: str) -> bool:
    """Tell whether a table holds its values itself, and holds each to its type."""
    is_strict = all(row[-1] for row in db.execute(f"pragma main.table_list({table})"))
    columns = db.execute(f"pragma main.table_xinfo({table})")
    return is_strict and not any(hidden for *_, hidden in columns)


def _reject_old(db: Connection, path: Path) -> None:
    version = _pragma(db, "user_version")
    if version == 0:
        raise StoreError(f"{path} holds no finished run yet: run `crawl run` first.")
    if version < VERSION:
        raise StoreError(
            f"{path} was written by an older version of crawl: the next `crawl run` brings it up "
            "to date."
        )


def _reject_damage(db: Connection, path: Path, *, read_only: bool) -> None:
    if not _is_sound(db, path, read_only=read_only):
        raise DamagedError(_DAMAGED.format(path))


def _is_sound(db: Connection, path: Path, *, read_only: bool) -> bool:
    """Tell whether a file is a whole database: what writes reads every page before.

    Of a large file a reader trusts the pages that it does not come to, and checks the others.
    """
    size = _pragma(db, "page_count") * _pragma(db, "page_size")
    if _pragma(db, "journal_mode") != "wal" and os.path.getsize(path) < size:  # noqa: PTH202 - as above
        return False
    return (read_only and size > LARGE) or bool(_pragma(db, "quick_check(1)") == "ok")


def _make_ready(db: Connection, path: Path, tell: Tell, *, begins_empty: bool) -> None:
    """Bring a history up to date, all in one transaction; keep a copy as it was."""
    if _pragma(db, "journal_mode") == "wal":
        with suppress(sqlite3.OperationalError):  # somebody reads it: another time
            _pragma(db, "journal_mode = delete")
    version = _pragma(db, "user_version")
    if version < VERSION:
        from crawler import migrating  # noqa: PLC0415 - what it needs loads longer than all else

        if version:
            _keep_a_copy(db, path, version, tell)
        elif begins_empty:
            tell(f"{path} is an empty file: a new history begins in it.")
        with writing(db, path):
            migrating.migrate(db, version)
            db.execute(f"pragma application_id = {APPLICATION_ID}")
            db.execute(f"pragma user_version = {VERSION}")
    db.execute("pragma foreign_keys = on")


def _keep_a_copy(db: Connection, path: Path, version: int, tell: Tell) -> None:
    target = copies.beside(path, f"before-v{version + 1}")
    try:
        copies.copy(db.conn, target)
    except (OSError, sqlite3.Error) as error:
        raise RecordingError(
            f"{path} was written by an older version of crawl, and cannot be copied before it is "
            f"brought up to date ({error}): make room beside it; nothing was changed."
        ) from error
    tell(f"{path} is brought up to date for this version of crawl; as it was it is {target}.")


def _pragma(db: Connection, name: str) -> Any:  # noqa: ANN401 - a number or a text
    return db.execute(f"pragma {name}").fetchone()[0]

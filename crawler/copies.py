"""What stands beside a history: a copy of it, whole or not there at all, and one set aside.

Nothing here ever takes the place of a file that is there.
"""

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from crawler.errors import RecordingError

_PARTS: Final = ("-journal", "-wal", "-shm", "")
"""Endings of the files that are one database; its own last.

A journal that was left alone would be played back into the next file of that name.
"""


def copy(source: sqlite3.Connection, target: Path) -> None:
    """Copy a history, also during a run. Raises `sqlite3.Error` and `OSError`."""
    beginning = target.with_name(f"{target.name}.part")
    try:
        with closing(sqlite3.connect(beginning)) as begun:
            source.backup(begun)
            begun.execute("pragma journal_mode = delete")
        os.replace(beginning, target)  # noqa: PTH105 - says which of the two it was
    finally:
        with suppress(OSError):
            beginning.unlink()


def beside(path: Path, what: str) -> Path:
    """Return a name beside a history that is free: with what it is, and the time."""
    name = f"{path.name}.{what}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (path.with_name(f"{name}{'' if n == 1 else f'.{n}'}") for n in range(1, 1000))
    return next(each for each in names if not os.path.lexists(each))


def set_aside(path: Path) -> str:
    """Give a damaged history another name, and return the sentence that says so."""
    target = beside(path, "corrupt")
    try:
        for part in _PARTS:
            with suppress(FileNotFoundError):
                os.rename(f"{path}{part}", f"{target}{part}")  # noqa: PTH104 - names, not paths
    except OSError as error:
        raise RecordingError(
            f"{path} is damaged, and cannot be set aside ({error.strerror}): move it, and restore "
            "a copy; without one a new history begins with the next run."
        ) from error
    return (
        f"{path} was damaged and was set aside as {target}: restore a copy as {path}; without one "
        "a new history begins with the next run."
    )

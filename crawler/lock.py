"""One writer at a time: a lock beside the history, held for a whole run."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from crawler.errors import StoreError


@contextmanager
def held(db: Path, now: datetime) -> Iterator[None]:
    """Hold the lock of a history. Raises `StoreError` that says who holds it, and since when."""
    path = db.parent / f"{db.name}.lock"
    try:  # not through a symbolic link: a stranger's checkout may hold one, and we write
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be opened ({error.strerror}): does its directory exist, and may it be "
            "written?"
        ) from error
    try:
        _lock(descriptor, path)
        with suppress(OSError):  # the disk is full: the lock holds without a name on it
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, _holder(now), 0)
        yield
    finally:
        os.close(descriptor)  # and with it the lock; the file stays, for removing it would race


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        who = _read(path)
        raise StoreError(f"another run is active{who}: wait for it, or stop it.") from error


def _holder(now: datetime) -> bytes:
    return json.dumps({"pid": os.getpid(), "since": f"{now:%Y-%m-%d %H:%M:%S} UTC"}).encode()


def _read(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f" since {holder['since']} (process {holder['pid']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""

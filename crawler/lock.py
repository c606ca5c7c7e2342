"""One writer at a time: a lock beside the history, held for a whole run.

It is the system's lock on an open file and goes with the process, however that ends. The file
stays, for removing it would race; what is written on it is for people alone.
"""

import errno
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeAlias

from crawler.errors import RecordingError, StoreError

try:
    fcntl: Any = import_module("fcntl")
except ImportError:  # Windows
    fcntl = None

Tell: TypeAlias = Callable[[str], None]

POLL_SECONDS: Final = 0.5
_MAX_HOLDER: Final = 4096
_ON_WINDOWS: Final = 1 << 20  # the byte that is locked there; what is locked cannot be read either

_HELD: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK})
_UNKNOWN: Final = frozenset({
    errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL,
})  # fmt: skip
_MISNAMED: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


@contextmanager
def held(db: Path, now: datetime, waiting: Tell | None = None) -> Iterator[None]:
    """Hold the lock of a history.

    `waiting` is told once whom it waits for; without it, `StoreError` says who holds the lock, and
    since when. Raises `RecordingError` where no lock can be had.
    """
    if os.path.isdir(db):  # noqa: PTH112 - never raises
        raise StoreError(f"{db} is a directory: name a file with --db.")
    # By its own name: whoever calls the history by another one gets the same lock.
    path = Path(f"{os.path.realpath(db)}.lock")
    descriptor = _opened(path)
    try:
        waited = _taken(descriptor, path, waiting)
        with suppress(OSError):  # the disk is full: the lock holds without a name on it
            os.truncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, _holder(now + waited))
        yield
    finally:
        os.close(descriptor)  # and with it the lock


def _opened(path: Path) -> int:
    # Not through a symbolic link: a stranger's checkout may hold one, and we write.
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(path, flags, 0o644)
    except OSError as error:
        kind = StoreError if error.errno in _MISNAMED else RecordingError
        raise kind(
            f"{path} cannot be opened ({error.strerror}): does its directory exist, and may it be "
            "written?"
        ) from error


def _taken(descriptor: int, path: Path, waiting: Tell | None) -> timedelta:
    """Take the lock, and return how long that took."""
    begun, told = time.monotonic(), False
    while not _takes(descriptor, path):
        if waiting is None:
            raise StoreError(f"another run is active{_who(path)}: wait for it, or stop it.")
        if not told:
            waiting(f"another run is active{_who(path)}: waiting for it to end.")
            told = True
        time.sleep(POLL_SECONDS)
    return timedelta(seconds=time.monotonic() - begun)


def _takes(descriptor: int, path: Path) -> bool:
    """Try to take the lock; tell whether it was free."""
    for take in _WAYS if fcntl else (_by_region,):
        try:
            take(descriptor)
        except OSError as error:
            if error.errno in _HELD:
                return False
            if error.errno not in _UNKNOWN:
                raise RecordingError(f"{path} cannot be locked ({error.strerror}).") from error
        else:
            return True
    raise RecordingError(
        f"{path} cannot be locked: that file system knows no locks, without which SQLite keeps no "
        "data safe either; name a history elsewhere with --db."
    )


def _by_file(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _by_record(descriptor: int) -> None:
    """Lock as SQLite itself does: where that does not work, it does not either."""
    fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _by_region(descriptor: int) -> None:
    msvcrt: Any = import_module("msvcrt")
    os.lseek(descriptor, _ON_WINDOWS, os.SEEK_SET)
    msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)


_WAYS: Final = (_by_file, _by_record)


def _holder(now: datetime) -> bytes:
    since = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    return json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}).encode()


def _who(path: Path) -> str:
    try:
        holder = json.loads(path.read_bytes()[:_MAX_HOLDER])
        where = "" if holder["host"] == socket.gethostname() else f" on {holder['host']}"
        return f" since {holder['since']} (process {holder['pid']}{where})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""

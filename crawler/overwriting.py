"""Files of documents, replaced as a whole or left as they are: nothing else writes any of them.

Laws: whoever reads a file meets the old one or the new one, also where the machine dies in between;
the new one has the mode, the owner and the attributes of the old one; what is not what was read
before is never replaced; and what was written is read again, and taken back if it is another thing
without anybody having written it.

A checkout may be a stranger's: no link is followed to the file, be it a symbolic one or a second
name of it.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from crawler.disk import Unreadable, read_bytes

CHANGED: Final = "has changed since it was read"

_NEW: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)  # fmt: skip
_WRITABLE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class Unwritable(Exception):  # noqa: N818 - a fact of a file, and no error of ours
    """Why a file is left as it is: the rest of a sentence that begins with its name."""


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was read: its bytes, and which file that was."""

    path: Path
    data: bytes = field(repr=False)
    identity: tuple[int, int]


def original(path: Path) -> Original:
    """Read a file that may be replaced. Raises `Unwritable` for one that may not, and says why."""
    status = _writable(path)
    try:
        data = read_bytes(path, follow=False)
    except Unreadable as error:
        raise Unwritable(str(error)) from error
    return Original(path, data, _identity(status))


def replace(old: Original, data: bytes) -> None:
    """Put other bytes in the place of a file's. Raises `Unwritable`, and then nothing has changed.

    The new file is complete, and on the disk, before it takes the name of the old one.
    """
    path = old.path
    with _unwritable("cannot be written"), _beside(path, data) as temporary:
        status = _writable(path)
        _dress(temporary, path, status)
        if _identity(status) != old.identity or _data(path) != old.data:
            raise Unwritable(CHANGED)
        ours = _version(os.lstat(temporary))
        temporary.replace(path)
    _flush(path.parent)
    if _data(path) != data:
        with _unwritable("cannot be looked at once it was written"):
            is_ours = _version(os.lstat(path)) == ours
        if not is_ours:  # what they have written is not ours to take back
            raise Unwritable("was written by another program at the same moment")
        _take_back(old)
        raise Unwritable("was not what was written to it, and is again as it was")


def _take_back(old: Original) -> None:
    with _unwritable("is not what was written to it, and cannot be taken back"):
        status = os.lstat(old.path)
        with _beside(old.path, old.data) as temporary:
            _dress(temporary, old.path, status)
            temporary.replace(old.path)


def _writable(path: Path) -> os.stat_result:
    """Return the status of a file that may be replaced. Raises `Unwritable`."""
    with _unwritable("cannot be looked at"):
        status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        raise Unwritable("is a symbolic link, and what it leads to is not asked for")
    if not stat.S_ISREG(status.st_mode):
        raise Unwritable("is not a regular file")
    if status.st_nlink > 1:
        raise Unwritable("has several names (hard links), and would keep one of them only")
    # Whoever may do anything is to respect that too.
    if not (status.st_mode & _WRITABLE and os.access(path, os.W_OK)):
        raise Unwritable("is read-only")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise Unwritable("is in a directory that may not be written")
    return status


@contextmanager
def _beside(path: Path, data: bytes) -> Iterator[Path]:
    """Have a file with some bytes in it, on the disk, that is gone once nobody has moved it."""
    # Hidden, and of no known ending: what a killed process leaves is no document.
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, _NEW, stat.S_IRUSR | stat.S_IWUSR)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        with suppress(FileNotFoundError):  # it has another name now
            temporary.unlink()


def _dress(new: Path, old: Path, status: os.stat_result) -> None:
    """Give a new file the owner, the attributes and the mode of the old one."""
    made = os.lstat(new)
    if hasattr(os, "chown") and (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
        try:
            os.chown(new, status.st_uid, status.st_gid, follow_symlinks=False)
        except OSError as error:
            raise Unwritable("is somebody else's, and would be ours afterwards") from error
    if hasattr(os, "listxattr"):
        for name in os.listxattr(old, follow_symlinks=False):
            with suppress(OSError):  # those of the system itself are not for everybody to give
                value = os.getxattr(old, name, follow_symlinks=False)
                os.setxattr(new, name, value, follow_symlinks=False)
    new.chmod(stat.S_IMODE(status.st_mode))  # last: another owner takes some bits away


def _flush(directory: Path) -> None:
    """Have the disk know the new name too, where a system lets us."""
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _data(path: Path) -> bytes | None:
    try:
        return read_bytes(path, follow=False)
    except Unreadable:
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _version(status: os.stat_result) -> tuple[int, int, int]:
    """Return what is another thing once anybody has written to a file, or in its place."""
    return *_identity(status), status.st_mtime_ns


@contextmanager
def _unwritable(words: str) -> Iterator[None]:
    """Say what the system says."""
    try:
        yield
    except OSError as error:
        raise Unwritable(f"{words} ({error.strerror})") from error

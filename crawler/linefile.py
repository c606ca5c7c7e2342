"""Files of lines, gzipped or not: written whole or not at all, and read as a stranger's."""

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, cast

from crawler.errors import ImpossibleError, UsageError

MAX_LINE: Final = 32 * 1_048_576
MAX_BYTES: Final = 32 * 1_073_741_824
_GZIP: Final = b"\x1f\x8b"
_DATABASE: Final = b"SQLite format 3\0"  # https://sqlite.org/fileformat2.html
_LEVEL: Final = 6
_BUFFER: Final = 262_144


def write_lines(lines: Iterable[str], path: Path) -> None:
    """Write lines in the place of what a file held; gzipped if its name ends in `.gz`.

    Raises `ImpossibleError`; then the file is as it was.
    """
    target = path.resolve()  # a symbolic link stays one
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise ImpossibleError(f"{path}: cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor, "wb", _BUFFER) as file:
            _write(lines, file, gzipped=path.suffix == ".gz")
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        os.chmod(name, mode)  # noqa: PTH101 - a name, not a path
        os.replace(name, target)  # noqa: PTH105
    except OSError as error:
        raise ImpossibleError(f"{path}: cannot be written ({error.strerror}).") from error
    finally:
        with suppress(OSError):
            os.unlink(name)  # noqa: PTH108


def _write(lines: Iterable[str], file: IO[bytes], *, gzipped: bool) -> None:
    if not gzipped:
        file.writelines(line.encode() for line in lines)
        return
    # Without a name and a time: the same history gives the same bytes.
    with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
        buffer = io.BufferedWriter(packed, _BUFFER)
        buffer.writelines(line.encode() for line in lines)
        buffer.flush()


def is_database(path: Path) -> bool:
    """Tell whether a file is one of SQLite's. Raises `UsageError` if it cannot be read.

    A pipe is none, and is left alone: what is read of one is gone.
    """
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - never raise
        return False
    try:
        with path.open("rb") as file:
            return file.peek(len(_DATABASE))[: len(_DATABASE)] == _DATABASE
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, gzipped if it begins so, whatever its name is.

    Raises `UsageError` for a file that cannot be read, and for what is too large to be one.
    """
    try:
        with path.open("rb") as file:
            beginning = file.peek(len(_DATABASE))
            if beginning.startswith(_DATABASE):
                raise UsageError(f"{path}: brings a history itself; name the file that it is in.")
            gzipped = beginning.startswith(_GZIP)
            opened = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if gzipped else file
            yield from _lines(opened, path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"{path}: is gzipped, and its end is missing or damaged.") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error


def _lines(file: IO[bytes], path: Path) -> Iterator[bytes]:
    left = MAX_BYTES
    for number, line in enumerate(iter(lambda: file.readline(MAX_LINE), b""), 1):
        left -= len(line)
        if len(line) == MAX_LINE or left < 0:
            raise UsageError(f"{path}: line {number} is longer than any that crawl writes.")
        yield line

"""A scratch file: plain values that are needed again, and that memory need not hold meanwhile.

Small ones never touch the disk. The file has no name, so that nobody else can open it and nothing
of it is left, however the program ends. It is neither a history nor a format: only the process
that has written it reads it.
"""

import marshal
import sys
import tempfile
import weakref
from typing import Any, BinaryIO, Final, TypeAlias

from crawler.errors import ImpossibleError

Plain: TypeAlias = tuple[Any, ...]
"""Texts, numbers, None, and tuples of those."""

_IN_MEMORY: Final = 2_097_152
_SIZE_BITS: Final = 24  # of a ticket: 16 MiB for one value, and 1 TiB for all


class Scratch:
    """Keeps values; each is had back for the ticket that was given for it. A ticket is never 0."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self._on_disk = 0
        self._in_memory = _IN_MEMORY
        self._file: BinaryIO | None = None

    def keep(self, value: Plain) -> int:
        """Keep a value, and return its ticket."""
        data = marshal.dumps(value)
        ticket = (self._on_disk + len(self._tail)) << _SIZE_BITS | len(data)
        self._tail += data
        if len(self._tail) >= self._in_memory:
            self._to_disk()
        return ticket

    def value(self, ticket: int) -> Plain:
        """Return what was kept. Raises `ImpossibleError` if the disk fails."""
        at, size = ticket >> _SIZE_BITS, ticket & ((1 << _SIZE_BITS) - 1)
        start = at - self._on_disk
        data = self._tail[start : start + size] if start >= 0 else self._from_disk(at, size)
        value: Plain = marshal.loads(data)  # noqa: S302 - written by this very process
        return value

    def _to_disk(self) -> None:
        try:
            file = self._opened()
            file.seek(self._on_disk)
            written = 0
            while written < len(self._tail):
                written += file.write(memoryview(self._tail)[written:])
        except OSError:  # a full disk costs memory and not the run
            self._in_memory = sys.maxsize
            return
        self._on_disk += written
        self._tail = bytearray()

    def _opened(self) -> BinaryIO:
        if self._file is None:
            # Unbuffered: `_tail` is the buffer. It is open as long as this object lives.
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
            weakref.finalize(self, self._file.close)
        return self._file

    def _from_disk(self, at: int, size: int) -> bytes:
        try:
            file = self._opened()
            file.seek(at)
            return file.read(size)
        except OSError as error:
            raise ImpossibleError(
                f"the temporary file cannot be read ({error.strerror})."
            ) from error

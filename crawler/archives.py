"""Zip archives, as office documents and books are: members in memory, and never beyond a limit.

Nothing is written to the disk. What is encrypted, packed otherwise, broken or too large is not
there.
"""

import struct
import zlib
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

MAX_MEMBERS: Final = 10_000
MAX_MEMBER: Final = 16_777_216
MAX_UNPACKED: Final = 67_108_864
"""Bytes that all members which are read may unpack to."""

MAX_RATIO: Final = 250
_ENCRYPTED: Final = 1
_OVERHEAD: Final = 65_536
_TROUBLE: Final = (
    BadZipFile, EOFError, LookupError, NotImplementedError, OSError, RuntimeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip


class Archive:
    """An archive whose members are asked for by name. Never raises."""

    def __init__(self, data: bytes) -> None:
        self._left = MAX_UNPACKED
        self._zip: ZipFile | None = None
        self.is_whole = True
        """Whether all that was asked for could be read, but for what is not there."""
        try:
            opened = ZipFile(BytesIO(data))
        except _TROUBLE:
            self.is_whole = False
        else:
            self._zip = opened if len(opened.infolist()) <= MAX_MEMBERS else None
            self.is_whole = self._zip is not None

    def read(self, name: str) -> bytes:
        """Return what is in a member; nothing if there is none, or it cannot be read."""
        if self._zip is None or name not in self._zip.NameToInfo:
            return b""
        info = self._zip.NameToInfo[name]
        allowed = min(MAX_MEMBER, self._left, _OVERHEAD + MAX_RATIO * info.compress_size)
        data = b""
        if info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & _ENCRYPTED:
            try:
                with self._zip.open(info) as member:
                    data = member.read(allowed + 1)
            except _TROUBLE:
                data = b""
        if not data or len(data) > allowed:
            self.is_whole = self.is_whole and info.file_size == 0
            return b""
        self._left -= len(data)
        return data

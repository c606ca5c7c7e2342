"""Content codings (gzip, deflate), undone piece by piece and never past a limit.

466 bytes can unfold to half a gigabyte, and a stream has no size: so no library decodes for us.
"""

import zlib
from typing import Final, Protocol

ACCEPTED: Final = "gzip, deflate"
MAX_CODINGS: Final = 2
_MAX_MEMBERS: Final = 64
MAX_RATIO: Final = 250
"""How many times its size a packed file may unfold to: text packs to a tenth, a list to less."""

_OVERHEAD: Final = 65_536
"""Bytes by which a coded body may be longer than the decoded one: headers, stored blocks."""

_GZIP: Final = b"\x1f\x8b"
_PIECE: Final = 65_536


class Undecodable(Exception):  # noqa: N818 - it is no error of ours, and never leaves the shell
    """The body is not what its Content-Encoding says, or in a coding that we did not ask for."""


class _Stage(Protocol):
    def __call__(self, data: bytes, limit: int) -> bytes: ...


class Decoder:
    """Decodes one body. `full` once `limit` bytes are out: the rest is not worth reading."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        names = [n for part in content_encoding.split(",") if (n := part.strip().lower())]
        names = [name for name in names if name != "identity"]
        if len(names) > MAX_CODINGS:
            raise Undecodable(content_encoding)
        self._stages: list[_Stage] = [_stage(name) for name in reversed(names)]
        self._limit = limit
        self.body = bytearray()

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return len(self.body) >= self._limit

    def feed(self, data: bytes) -> None:
        """Decode one piece as it came. Raises `Undecodable`."""
        room = self._limit - len(self.body)
        for stage in self._stages:
            data = stage(data, room + _OVERHEAD)
        self.body += data[:room]


def is_packed(data: bytes) -> bool:
    """Tell whether a file is gzipped, by its first two bytes: RFC 1952 §2.3.1."""
    return data.startswith(_GZIP)


def unpacked(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Unfold a gzipped file, up to a limit and to `MAX_RATIO` times its size. Never raises.

    Returns what came out, and whether that is all of it and nothing is broken.
    """
    limit = min(limit, _OVERHEAD + MAX_RATIO * len(data))
    stage, out = _Inflate(), bytearray()
    try:
        for at in range(0, len(data), _PIECE):
            if len(out) > limit:
                break
            out += stage(data[at : at + _PIECE], limit + 1 - len(out))
    except Undecodable:
        return bytes(out), False
    return bytes(out[:limit]), stage.is_done and len(out) <= limit


def _stage(name: str) -> _Stage:
    if name not in ("gzip", "x-gzip", "deflate"):
        raise Undecodable(name)
    return _Inflate()


class _Inflate:
    """Gzip, zlib, or the bare deflate that some servers call so (RFC 9110 §8.4.1.2)."""

    def __init__(self) -> None:
        self._head = b""
        self._inner: zlib._Decompress | None = None

    @property
    def is_done(self) -> bool:
        """Whether all has come, as far as the stream itself says."""
        return self._inner is not None and self._inner.eof

    def __call__(self, data: bytes, limit: int) -> bytes:
        if self._inner is None:
            data = self._head = self._head + data
            if len(data) < len(_GZIP):  # too little to tell which of the three it is
                return b""
            self._inner = zlib.decompressobj(_window(data))
        try:
            return self._decompress(self._inner, data, limit)
        except zlib.error as error:
            raise Undecodable(str(error)) from error

    def _decompress(self, inner: "zlib._Decompress", data: bytes, limit: int) -> bytes:
        out, rest = b"", data
        if not inner.eof:
            out = inner.decompress(inner.unconsumed_tail + data, limit)
            rest = inner.unused_data
        for _ in range(_MAX_MEMBERS):  # RFC 1952 §2.2: a gzip file is a series of members
            if not (inner.eof and rest.startswith(_GZIP) and len(out) < limit):
                break
            inner = self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
            out += inner.decompress(rest, limit - len(out))
            rest = inner.unused_data
        return out


def _window(data: bytes) -> int:
    """Tell the format by its first two bytes: RFC 1952 §2.3.1, RFC 1950 §2.2."""
    if data.startswith(_GZIP):
        return 16 + zlib.MAX_WBITS
    wrapped = data[0] & 0x8F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS

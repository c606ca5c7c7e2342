"""Content codings: bombs, chains, lies."""

import gzip
import zlib
from typing import Final

from hostile.behaviour import HEAD, Answer, Behaviour, endless, reply, steps

_OK: Final = "ok · ok"
_TITLE: Final = b"<!doctype html><title>There</title>"
_BLOCK: Final = 1_048_576


def _coded(coding: str, body: bytes) -> bytes:
    return reply("200 OK", "content-type: text/html", f"content-encoding: {coding}", body=body)


def _raw(body: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(body) + squeeze.flush()


def _zeros() -> bytes:
    """A piece of deflated data, a kilobyte long, that unfolds to a megabyte; any number will do."""
    squeeze = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return squeeze.compress(b"\0" * _BLOCK) + squeeze.flush(zlib.Z_FULL_FLUSH)


_GZIP_HEAD: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_BOMB: Final = _GZIP_HEAD + _zeros() * 1024  # a megabyte that unfolds to a gigabyte
_PLAIN: Final = gzip.compress(_TITLE)

_READ: Final[dict[str, bytes]] = {
    "gzip": _coded("gzip", _PLAIN),
    "x-gzip": _coded("X-GZip", _PLAIN),
    "deflate": _coded("deflate", zlib.compress(_TITLE)),
    "deflate-raw": _coded("deflate", _raw(_TITLE)),
    "gzip-called-deflate": _coded("deflate", _PLAIN),
    "deflate-called-gzip": _coded("gzip", zlib.compress(_TITLE)),
    "identity": _coded("identity", _TITLE),
    "none": _coded("", _TITLE),
    "gzip-twice": _coded("gzip, gzip", gzip.compress(_PLAIN)),
    "gzip-twice-in-two-lines": reply(
        "200 OK",
        "content-type: text/html",
        "content-encoding: gzip",
        "content-encoding: gzip",
        body=gzip.compress(_PLAIN),
    ),
    "gzip-in-members": _coded("gzip", gzip.compress(_TITLE[:9]) + gzip.compress(_TITLE[9:])),
    "gzip-and-rubbish": _coded("gzip", _PLAIN + b"\0rubbish"),
}
# No facts can be had from these; the page is there all the same.
_UNREAD: Final[dict[str, Answer]] = {
    "gzip-is-plain": _coded("gzip", _TITLE),
    "gzip-empty": _coded("gzip", b""),
    "gzip-cut": _coded("gzip", _PLAIN[:15]),
    "gzip-garbled": _coded("gzip", _PLAIN[:10] + b"\xff" * 30),
    "brotli-unasked": _coded("br", b"\x1b" * 40),
    "zstd-unasked": _coded("zstd", b"\x28\xb5\x2f\xfd" * 10),
    "unknown": _coded("rot13", _TITLE),
    "not-ascii": _coded("gz\u00efp", _TITLE),
    "chain-of-3": _coded("gzip, gzip, gzip", _PLAIN),
    "chain-of-1000": _coded(", ".join(["gzip"] * 1000), _PLAIN),
    "bomb": _coded("gzip", _BOMB),
    "bomb-deflate": _coded("deflate", _BOMB[len(_GZIP_HEAD) :]),
    "bomb-in-bomb": _coded("gzip, gzip", gzip.compress(_BOMB * 4)),
    "bomb-without-end": steps(
        HEAD + b"content-encoding: gzip\r\n\r\n" + _GZIP_HEAD, endless(_zeros() * 64)
    ),
    "bomb-of-nothing": _coded("gzip", gzip.compress(b"") * 200_000),
    "bomb-in-chunks": steps(
        HEAD + b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\na\r\n",
        _GZIP_HEAD + b"\r\n",
        endless(b"%x\r\n%s\r\n" % (len(_zeros()), _zeros())),
    ),
}

BEHAVIOURS: Final = (
    *(
        Behaviour(name=f"coding-{name}", expected=_OK, site=answer, shows={"title": "There"})
        for name, answer in _READ.items()
    ),
    *(Behaviour(name=f"coding-{name}", expected=_OK, site=each) for name, each in _UNREAD.items()),
    Behaviour(
        name="coding-bomb-in-404",
        expected="broken · not-found",
        site=_coded("gzip", _BOMB).replace(b"200 OK", b"404 No", 1),
    ),
    Behaviour(
        name="coding-bomb-in-redirect",
        expected="broken · not-found",
        site={"/": _coded("gzip", _BOMB).replace(b"200 OK", b"301 Moved\r\nlocation: /next", 1)},
    ),
)

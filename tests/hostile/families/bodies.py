"""Bodies: without end, cut short, badly chunked, or longer than they say."""

from typing import Final

from hostile.behaviour import (
    CHUNKED,
    HEAD,
    HTML,
    NETWORK,
    PAGE,
    Answer,
    Behaviour,
    drip,
    endless,
    hang,
    page,
    reply,
    reset,
    steps,
)

_OK: Final = "ok · ok"
_LATE: Final = "failing · timeout"
_TITLE: Final = b"<!doctype html><title>There</title>"
_CHUNK: Final = b"%x\r\n%s\r\n" % (len(_TITLE), _TITLE)
_ONE_BYTE: Final = b"1\r\nx\r\n"
_LIE: Final = reply("404 Not Found", HTML, body=b"not asked for")

# A body that is cut or garbled is no failure: the page is there.
_CUT: Final[dict[str, Answer]] = {
    "shorter-than-it-says": HEAD + b"content-length: 999\r\n\r\n" + _TITLE,
    "reset-inside": steps(HEAD + b"content-length: 999\r\n\r\n" + _TITLE, reset),
    "without-last-chunk": CHUNKED + _CHUNK,
    "chunk-cut": CHUNKED + _CHUNK + b"ff\r\nxx",
    "chunk-reset": steps(CHUNKED + _CHUNK + b"ff\r\nxx", reset),
    "chunk-size-of-letters": CHUNKED + _CHUNK + b"zz\r\nxx\r\n0\r\n\r\n",
    "chunk-size-negative": CHUNKED + _CHUNK + b"-1\r\nx\r\n0\r\n\r\n",
    "chunk-size-too-big": CHUNKED + _CHUNK + b"f" * 17 + b"\r\nxx",
    "chunk-size-empty": CHUNKED + _CHUNK + b"\r\nxx\r\n0\r\n\r\n",
    "chunk-longer-than-it-says": CHUNKED + _CHUNK + b"1\r\nxxxxx\r\n0\r\n\r\n",
    "trailers-without-end": steps(CHUNKED + _CHUNK + b"0\r\n", endless(b"a: b\r\n" * 1000)),
}
_WHOLE: Final[dict[str, Answer]] = {
    "until-close": HEAD + b"\r\n" + _TITLE,
    "until-close-1-0": b"HTTP/1.0 200 OK\r\ncontent-type: text/html\r\n\r\n" + _TITLE,
    "chunked": CHUNKED + _CHUNK + b"0\r\n\r\n",
    "chunk-with-words": CHUNKED + _CHUNK.replace(b"\r\n", b';a="b"\r\n', 1) + b"0\r\n\r\n",
    "chunk-with-zeros": CHUNKED + b"00000" + _CHUNK + b"0\r\n\r\n",
    "trailers": CHUNKED + _CHUNK + b"0\r\nset-cookie: a=b\r\n\r\n",
    "small-chunks": CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in _TITLE) + b"0\r\n\r\n",
    "slow-and-whole": steps(HEAD + b"\r\n", drip(_TITLE, 0.01)),
    "both-lengths": CHUNKED.replace(b"\r\n\r\n", b"\r\ncontent-length: 3\r\n\r\n")
    + _CHUNK
    + b"0\r\n\r\n",
    "with-nul": page(b"\0" + _TITLE + b"\0"),
}
# What we do not read, because no facts are in it.
_UNREAD: Final[dict[str, Answer]] = {
    "50-gigabytes": steps(
        b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 53687091200\r\n\r\n",
        endless(b"x" * 65_536),
    ),
    "endless-binary": steps(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n",
        endless(b"x" * 65_536),
    ),
    "hanging-picture": steps(
        b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 9\r\n\r\n", hang
    ),
}
_ERRORS: Final = {
    "404": "broken · not-found",
    "403": "blocked · forbidden",
    "400": "broken · client-error",
}

BEHAVIOURS: Final = (
    *(
        Behaviour(name=f"body-{name}", expected=_OK, site=answer, shows={"title": "There"})
        for name, answer in (_CUT | _WHOLE).items()
    ),
    *(Behaviour(name=f"body-{name}", expected=_OK, site=each) for name, each in _UNREAD.items()),
    *(
        Behaviour(
            name=f"body-endless-{status}",
            expected=expected,
            site=steps(
                f"HTTP/1.1 {status} Words\r\n{HTML}\r\n\r\n".encode(), endless(b"x" * 65_536)
            ),
        )
        for status, expected in _ERRORS.items()
    ),
    Behaviour(
        name="body-endless",
        expected=_OK,
        site=steps(HEAD + b"\r\n" + _TITLE, endless(b"x" * 65_536)),
        shows={"title": "There"},
    ),
    Behaviour(
        name="body-endless-chunked",
        expected=_OK,
        site=steps(CHUNKED + _CHUNK, endless(b"10000\r\n" + b"x" * 65_536 + b"\r\n")),
        shows={"title": "There"},
    ),
    Behaviour(
        name="body-endless-untyped",
        expected=_OK,
        site=steps(b"HTTP/1.1 200 OK\r\n\r\n" + _TITLE, endless(b"x" * 65_536)),
    ),
    Behaviour(
        name="body-endless-markup",
        expected=_OK,
        site=steps(HEAD + b"\r\n" + _TITLE, endless(b"<div><i a=b>" * 4096)),
    ),
    Behaviour(
        name="body-of-one-byte-chunks",
        expected=_OK,
        site=steps(CHUNKED + _CHUNK, endless(_ONE_BYTE * 1000)),
        shows={"title": "There"},
    ),
    Behaviour(
        name="body-chunk-size-without-end",
        expected=_OK,
        site=steps(CHUNKED + _CHUNK, endless(b"0" * 8192, NETWORK)),
        shows={"title": "There"},
    ),
    Behaviour(
        name="body-dripping", expected=_OK, site=steps(HEAD + b"\r\n", drip(b"x" * 1000, 0.1))
    ),
    Behaviour(
        name="body-chunks-dripping",
        expected=_OK,
        site=steps(CHUNKED, drip(_ONE_BYTE * 1000, 0.05)),
    ),
    Behaviour(
        name="body-hanging",
        expected=_OK,
        site=steps(HEAD + b"content-length: 999\r\n\r\n" + _TITLE, hang),
    ),
    Behaviour(
        name="body-never-begun",
        expected=_LATE,
        site=steps(HEAD + b"content-length: 999\r\n\r\n", hang),
    ),
    Behaviour(
        name="body-with-an-answer-behind-it",  # which is not the answer to the next link
        expected=_OK,
        site=PAGE + _LIE,
        keeps=True,
        links=8,
        shows={"title": "There"},
    ),
    Behaviour(
        name="body-chunked-with-an-answer-behind-it",
        expected=_OK,
        site=CHUNKED + _CHUNK + b"0\r\n\r\n" + _LIE,
        keeps=True,
        links=8,
        shows={"title": "There"},
    ),
    Behaviour(
        name="body-where-there-is-none",
        expected=_OK,
        site=b"HTTP/1.1 204 No Content\r\n\r\n" + _LIE,
        keeps=True,
        links=8,
    ),
    Behaviour(
        name="body-of-unmodified",
        expected="failing · protocol",
        site=b"HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n" + _LIE,
        keeps=True,
        links=8,
    ),
)

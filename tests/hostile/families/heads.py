"""Heads of answers: status lines and fields as no standard has them."""

from typing import Final

from hostile.behaviour import NETWORK, PAGE, Answer, Behaviour, endless, page, reply, steps

_OK: Final = "ok · ok"
_UNPARSABLE: Final = "failing · protocol"
_BODY: Final = b"content-length: 2\r\n\r\nok"
_OK_HEAD: Final = b"HTTP/1.1 200 OK\r\n"


def _fields(*lines: bytes) -> bytes:
    return _OK_HEAD + b"".join(line + b"\r\n" for line in lines) + _BODY


_STATUS_LINES: Final[dict[str, bytes]] = {
    "http-0-9": b"<title>There</title>",
    "of-words": b"HTTP/1.1 fine OK",
    "of-four-digits": b"HTTP/1.1 2000 OK",
    "of-two-digits": b"HTTP/1.1 20 OK",
    "negative": b"HTTP/1.1 -200 OK",
    "signed": b"HTTP/1.1 +200 OK",
    "not-ascii": "HTTP/1.1 \uff12\uff10\uff10 OK".encode(),
    "without-status": b"HTTP/1.1",
    "http-2": b"HTTP/2 200",
    "icecast": b"ICY 200 OK",
    "mail-server": b"220 mail.example.org ESMTP",
    "ssh": b"SSH-2.0-OpenSSH_9.2",
    "ftp": b"220 Welcome\r\n331 Password please",
    "nul": b"HTTP/1.1 200 O\0K",
    "page": b"<!doctype html>\n<title>There</title>\n<p>HTTP/1.1 200 OK",
    "of-garbage": b"\xff\xfe\x00\x01" * 100,
    "of-a-megabyte": b"HTTP/1.1 200 " + b"x" * 1_048_576,
}
_BAD_FIELDS: Final[dict[str, tuple[bytes, ...]]] = {
    "without-colon": (b"no colon here",),
    "without-name": (b": value",),
    "name-with-space": (b"two words: value",),
    "name-with-nul": (b"na\0me: value",),
    "value-with-nul": (b"x-a: a\0b",),
    "lengths-different": (b"content-length: 1",),
    "length-of-words": (b"content-length: two",),
    "length-negative": (b"content-length: -2",),
    "length-of-30-digits": (b"content-length: " + b"9" * 30,),
    "of-a-megabyte": (b"x-a: " + b"a" * 1_048_576,),
    "very-many": tuple(b"x-%d: %s" % (number, b"a" * 90) for number in range(5_000)),
}
_GOOD_FIELDS: Final[dict[str, tuple[bytes, ...]]] = {
    "200": tuple(b"x-%d: a" % number for number in range(200)),
    "of-60-kilobytes": (b"x-a: " + b"a" * 60_000,),
    "folded": (b"x-a: one\r\n two",),  # obs-fold, RFC 9112 §5.2
    "utf-8": ("x-a: ñ".encode(),),
    "latin-1": ("x-a: ñ".encode("latin-1"),),
    "lengths-same": (b"content-length: 2",),
    "empty": (b"x-a:",),
    "no-space": (b"x-a:b",),
    "type-twice": (b"content-type: text/html", b"content-type: image/png"),
    "type-of-garbage": (b"content-type: \xff\xfe;;;=\x22",),
    "type-empty": (b"content-type: ",),
    "type-long": (b"content-type: text/html; " + b"a=b; " * 4_000,),
    "unknown-connection": (b"connection: , ,keep-alive, x",),
    "date-wrong": (b"date: the day before",),
    "link-preload": (b"link: <http://127.0.0.1:1/>; rel=preload",),
}
_GOOD: Final[dict[str, bytes]] = {
    "line-feeds-only": PAGE.replace(b"\r\n", b"\n"),
    "no-reason": PAGE.replace(b"200 OK", b"200"),
    "reason-empty": PAGE.replace(b"200 OK", b"200 "),
    "reason-not-ascii": PAGE.replace(b"200 OK", "200 ¡Sí!".encode()),
    "http-2-0": PAGE.replace(b"HTTP/1.1", b"HTTP/2.0"),
    "http-1-0": PAGE.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "early-hints": b"HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n" + PAGE,
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n" + PAGE,
    "processing-10-times": b"HTTP/1.1 102 Processing\r\n\r\n" * 10 + PAGE,
}
# Heads without an end: whichever limit ends them, of bytes or of time.
_ENDLESS: Final[dict[str, Answer]] = {
    "fields": steps(_OK_HEAD, endless(b"x-a: b\r\n" * 1000)),
    "value": steps(_OK_HEAD + b"x-a: ", endless(b"a" * 65_536)),
    "name": steps(_OK_HEAD, endless(b"a" * 65_536)),
    "folding": steps(_OK_HEAD + b"x-a: b\r\n", endless(b" c\r\n" * 1000)),
    "status-line": endless(b"a" * 65_536),
    "line-ends": endless(b"\r\n" * 4096),
    "zeros": endless(b"\0" * 65_536),
}

BEHAVIOURS: Final = (
    *(
        Behaviour(name=f"line-{name}", expected=_UNPARSABLE, site=line + b"\r\n" + _BODY)
        for name, line in _STATUS_LINES.items()
    ),
    *(
        Behaviour(name=f"field-{name}", expected=_UNPARSABLE, site=_fields(*lines))
        for name, lines in _BAD_FIELDS.items()
    ),
    *(
        Behaviour(name=f"field-{name}", expected=_OK, site=_fields(*lines))
        for name, lines in _GOOD_FIELDS.items()
    ),
    *(
        Behaviour(name=f"head-{name}", expected=_OK, site=raw, shows={"title": "There"})
        for name, raw in _GOOD.items()
    ),
    *(
        Behaviour(name=f"head-of-endless-{name}", expected=_UNPARSABLE, site=answer)
        for name, answer in _ENDLESS.items()
    ),
    Behaviour(
        name="head-of-endless-hints",
        expected="failing · timeout",
        site=endless(b"HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n" * 100, NETWORK),
    ),
    Behaviour(
        name="head-with-5000-cookies",
        expected=_UNPARSABLE,
        site=page(b"", *(f"set-cookie: a{number}={'b' * 90}" for number in range(5_000))),
    ),
    Behaviour(
        name="head-of-a-second-answer",  # glued to the first: two answers to one request
        expected="broken · not-found",
        site=reply("404 Not Found") + PAGE,
        keeps=True,
        links=4,
    ),
    Behaviour(
        name="head-names-a-trap",
        expected=_OK,
        site=page(
            b"<link rel=preload href='http://127.0.0.1:{trap}/'><img src='//127.0.0.1:{trap}/'>"
            b"<script src='http://127.0.0.1:{trap}/'></script>"
            b"<link rel=canonical href='http://127.0.0.1:{trap}/'>",
            "link: <http://127.0.0.1:{trap}/>; rel=preload",
            "content-location: http://127.0.0.1:{trap}/",
            'alt-svc: http/1.1="127.0.0.1:{trap}"',
            "x-accel-redirect: http://127.0.0.1:{trap}/",
        ),
    ),
)

"""Redirects: circles, crowds, and Locations as nobody should write them."""

from typing import Final

from hostile.behaviour import (
    HEAD,
    PAGE,
    Behaviour,
    endless,
    hang,
    page,
    reply,
    reset,
    steps,
    to,
)

_FOR_GOOD: Final = "redirected · permanent"
_WRAPPED: Final = "redirected · wrapped"
_FOR_NOW: Final = "redirected · temporary"
_NOWHERE: Final = "broken · bad-redirect"
_CIRCLE: Final = "broken · redirect-loop"
_PRIVATE: Final = "unsafe · private-address"

_STATUSES: Final = {
    "300 Multiple Choices": _FOR_NOW,
    "301 Moved Permanently": _FOR_GOOD,
    "302 Found": _FOR_NOW,
    "303 See Other": _FOR_NOW,
    "307 Temporary Redirect": _FOR_NOW,
    "308 Permanent Redirect": _FOR_GOOD,
}

# What stands in Location, and what is to be asked for it: as browsers read it.
_WRITTEN: Final[dict[str, tuple[bytes, str]]] = {
    "relative": (b"next", "/next"),
    "rooted": (b"/next", "/next"),
    "dotted": (b"./a/../../next", "/next"),
    "query-only": (b"?next", "/?next"),
    "schemeless": (b"//{http}/next", "/next"),
    "capitals": (b"HTTP://{http}/next", "/next"),
    "backslashes": (rb"http:\\{http}\next", "/next"),
    "one-slash": (b"http:/next", "/next"),
    "four-slashes": (b"http:////{http}/next", "/next"),
    "bare-host": (b"http://{http2}", "2/"),
    "other-host": (b"http://{http2}/next", "2/next"),
    "utf-8": ("/ñandú".encode(), "/%C3%B1and%C3%BA"),
    "latin-1": ("/ñ".encode("latin-1"), "/%C3%B1"),
    "percent": (b"/%c3%b1", "/%C3%B1"),
    "spaces-inside": (b"/a b", "/a%20b"),
    "spaces-around": (b"   /next   ", "/next"),
    "tab-inside": (b"/ne\txt", "/next"),
    "angles": (b"/<script>", "/%3Cscript%3E"),
    "fragment": (b"/next#top", "/next"),
    "userinfo": (b"http://ann:s3cret@{http}/next", "/next"),
    "long": (b"/" + b"x" * 8_000, "/" + "x" * 8_000),
    "braces": (b"/${TOKEN}", "/$%7BTOKEN%7D"),
}

_UNREADABLE: Final[dict[str, bytes]] = {
    "empty": b"",
    "blank": b"   ",
    "no-host": b"http://",
    "open-bracket": b"http://[::1/",
    "host-with-space": b"http://a b/",
    "port-too-high": b"http://{http}0000/",
    "port-of-letters": b"http://example.test:http/",
    "percent-host": b"http://%00/",
    "empty-label": b"http://a..test/",
    "long-label": b"http://" + b"a" * 64 + b".test/",
    "too-long": b"/" + b"x" * 70_000,
}

_OUT_OF_THE_WEB: Final[dict[str, bytes]] = {
    "file": b"file:///etc/passwd",
    "file-slashless": b"file:/etc/passwd",
    "ftp": b"ftp://{http}/",
    "gopher": b"gopher://127.0.0.1:{trap}/_x",
    "websocket": b"ws://{http}/",
    "data": b"data:text/html,<title>There</title>",
    "javascript": b"javascript:alert(1)",
    "java\tscript": b"java\tscript:alert(1)",
    "mail": b"mailto:ann@example.org",
    "app": b"intent://open#Intent;end",
    "dotted-app": b"com.example.app://open",
    "blank-page": b"about:blank",
    "jar": b"jar:http://127.0.0.1:{trap}!/",
}

_MOVED: Final = b"HTTP/1.1 301 Moved Permanently\r\nlocation: /next\r\n"
_PORTS: Final = (1, 22, 25, 110, 6000, 6667, 10080)


def _chain(length: int) -> dict[str, bytes]:
    hops = {f"/{hop}": to(f"/{hop + 1}") for hop in range(1, length)}
    return {"/": to("/1"), **hops, f"/{length}": PAGE}


def _unmeasured(body: bytes) -> bytes:
    """Build a page that ends with its connection: how long an address is shows when it is sent."""
    return HEAD + b"connection: close\r\n\r\n" + body


def _leading(location: str) -> bytes:
    return _unmeasured(f"<meta http-equiv=refresh content='0; url={location}'>".encode())


# Pages that lead on by themselves, or seem to, and what is to be said of them.
_LEADING: Final[dict[str, tuple[bytes, str]]] = {
    "by-script": (b"<script>location.replace('/next')</script>", _FOR_NOW),
    "to-itself": (b"<meta http-equiv=refresh content='0; url=/'>", "ok · ok"),
    "to-its-fragment": (b"<meta http-equiv=refresh content='0; url=#top'>", "ok · ok"),
    "late": (b"<meta http-equiv=refresh content='60; url=/next'>", "ok · ok"),
    "without-scripts": (
        b"<noscript><meta http-equiv=refresh content='0; url=/nojs'></noscript>",
        "ok · ok",
    ),
    "nowhere": (b"<meta http-equiv=refresh content='0; url=/nothing'>", "broken · not-found"),
    "to-the-trap": (
        b"<meta http-equiv=refresh content='0; url=http://127.0.0.1:{trap}/'>",
        _PRIVATE,
    ),
    "by-script-to-the-trap": (b"<script>location='http://127.0.0.1:{trap}/'</script>", _PRIVATE),
    "to-a-file": (b"<meta http-equiv=refresh content='0; url=file:///etc/passwd'>", "ok · ok"),
    "to-a-script": (b"<meta http-equiv=refresh content='0; url=javascript:x()'>", "ok · ok"),
    "to-an-app": (b"<script>location='intent://x'</script>", "ok · ok"),
}
# A name that nobody here knows: if it were asked, it would be gone.
_WRAPPERS: Final[dict[str, tuple[str, str]]] = {
    "page": ("https://www.google.com/url?q=http://{http}/", _WRAPPED),
    "nothing": ("https://www.google.com/url?q=http://{http}/no", "broken · not-found"),
    "wrapper": ("https://href.li/?https://l.facebook.com/l.php?u=http://{http}/", _WRAPPED),
    "the-trap": ("https://www.google.com/url?q=http://127.0.0.1:{trap}/", _PRIVATE),
    "the-trap-in-disguise": ("https://www.google.com/url?q=http://2130706433:{trap}/", _PRIVATE),
    "userinfo": ("https://www.google.com/url?q=http://ann:unheard@{http}/", _WRAPPED),
}

BEHAVIOURS: Final = (
    *(
        Behaviour(
            name=f"redirect-{status[:3]}",
            expected=expected,
            site={"/": to("/next", status), "/next": PAGE},
            shows={"title": "There"},
        )
        for status, expected in _STATUSES.items()
    ),
    *(
        Behaviour(
            name=f"location-{name}",
            expected=_FOR_GOOD,
            site={"/": to(written), path: PAGE},
            never_sent=("(?i)authorization", "s3cret", "#"),
        )
        for name, (written, path) in _WRITTEN.items()
    ),
    *(
        Behaviour(name=f"location-{name}", expected=_NOWHERE, site={"/": to(written)})
        for name, written in _UNREADABLE.items()
    ),
    *(
        Behaviour(
            name=f"scheme-{name.replace(chr(9), '-tab-')}",
            expected="unsafe · forbidden-scheme",
            site=to(written),
        )
        for name, written in _OUT_OF_THE_WEB.items()
    ),
    *(
        Behaviour(
            name=f"port-{port}",
            expected="unsafe · forbidden-port",
            site=to(f"http://port-{port}-2.site.test:{port}/"),
        )
        for port in _PORTS
    ),
    Behaviour(
        name="locations-different",
        expected=_FOR_GOOD,  # the first counts
        site={
            "/": reply("301 Moved", "location: /next", "location: http://127.0.0.1:{trap}/"),
            "/next": PAGE,
        },
    ),
    Behaviour(
        name="locations-same",
        expected=_FOR_GOOD,
        site={"/": reply("301 Moved", "location: /next", "location: /next"), "/next": PAGE},
    ),
    Behaviour(
        name="location-without-redirect",
        expected="ok · ok",
        site=page(b"<title>Here</title>", "location: http://127.0.0.1:{trap}/"),
        shows={"title": "Here", "hops": []},
    ),
    Behaviour(
        name="redirect-mixed",
        expected=_FOR_NOW,  # permanent only if every hop is
        site={"/": to("/1"), "/1": to("/2", "302 Found"), "/2": to("/3"), "/3": PAGE},
    ),
    Behaviour(name="redirect-to-404", expected="broken · not-found", site={"/": to("/nothing")}),
    Behaviour(
        name="redirect-to-410",
        expected="broken · gone",
        site={"/": to("/next"), "/next": reply("410 Gone")},
    ),
    Behaviour(
        name="redirect-to-500",
        expected="failing · server-error",
        site={"/": to("/next"), "/next": reply("500 Oops")},
    ),
    Behaviour(
        name="redirect-to-refused",
        expected="failing · connect",
        site=to("http://{host}:{refused}/"),
    ),
    Behaviour(
        name="redirect-to-silence",
        expected="failing · timeout",
        site={"/": to("/next"), "/next": hang},
    ),
    Behaviour(name="redirect-ten", expected=_FOR_GOOD, site=_chain(10)),
    Behaviour(name="redirect-eleven", expected="broken · too-many-redirects", site=_chain(11)),
    Behaviour(name="redirect-to-itself", expected=_CIRCLE, site=to("/")),
    Behaviour(name="redirect-to-its-fragment", expected=_CIRCLE, site=to("#here")),
    Behaviour(
        name="redirect-circle",
        expected=_CIRCLE,
        site={"/": to("/a"), "/a": to("/b"), "/b": to("/")},
    ),
    Behaviour(
        name="redirect-circle-of-hosts",
        expected=_CIRCLE,
        site={"/": to("http://{http2}/"), "2/": to("http://{http}/")},
    ),
    Behaviour(
        name="redirect-circle-in-disguise",
        expected=_CIRCLE,
        site={"/": to("http://{http}/%7Ea"), "/~a": to("HTTP://{http}/a/../%7ea")},
    ),
    Behaviour(
        name="redirect-with-endless-body",
        expected=_FOR_GOOD,
        site={"/": steps(_MOVED + b"\r\n", endless(b"x" * 65_536)), "/next": PAGE},
    ),
    Behaviour(
        name="redirect-with-hanging-body",
        expected=_FOR_GOOD,
        site={"/": steps(_MOVED + b"content-length: 9\r\n\r\nx", hang), "/next": PAGE},
    ),
    Behaviour(
        name="redirect-with-broken-body",
        expected=_FOR_GOOD,
        site={"/": steps(_MOVED + b"transfer-encoding: chunked\r\n\r\nzz\r\n"), "/next": PAGE},
    ),
    Behaviour(
        name="redirect-with-reset-body",
        expected=_FOR_GOOD,
        site={"/": steps(_MOVED + b"content-length: 9\r\n\r\nx", reset), "/next": PAGE},
    ),
    Behaviour(
        name="redirect-by-header",
        expected=_FOR_NOW,
        site={"/": page(b"<title>Wait</title>", "refresh: 0; url=/next"), "/next": PAGE},
        shows={"title": "There"},
    ),
    Behaviour(
        name="redirect-by-page",
        expected=_FOR_NOW,
        site={
            "/": page(b"<meta http-equiv=refresh content='0; url=/next'>"),
            "/next": PAGE,
        },
        shows={"title": "There"},
    ),
    *(
        Behaviour(
            name=f"page-leads-{name}",
            expected=expected,
            site={"/": _unmeasured(body), "/next": PAGE},
        )
        for name, (body, expected) in _LEADING.items()
    ),
    Behaviour(
        name="page-leads-in-circles",
        expected=_FOR_NOW,  # whoever opens it sees now the one page, now the other
        site={"/": _leading("/a"), "/a": _leading("/")},
    ),
    Behaviour(
        name="page-leads-on-and-on",
        expected=_FOR_NOW,
        site={"/": _leading("/1"), **{f"/{n}": _leading(f"/{n + 1}") for n in range(1, 30)}},
    ),
    Behaviour(
        name="page-leads-to-other-host",
        expected=_FOR_NOW,
        site={"/": _leading("http://{http2}/next"), "2/next": PAGE},
        never_sent=("(?i)authorization", "(?i)referer"),
    ),
    Behaviour(
        name="header-leads-to-the-trap",
        expected=_PRIVATE,
        site=page(b"", "refresh: 0; url=http://127.0.0.1:{trap}/"),
    ),
    *(
        Behaviour(name=f"wrapper-of-{name}", expected=expected, url=url, site={"/": PAGE})
        for name, (url, expected) in _WRAPPERS.items()
    ),
    Behaviour(
        name="redirect-to-https",
        expected=_FOR_GOOD,
        certificate="good",
        url="http://{http}/",
        site={"/": to("https://{https}/next"), "/next": PAGE},
    ),
    Behaviour(
        name="redirect-to-http",
        expected=_FOR_GOOD,
        certificate="good",
        site={"/": to("http://{http}/next"), "/next": PAGE},
    ),
    Behaviour(
        name="redirect-to-expired",
        expected="broken · tls-expired",
        certificate="expired",
        url="http://{http}/",
        site=to("https://{https}/"),
    ),
)

"""Cookies: only where redirects go in circles, only within one conversation, only to their host."""

from typing import Final

from hostile.behaviour import Act, Behaviour, Peer, page, reply

_NOW: Final = "redirected · temporary"
_CIRCLE: Final = "broken · redirect-loop"
_FOUND: Final = "302 Found"
_NEVER: Final = (r"(?i)\r\ncookie:",)


def _until_kept(*lines: str, target: str = "/") -> bytes:
    return reply(_FOUND, f"location: {target}", *lines)


def _with_cookie(kept: bytes, else_: bytes) -> Act:
    """Answer by whether the request has a cookie."""

    async def act(peer: Peer) -> None:
        await peer.send(kept if "\r\ncookie:" in peer.head.lower() else else_)

    return act


BEHAVIOURS: Final = (
    Behaviour(
        name="cookie-for-a-circle",
        expected=_NOW,
        site=_with_cookie(page(b"<title>There</title>"), _until_kept("set-cookie: a={host}")),
        sent=(r"(?i)\r\ncookie: a=cookie-for-a-circle\.",),
        shows={"title": "There"},
    ),
    Behaviour(
        name="cookie-not-ascii",
        expected=_NOW,
        site=_with_cookie(page(), _until_kept("set-cookie: a={host}ñ; path=/")),
        sent=("(?i)\r\ncookie: a=cookie-not-ascii.site.testÃ±\r",),
    ),
    Behaviour(
        name="cookie-never-enough",
        expected=_CIRCLE,
        site=_until_kept("set-cookie: a={host}"),
    ),
    Behaviour(
        name="cookie-of-an-ordinary-redirect",  # none is kept where none is needed
        expected=_NOW,
        site={"/": _until_kept("set-cookie: a={host}", target="/next"), "/next": page()},
        never_sent=_NEVER,
    ),
    Behaviour(
        name="cookie-of-a-page",
        expected="ok · ok",
        site=page(b"<title>There</title>", "set-cookie: a={host}"),
        links=4,
        never_sent=_NEVER,
    ),
    Behaviour(
        name="cookie-for-the-whole-domain",
        expected=_NOW,
        site={
            "/": _until_kept("set-cookie: a={host}; domain=.site.test", target="http://{http2}/"),
            "2/": _with_cookie(page(), _until_kept("set-cookie: b=1", target="http://{http}/")),
        },
        never_sent=(r"(?is)-2\.site.*cookie: .*a=cookie",),
    ),
    Behaviour(
        name="cookies-without-number",
        expected=_CIRCLE,
        site=_until_kept(*(f"set-cookie: a{number}={{host}}" for number in range(80))),
    ),
    Behaviour(
        name="cookie-of-a-megabyte",
        expected=_CIRCLE,
        site=_until_kept("set-cookie: a={host}" + "b" * 60_000),
        never_sent=("bbbb",),
    ),
    Behaviour(
        name="cookie-with-controls",
        expected=_CIRCLE,
        site=_until_kept("set-cookie: a={host}\x01\x1b[31m\x7f"),
    ),
    Behaviour(
        name="cookie-without-name",
        expected=_CIRCLE,
        site=_until_kept("set-cookie: ={host}; ;;;=", "set-cookie:"),
    ),
)

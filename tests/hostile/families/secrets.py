"""Secrets: to the very https host that they are for, on every hop, and to nobody else."""

from typing import Final

from hostile.behaviour import PAGE, Behaviour, page, reply, to

_TOKEN: Final = r"(?i)\r\nx-token: s3cret\r\n"  # noqa: S105 - it is one only here
_MOVED: Final = "redirected · temporary"
_FOUND: Final = "302 Found"
_NEVER: Final = ("s3cret", r"(?i)\r\nx-token", r"(?i)\r\nauthorization")

# Where a host that got the token sends us, and must not send the token.
_ELSEWHERE: Final = {
    "other-host": "https://{https2}/next",
    "same-host-in-plain": "http://{http}/next",
    "other-host-in-plain": "http://{http2}/next",
    "longer-name": "https://{host}.elsewhere.test:{https-port}/next",
    "userinfo": "https://{host}@{https2}/next",
    "userinfo-with-token": "https://s3cret:s3cret@{https2}/next",
}

BEHAVIOURS: Final = (
    Behaviour(
        name="secret-for-the-host",
        expected="ok · ok",
        site=PAGE,
        certificate="good",
        header_for="{https}",
        sent=(_TOKEN,),
    ),
    Behaviour(
        name="secret-for-the-host-in-plain",
        expected="ok · ok",
        site=PAGE,
        certificate="good",
        url="http://{http}/",
        header_for="{http}",
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-for-another-port",
        expected="ok · ok",
        site=PAGE,
        certificate="good",
        header_for="{host}",
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-for-a-part-of-the-name",
        expected="ok · ok",
        site=PAGE,
        certificate="good",
        header_for="site.test:{https-port}",
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-for-all-hosts",  # no pattern: a host, to the letter
        expected="ok · ok",
        site=PAGE,
        certificate="good",
        header_for="*:{https-port}",
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-on-every-hop",
        expected=_MOVED,
        site={
            "/": to("https://{https2}/", _FOUND),
            "2/": to("https://{https}/next", _FOUND),
            "/next": PAGE,
        },
        certificate="good",
        header_for="{https}",
        sent=(r"(?is)^GET /next .*x-token: s3cret",),
    ),
    *(
        Behaviour(
            name=f"secret-sent-on-to-{name}",
            expected=_MOVED,
            site={"/": to(location, _FOUND), "/next": PAGE, "2/next": PAGE},
            certificate="good",
            header_for="{https}",
            sent=(_TOKEN,),
            never_sent=(r"(?is)^GET /next .*s3cret", r"(?is)^GET /next .*authorization"),
        )
        for name, location in _ELSEWHERE.items()
    ),
    Behaviour(
        name="secret-asked-for",
        expected="blocked · auth",
        site=reply("401 Unauthorized", 'www-authenticate: Basic realm="please"'),
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-asked-for-by-a-proxy",
        expected="blocked · auth",
        site=reply("407 Authenticate", 'proxy-authenticate: Basic realm="please"'),
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-in-the-url",
        expected="ok · ok",
        site=PAGE,
        url="http://ann:s3cret@{http}/",
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-name-in-the-url",  # of a variable of the environment: no shell is here
        expected="ok · ok",
        site={"/$TOKEN/%TOKEN%": PAGE},
        url="http://{http}/$TOKEN/%TOKEN%",
        never_sent=_NEVER,
    ),
    Behaviour(
        name="secret-echoed",  # back to us, in a title
        expected="ok · ok",
        site=page(b"<title>There</title>", "x-token: s3cret", "authorization: s3cret"),
        never_sent=_NEVER,
    ),
)

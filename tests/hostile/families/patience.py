"""Retry-After in all forms, and servers that are better at the second try, or never."""

from typing import Final

from hostile.behaviour import HTML, PAGE, Behaviour, in_turn, reply

_LIMITED: Final = "blocked · rate-limited"
_FAILS: Final = "failing · server-error"

# All of these mean "soon": what cannot be read, is past or is short.
_SOON: Final[dict[str, str | bytes]] = {
    "zero": "0",
    "one": "1",
    "padded": "   1   ",
    "negative": "-5",
    "words": "soon",
    "fraction": "1.5",
    "exponent": "9e9",
    "infinite": "inf",
    "not-a-number": "nan",
    "hexadecimal": "0xffff",
    "empty": "",
    "list": "1, 99999",
    "full-width": "\uff19\uff19\uff19\uff19",
    "arabic": "٩٩٩٩",
    "superscript": "²",
    "latin-1": b"\xb2\xb3",
    "of-5000-digits": "9" * 5_000,
    "past": "Sun, 06 Nov 1994 08:49:37 GMT",
    "past-rfc-850": "Sunday, 06-Nov-94 08:49:37 GMT",
    "past-asctime": "Sun Nov  6 08:49:37 1994",
    "date-without-day": "32 Foo 2026",
    "date-of-year-0": "Sun, 06 Nov 0000 08:49:37 GMT",
    "date-of-hour-99": "Sun, 06 Nov 2030 99:49:37 GMT",
    "date-of-a-far-zone": "Sun, 06 Nov 1994 08:49:37 +999999",
}
_TOO_LONG: Final[dict[str, str]] = {
    "a-day": "86400",
    "an-hour": "3600",
    "for-ever": "999999999",
    "date": "Fri, 31 Dec 9999 23:59:59 GMT",
}
_DATE: Final = "date: Sun, 06 Nov 1994 08:49:37 GMT"  # a clock that is decades behind


def _later(status: str, after: str | bytes) -> bytes:
    value = after.encode() if isinstance(after, str) else after
    return reply(status, HTML, b"retry-after: " + value)


BEHAVIOURS: Final = (
    *(
        Behaviour(
            name=f"soon-{name}",
            expected="ok · ok",
            site=in_turn(_later("503 Wait", after), PAGE),
            shows={"title": "There"},
        )
        for name, after in _SOON.items()
    ),
    *(
        Behaviour(name=f"later-503-{name}", expected=_FAILS, site=_later("503 Wait", after))
        for name, after in _TOO_LONG.items()
    ),
    *(
        Behaviour(name=f"later-429-{name}", expected=_LIMITED, site=_later("429 Wait", after))
        for name, after in _TOO_LONG.items()
    ),
    *(
        Behaviour(
            name=f"then-well-{status}",
            expected="ok · ok",
            site=in_turn(reply(f"{status} Wait", HTML), PAGE),
            shows={"title": "There"},
        )
        for status in (408, 425, 429, 500, 502, 503, 504, 520)
    ),
    Behaviour(
        name="soon-429",
        expected="ok · ok",
        site=in_turn(_later("429 Wait", "1"), PAGE),
    ),
    Behaviour(
        name="soon-by-its-own-clock",  # a date is relative to the answer's own
        expected="ok · ok",
        site=in_turn(reply("503 Wait", _DATE, "retry-after: Sun, 06 Nov 1994 08:49:38 GMT"), PAGE),
    ),
    Behaviour(
        name="later-by-its-own-clock",
        expected=_LIMITED,
        site=reply("429 Wait", _DATE, "retry-after: Sun, 06 Nov 1994 09:49:37 GMT"),
    ),
    Behaviour(
        name="soon-twice-written",  # the first counts
        expected="ok · ok",
        site=in_turn(reply("503 Wait", "retry-after: 0", "retry-after: 86400"), PAGE),
    ),
    Behaviour(name="later-for-ever", expected=_LIMITED, site=_later("429 Wait", "1"), links=6),
    Behaviour(name="busy-for-ever", expected=_FAILS, site=_later("503 Wait", "1")),
    Behaviour(
        name="retry-after-of-a-page",  # says nothing: the page is there
        expected="ok · ok",
        site=_later("200 OK", "86400"),
    ),
    Behaviour(
        name="retry-after-of-a-redirect",
        expected="redirected · permanent",
        site={"/": _later("301 Moved\r\nlocation: /next", "86400"), "/next": PAGE},
    ),
)

"""What a careful human would say of a link, and the kinds of life that a link may have."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Says(StrEnum):
    """What a human says who looks with a browser, and who knows how it went on."""

    ALIVE = "alive"
    DEAD = "dead"
    MOVED = "moved"
    TAKEN = "taken over"
    LACKING = "its place on the page is gone"
    FLAKY = "comes and goes"
    UNKNOWABLE = "not for programs"


ROT: Final = frozenset({Says.DEAD, Says.TAKEN, Says.LACKING})
"""What an author wants to be told of."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What there is to say; `to`: where the page is now."""

    says: Says = Says.ALIVE
    to: str | None = None


class Kind(StrEnum):
    """A life. The names are those of the table of results."""

    STEADY = "steady"
    TAGGED = "steady, 304"
    HICCUP = "503 at first"
    HOSTILE = "hostile title"
    A_B = "title by the day"
    GEO = "language by the day"
    LIVING = "text by the day"
    REWRITTEN = "rewritten, renamed"
    REDESIGN = "redesigned"
    TRANSLATED = "in another language now"
    FOR_NOW = "302, same site"

    NIGHT_OFF = "a night of 5xx, timeouts"
    DAYS_OFF = "two days of 5xx"
    MAINTENANCE = "Sundays at three"
    DEPLOY = "404 for a night"
    NAME_LAPSE = "no name for a night"
    CERTIFICATE_LAPSE = "certificate, two days late"
    WEEK_OFF = "five to nine days of 5xx"
    FLAKY = "5xx every other day"
    FLAKY_MIRROR = "404 every other day"

    NOT_FOUND = "404 for good"
    GONE = "410 for good"
    NO_NAME = "no name any more"
    NAME_SERVER = "name server fails for good"
    REFUSED = "refuses for good"
    SILENT = "silent for good"
    ERRORS = "5xx for good"
    CERTIFICATE = "certificate expired for good"
    SOFT_404 = "soft 404"
    PARKED = "parked"
    HOST = "three of a host, no name"
    HOME = "one sent home"
    HOMES = "three of a host sent home"
    BACK = "404 for a month"
    BACK_NAME = "no name for a month"

    MOVED = "moved"
    MOVED_RENAMED = "moved, other title"
    REBRANDED = "moved to a new name"
    UPGRADED = "http to https"
    MOVED_DIED = "moved, later no name"

    SOLD = "sold, other language"
    SOLD_SAME = "sold, same language"
    HIJACKED = "leads to spam"
    CAUGHT = "no name, then sold"
    SHORT = "short link, other target"

    WALL = "bot wall"
    FORBIDDEN = "403"
    LIMITED = "429"
    LOGIN = "login"
    WALLED = "bot wall later"

    FRAGMENT = "fragment gone"
    FRAGMENT_MENDED = "fragment gone, mended"
    FRAGMENT_WRONG = "wrong fragment written"


FAMILIES: Final[Mapping[str, tuple[Kind, ...]]] = {
    "alive all the year": (
        Kind.STEADY, Kind.TAGGED, Kind.HICCUP, Kind.HOSTILE, Kind.A_B, Kind.GEO, Kind.LIVING,
        Kind.REWRITTEN, Kind.REDESIGN, Kind.TRANSLATED, Kind.FOR_NOW,
    ),
    "away for a while": (
        Kind.NIGHT_OFF, Kind.DAYS_OFF, Kind.MAINTENANCE, Kind.DEPLOY, Kind.NAME_LAPSE,
        Kind.CERTIFICATE_LAPSE,
    ),
    "comes and goes": (Kind.FLAKY, Kind.FLAKY_MIRROR),
    "dead for good": (
        Kind.NOT_FOUND, Kind.GONE, Kind.NO_NAME, Kind.NAME_SERVER, Kind.REFUSED, Kind.SILENT,
        Kind.ERRORS, Kind.CERTIFICATE, Kind.SOFT_404, Kind.PARKED, Kind.HOST, Kind.HOME, Kind.HOMES,
    ),
    "dead, and back": (Kind.WEEK_OFF, Kind.BACK, Kind.BACK_NAME),
    "moved": (
        Kind.MOVED, Kind.MOVED_RENAMED, Kind.REBRANDED, Kind.UPGRADED, Kind.MOVED_DIED,
    ),
    "somebody else's now": (
        Kind.SOLD, Kind.SOLD_SAME, Kind.HIJACKED, Kind.CAUGHT, Kind.SHORT,
    ),
    "not for programs": (
        Kind.WALL, Kind.FORBIDDEN, Kind.LIMITED, Kind.LOGIN, Kind.WALLED,
    ),
    "a place on a page": (Kind.FRAGMENT, Kind.FRAGMENT_MENDED, Kind.FRAGMENT_WRONG),
}  # fmt: skip

POLICY: Final[Mapping[Kind, str]] = {
    Kind.DEPLOY: "a 404 is believed at once",
    Kind.FLAKY: "after three days without an answer it is called broken",
    Kind.FLAKY_MIRROR: "a 404 is believed at once, until the link is known to come and go",
    Kind.MAINTENANCE: "when nights were lost, a link that is away each week comes and goes",
    Kind.CERTIFICATE_LAPSE: "two looks a day apart confirm it, and browsers refuse too",
    Kind.HOME: "one link sent home is advice, three of a host are dead",
}
"""Where what is told differs from the truth by design, and why."""

"""What a way through a shortener says: whose it was, and whether the code was known there."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from crawler.model import Fetch, Via
from crawler.parameters import untracked
from crawler.paths import is_home
from crawler.tables import Shortener, registrable_domain, rows, shortener_of
from crawler.urls import Url

# Not shorteners to be rid of: `own` names have pages of their own, and identifiers are to last.
_MEANT: Final = frozenset({"own", "resolver"})
# Generous, for it is only looked for at the shortener's own site.
_ERROR: Final = re.compile(
    r"/[^/]*(?:(?<!\d)404(?!\d)|not-?found|no-?such|unknown|invalid|expired|terminated|deleted"
    r"|disabled|error)",
    re.IGNORECASE,
)
_SHORT: Final = 8
# A word is a page, be it a name with a number: codes have digits between letters, or all kinds.
_CODE: Final = re.compile(
    r"/(?=[A-Za-z0-9_-]{4,12}/?\Z)"
    r"(?:(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])|(?=.*[A-Za-z][0-9]+[A-Za-z])).*"
)


def only_leads(fetch: Fetch) -> bool:
    """Tell whether to lead elsewhere is all that a link is there for: then nothing has moved."""
    if any(hop.via is Via.WRAPPER for hop in fetch.hops):
        return True
    return shortener_of(fetch.url.host) is not None or looks_shortened(fetch)


def looks_shortened(fetch: Fetch) -> bool:
    """Tell whether an unknown host looks like a shortener: a short name, a code, another's site.

    A guess, and of no weight: false alarms would have authors replace what they mean.
    """
    url, end = fetch.url, fetch.effective_url
    if not fetch.hops or fetch.hops[0].status not in (301, 302, 303, 307, 308):
        return False
    domain = registrable_domain(url.host)
    return (
        len(domain) <= _SHORT
        and url.host == domain
        and _CODE.fullmatch(url.target) is not None
        and domain != registrable_domain(end.host)
        and url.path.strip("/") not in end.target
    )


def landing(fetch: Fetch) -> str:
    """Return where a way ends, as an author would write it: with the place that it leads to."""
    there = untracked(fetch.effective_url)
    return f"{there}#{fetch.fragment}" if fetch.fragment else str(there)


def is_unknown_code(fetch: Fetch) -> bool:
    """Tell whether a shortener led to its own front page, or to an error page of its own."""
    end = fetch.effective_url
    led = [(url, known) for url in _led(fetch) if (known := _shortener(url))]
    if not led:
        return False
    url, known = led[-1]
    if is_home(url) or _ERROR.search(url.path):
        return False
    if end.host.removeprefix("www.") == known.host:
        return end.path == "/" or _ERROR.search(end.path) is not None
    if end.host.removeprefix("www.") not in _homes().get(known.host, ()):
        return False
    return is_home(end) or _ERROR.search(end.path) is not None


def has_closed(fetch: Fetch) -> Shortener | None:
    """Return a shortener that was asked on the way, if it is known to have closed."""
    asked = (shortener_of(url.host) for url in (*_led(fetch), fetch.effective_url))
    return next((known for known in asked if known and known.status == "dead"), None)


def _led(fetch: Fetch) -> Iterator[Url]:
    """Yield what was asked and led on."""
    return (hop.url for hop in fetch.hops if hop.status is not None)


def _shortener(url: Url) -> Shortener | None:
    known = shortener_of(url.host)
    return known if known and known.kind not in _MEANT else None


@cache
def _homes() -> dict[str, set[str]]:
    homes: dict[str, set[str]] = {}
    for shortener, home in rows("short_code_homes.tsv"):
        homes.setdefault(shortener, set()).add(home)
    return homes

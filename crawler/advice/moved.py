"""Has the resource moved for good, so that the author can write its new address?"""

import re
from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Severity, Verdict
from crawler.parameters import untracked
from crawler.paths import is_detour, is_home
from crawler.shortening import landing, only_leads
from crawler.tables import registrable_domain
from crawler.urls import Url
from crawler.wrappers import unwrap

# Identifiers made to outlive addresses, and copies that are meant as copies: never replaced.
PERSISTENT: Final = frozenset({
    "doi.org", "dx.doi.org", "hdl.handle.net", "purl.org", "w3id.org", "n2t.net", "identifiers.org",
    "web.archive.org", "archive.ph", "archive.today", "archive.is", "arquivo.pt", "perma.cc",
})  # fmt: skip
"""Hosts of identifiers and of copies."""
# One visitor's, and only for today.
_SESSION: Final = re.compile(r"[;?&](?:jsessionid|phpsessid|session_?id)=", re.IGNORECASE)

CHANGED: Final = {
    "https-upgrade": "the same address, with https",
    "www": "the same address, but for the www",
    "slash": "the same address, but for the slash at its end",
    "case": "the same address, but for capital letters",
    "renamed": "to another address of the same site",
    "moved": "to another site",
}
"""What is different, by the kind of the move."""


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Propose the final address of a permanent redirect, unless it is not the same page's."""
    old, new = evidence.link.url, evidence.fetch.effective_url
    if verdict.reason != "permanent" or old.host in PERSISTENT or only_leads(evidence.fetch):
        return
    if unwrap(old) is not None:
        return  # a copy that an archive keeps
    if old.scheme == "https" and new.scheme == "http":
        return  # nobody should write that
    kind = kind_of_move(old, new)
    if is_home(old) and kind == "renamed":
        return  # a front page is an entrance: where it leads today is the site's own affair
    if is_home(new) and not is_home(old):
        return  # it may be gone: `home` tells so
    new = untracked(new)
    if new != old and not is_detour(new) and not is_for_one_visitor(new):
        message = f"Moved for good: {CHANGED[kind]}."
        yield Finding("moved", Severity.ADVICE, message, landing(evidence.fetch))


def is_for_one_visitor(url: Url) -> bool:
    """Tell whether an address holds what tells one visitor from others, and only for today."""
    return _SESSION.search(url.target) is not None


def kind_of_move(old: Url, new: Url) -> str:
    """Name what changed: `https-upgrade`, `www`, `slash`, `case`, `renamed` or `moved`."""
    if old.authority == new.authority and old.target == new.target:
        return "https-upgrade"
    if old.authority.removeprefix("www.") == new.authority.removeprefix("www."):
        if old.target == new.target:
            return "www"
        if old.target.rstrip("/") == new.target.rstrip("/"):
            return "slash"
        if old.target.casefold() == new.target.casefold():
            return "case"
    same = registrable_domain(old.host) == registrable_domain(new.host)
    return "renamed" if same else "moved"

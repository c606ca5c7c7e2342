"""Is it a version for phones (AMP), made of a page of the same site?"""

from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Outcome, Severity, Verdict
from crawler.paths import is_for_phones, is_home
from crawler.signatures import Mark
from crawler.tables import registrable_domain
from crawler.urls import Target, Url, resolve
from crawler.wrappers import Wrapping, unwrap

_SEEN: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Name the page itself: the canonical address that the version gives, where that is another.

    Either may say what it is: the address, or the page. Of one in a cache, `wrappers` tells.
    """
    here, named = evidence.fetch.effective_url, evidence.facts.canonical_url
    if named is None or verdict.outcome not in _SEEN:
        return
    if Mark.AMP not in evidence.signs.marks and not is_for_phones(here):
        return
    outer, there = unwrap(evidence.link.url), resolve(named)
    if outer is not None and outer.kind is Wrapping.AMP:
        return
    if isinstance(there, Target) and _is_itself(there.url, here):
        message = "A version for phones, made of another page: link to that."
        yield Finding("amp", Severity.ADVICE, message, str(there.url))


def _is_itself(there: Url, here: Url) -> bool:
    """Tell whether an address is that of the page which a version is made of."""
    if there == here or is_for_phones(there) or (is_home(there) and not is_home(here)):
        return False
    if (here.scheme, there.scheme) == ("https", "http"):
        return False
    return registrable_domain(there.host) == registrable_domain(here.host)

"""Does the link carry what says nothing of the page: where readers come from, or who is paid?"""

from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Outcome, Severity, Verdict
from crawler.parameters import Burden, carried
from crawler.tables import shortener_of
from crawler.text import clean
from crawler.wrappers import unwrap

_NOT_THERE: Final = frozenset({Outcome.BROKEN, Outcome.INVALID, Outcome.UNSAFE, Outcome.SKIPPED})
_NAMES_LENGTH: Final = 80


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Name the parameters, and the URL without them.

    What a wrapper, an archive or a shortener is given besides is its own affair.
    """
    url = evidence.link.url
    if "?" not in url.target or verdict.outcome in _NOT_THERE:
        return
    if shortener_of(url.host) or unwrap(url):
        return
    if verdict.reason == "permanent":
        return  # it is to be written anew as a whole, and is proposed without them
    if found := carried(url, Burden.TRACKING):
        message = f"{_named(found.names)} only for tracking readers: leave that out."
        yield Finding("tracking", Severity.ADVICE, message, str(found.without))
    if found := carried(url, Burden.AFFILIATE):
        message = (
            f"{_named(found.names)} for paying somebody: leave that out if nobody is meant to be."
        )
        yield Finding("affiliate", Severity.ADVICE, message, str(found.without))


def _named(names: tuple[str, ...]) -> str:
    shown = clean(", ".join(f"“{name}”" for name in names), _NAMES_LENGTH)
    return f"The parameter {shown} is" if len(names) == 1 else f"The parameters {shown} are"

"""Does the link carry what says nothing of the page: where readers come from, or who is paid?"""

from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Outcome, Severity, Verdict
from crawler.parameters import Burden, carried
from crawler.tables import shortener_of
from crawler.text import clean
from crawler.wrappers import unwrap

_NOT_THERE: Final = frozenset({Outcome.BROKEN, Outcome.INVALID, Outcome.UNSAFE, Outcome.SKIPPED})
_NAMES_LENGTH: Final = 60


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Name the parameters, and the URL without them.

    What a wrapper, an archive or a shortener is given besides is its own affair.
    """
    url = evidence.link.url
    if "?" not in url.target or verdict.outcome in _NOT_THERE:
        return
    if shortener_of(url.host) or unwrap(url):
        return
    if found := carried(url, Burden.TRACKING):
        message = f"Tells where its readers come from ({_named(found.names)}): leave that out."
        yield Finding("tracking", Severity.ADVICE, message, str(found.without))
    if found := carried(url, Burden.AFFILIATE):
        message = f"Names somebody who is paid for it ({_named(found.names)}): if nobody is to be,"
        yield Finding(
            "affiliate", Severity.ADVICE, f"{message} leave that out.", str(found.without)
        )


def _named(names: tuple[str, ...]) -> str:
    return clean(", ".join(names), _NAMES_LENGTH)

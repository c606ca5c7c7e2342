"""Is the link hidden behind a shortener, that may one day disappear with all its targets?"""

from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Outcome, Severity, Verdict
from crawler.tables import Shortener, shorteners

_SEEN: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Name the shortener, and its target where that was seen and answers."""
    known = shorteners().get(evidence.link.url.host)
    if known is None:
        return
    target = evidence.fetch.effective_url
    if known.kind == "ad":
        message = f"{known.host} hides its target behind advertising: link to the target itself."
        yield Finding("shortener", Severity.WARNING, message)
    elif verdict.outcome in _SEEN and target.host != known.host:
        yield Finding("shortener", *_leads_to(known, str(target)))
    elif known.status == "dead":
        message = f"{known.host} was a shortener and has closed."
        yield Finding("shortener", Severity.WARNING, message)


def _leads_to(known: Shortener, target: str) -> tuple[Severity, str, str]:
    return Severity.ADVICE, f"Shortened by {known.host}.", target

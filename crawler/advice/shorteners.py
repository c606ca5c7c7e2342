"""Is the link hidden behind a shortener, that may one day disappear with all its targets?"""

from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Outcome, Severity, Verdict
from crawler.paths import is_detour
from crawler.shortening import landing, looks_shortened
from crawler.tables import Shortener, shortener_of
from crawler.wrappers import unwrap

_SEEN: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_LASTING: Final = frozenset({"own", "resolver"})


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Name the shortener, and its target where that was seen and answers."""
    host, target = evidence.link.url.host, evidence.fetch.effective_url
    known, seen = shortener_of(host), verdict.outcome in _SEEN
    if verdict.reason == "interstitial":
        message = f"{target.host} hides its target behind advertising: link to the target itself."
        yield Finding("shortener", Severity.WARNING, message)
    elif unwrap(evidence.link.url) is not None:
        return  # it was not asked
    elif known is None:
        if seen and looks_shortened(evidence.fetch) and not is_detour(target):
            message = f"{host} looks like a shortener."
            yield Finding("shortener", Severity.ADVICE, message, landing(evidence.fetch))
    elif known.kind not in _LASTING:
        yield from _named(evidence, known, seen=seen)


def _named(evidence: Evidence, known: Shortener, *, seen: bool) -> Iterator[Finding]:
    target = evidence.fetch.effective_url
    led = seen and target.host.removeprefix("www.") != known.host
    if known.status == "dead":
        where = f" What answers in its place leads to {target}." if led else ""
        message = f"{known.host} was a shortener and has closed.{where}"
        yield Finding("shortener", Severity.WARNING, message)
    elif led and known.kind == "smartlink":
        message = f"{known.host} chooses where to lead each reader."
        yield Finding("shortener", Severity.ADVICE, message)
    elif led and not is_detour(target):
        message = f"Shortened by {known.host}."
        yield Finding("shortener", Severity.ADVICE, message, landing(evidence.fetch))

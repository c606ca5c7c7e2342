"""Does the link carry its target inside itself, so that the target could be linked to directly?"""

from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Outcome, Severity, Verdict
from crawler.parameters import untracked
from crawler.tables import registrable_domain
from crawler.urls import Target, resolve
from crawler.wrappers import Unwrapped, Wrapping, layers, unwrap

_NOT_THERE: Final = frozenset({Outcome.BROKEN, Outcome.INVALID, Outcome.UNSAFE, Outcome.SKIPPED})
_SEEN: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Name the wrapper, and what it holds. A copy that an archive keeps is meant as it is."""
    outer = unwrap(evidence.link.url)
    if outer is None:
        return
    if outer.kind is Wrapping.ARCHIVE:
        message = f"A copy of {outer.url}, kept by {outer.name}."
        yield Finding("kept-copy", Severity.ADVICE, message)
    elif verdict.outcome not in _NOT_THERE and verdict.reason != "interstitial":
        *_, inner = layers(evidence.link.url)
        yield _finding(outer, inner, _clean(inner, evidence, verdict))


def _finding(outer: Unwrapped, inner: Unwrapped, target: str) -> Finding:
    match outer.kind:
        case Wrapping.TRANSLATE:  # what it holds is another page, in another language
            message = f"A translation by {outer.name} of {inner.url}."
            return Finding("translation", Severity.ADVICE, message)
        case Wrapping.AFFILIATE:
            message = (
                f"Leads through {outer.name}, which pays somebody for it: "
                "link to the target if nobody is meant to be."
            )
            return Finding("affiliate", Severity.ADVICE, message, target)
        case Wrapping.AMP:
            message = f"A copy for phones, made by {outer.name}: link to the page itself."
            return Finding("wrapper", Severity.ADVICE, message, target)
        case _:
            message = f"Wrapped by {outer.name}, which only leads on: link to the target itself."
            return Finding("wrapper", Severity.ADVICE, message, target)


def _clean(inner: Unwrapped, evidence: Evidence, verdict: Verdict) -> str:
    """Return what to write instead; of a page for phones, the page that it names as its own."""
    canonical = evidence.facts.canonical_url
    if inner.kind is Wrapping.AMP and verdict.outcome in _SEEN and canonical:
        named = resolve(canonical)
        owner = registrable_domain(inner.url.host)
        if isinstance(named, Target) and registrable_domain(named.url.host) == owner:
            return canonical
    fragment = inner.target.fragment
    return f"{untracked(inner.url)}#{fragment}" if fragment else str(untracked(inner.url))

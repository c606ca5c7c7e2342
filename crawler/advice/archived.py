"""Has the repository been archived? It still answers, and nobody keeps it up any more."""

from collections.abc import Iterator

from crawler.model import Evidence, Finding, Outcome, Severity, Verdict

_THERE = frozenset({Outcome.OK, Outcome.REDIRECTED})


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Say since when nobody maintains it."""
    archived = evidence.facts.archived
    if archived and verdict.outcome in _THERE:
        day = archived.partition("T")[0]
        message = f"The repository was archived on {day}: nobody maintains it."
        yield Finding("archived", Severity.ADVICE, message)

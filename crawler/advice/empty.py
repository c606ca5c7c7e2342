"""Does the page show anything at all?"""

from collections.abc import Iterator
from typing import Final

from crawler.model import Evidence, Finding, Outcome, Response, Severity, Verdict
from crawler.signatures import Mark

EMPTY: Final = 50
"""Fewer visible characters than this, and no title, are nothing that somebody links to."""

_SEEN: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
# What shows something without text, or may do so once it has run.
_SHOWING: Final = frozenset({Mark.BUILT, Mark.SHOWING})


def advise(evidence: Evidence, verdict: Verdict) -> Iterator[Finding]:
    """Say so where a whole page has no text, no title, no link, no picture and no program."""
    fetch, facts = evidence.fetch, evidence.facts
    if verdict.outcome not in _SEEN or fetch.unchanged or facts.content_type not in _PAGES:
        return
    match fetch.outcome:
        case Response(body=b"", truncated=False):
            yield _finding()
        case Response(truncated=False) if not facts.title and _shows_nothing(evidence):
            yield _finding()


def _shows_nothing(evidence: Evidence) -> bool:
    length = evidence.signs.text_length
    return length is not None and length < EMPTY and not _SHOWING & evidence.signs.marks


def _finding() -> Finding:
    return Finding("empty", Severity.WARNING, "The server answers with an empty page.")

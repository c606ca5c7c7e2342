"""Advice: independent advisors, all of which run, none of which decides.

To add one: write `advice/<name>.py` with `advise`, and add it to `ADVISORS`; if it is about what
one place says of a link, it belongs to `at_places.py`. A *rule* of `verdicts.py` answers "is it
there?"; an advisor answers "what would I tell the author?".
"""

from collections.abc import Iterator
from typing import Final, Protocol

from crawler.advice import (
    amp,
    archived,
    empty,
    home,
    moved,
    parameters,
    shorteners,
    truncated,
    wrappers,
)
from crawler.model import Evidence, Finding, Verdict


class Advisor(Protocol):
    """Pure: what to tell the author, given what was seen and the verdict on it."""

    def __call__(self, evidence: Evidence, verdict: Verdict, /) -> Iterator[Finding]:
        """Yield findings, at best none."""
        ...


ADVISORS: Final[tuple[Advisor, ...]] = (
    archived.advise,
    moved.advise,
    home.advise,
    shorteners.advise,
    wrappers.advise,
    amp.advise,
    parameters.advise,
    truncated.advise,
    empty.advise,
)


def advise(evidence: Evidence, verdict: Verdict) -> tuple[Finding, ...]:
    """Return the findings of all advisors, in their order."""
    return tuple(finding for advisor in ADVISORS for finding in advisor(evidence, verdict))

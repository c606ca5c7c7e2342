"""Advice: independent advisors, all of which run, none of which decides.

To add one: write `advice/<name>.py` with `advise`, and add it to `ADVISORS`, or to `AT_PLACES` if
it is about what one place says of a link: such findings are part of no look, and not stored. A
*rule* of `verdicts.py` answers "is it there?"; an advisor answers "what would I tell the author?".
"""

from collections.abc import Iterator
from typing import Final, Protocol

from crawler.advice import (
    archived,
    empty,
    home,
    language,
    moved,
    parameters,
    shorteners,
    truncated,
    wrappers,
)
from crawler.model import Evidence, Finding, Observation, Occurrence, Verdict


class Advisor(Protocol):
    """Pure: what to tell the author, given what was seen and the verdict on it."""

    def __call__(self, evidence: Evidence, verdict: Verdict, /) -> Iterator[Finding]:
        """Yield findings, at best none."""
        ...


class PlaceAdvisor(Protocol):
    """Pure: what to tell the author of one place, given the look at its link."""

    def __call__(self, place: Occurrence, look: Observation, /) -> Iterator[Finding]:
        """Yield findings, at best none."""
        ...


ADVISORS: Final[tuple[Advisor, ...]] = (
    archived.advise,
    moved.advise,
    home.advise,
    shorteners.advise,
    wrappers.advise,
    parameters.advise,
    truncated.advise,
    empty.advise,
)
AT_PLACES: Final[tuple[PlaceAdvisor, ...]] = (language.advise,)


def advise(evidence: Evidence, verdict: Verdict) -> tuple[Finding, ...]:
    """Return the findings of all advisors, in their order."""
    return tuple(finding for advisor in ADVISORS for finding in advisor(evidence, verdict))


def advise_place(place: Occurrence, look: Observation) -> tuple[Finding, ...]:
    """Return the findings of all advisors of places, in their order."""
    return tuple(finding for advisor in AT_PLACES for finding in advisor(place, look))

"""Advice on what one place says of a link, given the look at it. Part of no look, and not stored.

To add some: write a module with `advise`, and add it to `AT_PLACES`. What is about the link itself
belongs to `advice`, which whoever reads a history need not load.
"""

from collections.abc import Iterator
from typing import Final, Protocol

from crawler import labels
from crawler.model import Finding, Observation, Occurrence


class PlaceAdvisor(Protocol):
    """Pure: what to tell the author of one place, given the look at its link."""

    def __call__(self, place: Occurrence, look: Observation, /) -> Iterator[Finding]:
        """Yield findings, at best none."""
        ...


AT_PLACES: Final[tuple[PlaceAdvisor, ...]] = (labels.advise,)


def advise_place(place: Occurrence, look: Observation) -> tuple[Finding, ...]:
    """Return the findings of all advisors of places, in their order."""
    return tuple(finding for advisor in AT_PLACES for finding in advisor(place, look))

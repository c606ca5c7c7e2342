"""Which looks of a history spare a check from asking anew: `--trust-history`.

A history may acquit and never accuse: whoever has mended a link, or published the page that it
leads to, is to see so at once. So a look that would make the check fail is had again, and so is
one that had no usable answer. A wall that kept us out is not run against once more.
"""

from datetime import datetime
from typing import Final

from crawler.fragments import parted
from crawler.model import Link, Observation, Outcome

_ANSWERS: Final = frozenset({Outcome.OK, Outcome.REDIRECTED, Outcome.BLOCKED})


def suffices(
    look: Observation, link: Link, since: datetime, now: datetime, failing: frozenset[Outcome]
) -> bool:
    """Tell whether a look says of a link what a new one would. `failing`: what fails the check.

    It must have looked for all that is asked for on the page, and have found it. One that lies
    ahead is of a clock that was wrong.
    """
    if not since <= look.at <= now or look.verdict.outcome not in _ANSWERS - failing:
        return False
    if not link.fragments <= frozenset(look.fragments):
        return False
    parts = {part for fragment in link.fragments for part in parted(fragment)}
    return parts.isdisjoint(look.missing_fragments)

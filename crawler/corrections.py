"""What may be written in the place of a link, and why: the nouns of `crawl fix`.

Values only; what is proposed `planning.py` decides, and how it is spelled `spelling.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from crawler.model import Occurrence


class Repair(StrEnum):
    """Why another address is written."""

    MOVED = "moved"
    HTTPS = "https"
    WRAPPER = "wrapper"
    SHORTENER = "shortener"
    TRACKING = "tracking"
    AMP = "amp"
    COSMETIC = "cosmetic"
    ARCHIVE = "archive"
    RENAMED = "renamed"
    FRAGMENT = "fragment"


@dataclass(frozen=True, slots=True)
class Correction:
    """One place, and the address that shall be read there.

    `after`: what the place's `href` shall be; `why`: a sentence; `evidence`: further ones, of what
    was seen and when; `automatic`: nobody has to weigh it; `spelled`: the exact text to put there,
    where it is known, else that is found.
    """

    occurrence: Occurrence
    repair: Repair
    after: str
    why: str
    evidence: tuple[str, ...] = ()
    automatic: bool = True
    spelled: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One place that is left as it is although something speaks for a change; `why`: a sentence.

    `after`: what would have been written, if anything.
    """

    occurrence: Occurrence
    repair: Repair
    why: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done and what is not, both in order of document, line and column."""

    corrections: tuple[Correction, ...] = ()
    refusals: tuple[Refusal, ...] = ()

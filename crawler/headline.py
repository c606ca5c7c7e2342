"""A whole report in a few words: what a badge has room for.

It is never better than what is known. A run that was cut short, had no network, or could not read
a document, says so in the place of a good figure; what is about some links only says that, too.
"""

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

from crawler.levels import Level, level
from crawler.model import Health, Network, Outcome, Report, Row
from crawler.outline import identity
from crawler.urls import Url

LABEL: Final = "links"

_NO_NETWORK: Final = {
    Network.DOWN: "unknown (no network)",
    Network.CAPTIVE: "unknown (a login page is in the way)",
    Network.HIJACKED: "unknown (the name server lies)",
    Network.INTERCEPTED: "unknown (certificates are replaced)",
}


_Trouble: TypeAlias = Level | Outcome

_ORDER: Final[tuple[_Trouble, ...]] = (
    Level.ERROR,
    Outcome.INVALID,  # as loud, and not broken: it is no link
    Level.WARNING,
    Level.NOTE,
    Level.NONE,
)


class Tone(StrEnum):
    """What a headline's colour says."""

    GOOD = "good"
    DOUBT = "doubt"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Headline:
    """The words, and how they are meant."""

    words: str
    tone: Tone


def headline(report: Report) -> Headline:
    """Say how the links are. Rows are gone through once; each link counts once, by its worst place.

    Links that are not looked at (`skipped`) are not counted at all.
    """
    said = _said(report)
    return replace(said, words=f"{said.words} (a selection)") if report.chosen else said


def _said(report: Report) -> Headline:
    number, loudest = _loudest(report)
    if report.run.network is not Network.UP:
        return Headline(_NO_NETWORK[report.run.network], Tone.UNKNOWN)
    of_all, lacking = f"of {number}", _lacking(report)
    bad = ((loudest[Level.ERROR], "broken"), (loudest[Outcome.INVALID], "invalid"))
    if told := ", ".join(f"{count} {kind}" for count, kind in bad if count):
        more = f" ({lacking})" if lacking else ""
        return Headline(f"{told} {of_all}{more}", Tone.BAD)
    if lacking:
        return Headline(f"unknown ({lacking})", Tone.UNKNOWN)
    if doubtful := loudest[Level.WARNING]:
        return Headline(f"{doubtful} in doubt {of_all}", Tone.DOUBT)
    return _good(number, unsure=loudest[Level.NOTE])


def _loudest(report: Report) -> tuple[int, Counter[_Trouble]]:
    """Return how many links there are, and how many of them have what as their worst place."""
    found: dict[Url | str, _Trouble] = {}
    for row in report.rows:
        if row.verdict.outcome is not Outcome.SKIPPED:
            link, here = identity(row), _trouble(row, report)
            known = found.get(link, here)
            found[link] = min(known, here, key=_ORDER.index)
    return len(found), Counter(found.values())


def _trouble(row: Row, report: Report) -> _Trouble:
    """Return how loud a place is; what is not known to be well has a level."""
    here = level(row, remembers=report.remembers)
    if here is Level.ERROR:
        return Outcome.INVALID if row.verdict.outcome is Outcome.INVALID else here
    # Advice makes nothing less well; a wall does not show that anything is, nor does one good look
    # at a link that is flaky.
    there = row.verdict.outcome in (Outcome.OK, Outcome.REDIRECTED)
    flaky = row.state is not None and row.state.health is Health.FLAKY
    return Level.NONE if here is Level.NOTE and there and not flaky else here


def _lacking(report: Report) -> str:
    """Say what a report does not know of the links, if it is something."""
    if not report.run.complete:
        return "the run was cut short"
    if number := len(report.unread):
        return "a document was not read" if number == 1 else f"{number} documents were not read"
    return ""


def _good(number: int, *, unsure: int) -> Headline:
    if number == unsure:
        return Headline("unknown" if number else "none", Tone.UNKNOWN)
    if unsure:
        return Headline(f"none of {number} broken", Tone.GOOD)
    return Headline("1 well" if number == 1 else f"all {number} well", Tone.GOOD)

"""A whole report in a few words: what a badge has room for.

It is never better than what is known. A run that was cut short, had no network, or could not read
a document, says so in the place of a good figure; what is about some links only says that, too.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

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
    loudest = _loudest(report)
    broken = sum(each is Level.ERROR for each in loudest.values())
    doubtful = sum(each is Level.WARNING for each in loudest.values())
    if report.run.network is not Network.UP:
        return Headline(_NO_NETWORK[report.run.network], Tone.UNKNOWN)
    of_all, lacking = f"of {len(loudest)}", _lacking(report)
    if broken:
        more = f" ({lacking})" if lacking else ""
        return Headline(f"{broken} broken {of_all}{more}", Tone.BAD)
    if lacking:
        return Headline(f"unknown ({lacking})", Tone.UNKNOWN)
    if doubtful:
        return Headline(f"{doubtful} in doubt {of_all}", Tone.DOUBT)
    return _good(loudest)


def _loudest(report: Report) -> dict[Url | str, Level]:
    """Return the loudest level of each link; what is not known to be well has one."""
    order = list(Level)
    found: dict[Url | str, Level] = {}
    for row in report.rows:
        if row.verdict.outcome is not Outcome.SKIPPED:
            link, here = identity(row), _level(row, report)
            known = found.get(link, here)
            found[link] = min(known, here, key=order.index)
    return found


def _level(row: Row, report: Report) -> Level:
    here = level(row, remembers=report.remembers)
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


def _good(loudest: dict[Url | str, Level]) -> Headline:
    number, unsure = len(loudest), sum(each is Level.NOTE for each in loudest.values())
    if number == unsure:
        return Headline("unknown" if number else "none", Tone.UNKNOWN)
    if unsure:
        return Headline(f"none of {number} broken", Tone.GOOD)
    return Headline("1 well" if number == 1 else f"all {number} well", Tone.GOOD)

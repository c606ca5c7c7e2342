"""How loud a place of a report is to machines: the one table that all formats go by.

| what is known of a place                                          | level     |
|-------------------------------------------------------------------|-----------|
| broken: by the latest look, or by all of them together            | `error`   |
| `invalid`: no link at all                                         | `error`   |
| broken by the latest look, where further looks are to confirm it  | `warning` |
| drifted: another's page answers                                   | `warning` |
| `failing`, `unsafe`                                               | `warning` |
| `blocked`, flaky                                                  | `note`    |
| trouble that is known before what a check is about                | `note`    |
| broken or `invalid`, and there before what is checked             | `note`    |
| well, with something to advise the author                         | `note`    |
| anything else                                                     | `none`    |

The loudest that fits counts. Whatever fails `crawl check` by default is an error. An error beyond
that is what a history calls broken and this look had no answer from: it is known all the same.
Advice never gets louder than a note, however grave: it makes nothing fail.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from crawler.beliefs import is_broken, is_unconfirmed
from crawler.model import Finding, Health, Outcome, Row


class Level(StrEnum):
    """The loudest first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NONE = "none"


PERHAPS: Final = "perhaps broken"
"""What a link is counted as that one look calls broken, and the looks together do not yet."""

KNOWN: Final = "known before"
"""What a link is counted as that is broken, or none, and was there before what is checked."""

_FAILING: Final = frozenset({Outcome.BROKEN, Outcome.INVALID})

QUIET: Final = frozenset({"archived-copy", "kept-copy", "translation", "truncated"})
"""Findings that ask nothing of the author: they belong to what else is said of a link."""

_LEVELS: Final[Mapping[str, Level]] = {
    Outcome.BROKEN: Level.ERROR,
    Outcome.INVALID: Level.ERROR,
    PERHAPS: Level.WARNING,
    Outcome.FAILING: Level.WARNING,
    Outcome.UNSAFE: Level.WARNING,
    Outcome.BLOCKED: Level.NOTE,
    KNOWN: Level.NOTE,
    Outcome.OK: Level.NONE,
    Outcome.REDIRECTED: Level.NONE,
    Outcome.SKIPPED: Level.NONE,
    Health.DRIFTED: Level.WARNING,
    Health.FLAKY: Level.NOTE,
}


def level(row: Row, *, remembers: bool) -> Level:
    """Return how loud a place is; `remembers`: the report's, whose further looks may confirm."""
    return min(map(level_of, _topics(row, remembers=remembers)), key=list(Level).index)


def level_of(topic: str) -> Level:
    """Return how loud a topic is: what a row stands as, a health, or the name of a finding."""
    return _LEVELS.get(topic, Level.NOTE)


def standing(row: Row, *, remembers: bool) -> str:
    """Return what a row is counted as: its outcome, but what all looks call broken is broken."""
    if row.known and (row.verdict.outcome in _FAILING or is_broken(row)):
        return KNOWN
    if remembers and is_unconfirmed(row):
        return PERHAPS
    return Outcome.BROKEN if is_broken(row) else row.verdict.outcome


def advised(row: Row) -> tuple[Finding, ...]:
    """Return what the author of a place is advised: of findings of one name, the first speaks."""
    first: dict[str, Finding] = {}
    for finding in row.findings:
        if finding.name not in QUIET:
            first.setdefault(finding.name, finding)
    return tuple(first.values())


def _topics(row: Row, *, remembers: bool) -> Iterator[str]:
    yield standing(row, remembers=remembers)
    if row.state and row.state.health in (Health.DRIFTED, Health.FLAKY):
        yield row.state.health
    yield from (finding.name for finding in advised(row))

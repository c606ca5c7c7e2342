"""How loud a place of a report is to machines: the one table that all formats go by.

| what is known of a place                                        | level     |
|-----------------------------------------------------------------|-----------|
| broken: by the latest look, or by all of them together          | `error`   |
| `invalid`: no link at all                                       | `error`   |
| broken by the latest look, where further looks are to confirm it | `warning` |
| drifted: another's page answers                                 | `warning` |
| `failing`, `unsafe`                                             | `warning` |
| `blocked`, flaky                                                | `note`    |
| well, with something to advise the author                       | `note`    |
| anything else                                                   | `none`    |

The first line that fits counts. Whatever fails `crawl check` by default is an error. An error
beyond that is what a history calls broken and this look had no answer from: it is known all the
same. Advice never gets louder than a note, however grave: it makes nothing fail.
"""

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


QUIET: Final = frozenset({"archived-copy", "kept-copy", "translation", "truncated"})
"""Findings that ask nothing of the author: they belong to what else is said of a link."""


def level(row: Row, *, remembers: bool) -> Level:
    """Return how loud a place is; `remembers`: the report's, whose further looks may confirm."""
    if is_broken(row):
        return Level.WARNING if remembers and is_unconfirmed(row) else Level.ERROR
    outcome, health = row.verdict.outcome, row.state.health if row.state else None
    if outcome is Outcome.INVALID:
        return Level.ERROR
    if outcome in (Outcome.FAILING, Outcome.UNSAFE) or health is Health.DRIFTED:
        return Level.WARNING
    if outcome is Outcome.BLOCKED or health is Health.FLAKY or advised(row):
        return Level.NOTE
    return Level.NONE


def advised(row: Row) -> tuple[Finding, ...]:
    """Return what the author of a place is advised, once each: the first of a name speaks."""
    first = {finding.name: finding for finding in reversed(row.findings)}
    return tuple(each for each in row.findings if each is first[each.name] and _asks(each))


def _asks(finding: Finding) -> bool:
    return finding.name not in QUIET

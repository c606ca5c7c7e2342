"""Trouble that is known already: by a baseline, or by what a history knew before the check.

It is told, with why it is known, and fails nothing. Whatever the change itself has broken, or
written for the first time, is nobody's old trouble.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from crawler.baseline import Baseline, Entry, Standing
from crawler.model import Outcome, Report, Row
from crawler.text import clean
from crawler.views import View

BY_HISTORY: Final = "The history knew it to be broken there."
"""Why trouble is known that earlier runs have found at the same place."""

_TROUBLE: Final = frozenset(Outcome) - {Outcome.OK, Outcome.REDIRECTED, Outcome.SKIPPED}

Troubled: TypeAlias = frozenset[tuple[str, str]]
"""Documents and how they wrote links that a history knew to be broken."""


def by_history(report: Report, troubled: Troubled) -> Report:
    """Return the report in which what a history knew to be broken at its place is known."""

    def told(row: Row) -> Row:
        written = row.place.occurrence
        if row.known or row.verdict.outcome not in _TROUBLE:
            return row
        was = (written.document, written.href) in troubled
        return replace(row, known=BY_HISTORY) if was else row

    return _mapped(report, told) if troubled else report


def by_baseline(report: Report, baseline: Baseline | None, whole: frozenset[str]) -> Report:
    """Return the report in which the trouble of a baseline is known, and what came of that.

    `whole`: the names of the documents that were read as a whole.
    """
    if baseline is None or not baseline.entries:
        return report
    name = clean(baseline.name)

    def told(row: Row) -> Row:
        entry = baseline.of(row)
        if entry is None or row.known:
            return row
        if baseline.is_over(entry):
            detail = f"{row.verdict.detail} ({name} excused it until {entry.until})"
            return replace(row, verdict=replace(row.verdict, detail=detail))
        return replace(row, known=_why(name, entry))

    standings = baseline.standings(report.rows, whole)
    remarks = (*report.remarks, *_remarks(name, standings))
    return replace(_mapped(report, told), remarks=remarks)


def _why(name: str, entry: Entry) -> str:
    words = f"In {name} since {entry.since}, until {entry.until}"
    return f"{words}: {clean(entry.note)}" if entry.note else f"{words}."


def _remarks(name: str, standings: Mapping[Entry, Standing]) -> Iterator[str]:
    for standing, one, many in (
        (Standing.EXPIRED, "entry has expired", "entries have expired"),
        (Standing.MENDED, "entry is mended", "entries are mended"),
    ):
        found = [each for each, stands in standings.items() if stands is standing]
        if found:
            first = f"{clean(found[0].document)}: {clean(found[0].url)}"
            words = one if len(found) == 1 else many
            cure = "mend the links, or renew it" if standing is Standing.EXPIRED else "remove that"
            yield f"{name}: {len(found)} {words} ({first}); {cure} with --write-baseline."


def _mapped(report: Report, told: Callable[[Row], Row]) -> Report:
    rows = report.rows
    return replace(report, rows=View(len(rows), lambda index: told(rows[index])))

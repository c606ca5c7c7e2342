"""From looks to a report: what each place's link came to."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from crawler.model import (
    LinkState,
    Observation,
    Outcome,
    Place,
    Report,
    Row,
    Run,
    Verdict,
)
from crawler.urls import Rejected, Url
from crawler.verdicts import judge_rejected, verdict


def assemble(
    run: Run,
    places: Iterable[Place],
    looks: Mapping[Url, Observation],
    states: Mapping[Url, LinkState],
    unasked: Mapping[Url, Verdict],
) -> Report:
    """Put every place together with what is known of its URL.

    `unasked`: the verdicts on URLs that were not asked, each with its reason.
    """

    def row(place: Place) -> Row:
        if isinstance(place.target, Rejected):
            return Row(place, judge_rejected(place.target))
        url = place.target.url
        look, state = looks.get(url), states.get(url)
        if look is None:
            return Row(place, unasked.get(url) or verdict("not-yet"), None, state)
        return Row(place, look.verdict, look, state)

    return Report(run, tuple(sorted(map(row, places), key=_order)))


def without_network(report: Report) -> Report:
    """Return the report of a run whose network was not up: it says nothing of any link."""
    rows = tuple(
        replace(row, verdict=verdict("no-network"), observation=None) if row.observation else row
        for row in report.rows
    )
    return replace(report, rows=rows)


def counts(rows: Iterable[Row]) -> dict[Outcome, int]:
    """Count rows by outcome; every outcome is there."""
    found = dict.fromkeys(Outcome, 0)
    for row in rows:
        found[row.verdict.outcome] += 1
    return found


def _order(row: Row) -> tuple[str, int, int]:
    occurrence = row.place.occurrence
    return occurrence.document, occurrence.span.line, occurrence.span.column

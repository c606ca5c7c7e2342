"""From looks to a report: what each place's link came to."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from crawler.fragments import parted
from crawler.model import (
    Finding,
    Health,
    LinkState,
    Observation,
    Occurrence,
    Outcome,
    Place,
    Report,
    Row,
    Run,
    Severity,
    Span,
    Verdict,
)
from crawler.reasons import verdict, with_more
from crawler.unasked import judge_rejected
from crawler.urls import Rejected, Url
from crawler.views import Lookup, View

if TYPE_CHECKING:
    from crawler.archiving import Copies

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_NO_TEXT: Final = (
    Finding("text-missing", Severity.ADVICE, "The page does not show the words it should lead to."),
)


def assemble(
    run: Run,
    places: Sequence[Place],
    looks: Lookup[Observation],
    states: Lookup[LinkState],
    unasked: Mapping[Url, Verdict],
) -> Report:
    """Put every place together with what is known of its URL, when somebody looks at it.

    `places` are in order; `unasked`: the verdicts on URLs that were not asked.
    """

    def row(index: int) -> Row:
        place = places[index]
        if place.ignored is not None:
            return Row(place, verdict("ignored", place.ignored))
        if isinstance(place.target, Rejected):
            return Row(place, judge_rejected(place.target))
        url = place.target.url
        look, state = looks.get(url), states.get(url)
        if look is None:
            return Row(place, unasked.get(url) or verdict("not-yet"), None, state)
        return _seen(place, look, state)

    return Report(run, View(len(places), row))


def _seen(place: Place, look: Observation, state: LinkState | None) -> Row:
    """A look is at a URL; what its page has not is missing where somebody asks for it only."""
    from crawler.at_places import advise_place  # noqa: PLC0415 - where nothing was looked at, none

    name, text = parted(place.fragment or "")
    judged = look.verdict
    if name in look.missing_fragments and judged.outcome in _THERE:
        judged = verdict("fragment-missing", f"#{name}")
    text_gone = _NO_TEXT if text in look.missing_fragments else ()
    return Row(place, judged, look, state, (*text_gone, *advise_place(place.occurrence, look)))


def told(report: Report, findings: Mapping[Url, Finding]) -> Report:
    """Return the report with findings that no look alone can have."""

    def with_finding(index: int) -> Row:
        row = report.rows[index]
        look = row.observation
        if look is None or look.url not in findings:
            return row
        known = (*look.findings, findings[look.url])
        return replace(row, observation=replace(look, findings=known))

    return replace(report, rows=View(len(report.rows), with_finding)) if findings else report


def archived(report: Report, copies: "Mapping[Url, Copies]") -> Report:
    """Return the report with what is known of archived copies of links that are lost."""
    if not copies:
        return report
    from crawler.archiving import finding  # noqa: PLC0415 - few histories have any

    def told(index: int) -> Row:
        row = report.rows[index]
        target = row.place.target
        known = () if isinstance(target, Rejected) else copies.get(target.url, ())
        found = finding(known, row.state)
        return replace(row, advice=(*row.advice, found)) if found else row

    return replace(report, rows=View(len(report.rows), told))


def without_network(report: Report) -> Report:
    """Return the report of a run whose network was not up: it says nothing of any link."""

    def silent(index: int) -> Row:
        row = report.rows[index]
        if row.observation is None:
            return row
        return replace(row, verdict=verdict("no-network"), observation=None, advice=())

    return replace(report, rows=View(len(report.rows), silent))


BEFORE: Final = "It was there before."
"""Why trouble is known: the link is written in what the documents are compared with."""


TAKEN: Final = "it was there before this change"
"""What is said of the target of a link that is written where it always was, and broken now."""


def settled(
    report: Report,
    before: Container[Occurrence],
    broken: Mapping[tuple[str, Span], str] = MappingProxyType({}),
) -> Report:
    """Return the report in which trouble with links that were written before is known.

    `broken`: where links are written, by document, that the change itself has broken, and what the
    file that each led to is called now, if it has another name.
    """

    def told(index: int) -> Row:
        row = report.rows[index]
        written = row.place.occurrence
        now = broken.get((written.document, written.span))
        if now is not None and row.verdict.outcome is Outcome.BROKEN:
            return replace(row, verdict=_taken(row.verdict, now))
        return replace(row, known=BEFORE) if written in before else row

    return replace(report, rows=View(len(report.rows), told))


def _taken(told: Verdict, now: str) -> Verdict:
    """Say of a broken link that it was not: a name that is known is told, and not one near it."""
    return verdict(told.reason, f"{TAKEN}; it is {now} now") if now else with_more(told, TAKEN)


@dataclass(slots=True)
class Tally:
    """What rows have among them. To take one twice changes nothing.

    `seen`: a link that was looked at; `late`: one that is new, and that no time was left for;
    `confirmed`: one that is broken by all its looks together, or that is none.
    """

    outcomes: set[Outcome] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    seen: bool = False
    late: bool = False
    confirmed: bool = False

    def take(self, row: Row) -> Row:
        """Take note of a row, and return it. Trouble that is known fails nothing."""
        self.reasons.add(row.verdict.reason)
        self.seen = self.seen or row.observation is not None
        if not row.known:
            self.late = self.late or row.verdict.reason == "out-of-time"
            self.outcomes.add(row.verdict.outcome)
            self.confirmed = self.confirmed or _is_confirmed(row)
        return row


def noted(report: Report, tally: Tally) -> Report:
    """Return the same report; whoever looks at its rows fills a tally on the way."""
    rows = report.rows
    return replace(report, rows=View(len(rows), lambda index: tally.take(rows[index])))


def _is_confirmed(row: Row) -> bool:
    if isinstance(row.place.target, Rejected):  # no look will say anything else of it
        return row.verdict.outcome in (Outcome.INVALID, Outcome.BROKEN)
    return bool(row.observation and row.state and row.state.health is Health.BROKEN)

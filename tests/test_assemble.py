"""What each place's link came to, put together in order."""

from dataclasses import replace

import pytest
from fakes import NOON, look, occurrence, state_of_looks, url, verdict_of

from crawler.assemble import BEFORE, Tally, assemble, noted, told, without_network
from crawler.model import Finding, Outcome, Place, Row, Run, Severity
from crawler.records import counts
from crawler.urls import Rejected, Rejection, Target

RUN = Run("r", NOON, NOON, complete=True)
A, B, C = (url(f"https://{name}.example/") for name in "abc")


def place(line: int, target: Target | Rejected, document: str = "a.md") -> Place:
    return Place(occurrence(line=line, document=document), target)


def test_rows_are_in_the_order_of_their_places_however_they_are_looked_at() -> None:
    places = [place(line, Target(A)) for line in (1, 2, 3, 4)]
    rows = assemble(RUN, places, {}, {}, {}).rows
    assert [row.place for row in rows] == places
    assert [row.place for row in rows] == places, "twice"
    assert (len(rows), rows[1].place, rows[-1].place) == (4, places[1], places[3])
    assert [row.place for row in rows[1:3]] == places[1:3]
    assert rows == tuple(rows)
    assert rows != rows[:3]


def test_every_place_of_a_link_has_its_look_and_state() -> None:
    seen, state = look("not-found", address=str(A)), state_of_looks("not-found")
    assert state is not None
    report = assemble(
        RUN, [place(1, Target(A, "x")), place(2, Target(A))], {A: seen}, {A: state}, {}
    )
    assert [(row.verdict, row.observation, row.state) for row in report.rows] == [
        (seen.verdict, seen, state)
    ] * 2


def test_a_look_counts_more_than_a_reason_not_to_ask() -> None:
    seen = look("ok", address=str(A))
    report = assemble(RUN, [place(1, Target(A))], {A: seen}, {}, {A: verdict_of("excluded")})
    assert report.rows[0].verdict == seen.verdict


def test_a_link_without_a_look_has_the_reason_and_what_was_believed() -> None:
    state = state_of_looks("ok")
    assert state is not None
    places = [place(1, Target(A)), place(2, Target(B))]
    report = assemble(RUN, places, {}, {A: state}, {A: verdict_of("interrupted")})
    assert [(row.verdict.reason, row.observation, row.state) for row in report.rows] == [
        ("interrupted", None, state),
        ("not-yet", None, None),
    ]


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (Rejection.EMPTY, Outcome.INVALID),
        (Rejection.MAIL, Outcome.OK),
        (Rejection.RELATIVE, Outcome.SKIPPED),
    ],
)
def test_what_is_no_url_is_judged_by_what_is_written(reason: Rejection, outcome: Outcome) -> None:
    report = assemble(RUN, [place(1, Rejected("x", reason))], {}, {}, {})
    assert [(row.verdict.outcome, row.observation) for row in report.rows] == [(outcome, None)]


def test_without_network_a_report_says_nothing_of_what_was_asked() -> None:
    places = [
        place(1, Target(A)),
        place(2, Target(B)),
        place(3, Rejected("", Rejection.EMPTY)),
    ]
    seen = {A: look("dns-not-found", address=str(A))}
    report = assemble(RUN, places, seen, {}, {B: verdict_of("excluded")})
    silent = without_network(replace(report, remarks=("a remark",)))
    assert [(row.verdict.reason, row.observation) for row in silent.rows] == [
        ("no-network", None),
        ("excluded", None),
        ("empty", None),
    ]
    assert silent.run == RUN
    assert silent.remarks == ("a remark",)


def test_counts_name_every_outcome_once() -> None:
    seen = {A: look("ok"), B: look("ok"), C: look("gone")}
    report = assemble(RUN, [place(n, Target(u)) for n, u in enumerate(seen)], seen, {}, {})
    found = counts(report.rows)
    assert set(found) == set(Outcome)
    assert {outcome: n for outcome, n in found.items() if n} == {Outcome.OK: 2, Outcome.BROKEN: 1}


@pytest.mark.parametrize(
    ("code", "states", "seen", "confirmed"),
    [
        ("ok", ("ok",), True, False),
        ("not-found", ("not-found",), True, True),
        ("timeout", ("timeout",), True, False),
        ("excluded", ("not-found",), False, False),
        ("empty", (), False, True),
    ],
)
def test_a_tally_says_what_rows_have_among_them_however_often_they_are_looked_at(
    code: str, states: tuple[str, ...], seen: bool, confirmed: bool
) -> None:
    state = state_of_looks(*states)
    target = Target(A) if states else Rejected("", Rejection.EMPTY)
    report = assemble(
        RUN,
        [place(1, target)],
        {A: look(code, address=str(A))} if seen else {},
        {A: state} if state else {},
        {A: verdict_of("excluded")},
    )
    found = Tally()
    rows = noted(report, found).rows
    assert found == Tally(), "nobody has looked yet"
    assert list(rows) == list(rows) == list(report.rows)
    outcome = report.rows[0].verdict.outcome
    assert found == Tally({outcome}, {code}, seen=seen, confirmed=confirmed)


def test_what_all_looks_tell_together_goes_to_the_links_that_it_is_about() -> None:
    seen = {each: look("ok", address=str(each)) for each in (A, B)}
    places = [place(line, Target(each)) for line, each in enumerate((A, B, C), 1)]
    report = assemble(RUN, places, seen, {}, {})
    found = Finding("converged", Severity.ADVICE, "Led together.")
    findings = [row.findings for row in told(report, {B: found, C: found}).rows]
    assert findings == [(), (found,), ()]
    assert told(report, {}) is report


def test_of_what_is_known_no_outcome_counts_but_that_it_was_not_asked_does() -> None:
    found = Tally()
    late = Row(place(1, Target(A)), verdict_of("interrupted"), known=BEFORE)
    lost = Row(place(2, Rejected("x", Rejection.MALFORMED)), verdict_of("malformed"), known=BEFORE)
    for each in (late, lost):
        assert found.take(each) is each
    assert (found.outcomes, found.confirmed) == (set(), False)
    assert found.reasons == {"interrupted", "malformed"}

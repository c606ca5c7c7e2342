"""How loud a place is: every outcome beside every health, and as a check fails or not."""

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from fakes import NOON, look, occurrence, url, verdict_of

import crawler
from crawler import labels
from crawler.assemble import Tally
from crawler.levels import QUIET, Level, advised, level
from crawler.model import (
    Finding,
    Health,
    LinkState,
    Outcome,
    Place,
    Report,
    Row,
    Run,
    Severity,
)
from crawler.outline import TOPICS, Aspect, outline
from crawler.reasons import REASONS
from crawler.session import fails
from crawler.settings import Settings
from crawler.urls import Rejected, Rejection, Target

A = url("https://a.example/")
REASON_OF = {each.outcome: each.code for each in reversed(REASONS)}
EVERY = [*product(Outcome, [None, *Health])]


def row(outcome: Outcome, health: Health | None = None, *findings: Finding) -> Row:
    seen = replace(look(REASON_OF[outcome]), findings=findings)
    state = LinkState(A, health, NOON, NOON) if health else None
    return Row(Place(occurrence(), Target(A)), seen.verdict, seen, state)


def finding(name: str) -> Finding:
    return Finding(name, Severity.WARNING, "It may be gone.")


@pytest.mark.parametrize(("outcome", "health"), EVERY)
def test_every_outcome_beside_every_health(outcome: Outcome, health: Health | None) -> None:
    expected = {
        Outcome.OK: "none", Outcome.REDIRECTED: "none", Outcome.SKIPPED: "none",
        Outcome.BROKEN: "error", Outcome.INVALID: "error", Outcome.BLOCKED: "note",
        Outcome.FAILING: "warning", Outcome.UNSAFE: "warning",
    }[outcome]  # fmt: skip
    if health is Health.BROKEN and outcome in (Outcome.FAILING, Outcome.BLOCKED):
        expected = "error"
    if health is Health.DRIFTED and expected != "error":
        expected = "warning"
    if health is Health.FLAKY and expected == "none":
        expected = "note"
    assert level(row(outcome, health), remembers=False) == expected
    unconfirmed = outcome is Outcome.BROKEN and health not in (None, Health.BROKEN)
    confirming = "warning" if unconfirmed else expected
    assert level(row(outcome, health), remembers=True) == confirming


@pytest.mark.parametrize(("outcome", "health"), EVERY)
def test_what_fails_a_check_by_default_is_an_error_and_others_only_by_their_past(
    outcome: Outcome, health: Health | None
) -> None:
    found = Tally()
    seen = found.take(row(outcome, health))
    is_error = level(seen, remembers=False) is Level.ERROR
    if fails(Settings())(found):
        assert is_error
    elif is_error:
        assert health is Health.BROKEN


@pytest.mark.parametrize(("outcome", "health"), EVERY)
def test_what_a_report_of_trouble_has_an_entry_for_is_no_less_than_a_note(
    outcome: Outcome, health: Health | None
) -> None:
    one = row(outcome, health)
    told = outline(Report(Run("1", NOON), (one,)), Aspect.TROUBLE).sections
    if told:
        assert level(one, remembers=False) is not Level.NONE
    if level(one, remembers=False) in (Level.ERROR, Level.WARNING):
        assert told


def test_a_place_that_is_wrong_by_itself_needs_no_second_look() -> None:
    written = Place(occurrence("x.md"), Rejected("x.md", Rejection.FILE_MISSING))
    assert level(Row(written, verdict_of("file-missing")), remembers=True) is Level.ERROR
    lacking = replace(row(Outcome.OK, Health.HEALTHY), verdict=verdict_of("fragment-missing"))
    assert level(lacking, remembers=True) is Level.ERROR


@pytest.mark.parametrize("outcome", Outcome)
def test_advice_is_never_louder_than_a_note(outcome: Outcome) -> None:
    plain, with_advice = row(outcome), row(outcome, None, finding("sent-home"))
    before, after = (level(each, remembers=False) for each in (plain, with_advice))
    assert after is (Level.NOTE if before is Level.NONE else before)


def test_findings_that_ask_nothing_are_not_heard() -> None:
    silent = row(Outcome.OK, None, *map(finding, sorted(QUIET)))
    assert level(silent, remembers=False) is Level.NONE
    assert advised(silent) == ()


def test_the_first_finding_of_a_name_speaks_for_all() -> None:
    first, second = finding("tracking"), replace(finding("tracking"), message="Again.")
    told = advised(row(Outcome.OK, None, finding("moved"), first, second))
    assert told == (finding("moved"), first)


def test_the_loudest_level_comes_first() -> None:
    assert [*Level] == ["error", "warning", "note", "none"]


def test_a_finding_has_a_section_or_is_quiet() -> None:
    source = "".join(
        path.read_text("utf-8") for path in Path(crawler.__file__).parent.rglob("*.py")
    )
    names = {*re.findall(r'Finding\(\s*"([a-z-]+)"', source), labels.NAME}
    assert len(names) > 12
    assert names == {each for each in names if (each in TOPICS) is not (each in QUIET)}

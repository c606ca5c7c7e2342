"""What is news of a run: told once, told in order, and nothing besides."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

import pytest
from fakes import NOON, look, occurrence, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.drafts import MAX_PLACES
from crawler.health import advance
from crawler.model import (
    Change,
    Finding,
    Health,
    Ignore,
    IgnoreState,
    LinkState,
    Observation,
    Outcome,
    PageFacts,
    Place,
    Severity,
    Sketch,
    Transition,
)
from crawler.settings import HealthSettings
from crawler.trail import returns_as_another
from crawler.transitions import Past, in_order, needs_past, of_ignores, of_look
from crawler.urls import Rejected, Rejection, Target

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")


SETTINGS = HealthSettings()
NONE = Past()
A = url("https://a.example/")
TOLD = frozenset(
    {Health.BROKEN, Health.DRIFTED}
)  # what is said of a link when it begins, and when it ends
CODES = (
    "ok",
    "permanent",
    "another",
    "not-found",
    "soft-404",
    "timeout",
    "bot-wall",
    "private-address",
)
HISTORIES = st.lists(st.tuples(st.sampled_from(CODES), st.integers(1, 60)), min_size=1, max_size=30)


def moved(at_hours: float = 0, to: str = "https://b.example/") -> Observation:
    seen = look("permanent", NOON + timedelta(hours=at_hours))
    message = "Moved for good: to another site."
    finding = Finding("moved", Severity.ADVICE, message, to)
    return replace(seen, final_url=url(to), findings=(finding,))


def looks(history: Iterable[tuple[str, int]]) -> list[Observation]:
    found, hours = [], 0
    for code, pause in history:
        hours += pause
        found.append(moved(hours) if code == "permanent" else seen_as(code, _at(hours)))
    return found


def seen_as(code: str, at: datetime) -> Observation:
    """Return a look; of a page that is well too, or of one that is another's now."""
    if code == "ok":
        return replace(look(code, at), final_url=A, facts=PageFacts(title="Home", language="en"))
    if code == "another":
        facts = PageFacts(title="Casino", language="de")
        return replace(look("temporary", at), final_url=url("https://sold.test/"), facts=facts)
    return look(code, at)


def _at(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


Step: TypeAlias = tuple[LinkState | None, LinkState, tuple[Transition, ...]]


def told(seen: Iterable[Observation]) -> list[Step]:
    """Return what was believed before and after each look, and what is told of it."""
    steps: list[Step] = []
    state: LinkState | None = None
    last, signs = None, ""
    for each in seen:
        after = advance(state, each, SETTINGS)
        steps.append((state, after, of_look(state, after, each, Past(last, signs))))
        state = after
        good = each.verdict.outcome in (Outcome.OK, Outcome.REDIRECTED)
        last = each if good else last
        if good or each.verdict.outcome in (Outcome.BROKEN, Outcome.FAILING):
            signs += "+" if good else "-"
    return steps


def kinds(*codes: str, hours: int = 30) -> list[list[str]]:
    seen = looks((code, hours) for code in codes)
    return [[str(change.kind) for change in changes] for _, _, changes in told(seen)]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["ok", "ok"], [[], []]),
        (["not-found", "not-found"], [["broken"], []]),
        (["ok", "not-found", "ok"], [[], ["broken"], ["recovered"]]),
        (["timeout"], [[]]),
        (["ok", "timeout", "ok"], [[], [], []]),
        (["ok", "timeout", "timeout", "timeout", "timeout"], [[], [], [], [], ["broken"]]),
        (["ok", "soft-404", "soft-404"], [[], [], ["broken"]]),
        (["not-found", "bot-wall", "ok"], [["broken"], [], ["recovered"]]),
        (["ok", "permanent", "permanent"], [[], ["moved"], []]),
        (["permanent", "permanent"], [[], []]),
        (["ok", "permanent", "timeout", "permanent"], [[], ["moved"], [], []]),
        (["not-found", "permanent"], [["broken"], ["recovered", "moved"]]),
        (["permanent", "not-found", "permanent"], [[], ["broken"], ["recovered"]]),
        (["permanent", "ok", "permanent"], [[], [], ["moved"]]),
        (["ok", "another", "another", "another"], [[], [], ["drifted"], []]),
        (["ok", "another", "another", "ok"], [[], [], ["drifted"], ["recovered"]]),
        (["ok", "another", "another", "not-found"], [[], [], ["drifted"], ["broken"]]),
        (["ok", *["timeout", "ok"] * 3, "ok", "ok"], [[], [], [], [], ["flaky"], [], [], [], []]),
        (
            ["ok", "not-found", "ok", "not-found", "ok"],
            [
                [],
                ["broken"],
                ["recovered"],
                ["broken"],
                ["recovered"],
            ],
        ),
        (
            ["ok", "gone", "bot-wall", "another", "another"],
            [
                [],
                ["broken"],
                [],
                [],  # something is there again, and nobody knows yet whose it is
                ["drifted"],
            ],
        ),
        (["ok", "gone", "another", "ok", "ok"], [[], ["broken"], [], ["recovered"], []]),
        (["ok", "gone", "another", "timeout", "ok"], [[], ["broken"], [], [], ["recovered"]]),
        (["ok", "gone", "another", "bot-wall", "another"], [[], ["broken"], [], [], ["drifted"]]),
        (["gone", "another", "another"], [["broken"], ["recovered"], []]),  # nothing else was known
    ],
)
def test_what_is_told_of_looks_one_after_the_other(
    codes: list[str], expected: list[list[str]]
) -> None:
    assert kinds(*codes) == expected


def test_what_broke_is_told_with_its_reason_and_its_history() -> None:
    before = state_of_looks("ok", "timeout", "timeout", "timeout")
    seen = look("timeout", NOON + timedelta(days=4))
    (change,) = of_look(before, advance(before, seen, SETTINGS), seen, NONE)
    assert change == Transition(
        Change.BROKEN,
        A,
        seen.verdict.detail,
        "suspect",
        "broken",
        "timeout",
        NOON + timedelta(days=1),
        "Broken on 4 looks since 2026-11-23; last good 2026-11-22.",
        at=seen.at,
    )


def test_the_first_look_has_no_before() -> None:
    seen = look("not-found")
    (change,) = of_look(None, advance(None, seen, SETTINGS), seen, NONE)
    assert (change.before, change.after, change.since) == (None, "broken", NOON)
    assert (change.sentence, change.history) == (seen.verdict.detail, "")


def test_what_is_well_again_is_told_with_how_long_it_was_not() -> None:
    before = state_of_looks("ok", "not-found", "not-found")
    seen = look("ok", NOON + timedelta(days=3))
    (change,) = of_look(before, advance(before, seen, SETTINGS), seen, NONE)
    assert change.sentence == "It is there again."
    assert change.history == "It had been broken since 2026-11-23, on 2 looks."
    assert (change.before, change.after) == ("broken", "healthy")
    once = state_of_looks("not-found")
    (change,) = of_look(once, advance(once, seen, SETTINGS), seen, NONE)
    assert change.history == "It had been broken since 2026-11-22."


def change_of(*codes: str) -> Transition:
    steps = told(looks((code, 30) for code in codes))
    return steps[-1][2][0]


def test_a_page_that_is_another_now_is_told_with_what_it_was() -> None:
    change = change_of("ok", "another", "another")
    assert change.sentence == (
        "It answers, with “Casino” (de, sold.test) in the place of “Home” (en, a.example)."
    )
    assert (change.before, change.after) == ("healthy", "drifted")
    assert change.since == NOON + timedelta(hours=60)
    change = change_of("ok", "another", "another", "ok")
    assert change.sentence == "It is the page that it was."
    assert change.history == "It had drifted since 2026-11-25."


def test_a_link_that_turns_about_is_told_with_how_it_did() -> None:
    change = change_of("ok", "timeout", "ok", "timeout", "ok")
    assert change.history == "Good and bad took turns: +-+-+, the latest last."
    assert (change.before, change.after) == ("suspect", "flaky")


def test_a_link_that_turned_about_before_is_no_news_when_it_does_so_again() -> None:
    restless = ("ok", "timeout", "ok", "timeout", "ok")
    calm = ("ok",) * 8
    assert sum(("flaky" in each for each in kinds(*restless, *calm, *restless, *calm)), 0) == 1
    history = looks((code, 30) for code in (*restless, *calm, *restless))
    before, after, changes = told(history)[-1]
    assert (before and before.health, after.health, changes) == ("suspect", "flaky", ())
    (change,) = of_look(before, after, history[-1], Past(signs="+" * 92 + "+-+-----"))
    assert change.kind is Change.FLAKY, "three turns are no four"


def test_what_was_broken_and_turns_about_is_there_again_though_not_at_every_look() -> None:
    change = change_of("ok", "not-found", "ok", "not-found", "ok")
    assert (change.kind, change.before, change.after) == (Change.RECOVERED, "broken", "flaky")
    assert change.sentence == "It is there again, though not at every look."


def test_what_was_another_page_and_turns_about_is_told_for_that() -> None:
    before = change_state("ok", "another", "another")
    bad = look("timeout", NOON + timedelta(days=9))
    flaky = replace(before, health=Health.FLAKY, trail="+-+-+-")
    (change,) = of_look(before, flaky, bad, Past(signs="+-+-+-"))
    assert (change.kind, change.before) == (Change.FLAKY, "drifted")
    assert of_look(before, replace(before, health=Health.SUSPECT), bad, NONE) == ()


def change_state(*codes: str) -> LinkState:
    return told(looks((code, 30) for code in codes))[-1][1]


def test_more_than_the_state_is_asked_for_only_where_it_matters() -> None:
    well, flaky = change_state("ok"), change_state("ok", "timeout", "ok", "timeout", "ok")
    assert flaky.health is Health.FLAKY
    assert not needs_past(well, well, look("ok"))
    assert not needs_past(None, well, moved())
    assert not needs_past(None, flaky, look("ok"))
    assert not needs_past(flaky, flaky, look("ok"))
    assert needs_past(well, flaky, look("ok"))
    assert needs_past(well, well, moved())


def test_what_a_page_does_not_say_is_not_told() -> None:
    before = state_of_looks("ok")
    assert before is not None
    drifted = replace(before, health=Health.DRIFTED, known=None)
    (change,) = of_look(before, drifted, look("ok"), NONE)
    assert change.sentence == (
        "It answers, with a page without a title (a.example) in the place of what it was."
    )
    odd = replace(before, known=Sketch(NOON, "no URL", title="x" * 500))
    (change,) = of_look(odd, replace(drifted, known=odd.known), look("ok"), NONE)
    assert change.sentence.endswith(f"“{'x' * 79}…” (no URL).")


def test_a_move_is_told_with_where_the_link_led_and_where_it_leads() -> None:
    before, last = state_of_looks("temporary"), look("temporary")
    last = replace(last, final_url=url("https://a.example/home"))
    (change,) = of_look(before, advance(before, moved(24), SETTINGS), moved(24), Past(last))
    assert (change.kind, change.before) == (Change.MOVED, "https://a.example/home")
    assert (change.after, change.replacement) == ("https://b.example/", "https://b.example/")
    assert change.sentence == "Moved for good: to another site."
    assert change.since == NOON + timedelta(days=1)
    (change,) = of_look(before, advance(before, moved(24), SETTINGS), moved(24), NONE)
    assert change.before == str(A)


# Laws


def believed_of(state: LinkState) -> Health:
    return Health.BROKEN if returns_as_another(state) else state.health


def standing(health: str | None) -> str:
    """Return what somebody believes of a link who has read that this is its health."""
    return health if health in TOLD and health else "well"


@given(HISTORIES)
def test_what_is_told_brings_what_was_believed_before_to_what_is_after(
    history: list[tuple[str, int]],
) -> None:
    """Whoever has read all mails, and nothing else, knows what is broken and what has drifted."""
    believed = "well"
    for before, after, changes in told(looks(history)):
        for change in changes:
            if change.kind is not Change.MOVED:
                assert change.before != change.after
                assert change.before == (believed_of(before) if before else None)
                assert standing(change.before) == believed, "nothing is told twice"
                believed = standing(change.after)
        assert believed == standing(believed_of(after))


@given(HISTORIES)
def test_who_has_read_all_mails_knows_which_links_lead_elsewhere_for_good(
    history: list[tuple[str, int]],
) -> None:
    seen = looks(history)
    away = bool(seen[0].findings)  # of the first look it is no news
    for each, (before, _, changes) in zip(seen, told(seen), strict=True):
        moves = [change for change in changes if change.kind is Change.MOVED]
        assert len(moves) == (bool(each.findings) and not away and before is not None)
        if each.verdict.outcome in (Outcome.OK, Outcome.REDIRECTED):
            away = bool(each.findings)


@given(HISTORIES, st.sampled_from(["bot-wall", "private-address", "scheme"]))
def test_looks_that_prove_nothing_are_no_news(history: list[tuple[str, int]], code: str) -> None:
    state = told(looks(history))[-1][1]
    neutral = look(code, NOON + timedelta(days=400))
    assert of_look(state, advance(state, neutral, SETTINGS), neutral, NONE) == ()
    assert of_look(None, advance(None, neutral, SETTINGS), neutral, NONE) == ()


# The order


def place(address: str, line: int, *, ignored: str | None = None) -> Place:
    return Place(occurrence(address, line), Target(url(address)), ignored)


def change(kind: Change, address: str | None) -> Transition:
    return Transition(kind, url(address) if address else None, "It is there again.")


B, C, D = "https://b.example/", "https://c.example/", "https://d.example/"
PLACES = [
    place(C, 1), Place(occurrence("x", 2), Rejected("x", Rejection.MALFORMED)), place(B, 3),
    place(C, 4), place(D, 5, ignored="for now"), place(str(A), 6),
]  # fmt: skip
FOUND = [
    change(Change.RECOVERED, C), change(Change.MOVED, str(A)), change(Change.BROKEN, D),
    change(Change.BROKEN, B), change(Change.MOVED, C), change(Change.IGNORE_EXPIRED, None),
]  # fmt: skip


@given(st.permutations(FOUND))
def test_the_worst_comes_first_and_then_the_order_of_the_documents(
    found: list[Transition],
) -> None:
    ordered = in_order(found, PLACES)
    assert [(each.kind, each.url and str(each.url)) for each in ordered] == [
        ("broken", B), ("broken", D), ("moved", C), ("moved", str(A)), ("ignore-expired", None),
        ("recovered", C),
    ]  # fmt: skip


def test_changes_are_given_their_places_up_to_a_number() -> None:
    places = [place(B, line) for line in range(1, MAX_PLACES + 6)]
    (one,) = in_order([change(Change.BROKEN, B)], places)
    assert [each.span.line for each in one.places] == list(range(1, MAX_PLACES + 1))
    assert one.written == MAX_PLACES + 5
    (nowhere,) = in_order([change(Change.BROKEN, D)], PLACES)
    assert (nowhere.places, nowhere.written) == ((), 0)  # left out, at that place


def test_where_nothing_has_changed_no_place_is_looked_at() -> None:
    assert in_order((), iter([])) == ()
    never = (1 / 0 for _ in "x")
    assert in_order((), never) == ()  # type: ignore[arg-type] # nobody is to go through it


# Ignores


def ignore(
    state: IgnoreState, *, document: str = "a.md", line: int = 1, day: int = 1, reason: str = ""
) -> Ignore:
    return Ignore(document, line, None, state, date(2026, 11, day), reason)


ACTIVE, UNUSED, EXPIRED = IgnoreState.ACTIVE, IgnoreState.UNUSED, IgnoreState.EXPIRED


def test_an_ignore_that_has_expired_since_is_told() -> None:
    now = ignore(EXPIRED, line=7, reason="moves in spring")
    (change,) = of_ignores([now], [[ignore(ACTIVE, reason="moves in spring")]])
    assert (change.kind, change.url, change.ignore) == (Change.IGNORE_EXPIRED, None, now)
    assert (change.before, change.after) == ("active", "expired")
    assert change.sentence == "It ended with 2026-11-01: its links are asked again."
    assert change.history == "It says: moves in spring"
    (change,) = of_ignores([ignore(EXPIRED)], [[ignore(UNUSED)]])
    assert change.before == "unused"


def test_it_is_told_once_however_many_runs_of_other_documents_lie_between() -> None:
    now = [ignore(EXPIRED)]
    other = [ignore(ACTIVE, document="b.md")]
    assert len(of_ignores(now, [other, other, [ignore(ACTIVE)]])) == 1
    assert of_ignores(now, [other, [ignore(EXPIRED)], [ignore(ACTIVE)]]) == ()


@pytest.mark.parametrize(
    "earlier", [ignore(ACTIVE, day=2), ignore(ACTIVE, reason="other"), ignore(ACTIVE, document="b")]
)
def test_one_that_is_met_for_the_first_time_is_no_news(earlier: Ignore) -> None:
    assert of_ignores([ignore(EXPIRED)], [[earlier]]) == ()
    assert of_ignores([ignore(EXPIRED)], []) == ()


def test_earlier_runs_are_gone_through_only_as_far_as_needed() -> None:
    def runs(*known: list[Ignore]) -> Iterable[list[Ignore]]:
        yield from known
        raise AssertionError("one too many")

    assert of_ignores([ignore(ACTIVE)], runs()) == ()
    assert len(of_ignores([ignore(EXPIRED)], runs([], [ignore(ACTIVE)]))) == 1

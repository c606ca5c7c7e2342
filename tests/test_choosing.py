"""Choosing places of a report: by document, host, health and outcome."""

from dataclasses import replace

import pytest
from fakes import NOON, look, occurrence, url, verdict_of

from crawler.choosing import Choice, choose
from crawler.model import Change, Health, LinkState, Outcome, Place, Report, Row, Run, Transition
from crawler.outline import outline
from crawler.urls import Rejected, Rejection, Target

RUN = Run("run", NOON, NOON, complete=True)


def row(document: str, address: str, reason: str = "ok", health: Health = Health.HEALTHY) -> Row:
    place = replace(occurrence(address), document=document)
    seen = look(reason, address=address)
    state = LinkState(url(address), health, NOON, NOON)
    return Row(Place(place, Target(url(address))), seen.verdict, seen, state)


ROWS = (
    row("README.md", "https://a.example/1"),
    row("README.md", "https://sub.a.example/2", "not-found", Health.BROKEN),
    row("docs/guide/one.md", "https://b.example/3", "timeout", Health.BROKEN),
    row("docs/two.rst", "https://nota.example/4", "timeout", Health.SUSPECT),
    Row(Place(occurrence("http://["), Rejected("http://[", Rejection.MALFORMED)),
        verdict_of("malformed")),
)  # fmt: skip
NEWS = (
    Transition(Change.BROKEN, url("https://b.example/3"), "It is gone.", after="broken"),
    Transition(Change.RECOVERED, url("https://a.example/1"), "It is back.", after="healthy"),
    Transition(Change.IGNORE_EXPIRED, None, "It ended."),
)
WHOLE = Report(RUN, ROWS, changes=NEWS)


def chosen(choice: Choice) -> list[int]:
    """Return the numbers of the rows that are left, from 1."""
    return [ROWS.index(each) + 1 for each in choose(WHOLE, choice).rows]


@pytest.mark.parametrize(
    ("choice", "numbers"),
    [
        (Choice(), [1, 2, 3, 4, 5]),
        (Choice(documents=("README.md",)), [1, 2]),
        (Choice(documents=("docs",)), [3, 4]),
        (Choice(documents=("docs/",)), [3, 4]),
        (Choice(documents=("docs/guide",)), [3]),
        (Choice(documents=("./README.md", "./docs/guide/")), [1, 2, 3]),
        (Choice(documents=("**",)), [1, 2, 3, 4, 5]),
        (Choice(documents=("*.rst", "README.md")), [1, 2, 4]),
        (Choice(documents=("docs/**/*.md",)), [3]),
        (Choice(documents=("doc",)), []),
        (Choice(hosts=("a.example",)), [1, 2]),
        (Choice(hosts=("sub.a.example", "b.example")), [2, 3]),
        (Choice(healths=(Health.BROKEN,)), [2, 3]),
        (Choice(healths=(Health.UNKNOWN,)), [5]),
        (Choice(outcomes=(Outcome.FAILING,)), [3, 4]),
        (Choice(outcomes=(Outcome.BROKEN,)), [2, 3]),
        (Choice(hosts=("a.example",), outcomes=(Outcome.OK, Outcome.BROKEN)), [1, 2]),
        (Choice(documents=("docs",), healths=(Health.SUSPECT,)), [4]),
    ],
)
def test_words_of_a_kind_add_up_and_kinds_narrow_down(choice: Choice, numbers: list[int]) -> None:
    assert chosen(choice) == numbers


def test_a_document_that_is_called_like_a_pattern_is_found_by_its_name() -> None:
    names = ("a[1].md", "a1.md", "my [old] docs/b*.md", "my o docs/b1.md")
    odd = replace(WHOLE, rows=tuple(row(name, "https://a.example/") for name in names))
    for wanted, taken in (
        ("a[1].md", 2),  # a pattern, too
        ("my [old] docs", 2),
        ("./my [old] docs/", 2),
        ("my [old] docs/b*.md", 2),
        ("a", 0),
    ):
        assert len(choose(odd, Choice(documents=(wanted,))).rows) == taken, wanted


def test_a_host_is_the_same_with_a_full_stop_at_its_end() -> None:
    dotted = replace(WHOLE, rows=(row("a.md", "https://sub.a.example./"), *ROWS))
    assert len(choose(dotted, Choice(hosts=("a.example",))).rows) == 3


def test_a_report_says_what_it_was_chosen_by() -> None:
    report = choose(WHOLE, Choice(hosts=("a.example", "b.example"), healths=(Health.BROKEN,)))
    words = "Only host a.example or b.example, health broken: 2 of 5 places."
    assert report.chosen == (words,)
    assert words in outline(report).notes
    assert choose(WHOLE, Choice()) is WHOLE


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Choice(hosts=("b.exmaple",)), ["No link leads to b.exmaple; there is b.example."]),
        (Choice(hosts=("xyz",)), ["No link leads to xyz."]),
        (Choice(hosts=("wholly.example",)), ["No link leads to wholly.example."]),
        (Choice(hosts=("example", "xyz")), []),
        (
            Choice(("doc/guide/one.md",), hosts=("xyz",)),
            [
                "No link is in doc/guide/one.md; there is docs/guide/one.md.",
                "No link leads to xyz.",
            ],
        ),
        (Choice(documents=("none",)), ["No link is in none."]),
        (Choice(documents=("docs",), hosts=("a.example",)), ["No link is like that."]),
        (Choice(healths=(Health.FLAKY,)), ["No link is like that."]),
    ],
)
def test_what_nothing_matches_is_said_with_a_name_that_is_near(
    choice: Choice, told: list[str]
) -> None:
    _, *more = choose(WHOLE, choice).chosen
    assert more == told


def test_changes_are_chosen_by_their_links() -> None:
    assert choose(WHOLE, Choice(documents=("docs",))).changes == NEWS[:1]
    assert choose(WHOLE, Choice(hosts=("a.example",))).changes == NEWS[1:2]
    assert choose(replace(WHOLE, changes=None), Choice(hosts=("a.example",))).changes is None

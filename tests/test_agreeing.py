"""Whoever is asked has the last word, and no word goes further than it says."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from fakes import occurrence
from hypothesis import given
from hypothesis import strategies as st

from crawler.agreeing import Answer, agreed, answer_of, help_lines, lines_of
from crawler.corrections import Correction, Repair
from crawler.ink import PLAIN, inked
from crawler.model import Span
from crawler.rewrites import Change

OLD, NEW = "http://old.example/", "https://new.example/"


def change(number: int = 1, document: str = "a.md", *, automatic: bool = True) -> Change:
    before = occurrence(OLD, number, document)
    correction = Correction(before, Repair.MOVED, NEW, "Why.", ("Seen.",), automatic=automatic)
    return Change(correction, before, replace(before, raw=NEW))


CHANGES = [change(number, name) for name in ("a.md", "b.md") for number in (1, 2, 3)]


def asked(answers: Sequence[Answer]) -> tuple[str, int]:
    """Return which of six changes, three in each of two documents, are made, and the questions."""
    left = list(answers)
    made = list(agreed(CHANGES, lambda _: left.pop(0)))
    numbers = "".join(str(CHANGES.index(each) + 1) for each in made)
    return numbers, len(answers) - len(left)


@pytest.mark.parametrize(
    ("keys", "made", "questions"),
    [
        ("yyyyyy", "123456", 6), ("nnnnnn", "", 6), ("aa", "123456", 2), ("da", "456", 2),
        ("yda", "1456", 3), ("yq", "1", 2), ("q", "", 1), ("aq", "123", 2), ("nand", "23", 4),
    ],
)  # fmt: skip
def test_an_answer_goes_for_one_or_for_the_rest_of_its_document(
    keys: str, made: str, questions: int
) -> None:
    assert asked([Answer(key) for key in keys]) == (made, questions)


@given(st.lists(st.sampled_from("ynad"), min_size=6, max_size=6))
def test_what_nobody_agreed_to_is_not_made(keys: list[str]) -> None:
    made, questions = asked([Answer(key) for key in keys])
    assert 2 <= questions <= 6
    assert len(made) <= 3 * keys.count("a") + keys.count("y")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("y\n", "y"),
        (" Yes\n", "y"),
        ("A\n", "a"),
        ("\n", "?"),
        ("x\n", "?"),
        ("?\n", "?"),
        ("", "q"),
    ],
)
def test_what_is_no_answer_asks_for_help_and_silence_ends_it(said: str, answer: str) -> None:
    assert answer_of(said) is Answer(answer)


def shown(each: Change, text: str) -> str:
    return "".join(inked(lines_of(each, text, (1, 2), PLAIN), PLAIN))


def test_a_change_is_shown_with_its_place_its_line_and_the_evidence() -> None:
    assert shown(change(), f"{OLD} and more\n") == (
        f"\n(1/2) a.md:1:1  Section\n    {OLD} and more\n  - {OLD}\n  + {NEW}\n"
        "    Why.\n    Seen.\n"
    )
    assert "This one is for you to weigh." in shown(change(automatic=False), OLD)


def test_a_long_line_is_cut_and_controls_are_seen() -> None:
    long = change()
    before = replace(long.before, span=Span(1, 101, 1, 101 + len(OLD)), section="")
    told = shown(replace(long, before=before), f"{'x' * 99}\x1b{OLD}{'y' * 100}\r\n")
    assert f"…{'x' * 59}<U+001B>{OLD}{'y' * 60}…\n" in told
    assert "\r" not in told


def test_a_document_that_is_shorter_now_is_no_trouble() -> None:
    assert f"    {OLD}\n" in shown(change(9), "one line\n")


def test_every_answer_is_explained() -> None:
    told = "".join(text for line in help_lines() for text, _ in line)
    assert all(f"{answer} - " in told for answer in Answer)

"""What is new in a document: by lines, and under which name it stood before."""

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.difference import new_lines, renamed, touches
from crawler.model import Span

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  x"]), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def text(lines: list[str], end: str = "\n") -> str:
    return "".join(line + end for line in lines)


@pytest.mark.parametrize(
    ("before", "after", "numbers"),
    [
        ("", "", []),
        ("", "a", [1]),
        ("a\nb\n", "a\nb\n", []),
        ("a\nb\n", "a\nx\nb\n", [2]),
        ("a\nb\n", "a\nB\n", [2]),
        ("a\nb\nc\n", "c\na\nb\n", []),  # moved
        ("a\na\n", "a\na\na\n", [3]),
        ("x\na\ny\n", "x\na\na\ny\n", [3]),
        ("a\nb\n", "a\r\nb  \r\n", []),  # line ends, and what nobody sees
        ("a", "a\n", []),
        ("a\nb\nc", "", []),
        ("a\rb\r", "a\rx\rb\r", [2]),
    ],
)
def test_a_line_is_new_if_there_were_not_as_many(
    before: str, after: str, numbers: list[int]
) -> None:
    assert sorted(new_lines(before, after)) == numbers


@given(LINES, LINES, ENDS, ENDS)
def test_what_is_new_is_what_is_there_too_often(
    before: list[str], after: list[str], end: str, other: str
) -> None:
    found = new_lines(text(before, end), text(after, other))
    kept = [line for number, line in enumerate(after, 1) if number not in found]
    assert all(kept.count(line) <= before.count(line) for line in kept)
    for line in set(after):
        new = sum(after[number - 1] == line for number in found)
        assert new == max(0, after.count(line) - before.count(line))


@given(LINES, st.integers(0, 12), st.lists(st.sampled_from(["n", "m"]), min_size=1, max_size=3))
def test_what_is_put_in_is_what_is_new(lines: list[str], at: int, put: list[str]) -> None:
    at = min(at, len(lines))
    after = [*lines[:at], *put, *lines[at:]]
    assert new_lines(text(lines), text(after)) == set(range(at + 1, at + 1 + len(put)))


@given(LINES, LINES)
def test_no_more_is_new_than_by_a_real_diff(before: list[str], after: list[str]) -> None:
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    same = sum(block.size for block in blocks)
    assert len(new_lines(text(before), text(after))) <= len(after) - same


@pytest.mark.parametrize(
    ("span", "lines", "expected"),
    [
        (Span(3, 5, 3, 9), {3}, True),
        (Span(3, 5, 3, 9), {2, 4}, False),
        (Span(3, 5, 5, 2), {4}, True),
        (Span(3, 5, 5, 2), {5}, True),
        (Span(3, 5, 5, 1), {5}, False),
    ],
)
def test_a_link_is_touched_with_any_of_its_lines(
    span: Span, lines: set[int], *, expected: bool
) -> None:
    assert touches(span, frozenset(lines)) is expected


def test_a_document_that_has_come_may_be_one_that_is_gone() -> None:
    long = "".join(f"line {number} of it\n" for number in range(10))
    gone = {"old.md": long, "other.md": "something else\n", "empty.md": ""}
    come = {"new.md": f"{long}and more\n", "fresh.md": "nothing of that\n", "nothing.md": ""}
    assert renamed(gone, come) == {"new.md": "old.md"}


def test_the_most_alike_find_each_other_first() -> None:
    text = "one line\nand two\nand three\n"
    come = {"a.md": f"{text}and four\n", "b.md": text}
    assert renamed({"was.md": text}, come) == {"b.md": "was.md"}
    both = renamed({"was.md": text, "were.md": f"{text}and four\n"}, come)
    assert both == {"a.md": "were.md", "b.md": "was.md"}

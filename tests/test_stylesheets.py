"""Addresses in style sheets: characters that are escaped, and what is made to take long."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.stylesheets import addresses

PARTS = (
    "url(", ")", "'", '"', "\\", "\n", " ", "@import ", "@namespace ", "/*", "*/", ";", "{", "}",
    "#", "a",
    "\\41 ", "\\", "/b.png", "\0",
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r"\41 b", "Ab"), (r"\000041b", "Ab"), ("\\41\r\nb", "Ab"), (r"\0 a", "\ufffda"),
        (r"\d800 ", "\ufffd"),
        (r"\ffffff", "\ufffd"), (r"\é", "é"), ("a\\\nb", "ab"), ("a\\\r\nb", "ab"), (r"\1F600",
        "😀"),
    ],
)  # fmt: skip
def test_escapes_are_decoded(written: str, expected: str) -> None:
    assert [each.href for each in addresses(f'url("x{written}")')] == [f"x{expected}"]


@given(st.one_of(st.lists(st.sampled_from(PARTS), max_size=30).map("".join), st.text()))
def test_addresses_stand_one_behind_the_other(text: str) -> None:
    at = 0
    for start, end, _ in addresses(text):
        assert at <= start < end <= len(text)
        at = end


@pytest.mark.parametrize("shape", [
    "url(", "url('", 'url("', "'", '"', '"\\', '\\"', "\\", "/*", "/**", "@import ", "@import '",
    "@namespace",
    "url(a", "url(\\", "url( ", "url(\\41 ", "\n", "(", "url(a)", "@import \\",
])  # fmt: skip
def test_anything_over_and_over_takes_linear_time(shape: str) -> None:
    text = shape * (131_072 // len(shape))
    begin = process_time()

    assert sum(1 for _ in addresses(text)) <= len(text)

    assert process_time() - begin < 5

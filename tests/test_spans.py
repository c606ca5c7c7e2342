"""Offsets, lines and columns."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Span
from crawler.spans import Characters, Lines

TEXTS = st.text(alphabet=st.sampled_from("ab é😀\n\r\u2028\u0301"))
ENCODABLE = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("text", "cut", "span"),
    [
        ("abc", (0, 3), Span(1, 1, 1, 4)),
        ("abc", (3, 3), Span(1, 4, 1, 4)),
        ("a\nbc", (2, 4), Span(2, 1, 2, 3)),
        ("a\nbc", (0, 3), Span(1, 1, 2, 2)),
        ("a\r\nbc", (3, 5), Span(2, 1, 2, 3)),
        ("a\rbc", (2, 4), Span(2, 1, 2, 3)),
        ("\n\n\n", (3, 3), Span(4, 1, 4, 1)),
        ("é😀x", (2, 3), Span(1, 3, 1, 4)),
        ("a\u2028b\x0cc\x85d", (6, 7), Span(1, 7, 1, 8)),
        ("", (0, 0), Span(1, 1, 1, 1)),
    ],
)
def test_lines_and_columns_are_counted_from_one_in_characters(
    text: str, cut: tuple[int, int], span: Span
) -> None:
    assert Lines(text).span(*cut) == span


@given(TEXTS, st.data())
def test_a_place_leads_back_to_its_offset(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    lines = Lines(text)

    span = lines.span(start, end)

    assert lines.offset(span.line, span.column) == start
    assert lines.offset(span.end_line, span.end_column) == end


@given(TEXTS)
def test_as_many_lines_are_counted_as_the_text_has_ends(text: str) -> None:
    ends = len(re.findall("\r\n|\r|\n", text))

    assert Lines(text).span(len(text), len(text)).line == ends + 1


@given(ENCODABLE, st.integers(1, 3000))
def test_bytes_are_translated_to_characters(text: str, repeated: int) -> None:
    long = f"{'é' * repeated}{text}"
    characters = Characters(long)

    for at in {0, repeated, len(long) // 2, len(long)}:
        assert characters.at(len(long[:at].encode())) == at


@pytest.mark.parametrize("length", [0, 1, 1023, 1024, 1025, 2048])
@pytest.mark.parametrize("letter", ["a", "é", "€", "😀"])
def test_the_end_of_a_text_is_its_length_whatever_its_letters(letter: str, length: int) -> None:
    text = letter * length

    assert Characters(text).at(len(text.encode())) == length

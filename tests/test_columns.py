"""Tables and cuts at a terminal: measured in cells, never too wide, and nothing lost in silence."""

import re
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size

from crawler.breadth import _NARROW, breadth, cut_end, cut_middle, folded
from crawler.columns import Column, lined_up, table
from crawler.text import clean, is_clean

ANY = st.text(st.characters()) | st.text("書😀ｱa\u0301\u200d\ufe0f\u202e\x1b\u00ad :", max_size=40)
CLEAN = ANY.map(clean)
COLUMNS = (Column("Host"), Column("Links", number=True), Column("Broken", number=True))


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("abc", 3), ("“é” → …", 7), ("書", 2), ("a\u0301", 1), ("ｱ", 1), ("❤\ufe0f", 2),
     ("👩\u200d💻", 4), ("\u200b", 0)],
)  # fmt: skip
def test_text_is_as_wide_as_its_cells(text: str, cells: int) -> None:
    assert breadth(text) == cells


def test_what_is_not_looked_up_takes_one_cell() -> None:
    narrow = [chr(code) for code in range(sys.maxunicode) if _NARROW.fullmatch(chr(code))]
    assert len(narrow) > 900
    assert {get_character_cell_size(char) for char in narrow} == {1}


@given(CLEAN, st.integers(0, 60))
@example("👩\u200d💻👩\u200d💻", 4)
@example("a\u0301" * 9, 5)
def test_a_cut_fits_and_shows_itself(text: str, width: int) -> None:
    for cut in (cut_end(text, width), cut_middle(text, width)):
        assert breadth(cut) <= width
        assert cut == text or "…" in cut or width == 0
        assert is_clean(cut)


@pytest.mark.parametrize(
    ("text", "width", "end", "middle"),
    [
        ("abcdefgh", 8, "abcdefgh", "abcdefgh"),
        ("abcdefgh", 5, "abcd…", "ab…gh"),
        ("abcdefgh", 1, "…", "…"),
        ("abcdefgh", 0, "", ""),
        ("ab cdefg", 4, "ab…", "ab…g"),
        ("書書書書", 5, "書書…", "書…書"),
        ("書書書書", 4, "書…", "書…"),
        ("aaaae\u0301", 3, "aa…", "a…e\u0301"),
        ("abcdx\u0301", 2, "a…", "a…"),
        ("ab👩\u200d💻c", 6, "ab👩…", "ab…c"),
    ],
)
def test_where_a_text_is_cut(text: str, width: int, end: str, middle: str) -> None:
    assert cut_end(text, width) == end
    assert cut_middle(text, width) == middle


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, ["> "]),
        ("one two", 9, ["> one two"]),
        ("one two", 8, ["> one", "  two"]),
        ("one.  [code]", 14, ["> one.  [code]"]),
        ("one.  [code]", 13, ["> one.", "  [code]"]),
        ("at https://a.example/long", 8, ["> at", "  https://a.example/long"]),
        ("書書 書書", 9, ["> 書書", "  書書"]),
        ("書書書書書書", 9, ["> 書書書", "  書書書"]),
        ("a 書書書書", 8, ["> a", "  書書書", "  書"]),
        ("書書書", 2, ["> 書書書"]),
    ],
)
def test_text_is_folded_by_cells_and_only_scripts_without_spaces_within_words(
    text: str, width: int, lines: list[str]
) -> None:
    assert folded(text, "> ", "  ", width) == lines


@given(CLEAN, st.integers(20, 100))
def test_folded_text_is_all_there_and_only_long_words_are_wider(text: str, width: int) -> None:
    lines = folded(text, "> ", "  ", width)
    assert "".join(line[2:] for line in lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert breadth(line) <= width or line[2:].isascii()


def test_numbers_stand_to_the_right_and_headings_above() -> None:
    rows = [["a.example", "1,024", "3"], ["書.example", "7", ""]]
    assert list(table(COLUMNS, rows)) == [
        "Host        Links  Broken",
        "----------  -----  ------",
        "a.example   1,024       3",
        "書.example      7",
    ]
    bare = (Column(number=True), Column())
    assert list(table(bare, [["1", "a"], ["20", "b"]], indent="  ")) == ["   1  a", "  20  b"]
    assert list(table(bare, [])) == []


def test_lines_of_which_nothing_is_cut() -> None:
    long = "https://a.example/" + "x" * 100
    assert list(lined_up([("a.md:1:1", "inline", long), ("書.md:10:1", "bare", "b")])) == [
        f"a.md:1:1    inline  {long}",
        "書.md:10:1  bare    b",
    ]
    assert list(lined_up([])) == []


def test_the_widest_text_gives_way_and_no_number_does() -> None:
    url = "https://a.example/" + "path/" * 30 + "end.html"
    columns = (Column("URL"), Column("Why"), Column("Looks", number=True))
    lines = list(table(columns, [[url, "not-found", "1,000,000"]], 60))
    assert lines[-1] == "https://a.example/p…path/path/end.html  not-found  1,000,000"
    assert {breadth(line) for line in lines[1:]} == {60}


def test_a_table_of_too_many_columns_is_cut_at_its_end() -> None:
    columns = [Column(number=True)] * 9
    assert list(table(columns, [["123456789"] * 9], 30)) == ["123456789  123456789  1234567…"]


@given(
    st.lists(st.tuples(ANY, ANY, st.integers(0, 10**9).map(str)), max_size=6),
    st.integers(24, 120),
    st.sampled_from(["", "  "]),
)
def test_no_line_is_too_wide_and_nothing_is_lost_in_silence(
    rows: list[tuple[str, str, str]], width: int, indent: str
) -> None:
    columns = (Column(), Column(), Column(number=True))
    lines = list(table(columns, rows, width, indent))
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert breadth(line) <= width
        assert is_clean(line.strip())
        assert not re.match(r"\s*::|.*##\[", line)
        shown = [clean(cell, 2048) for cell in row]
        whole = (cell in line or cell.replace("::", ": :", 1) in line for cell in shown)
        assert "…" in line or all(whole)

"""Comments of programs: what holds for every language of the table, and for any text."""

from itertools import pairwise

import pytest
from fakes import reading_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.comments import comments, languages, syntax_of
from crawler.documents import FORMATS
from crawler.model import Document
from crawler.settings import ExtractSettings
from crawler.tables import rows

FILES = {name: next(iter(files)) for name, files in languages().items()}
MARKS = {row[0]: (row[2], [*row[3].split(), *row[4].split()]) for row in rows(
    "programming_languages.tsv"
)}  # fmt: skip
SOUP = st.lists(
    st.sampled_from([
        '"', "'", "`", '"""', "'''", "\\", "/*", "*/", "//", "#", "--", ";", "%", "(*", "*)", "{-",
        "-}", "#|", "|#", "#=", "=#", "<#", "#>", "--[[", "]]", "[=[", "]=]", "<<A", "<<~'B'", "A",
        "B", "=begin", "=end", "=pod", "=cut", "<?php", "?>", "<<<A", 'R"(', ')"', 'r#"', '"#',
        '@"', "@doc ", "C ", "''", "(/", "[", "/", "$", "rem", " ", "\n", "\r\n", "x", "://",
    ]),
    max_size=40,
).map("".join)  # fmt: skip


def name_of(language: str) -> str:
    file = FILES[language]
    return f"x{file}" if file.startswith(".") else file


def found_in(text: str, name: str) -> list[str]:
    document = Document(name, "source", text)
    return [each.raw for each in reading_of(document, ExtractSettings()).occurrences]


def said(text: str, name: str) -> list[str]:
    return [text[start:end] for start, end in comments(text, syntax_of(name))]


@given(st.sampled_from(sorted(FILES)), SOUP)
def test_comments_come_in_order_and_do_not_overlap(language: str, text: str) -> None:
    places = list(comments(text, syntax_of(name_of(language))))

    for start, end in places:
        assert 0 <= start < end <= len(text)
    for (_, end), (start, _) in pairwise(places):
        assert end <= start


@pytest.mark.parametrize("language", sorted(FILES))
def test_a_comment_of_each_language_is_found_behind_a_line_of_code(language: str) -> None:
    lines, blocks = MARKS[language]
    start = "<?php\n" if language == "php" else ""
    for mark in [] if lines == "-" else lines.split():
        text = f"{start}x y\n{mark.lstrip('^~')} https://a.example/1\nx y\n"
        assert found_in(text, name_of(language)) == ["https://a.example/1"]
    for block in [each for each in blocks if each != "-"]:
        opening, closing = (each.lstrip("^") for each in block.split("…"))
        text = f"{start}x y\n{opening}\nhttps://a.example/1\n{closing}\nx https://a.example/2\n"
        assert "https://a.example/1" in found_in(text, name_of(language))
        assert "https://a.example/2" not in found_in(text, name_of(language))


def test_every_language_has_one_row_and_every_file_one_language() -> None:
    files = [file for each in languages().values() for file in each]
    others = {each for format_ in FORMATS if format_.name != "source" for each in format_.suffixes}

    assert len(files) == len(set(files))
    assert not others & set(files)
    assert sorted(languages()) == [row[0] for row in rows("programming_languages.tsv")]


def test_a_program_whose_name_says_nothing_is_read_as_most_are_written() -> None:
    assert said('x // a\n/* b */ "//"', "unknown") == ["// a", "/* b */"]


@pytest.mark.parametrize(
    ("name", "text", "comment"),
    [
        ("a.js", "x = a / b // c\n", ["// c"]),
        ("a.js", "return /[/]'/ // c\n", ["// c"]),
        ("a.js", "f(/\\//, '//') // c\n", ["// c"]),
        ("a.jsx", "<a b={c} /> // c\n", ["// c"]),
        ("a.rs", "fn f<'a>(c: char) { c == '\"' } // c\n", ["// c"]),
        ("a.sh", "x=$((1 << N)) # c\n", ["# c"]),
        ("a.sh", "cat <<A\n# no\nA\n# c\n", ["# c"]),
        ("a.rb", "list << item # c\nitem\n", ["# c"]),
        ("a.py", "'''a''' 'b'\nx = '''c'''\n", ["'''a'''"]),
        ("a.py", "x = 1\n'''of x'''\n", ["'''of x'''"]),
        ("a.py", "f(\n'''no''')\n", []),
        ("a.d", "/+ a /+ b +/ c +/ d", ["/+ a /+ b +/ c +/"]),
        ("a.rs", "/* never /* closed */", ["/* never /* closed */"]),
        ("a.lua", "--[=[ a ]] b ]=] c -- d", ["--[=[ a ]] b ]=]", "-- d"]),
        ("a.py", '"""never closed', ['"""never closed']),
        ("a.c", '"a\\\n// no" // c', ["// c"]),
        ("a.c", "'never closed // c", ["// c"]),
    ],
)
def test_what_looks_like_a_comment_is_told_from_one(
    name: str, text: str, comment: list[str]
) -> None:
    assert said(text, name) == comment


def test_a_text_of_shifts_is_not_searched_for_the_end_of_each() -> None:
    text = "".join(f"x <<A{number} # {number}\n" for number in range(20))

    assert len(said(text, "a.sh")) == 20

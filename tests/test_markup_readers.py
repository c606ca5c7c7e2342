"""Rare turns of reStructuredText, AsciiDoc and Org, each in a line or two: what is read of them."""

import pytest
from fakes import reading_of

from crawler import documents
from crawler.model import Document
from crawler.settings import ExtractSettings

NESTED = """\
+------------------------------------------------+
| +--------------------------------------------+ |
| | +----------------------------------------+ | |
| | | https://shallow.example                | | |
| | |                                        | | |
| | | +------------------------------------+ | | |
| | | | https://deep.example               | | | |
| | | +------------------------------------+ | | |
| | +----------------------------------------+ | |
| +--------------------------------------------+ |
+------------------------------------------------+
"""
CELL = """\
+--------+--+
| `a     |  |
| <b     |  |
| c>`_   |  |
|        |  |
| .. x y |  |
+--------+--+
"""
RESTRUCTUREDTEXT = [
    ("+-a https://a.example", ["https://a.example"]),  # no table
    ("= https://a.example", ["https://a.example"]),
    ("== ==\nhttps://a.example\n\n== b", ["https://a.example"]),  # one without end
    (NESTED, ["https://shallow.example"]),
    (CELL, []),  # what the lines of a cell hold together stands in no one place
    ("* +---+\n| a: b\n\nhttps://a.example", ["https://a.example"]),  # a table cut short
    ("https://a.example\n  =\n", ["https://a.example"]),  # no underline: it is indented
    ("https://. and https://a.example/{x}}", ["https://a.example/{x}"]),
    (".. _a: \\\n", []),
    ("`a <\\ >`_ `b \\<c>`_", []),
    (".. image:: a.png\n\t:target: https://a.example/\n\t   b\n", ["a.png", "https://a.example/b"]),
]
ASCIIDOC = [
    (":h: a.example[A] https://b.example\n\nhttps://{h}", ["https://a.example"]),
    (":a: x \\\n\nhttps://a.example", ["https://a.example"]),
    ("https://... (https://a.example);", ["https://a.example"]),
    ("<<m:p>> image:[] link:[x] image:m:x.png[] link:a[b]", ["a"]),  # of Antora, or of nothing
    ("<<#a>> <<#>>", ["#a"]),
    ("image:a.png[link=xref:b.adoc]", ["a.png"]),
    ("[listing]\ncode https://a.example\ninclude::a.rb[]\n", ["a.rb"]),
    ("[quote, A. Author, https://a.example]\nWords\n", ["https://a.example"]),
    ("https://a.example\n\u00a0\n", ["https://a.example"]),  # a line that only seems to be empty
]
ORG = [
    (":see https://a.example", ["https://a.example"]),
    ("#+INCLUDE:\n#+HTML_LINK_HOME: https://a.example", ["https://a.example"]),
    ("<file:::x> file:::x =a https://a.example", ["https://a.example"]),
]


@pytest.mark.parametrize(
    ("format_", "text", "expected"),
    [("restructuredtext", *each) for each in RESTRUCTUREDTEXT]
    + [("asciidoc", *each) for each in ASCIIDOC]
    + [("org", *each) for each in ORG],
)
def test_a_rare_turn_is_read_as_its_format_says(
    format_: str, text: str, expected: list[str]
) -> None:
    reading = reading_of(Document("x", format_, text), ExtractSettings())
    assert [found.href for found in reading.occurrences] == expected


def test_a_host_in_a_line_of_org_is_a_link_for_who_asks_for_it() -> None:
    reading = reading_of(
        Document("x", "org", "see a.com\nno more"), ExtractSettings(schemeless=True)
    )
    assert [found.href for found in reading.occurrences] == ["https://a.com"]


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("asciidoc", "// comment\n\ntext\n"),
        ("org", "# comment\ntext\n"),
        ("restructuredtext", ".. comment\n\ntext\n"),
    ],
)
def test_all_that_is_no_comment_may_quote_what_looks_like_one(format_: str, text: str) -> None:
    code = documents.read(Document("x", format_, text), ExtractSettings()).code()
    within = [text[start:end] for start, end in code]
    assert any("text" in each for each in within)
    assert not any("comment" in each for each in within)

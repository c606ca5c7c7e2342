"""Laws of every reader, on text that looks like a document and is none."""

from itertools import pairwise

import pytest
from fakes import reading_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.documents import FORMATS
from crawler.model import Document, Kind, Occurrence
from crawler.settings import ExtractSettings
from crawler.spans import Lines

SETTINGS = st.builds(ExtractSettings, comments=st.booleans(), schemeless=st.booleans())
FORMAT = st.sampled_from([each.name for each in FORMATS if each.editable and not each.binary])
PIECES = (
    "[", "]", "(", ")", "](", "![", "][", "]:", "[a]:", "<", ">", "<a", "</a>", "<!--", "-->",
    "/>", "\\", "`", "```", "~~~", "*", "**", "_", "~~", "#", "##", "|", "|-|", "-", "+", "1.",
    "=", "&", ":", '="', '"', "'", 'href="/b"', "href=", "src='", 'srcset="c', "1x,", "<img",
    "<script>", "</script>", "<h1>", "</h1>", "<pre>", "<base", "---", "+++", "...", "===", "a:",
    "url:", "&x", "!!str", "{{", "{:", "}", "[^1]", "[^1]:", "[x]", "&amp;", "&#65;", "&#0", ";",
    ",", ".", "?", "/p", "a.co.uk", "https://a.example/", "http://", "https://b.example/(c)",
    "<https://d.example>", "<e@f.example>", "é", "😀", "。", "\ud800", "\u0301", "\u00a0", "\u2028",
    "\x00", "\x0b", "\x85", "text",
)  # fmt: skip
SPACES = (" ", "    ", "\t", "\n", "\n\n", "\r\n", "\r", "\n> ", "\n>", "> ", "\n- ", "\n  ")
SOUP = st.lists(st.sampled_from([*PIECES, *SPACES]), max_size=40).map("".join)
FRONT = st.sampled_from(["", "---\n", "+++\n", "---\r\n"])
TEXTS = st.one_of(
    SOUP,
    st.builds(lambda fence, head, body: f"{fence}{head}\n{fence}{body}", FRONT, SOUP, SOUP),
    st.text(),
)


def cut(text: str, found: Occurrence) -> tuple[int, int]:
    lines, span = Lines(text), found.span
    return lines.offset(span.line, span.column), lines.offset(span.end_line, span.end_column)


@given(FORMAT, TEXTS, SETTINGS)
def test_every_span_covers_exactly_what_is_reported_and_they_are_in_order(
    format_: str, text: str, settings: ExtractSettings
) -> None:
    reading = reading_of(Document("x", format_, text), settings)

    places = [cut(text, found) for found in reading.occurrences]
    assert places == sorted(places)
    for found, (start, end) in zip(reading.occurrences, places, strict=True):
        assert 0 <= start <= end <= len(text)
        assert text[start:end] == found.raw


@given(FORMAT, TEXTS, SETTINGS)
def test_no_two_links_of_a_document_share_their_text(
    format_: str, text: str, settings: ExtractSettings
) -> None:
    reading = reading_of(Document("x", format_, text), settings)

    places = [cut(text, found) for found in reading.occurrences]
    for (_, end), (start, _) in pairwise(places):
        assert end <= start


@given(FORMAT, TEXTS, SETTINGS)
def test_reading_twice_gives_the_same(format_: str, text: str, settings: ExtractSettings) -> None:
    document = Document("x", format_, text)

    assert reading_of(document, settings) == reading_of(document, settings)


@given(TEXTS)
def test_plain_text_holds_bare_urls_alone(text: str) -> None:
    reading = reading_of(Document("x", "plaintext", text), ExtractSettings())

    for found in reading.occurrences:
        assert found.raw.lower().startswith(("http://", "https://"))
        assert found.href == found.raw
        assert found.kind is Kind.BARE


@given(FORMAT, TEXTS)
def test_asking_for_more_never_finds_less(format_: str, text: str) -> None:
    document = Document("x", format_, text)
    less = reading_of(document, ExtractSettings())
    more = reading_of(document, ExtractSettings(comments=True, schemeless=True))

    assert {found.span for found in less.occurrences} <= {found.span for found in more.occurrences}


@pytest.mark.parametrize("format_", ["markdown", "html"])
@given(head=SOUP)
def test_prose_never_hides_the_links_of_the_next_paragraph(format_: str, head: str) -> None:
    prose = "".join(each for each in head if each.isalnum() or each in " .,;!()[]*_#\\")
    text = f"{prose}\n\n<a href='https://z.example/'>z</a>\n"

    reading = reading_of(Document("x", format_, text), ExtractSettings())

    assert reading.occurrences[-1].href == "https://z.example/"

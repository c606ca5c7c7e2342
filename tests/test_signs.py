"""What the rules see in a page: what is counted, when, and that no page can hurt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import PageSigns, Response
from crawler.page import read_page
from crawler.signatures import Mark
from crawler.signs import MAX_COUNTED, read_signs
from crawler.visible import visible_beginning, visible_length

LINKS = "<a href=x>x</a>" * 9


def signs_of(source: str | bytes, status: int = 200, **headers: str) -> PageSigns:
    body = source.encode() if isinstance(source, str) else source
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = Response(status, {"content-type": "text/html; charset=utf-8"} | named, body)
    page = read_page(response)
    return read_signs(page, response) if page else PageSigns()


@pytest.mark.parametrize(
    ("source", "length"),
    [
        ("", 0),
        ("Words", 5),
        ("<p>One</p>\n\n <p> two  words </p>", 13),
        ("<title>T</title><p>One", 3),
        ("<script>if (a < b) {}</script>One", 3),
        ("<SCRIPT>a</Script>One", 3),
        ("<style>p{}</style>One<noscript>two</noscript>", 3),
        ("<svg><title>Logo</title><text>T</text></svg>One", 3),
        ("<template><p>a</p></template>One<textarea>b</textarea>", 3),
        ("<!-- <p>a --> One", 3),
        ("<!-- never closed", 0),
        ("<script>never closed", 0),
        ("One<p", 3),
        ("x" * 100_000, MAX_COUNTED),
        ("<p>x</p>" * 12_499, 12_499),
        ("<p>x</p>" * 30_000, MAX_COUNTED),
    ],
)
def test_visible_characters_are_counted(source: str, length: int) -> None:
    assert visible_length(source, MAX_COUNTED) == length


@pytest.mark.parametrize(
    ("source", "status", "suspect"),
    [
        (f"<title>T</title>{LINKS}", 200, False),
        (f"<title>T</title><h1>H</h1>{LINKS}", 200, False),
        ("<title>T</title>", 200, True),  # hardly any links
        (f"<title>T</title>{LINKS}", 404, True),
        (f"<title>T</title>{LINKS}", 202, True),
        (LINKS, 200, True),
        (f"<title> </title>{LINKS}", 200, True),
        (f"<title>Page not found</title>{LINKS}", 200, True),
        (f"<title>A | 404</title>{LINKS}", 200, True),
        (f"<title>T</title><h1>404</h1>{LINKS}", 200, True),
        (f"<title>T</title><meta property=og:title content='Not found'>{LINKS}", 200, True),
        (f"<title>Just a moment...</title>{LINKS}", 200, True),
        (f"<title>Access denied</title>{LINKS}", 200, True),
        (f"<title>Account Suspended</title>{LINKS}", 200, True),
        (f"<title>Welcome to nginx!</title>{LINKS}", 200, True),
        ("<title>T</title>" + "x" * 70_000, 200, False),
    ],
)
def test_what_costs_time_is_done_where_something_calls_for_it(
    source: str, status: int, *, suspect: bool
) -> None:
    signs = signs_of(source, status)
    assert (signs.text_length is not None) is suspect
    assert suspect or not signs.marks


@pytest.mark.parametrize(
    ("source", "marks"),
    [
        ("<p>a", set()),
        ("<script>window._CF_chl_opt={}</script>", {Mark.WALL, Mark.BUILT}),
        ("<div class=g-recaptcha>", {Mark.WALL_HINT}),
        ('<html data-adblockkey="x">', {Mark.PARKED}),
        ("<a href=x>", {Mark.SHOWING}),
        ("<img src=a>", {Mark.SHOWING}),
        ("<iframe src=a></iframe>", {Mark.SHOWING}),
        ("<meta property=og:type content=Music.song>", {Mark.WORK}),
        ("<meta property=og:type content=website>", set()),
    ],
)
def test_marks_are_found_in_the_source(source: str, marks: set[Mark]) -> None:
    assert signs_of(source).marks == marks


@pytest.mark.parametrize(
    ("source", "header", "noindex"),
    [
        ("<meta name=robots content='NoIndex, follow'>", "", True),
        ("<meta name=robots content=index>", "googlebot: noindex", True),
        ("<meta name=robots content=index>", "", False),
        ("<p>", "", False),
    ],
)
def test_a_page_that_does_not_want_to_be_found(source: str, header: str, *, noindex: bool) -> None:
    assert signs_of(source, x_robots_tag=header).noindex is noindex


def test_five_headings_are_enough() -> None:
    assert len(signs_of("<h1>a</h1>" * 20).headings) == 5


@given(st.binary())
def test_no_page_raises(source: bytes) -> None:
    signs_of(source)
    signs_of(source, status=404)


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "<!--", "-->", "<script", "</script", "<svg>", "</", "a", " ", "\0", '"']
        )
    )
)
def test_no_heap_of_tags_raises(pieces: list[str]) -> None:
    assert 0 <= visible_length("".join(pieces), MAX_COUNTED) <= MAX_COUNTED


@pytest.mark.parametrize(
    "source",
    [
        "<" * 2_000_000,
        "<script>" * 300_000,
        "<svg>" * 300_000,
        "<!--" * 500_000,
        "<!---->" * 300_000,
        "<>" * 1_000_000,
        "<p>" * 700_000,
        "<p " + "a" * 2_000_000,
        " " * 2_000_000,
    ],
)
def test_no_size_hurts(source: str) -> None:
    started = time.process_time()
    visible_length(source, MAX_COUNTED)
    visible_beginning(source, 1_000)
    assert time.process_time() - started < 2  # quadratic time would be minutes


@pytest.mark.parametrize("place", ["<title>", "<h1>", "<meta property=og:title content='"])
def test_no_title_hurts(place: str) -> None:
    started = time.process_time()
    signs_of(place + "Page | " * 250_000)
    assert time.process_time() - started < 5

"""Links in a piece of HTML: their labels and the headings above them."""

import pytest

from crawler import hypertext
from crawler.found import Headings
from crawler.model import Kind
from crawler.settings import ExtractSettings

PLAIN = ExtractSettings()


def links(text: str, settings: ExtractSettings = PLAIN) -> list[tuple[str, str]]:
    found, _ = hypertext.read(text, settings)
    return [(each.href, each.text) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a href=/a>one <b>two</b></a> three", [("/a", "one two")]),
        ("<a href=/a>one<a href=/b>two</a>", [("/a", "one"), ("/b", "two")]),
        ("<a href=/a>one<a name=x>two</a>", [("/a", "one")]),
        ("<a href=/a title=t></a>", [("/a", "")]),
        ("<a href=/a><img src=/i alt='A &amp; B'></a>", [("/a", "A & B"), ("/i", "A & B")]),
        ("<img src=/i title=t>", [("/i", "t")]),
        ("<img src=/i alt='' title=t>", [("/i", "")]),
        ("<a href=/a>&lt;https://x.example/&gt;</a>", [("/a", "<https://x.example/>")]),
        ("</a>https://x.example/", [("https://x.example/", "")]),
        ("</code>https://x.example/", [("https://x.example/", "")]),
        ("<kbd><kbd>x</kbd>https://x.example/</kbd>", []),
        ("</h1><a href=/a></a>", [("/a", "")]),
    ],
)
def test_a_label_is_what_a_link_shows(text: str, expected: list[tuple[str, str]]) -> None:
    assert links(text) == expected


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("<base href=/a>", "/a"),
        ("<base href=' /a&amp;b '>", "/a&b"),
        ("<base target=x><base href=/b><base href=/c>", "/b"),
        ("</base><p href=/a>", None),
    ],
)
def test_the_first_base_with_an_address_counts(text: str, base: str | None) -> None:
    assert hypertext.read(text, PLAIN) == ([], base)


def test_comments_and_names_without_a_scheme_are_read_for_those_who_ask() -> None:
    text = "<!-- https://a.example/ --> b.com"

    assert links(text) == []
    assert links(text, ExtractSettings(comments=True)) == [("https://a.example/", "")]
    assert links(text, ExtractSettings(schemeless=True)) == [("https://b.com", "")]


def test_kinds_tell_an_attribute_from_text() -> None:
    found, _ = hypertext.read("<a href=/a>a</a> https://b.example/", PLAIN)

    assert [each.kind for each in found] == [Kind.HTML, Kind.BARE]


@pytest.mark.parametrize(
    ("headings", "path"),
    [
        ([], ""),
        ([(2, "A")], "A"),
        ([(1, "A"), (2, "B"), (3, "C")], "A > B > C"),
        ([(1, "A"), (4, "B"), (3, "C")], "A > C"),
        ([(1, "A"), (2, "B"), (2, "C")], "A > C"),
        ([(1, "A"), (2, "B"), (1, "C")], "C"),
        ([(1, "A"), (2, " \n "), (3, "C")], "A > C"),
        ([(1, " A\n  B \x1b")], "A B"),
    ],
)
def test_a_heading_closes_those_of_its_level_and_below(
    headings: list[tuple[int, str]], path: str
) -> None:
    above = Headings()

    for level, title in headings:
        above.enter(level, title)

    assert above.path == path


def test_a_path_of_long_headings_is_cut() -> None:
    above = Headings()

    for level in range(1, 7):
        above.enter(level, "x" * 100_000)

    assert len(above.path) == 300

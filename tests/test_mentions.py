"""A cheap sign that a document may link to what is gone: never missing where a link is."""

import html
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.mentions import Anchors, Lost, Mentions

NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1)


def mentions(*files: str) -> Mentions:
    return Mentions(Lost(frozenset(files)))


@pytest.mark.parametrize(
    "text",
    [
        "[x](guide.md)", "[x](../docs/guide.html#x)", '<a href="guide">', "[x](gu%69de.md)",
        '<a href="gu&#105;de.md">', "`x <guide.rst>`_", "[x]: guide/", "guide", "%2Fguide%2Emd",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    assert mentions("docs/guide.md").are_in(text.encode())


@pytest.mark.parametrize("text", ["", "guidebook misguided", "Guide", "[x](guid.md) e"])
def test_a_part_of_a_word_is_none(text: str) -> None:
    assert not mentions("docs/guide.md").are_in(text.encode())


@given(NAMES, st.sampled_from(["%s", "(%s.md)", '"%s.html#a"', "../%s/"]))
def test_no_name_is_missed(name: str, written: str) -> None:
    lost = mentions(f"docs/{name}.md")
    quoted = quote(name)
    lowered = re.sub("%..", lambda each: each[0].lower(), quoted)
    for form in (name, quoted, lowered, html.escape(name), f"%41/{quoted}"):
        assert lost.are_in((written % form).encode())


def test_many_names_are_looked_for_at_once() -> None:
    lost = mentions(*(f"docs/page{number}.md" for number in range(200)))
    assert lost.are_in(b"[x](page199.md)")
    assert not lost.are_in(b"[x](page200.md) page1999 xpage19")


def test_names_without_letters_of_ascii_go_by_a_character() -> None:
    lost = mentions("日本.md")
    assert lost.are_in("[x](日記.md)".encode())
    assert lost.are_in(b"[x](%E6%97%A5%E6%9C%AC.md)")
    assert lost.are_in(b'"\\u65e5\\u672c.md"')
    assert lost.are_in("日本".encode("shift-jis"))  # in no encoding that is known here
    assert not lost.are_in("[x](本.md)".encode())
    assert mentions("caf\udce9.md").are_in(b"caf\xe9.md")
    assert mentions("\udce9.md").are_in(b"%E9.md")


def test_half_a_character_is_no_trouble() -> None:
    lost = Mentions(Lost(anchors={"a.md": Anchors(frozenset({"\ud800"}), frozenset())}))
    assert lost.are_in(b"[x](a.md#?)")
    assert not lost.are_in(b"[x](b.md#x)")


def test_what_is_no_text_may_hold_anything() -> None:
    assert mentions("guide.md").are_in("nothing".encode("utf-16"))


def test_front_pages_stand_for_each_other_and_for_their_directories() -> None:
    assert mentions("docs/README.md").are_in(b"[x](docs/index.html)")
    lost = Mentions(Lost(anchors={"docs/index.md": Anchors(frozenset({"deep"}), frozenset())}))
    for written in (b"docs#deep", b"docs/#Deep", b"./#deep", b"..#deep", b"index.md#deep"):
        assert lost.are_in(written)
    for written in (b"docs#shallow", b"deep in docs", b"other.md#deep"):
        assert not lost.are_in(written)


def test_a_heading_counts_with_the_name_of_its_document() -> None:
    known = Anchors(frozenset({"first-steps", "last"}), frozenset({"last"}))
    assert known.lost == {"first-steps"}
    lost = Mentions(Lost(anchors={"docs/guide.md": known}))
    assert lost.are_in(b"[x](guide.md#First-Steps)")
    for written in (b"guide.md#last", b"other.md#first-steps", b"first guide", b"guide first"):
        assert not lost.are_in(written)


def test_nothing_lost_is_nothing_to_look_for() -> None:
    assert not Lost()
    assert not Mentions(Lost()).are_in(b"[x](guide.md#x)")

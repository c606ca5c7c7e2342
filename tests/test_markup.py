"""The HTML tokenizer: what is a tag, a comment or text, and where values stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import markup
from crawler.markup import Comment, Tag, Text, Token, Value

SOUP = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "/",
            "a",
            " ",
            "\n",
            "=",
            '"',
            "'",
            "<a href=",
            "<!--",
            "-->",
            "<!",
            "<?",
            "&amp;",
            "<script>",
            "</script>",
            "<img srcset=",
            "x 1x, ",
            "(",
            "é",
            "\u00a0",
            "</",
            "<title>",
            "-",
        ]
    )
).map("".join)


def tag(text: str) -> Tag:
    (token,) = markup.tokens(text)
    assert isinstance(token, Tag)
    return token


def raws(text: str) -> list[str]:
    return [value.raw for value in markup.addresses(tag(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a < b", [Text(0, 5)]),
        ("a<b>c</b>", [Text(0, 1), Tag("b", 1, 4), Text(4, 5), Tag("b", 5, 9, closing=True)]),
        ("<!-- x -->y", [Comment(4, 7), Text(10, 11)]),
        ("<!-->x", [Comment(4, 4), Text(5, 6)]),
        ("<!--->x", [Comment(4, 4), Text(6, 7)]),
        ("<!-- x", [Comment(4, 6)]),
        ("<!doctype html>x", [Text(0, 15, raw=True), Text(15, 16)]),
        ("<?php x", [Text(0, 7, raw=True)]),
        (
            "<TITLE>a<b></title >x",
            [
                Tag("title", 0, 7),
                Text(7, 11, raw=True),
                Tag("title", 11, 20, closing=True),
                Text(20, 21),
            ],
        ),
        ("<script>a</scripty>", [Tag("script", 0, 8), Text(8, 19, raw=True)]),
        ("</script>a", [Tag("script", 0, 9, closing=True), Text(9, 10)]),
        ("</ a>", [Text(0, 5)]),
        ("<1>", [Text(0, 3)]),
        ("<br/>", [Tag("br", 0, 5)]),
        ("", []),
    ],
)
def test_text_is_cut_into_tokens(text: str, expected: list[Token]) -> None:
    assert list(markup.tokens(text)) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('<a href="b">', Value("b", 9)),
        ("<a href='b\"c'>", Value('b"c', 9)),
        ("<a href=b/c>", Value("b/c", 8)),
        ("<a href = \n b >", Value("b", 12)),
        ("<a HREF=b href=c>", Value("b", 8)),
        ("<a/href=b>", Value("b", 8)),
        ("<a title='>' href=b>", Value("b", 18)),
        ("<a href=b\u00a0c>", Value("b\u00a0c", 8)),
        ("<a href>", Value("", 7)),
        ('<a href="b', Value('"b', 8)),
        ("<a href= >", Value("", 7)),
    ],
)
def test_an_attribute_keeps_its_place(text: str, value: Value) -> None:
    assert tag(text).attributes["href"] == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<img srcset="a, b 2x, c (1,2) 3x">', ["a", "b", "c"]),
        ('<img srcset="a,b 1x">', ["a,b"]),
        ('<img srcset=", ,a,,, b">', ["a", "b"]),
        ('<img srcset="a (b, c">', ["a"]),
        ('<img srcset="a (b) c, d">', ["a", "d"]),
        ('<img srcset=" ">', []),
        ('<img srcset=",">', []),
        ("<meta http-equiv=refresh content='0; url=a'>", ["a"]),
        ("<meta http-equiv=refresh content='0;URL = \"a b\" c'>", ["a b"]),
        ("<meta http-equiv=refresh content='1.5, a '>", ["a"]),
        ("<meta http-equiv=refresh content=';a'>", ["a"]),
        ("<meta http-equiv=refresh content='0; urls'>", ["urls"]),
        ("<meta http-equiv=refresh content='0'>", []),
        ("<meta http-equiv=refresh content='0; '>", []),
        ("<meta http-equiv=other content='0; a'>", []),
        ("<meta content='0; a'>", []),
        ("<link rel='DNS-prefetch icon' href=a>", []),
        ("<link rel=icon href=a>", ["a"]),
        ("<object data=' a '>", ["a"]),
        ("<p data=a href=b poster=c manifest=d background=e>", []),
    ],
)
def test_addresses_are_found_where_html_keeps_them(text: str, expected: list[str]) -> None:
    assert raws(text) == expected


@pytest.mark.parametrize(
    ("text", "decoded"),
    [
        ("a&amp;b&lt", "a&b<"),
        ("&#65;&#x41;&#0065;", "AAA"),
        (f"&#{'0' * 5000}65;", "A"),
        (f"&#{'9' * 5000};b", "\ufffdb"),
        (f"&#x{'f' * 5000};b", "\ufffdb"),
        ("&#0;&#;&#x;", "\ufffd&#;&#x;"),
        ("&nosuch;", "&nosuch;"),
    ],
)
def test_character_references_are_decoded_whatever_their_length(text: str, decoded: str) -> None:
    assert markup.unescape(text) == decoded
    assert Value(text, 0).text == decoded


@pytest.mark.parametrize("inside", [" " * 200_000, f"; {' ' * 200_000}", f"0;url={' ' * 200_000}"])
def test_white_space_without_end_is_no_refresh(inside: str) -> None:
    assert raws(f'<meta http-equiv="refresh" content="{inside}">') == []


def test_parentheses_without_end_take_the_rest_of_a_candidate_list() -> None:
    assert raws(f'<img srcset="{"a (" * 100_000}">') == ["a"]


@given(SOUP)
def test_tokens_are_in_order_and_leave_nothing_of_the_text_out(text: str) -> None:
    at = 0
    for token in markup.tokens(text):
        before = text[at : token.start]
        if isinstance(token, Comment):
            assert before.endswith("<!--")
        else:
            assert before in ("", "-->", ">", "->")
        assert token.start <= token.end <= len(text)
        at = token.end
    assert text[at:] in ("", "-->", ">", "->")


@given(SOUP)
def test_every_address_stands_where_it_says(text: str) -> None:
    for token in markup.tokens(text):
        if isinstance(token, Tag):
            for value in markup.addresses(token):
                end = value.start + len(value.raw)
                assert text[value.start : end] == value.raw
                assert token.start < value.start <= end <= token.end


def test_only_white_space_of_html_ends_the_name_of_an_end_tag() -> None:
    tags = [
        token for token in markup.tokens("<title>T</title\x1e<p id=a>") if isinstance(token, Tag)
    ]
    assert [tag.name for tag in tags] == ["title"]

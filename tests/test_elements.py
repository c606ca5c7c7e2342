"""XML tokens: what XML writes where, on anything that is or only looks like XML."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.elements import (
    Comment,
    End,
    Instruction,
    Start,
    Text,
    decoded,
    has_own_entities,
    pieces,
    tokens,
)

PARTS = (
    "<", ">", "</", "/>", "<a", "<a:b c='d'", ' e="&amp;f"', "'", '"', "<![CDATA[", "]]>", "]",
    "[", "<!--", "-->", "-", "<?", "?>", "<?x y='z'", "<!DOCTYPE a [", '<!ENTITY b "c">', "]>",
    "&b;", "&lt;", "&#65;", "&#x41;", "&#99999999999;", "\0", "é", "😀", "\ud800", "\n", " ",
    "text",
)  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(PARTS), max_size=40).map("".join), st.text())


def shown(text: str) -> list[str]:
    """Name each token, with what it stands for."""
    found = []
    for token in tokens(text):
        match token:
            case Start():
                values = "".join(f" {key}={value.text}" for key, value in token.attributes.items())
                found.append(f"<{token.name}{values}{'/' if token.is_empty else ''}>")
            case End():
                found.append(f"</{token.name}>")
            case Text():
                words = text[token.start : token.end]
                found.append(words if token.verbatim else decoded(words))
            case Comment():
                found.append(f"# {text[token.start : token.end]}")
            case Instruction():
                found.append(f"? {token.name}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a>b</a>", ["<a>", "b", "</a>"]),
        ('<a b="c" d = \'e"f\' b="no"/>', ['<a b=c d=e"f/>']),
        ("<a b='>' c='/'>d", ["<a b=> c=/>", "d"]),
        ("<a\n:b='c'></a \n>", ["<a :b=c>", "</a>"]),
        ("<é ü='1'/>", ["<é ü=1/>"]),
        ("a &lt; b &unknown; &#233;&#xe9;", ["a < b &unknown; éé"]),
        ("<![CDATA[<a> &amp; ]] ]>]]>b", ["<a> &amp; ]] ]>", "b"]),
        ("<![CDATA[a <![CDATA[ b ]]> c ]]>", ["a <![CDATA[ b ", " c ]]>"]),
        ("<!-- <a> - -- -->b", ["#  <a> - -- ", "b"]),
        ("<?xml version='1.0'?><?x?>a", ["? xml", "? x", "a"]),
        ('<!DOCTYPE a SYSTEM "b>c" [<!ENTITY d "]>"> <!-- \' ]> --> <?e ]>?>]>f', ["f"]),
        ("<!DOCTYPE a>b", ["b"]),
        ("a < b <1 <> </>c", ["a < b <1 <> </>c"]),
        ("<a <b>c", ["<a>", "<b>", "c"]),
        ("<a b='c", ["<a b=c>"]),
        ("<a b=c d>", ["<a>"]),
        ("<!-- open", ["#  open"]),
        ("<![CDATA[open", ["open"]),
        ("<?open", ["? open"]),
        ("<!DOCTYPE [ open", []),
        ("", []),
    ],
)  # fmt: skip
def test_xml_is_tokenized_as_it_is_written(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@given(TEXTS)
def test_tokens_stand_one_behind_the_other_and_values_where_they_say(text: str) -> None:
    at = 0
    for token in tokens(text):
        if isinstance(token, Instruction):
            assert text.startswith(token.data, token.data_start)
            continue
        assert at <= token.start <= token.end <= len(text)
        at = token.end
        if isinstance(token, Start):
            assert text.startswith(f"<{token.name}", token.start)
            for value in token.attributes.values():
                assert text.startswith(value.raw, value.start)


@given(TEXTS)
def test_the_pieces_of_a_text_are_all_of_it(text: str) -> None:
    for token in tokens(text):
        if isinstance(token, Text):
            found = list(pieces(text, token))
            written = text[token.start : token.end]
            assert "".join(text[each.start : each.end] for each in found) == written
            meant = written if token.verbatim else decoded(written)
            assert "".join(each.words for each in found) == meant


def test_entities_of_the_documents_own_are_known_and_stay_as_they_are() -> None:
    laughs = '<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><l href="&b;">&b;</l>'

    assert shown(laughs) == ["<l href=&b;>", "&b;", "</l>"]
    assert has_own_entities("x&b;y")
    assert has_own_entities("&notit;")  # HTML reads `&not` there; XML does not
    assert not has_own_entities("&amp; &#1; &eacute; & b;")


@pytest.mark.parametrize("shape", [
    "<", "<a ", "<a b='", "<a b=\"'", "</", "<!--", "<!---", "<![CDATA[", "<![CDATA[]]", "]]", "<?",
    "<?x", "<!", "<!DOCTYPE a [", "<!DOCTYPE a [<!--", "<!DOCTYPE a [<?x", "<!DOCTYPE a ['",
    "<!DOCTYPE '", "[", "&", "&a", "&#1", "&#1;", "&lt;", "<a>", "<a b='c'/>", "\0", "<a b=c ",
    "<a :", "<a b =", "é",
])  # fmt: skip
def test_anything_over_and_over_takes_linear_time(shape: str) -> None:
    text = shape * (131_072 // len(shape))
    begin = process_time()

    for token in tokens(text):
        if isinstance(token, Start):
            assert token.attributes is not None
        elif isinstance(token, Text):
            assert sum(1 for _ in pieces(text, token)) <= len(text)

    assert process_time() - begin < 5  # a quarter of a second; a square would take minutes

"""The anchors and the text of a page: what the tokenizer sees, at a tenth of its price."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import anchors, markup
from crawler.anchors import anchors_of, fold, folded_text, holds


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h2 id=intro>", {"intro"}),
        ("<h2 class='a b' ID=\"Intro\">", {"Intro"}),
        ("<a name=old>", {"old"}),
        ("<A NAME='old' id=new>", {"old", "new"}),
        ("<meta name=description><map name=m><input name=q>", set()),
        ("<p id=a id=b>", {"a"}),
        ("<p id>", set()),
        ("<p id=''>", set()),
        ("<p data-id=x my:id=y>", set()),
        ("<p id = spaced>", {"spaced"}),
        ("<p/id=slashed>", {"slashed"}),
        ("<p title='>' id=behind>", {"behind"}),
        ('<p title="<p id=no>" id=yes>', {"yes"}),
        ("<p id='R&amp;D'>", {"R&D"}),
        ("<p id=caf&eacute;>", {"café"}),
        ("<!-- <p id=no> --><p id=yes>", {"yes"}),
        ("<!--><p id=yes>", {"yes"}),
        ("<!-- never closed <p id=no>", set()),
        ("<script>'<p id=no>'</script><p id=yes>", {"yes"}),
        ("<script id=data>'<p id=no>'</script >", {"data"}),
        ("<style><p id=no></style><textarea id=t><p id=no></textarea>", {"t"}),
        ("<title><p id=no></title><p id=yes>", {"yes"}),
        ("<script><p id=no></scripty></script><p id=yes>", {"yes"}),
        ("</p title='<p id=no>'><p id=yes>", {"yes"}),
        ("<!doctype html><?xml id=no?><p id=yes>", {"yes"}),
        ("<svg><g id=drawn></g></svg>", {"drawn"}),
        ("1 < 2 <p id=yes>", {"yes"}),
        ("<p id=unclosed", {"unclosed"}),
        ("<p id='unclosed", {"'unclosed"}),
        ("&lt;p id=no&gt;", set()),
    ],
)
def test_anchors_are_ids_and_the_names_of_links(source: str, expected: set[str]) -> None:
    assert anchors_of(source) == frozenset(expected)


PIECES = st.sampled_from([
    "<", ">", "</", "/", "!--", "-->", "<!", "<?", "=", "'", '"', " ", "\n", "id", "name", "x",
    "&amp;", "a", "p", "script",
    "</script>", "textarea", "title", "<a name=", "<p id=", "-", "&", "é",
])  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_what_the_tokenizer_finds_is_found(source: str) -> None:
    tags = [tag for tag in markup.tokens(source) if isinstance(tag, markup.Tag) and not tag.closing]
    expected = {tag.attributes["id"].text for tag in tags if "id" in tag.attributes}
    expected |= {
        tag.attributes["name"].text for tag in tags if tag.name == "a" and "name" in tag.attributes
    }
    assert anchors_of(source) == frozenset(expected - {""})


@given(st.text(), st.text())
def test_nothing_that_is_written_raises(source: str, fragment: str) -> None:
    found = anchors_of(source)
    assert found is not None
    holds(found, fragment)
    folded_text(source)


@pytest.mark.parametrize(
    ("anchor", "fragment"),
    [
        ("intro", "intro"),
        ("a b", "a%20b"),
        ("100%", "100%"),
        ("a%20b", "a%20b"),
        ("café", "caf%C3%A9"),
        ("cafe\u0301", "caf%C3%A9"),
        ("café", "cafe%CC%81"),
        ("日本", "%E6%97%A5%E6%9C%AC"),
        ("user-content-intro", "intro"),
        ("user-content-intro", "Intro"),
        ("user-content-café", "Caf%C3%A9"),
        ("x", "top"),
        ("x", "TOP"),
        ("x", ""),
    ],
)
def test_a_fragment_names_an_anchor(anchor: str, fragment: str) -> None:
    assert holds({anchor}, fragment)


@pytest.mark.parametrize(
    ("anchor", "fragment"),
    [("intro", "Intro"), ("intro", "intr"), ("a+b", "a b"), ("\ufffd", "%FE%"), ("", "x")],
)
def test_a_fragment_may_name_nothing(anchor: str, fragment: str) -> None:
    assert holds({anchor}, fragment) is (anchor == "\ufffd" and fragment == "%FE")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One <b>two</b>three</p>", "onetwothree"),
        ("<title>No</title><p>Yes<script>no()</script><style>no{}</style>", "yes"),
        ("<noscript>Enable scripts</noscript><template>x</template>a", "a"),
        ("<!-- no -->a</p title='b>'>c", "ac"),
        ("R&amp;D&nbsp;&Eacute;T&Eacute;", "r&dete"),
    ],
)
def test_the_text_is_what_people_see(source: str, text: str) -> None:
    assert folded_text(source) == text


def test_texts_are_compared_as_a_search_does_it() -> None:
    assert fold("Straße,\n  ÉTÉ ﬁn") == fold("STRASSE, e\u0301te fi n")


def test_of_a_page_with_too_many_anchors_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "MAX_ANCHORS", 2)
    assert anchors_of("<p id=a><p id=b>") == frozenset("ab")
    assert anchors_of("<p id=a><p id=b><p id=c>") is None


HOSTILE = (
    "<", "<a", "<a ", "<a b='", "<a b=\"'", "<!--", "<!-- --", "<script>", "<script></scrip",
    "<b c ", "<p id=x>", "<p id=&amp;", "</a b", "</a '", "<a/", "<!", "<a id=\"<a id='", "b=",
    " ", "-",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("begin", ["", "<a ", "<!--", "<script>", "<a id='"])
def test_a_hostile_page_takes_no_square_of_time(begin: str, piece: str) -> None:
    source = begin + piece * ((1 << 18) // len(piece))
    started = time.process_time()
    anchors_of(source)
    folded_text(source)
    assert time.process_time() - started < 10  # a square would take minutes

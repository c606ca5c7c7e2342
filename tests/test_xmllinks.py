"""Links in XML: bases, labels and sections; and what is made to take long."""

from time import process_time

import pytest
from fakes import reading_of
from hypothesis import given
from hypothesis import strategies as st
from test_documents_laws import cut

from crawler.documents import read
from crawler.model import Document
from crawler.settings import ExtractSettings

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

SETTINGS = ExtractSettings(comments=True, schemeless=True)
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'{}>{}</feed>"
RSS = "<rss><channel>{}</channel></rss>"
PARTS = (
    "<a>", "</a>", "<a ", "<b", "<item>", "</item>", "<entry>", "<title>", "</title>", "<link>",
    "/>",
    "</link>", "<link href='/c'", " xml:base='/d/'", " xml:base='https://a.example/'", ">", "<svg>",
    "<outline text='e' xmlUrl='/f'>", "</outline>", "<rss>", "<feed>", "<opml>", "<urlset>",
    "<loc>",
    "<content type='html'>", "<content type='xhtml'>", "<description>", "</description>", "&lt;",
    "&gt;",
    "&lt;a href=/g&gt;", "<![CDATA[", "]]>", "<p><a href='h'>", "&amp;", "&own;",
    "https://i.example/",
    "<?xml-stylesheet href='j'?>", "<!-- https://k.example/ -->", "<style>", "url(l)",
    "@import 'm'",
    "n.co.uk", "<ulink url='o'>", "<code>", "</code>", "text", " ", "\n", "\ud800", "\0", "é",
)  # fmt: skip
ROOTS = st.sampled_from(
    ["", "<rss>", "<feed>", "<opml>", "<urlset>", "<svg>", "<book>", "<a:feed>"]
)
TEXTS = st.builds("{}{}".format, ROOTS, st.lists(st.sampled_from(PARTS), max_size=40).map("".join))


@given(TEXTS)
def test_every_link_stands_where_it_is_said_to_stand_and_none_in_another(text: str) -> None:
    at = 0
    for found in reading_of(Document("x", "xml", text), SETTINGS).occurrences:
        start, end = cut(text, found)
        assert at <= start <= end
        assert text[start:end] == found.raw
        at = end


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        (ATOM.format(" xml:base='https://a.example/'", "<link rel='self' href='x'/>"), None,
        "https://a.example/"),
        (ATOM.format(" xml:base='https://a.example/'", ""), "https://b.example/",
        "https://a.example/"),
        (ATOM.format("", "<link rel='self' href='https://a.example/x'/>"), None,
        "https://a.example/x"),
        (ATOM.format("", "<link rel='self' href='https://a.example/x'/>"), "https://b.example/",
        None),
        (ATOM.format("", "<entry><link href='https://a.example/x'/></entry>"), None, None),
        (ATOM.format(" xml:base='&own;'", ""), None, None),
        ("<?xml-stylesheet?><rss><channel><link> </link></channel></rss>", None, None),
        (RSS.format("<link>https://a.example/</link>"), None, "https://a.example/"),
        (RSS.format("<link>https://a.example/</link><link>https://b.example/</link>"), None,
        "https://a.example/"),
        (RSS.format("<item><link>https://a.example/</link></item>"), None, None),
        ("<link>https://a.example/</link><rss/>", None, None),
        ("<a xml:base='https://a.example/'/>", None, "https://a.example/"),
        ("<a b='xml:base'/>", None, None),
    ],
)  # fmt: skip
def test_a_feed_that_declares_no_base_is_where_it_says_that_it_is(
    text: str, known: str | None, expected: str | None
) -> None:
    assert read(Document("x", "xml", text, known), SETTINGS).base == expected


@pytest.mark.parametrize(
    ("text", "hrefs"),
    [
        ("<a><b xml:base='/c/'><d href='e'/></b></a>", ["e"]),  # nobody knows where that is
        ("<a><b xml:base='http://c/'><d href='mailto:e@f'/></b></a>", ["mailto:e@f"]),
        ("<a><b xml:base='http://c/'><d href='e'/></b><d href='f'/></a>", ["http://c/e", "f"]),
    ],
)  # fmt: skip
def test_a_base_holds_for_what_is_inside(text: str, hrefs: list[str]) -> None:
    found = reading_of(Document("x", "xml", text), SETTINGS).occurrences

    assert [each.href for each in found] == hrefs


def test_bases_within_bases_do_not_grow_without_end() -> None:
    text = (
        "<a xml:base='https://a.example/'>" + "<a xml:base='bbbbbbbb/'>" * 20_000 + "<c href='d'/>"
    )

    (found,) = reading_of(Document("x", "xml", text), SETTINGS).occurrences

    assert found.href.endswith("/bbbbbbbb/d")
    assert len(found.href) < 3000


SHAPES = (
    "<", "<a>", "<a href='b'>", "</a>", "<a></b>", "&lt;", "&lt;a href='b'&gt;", "<![CDATA[",
    "]]>", "&x;",
    "<title>", "<outline text='a'>", "<item>", "<a xml:base='b/'>", "<![CDATA[<a href='", "url(",
    "'", '"',
    "https://", "<!--", "<!DOCTYPE [", "<style>@import '", "<code>", "\\", "\0",
    "http://a.example/&lt;",
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("head", ["<rss><item><description>", "<opml>", "<svg><style>", "<feed>"])
def test_what_is_made_to_take_long_takes_linear_time(head: str, shape: str) -> None:
    text = head + shape * (65_536 // len(shape))
    begin = process_time()

    list(read(Document("x", "xml", text), SETTINGS).occurrences)

    assert process_time() - begin < 5  # a tenth of a second; a square would take minutes


def test_no_entity_is_expanded_however_many_there_are() -> None:
    levels = "".join(f"<!ENTITY l{n + 1} '{f'&l{n};' * 10}'>" for n in range(30))
    text = f"<!DOCTYPE a [<!ENTITY l0 'https://no.example/'>{levels}]><a href='&l30;'>&l30;</a>"

    assert list(read(Document("x", "xml", text), SETTINGS).occurrences) == []


def test_xml_in_utf_16_is_unpacked_and_read() -> None:
    import gzip  # noqa: PLC0415

    data = gzip.compress("<a>https://é.example/</a>".encode("utf-16"))

    (found,) = reading_of(Document("x.xml.gz", "gzipped", "", data=data), SETTINGS).occurrences

    assert found.href == "https://é.example/"


def test_a_bomb_is_not_unfolded() -> None:
    import gzip  # noqa: PLC0415

    data = gzip.compress(b"<a href='https://a.example/'>" + b" " * 50_000_000)

    reading = reading_of(Document("x.xml.gz", "gzipped", "", data=data), SETTINGS)

    assert [each.href for each in reading.occurrences] == ["https://a.example/"]
    assert len(reading.remarks) == 1

"""Sitemaps and feeds: which pages they list, whoever wrote them."""

import gzip
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import sitemaps
from crawler.sitemaps import MAX_URLS, Sitemap, locations

URLSET = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <!-- <url><loc>https://no.example/</loc></url> -->
  <url><loc>https://a.example/?x=1&amp;y=2</loc><lastmod>2026-01-02</lastmod>
    <image:image><image:loc>https://no.example/i.png</image:loc></image:image></url>
  <url><loc>
    <![CDATA[https://a.example/?c&d]]>
  </loc></url>
  <url><loc>https://a.example/?x=1&#38;y=2</loc></url><url><loc/></url>
  <url><loc><!-- none --></loc></url>
</urlset>"""
INDEX = """<s:sitemapindex xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9">
<s:sitemap><s:loc>https://a.example/one.xml.gz</s:loc></s:sitemap>
<s:sitemap><s:loc>https://a.example/two.xml</s:loc></s:sitemap></s:sitemapindex>"""
RSS = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<atom:link href="https://no.example/feed" rel="self"/><link>https://a.example/</link>
<item><guid>https://no.example/guid</guid><link>https://a.example/1</link></item>
<item><link>https://a.example/2</link><guid isPermaLink="true">https://no.example/guid</guid></item>
<item><guid>https://a.example/3</guid><enclosure url="https://no.example/e.mp3"/></item>
<item><guid isPermaLink="false">https://no.example/guid</guid></item>
<item><guid>tag:no.example,2026:1</guid></item>
</channel></rss>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://no.example/"><link>https://a.example/</link>
</channel><item rdf:about="https://no.example/1"><link>https://a.example/1</link></item></rdf:RDF>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/x/">
<id>https://no.example/</id><link rel="self" href="feed"/><link href=" /"/><link rel="alternate"/>
<entry><link rel="alternate" href="1"/><link rel="enclosure" href="/e"/><id>x</id>
<content type="html">&lt;a href="https://no.example/"></content></entry>
<entry><link href="https://b.example/2"/><link href="mailto:a@a.example"/>
<link href=""/></entry></feed>"""


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        (URLSET, ["https://a.example/?x=1&y=2", "https://a.example/?c&d"]),
        (RSS, ["https://a.example/", *(f"https://a.example/{number}" for number in (1, 2, 3))]),
        (RDF, ["https://a.example/", "https://a.example/1"]),
        (
            ATOM,
            [
                "https://a.example/",
                "https://a.example/x/1",
                "https://b.example/2",
                "mailto:a@a.example",
            ],
        ),
        ("<feed><link href='/a'/></feed>", ["/a"]),
        (
            "\ufeffhttps://a.example/1\r\n\r\n HTTP://a.example/2 \nnothing\rhttps://a.example/3",
            ["https://a.example/1", "HTTP://a.example/2", "https://a.example/3"],
        ),
        ("<!DOCTYPE html><html><a href='https://no.example/'>https://no.example/</a></html>", []),
        ("<urlset><url><loc>https://a.example/", ["https://a.example/"]),
        ("<!-- https://no.example/ -->", []),
        ("<", []),
        ("", []),
    ],
)
def test_the_pages_of_a_site_are_listed(text: str, pages: list[str]) -> None:
    assert locations(text.encode()) == Sitemap(tuple(pages))
    assert locations(gzip.compress(text.encode())) == Sitemap(tuple(pages))


def test_an_index_lists_sitemaps() -> None:
    found = ("https://a.example/one.xml.gz", "https://a.example/two.xml")

    assert locations(INDEX.encode()) == Sitemap(sitemaps=found)
    assert locations(INDEX.encode("utf-16")) == Sitemap(sitemaps=found)
    mixed = "<urlset><url><loc>a</loc></url><sitemap><loc>b</loc></sitemap></urlset>"
    assert locations(mixed.encode()) == Sitemap(("a",), ("b",))


def test_entities_are_not_expanded() -> None:
    declared = '<!DOCTYPE urlset [<!ENTITY a "https://no.example/"><!ENTITY b "&a;&a;">]>'

    assert locations(f"{declared}<urlset><loc>&b;</loc></urlset>".encode()).pages == ("&b;",)


@pytest.mark.parametrize(
    ("head", "line"),
    [("<urlset>", "<url><loc>/{}</loc></url>"), ("", "https://a.example/{}\n")],
)
def test_no_more_is_read_than_a_sitemap_may_list(head: str, line: str) -> None:
    lines = [line.format(number) for number in range(MAX_URLS + 1)]

    whole, more = (locations((head + "".join(lines[:end])).encode()) for end in (-1, None))

    assert not whole.truncated
    assert more.truncated
    assert more.pages == whole.pages
    assert len(more.pages) == MAX_URLS


def test_no_more_is_unfolded_or_read_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_UNPACKED", 300_000)
    monkeypatch.setattr(sitemaps, "MAX_TOKENS", 1000)
    start = b"<urlset><url><loc>/a</loc></url>"

    for data in (start.ljust(300_001), gzip.compress(start.ljust(300_001)), start + b"<a>" * 1000):
        assert locations(data) == Sitemap(("/a",), truncated=True)
    assert locations(gzip.compress(start)[:-9]) == Sitemap(("/a",), truncated=True)
    assert locations(b"\x1f\x8bno gzip") == Sitemap(truncated=True)


@given(st.one_of(st.binary(), st.text().map(str.encode)))
def test_anything_may_be_called_a_sitemap(data: bytes) -> None:
    for each in (data, b"<urlset>" + data, b"<rss><item>" + data, b"<feed>" + data):
        found = locations(each)
        assert all(url == url.strip() for url in (*found.pages, *found.sitemaps))


@pytest.mark.parametrize("shape", [b"<", b"<loc>", b"\n", b"\r", b"&", b"<a b='", b"\0", b"h\n"])
@pytest.mark.parametrize("head", [b"", b"<urlset>", b"<rss>", b"<feed>"])
def test_what_is_made_to_take_long_takes_linear_time(head: bytes, shape: bytes) -> None:
    begin = process_time()

    locations(head + shape * (131_072 // len(shape)))

    assert process_time() - begin < 5

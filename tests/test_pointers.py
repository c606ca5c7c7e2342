"""Addresses that a page names: each made absolute, none invented."""

import pytest
from fakes import url

from crawler.facts import read_facts
from crawler.model import PageFacts, Response
from crawler.page import read_page
from crawler.pointers import MAX_FEEDS

HERE = "https://a.example/x/page"


def facts_of(page: str, address: str = HERE, **headers: str) -> PageFacts:
    response = Response(200, {"content-type": "text/html", **headers}, page.encode())
    return read_facts(read_page(response), response, url(address))


@pytest.mark.parametrize(
    ("page", "header", "canonical"),
    [
        ("<link rel=canonical href=/a><meta property=og:url content=/b>", "</c>; rel=canonical",
         "https://a.example/a"),
        ("<link rel=canonical href=/><meta property=og:url content=/b>", "</c>; rel=canonical",
         "https://a.example/c"),
        ("<meta property=og:url content=/b>", '</c>; rel="canonical"', "https://a.example/c"),
        ("<meta property=og:url content=/b>", "</c>; rel=next", "https://a.example/b"),
        ("<meta property=og:url content=/b>", "", "https://a.example/b"),
        ("<meta property=og:url content=/>", "", None),
        ("", '<x>; rel=next, <c>; title="a,b"; rel="up canonical"', "https://a.example/x/c"),
        ("", '<c>; REL = "Canonical"', "https://a.example/x/c"),
        ("", "<c>; rel=canonical2", None),
        ("", "<c>; notrel=canonical", None),
        ("", "c; rel=canonical", None),
        ("", "<>; rel=canonical", None),
        ("", "< >; rel=canonical", None),
        ("<body><link rel=canonical href=/a>", "", None),
    ],
)  # fmt: skip
def test_the_canonical_address_is_the_first_that_can_be_believed(
    page: str, header: str, canonical: str | None
) -> None:
    assert facts_of(f"<title>T</title>{page}", link=header).canonical_url == canonical


def test_feeds_are_those_of_a_known_type() -> None:
    page = (
        "<link rel=alternate type=application/rss+xml href=/feed>"
        "<link rel=alternate type='application/Atom+XML; charset=utf-8' href=atom>"
        "<link rel='alternate home' type=application/feed+json href=//b.example/feed.json>"
        "<link rel=alternate type=application/rss+xml href=/feed>"
        "<link rel=alternate hreflang=de href=/de><link rel=alternate type=text/html href=/no>"
        "<link rel=stylesheet type=application/rss+xml href=/no><link rel=alternate href=' '>"
        "<link rel=alternate type=application/rss+xml href='javascript:1'>"
    )
    assert facts_of(page).feeds == (
        "https://a.example/feed",
        "https://a.example/x/atom",
        "https://b.example/feed.json",
    )


def test_feeds_are_few() -> None:
    links = (f"<link rel=alternate type=application/rss+xml href=/{n}>" for n in range(30))
    assert len(facts_of("".join(links)).feeds) == MAX_FEEDS


@pytest.mark.parametrize(
    ("page", "image"),
    [
        ("<meta property=og:image content=/a.png><meta name=twitter:image content=/b.png>", "a"),
        ("<meta property=og:image content=data:x><meta name=twitter:image content=/b.png>", "b"),
        ("<meta property=og:image:url content=/a.png>", "a"),
        ("<meta property=og:image:secure_url content=https://a.example/a.png>", "a"),
        ("<meta name=twitter:image:src content=../a.png>", "a"),
        ('<script type="application/ld+json">{"@type":"Article","image":{"url":"/a.png"}}</script>',
         "a"),
        ("<link rel=image_src href=/a.png>", "a"),
        ("<link rel=icon href=/a.png>", None),
        ("", None),
    ],
)  # fmt: skip
def test_an_image_is_absolute(page: str, image: str | None) -> None:
    assert facts_of(page).image == (f"https://a.example/{image}.png" if image else None)


@pytest.mark.parametrize(
    ("page", "licence"),
    [
        ("<link rel=license href=/l>", "https://a.example/l"),
        ('<script type="application/ld+json">{"@type":"Article","license":"/l"}</script>',
         "https://a.example/l"),
        ("<meta name=dcterms.license content=https://l.example/>", "https://l.example/"),
        ("<meta name=DC.rights content=https://l.example/>", "https://l.example/"),
        ("<meta name=DC.rights content='All rights reserved'>", None),
        ("<body>" + "<p>x</p>" * 20_000 + '<p><a rel="license" href="https://l.example/by&amp;sa">',
         "https://l.example/by&sa"),
        ('<a href=/l rel="license">', "https://a.example/l"),
        ('<a rel="license">', None),
        ('rel="license" href=/l', None),
        ('< rel="license"', None),
        ('<!-- rel="license" href=/l', None),
    ],
)  # fmt: skip
def test_a_licence_is_an_address(page: str, licence: str | None) -> None:
    assert facts_of(page).licence == licence

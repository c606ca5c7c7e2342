"""What a way through a shortener says."""

import pytest
from fakes import url

from crawler.model import Fetch, Hop, Response, Via
from crawler.shortening import (
    has_closed,
    is_unknown_code,
    looks_shortened,
    only_leads,
)
from crawler.tables import rows, shortener_of


def way(*urls: str, status: int = 301) -> Fetch:
    *hops, end = map(url, urls)
    return Fetch(url(urls[0]), end, Response(200), tuple(Hop(hop, status) for hop in hops))


@pytest.mark.parametrize(
    "urls",
    [
        ("https://bit.ly/abc", "https://bit.ly/"),
        ("http://bit.ly/abc", "https://bit.ly/abc", "https://bitly.com/"),
        ("https://bit.ly/abc", "https://bitly.com/pages/error"),
        ("https://tinyurl.com/abc", "https://tinyurl.com/nosuchurl"),
        ("https://tinyurl.com/abc", "https://www.tinyurl.com/app/terminated"),
        ("https://is.gd/abc", "https://is.gd/404.php"),
        ("https://aka.ms/abc", "https://www.bing.com/?ref=aka&shorturl=abc"),
        ("https://aka.ms/abc", "https://www.microsoft.com/en-us/"),
        ("https://go.microsoft.com/fwlink/?LinkID=1", "https://www.microsoft.com/"),
        ("https://a.example/x", "https://bit.ly/abc", "https://bit.ly/"),
    ],
)
def test_a_shortener_that_leads_to_itself_knows_no_such_link(urls: tuple[str, ...]) -> None:
    assert is_unknown_code(way(*urls))


@pytest.mark.parametrize(
    "urls",
    [
        ("https://bit.ly/abc", "https://a.example/"),
        ("https://bit.ly/abc", "https://a.example/404"),
        ("https://bit.ly/abc",),
        ("http://bit.ly/abc", "https://bit.ly/abc"),
        ("https://bit.ly/", "https://bitly.com/"),
        ("https://bit.ly/error", "https://bitly.com/"),
        ("https://bit.ly/abc", "https://bitly.com/blog/2020"),
        ("https://tinyurl.com/abc", "https://tinyurl.com/preview/abc"),
        ("https://aka.ms/abc", "https://www.microsoft.com/en-us/download"),
        ("https://aka.ms/abc", "https://learn.microsoft.com/"),
        ("https://nyti.ms/abc", "https://www.nytimes.com/"),
        ("https://doi.org/10.1/2", "https://doi.org/"),
        ("https://t.me/ann", "https://t.me/"),
        ("https://a.example/x", "https://a.example/"),
    ],
)
def test_a_code_that_leads_on_or_answers_is_known(urls: tuple[str, ...]) -> None:
    assert not is_unknown_code(way(*urls))


@pytest.mark.parametrize(
    ("urls", "closed"),
    [
        (("https://su.pr/abc",), "su.pr"),
        (("https://bit.ly/abc", "https://su.pr/abc"), "su.pr"),
        (("https://ann.page.link/x",), "page.link"),
        (("https://bit.ly/abc",), None),
        (("https://a.example/",), None),
    ],
)
def test_a_shortener_that_has_closed_is_known(urls: tuple[str, ...], closed: str | None) -> None:
    found = has_closed(way(*urls))
    assert (found.host if found else None) == closed


@pytest.mark.parametrize("code", ["aB3dE", "x1y2z", "3xY9", "aB3-_x", "AB3d/"])
def test_a_short_name_with_a_code_that_leads_elsewhere_looks_like_a_shortener(code: str) -> None:
    fetch = way(f"https://abc.io/{code}", "https://other.example/page")
    assert looks_shortened(fetch)
    assert only_leads(fetch)


@pytest.mark.parametrize(
    "urls",
    [
        ("https://x.org/", "https://www.x.org/en"),
        ("https://x.org/aB3dE", "https://www.x.org/aB3dE/en"),
        ("https://x.org/aB3dE", "https://y.org/aB3dE"),
        ("https://x.org/wiki", "https://y.org/"),
        ("https://x.org/python3", "https://y.org/"),
        ("https://x.org/rfc2616", "https://y.org/"),
        ("https://x.org/2024", "https://y.org/"),
        ("https://x.org/JavaScript", "https://y.org/"),
        ("https://x.org/README", "https://y.org/"),
        ("https://x.org/aB3dE/more", "https://y.org/"),
        ("https://x.org/aB3dE?x=1", "https://y.org/"),
        ("https://docs.x.org/aB3dE", "https://y.org/"),
        ("https://longname.org/aB3dE", "https://y.org/"),
        ("https://x.org/aB3dE",),
    ],
)
def test_an_own_short_domain_does_not_look_like_one(urls: tuple[str, ...]) -> None:
    assert not looks_shortened(way(*urls))
    assert not only_leads(way(*urls))


def test_a_page_that_leads_on_by_itself_does_not_look_like_one() -> None:
    fetch = way("https://abc.io/aB3dE", "https://other.example/page", status=200)
    assert not looks_shortened(fetch)


@pytest.mark.parametrize("link", ["https://bit.ly/abc", "https://doi.org/10.1/2"])
def test_shorteners_and_wrappers_only_lead(link: str) -> None:
    assert only_leads(way(link, "https://a.example/"))
    hop = Hop(url("https://a.example/"), None, Via.WRAPPER)
    assert only_leads(Fetch(hop.url, url("https://b.example/"), Response(200), (hop,)))


def test_the_table_of_homes_is_sorted_and_of_shorteners() -> None:
    table = list(rows("short_code_homes.tsv"))
    assert sorted(table) == table
    for shortener, home in table:
        known = shortener_of(shortener)
        assert known is not None
        assert known.host == shortener
        assert url(f"https://{home}/").host == home

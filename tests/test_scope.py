"""Where a site ends and a trap begins: whatever addresses come, reading comes to an end."""

from collections import Counter

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.scope import (
    MAX_LENGTH,
    MAX_REPEATED,
    MAX_SEGMENTS,
    MAX_VARIANTS,
    Bound,
    Scope,
    is_variant,
    trap_of,
)
from crawler.urls import Url

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

HOME = "https://a.example"
PATHS = st.lists(st.sampled_from(("a", "b", "c;s=1", "c;s=2", "d.html", "")), max_size=8).map(
    lambda segments: "/" + "/".join(segments)
)
QUERIES = st.sampled_from(("", "?", "?x=1", "?x=2&y=1"))
URLS = st.builds(
    Url,
    st.sampled_from(("http", "https")),
    st.sampled_from(("a.example", "b.example", "a.example:81")),
    st.builds(str.__add__, PATHS, QUERIES),
)


def scope(*sources: str, max_pages: int = 1000, depth: int | None = None) -> Scope:
    made = Scope(max_pages, depth)
    for source in sources:
        made.open(url(source), source)
    return made


@pytest.mark.parametrize(
    ("source", "page", "covered"),
    [
        ("/docs/", "/docs/", True),
        ("/docs/", "/docs/a/b?x", True),
        ("/docs/index.html", "/docs/a", True),
        ("/docs/", "/docs", False),
        ("/docs", "/other", True),
        ("/docs/?page=/a/b/", "/docs/c", True),
        ("/docs/", "/docsy/", False),
        ("/docs/", "/", False),
        ("/", "/a", True),
    ],
)
def test_what_stands_below_the_directory_of_a_source_is_covered(
    source: str, page: str, *, covered: bool
) -> None:
    assert scope(HOME + source).covers(url(HOME + page)) == covered


@pytest.mark.parametrize(
    "page",
    ["http://a.example/", "https://www.a.example/", "https://a.example:8443/", "https://b.example"],
)
def test_another_origin_is_another_site(page: str) -> None:
    assert not scope(f"{HOME}/").covers(url(page))


def test_a_page_is_read_for_the_source_that_is_nearest() -> None:
    sites = scope(f"{HOME}/", f"{HOME}/docs/", f"{HOME}/docs/old.html")
    assert sites.source(url(f"{HOME}/docs/a")) == f"{HOME}/docs/"
    assert sites.source(url(f"{HOME}/a")) == f"{HOME}/"
    assert sites.source(url("https://b.example/")) is None


@given(st.lists(URLS, max_size=4), URLS)
def test_whatever_is_covered_is_of_the_origin_of_a_source(sources: list[Url], page: Url) -> None:
    sites = Scope(10)
    for each in sources:
        sites.open(each, str(each))
    same = [
        each for each in sources if (each.scheme, each.authority) == (page.scheme, page.authority)
    ]
    beside = [each for each in same if page.path.startswith(each.path.rpartition("/")[0] + "/")]
    assert sites.covers(page) == bool(beside)
    assert (sites.source(page) is not None) == sites.covers(page)


@pytest.mark.parametrize(
    ("target", "bound"),
    [
        ("/", None),
        ("/2020/12/12/12/", None),
        ("/" + "a/" * MAX_REPEATED, None),
        ("/" + "a/" * (MAX_REPEATED + 1), Bound.REPEATED),
        ("/x/" + "a;s=1/a;s=2/" * 3, Bound.REPEATED),
        ("/" + "/".join(map(str, range(MAX_SEGMENTS))), None),
        ("/" + "/".join(map(str, range(MAX_SEGMENTS + 1))), Bound.SEGMENTS),
        ("/?" + "a" * (MAX_LENGTH - 2), None),
        ("/?" + "a" * (MAX_LENGTH - 1), Bound.LENGTH),
        ("/" + "/" * 100, None),
    ],
)
def test_traps_are_told_by_their_addresses(target: str, bound: Bound | None) -> None:
    assert trap_of(url(HOME + target)) == bound


@pytest.mark.parametrize(
    ("target", "variant"), [("/a", False), ("/a?", True), ("/a?b", True), ("/a;b/c", True)]
)
def test_a_path_with_parameters_may_stand_for_many_pages(target: str, *, variant: bool) -> None:
    assert is_variant(url(HOME + target)) == variant


def test_variants_of_one_path_are_bounded_and_those_of_others_are_not() -> None:
    sites = scope(f"{HOME}/")
    admitted = [sites.admits(url(f"{HOME}/a?x={n}"), 1) for n in range(MAX_VARIANTS + 5)]
    assert Counter(admitted) == {True: MAX_VARIANTS, False: 5}
    assert not sites.admits(url(f"{HOME}/a;session=9"), 1)
    assert sites.admits(url(f"{HOME}/a"), 1)
    assert sites.admits(url(f"{HOME}/b?x=1"), 1)
    (remark,) = sites.remarks()
    assert remark.startswith(f"{HOME}: 6 pages were looked at and not read for links: beyond 100 ")


def test_what_is_left_out_is_told_of_each_site_and_for_each_reason() -> None:
    sites = scope(f"{HOME}/", "https://b.example/", max_pages=1, depth=2)
    assert sites.admits(url(f"{HOME}/a"), 2)
    for page in ("/b", "/c"):
        assert not sites.admits(url(HOME + page), 1)
    assert not sites.admits(url("https://b.example/deep"), 3)
    assert list(sites.remarks()) == [
        f"{HOME}: 2 pages were looked at and not read for links: beyond --max-pages.",
        "https://b.example: 1 page was looked at and not read for links: deeper than --depth.",
    ]


def test_what_was_no_page_makes_room_for_another() -> None:
    sites = scope(f"{HOME}/", max_pages=1)
    assert sites.admits(url(f"{HOME}/image"), 1)
    sites.give_back(url(f"{HOME}/image"))
    assert sites.admits(url(f"{HOME}/page"), 1)
    assert not sites.admits(url(f"{HOME}/more"), 1)


@given(st.lists(st.tuples(URLS, st.integers(1, 5)), max_size=60), st.integers(1, 9))
def test_no_site_is_read_beyond_its_bounds_and_nothing_is_left_out_silently(
    found: list[tuple[Url, int]], max_pages: int
) -> None:
    sites = scope(f"{HOME}/", "http://b.example/", max_pages=max_pages, depth=3)
    inside = [(page, depth) for page, depth in found if sites.covers(page)]
    admitted = [page for page, depth in inside if sites.admits(page, depth)]
    by_site = Counter(page.authority for page in admitted)
    assert all(number <= max_pages for number in by_site.values())
    told = sum(int(remark.split(" ")[1]) for remark in sites.remarks())
    assert len(admitted) + told == len(inside)

"""Titles: which one is shown, and what is cut off."""

# ruff: noqa: RUF001 - separators that look alike

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.titles import ORDER, choose

HOST = "www.example.co.uk"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("T | Site", "T"),
        ("T - Site", "T"),
        ("T – Site", "T"),
        ("T — site", "T"),
        ("T · SITE", "T"),
        ("T • Site", "T"),
        ("T » Site", "T"),
        ("T ~ Site", "T"),
        ("T : Site", "T"),
        ("T: Site", "T"),
        ("T :: Site", "T"),
        ("T | Example", "T"),
        ("T | www.example.co.uk", "T"),
        ("T | example.co.uk", "T"),
        ("A - B | Site", "A - B"),
        ("T | The other – Site", "T"),
        ("T - A – B", "T"),
        ("T | Co", "T | Co"),
        ("T | Www", "T | Www"),
        ("T | Other", "T | Other"),
        ("Site | T", "Site | T"),
        ("Site | Site", "Site"),
        ("| Site", "| Site"),
        ("T-Site", "T-Site"),
        ("T |", "T |"),
        ("Site", "Site"),
    ],
)
def test_the_name_of_the_site_is_cut_off_at_the_end(title: str, shown: str) -> None:
    names = ["Site", "A – B", "The other – Site", ""]
    assert choose({"html": title}, names, HOST) == (shown, "html")
    assert choose({"html-body": title}, names, HOST) == (shown, "html-body")
    assert choose({"og": title, "h1": "no"}, [], "b.example") == (title, "og")


@pytest.mark.parametrize("og", ["Site", "SITE", "example.co.uk", "www.example.co.uk", "S i-t.e"])
def test_an_open_graph_title_that_names_the_site_alone_comes_last(og: str) -> None:
    assert choose({"og": og, "html": "T - Site"}, ["Site"], HOST) == ("T", "html")
    assert choose({"og": og, "h1": "H"}, ["Site"], HOST) == ("H", "h1")
    assert choose({"og": og}, ["Site"], HOST) == (og, "og")


def test_the_first_place_that_has_a_title_is_taken() -> None:
    titles = dict(zip(ORDER, ORDER, strict=True))
    for source in ORDER:
        assert choose(titles, [], HOST) == (source, source)
        del titles[source]
    assert choose(titles, [], HOST) is None


@given(st.text(), st.text())
def test_no_text_makes_choosing_fail(title: str, name: str) -> None:
    found = choose({"html": title}, [name], HOST)
    assert found is not None
    assert title.startswith(found[0])

"""The tables that give pages away: their form, how text is folded, and what a phrase is."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.signatures import (
    Mark,
    Missing,
    fold,
    logins,
    missing,
    not_found_phrases,
    parking,
    placeholders,
    segments,
    walls,
    without_asides,
)
from crawler.tables import registrable_domain

TABLES = {
    "bot_walls.tsv": 4,
    "logins.tsv": 2,
    "not_found_asides.txt": 1,
    "not_found_phrases.tsv": 3,
    "parked.tsv": 2,
    "placeholders.txt": 1,
}


def rows(name: str) -> list[list[str]]:
    text = files("crawler").joinpath("data", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("name", "columns"), TABLES.items())
def test_a_table_is_sorted_and_says_what_belongs(name: str, columns: int) -> None:
    text = files("crawler").joinpath("data", name).read_text("utf-8")
    head = " ".join(line for line in text.splitlines() if line.startswith("#"))
    assert re.search("Belongs here|it must be|is taken off|Places:", head)
    assert re.search("[Nn]ot belong here|Does not", head)
    found = rows(name)
    assert found == sorted(found)
    assert len({tuple(row[:3]) for row in found}) == len(found)
    assert all(len(row) == columns and all(map(str.strip, row)) for row in found)


def test_phrases_are_folded_and_found() -> None:
    assert len(not_found_phrases()) == len(rows("not_found_phrases.tsv")) > 400
    for phrase, kind, languages in rows("not_found_phrases.tsv"):
        assert fold(phrase) == phrase
        assert missing(phrase) is Missing(kind)
        assert all(re.fullmatch("[a-z]{2,3}", each) for each in languages.split(","))
    spoken = {each for row in rows("not_found_phrases.tsv") for each in row[2].split(",")}
    assert len(spoken) > 80


def test_titles_of_tables_are_folded() -> None:
    for title in (*walls().titles, *walls().title_hints, *placeholders()):
        assert fold(title) == title
        assert " ".join(segments(title)) == title
    for title in parking().titles:
        assert fold(title.replace("{domain}", "a")) == title.replace("{domain}", "a")


def test_asides_say_nothing_by_themselves() -> None:
    for (word,) in rows("not_found_asides.txt"):
        assert fold(word) == word
        assert without_asides(word) == ""


def test_bodies_and_addresses_are_written_in_lower_case() -> None:
    signs = (*walls().bodies, *walls().body_hints, *walls().addresses, *parking().bodies)
    assert all(sign == sign.lower() for sign in signs)


def test_hosts_are_what_somebody_registered_or_below_it() -> None:
    known = parking()
    assert all(registrable_domain(host) == host for host in known.markets)
    assert not known.hosts & known.markets
    assert logins().hosts & {"accounts.google.com"}
    assert "id" not in logins().labels  # Indonesian editions


def test_what_all_sites_of_a_vendor_send_is_no_sign() -> None:
    names = {name for name, _ in (*walls().headers, *walls().vendors)}
    assert "cf-ray" not in names
    assert not [
        sign for name, sign in walls().vendors if name == "server" and sign.search("cloudflare")
    ]


def test_marks_have_names_of_their_own() -> None:
    assert len({mark.value for mark in Mark}) == len(Mark)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Oops!  Page\n NOT found…", "oops page not found"),
        ("Page “not” found (404)", "page not found 404"),
        ("C’est l`heure", "c'est l'heure"),
        ("خطای ۴۰۴", "خطای 404"),
        ("ＰＡＧＥ", "page"),
        ("404 - Not - found", "404 not found"),
        ("well-known and/or", "well-known and/or"),
        ("", ""),
    ],
)
def test_what_people_read_alike_is_one(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Page not found | Acme", ("page not found", "acme")),
        ("Acme – Page not found", ("acme", "page not found")),
        ("Error 404: Page not found", ("error 404", "page not found")),
        ("Oops! That page", ("oops", "that page")),
        ("404. That's an error", ("404 that's an error",)),
        ("页面不存在-流明", ("页面不存在", "流明")),
        ("404_页面不存在_论坛", ("404", "页面不存在", "论坛")),
        ("Ready-made pages", ("ready-made pages",)),
        ("Acme :: 404", ("acme", "404")),
        ("|", ()),
    ],
)
def test_a_title_falls_into_parts(title: str, parts: tuple[str, ...]) -> None:
    assert segments(title) == parts


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("page not found", Missing.PAGE),
        ("Oops! Page not found (404)", Missing.PAGE),
        ("404页面不存在", Missing.PAGE),
        ("抱歉，您访问的页面不存在", Missing.PAGE),
        ("Error404", Missing.BARE),
        ("404", Missing.BARE),
        ("HTTP 404 error", Missing.BARE),
        ("Not found", Missing.BARE),
        ("oops", None),
        ("error", None),
        ("How to design a 404 page", None),
        ("page not found " * 20, None),
        ("404 Media", None),
        ("gone", None),
        ("nothing found", None),
        ("", None),
    ],
)
def test_a_phrase_says_that_something_is_missing_and_nothing_else(
    text: str, kind: Missing | None
) -> None:
    assert missing(fold(text)) is kind


@given(st.text())
def test_folding_never_raises_and_is_done_once(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert all(part == " ".join(part.split()) for part in segments(text))
    missing(folded)

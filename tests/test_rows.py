"""Values on their way into the history and back: what stands in a row, and what is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import NOON, look, occurrence, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import StoreError
from crawler.model import (
    Finding,
    Health,
    Hop,
    Ignore,
    LinkState,
    Outcome,
    PageFacts,
    Place,
    Severity,
    Sketch,
    Validators,
)
from crawler.rows import (
    hop_rows,
    ignores_text,
    iso,
    known_url,
    look_of,
    look_row,
    maybe_iso,
    maybe_moment,
    moment,
    place_of,
    place_row,
    run_of,
    unasked_of,
)
from crawler.state_rows import judged_of, link_row, state_of, stateless_row
from crawler.text import clean
from crawler.urls import Rejected, Rejection, Target

A = url("https://a.example/")
LOOK_ROW = look_row(look("ok")) | {"url": str(A), "id": 1, "link_id": 1}
SKETCH = Sketch(NOON, str(A), None, "Título", "es", "A site", "https://a.example/x", "0a1b")
STATE = LinkState(
    A, Health.BROKEN, NOON, NOON, None, NOON, 1, None, 0, Outcome.OK, "+-", SKETCH, NOON, 2
)
RUN_ROW: dict[str, Any] = {
    "name": "r", "started_at": iso(NOON), "finished_at": None, "complete": 0, "network": None,
    "ignores": None,
}  # fmt: skip
PLACE_ROW = place_row(Place(occurrence(), Target(A)), {"a.md": 1}, {A: 1}, {}) | {
    "document": "a.md",
    "url": str(A),
}


def test_moments_are_written_in_utc_with_milliseconds() -> None:
    assert iso(NOON) == "2026-11-22T12:00:00.000Z"
    assert maybe_iso(None) is None
    assert maybe_moment(None) is None


@given(st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_moments_are_read_back_to_the_millisecond(at: datetime) -> None:
    assert timedelta() <= at - moment(iso(at)) < timedelta(milliseconds=1)


@given(
    *[
        st.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
        for _ in range(2)
    ]
)
def test_written_moments_are_in_the_order_of_time(one: datetime, other: datetime) -> None:
    if iso(one) < iso(other):
        assert one < other


def test_a_look_is_one_flat_row_of_plain_values() -> None:
    moved = replace(
        look("permanent"),
        final_url=url("https://b.example/"),
        facts=PageFacts(title="T"),
        findings=(Finding("moved", Severity.ADVICE, "m", "https://b.example/"),),
    )
    row = look_row(moved)
    assert all(value is None or isinstance(value, str | int) for value in row.values())
    assert row["outcome"] == "redirected"
    assert row["reason"] == "permanent"
    assert row["title"] == "T"
    assert row["final_url"] == "https://b.example/"
    assert row["findings"] == (
        '[{"name": "moved", "severity": "advice", "message": "m", '
        '"replacement": "https://b.example/"}]'
    )


def test_validators_are_read_back_with_the_url_that_gave_them() -> None:
    there = url("https://b.example/")
    known = Validators(there, NOON, 'W/"x"', "Sun, 22 Nov 2026 10:00:00 GMT")
    seen = replace(look(), final_url=there, validators=known)
    assert look_of(look_row(seen) | {"url": str(A)}) == seen
    assert look_of(look_row(seen) | {"url": str(A), "final_url": None}).validators is None


def test_hops_are_numbered_in_their_order() -> None:
    moved = replace(look(), hops=(Hop(A, 301), Hop(url("https://b.example/"), 302)))
    assert [(row["position"], row["url"], row["status"]) for row in hop_rows(moved, 7)] == [
        (0, "https://a.example/", 301),
        (1, "https://b.example/", 302),
    ]
    assert {row["observation_id"] for row in hop_rows(moved, 7)} == {7}


def test_a_links_row_has_its_state_and_the_facts_of_its_latest_look() -> None:
    row = link_row(STATE, LOOK_ROW | {"title": "T", "id": 5, "link_id": 9})
    assert (row["id"], row["observation_id"]) == (9, 5)
    assert (row["health"], row["bad_looks"], row["last_ok_at"]) == ("broken", 1, None)
    assert (row["title"], row["outcome"]) == ("T", "ok")
    assert state_of(row | {"url": str(A)}) == STATE


@pytest.mark.parametrize(
    ("target", "unasked", "expected"),
    [
        (Target(A, "top"), {}, (1, "top", None, None)),
        (Target(A), {A: verdict_of("offline")}, (1, None, "offline", None)),
        (Rejected("x", Rejection.RELATIVE), {}, (None, None, "relative", None)),
        (Rejected("x", Rejection.SCHEME, "ftp"), {}, (None, None, "scheme", "ftp")),
    ],
)
def test_a_places_row_says_where_it_leads_or_why_nowhere(
    target: Target | Rejected, unasked: dict[Any, Any], expected: tuple[Any, ...]
) -> None:
    row = place_row(Place(occurrence(), target), {"a.md": 3}, {A: 1}, unasked)
    assert (row["link_id"], row["fragment"], row["unasked"], row["unasked_detail"]) == expected
    assert row["place"] == "a.md:1:1"
    assert row["document_id"] == 3


@pytest.mark.parametrize("text", ["", "mailto:a@b.example", "/path", "https://"])
def test_a_url_that_crawl_never_wrote_is_refused(text: str) -> None:
    with pytest.raises(StoreError, match="changed by another program"):
        known_url(text)


def test_what_is_no_url_is_read_back_with_its_reason() -> None:
    row = PLACE_ROW | {"url": None, "unasked": "scheme", "unasked_detail": "ftp"}
    assert place_of(row).target == Rejected("https://a.example/", Rejection.SCHEME, "ftp")


@pytest.mark.parametrize("ignored", ["", "moves; until 2027-01-31"])
@pytest.mark.parametrize("target", [Target(A, "top"), Rejected("x", Rejection.SCHEME, "ftp")])
def test_a_place_that_is_left_out_is_read_back_with_its_url(
    ignored: str, target: Target | Rejected
) -> None:
    place = Place(occurrence("x"), target, ignored)
    row = place_row(place, {"a.md": 1}, {A: 1}, {A: verdict_of("excluded")})
    row |= {"document": "a.md", "url": str(A) if isinstance(target, Target) else None}

    assert place_of(row) == place
    assert unasked_of(row) is None


def test_what_is_unasked_is_read_only_where_there_is_a_link() -> None:
    assert unasked_of(PLACE_ROW) is None
    assert unasked_of(PLACE_ROW | {"unasked": "excluded"}) == verdict_of("excluded")
    assert unasked_of(PLACE_ROW | {"unasked": "relative", "url": None}) is None


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "splendid"},
        {"confidence": None},
        {"status": "\x1b[31m"},
        {"attempts": float("inf")},
        {"elapsed_ms": b"1"},
        {"http_stack": b"fast"},
        {"at": "yesterday"},
        {"at": None},
        {"findings": "["},
        {"findings": "null"},
        {"findings": '[{"name": "n"}]'},
        {"findings": '[{"name": "n", "severity": "grave", "message": "", "replacement": null}]'},
        {"url": "nothing"},
        {"final_url": "nothing"},
        {"final_url": str(A), "read_at": "yesterday", "etag": '"x"'},
        {"final_url": str(A), "read_at": iso(NOON)},
        {"final_url": str(A), "read_at": iso(NOON), "etag": '"x"\r\nx-evil: 1'},
        {"final_url": str(A), "read_at": iso(NOON), "etag": '"x"', "last_modified": "0"},
    ],
)
def test_a_look_with_a_value_that_crawl_never_writes_is_refused(change: dict[str, Any]) -> None:
    assert look_of(LOOK_ROW) == look("ok")
    with pytest.raises(StoreError, match="it was changed by another program"):
        look_of(LOOK_ROW | change)


STATE_ROW = link_row(STATE, LOOK_ROW | {"link_id": 9}) | {"url": str(A)}


@pytest.mark.parametrize(
    "change",
    [
        {"health": "splendid"},
        {"outcome": "splendid"},
        {"since": "yesterday"},
        {"trail": "+-*"},
        {"trail": None},
        {"drift_since": "never"},
        {"known": "["},
        {"known": "[]"},
        {"known": "5"},
        {"known": "{}"},
        {"known": '{"at": "2026-11-22T12:00:00Z"}'},
        {"known": '{"at": "2026-11-22T12:00:00Z", "final_url": "https://a.example/", "title": 5}'},
    ],
)
def test_a_state_with_a_value_that_crawl_never_writes_is_refused(change: dict[str, Any]) -> None:
    assert state_of(STATE_ROW).known == SKETCH
    with pytest.raises(StoreError, match="it was changed by another program"):
        state_of(STATE_ROW | change)


def test_what_a_page_was_like_is_cleaned_and_nothing_is_known_of_a_new_link() -> None:
    known = {"at": iso(NOON), "final_url": "https://a.example/", "title": "\x1b[31mred"}
    sketch = state_of(STATE_ROW | {"known": json.dumps(known)}).known
    assert sketch == Sketch(NOON, "https://a.example/", title="[31mred")
    assert state_of(STATE_ROW | {"known": None}).known is None
    assert set(stateless_row(9)) == set(link_row(STATE, LOOK_ROW | {"link_id": 9}))
    assert [value for value in stateless_row(9).values() if value is not None] == [9]


@pytest.mark.parametrize("code", ["ok", "not-found"])
def test_of_a_look_that_is_judged_again_only_what_health_depends_on_is_read(code: str) -> None:
    page = replace(look(code), final_url=A, facts=PageFacts(title="T", author="N", content="0a"))
    hops = (Hop(A, 301),)
    read = judged_of(look_row(page) | {"url": str(A)}, hops)
    there = (A, hops, PageFacts(title="T", content="0a"))
    assert (read.url, read.at, read.verdict) == (page.url, page.at, page.verdict)
    assert (read.final_url, read.hops, read.facts) == (
        there if code == "ok" else (None, (), PageFacts())
    )


@given(st.lists(st.from_type(Ignore), max_size=3).map(tuple))
def test_what_a_run_left_out_is_read_back(ignores: tuple[Ignore, ...]) -> None:
    read = run_of(RUN_ROW | {"ignores": ignores_text(ignores)}).ignores
    cleaned = [
        replace(each, document=clean(each.document), reason=clean(each.reason)) for each in ignores
    ]
    assert read == tuple(cleaned)


@pytest.mark.parametrize(
    "change",
    [
        {"network": "sideways"},
        {"name": b"a"},
        {"started_at": ""},
        {"ignores": "["},
        {"ignores": "[1]"},
        {"ignores": '[{"document": "a.md"}]'},
        {"ignores": ignores_text([Ignore("a.md", 1)]).replace("unused", "splendid")},
        {"ignores": ignores_text([Ignore("a.md", 1)]).replace("1", '"x"')},
    ],
)
def test_a_run_with_a_value_that_crawl_never_writes_is_refused(change: dict[str, Any]) -> None:
    assert run_of(RUN_ROW).started_at == NOON
    with pytest.raises(StoreError, match="it was changed by another program"):
        run_of(RUN_ROW | change)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "splendid"},
        {"url": None, "unasked": "splendid"},
        {"url": None, "unasked": "relative", "path": b"x"},
        {"url": "nothing"},
        {"line": "\n::error::x"},
        {"end_column": None},
        {"document": None},
        {"raw": b"x"},
        {"fragment": 7},
    ],
)
def test_a_place_with_a_value_that_crawl_never_writes_is_refused(change: dict[str, Any]) -> None:
    assert place_of(PLACE_ROW) == Place(occurrence(), Target(A))
    with pytest.raises(StoreError, match="it was changed by another program"):
        place_of(PLACE_ROW | change)


def test_a_reason_that_crawl_does_not_know_is_refused() -> None:
    with pytest.raises(StoreError, match="written by a newer version of crawl"):
        unasked_of(PLACE_ROW | {"unasked": "splendid"})


def test_a_moment_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="2026-01-01"):
        moment("2026-01-01T00:00:00")

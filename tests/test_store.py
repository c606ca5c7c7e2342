"""The history: what is written is read back, and what is unfinished is not seen."""

import json
import os
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fakes import NOON, look, occurrence, states_in, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.contents import Contents
from crawler.errors import BusyError, DamagedError, RecordingError, StoreError
from crawler.folding import refold
from crawler.health import advance, fold
from crawler.model import (
    Document,
    Finding,
    Health,
    Hop,
    Kind,
    Network,
    Observation,
    Occurrence,
    Outcome,
    PageFacts,
    Place,
    Run,
    Severity,
    Span,
    Validators,
    Verdict,
)
from crawler.reasons import REASONS
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.story import Story
from crawler.text import clean
from crawler.urls import Rejected, Rejection, Target, Url
from crawler.version import __version__

A, B, C = "https://a.example/", "https://b.example/page?q=1", "http://c.example:8080/%C3%A9"
DIGEST = "0123456789ab"
HEALTH = HealthSettings()
DAY = timedelta(days=1)
SNAPSHOT = Path(__file__).parent / "cases" / "store" / "small-run.txt"


def a_run(at: datetime = NOON, name: str = "") -> Run:
    return Run(name or f"run-{at:%Y%m%dT%H%M%S%f}", at)


def a_document(name: str = "a.md", source: str = "docs") -> Document:
    return Document(name, "markdown", "", source=source)


def a_place(
    address: str = A, line: int = 1, document: str = "a.md", fragment: str | None = None
) -> Place:
    return Place(occurrence(address, line, document), Target(url(address), fragment))


def places_of(looks: Sequence[Observation]) -> list[Place]:
    return [a_place(str(look.url), line) for line, look in enumerate(looks, 1)]


def remember(  # noqa: PLR0913 - all but the looks are said by their names
    store: Store,
    looks: Sequence[Observation] = (),
    at: datetime = NOON,
    *,
    documents: Sequence[Document] | None = None,
    places: Sequence[Place] | None = None,
    unasked: Mapping[Url, Verdict] | None = None,
    unread: frozenset[str] = frozenset(),
) -> Run:
    """Have one whole run; return it as it was finished."""
    begun = store.begin(a_run(at), DIGEST, at)
    store.record(begun.number, looks)
    finished = replace(begun.run, finished_at=at + timedelta(minutes=1), complete=True)
    store.finish(
        begun.number,
        finished,
        Contents(
            [a_document()] if documents is None else documents,
            places_of(looks) if places is None else places,
            unasked or {},
            unread,
        ),
        HEALTH,
    )
    return finished


def rows(path: Path, query: str, *values: object) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, values)]


def column(path: Path, query: str, *values: object) -> list[Any]:
    return [next(iter(row.values())) for row in rows(path, query, *values)]


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Give a directory, and the rights of a user to whom permissions mean something."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        if root:
            os.seteuid(65534)
        try:
            yield Path(directory)
        finally:
            if root:
                os.seteuid(0)


# Two runs


@pytest.fixture
def two_runs(store: Store, path: Path) -> Path:
    remember(store, [look("ok", NOON, A), look("not-found", NOON, B), look("ok", NOON, C)])
    later = NOON + DAY
    moved = replace(look("permanent", later, A), final_url=url(C), hops=(Hop(url(A), 301),))
    remember(store, [moved, look("not-found", later, B), look("ok", later, C)], later)
    return path


def tables(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        steps = db.execute("select name from _sqlite_migrations order by id").fetchall()
        return steps + db.execute("select type, name, sql from sqlite_schema").fetchall()


def test_the_histories_of_the_tests_begin_as_all_others_do(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with Store(tmp_path / "at-once.db"):
        pass
    request.getfixturevalue("step_by_step")
    with Store(tmp_path / "step-by-step.db"):
        pass
    assert tables(tmp_path / "at-once.db") == tables(tmp_path / "step-by-step.db")


def test_two_runs_give_two_looks_in_order_to_the_story(store: Store, two_runs: Path) -> None:
    assert two_runs.exists()
    story = store.story(url(A))
    assert [look.verdict.reason for look in story.looks] == ["ok", "permanent"]
    assert story.looks[1].hops == (Hop(url(A), 301),)
    assert [place.href for place in story.places] == [A]
    assert story.state is not None
    assert story.state.health is Health.HEALTHY


def test_links_are_known_since_their_first_look_that_counts(store: Store, two_runs: Path) -> None:
    assert two_runs.exists()
    remember(store, [look("ok", NOON + 2 * DAY, "https://d.example/")], NOON + 2 * DAY)
    begun = store.begin(a_run(NOON + 3 * DAY), DIGEST, NOON + 3 * DAY)
    store.record(begun.number, [look("ok", NOON + 3 * DAY, "https://e.example/")])
    firsts = {url(each): NOON for each in (A, B, C)}
    assert store.first_looks() == firsts | {url("https://d.example/"): NOON + 2 * DAY}


def test_the_view_of_changes_tells_only_what_changed(two_runs: Path) -> None:
    assert rows(two_runs, "select * from changes") == [
        {
            "url": A, "at": "2026-11-23T12:00:00.000Z",
            "outcome_before": "ok", "reason_before": "ok",
            "outcome": "redirected", "reason": "permanent",
            "final_url_before": None, "final_url": C,
        }
    ]  # fmt: skip


def test_the_view_of_broken_links_names_every_place_of_each(store: Store, path: Path) -> None:
    broken = look("not-found", NOON, B)
    places = [a_place(B, 7), a_place(B, 3), a_place(A, 1), a_place(B, 9, "b.md")]
    remember(
        store,
        [broken, look("ok", NOON, A)],
        documents=[a_document("b.md"), a_document("a.md")],
        places=places,
    )
    found = rows(path, "select url, document, line, reason, bad_looks from broken_links")
    assert found == [
        {"url": B, "document": document, "line": line, "reason": "not-found", "bad_looks": 1}
        for document, line in (("a.md", 3), ("a.md", 7), ("b.md", 9))
    ]


def test_the_view_of_link_health_counts_looks_and_places(two_runs: Path) -> None:
    found = rows(
        two_runs, "select url, health, looks, places, bad_looks from link_health order by url"
    )
    assert found == [
        {"url": C, "health": "healthy", "looks": 2, "places": 1, "bad_looks": 0},
        {"url": A, "health": "healthy", "looks": 2, "places": 1, "bad_looks": 0},
        {"url": B, "health": "broken", "looks": 2, "places": 1, "bad_looks": 2},
    ]


def test_the_report_shows_the_latest_look_and_counts_are_stored(
    store: Store, two_runs: Path
) -> None:
    report = store.report()
    assert report.run == store.last_run()
    assert report.run.complete
    assert [row.verdict.reason for row in report.rows] == ["permanent", "not-found", "ok"]
    counts = [json.loads(text) for text in column(two_runs, "select counts from runs order by id")]
    assert counts == [{"ok": 2, "broken": 1}, {"redirected": 1, "broken": 1, "ok": 1}]


def test_a_run_without_links_is_a_run_too(store: Store) -> None:
    run = remember(store, [], documents=[a_document()])
    assert store.last_run() == run
    assert store.report().rows == ()


def test_a_run_that_was_cut_short_stays_marked(store: Store) -> None:
    begun = store.begin(a_run(), DIGEST, NOON)
    short = replace(begun.run, finished_at=None, complete=False, network=Network.UP)
    store.finish(begun.number, short, Contents([], []), HEALTH)
    assert store.last_run() == replace(short, finished_at=NOON)  # an end must be known: its begin


# Round trip

MOMENTS = st.integers(0, 10**9).map(lambda ms: NOON + timedelta(milliseconds=ms))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
URLS = st.sampled_from([
    url(address)
    for address in (A, B, C, "https://xn--bcher-kva.example/", "http://[2001:db8::1]/", f"{A}x%20y")
])  # fmt: skip
CLEAN = TEXTS.map(clean).filter(bool)
MAYBE = st.none() | CLEAN
FACTS = st.builds(PageFacts, *[MAYBE] * 10)
FINDINGS = st.builds(Finding, CLEAN, st.sampled_from(Severity), CLEAN, st.none() | URLS.map(str))
HOPS = st.lists(st.builds(Hop, URLS, st.integers(300, 399)), max_size=3).map(tuple)
VERDICTS = st.builds(
    lambda reason, detail: Verdict(reason.outcome, reason.code, detail, reason.confidence),
    st.sampled_from(REASONS),
    CLEAN,
)
ETAGS = st.none() | st.sampled_from(['"x"', 'W/""'])
DATES = st.none() | st.just("Sun, 22 Nov 2026 10:00:00 GMT")


def with_validators(look: Observation, etag: str | None, date: str | None) -> Observation:
    if look.final_url is None or not (etag or date):
        return look
    return replace(look, validators=Validators(look.final_url, look.at, etag, date))


PLAIN_LOOKS = st.builds(
    Observation,
    url=URLS,
    at=MOMENTS,
    verdict=VERDICTS,
    status=st.none() | st.integers(100, 999),
    final_url=st.none() | URLS,
    hops=HOPS,
    facts=FACTS,
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    attempts=st.integers(0, 9),
    elapsed_ms=st.integers(0, 10**6),
    http_stack=MAYBE,
)
LOOKS = st.builds(with_validators, PLAIN_LOOKS, ETAGS, DATES)
LOOKS_OF_A_RUN = st.lists(LOOKS, unique_by=lambda look: look.url, max_size=3)
REJECTIONS = st.tuples(st.sampled_from(Rejection), TEXTS)


@st.composite
def written_places(draw: st.DrawFn) -> list[Place]:
    where = draw(
        st.lists(
            st.tuples(st.sampled_from(["a.md", "b.md"]), st.integers(1, 9), st.integers(1, 9)),
            unique=True,
            max_size=4,
        )
    )
    places = []
    for document, line, start in where:
        raw, href, text, section = draw(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS))
        kind = draw(st.sampled_from(Kind))
        span = Span(line, start, line + 1, start + 2)
        rejected = st.builds(lambda pair, raw=raw: Rejected(raw, *pair), REJECTIONS)
        target = draw(st.builds(Target, URLS, MAYBE) | rejected)
        places.append(Place(Occurrence(document, span, raw, href, kind, text, section), target))
    return places


@cache
def empty_history() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "h.db")
        with Store(path):
            return path.read_bytes()


@contextmanager
def a_new_history() -> Iterator[Store]:
    """Laws need a hundred new histories: these are copies, and do not wait for the disk."""
    connect = sqlite3.connect

    def impatient(database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        connection: sqlite3.Connection = connect(database, **options)
        connection.execute("pragma synchronous = off")
        return connection

    with tempfile.TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        path = Path(directory, "h.db")
        path.write_bytes(empty_history())
        patch.setattr(sqlite3, "connect", impatient)
        with Store(path) as store:
            yield store


@given(LOOKS_OF_A_RUN, written_places(), MOMENTS)
def test_what_is_recorded_is_read_back_exactly(
    looks: list[Observation], places: list[Place], at: datetime
) -> None:
    at = max((at, *(look.at for look in looks)))  # what lies in the future does not count yet
    with a_new_history() as store:
        run = remember(
            store, looks, at, documents=[a_document(), a_document("b.md")], places=places
        )
        report = store.report()
        stories = {look.url: store.story(look.url) for look in looks}
    by_url = {look.url: look for look in looks}
    assert report.run == run
    in_order = sorted(
        places,
        key=lambda p: (p.occurrence.document, p.occurrence.span.line, p.occurrence.span.column),
    )
    assert [row.place for row in report.rows] == in_order
    for row in report.rows:
        known = by_url.get(row.place.target.url) if isinstance(row.place.target, Target) else None
        assert row.observation == known
    for asked, story in stories.items():
        assert story.looks == (by_url[asked],)
        assert sorted(map(repr, story.places)) == sorted(
            repr(place.occurrence)
            for place in places
            if isinstance(place.target, Target) and place.target.url == asked
        )
        assert story.state == advance(None, by_url[asked], HEALTH)


TRAILS = st.lists(
    st.tuples(
        st.sampled_from(["ok", "not-found", "timeout", "dns-not-found", "tls-expired", "auth"]),
        st.integers(-60, 200),
    ),
    max_size=6,
)


@given(TRAILS)
def test_the_stored_state_is_the_fold_of_the_stored_looks(trail: list[tuple[str, int]]) -> None:
    """Whatever the clock did: what lies in the future of the last run is left out till then.

    What a run saw whose clock was behind those of most others before is not kept.
    """
    seen, ends, now = list[Observation](), list[datetime](), NOON
    with a_new_history() as store:
        for number, (code, hours) in enumerate(trail):
            at = NOON + timedelta(hours=hours, microseconds=1000 * number)
            seen.append(look(code, at, A))
            remember(store, [seen[-1], look("ok", at, B)], at)
            ends.append(at + timedelta(minutes=1))
            if dated(ends)[-1] != ends[-1]:
                seen.pop()
            now = dated(ends)[-1]
            past = sorted((each for each in seen if each.at <= now), key=lambda each: each.at)
            assert states_in(store).get(url(A)) == fold(past, (), HEALTH)
        looks = store.story(url(A)).looks
    assert [each.at for each in looks] == sorted(each.at for each in seen)


def dated(ends: Sequence[datetime]) -> list[datetime]:
    """Return the ends of the runs that were not behind most of those before."""
    found = []
    for number, end in enumerate(ends):
        later = sum(each > end - timedelta(minutes=1) for each in ends[:number])
        if later < 3 or 2 * later <= number:
            found.append(end)
    return found


@given(TRAILS, st.data())
def test_a_state_can_be_made_anew_from_the_looks_alone(
    trail: list[tuple[str, int]], data: st.DataObject
) -> None:
    with a_new_history() as store:
        ends = []
        for number, (code, hours) in enumerate(trail):
            at = NOON + timedelta(hours=hours, microseconds=1000 * number)
            remember(store, [look(code, at, A), look("ok", at, B)], at)
            ends.append(at + timedelta(minutes=1))
        believed = list(store._db.query("select * from links"))
        wrong = data.draw(
            st.sampled_from(
                [
                    "update links set health = 'broken', trail = '--'",
                    "update links set health = null, trail = null, observation_id = null",
                ]
            )
        )
        store._db.execute(wrong)
        if ends:
            refold(store._db, HEALTH, dated(ends)[-1])
            assert list(store._db.query("select * from links")) == believed


def led(page: str, end: str, at: datetime, *findings: Finding) -> Observation:
    seen = look("temporary", at, f"{A}{page}")
    return replace(seen, final_url=url(end), findings=findings)


def test_links_that_have_come_to_end_together_are_told_in_the_report(store: Store) -> None:
    pages, end = ("a", "b", "c"), f"{A}news"
    remember(store, [led(page, f"{A}1/{page}", NOON) for page in pages])
    assert [row.findings for row in store.report().rows] == [(), (), ()]
    remember(store, [led(page, end, NOON + DAY) for page in pages], NOON + DAY)
    told = [row.findings[0] for row in store.report().rows]
    assert {each.name for each in told} == {"converged"}
    assert told[1].message == f"It led to {A}1/b, and now ends where 2 others of its host do."
    remember(store, [led(page, f"{A}2/{page}", NOON + 2 * DAY) for page in pages], NOON + 2 * DAY)
    assert [row.findings for row in store.report().rows] == [(), (), ()]


def test_what_was_sent_home_last_is_known(store: Store) -> None:
    home = Finding("sent-home", Severity.WARNING, "A deep link.")
    remember(store, [led("a", A, NOON, home), led("b", A, NOON, home), led("c", A, NOON)])
    assert store.sent_home() == [(url(f"{A}a"), url(A)), (url(f"{A}b"), url(A))]
    remember(store, [led("a", f"{A}a", NOON + DAY)], NOON + DAY)
    assert store.sent_home() == [(url(f"{A}b"), url(A))]


def took(address: str, milliseconds: int, at: datetime = NOON, *, attempts: int = 1) -> Observation:
    return replace(look("ok", at, address), attempts=attempts, elapsed_ms=milliseconds)


def test_how_long_hosts_take_is_known_by_the_latest_look_at_each_of_their_links(
    store: Store,
) -> None:
    remember(store, [took(A, 9000), took(f"{A}a", 100), took(B, 20_000), took(C, 0, attempts=0)])
    assert store.paces() == {"a.example": 4.55, "b.example": 20.0}
    remember(store, [took(A, 300, NOON + DAY), took(B, 0, NOON + DAY, attempts=0)], NOON + DAY)
    assert store.paces() == {"a.example": 0.2}


def test_how_long_hosts_take_in_a_run_that_goes_on_is_not_known(store: Store) -> None:
    assert store.paces() == {}
    begun = store.begin(a_run(), DIGEST, NOON)
    store.record(begun.number, [took(A, 300)])
    assert store.paces() == {}


# Histories of older versions


def test_a_history_of_the_first_version_is_brought_up_to_date_with_its_looks(
    store: Store, path: Path
) -> None:
    for number, code in enumerate(("ok", "timeout", "ok", "timeout", "ok", "gone")):
        at = NOON + number * DAY
        page = PageFacts("text/html", "Título", "html", "es", "html")
        seen = replace(look(code, at, A), final_url=url(A), facts=page)
        remember(store, [seen, look("ok", at, B)], at)
    unfinished(store, NOON + 9 * DAY)
    believed = rows(path, "select * from links")
    assert [row["health"] for row in believed] == ["flaky", "healthy"]
    with closing(sqlite3.connect(path)) as old, old:
        old.execute("drop index idx_links_observation_id")
        old.execute("drop index idx_documents_run_id")
        for table, columns in (
            ("documents", ("run_id",)),
            ("links", ("trail", "known", "drift_since", "drift_looks", "content")),
            ("observations", ("content", "fragments")),
            ("runs", ("healths",)),
        ):
            for name in columns:
                old.execute(f"alter table {table} drop column {name}")
        old.execute("drop table acceptances")
        old.execute("drop table archived_copies")
        old.execute("drop table transitions")
        old.execute("drop table repairs")
        old.execute("update links set health = 'broken'")  # as the first version folded them
        old.execute("delete from _sqlite_migrations where name <> 'm001_history'")
        old.execute("pragma user_version = 1")
    with pytest.raises(StoreError, match="crawl run"):
        Store(path, read_only=True)
    with Store(path) as again:
        assert states_in(again)[url(A)].trail == "+-+-+-"
    assert column(path, "select run_id from documents") == [number + 1]  # the last that finished
    known = [{**row, "content": None} for row in rows(path, "select * from links")]
    assert known == [{name: row[name] for name in known[0]} for row in believed]


# Runs that never finished


def unfinished(store: Store, at: datetime = NOON) -> int:
    begun = store.begin(a_run(at), DIGEST, at)
    store.record(begun.number, [look("not-found", at, A), look("ok", at, B)])
    return begun.number


def test_nobody_sees_a_run_that_never_finished(store: Store, path: Path) -> None:
    unfinished(store)
    assert store.last_run() is None
    assert list(store.states()) == []
    assert store.story(url(A)) == Story(url(A), (), (), None)
    assert store.similar("example") == []
    for view in ("broken_links", "changes", "link_health"):
        assert rows(path, f"select * from {view}") == [], view  # noqa: S608 - names of ours
    with pytest.raises(StoreError, match=r"holds no finished run yet: run `crawl run` first\."):
        store.report()


def test_an_unfinished_run_changes_nothing_of_what_was_known(store: Store, path: Path) -> None:
    remember(store, [look("ok", NOON, A), look("ok", NOON, B)])
    before = store.report(), states_in(store), store.story(url(A))
    health = rows(path, "select * from link_health")
    unfinished(store, NOON + DAY)
    assert (store.report(), states_in(store), store.story(url(A))) == before
    assert rows(path, "select * from link_health") == health
    assert rows(path, "select * from changes") == []


def test_a_killed_run_of_the_same_settings_goes_on_with_its_looks(store: Store) -> None:
    number = unfinished(store)
    begun = store.begin(a_run(NOON + timedelta(hours=1)), DIGEST, NOON)
    assert begun.number == number
    assert begun.run == a_run(NOON)
    assert {seen.url: seen for seen in store.looks(begun)} == {
        url(A): look("not-found", NOON, A),
        url(B): look("ok", NOON, B),
    }


@pytest.mark.parametrize(
    ("digest", "after"),
    [("another", NOON), (DIGEST, NOON + timedelta(milliseconds=1))],
    ids=["other settings", "too old"],
)
def test_a_killed_run_that_cannot_go_on_is_forgotten(
    store: Store, path: Path, digest: str, after: datetime
) -> None:
    unfinished(store)
    begun = store.begin(a_run(NOON + DAY), digest, after)
    assert list(store.looks(begun)) == []
    assert begun.run == a_run(NOON + DAY)
    assert column(path, "select name from runs") == [begun.run.id]
    assert column(path, "select count(*) from observations") == [0]
    assert column(path, "select count(*) from hops") == [0]


def test_of_several_killed_runs_the_latest_goes_on_alone(store: Store, path: Path) -> None:
    number = unfinished(store)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "insert into runs (name, tool, settings, started_at, complete) "
            "select 'second', tool, settings, started_at, 0 from runs"
        )
    begun = store.begin(a_run(NOON + DAY), DIGEST, NOON)
    assert (begun.number, begun.run.id, begun.last_look) == (number + 1, "second", 0)
    assert column(path, "select name from runs") == ["second"]


def test_an_abandoned_run_leaves_nothing_behind(store: Store, path: Path) -> None:
    remember(store, [look("ok", NOON, A)])
    before = store.report()
    begun = store.begin(a_run(NOON + DAY), DIGEST, NOON + DAY)
    store.record(
        begun.number, [replace(look("permanent", NOON + DAY, A), hops=(Hop(url(A), 301),))]
    )
    assert column(path, "select count(*) from hops") == [1]
    store.abandon(begun)
    assert store.report() == before
    assert column(path, "select count(*) from runs") == [1]
    assert column(path, "select count(*) from observations") == [1]
    assert column(path, "select count(*) from hops") == [0]


# Places


def places_known(store: Store) -> list[tuple[str, int]]:
    where = [row.place.occurrence for row in store.report().rows]
    return [(place.document, place.span.line) for place in where]


def test_documents_that_vanish_from_their_source_lose_their_places(
    store: Store, path: Path
) -> None:
    seen = [look("ok", NOON, A)]
    documents = [a_document("a.md"), a_document("b.md"), a_document("c.md", "other")]
    places = [a_place(A, 1, "a.md"), a_place(A, 1, "b.md"), a_place(A, 1, "c.md")]
    remember(store, seen, documents=documents, places=places)
    remember(
        store,
        [look("ok", NOON + DAY, A)],
        NOON + DAY,
        documents=[a_document("a.md")],
        places=[a_place(A, 4, "a.md")],
    )
    assert places_known(store) == [("a.md", 4), ("c.md", 1)]
    assert column(path, "select name from documents order by name") == ["a.md", "c.md"]


@pytest.mark.parametrize("unread", ["b.md", ".", "docs/x", "c/d"])
def test_a_document_that_cannot_be_read_this_time_keeps_its_places(
    store: Store, path: Path, unread: str
) -> None:
    names = ["a.md", "b.md", "docs/x/c.md", "c/d/e/f.md", "c/dd.md", "docs/xx.md"]
    documents = [a_document(name) for name in names]
    remember(store, documents=documents, places=[a_place(A, 1, name) for name in names])
    at = NOON + timedelta(days=1)
    remember(store, [], at, documents=documents[:1], places=[], unread=frozenset({unread}))
    kept = {
        "b.md": ["b.md"], ".": names[1:], "docs/x": ["docs/x/c.md"], "c/d": ["c/d/e/f.md"],
    }[unread]  # fmt: skip
    assert [row.place.occurrence.document for row in store.report().rows] == sorted(kept)
    held = [row["name"] for row in rows(path, "select name from documents order by name")]
    assert held == sorted(["a.md", *kept])


def test_a_document_that_another_source_names_moves_to_that_source(
    store: Store, path: Path
) -> None:
    remember(store, documents=[a_document("a.md", "docs")], places=[a_place(A, 1)])
    remember(store, at=NOON + DAY, documents=[a_document("a.md", "a.md")], places=[a_place(A, 2)])
    assert places_known(store) == [("a.md", 2)]
    assert rows(path, "select name, source from documents") == [{"name": "a.md", "source": "a.md"}]


def test_links_that_were_left_out_are_remembered_as_unasked(store: Store) -> None:
    remember(store, [look("ok", NOON, A), look("ok", NOON, B)])
    seen = [look("ok", NOON + DAY, B)]
    places = [a_place(A, 1), a_place(B, 2), a_place(C, 3)]
    left_out = {url(A): verdict_of("excluded"), url(C): verdict_of("offline")}
    remember(store, seen, NOON + DAY, places=places, unasked=left_out)
    report = store.report()
    assert [(row.verdict.reason, row.observation) for row in report.rows] == [
        ("excluded", None),
        ("ok", seen[0]),
        ("offline", None),
    ]


def test_a_link_that_nobody_asked_yet_is_told_apart(store: Store) -> None:
    remember(store, places=[a_place(A)])
    (row,) = store.report().rows
    assert (row.verdict.outcome, row.verdict.reason) == (Outcome.SKIPPED, "not-yet")
    assert store.story(url(A)).state is None
    assert store.similar("a.example") == [A]


@pytest.mark.parametrize(
    ("text", "found"),
    [("b.exam", [B]), ("q=1", [B]), ("nowhere", []), ("%C3", [C]), ("_", []), ("\\", [])],
)
def test_similar_urls_hold_the_text_literally(store: Store, text: str, found: list[str]) -> None:
    remember(store, [look("ok", NOON, address) for address in (A, B, C)])
    assert store.similar(text) == found


def known_page(at: datetime = NOON) -> Observation:
    return replace(look("ok", at, A), final_url=url(B), validators=Validators(url(B), at, '"x"'))


def test_the_latest_look_of_a_finished_run_is_recalled(store: Store) -> None:
    assert store.recall(url(A), DIGEST) is None
    remember(store, [known_page(), look("ok", NOON, B)])
    newest = known_page(NOON + DAY)
    remember(store, [newest], NOON + DAY)
    begun = store.begin(a_run(NOON + 2 * DAY), DIGEST, NOON)
    store.record(begun.number, [known_page(NOON + 2 * DAY)])
    assert store.recall(url(A), DIGEST) == newest
    assert store.recall(url(B), DIGEST) is None  # it gave no validators
    assert store.recall(url(A), "other settings") is None


def test_a_bad_look_hides_the_good_one_before(store: Store) -> None:
    remember(store, [known_page()])
    remember(store, [look("timeout", NOON + DAY, A)], NOON + DAY)
    assert store.recall(url(A), DIGEST) is None


@pytest.mark.parametrize(
    "change",
    [
        "update observations set etag = 'x: y' || char(10) || 'z'",
        "update observations set outcome = 'splendid'",
    ],
)
def test_what_another_program_wrote_is_not_recalled(store: Store, path: Path, change: str) -> None:
    remember(store, [known_page()])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    assert store.recall(url(A), DIGEST) is None


def test_recalling_waits_for_no_writer_and_others_still_do(store: Store, path: Path) -> None:
    remember(store, [known_page()])
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("begin exclusive")
        begun = time.monotonic()
        assert store.recall(url(A), DIGEST) is None
        assert time.monotonic() - begun < 15  # at once; who waits does so for 30 seconds
    assert column_of(store, "pragma busy_timeout") == 30_000
    assert store.recall(url(A), DIGEST) == known_page()


def column_of(store: Store, query: str) -> object:
    return store._db.execute(query).fetchone()[0]


def test_similar_urls_come_in_order_and_up_to_a_limit(store: Store) -> None:
    remember(store, [look("ok", NOON, f"https://a.example/{n}") for n in (3, 1, 2)])
    assert store.similar("a.example", 2) == ["https://a.example/1", "https://a.example/2"]


def test_many_links_are_written_and_read_in_several_batches(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.bulk.BATCH", 3)
    looks = [
        replace(look("ok", NOON, f"{A}{n}"), hops=(Hop(url(f"{A}from/{n}"), 302),))
        for n in range(10)
    ]
    remember(store, looks)
    assert [row.observation for row in store.report().rows] == looks
    assert len(states_in(store)) == 10


# The schema, for people with a database browser


def test_every_reference_is_a_declared_foreign_key(store: Store, two_runs: Path) -> None:
    assert store.last_run()
    declared = {
        (table, key["from"], key["table"], key["to"])
        for table in ("runs", "documents", "links", "occurrences", "observations", "hops")
        for key in rows(two_runs, f"pragma foreign_key_list({table})")
    }
    assert declared == {
        ("documents", "run_id", "runs", "id"),
        ("occurrences", "document_id", "documents", "id"),
        ("occurrences", "link_id", "links", "id"),
        ("links", "observation_id", "observations", "id"),
        ("observations", "run_id", "runs", "id"),
        ("observations", "link_id", "links", "id"),
        ("hops", "observation_id", "observations", "id"),
    }
    assert rows(two_runs, "pragma foreign_key_check") == []


@pytest.mark.parametrize(
    ("table", "label"),
    [
        ("runs", "name"),
        ("documents", "name"),
        ("links", "url"),
        ("occurrences", "place"),
        ("observations", None),
        ("hops", None),
    ],
)
def test_tables_are_strict_and_have_one_unique_label(
    path: Path, store: Store, table: str, label: str | None
) -> None:
    assert store.last_run() is None
    (listed,) = rows(path, f"pragma table_list({table})")
    assert listed["strict"] == 1
    unique = [
        column(path, f"select name from pragma_index_info('{index['name']}')")  # noqa: S608
        for index in rows(path, f"pragma index_list({table})")
        if index["unique"]
    ]
    assert len(unique) == 1
    assert label is None or unique == [[label]]


def test_a_run_that_is_recorded_twice_for_a_link_is_refused_as_a_whole(
    store: Store, path: Path
) -> None:
    begun = store.begin(a_run(), DIGEST, NOON)
    store.record(begun.number, [look("ok", NOON, A)])
    with pytest.raises(StoreError, match="refuses what was to be written"):
        store.record(begun.number, [look("ok", NOON, B), look("ok", NOON, A)])
    assert column(path, "select count(*) from observations") == [1]


def test_looks_of_a_run_that_never_began_are_refused(store: Store, path: Path) -> None:
    with pytest.raises(StoreError, match="refuses what was to be written"):
        store.record(999, [look("ok", NOON, A)])
    assert column(path, "select count(*) from observations") == [0]


def test_the_whole_database_after_a_small_run_is_as_it_was(store: Store, path: Path) -> None:
    page = PageFacts("text/html", "Título", "html", "es", "html")
    moved = replace(
        look("permanent", NOON, A, attempts=2),
        status=200,
        final_url=url(B),
        hops=(Hop(url(A), 301),),
        facts=page,
        findings=(Finding("moved", Severity.ADVICE, "It moved.", B),),
        elapsed_ms=212,
        http_stack="standard",
    )
    broken = replace(look("not-found", NOON, B), status=404)
    mail = Place(
        occurrence("mailto:a@b.example", 4), Rejected("mailto:a@b.example", Rejection.MAIL)
    )
    places = [a_place(A, 1, fragment="top"), a_place(B, 2), a_place(C, 3), mail]
    remember(store, [moved, broken], places=places, unasked={url(C): verdict_of("excluded")})
    text = dump(path)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


def dump(path: Path) -> str:
    """Return schema and rows as text, without what is different each time."""
    lines = [f"user_version {column(path, 'pragma user_version')[0]}"]
    lines += [f"application_id {column(path, 'pragma application_id')[0]:#x}", ""]
    schema = rows(path, "select type, name, sql from sqlite_master order by type, name")
    lines += [re.sub(r"\s+", " ", row["sql"]) for row in schema if row["sql"]]
    for table in (row["name"] for row in schema if row["type"] in ("table", "view")):
        lines += ["", table]
        for row in rows(path, f"select * from {table}"):  # noqa: S608 - names of ours
            known = {name: value for name, value in row.items() if value is not None}
            lines.append(json.dumps(known, ensure_ascii=False))
    text = "\n".join(lines).replace(f"crawl {__version__}", "crawl X.Y.Z")
    return re.sub(r'("applied_at": )"[^"]+"', r'\1"…"', text) + "\n"


# Opening


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table notes (text)")


def a_text_file(path: Path) -> None:
    path.write_text("Dear diary,\n" * 200)


def a_history(path: Path) -> None:
    with Store(path) as store:
        remember(store, [look("ok", NOON, f"{A}{n}") for n in range(200)])


def truncated(path: Path) -> None:
    a_history(path)
    os.truncate(path, path.stat().st_size // 2)


def garbage_in_the_middle(path: Path) -> None:
    a_history(path)
    with closing(sqlite3.connect(path)) as connection:
        query = "select rootpage from sqlite_schema where name = 'occurrences'"
        page = connection.execute(query).fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)


def a_wrong_number_in_the_header(path: Path) -> None:
    a_history(path)
    with path.open("r+b") as file:  # https://sqlite.org/fileformat2.html: pages that are free
        file.seek(36)
        file.write((5).to_bytes(4, "big"))


def a_table_that_is_no_more(path: Path) -> None:
    a_history(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("pragma writable_schema = on")
        connection.execute("delete from sqlite_master where name = 'links'")


def of_a_newer_version(path: Path) -> None:
    a_history(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("pragma user_version = 99")


def a_directory(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere.db"))


UNUSABLE: list[tuple[Callable[[Path], None], str]] = [
    (of_another_program, "is a database of another program: name another file with --db"),
    (a_text_file, "is not a database: name another file with --db"),
    (truncated, "is damaged: move it aside and restore a copy"),
    (garbage_in_the_middle, "is damaged: move it aside and restore a copy"),
    (a_table_that_is_no_more, "is damaged: move it aside and restore a copy"),
    (a_wrong_number_in_the_header, "is damaged: move it aside and restore a copy"),
    (of_a_newer_version, "was written by a newer version of crawl: update crawl"),
    (a_directory, "is a directory: name a file with --db"),
    (a_pipe, "is no ordinary file: name another with --db"),
    (a_link_to_nothing, "is a link to a file that is not there: name a file with --db"),
]


@pytest.mark.parametrize("read_only", [False, True], ids=["to write", "to read"])
@pytest.mark.parametrize(
    ("prepare", "sentence"), UNUSABLE, ids=[prepare.__name__ for prepare, _ in UNUSABLE]
)
def test_what_cannot_be_used_is_said_in_one_sentence_and_left_as_it_was(
    path: Path, prepare: Callable[[Path], None], sentence: str, *, read_only: bool
) -> None:
    prepare(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError) as raised:
        use(path, read_only=read_only)
    said = str(raised.value)
    assert said.startswith(f"{path} {sentence}")
    assert said.endswith((".", "?"))
    assert "\n" not in said
    assert (path.read_bytes() if path.is_file() else None) == before


def use(path: Path, *, read_only: bool = False) -> None:
    with Store(path, read_only=read_only) as store:
        store.report()


def test_a_missing_directory_is_said(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "crawl.db"
    with pytest.raises(StoreError, match="cannot be opened: does its directory exist"):
        Store(path)
    assert not path.parent.exists()


def test_a_file_of_zero_bytes_becomes_a_new_history(path: Path) -> None:
    path.touch()
    with Store(path) as store:
        remember(store, [look("ok", NOON, A)])
    with Store(path, read_only=True) as store:
        assert len(store.report().rows) == 1


@pytest.mark.parametrize("exists", [False, True], ids=["no file", "a file of zero bytes"])
def test_reading_where_no_history_is_says_how_to_begin_one(path: Path, *, exists: bool) -> None:
    if exists:
        path.touch()
    with pytest.raises(StoreError, match=r"yet: run `crawl run` first\.$") as raised:
        Store(path, read_only=True)
    assert str(path) in str(raised.value)
    assert path.exists() is exists
    assert not exists or path.read_bytes() == b""


def test_a_history_that_is_open_to_read_is_never_written(path: Path) -> None:
    a_history(path)
    with (
        Store(path, read_only=True) as store,
        pytest.raises(StoreError, match=r"cannot be written: check its permissions"),
    ):
        store.begin(a_run(), DIGEST, NOON)


def test_a_file_without_permission_to_write_is_said() -> None:
    with as_nobody() as directory:
        path = directory / "crawl.db"
        a_history(path)
        path.chmod(0o444)
        with (
            Store(path) as store,
            pytest.raises(StoreError, match=r"cannot be written: check its permissions"),
        ):
            store.begin(a_run(), DIGEST, NOON)


def test_a_history_that_another_program_writes_is_said_to_be_in_use(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.database.BUSY_SECONDS", 0.02)
    a_history(path)
    with Store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin exclusive")
        for busy in (
            lambda: store.begin(a_run(), DIGEST, NOON),
            lambda: states_in(store),
            lambda: use(path),
        ):
            with pytest.raises(StoreError, match=r"is in use by another program: try again later"):
                busy()
        other.execute("rollback")
        assert len(states_in(store)) == 200


def test_two_histories_may_be_open_at_once_and_see_each_others_runs(path: Path) -> None:
    with Store(path) as first, Store(path) as second:
        remember(first, [look("ok", NOON, A)])
        remember(second, [look("not-found", NOON + DAY, A)], NOON + DAY)
        assert [seen.verdict.reason for seen in first.story(url(A)).looks] == ["ok", "not-found"]


def test_a_report_is_of_one_moment_whatever_is_written_meanwhile(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.database.BUSY_SECONDS", 0.02)
    last_run = Store.last_run

    def and_then_another_run_ends(store: Store, now: datetime) -> Run | None:
        run = last_run(store, now)
        with Store(path) as writer, pytest.raises(BusyError):
            remember(writer, [look("not-found", NOON + DAY, A)], NOON + DAY)
        return run

    with Store(path) as store:
        remember(store, [look("ok", NOON, A)])
    with Store(path, read_only=True) as reader:
        monkeypatch.setattr(Store, "last_run", and_then_another_run_ends)
        report = reader.report()
        monkeypatch.setattr(Store, "last_run", last_run)
    assert [row.verdict.reason for row in report.rows] == ["ok"]
    with Store(path) as store:
        remember(store, [look("not-found", NOON + DAY, A)], NOON + DAY)
        assert [row.verdict.reason for row in store.report().rows] == ["not-found"]


def test_of_a_large_history_a_reader_checks_what_it_reads(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.database.LARGE", 4096)
    garbage_in_the_middle(path)
    with Store(path, read_only=True) as store, pytest.raises(DamagedError, match="is damaged"):
        store.report()
    with pytest.raises(DamagedError, match="is damaged"):
        Store(path)
    truncated(path := path.with_name("truncated.db"))
    with pytest.raises(DamagedError, match="is damaged"):
        Store(path, read_only=True)


def test_a_value_that_no_run_writes_is_not_loaded(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.database._MAX_VALUE", 100_000)
    a_history(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update links set title = ? where id = 7", ["x" * 200_000])
    with (
        Store(path, read_only=True) as store,
        pytest.raises(StoreError, match="a value larger than crawl ever writes"),
    ):
        store.report()


def test_a_view_of_a_strangers_is_not_used(path: Path) -> None:
    """As one could that came with a stranger's pull request: sqlite.org/security.html."""
    a_history(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.create_function("harm", 0, lambda: 1)
        connection.execute("drop view link_health")
        connection.execute("create view link_health as select harm() as url")
        connection.commit()
    with Store(path) as store:
        called: list[int] = []
        store._db.conn.create_function("harm", 0, lambda: called.append(1))
        assert store.similar("a.example", 1) == [A + "0"]
        assert not called


FOR_EVER = "with recursive c(x) as (select 1 union all select x + 1 from c) select x from c"


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            f"alter table links rename to l; create view LINKS as select * from l, ({FOR_EVER})",  # noqa: S608 - a text of ours
            "a view 'links'",
        ),
        (
            f"create trigger t after update on links begin insert into runs (id) {FOR_EVER}; end",
            "a trigger 't'",
        ),
        ("create virtual table x using fts5(url)", "a virtual table 'x'"),
        (
            "alter table links add column x text as (hex(zeroblob(30000000)))",
            "another table 'links'",
        ),
        (
            "create table x as select * from hops; drop table hops; alter table x rename to hops",
            "another table 'hops'",
        ),
    ],
)
def test_a_schema_that_computes_is_refused(
    path: Path, change: str, found: str, *, read_only: bool
) -> None:
    """For SQLite would do so for ever, or hand out what no column of ours can hold."""
    a_history(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma legacy_alter_table = on")
        connection.executescript(change)
    before = path.read_bytes()
    with pytest.raises(RecordingError, match=re.escape(f"not as crawl has made it ({found})")):
        Store(path, read_only=read_only)
    assert path.read_bytes() == before


def test_opening_again_changes_nothing(path: Path) -> None:
    a_history(path)
    before = path.read_bytes()
    use(path)
    assert path.read_bytes() == before


def test_a_mistake_of_ours_is_a_traceback_and_not_a_damaged_history(
    store: Store, path: Path
) -> None:
    begun = store.begin(a_run(), DIGEST, NOON)
    with pytest.raises(KeyError):
        store.finish(begun.number, begun.run, Contents([], [a_place(A)]), HEALTH)
    assert column(path, "select count(*) from links") == [0]
    assert store.last_run() is None


@pytest.mark.parametrize(
    "change",
    [
        "update observations set outcome = 'splendid'",
        "update links set outcome = 'splendid'",
        "update observations set findings = '{'",
        "update observations set findings = '[{}]'",
        "update observations set at = 'yesterday'",
        "update links set health = 'splendid'",
        "update links set url = 'nothing'",
        "update occurrences set unasked = 'splendid'",
        "update occurrences set kind = 'splendid'",
        "update runs set network = 'splendid'",
    ],
)
def test_values_that_another_program_wrote_are_said_and_no_traceback(
    store: Store, path: Path, change: str
) -> None:
    remember(store, [look("ok", NOON, A)])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    with pytest.raises(StoreError, match="it was changed by another program"):
        read_all(store)


def read_all(store: Store) -> None:
    store.report()
    store.story(url(A))


def test_a_large_report_is_the_same_as_one_that_memory_holds(
    store: Store, two_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_runs.exists()
    held = store.report()
    monkeypatch.setattr("crawler.kept.FEW", 0)
    spilled = store.report()
    assert list(spilled.rows) == list(held.rows)
    assert all(row.state and row.observation for row in held.rows)


def test_an_error_of_the_disk_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:  # noqa: ANN401
            if "quick_check" in sql:
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorname = "SQLITE_IOERR_READ"
                raise error
            return super().execute(sql, parameters)

    connect = sqlite3.connect

    def failing(database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        return connect(database, factory=Failing, **options)

    monkeypatch.setattr(sqlite3, "connect", failing)
    with pytest.raises(
        StoreError, match=r": the disk reports an error; check the disk, and limits"
    ):
        Store(path)

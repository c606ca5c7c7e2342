"""What a history knows of archived copies."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import NOON, look, occurrence, url

from crawler.archiving import ArchivedCopy, Basis, Came, Errand, question
from crawler.contents import Contents
from crawler.errors import StoreError
from crawler.model import Document, Place, Run
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.upkeep import Upkeep
from crawler.urls import Target

A, B = url("https://a.example/"), url("https://b.example/")
DAY = timedelta(days=1)
COPY = ArchivedCopy(
    A, Errand.FIND, NOON - DAY, Basis.SEEN, NOON, Came.COPY, question(A, NOON - 9 * DAY),
    NOON - 9 * DAY,
)  # fmt: skip
NONE = ArchivedCopy(B, Errand.FIND, NOON, Basis.UNKNOWN, NOON, Came.NONE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history in which A was lost, and B is well."""
    path = tmp_path / "crawl.db"
    with Store(path) as store:
        begun = store.begin(Run("run-1", NOON), "digest", NOON)
        looks = [look("not-found", address=str(A)), look("ok", address=str(B))]
        store.record(begun.number, looks)
        places = [Place(occurrence(str(each), n), Target(each)) for n, each in enumerate((A, B), 1)]
        document = Document("a.md", "markdown", "", source="a.md")
        finished = replace(begun.run, finished_at=NOON, complete=True)
        store.finish(begun.number, finished, Contents([document], places), HealthSettings())
    return path


def test_what_is_kept_is_read_back(path: Path) -> None:
    with Store(path) as store:
        assert (dict(store.archive.copies()), store.archive.of(A)) == ({}, ())
        kept = replace(COPY, errand=Errand.SAVE)
        for each in (COPY, NONE, kept):
            store.archive.keep(each)
        assert dict(store.archive.copies()) == {A: [COPY, kept], B: [NONE]}
        assert (store.archive.of(A), store.archive.of(B)) == ((COPY, kept), (NONE,))


def test_the_latest_answer_counts(path: Path) -> None:
    with Store(path) as store:
        store.archive.keep(COPY)
        later = ArchivedCopy(A, Errand.FIND, NOON, Basis.WRITTEN, NOON + DAY, Came.LATER)
        store.archive.keep(later)
        assert store.archive.of(A) == (later,)


def test_what_is_no_link_of_the_history_is_not_kept(path: Path) -> None:
    with Store(path) as store:
        store.archive.keep(replace(COPY, url=url("https://c.example/")))
        assert dict(store.archive.copies()) == {}


def test_reports_and_stories_tell_the_copy_of_what_is_lost(path: Path) -> None:
    with Store(path) as store:
        store.archive.keep(COPY)
        store.archive.keep(replace(COPY, url=B, copy_url=question(B, NOON), copy_at=NOON))
        told = [[each.replacement for each in row.findings] for row in store.report().rows]
        assert told == [[str(COPY.copy_url)], []]
        assert store.story(A).copies == (COPY,)


def test_a_link_that_is_forgotten_takes_its_copies_along(path: Path) -> None:
    with Store(path) as store:
        store.archive.keep(COPY)
        store.archive.keep(NONE)
    with Upkeep(path, read_only=False) as upkeep:
        upkeep.prune(NOON + 9 * DAY, ["a.md"])
        assert upkeep.problems() == []
    with Store(path) as store:
        assert dict(store.archive.copies()) == {}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("copy_url", "https://evil.example/web/20261113120000/https://a.example/"),
        ("copy_url", "https://web.archive.org:8443/"),
        ("copy_url", "javascript:alert(1)"),
        ("copy_url", "https://web.archive.org/web/20261113120000/https://evil.example/"),
        ("copy_url", "https://web.archive.org/save/https://a.example/"),
        ("copy_url", None),
        ("copy_at", None),
        ("copy_at", "2026-11-13T12:00:01.000Z"),
        ("came", "none"),
        ("came", "perhaps"),
        ("errand", "steal"),
        ("basis", "none"),
        ("wanted_at", "yesterday"),
        ("asked_at", "2026-11-22"),
    ],
)
def test_what_another_program_has_written_is_not_believed(
    path: Path, column: str, value: str | None
) -> None:
    with Store(path) as store:
        store.archive.keep(COPY)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"update archived_copies set {column} = ?", [value])  # noqa: S608
    with Store(path) as store, pytest.raises(StoreError, match="another program"):
        store.archive.copies()

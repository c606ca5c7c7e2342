"""The upkeep of a history: counting, verifying, copying, and forgetting what says nothing new."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner
from fakes import NOON, look, occurrence, url
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import lock
from crawler.census import HOSTS, MONTHS, Host
from crawler.cli.db import command
from crawler.contents import Contents
from crawler.errors import StoreError, UsageError
from crawler.folding import refold
from crawler.model import Document, Hop, Observation, PageFacts, Place, Run
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.trail import TRAIL
from crawler.upkeep import Pruned, Upkeep
from crawler.urls import Target

A, B = "https://a.example/", "https://b.example/"
DAY = timedelta(days=1)


def remember(
    path: Path,
    nights: Sequence[Sequence[Observation]],
    written: Sequence[str],
    first: datetime = NOON,
) -> None:
    """Have a run a night; the document holds what is `written`, in the end."""
    with Store(path) as store:
        for night, looks in enumerate(nights):
            at = first + night * DAY
            begun = store.begin(Run(f"night-{at:%j}", at), "digest", at)
            store.record(begun.number, [replace(each, at=at) for each in looks])
            places = [
                Place(occurrence(address, line), Target(url(address)))
                for line, address in enumerate(written, 1)
            ]
            store.finish(
                begun.number,
                replace(begun.run, finished_at=at, complete=True),
                Contents([Document("a.md", "markdown", "", source="a.md")], places),
                HealthSettings(),
            )


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


LOOKS = st.sampled_from(["ok", "not-found", "timeout", "blocked", "permanent"]).map(
    lambda code: look("bot-wall" if code == "blocked" else code)
)


# Looks that say the same, one after the other, as most do.
STRETCHES = st.lists(st.tuples(LOOKS, st.integers(1, 12)), min_size=1, max_size=6)


def refolded_at(path: Path, now: datetime) -> list[tuple[Any, ...]]:
    """Make what is believed of all links anew, and return it; the file stays as it is."""
    with Store(path) as store:
        store._db.execute("begin")
        refold(store._db, HealthSettings(), now)
        found = store._db.execute("select * from links").fetchall()
        store._db.execute("rollback")
    return found


@given(STRETCHES, st.integers(0, 40))
@settings(max_examples=30)
def test_pruning_keeps_every_change_and_all_that_is_believed(
    stretches: list[tuple[Observation, int]], days: int
) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory) / "crawl.db"
        remember(path, [[each] for each, times in stretches for _ in range(times)], [A])
        believed, changes = rows(path, "select * from links"), rows(path, "select * from changes")
        ends = rows(path, "select min(at), max(at) from observations")

        with Upkeep(path, read_only=False) as history:
            history.prune(NOON + days * DAY)
            again = history.prune(NOON + days * DAY)

        assert rows(path, "select * from links") == believed
        assert rows(path, "select * from changes") == changes
        assert rows(path, "select min(at), max(at) from observations") == ends
        assert again == Pruned(0, 0, 0)
        assert refolded_at(path, NOON + 99 * DAY) == believed
        old = rows(path, "select reason from observations order by at")[: max(0, days - 1)]
        good = [len(list(group)) for (code,), group in groupby(old) if code == "ok"]
        assert max(good, default=0) <= TRAIL + 1


def test_old_looks_that_say_the_same_are_taken_out_with_their_hops(path: Path) -> None:
    hop = Hop(url(A), 301)
    nights = [[replace(look("permanent"), hops=(hop,), final_url=url(B))]] * (TRAIL + 5)
    remember(path, nights, [A])

    with Upkeep(path, read_only=False) as history:
        pruned = history.prune(NOON + (TRAIL + 3) * DAY)

    assert pruned == Pruned(3, 0, 0)  # the first ones and the last one stay, and what is not old
    assert rows(path, "select count(*) from observations") == [(TRAIL + 2,)]
    assert rows(path, "select count(*) from hops") == [(TRAIL + 2,)]


@pytest.mark.parametrize("code", ["timeout", "not-found"])
def test_the_looks_of_a_streak_that_lasts_stay_for_they_are_counted(path: Path, code: str) -> None:
    remember(path, [[look(code)]] * (TRAIL + 5), [A])

    with Upkeep(path, read_only=False) as history:
        assert history.prune(NOON + 99 * DAY) == Pruned(0, 0, 0)


def test_a_look_at_what_has_not_changed_says_what_the_one_before_it_says(path: Path) -> None:
    unchanged = replace(look(), status=304)
    remember(path, [[look()], *[[unchanged]] * 6] * 3, [A])

    with Upkeep(path, read_only=False) as history:
        history.prune(NOON + 99 * DAY)

    assert rows(path, "select count(*) from observations") == [(TRAIL + 1,)]


OAK = PageFacts(title="Oakville Library", language="en", site="Oakville Library")
SLOTS = PageFacts(title="Situs Slot Gacor", language="id", site="DEWA88")


def page(facts: PageFacts) -> Observation:
    return replace(look(), final_url=url(A), facts=facts)


def health(path: Path) -> list[tuple[Any, ...]]:
    return rows(path, "select health, json_extract(known, '$.title'), drift_looks from links")


def test_a_drift_that_somebody_accepts_is_none_any_more_and_looks_go_on_from_there(
    path: Path,
) -> None:
    remember(path, [[page(OAK)], [page(SLOTS)], [page(SLOTS)]], [A])
    assert health(path) == [("drifted", "Oakville Library", 2)]

    with Upkeep(path, read_only=False) as history:
        history.accept([url(A)], HealthSettings(), NOON + 3 * DAY)

    assert health(path) == [("healthy", "Situs Slot Gacor", 0)]
    believed = rows(path, "select * from links")
    assert refolded_at(path, NOON + 3 * DAY) == believed
    assert refolded_at(path, NOON + 2.5 * DAY) != believed  # the word had not been said yet
    more = [[page(SLOTS)], [page(OAK)], [page(OAK)], [page(OAK)]]
    remember(path, more, [A], NOON + 4 * DAY)
    assert health(path) == [("drifted", "Situs Slot Gacor", 3)]


def test_the_command_takes_addresses_as_they_are_written(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    remember(path, [[page(OAK)], [page(SLOTS)], [page(SLOTS)]], [A], NOON - 365 * DAY)
    with capsys.disabled():
        assert call("accept", "HTTPS://A.example:443/#top", A) == "Accepted: 1 link.\n"
    assert health(path) == [("healthy", "Situs Slot Gacor", 0)]
    with pytest.raises(UsageError, match=r"^a\.example is no URL"):
        call("accept", "a.example")


def test_what_nobody_has_looked_at_cannot_be_accepted_nor_anything_with_it(path: Path) -> None:
    remember(path, [[page(OAK)]], [A, B])
    for unknown in (B, "https://c.example/"):
        with (
            Upkeep(path, read_only=False) as history,
            pytest.raises(UsageError, match="never looked at"),
        ):
            history.accept([url(A), url(unknown)], HealthSettings(), NOON)
    assert rows(path, "select * from acceptances") == []


def test_a_link_that_is_forgotten_takes_its_words_along(path: Path) -> None:
    remember(path, [[page(OAK)]], [])
    with Upkeep(path, read_only=False) as history:
        history.accept([url(A)], HealthSettings(), NOON)
        history.prune(NOON + 9 * DAY)
        assert history.problems() == []
    assert rows(path, "select * from acceptances") == []


@given(
    st.lists(st.tuples(st.sampled_from([OAK, SLOTS]), st.integers(1, 11)), max_size=5),
    st.lists(st.integers(0, 40), max_size=2),
    st.integers(0, 50),
)
@settings(max_examples=30)
def test_pruning_keeps_what_is_known_of_pages_that_drift_and_are_accepted(
    stretches: list[tuple[PageFacts, int]], words: list[int], days: int
) -> None:
    nights = [[page(facts)] for facts, times in stretches for _ in range(times)]
    with TemporaryDirectory() as directory:
        path = Path(directory) / "crawl.db"
        remember(path, [*nights, [page(OAK)]], [A])
        with Upkeep(path, read_only=False) as history:
            for day in words:
                history.accept([url(A)], HealthSettings(), NOON + (day + 0.5) * DAY)
            at = NOON + 99 * DAY
            believed = refolded_at(path, at)
            history.prune(NOON + days * DAY)
        assert refolded_at(path, at) == believed


def test_a_document_is_forgotten_with_its_places(path: Path) -> None:
    remember(path, [[look()]], [A])

    with Upkeep(path, read_only=False) as history:
        assert history.prune(NOON, ["a.md", "b.md"]) == Pruned(0, 0, 1)

    assert rows(path, "select count(*) from occurrences") == [(0,)]
    with Store(path, read_only=True) as store:
        assert not store.report().rows


def test_a_sound_history_has_no_problems_and_a_broken_one_says_which(path: Path) -> None:
    remember(path, [[look()]], [A])
    with Upkeep(path) as history:
        assert history.problems() == []

    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma foreign_keys = off")
        db.execute("update observations set run_id = 99")
        db.commit()

    with Upkeep(path) as history:
        assert history.problems() == ["row 1 of observations names a row of runs that is not there"]


@pytest.mark.parametrize(
    "change",
    [
        "update links set health = char(27) || '[31m' || char(10) || '::error::x'",
        "update observations set at = '::error::x'",
    ],
)
def test_what_no_run_has_written_is_not_counted(path: Path, change: str) -> None:
    remember(path, [[look()]], [A])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    with Upkeep(path) as history, pytest.raises(StoreError, match="a value that crawl never"):
        history.stats()


def test_what_is_stored_is_counted(path: Path) -> None:
    remember(path, [[look()], [look("not-found")]], [A])
    with Store(path) as store:
        begun = store.begin(Run("unfinished", NOON), "digest", NOON)
        seen = replace(look(), at=NOON + 90 * DAY, hops=(Hop(url(B), 301),))
        store.record(begun.number, [seen])

    with Upkeep(path) as history:
        stats = history.stats()

    assert stats.rows == {
        "documents": 1, "places": 1, "links": 1, "runs": 2, "looks": 2, "redirects": 0,
    }  # fmt: skip
    assert stats.months == {"2026-11": 2}
    assert stats.hosts == (Host("a.example", 1, 1),)
    assert stats.last_run is not None
    assert (stats.last_run.id, stats.last_run.finished_at) == (f"night-{NOON + DAY:%j}", NOON + DAY)
    assert stats.health == {"broken": 1}
    assert stats.size == path.stat().st_size
    assert (stats.first_look, stats.last_look) == (NOON, NOON + DAY)
    assert stats.unfinished == 1


def test_of_many_months_and_hosts_the_last_and_the_biggest_are_told(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    addresses = [f"https://h{n}.example/{page}" for n in range(12) for page in range(n % 5 + 1)]
    for month in range(14):
        looks = [look("not-found", address=each) for each in addresses]
        remember(path, [looks], addresses, NOON + month * 31 * DAY)
    found = json.loads(call("stats", "--format", "json"))
    assert len(found["looks_by_month"]) == MONTHS
    assert list(found["looks_by_month"])[::11] == ["2027-01", "2027-12"]
    assert set(found["looks_by_month"].values()) == {len(addresses)}
    assert len(found["hosts"]) == HOSTS
    assert found["hosts"][:3] == [
        {"host": "h4.example", "links": 5, "broken": 5},
        {"host": "h9.example", "links": 5, "broken": 5},
        {"host": "h3.example", "links": 4, "broken": 4},
    ]
    assert found["looks"] == 14 * len(addresses)
    assert (found["unfinished_runs"], found["last_run"]["complete"]) == (0, True)
    assert "  5  h4.example   5 broken\n" in call("stats")


def test_an_empty_history_is_counted_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with Store(path):
        pass
    found = json.loads(call("stats", "--format", "json"))
    assert (found["looks"], found["last_run"], found["hosts"]) == (0, None, [])
    assert "          0  looks\n" in call("stats")


def test_a_copy_is_whole_and_never_takes_the_place_of_anything(path: Path, tmp_path: Path) -> None:
    remember(path, [[look()]], [A])
    copy, link = tmp_path / "copy.db", tmp_path / "link.db"
    link.symlink_to(tmp_path / "elsewhere")
    with Upkeep(path) as history:
        history.back_up(copy)
        for taken in (copy, link):
            with pytest.raises(StoreError, match="exists already"):
                history.back_up(taken)
        with pytest.raises(StoreError, match="cannot be opened"):
            history.back_up(tmp_path / "nowhere" / "copy.db")

    assert rows(copy, "select * from observations") == rows(path, "select * from observations")
    assert {each.name for each in tmp_path.iterdir()} == {"copy.db", "crawl.db", "link.db"}


def test_without_a_history_there_is_nothing_to_look_after(path: Path) -> None:
    with pytest.raises(StoreError, match="there is no history"):
        Upkeep(path)
    assert not path.exists()


def call(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_commands_say_what_they_have_done(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    remember(path, [[look()]] * 12, [A], NOON - 365 * DAY)
    with Store(path) as store:
        store.begin(Run("unfinished", NOON), "digest", NOON)

    with capsys.disabled():
        said = [
            call("stats"),
            call("verify"),
            call("backup", "copy.db"),
            call("prune", "--older-than", "0", "--document", "a.md"),
        ]

    assert "         12  looks\n" in said[0]
    assert "Looks from 2025-11-22 to 2025-12-03.\n" in said[0]
    assert "The last run ended at 2025-12-03 12:00 UTC.\n" in said[0]
    assert f"Looks by month\n          9  2025-11  {'#' * 40}\n          3  2025-12  " in said[0]
    assert "Links by host\n          1  a.example\n" in said[0]
    assert "A run has not finished" in said[0]
    assert said[1:] == [
        "crawl.db is sound.\n",
        "crawl.db was copied to copy.db.\n",
        "Taken out: 3 old looks, 1 unwritten link, 1 document.\n",
    ]
    with pytest.raises(UsageError, match="not every --document"):
        call("prune", "--document", "b.md")


def test_a_damaged_history_is_said_to_be_so(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    remember(path, [[look()]], [A])
    with closing(sqlite3.connect(path)) as db:
        db.execute("update observations set run_id = 99")
        db.commit()

    with pytest.raises(StoreError, match=r"crawl\.db is damaged"):
        call("verify")


def test_nothing_is_pruned_during_a_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    remember(path, [[look()]], [A])

    with lock.held(path, NOON), pytest.raises(StoreError, match="another run is active"):
        call("prune")

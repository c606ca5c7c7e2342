"""Clocks that jump do no harm: nothing is lost, nothing is believed too early, and all heals."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from commandline import Done, answered_by, called
from fakes import NOON, look, occurrence, states_in, url
from test_history_troubles import HERE, Pages

from crawler.clock import SystemClock
from crawler.contents import Contents
from crawler.health import fold
from crawler.model import Document, Health, LinkState, PageFacts, Place, Run
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.upkeep import Knowledge, Upkeep
from crawler.urls import Target

A = "https://a.example/"
DAY, HEALTH = timedelta(days=1), HealthSettings()
OAK = PageFacts(title="Oakville Library", language="en", site="Oakville Library")
SLOTS = PageFacts(title="Situs Slot Gacor", language="id", site="DEWA88")
YEARS = {year: datetime(year, 3, 1, 3, tzinfo=UTC) for year in (1970, 2026, 2035)}


def night(
    path: Path, at: datetime, code: str, machine: str = "here", page: PageFacts | None = None
) -> None:
    """Have a run of one look, in a history."""
    seen = replace(look(code, at, A), final_url=url(A), facts=page or PageFacts())
    with Store(path) as store:
        begun = store.begin(Run(f"{at:%Y%m%d}-{machine}", at), "digest", at)
        store.record(begun.number, [seen])
        finished = Run(begun.run.id, at, at + timedelta(minutes=1), complete=True)
        places = [Place(occurrence(A, 1, "a.md"), Target(url(A)))]
        held = Contents([Document("a.md", "markdown", "", source="a.md")], places)
        store.finish(begun.number, finished, held, HEALTH)


def believed(path: Path) -> LinkState | None:
    with Store(path, read_only=True) as store:
        return states_in(store).get(url(A))


def folded(path: Path, now: datetime) -> LinkState | None:
    """Return what all looks of a history come to that do not lie in the future."""
    with Store(path, read_only=True) as store:
        looks = store.story(url(A)).looks
    return fold([each for each in looks if each.at <= now], (), HEALTH)


def take(path: Path, other: Path, now: datetime) -> None:
    with Upkeep(path, read_only=False) as history:
        history.take_history(other, Knowledge(now, HEALTH))


# What is believed


def test_a_look_of_the_future_counts_when_time_has_passed_it_whatever_was_imported(
    tmp_path: Path,
) -> None:
    """The latest run by number is another machine's, and not the last that looked at the links."""
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    for day, code in ((0, "ok"), (400, "not-found"), (1, "ok")):
        night(here, NOON + day * DAY, code)
    night(there, NOON + 405 * DAY, "timeout", "there")
    take(here, there, NOON + 2 * DAY)
    assert believed(here) == folded(here, NOON + 2 * DAY)
    night(here, NOON + 410 * DAY, "timeout")
    found = believed(here)
    assert found == folded(here, NOON + 410 * DAY)
    assert found is not None
    assert found.bad_looks == 3


def test_an_import_by_a_clock_of_long_ago_is_mended_by_the_next_run(tmp_path: Path) -> None:
    here, there = tmp_path / "here.db", tmp_path / "there.db"
    night(here, NOON, "ok")
    night(there, NOON + DAY, "not-found", "there")
    take(here, there, YEARS[1970])
    assert believed(here) is None, "nothing had been seen by then"
    night(here, NOON + 2 * DAY, "ok")
    assert believed(here) == folded(here, NOON + 2 * DAY)


def test_a_word_of_the_future_counts_when_time_has_passed_it(tmp_path: Path) -> None:
    path = tmp_path / "crawl.db"
    for day, page in enumerate((OAK, SLOTS, SLOTS)):
        night(path, NOON + day * DAY, "ok", page=page)
    with Upkeep(path, read_only=False) as history:
        history.accept([url(A)], HEALTH, NOON + 400 * DAY)
        assert list(history.astray(HEALTH, NOON + 3 * DAY)) == []
    found = []
    for day in (3, 4, 401):
        night(path, NOON + day * DAY, "ok", page=SLOTS)
        found.append(state.health if (state := believed(path)) else None)
        with Upkeep(path) as history:
            assert list(history.astray(HEALTH, NOON + (day + 0.5) * DAY)) == []
    assert found == [Health.DRIFTED, Health.DRIFTED, Health.HEALTHY]


# The program


class Gone(Pages):
    """A web of which some pages are gone on some days."""

    gone: set[str] = set()  # noqa: RUF012 - told by the test

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        if self.path in self.gone:
            self.path = "/gone"
        super().do_GET()


Call = Callable[..., Done]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answered_by(Gone) as number:
        yield number


@pytest.fixture
def crawl(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Call:
    """Call the program while the machine's clock says something."""
    monkeypatch.chdir(tmp_path)
    Gone.gone = set()

    def call(clock: datetime, *arguments: str) -> Done:
        monkeypatch.setattr(SystemClock, "now", lambda _: clock)
        return called(arguments, monkeypatch, capsys)

    return call


def write(port: int, *paths: str) -> None:
    lines = [f"http://a.example:{port}{path}\n" for path in paths]
    Path("a.md").write_text("\n".join(lines), "utf-8")


def rows(query: str) -> list[Any]:
    with closing(sqlite3.connect("crawl.db")) as db:
        return db.execute(query).fetchall()


def test_years_that_come_and_go_lose_nothing_and_all_heals(crawl: Call, port: int) -> None:
    write(port, "/well", "/gone")
    right, ahead, behind = YEARS[2026], YEARS[2035], YEARS[1970]

    def run(clock: datetime, *options: str) -> Done:
        done = crawl(clock, "run", "a.md", "--no-progress", "--format", "json", *HERE, *options)
        looked = json.loads(done.out)
        assert [each["reason"] for each in looked["links"]] == ["ok", "gone"]
        return done

    for day in range(3):
        assert run(right + day * DAY, "--all").code == 0
    kept = rows("select * from observations order by id")

    assert run(ahead).code == 0, "nobody can know: but what it saw does not count yet"
    done = run(behind, "--all")
    assert done.code == 3
    (said,) = [line for line in done.err.splitlines() if "clock" in line]
    assert said == (
        "crawl: the clock says 1970-03-01, before most of the last runs: nothing recorded; "
        "more runs tell who is right."
    )

    assert rows("select * from observations order by id")[: len(kept)] == kept
    for clock in (right + 3 * DAY, ahead, behind):
        for command in (
            ("report",), ("report", "--format", "json"), ("db", "stats"), ("links", "a.md"),
            ("show", f"http://a.example:{port}/gone"), ("report", "--view", "catalogue"),
        ):  # fmt: skip
            done = crawl(clock, *command)
            assert (done.code, done.err) == (0, "")
            assert not re.search(r"(?<![\w./:-])-\d", done.out), "an age below nothing"

    night = right + 8 * DAY
    done = run(night)
    assert done.code == 0, done.err
    assert json.loads(done.out)["run"]["asked"] == 2, "as their last looks that count were long ago"
    states = rows("select health, checked_at from links order by url")
    assert states == [
        ("broken", "2026-03-09T03:00:00.000Z"),
        ("healthy", "2026-03-09T03:00:00.000Z"),
    ]
    assert json.loads(run(night + timedelta(hours=1)).out)["run"]["not_due"] == 2
    assert crawl(night, "db", "verify", "--deep").code == 0


@pytest.mark.parametrize("year", [1970, 2035])
def test_half_a_run_of_another_year_is_not_gone_on_with_for_ever(
    crawl: Call, port: int, year: int
) -> None:
    write(port, "/well", "/gone")
    right = YEARS[2026]
    options = ("a.md", "--no-progress", "--all", *HERE)
    assert crawl(right, "run", *options).code == 0
    with Store(Path("crawl.db")) as store:
        digest = rows("select settings from runs")[0][0]
        begun = store.begin(Run("half", YEARS[year]), digest, YEARS[year])
        store.record(begun.number, [look("timeout", YEARS[year], f"http://a.example:{port}/well")])
    for day in (1, 2):
        done = crawl(right + day * DAY, "run", *options)
        assert (done.code, "timeout" in done.out) == (0, False)
    assert [name for (name,) in rows("select name from runs") if name == "half"] == []
    assert rows("select count(*) from observations where reason = 'timeout'") == [(0,)]


def test_a_clock_that_was_behind_from_the_beginning_is_healed_when_it_is_right(
    crawl: Call, port: int
) -> None:
    write(port, "/well", "/turning")
    for day in range(4):
        assert crawl(YEARS[1970] + day * DAY, "run", "a.md", "--all", *HERE).code == 0
    Gone.gone = {"/turning"}
    assert crawl(YEARS[2026], "run", "a.md", *HERE).code == 0
    assert rows("select health from links order by url") == [("broken",), ("healthy",)]
    assert crawl(YEARS[2026], "db", "verify", "--deep").code == 0


def test_a_clock_that_was_ahead_for_long_is_outvoted_within_a_few_nights(
    crawl: Call, port: int
) -> None:
    write(port, "/well", "/gone")
    for day in range(9):
        assert crawl(YEARS[2035] + day * DAY, "run", "a.md", "--all", *HERE).code == 0
    codes = [crawl(YEARS[2026] + day * DAY, "run", "a.md", *HERE).code for day in range(7)]
    assert codes == [3, 3, 3, 3, 3, 0, 0]
    assert rows("select distinct checked_at < '2027' from links") == [(1,)]
    assert rows("select count(*) from observations where at > '2035'") == [(18,)]


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?!\d)(.?)")


def test_every_moment_in_the_file_and_in_reports_is_in_utc(
    crawl: Call, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the machine is: the time of the place is nobody's."""
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    write(port, "/well", "/gone")
    here = YEARS[2026].astimezone()
    assert crawl(here.astimezone(UTC), "run", "a.md", *HERE).code == 0
    texts = [crawl(here, "report", "--format", kind).out for kind in ("json", "jsonl", "csv")]
    texts += [crawl(here, "db", "export").out, crawl(here, "db", "stats", "--format", "json").out]
    with closing(sqlite3.connect("crawl.db")) as db:
        texts.append("\n".join(db.iterdump()))
    found = [MOMENT.findall(text) for text in texts]
    assert all(found)
    assert {ending for each in found for ending in each} == {"Z"}

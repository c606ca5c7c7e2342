"""`crawl db verify --deep`: whether a history says what crawl would have written."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import NOON, look, occurrence, url

from crawler.archiving import ArchivedCopy, Basis, Came, Errand, question
from crawler.cli.db import command
from crawler.contents import Contents
from crawler.errors import StoreError
from crawler.model import (
    Change,
    Document,
    Hop,
    PageFacts,
    Place,
    Run,
    Transition,
)
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.upkeep import Upkeep
from crawler.urls import Target

A, B = "https://a.example/", "https://b.example/"
DAY, HEALTH = timedelta(days=1), HealthSettings()
NOW = NOON + 99 * DAY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history in which there is some of everything."""
    path = tmp_path / "crawl.db"
    facts = PageFacts(title="A page", language="en", titles=(("og", "A"), ("html", "B")))
    for day, code in enumerate(("ok", "ok", "timeout", "not-found")):
        at = NOON + day * DAY
        moved = replace(
            look("permanent", at, B), hops=(Hop(url(B), 301),), final_url=url(A), facts=facts,
            fragments=("top",),
        )  # fmt: skip
        with Store(path) as store:
            begun = store.begin(Run(f"night-{day}", at), "digest", at)
            store.record(begun.number, [look(code, at, A), moved])
            places = [Place(occurrence(e, n), Target(url(e))) for n, e in enumerate((A, B), 1)]
            held = Contents([Document("a.md", "markdown", "", source="a.md")], places)
            broken = Transition(Change.BROKEN, url(A), "It is gone.", at=at)
            told = [broken] if code == "not-found" else []
            store.finish(begun.number, replace(begun.run, finished_at=at), held, HEALTH, told)
    found = question(url(A), NOON - DAY)
    copy = ArchivedCopy(
        url(A), Errand.FIND, NOON, Basis.SEEN, NOON, Came.COPY, found, NOON - DAY
    )  # fmt: skip
    with Store(path) as store:
        store.archive.keep(copy)
    with Upkeep(path, read_only=False) as history:
        history.accept([url(B)], HEALTH, NOON + 3.5 * DAY)
    return path


def astray(path: Path) -> list[str]:
    with Upkeep(path) as history:
        assert history.problems() == []
        return list(history.astray(HEALTH, NOW))


def test_of_a_history_as_crawl_writes_it_there_is_nothing_to_say(path: Path) -> None:
    assert astray(path) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("links set health = 'healthy' where url like '%a.%'",
         f"believed of {A} is not what its looks come to by the settings of now: health."),
        ("links set bad_looks = 9 where url like '%a.%'", f"believed of {A} is not what its looks"),
        ("links set known = json_set(known, '$.title', 'x')", "come to: known."),
        ("links set title = 'Another' where url like '%b.%'", "come to: title."),
        ("links set observation_id = 1", "come to: observation_id."),
        ("links set health = null where url like '%a.%'", f"believed of {A} is not what"),
        ("links set checked_at = '2026-11-24T12:00:00.000Z' where url like '%a.%'",
         f"{A} has looks that what is believed of it does not count."),
        ("links set known = '{' where known is not null", "row 2 of links: the history holds"),
        ("links set url = 'x' where id = 1", "row 1 of links: the history holds 'x' as a URL"),
        ("links set trail = '+?'", "row 1 of links: the history holds"),
        ("observations set outcome = 'ok' where reason = 'not-found'", f"believed of {A} is not"),
        ("observations set findings = '{' where id = 3", "row 3 of observations: the history"),
        ("observations set titles = '[1]' where id = 2", "row 2 of observations: the history"),
        ("observations set fragments = '[' where id = 2", "row 2 of observations: the history"),
        ("observations set at = '2026-11-22T12:00:00+00:00' where id = 1",
         "row 1 of observations: at is no time in UTC as crawl writes it."),
        ("hops set via = 'magic' where id = 1", "row 1 of hops: the history holds a value"),
        ("runs set counts = '[]' where id = 2", "row 2 of runs: counts has a value that crawl"),
        ("runs set ignores = '[1]' where id = 2", "row 2 of runs: the history holds a value"),
        ("runs set healths = '{\"splendid\": 1}' where id = 2", "row 2 of runs: the history holds"),
        ("transitions set kind = 'splendid'", "row 1 of transitions: the history holds a value"),
        ("transitions set link_id = null", "row 1 of transitions: the history holds a value"),
        ("transitions set at = '2026-11-25'", "row 1 of transitions: at is no time in UTC"),
        ("runs set finished_at = 'soon' where id = 2", "row 2 of runs: the history holds a value"),
        ("occurrences set kind = 'odd' where id = 1", "row 1 of occurrences: the history holds"),
        ("archived_copies set came = 'none'", "row 1 of archived_copies: the history holds"),
        ("acceptances set at = '2026-11-25'", "row 1 of acceptances: at is no time in UTC"),
    ],
)  # fmt: skip
def test_what_another_program_has_changed_is_told(path: Path, change: str, sentence: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"update {change}")
    assert any(sentence in each for each in astray(path)), astray(path)


def test_a_label_that_two_rows_have_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        (index,) = db.execute(
            "select name from sqlite_master where sql like '%unique index%occurrences%place%'"
        ).fetchone()
        db.execute(f"drop index [{index}]")
        db.execute("update occurrences set place = 'a.md:1:1'")
    assert astray(path) == ["row 1 of occurrences is there more than once, by its place."]


def test_of_very_much_that_is_wrong_some_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 900) "
            "insert into links (url, host) select 'nothing ' || i, 'x' from n"
        )
    assert 0 < len(astray(path)) < 50


def test_what_a_run_has_had_that_has_not_finished_is_counted_nowhere(path: Path) -> None:
    with Store(path) as store:
        begun = store.begin(Run("half", NOON + 9 * DAY), "digest", NOON)
        store.record(begun.number, [look("ok", NOON + 9 * DAY, A)])
    assert astray(path) == []


def test_the_command_says_what_is_wrong_and_how_it_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr("crawler.cli.db.TOLD_SECONDS", 0.0)
    verify = command.commands["verify"].callback
    assert verify is not None
    verify(deep=True, db="crawl.db", config=None, no_config=True)
    said = capsys.readouterr()
    assert said.out == "crawl.db is sound, and so is all that is in it.\n"
    assert "crawl: 4 rows read.\n" in said.err
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update links set health = 'healthy'")
    assert CliRunner().invoke(command, ["verify"]).exit_code == 0
    with pytest.raises(StoreError, match=r"crawl\.db holds what crawl has not written") as error:
        verify(deep=True, db="crawl.db", config=None, no_config=True)
    assert error.value.exit_code == 3
    assert (
        f"crawl: what is believed of {A} is not what its looks come to" in capsys.readouterr().err
    )

"""The benchmarks' own judgement: a wrong verdict must be counted as one."""

import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from bench.killing import BrokenError, _judged, _not_asked_again, _same
from bench.killing import Score as Kills
from bench.programs import Said, crawl, lychee
from bench.simulated import Fate, Host, Link, Manner
from bench.soak import level
from bench.timing import timed
from bench.web import Score
from fakes import NOON, look

from crawler.contents import Contents
from crawler.model import Run
from crawler.settings import HealthSettings
from crawler.store import Store

PAGE = Link(Host("127.1.0.1"), "/1", Fate.PAGE)
MISSING = Link(Host("127.1.0.1"), "/2", Fate.NOT_FOUND)
SILENT = Link(Host("127.1.0.2", Manner.HANGING), "/3", Fate.PAGE)


@pytest.mark.parametrize(
    ("link", "said", "wrong", "undecided"),
    [
        (PAGE, Said.ALIVE, 0, 0),
        (PAGE, Said.DEAD, 1, 0),
        (PAGE, Said.UNDECIDED, 0, 1),
        (MISSING, Said.DEAD, 0, 0),
        (MISSING, Said.ALIVE, 1, 0),
        (SILENT, Said.DEAD, 0, 0),
        (SILENT, Said.ALIVE, 1, 0),
    ],
)
def test_what_is_said_is_compared_with_the_truth(
    link: Link, said: Said, wrong: int, undecided: int
) -> None:
    score = Score()
    score.take(link, said)
    assert (score.wrong, score.undecided.total()) == (wrong, undecided)


def test_the_report_of_crawl_is_read(tmp_path: Path) -> None:
    outcomes = {"a": "ok", "b": "redirected", "c": "broken", "d": "failing", "e": "blocked"}
    links = [{"raw": raw, "outcome": outcome} for raw, outcome in outcomes.items()]
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"links": links}))
    alive, dead = Said.ALIVE, Said.DEAD
    assert list(crawl().read(path, list(outcomes)).values()) == [
        alive, alive, dead, dead, Said.UNDECIDED,
    ]  # fmt: skip
    with pytest.raises(KeyError):
        crawl().read(path, ["forgotten"])


def test_the_report_of_lychee_is_read(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    report = {
        "total": 3, "error_map": {"x.md": [{"url": "b"}]}, "timeout_map": {"x.md": [{"url": "c"}]},
        "excluded_map": {},
    }  # fmt: skip
    path.write_text(json.dumps(report))
    read = lychee(sys.executable).read  # any program will do: it is not called
    assert list(read(path, ["a", "b", "c"]).values()) == [Said.ALIVE, Said.DEAD, Said.DEAD]
    with pytest.raises(ValueError, match="counts 3"):
        read(path, ["a", "b"])
    with pytest.raises(ValueError, match="not asked: c"):
        read(path, ["a", "b", "d"])


def test_a_level_is_the_middle_of_three_samples() -> None:
    assert level([1, 9, 2, 3], 3) == 2
    assert level([1, 9, 2, 3], 4) == 3
    assert level([5], 0) == 5


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_program_is_measured_by_itself_and_not_by_who_starts_it(tmp_path: Path) -> None:
    held = bytearray(200_000_000)  # ours, and none of the child's
    code = "import time; held = bytearray(60_000_000); time.sleep(0.5); print(len(held))"
    run = timed([sys.executable, "-c", code], tmp_path, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "60000000\n"
    assert run.code == 0
    assert run.wall >= 0.5
    assert 50 < run.peak < len(held) / 1_000_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_program_can_be_killed_on_the_way(tmp_path: Path) -> None:
    run = timed(
        [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, enough=lambda: True
    )
    assert run.code == -9


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "crawl.db"
    with Store(path) as store:
        begun = store.begin(Run("one", NOON), "digest", NOON)
        store.record(begun.number, [look(address="https://a.example/")])
        store.finish(begun.number, begun.run, Contents([], []), HealthSettings())
        store.begin(Run("two", NOON), "digest", NOON)
    return path


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("update observations set run_id = 9", "foreign_key_check"),
        ("delete from observations", "foreign_key_check"),
        ("update runs set finished_at = started_at", "half a run counts"),
    ],
)
def test_what_a_kill_must_not_leave_is_found(
    history: Path, change: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BrokenError, match="0 of 1 links are seen"):
        _judged(history, 1)  # no document holds the link
    with closing(sqlite3.connect(history)) as db, db:
        db.execute(change)
    monkeypatch.setattr("bench.killing._judge_report", lambda *_: None)
    with pytest.raises(BrokenError, match=found):
        _judged(history, 1)


def test_a_link_that_is_asked_again_is_found() -> None:
    kills = Kills()
    _not_asked_again(["b"], {"a"}, kills, 2)
    assert (kills.gone_on_with, kills.in_part, kills.links_kept) == (1, 1, 1)
    with pytest.raises(BrokenError, match="asked again"):
        _not_asked_again(["a", "b"], {"a"}, kills, 2)


def test_histories_that_believe_different_things_are_told_apart(
    history: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    shutil.copy(history, other)
    with closing(sqlite3.connect(other)) as db, db:
        db.execute("update links set health = 'broken'")
    with pytest.raises(BrokenError, match="something else is believed"):
        _same(history, other)

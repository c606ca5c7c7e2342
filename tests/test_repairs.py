"""What was repaired is kept, told, moved between histories, and believed of no stranger."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fakes import NOON, look, occurrence, url
from hypothesis import given
from hypothesis import strategies as st
from strict import untranslated

from crawler import reports
from crawler.bulletin import bulletin, with_changes
from crawler.choosing import Choice, choose
from crawler.contents import Contents
from crawler.corrections import Repair
from crawler.errors import StoreError
from crawler.model import Document, Place, Report, Run
from crawler.outline import Aspect
from crawler.repairs import Repaired, repaired_of, repaired_row, standing
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.upkeep import Knowledge, Upkeep
from crawler.urls import Target

HOUR = timedelta(hours=1)
OLD, NEW = "http://old.example/a", "https://new.example/b"
KNOWLEDGE = Knowledge(NOON + 100 * HOUR, HealthSettings())


def repaired(position: int = 0, name: str = "one", hours: int = 0) -> Repaired:
    return Repaired(
        name, position, NOON + hours * HOUR, "Ana", "a.md", 3, 7 + position, OLD, NEW,
        Repair.MOVED, "Moved for good: to another site.",
    )  # fmt: skip


def back(of: Repaired, name: str = "two", hours: int = 1) -> Repaired:
    at = NOON + hours * HOUR
    return replace(of, name=name, at=at, before=of.after, after=of.before, undoes=of.name)


def keep(store: Store, *several: Repaired) -> None:
    with store.repairs.keeping(several):
        pass


def run(store: Store, at: datetime = NOON) -> None:
    begun = store.begin(Run(f"{at:%H}", at), "digest", at)
    store.record(begun.number, [look("ok", at, OLD)])
    place = Place(occurrence(OLD, 3), Target(url(OLD), None))
    held = Contents((Document("a.md", "markdown", "", source="a.md"),), (place,))
    ended = Run(f"{at:%H}", at, at, complete=True)
    store.finish(begun.number, ended, held, HealthSettings())


def told(store: Store, since: datetime = NOON - 100 * HOUR) -> Report:
    return store.report(NOON + 99 * HOUR, since)


# The table


@pytest.mark.parametrize("raw", [OLD, "a\n  b", " spaces  stay ", "\x1b[31m", "ñ🙂\u202e", ""])
def test_what_stood_there_is_kept_to_the_character(store: Store, raw: str) -> None:
    one = replace(repaired(), before=raw, document="dir/ñ b.md")
    keep(store, one)
    assert store.repairs.of("one") == (one,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": 0}, {"column": 0}, {"position": -1}, {"repair": "splendid"}, {"at": "2026-11-25"},
        {"before": "x" * 70_000}, {"after": "x" * 70_000},
    ],
    ids=str,
)  # fmt: skip
def test_what_crawl_never_writes_is_not_read_back(wrong: dict[str, object]) -> None:
    with pytest.raises(StoreError):
        repaired_of(repaired_row(repaired()) | wrong)


def test_what_people_read_is_cleaned_when_it_is_read_back() -> None:
    row = repaired_row(repaired()) | {"who": "A\x1b[31m", "why": "x\ny", "name": "o\u202ene"}
    found = repaired_of(row)
    assert (found.who, found.why, found.name) == ("A [31m", "x y", "o ne")


def test_one_name_and_position_is_one_row(store: Store) -> None:
    keep(store, repaired())
    with pytest.raises(StoreError, match="refuses"):
        keep(store, repaired())
    assert len(store.repairs.of("one")) == 1


def test_all_or_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.repairs.keeping([repaired()]):
        raise ZeroDivisionError
    assert store.repairs.of("one") == ()


# Moved between histories


def exported(path: Path) -> list[str]:
    with Upkeep(path) as history:
        return list(history.lines())


def test_they_go_with_a_history_into_another_as_often_as_you_like(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine.db", tmp_path / "theirs.db"
    with Store(mine) as store:
        run(store)
        keep(store, repaired(0), repaired(1))
    with Store(theirs) as store:
        keep(store, repaired(0, "zero"), back(repaired(0, "zero")))
    lines = [line.encode() for line in exported(mine)]
    records = [json.loads(line) for line in lines]
    assert [each["position"] for each in records if each["record"] == "repair"] == [0, 1]
    with Upkeep(theirs, read_only=False) as history:
        history.take_lines(lines, KNOWLEDGE)
        history.take_lines(lines, KNOWLEDGE)
        history.take_history(mine, KNOWLEDGE)
    with Store(theirs) as store:
        assert store.repairs.of("one") == (repaired(0), repaired(1))
        assert len(store.repairs.of("zero")) == 1
    with Upkeep(mine, read_only=False) as history:
        history.take_history(theirs, KNOWLEDGE)
    assert exported(mine) == exported(theirs)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"line": None}, "a repair without line."),
        ({"repair": "splendid"}, "a value that crawl never writes"),
        ({"position": -1}, "position has a value that crawl never writes"),
        ({"before": 1}, "before has a value that crawl never writes"),
        ({"more": "x"}, "more is no field of a repair."),
    ],
)
def test_a_line_that_crawl_never_writes_is_refused(
    path: Path, wrong: dict[str, object], said: str
) -> None:
    with Store(path) as store:
        keep(store, repaired())
    lines = [json.loads(line) for line in exported(path)]
    lines[-1] |= wrong
    with Upkeep(path, read_only=False) as history, pytest.raises(StoreError, match=said):
        history.take_lines([json.dumps(each).encode() for each in lines], KNOWLEDGE)


def test_an_older_history_gets_the_table_and_verify_reads_it(path: Path) -> None:
    with Store(path) as store:
        run(store)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("drop table repairs")
        db.execute("delete from _sqlite_migrations where name = 'm007_repairs'")
        db.execute("pragma user_version = 6")
    said = list[str]()
    with Store(path, tell=said.append) as store:
        keep(store, repaired())
    assert "brought up to date" in said[0]
    with Upkeep(path) as history:
        assert list(history.astray(HealthSettings(), KNOWLEDGE.now)) == []
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update repairs set at = 'yesterday', repair = 'splendid'")
    with Upkeep(path) as history:
        found = list(history.astray(HealthSettings(), KNOWLEDGE.now))
    assert [each.partition(":")[0] for each in found] == ["row 1 of repairs"] * 2


# Told


def test_a_report_tells_what_was_repaired_since_and_nothing_before(store: Store) -> None:
    run(store)
    keep(store, repaired(0, hours=1), replace(repaired(1, hours=1), document="b.md"))
    assert store.report(NOON + 99 * HOUR).repairs is None
    report = told(store)
    assert report.repairs == store.repairs.of("one")
    (section,) = bulletin(report).sections
    assert (section.title, section.words) == ("Repaired", "Written by Ana on 2026-11-22, as one.")
    (entry,) = section.entries
    assert (entry.url, entry.replacement, entry.code, entry.written) == (OLD, NEW, "moved", 2)
    assert bulletin(report).summary.endswith("UTC: 2 repaired.")
    assert told(store, NOON + 2 * HOUR).repairs == ()
    assert bulletin(told(store, NOON + 2 * HOUR)).summary.startswith("Nothing has changed since")


@pytest.mark.parametrize("name", ["text", "markdown", "html", "github-summary"])
@pytest.mark.parametrize("aspect", [Aspect.CHANGES, Aspect.ALL])
def test_every_report_for_people_tells_it(store: Store, name: str, aspect: Aspect) -> None:
    run(store)
    keep(store, repaired(0, hours=1))
    shown = reports.render(told(store), name, aspect)
    assert "old.example/a" in shown
    assert "new.example/b" in shown
    assert "It had moved for good." in shown


def test_json_tells_it_and_says_where_nobody_has_asked(store: Store) -> None:
    run(store)
    keep(store, repaired(0, hours=1))
    for aspect in (Aspect.CHANGES, Aspect.ALL):
        (each,) = json.loads(reports.render(told(store), "json", aspect))["repairs"]
        assert each == {
            "name": "one", "at": "2026-11-22T13:00:00Z", "document": "a.md", "line": 3, "column": 7,
            "before": OLD, "after": NEW, "repair": "moved", "who": "Ana", "undoes": None,
            "why": "Moved for good: to another site.",
        }  # fmt: skip
    whole = reports.render(store.report(NOON + 99 * HOUR), "json", Aspect.ALL)
    assert json.loads(whole)["repairs"] is None


def test_what_was_taken_back_is_no_repair_and_of_an_earlier_one_it_is_news(store: Store) -> None:
    run(store)
    other = replace(repaired(1), before=f"{OLD}/other")
    keep(store, repaired(0), other)
    keep(store, back(other))
    assert told(store).repairs == (repaired(0),)
    late = told(store, NOON + HOUR / 2)
    assert late.repairs == (back(other),)
    (section,) = bulletin(late).sections
    assert section.title == "Repairs taken back"
    assert bulletin(late).summary.endswith(": 1 taken back.")


def test_many_are_cut_in_a_whole_report_and_counted(store: Store) -> None:
    run(store)
    for call, number in enumerate((9, 6, 5)):
        several = (
            replace(repaired(at, f"call-{call}", 1 + call), before=f"{OLD}/{at}")
            for at in range(number)
        )
        keep(store, *several)
    for call, number in enumerate((8, 6), 3):
        olds = (replace(repaired(at, "zero"), before=f"{OLD}/{at}") for at in range(number))
        keep(store, *(back(each, f"call-{call}", call) for each in olds))
    sections = with_changes(told(store), Aspect.ALL).sections[:5]
    assert [len(each.entries) for each in sections] == [5] * 5
    ends = [each.words.partition("as ")[2] for each in sections]
    assert ends == [
        "call-4; 1 more is left out here.", "call-3; 3 more are left out here.", "call-2.",
        "call-1; 1 more is left out here.", "call-0; 4 more are left out here.",
    ]  # fmt: skip
    assert untranslated(*(each.words for each in sections)) == []
    bulletins = bulletin(told(store)).sections
    assert [len(each.entries) for each in bulletins] == [6, 8, 5, 6, 9]


def test_what_is_chosen_narrows_it_down(store: Store) -> None:
    run(store)
    keep(store, repaired(0, hours=1), replace(repaired(1, hours=1), document="b.md"))
    chosen = choose(told(store), Choice(documents=("b.md",))).repairs or ()
    assert [each.document for each in chosen] == ["b.md"]
    assert choose(told(store), Choice(hosts=("old.example",))).repairs == ()
    assert choose(store.report(NOON + 99 * HOUR), Choice(documents=("b.md",))).repairs is None


def test_all_of_it_is_said_in_every_language(store: Store) -> None:
    run(store)
    keep(store, *(replace(repaired(at, hours=1), repair=each) for at, each in enumerate(Repair)))
    keep(store, *(back(each, hours=2) for each in (repaired(9, "zero"),)))
    said = list[str]()
    for report in (told(store), told(store, NOON + HOUR * 1.5)):
        whole = bulletin(report)
        said += [whole.summary, whole.heading]
        for section in whole.sections:
            said += [section.title, section.words, *(each.sentence for each in section.entries)]
    assert untranslated(*said) == []


ROWS = st.lists(
    st.builds(repaired, st.integers(0, 2), st.sampled_from(["one", "zero"])), max_size=5
)


@given(ROWS, st.lists(st.integers(0, 4), max_size=4, unique=True))
def test_each_word_that_something_was_taken_back_ends_one_repair(
    rows: Sequence[Repaired], which: Iterable[int]
) -> None:
    ended = [rows[at] for at in which if at < len(rows)]
    found = standing((*rows, *map(back, ended)))
    assert len(found) == len(rows) - len(ended)
    assert all(each.undoes is None for each in found)

"""Histories that are exported, imported and merged: what either has seen, both have."""

import gzip
import json
import os
import sqlite3
import threading
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fakes import NOON, look, occurrence, url, verdict_of
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import linefile
from crawler.archiving import ArchivedCopy, Basis, Came, Errand, question
from crawler.cli.db import command
from crawler.contents import Contents
from crawler.entries import Entry
from crawler.errors import StoreError, UsageError
from crawler.model import (
    Change,
    Document,
    Finding,
    Hop,
    Ignore,
    IgnoreState,
    Observation,
    PageFacts,
    Place,
    Run,
    Severity,
    Transition,
    Validators,
)
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.upkeep import Knowledge, Upkeep
from crawler.urls import Rejected, Rejection, Target

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = NOON + 1000 * DAY
KNOWLEDGE = Knowledge(NOW, HealthSettings())
NAMES = ("a", "b", "c")
URLS = tuple(f"https://{name}.example/" for name in NAMES)


@dataclass(frozen=True)
class Night:
    """One run of somebody: what was seen, and what the documents of a set held."""

    hour: int
    machine: str
    looks: tuple[Observation, ...]
    document: str
    places: tuple[str, ...]
    copies: tuple[ArchivedCopy, ...] = ()
    told: tuple[Transition, ...] = ()


def full_look(address: str = URLS[0], code: str = "permanent") -> Observation:
    """Return a look in which nothing is left out."""
    end = url("https://b.example/é?q=1")
    facts = {name: f"{name} — «x»" for name in PageFacts.__slots__}
    page = PageFacts(**facts | {"titles": (("og", "Ä"), ("html", "B")), "feeds": ("https://f/",)})  # type: ignore[arg-type]
    return replace(
        look(code, NOON, address, attempts=2),
        status=200,
        final_url=end,
        hops=(Hop(url(address), 301), Hop(url("https://b.example/"), None)),
        facts=page,
        findings=(Finding("moved", Severity.ADVICE, "It “moved”.", str(end)),),
        elapsed_ms=212,
        http_stack="standard",
        validators=Validators(end, NOON - HOUR, 'W/"a"', "Sun, 22 Nov 2026 11:00:00 GMT"),
        missing_fragments=("top", "ä"),
        fragments=("there", "top", "ä"),
    )


LOOKS = st.builds(
    lambda code, address: full_look(address) if code == "full" else look(code, NOON, address),
    st.sampled_from(["ok", "not-found", "timeout", "bot-wall", "full"]),
    st.sampled_from(URLS),
)


def copy(address: str, errand: Errand, came: Came, days: int) -> ArchivedCopy:
    """Return what an archive may have said, the more days ago the older the copy."""
    page, at = url(address), NOON - days * DAY
    found = (question(page, at), at) if came is Came.COPY else ()
    return ArchivedCopy(page, errand, NOON - DAY, Basis.SEEN, NOON, came, *found)


# Asked at one moment by several machines, and not told the same.
COPIES = st.builds(
    copy, st.sampled_from(URLS), st.sampled_from(Errand), st.sampled_from(Came), st.integers(1, 3)
)
EXPIRED = Ignore("one.md", 2, None, IgnoreState.EXPIRED, NOON.date(), "not ours")
TOLD = st.sampled_from([
    *(Transition(Change.BROKEN, url(each), "Gone.", code="gone", at=NOON) for each in URLS),
    Transition(Change.MOVED, url(URLS[0]), "Moved.", URLS[0], URLS[1], "permanent", NOON, "Since.",
               replacement=URLS[1], at=NOON),
    Transition(Change.IGNORE_EXPIRED, None, "It ended.", "active", "expired", ignore=EXPIRED,
               at=NOON),
])  # fmt: skip
NIGHTS = st.builds(
    Night,
    st.integers(0, 200),
    st.sampled_from("xyz"),
    st.lists(LOOKS, max_size=3, unique_by=lambda look: look.url).map(tuple),
    st.sampled_from(["one.md", "two.md", "three.md"]),
    st.lists(st.sampled_from(URLS), max_size=3).map(tuple),
    st.lists(COPIES, max_size=2).map(tuple),
    st.lists(TOLD, max_size=2).map(tuple),
)
# What anybody has ever seen; each history has some of it. A run has one name, wherever it is.
PASTS = st.lists(NIGHTS, max_size=6, unique_by=lambda night: (night.hour, night.machine))


def write(path: Path, nights: Sequence[Night], *, places: Sequence[Place] | None = None) -> None:
    """Write a history, run by run."""
    with Store(path) as store:
        for night in nights:
            at = NOON + night.hour * HOUR
            begun = store.begin(Run(f"{night.hour:03}-{night.machine}", at), "digest", at)
            store.record(begun.number, [replace(each, at=at) for each in night.looks])
            held = [
                Place(occurrence(address, line, night.document), Target(url(address), "top"))
                for line, address in enumerate(night.places, 1)
            ]
            document = Document(night.document, "markdown", "", source=night.document)
            finished = replace(begun.run, finished_at=at + HOUR / 2, complete=True)
            contents = Contents([document], held if places is None else places)
            store.finish(begun.number, finished, contents, HealthSettings(), night.told)
            for each in night.copies:  # of links that are known
                store.archive.keep(replace(each, asked_at=NOON + night.hour % 3 * HOUR))


def lines(path: Path) -> list[str]:
    with Upkeep(path) as history:
        return list(history.lines())


def entries(path: Path) -> list[Entry]:
    return [json.loads(line) for line in lines(path)]


def believed(path: Path) -> list[tuple[Any, ...]]:
    """Return all that is believed of links, without the numbers of rows."""
    with closing(sqlite3.connect(path)) as db:
        columns = [row[1] for row in db.execute("pragma table_info(links)")]
        kept = ", ".join(name for name in columns if name not in ("id", "observation_id"))
        query = f"select {kept} from links where health is not null order by url"  # noqa: S608
        return db.execute(query).fetchall()


def take(path: Path, *histories: Path) -> None:
    """Merge histories into one, which may be a new one."""
    with Store(path):
        pass
    with Upkeep(path, read_only=False) as history:
        for each in histories:
            history.take_lines([line.encode() for line in lines(each)], KNOWLEDGE)


@pytest.fixture
def directory() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@given(PASTS)
@settings(max_examples=10, deadline=None)
def test_what_was_exported_and_imported_is_exported_the_same(nights: list[Night]) -> None:
    with TemporaryDirectory() as name:
        one, other = Path(name) / "one.db", Path(name) / "other.db"
        write(one, sorted(nights, key=lambda night: night.hour))
        take(other, one)
        assert lines(other) == lines(one)
        assert believed(other) == believed(one)


@given(PASTS, st.lists(st.integers(1, 7), min_size=6, max_size=6))
@settings(max_examples=10, deadline=None)
def test_a_merge_is_the_union_whatever_is_merged_into_what(
    nights: list[Night], whose: list[int]
) -> None:
    nights.sort(key=lambda night: night.hour)
    with TemporaryDirectory() as name:
        known = [Path(name) / f"{number}.db" for number in range(3)]
        for number, path in enumerate(known):
            mine = [night for night, who in zip(nights, whose, strict=False) if who >> number & 1]
            write(path, mine)
        a, b, c = known
        left, right, nested, apart = (Path(name) / f"{each}.db" for each in "lrna")
        take(left, a, b, c)
        take(right, c, b, a, b)
        take(nested, b, c)
        take(apart, a, nested)
        all_of_it = lines(left)
        assert lines(right) == all_of_it
        assert lines(apart) == all_of_it
        assert believed(right) == believed(apart) == believed(left)

        runs = {entry["name"] for path in known for entry in entries(path) if "name" in entry}
        assert {json.loads(line).get("name") for line in all_of_it} - {None} == runs


def test_every_value_of_a_look_is_carried_over(directory: Path) -> None:
    one, other = directory / "one.db", directory / "other.db"
    write(one, [Night(1, "x", (full_look(),), "one.md", URLS)])
    take(other, one)
    with Store(one, read_only=True) as ours, Store(other, read_only=True) as theirs:
        assert ours.story(url(URLS[0])) == theirs.story(url(URLS[0]))
    (entry,) = (each for each in entries(other) if each["record"] == "look")
    with closing(sqlite3.connect(one)) as db:
        stored = {row[1] for row in db.execute("pragma table_info(observations)")}
    assert set(entry) == stored - {"id", "run_id", "link_id"} | {"record", "url", "run", "hops"}


def test_places_of_every_kind_are_carried_over(directory: Path) -> None:
    one, other = directory / "one.db", directory / "other.db"
    raw = "mailto:ä@b.example"
    places = [
        Place(occurrence(URLS[0], 1, "one.md"), Target(url(URLS[0]), "top")),
        Place(occurrence(URLS[1], 2, "one.md"), Target(url(URLS[1])), "not ours"),
        Place(occurrence(raw, 3, "one.md"), Rejected(raw, Rejection.MAIL)),
        Place(
            occurrence("b.md", 4, "one.md"),
            Rejected("b.md", Rejection.FILE_MISSING, "c.md is near", "docs/b.md"),
        ),
    ]
    with Store(one) as store:
        begun = store.begin(Run("night", NOON), "digest", NOON)
        ignores = (Ignore("one.md", 2, None, IgnoreState.ACTIVE, NOON.date(), "not ours"),)
        finished = replace(begun.run, finished_at=NOON, complete=True, ignores=ignores)
        document = Document("one.md", "markdown", "", source="docs")
        held = Contents([document], places, {url(URLS[0]): verdict_of("excluded")})
        store.finish(begun.number, finished, held, HealthSettings())
    take(other, one)
    assert lines(other) == lines(one)
    with Store(one, read_only=True) as ours, Store(other, read_only=True) as theirs:
        assert list(ours.report().rows) == list(theirs.report().rows)
        assert theirs.report().run == finished


def test_the_latest_run_is_the_latest_by_time_and_not_by_arrival(directory: Path) -> None:
    one, other = directory / "one.db", directory / "other.db"
    write(one, [Night(1, "x", (), "one.md", ())])
    write(other, [Night(9, "y", (), "one.md", ())])
    take(other, one)
    with Store(other, read_only=True) as store:
        run = store.last_run()
        assert run is not None
        assert run.id == "009-y"


def test_of_a_document_what_was_read_last_wins(directory: Path) -> None:
    older, newer = directory / "older.db", directory / "newer.db"
    write(older, [Night(1, "x", (), "one.md", URLS), Night(2, "x", (), "two.md", URLS[:1])])
    write(newer, [Night(5, "y", (), "one.md", URLS[1:2])])
    take(older, newer)
    with Store(older, read_only=True) as store:
        places = [row.place.occurrence for row in store.report().rows]
    assert [(each.document, each.href) for each in places] == [
        ("one.md", URLS[1]), ("two.md", URLS[0]),
    ]  # fmt: skip


def test_half_a_run_here_is_a_whole_one_there(directory: Path) -> None:
    here, there = directory / "here.db", directory / "there.db"
    nights = [Night(1, "x", (look(address=URLS[0]), look(address=URLS[1])), "one.md", URLS)]
    write(there, nights)
    with Store(here) as store:
        begun = store.begin(Run("001-x", NOON), "digest", NOON)
        store.record(begun.number, [look("timeout", address=URLS[0])])
    assert not any(entry["record"] != "crawl" for entry in entries(here))  # half a run is none
    take(here, there)
    assert lines(here) == lines(there)
    with Upkeep(here) as history:
        assert history.stats().unfinished == 0
        assert history.problems() == []


def test_a_pruned_history_gets_back_what_another_still_has(directory: Path) -> None:
    pruned, whole = directory / "pruned.db", directory / "whole.db"
    nights = [Night(number, "x", (look(address=URLS[0]),), "one.md", URLS) for number in range(20)]
    for path in (pruned, whole):
        write(path, nights)
    with Upkeep(pruned, read_only=False) as history:
        assert history.prune(NOW).looks > 0
    take(pruned, whole)
    assert lines(pruned) == lines(whole)
    assert believed(pruned) == believed(whole)


def test_runs_keep_what_they_told_and_how_many_links_were_well(directory: Path) -> None:
    one, other = directory / "one.db", directory / "other.db"
    gone = Transition(Change.BROKEN, url(URLS[0]), "Gone.", code="gone", at=NOON)
    write(one, [Night(1, "x", (look("gone", NOON, URLS[0]),), "one.md", URLS[:1], (), (gone,))])
    write(other, [Night(2, "y", (look(address=URLS[1]),), "two.md", URLS[1:2])])
    take(other, one)
    take(other, one)
    with Store(other, read_only=True) as store:
        (change,) = store.report(since=NOON).changes or ()
    assert (change.kind, change.url, change.written) == (Change.BROKEN, url(URLS[0]), 1)
    healths = [each["healths"] for each in entries(other) if each["record"] == "run"]
    assert healths == [{"broken": 1}, {"healthy": 1}]


def test_of_what_an_archive_said_the_later_answer_wins(directory: Path) -> None:
    one, other = directory / "one.db", directory / "other.db"
    found, none = (copy(URLS[0], Errand.FIND, came, 9) for came in (Came.COPY, Came.NONE))
    write(one, [Night(1, "x", (look(address=URLS[0]),), "one.md", URLS[:1], (found,))])
    write(other, [Night(2, "y", (look(address=URLS[0]),), "one.md", URLS[:1], (none,))])
    take(one, other)
    take(other, one)
    for path in (one, other):
        with Store(path, read_only=True) as store:
            assert store.archive.of(url(URLS[0])) == (replace(none, asked_at=NOON + 2 * HOUR),)


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_a_history_comes_through_a_pipe(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    """As in `ssh laptop crawl db export | crawl db import /dev/stdin`."""
    write(one := tmp_path / "one.db", [Night(0, "x", (look("ok"),), "one.md", ())])
    done = imported_through_a_pipe(tmp_path, packed("".join(lines(one)).encode()))
    assert (done.exception, done.output.partition(": ")[2]) == (
        None,
        "1 run, 1 look, 1 document.\n",
    )
    assert lines(tmp_path / "other.db") == lines(one)


def test_a_database_that_comes_through_a_pipe_is_refused(tmp_path: Path) -> None:
    write(one := tmp_path / "one.db", [])
    done = imported_through_a_pipe(tmp_path, one.read_bytes()[:4096])
    assert isinstance(done.exception, UsageError)
    assert "brings a history itself" in str(done.exception)


def imported_through_a_pipe(directory: Path, data: bytes) -> Result:
    os.mkfifo(pipe := directory / "pipe")
    writer = threading.Thread(target=pipe.write_bytes, args=[data])
    writer.start()
    given = ["import", str(pipe), "--no-config", "--db", str(directory / "other.db")]
    done = CliRunner().invoke(command, given)
    writer.join()
    return done


def test_a_failed_import_of_nothing_begins_no_history(tmp_path: Path) -> None:
    given = ["import", str(tmp_path / "x"), "--no-config", "--db", str(tmp_path / "new.db")]
    assert isinstance(CliRunner().invoke(command, given).exception, UsageError)
    assert not list(tmp_path.iterdir())


def test_what_is_not_ours_to_export_is_one_sentence(tmp_path: Path) -> None:
    write(path := tmp_path / "one.db", [Night(0, "x", (look("ok"),), "one.md", ())])
    for counts in ("[" * 100_000, '{"ok": NaN}', "{"):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("update runs set counts = ?", [counts])
        with Upkeep(path) as history, pytest.raises(StoreError, match="another program"):
            list(history.lines())


# Two machines


def told(path: Path) -> list[object]:
    """Return the whole report of a history."""
    with Store(path, read_only=True) as store:
        report = store.report(NOW)
    return [report.run, *report.rows]


def test_two_machines_that_look_at_two_sets_come_to_the_same_report(directory: Path) -> None:
    """Each has nights of its own; they hand each other what they know, more than once."""
    one, two = directory / "one.db", directory / "two.db"
    codes = ("ok", "not-found", "timeout", "ok", "timeout", "timeout")
    for night, code in enumerate(codes):
        hour = 24 * night
        ours = (look(code, NOON, URLS[0]), look("ok", NOON, URLS[1]))
        theirs = (look("ok", NOON, URLS[1]), full_look(URLS[2]))
        write(one, [Night(hour, "x", ours, "docs/one.md", URLS[:2])])
        write(two, [Night(hour + 1, "y", theirs, "blog/two.md", URLS[1:])])
        if night in (1, 5):
            take(one, two)
            take(two, one)
    take(one, two)
    assert told(one) == told(two)
    assert lines(one) == lines(two)
    assert believed(one) == believed(two)
    documents = {entry["name"] for entry in entries(one) if entry["record"] == "document"}
    assert documents == {"docs/one.md", "blog/two.md"}
    with Store(one, read_only=True) as store:
        assert len(store.story(url(URLS[1])).looks) == 2 * len(codes)


@pytest.mark.parametrize("later", ["here", "there"])
def test_two_documents_of_one_name_that_have_nothing_in_common_are_told(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    later: str,
) -> None:
    """Of two projects that both have a README.md, the places of the later run are kept."""
    monkeypatch.chdir(directory)
    hours = {"here": 1, "there": 2} if later == "there" else {"here": 2, "there": 1}
    for name, written in (("here", URLS[:1]), ("there", URLS[1:])):
        seen = tuple(look(address=each) for each in written)
        write(Path(f"{name}.db"), [Night(hours[name], name, seen, "README.md", written)])
    import_ = command.commands["import"].callback
    assert import_ is not None
    import_(source=Path("there.db"), db="here.db", config=None, no_config=True)
    assert capsys.readouterr().err.startswith(
        "crawl: README.md was in both and has no link in common: its places are those of the "
    )
    kept = URLS[:1] if later == "here" else URLS[1:]
    assert [entry["url"] for entry in entries(Path("here.db")) if "line" in entry] == [*kept]
    looks = {entry["url"] for entry in entries(Path("here.db")) if entry["record"] == "look"}
    assert looks == set(URLS), "and the looks of both"
    import_(source=Path("there.db"), db="here.db", config=None, no_config=True)
    assert (capsys.readouterr().err != "") == (later == "here")


def test_of_many_documents_that_have_nothing_in_common_some_are_named(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(directory)
    for number in range(7):
        for name, hour in (("here", number), ("there", 100 + number)):
            place = f"https://{name}.example/"
            write(Path(f"{name}.db"), [Night(hour, name, (), f"{number}.md", (place,))])
    import_ = command.commands["import"].callback
    assert import_ is not None
    import_(source=Path("there.db"), db="here.db", config=None, no_config=True)
    said = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in said[:-1]] == [f"{number}.md" for number in range(5)]
    assert said[-1] == "crawl: So it is with 2 more."


def test_a_document_that_has_changed_is_no_stranger(directory: Path) -> None:
    one, other = directory / "one.db", directory / "other.db"
    write(one, [Night(1, "x", (), "a.md", URLS[:2])])
    write(other, [Night(2, "y", (), "a.md", URLS[1:]), Night(3, "y", (), "b.md", ())])
    with Upkeep(one, read_only=False) as history:
        assert history.take_history(other, KNOWLEDGE).strangers == set()


# A stranger's file


def a_file(directory: Path) -> list[Entry]:
    path = directory / "good.db"
    found = copy(URLS[0], Errand.FIND, Came.COPY, 9)
    broken = Transition(Change.BROKEN, url(URLS[0]), "Gone.", code="gone", at=NOON)
    night = Night(1, "x", (full_look(),), "one.md", URLS[:1], (found,), (broken,))
    write(path, [night])
    return entries(path)


def refused(directory: Path, given: Sequence[Entry | bytes]) -> str:
    """Return why a file is refused; nothing of it is taken."""
    path = directory / "target.db"
    write(path, [Night(5, "y", (look(address=URLS[2]),), "two.md", URLS)])
    before = lines(path)
    data = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in given]
    with Upkeep(path, read_only=False) as history, pytest.raises(StoreError) as raised:
        history.take_lines(data, KNOWLEDGE)
    assert lines(path) == before
    with Upkeep(path) as history:
        assert history.problems() == []
    return str(raised.value)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"", "line 1: this is not JSON"),
        (b"[" * 100_000, "line 1: this is not JSON"),
        (b"[]", "line 1: this is no object with a `record`."),
        (b'{"record": 1}', "line 1: this is no object with a `record`."),
        (b'{"record": "look"}', "line 1: this is no history that `crawl db export` has written."),
        (b'{"record": "crawl", "schema": "1"}', "line 1: this is no history"),
        (
            b'{"record": "crawl", "schema": 99}',
            "line 1: it was written by a newer version of crawl",
        ),
    ],
)
def test_what_is_no_history_is_refused(directory: Path, line: bytes, sentence: str) -> None:
    assert refused(directory, [line]).startswith(sentence)


def test_nothing_at_all_is_no_history(directory: Path) -> None:
    assert refused(directory, []).startswith("line 1: this is no history")


BIG = 10**30
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("run", {"name": None}, "a run without name."),
    ("run", {"finished_at": None}, "a run without finished_at."),
    ("run", {"started_at": "yesterday"}, "a value that crawl never writes"),
    ("run", {"started_at": "2026-01-01T00:00:00"}, "a value that crawl never writes"),
    ("run", {"complete": BIG}, "complete has a value that crawl never writes."),
    ("run", {"network": "splendid"}, "a value that crawl never writes"),
    ("run", {"counts": {"ok": "many"}}, "counts has a value that crawl never writes."),
    ("run", {"counts": []}, "counts has a value that crawl never writes."),
    ("run", {"ignores": [1]}, "a value that crawl never writes"),
    ("run", {"healths": {"splendid": 1}}, "a value that crawl never writes"),
    ("run", {"healths": [1]}, "a value that crawl never writes"),
    ("run", {"splendid": 1}, "splendid is no field of a run."),
    ("document", {"run": "nobody's"}, "it names a run that was not named before."),
    ("document", {"format": None}, "a document without format."),
    ("place", {"document": "nobody's"}, "a place in a document that was not named before."),
    ("place", {"line": -1}, "line has a value that crawl never writes."),
    ("place", {"line": "1"}, "line has a value that crawl never writes."),
    ("place", {"line": True}, "line has a value that crawl never writes."),
    ("place", {"kind": "splendid"}, "a value that crawl never writes"),
    ("place", {"text": "\ud800"}, "text has a value that crawl never writes."),
    ("place", {"url": "nothing"}, "the history holds 'nothing' as a URL"),
    ("copy", {"url": None}, "a copy without url."),
    ("copy", {"errand": "steal"}, "a value that crawl never writes"),
    ("copy", {"asked_at": "yesterday"}, "a value that crawl never writes"),
    ("copy", {"copy_url": "https://evil.example/"}, "a value that crawl never writes"),
    ("copy", {"copy_at": "2026-11-22T12:00:00.000Z"}, "a value that crawl never writes"),
    ("copy", {"came": "later"}, "a value that crawl never writes"),
    ("copy", {"id": 1}, "id is no field of a copy."),
    ("transition", {"run": "nobody's"}, "it names a run that was not named before."),
    ("transition", {"position": None}, "a transition without position."),
    ("transition", {"position": -1}, "position has a value that crawl never writes."),
    ("transition", {"kind": "splendid"}, "a value that crawl never writes"),
    ("transition", {"url": None}, "a value that crawl never writes"),
    ("transition", {"replacement": "javascript:x"}, "as a URL"),
    ("transition", {"ignores": [1]}, "a value that crawl never writes"),
    ("look", {"run": "nobody's"}, "it names a run that was not named before."),
    ("look", {"outcome": "splendid"}, "a value that crawl never writes"),
    ("look", {"reason": "splendid"}, "a value that crawl never writes"),
    ("look", {"at": "9999-12-31T23:59:59-10:00"}, "a value that crawl never writes"),
    ("look", {"status": 1.5}, "status has a value that crawl never writes."),
    ("look", {"status": BIG}, "status has a value that crawl never writes."),
    ("look", {"title": ["a"]}, "title has a value that crawl never writes."),
    ("look", {"titles": [["a"]]}, "a value that crawl never writes"),
    ("look", {"findings": [{}]}, "a value that crawl never writes"),
    ("look", {"feeds": 1}, "a value that crawl never writes"),
    ("look", {"etag": "no\r\nproper"}, "a value that crawl never writes"),
    ("look", {"hops": {}}, "hops is no list of objects."),
    ("look", {"hops": [1]}, "hops is no list of objects."),
    ("look", {"hops": [{"url": "https://a.example/"}]}, "a hop without via."),
    ("look", {"hops": [{"url": "x", "via": "http"}]}, "the history holds 'x' as a URL"),
    ("look", {"url": None}, "a look without url."),
    ("look", {"record": "splendid"}, "a record that nobody knows."),
]


@pytest.mark.parametrize(("kind", "change", "sentence"), WRONG)
def test_a_value_that_crawl_never_writes_is_refused_with_its_line(
    directory: Path, kind: str, change: dict[str, Any], sentence: str
) -> None:
    given = a_file(directory)
    (number,) = (number for number, entry in enumerate(given) if entry["record"] == kind)
    given[number] |= change
    said = refused(directory, given)
    assert said.startswith(f"line {number + 1}: ")
    assert sentence in said
    assert "\n" not in said


@pytest.mark.parametrize("kind", ["place", "look"])
def test_what_is_there_twice_counts_once_or_is_refused(directory: Path, kind: str) -> None:
    given = [each for each in a_file(directory) for _ in range(1 + (each["record"] == kind))]
    if kind == "place":
        assert "is there twice" in refused(directory, given)
    else:
        path = directory / "target.db"
        with Store(path):
            pass
        with Upkeep(path, read_only=False) as history:
            data = [json.dumps(each).encode() for each in given]
            assert history.take_lines(data, KNOWLEDGE).looks == 1
            assert history.take_lines(data, KNOWLEDGE).looks == 0


def test_what_is_taken_is_cleaned_and_in_utc(directory: Path) -> None:
    given = a_file(directory)
    for entry in given:
        if entry["record"] == "look":
            entry |= {"title": "a\x1b[31m\u202eb", "at": "2026-11-22T15:00:00+02:00"}
    path = directory / "target.db"
    with Store(path):
        pass
    with Upkeep(path, read_only=False) as history:
        history.take_lines([json.dumps(each).encode() for each in given], KNOWLEDGE)
    (entry,) = (each for each in entries(path) if each["record"] == "look")
    assert entry["title"] == "a [31m b"
    assert entry["at"] == "2026-11-22T13:00:00.000Z"


# Files


@pytest.mark.parametrize("name", ["history.jsonl", "history.jsonl.gz"])
def test_lines_are_read_as_they_were_written(directory: Path, name: str) -> None:
    path = directory / name
    written = [f"line {number}\n" for number in range(1000)]
    linefile.write_lines(written, path)
    first = path.read_bytes()
    linefile.write_lines(written, path)
    assert path.read_bytes() == first  # no time, no name: the same bytes
    assert (first[:2] == b"\x1f\x8b") is name.endswith(".gz")
    assert [line.decode() for line in linefile.read_lines(path)] == written
    assert [each.name for each in directory.iterdir()] == [name]


def test_a_file_that_cannot_be_written_is_as_it_was(directory: Path) -> None:
    path = directory / "history.jsonl"
    path.write_text("before")

    def failing() -> Iterator[str]:
        yield "half\n"
        raise StoreError("the disk with it is full.")

    with pytest.raises(StoreError):
        linefile.write_lines(failing(), path)
    assert path.read_text() == "before"
    assert [each.name for each in directory.iterdir()] == ["history.jsonl"]


def test_a_file_that_is_cut_short_is_said_to_be_so(directory: Path) -> None:
    path = directory / "history.jsonl.gz"
    path.write_bytes(gzip.compress(b"line\n" * 1000)[:-20])
    with pytest.raises(UsageError, match="its end is missing or damaged"):
        list(linefile.read_lines(path))
    with pytest.raises(UsageError, match="cannot be read"):
        list(linefile.read_lines(directory / "nothing"))


def test_a_line_without_end_is_not_read_to_its_end(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linefile, "MAX_LINE", 100_000)
    path = directory / "bomb.gz"
    path.write_bytes(gzip.compress(b"x" * 50_000_000))
    tracemalloc.start()
    with pytest.raises(UsageError, match="line 1 is longer than any that crawl writes"):
        list(linefile.read_lines(path))
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


# Commands


def call(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("source", ["one.db", "one.jsonl", "one.jsonl.gz"])
def test_the_commands_carry_a_history_from_one_machine_to_another(
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
) -> None:
    monkeypatch.chdir(directory)
    nights = [Night(number, "x", (full_look(),), "one.md", URLS) for number in range(2)]
    write(directory / "one.db", nights)
    with capsys.disabled():
        if source != "one.db":
            assert call("export", source, "--db", "one.db") == f"one.db was exported to {source}.\n"
        said = call("import", source, "--db", "new.db")
        again = call("import", source, "--db", "new.db")
        everything = call("export", "--db", "new.db")
        assert call("export", "-", "--db", "new.db") == everything
    assert said == "New in new.db: 2 runs, 2 looks, 1 document.\n"
    assert again == "New in new.db: 0 runs, 0 looks, 0 documents.\n"
    assert everything.splitlines(keepends=True) == lines(directory / "one.db")


def test_of_a_long_import_is_told_how_far_it_is(
    directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(directory)
    monkeypatch.setattr("crawler.cli.db.TOLD_SECONDS", 0.0)
    write(directory / "one.db", [Night(1, "x", (look(),), "one.md", URLS)])
    import_ = command.commands["import"].callback
    assert import_ is not None
    import_(source=Path("one.db"), db="new.db", config=None, no_config=True)
    assert "crawl: 6 lines read.\n" in capsys.readouterr().err


def test_a_history_of_another_program_is_not_taken(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory)
    with closing(sqlite3.connect("other.db")) as db:
        db.execute("create table notes (text)")
    with pytest.raises(StoreError, match=r"other\.db is a database of another program"):
        call("import", "other.db")
    with pytest.raises(UsageError, match="nothing: cannot be read"):
        call("import", "nothing")


def test_every_table_column_and_record_is_documented(directory: Path) -> None:
    path = directory / "crawl.db"
    write(path, [Night(1, "x", (look(),), "one.md", URLS)])
    page = (Path(__file__).parents[1] / "docs" / "history.md").read_text("utf-8")
    with closing(sqlite3.connect(path)) as db:
        query = "select name from sqlite_master where type in ('table', 'view')"
        tables = [row[0] for row in db.execute(query) if not row[0].startswith("_")]
        columns = {
            row[1]
            for table in tables
            for row in db.execute(f"pragma table_info({table})")
            if table not in ("broken_links", "changes", "link_health")
        }
    records = {entry["record"] for entry in entries(path)} | {"acceptance", "copy", "transition"}
    assert [name for name in {*tables, *columns} if f"`{name}`" not in page] == []
    assert [name for name in records - {"crawl"} if f"| `{name}` |" not in page] == []

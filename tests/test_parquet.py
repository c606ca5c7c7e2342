"""A history as Parquet: it says what JSON Lines say, and is written as a whole or not at all."""

import importlib.util
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, Self, cast

import pyarrow as pa
import pytest
from click.testing import CliRunner
from fakes import NOON, look
from hypothesis import given, settings
from pyarrow import parquet as pq
from test_merging import PASTS, URLS, Night, directory, entries, full_look, lines, take, write

from crawler import parquet
from crawler.cli.db import command
from crawler.columnar import FILES, RECORDS, Batch, File, Type, batch_of, type_of
from crawler.errors import ImpossibleError, StoreError, UsageError
from crawler.exporting import Tabled
from crawler.guide import json_columns, tables
from crawler.model import (
    Change,
    Confidence,
    Health,
    Ignore,
    IgnoreState,
    Kind,
    Network,
    Outcome,
    Transition,
    Via,
)
from crawler.rows import iso
from crawler.store import Store
from crawler.upkeep import Upkeep
from crawler.urls import Rejection

__all__ = ["directory"]

DAY: Final = timedelta(days=1)
BY_NAME: Final = {file.name: file for file in FILES}
# What JSON Lines call a row of each file; links are in none, for they are made of the looks.
RECORD: Final = {
    "runs": "run", "documents": "document", "places": "place", "acceptances": "acceptance",
    "copies": "copy", "transitions": "transition", "repairs": "repair", "looks": "look",
}  # fmt: skip
EXPIRED: Final = Ignore("one.md", 2, None, IgnoreState.EXPIRED, NOON.date(), "not ours")
FULL: Final = Night(
    1,
    "w",
    (full_look(), look("not-found", NOON, URLS[1])),
    "one.md",
    (*URLS, URLS[0]),
    told=(
        Transition(Change.IGNORE_EXPIRED, None, "It ended.", "active", "expired", ignore=EXPIRED,
                   at=NOON),
    ),
)  # fmt: skip


def export(history: Path, target: Path) -> None:
    with Upkeep(history) as opened, opened.tables() as tabled:
        parquet.write(tabled, target)


def rows(target: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(target / f"{name}.parquet").to_pylist()
    return found


def entry(file: File, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record that a row is in JSON Lines."""
    made: dict[str, Any] = {"record": RECORD[file.name]}
    for name, value in row.items():
        if value is None or value == [] or (file.name == "looks" and name in ("host", "domain")):
            continue
        match file.columns[name]:
            case Type.MOMENT:
                made[name] = iso(value)
            case Type.FLAG:
                made[name] = int(value)
            case Type.JSON:
                made[name] = json.loads(value)
            case Type.RECORDS if name == "titles":
                made[name] = [[each["source"], each["text"]] for each in value]
            case Type.RECORDS if name == "hops":
                made[name] = [
                    {field: of for field, of in each.items() if of is not None} for each in value
                ]
            case _:
                made[name] = value
    return {name: value for name, value in made.items() if value != []}


def in_order(records: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in records)


def files_of(target: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted(target.iterdir())}


def changed(path: Path, *statements: str) -> None:
    """Write into a history as another program may."""
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


# What is in it


@given(PASTS)
@settings(max_examples=15, deadline=None)
def test_it_says_what_json_lines_say(nights: list[Night]) -> None:
    with TemporaryDirectory() as name:
        history, target = Path(name) / "crawl.db", Path(name) / "history.parquet"
        write(history, sorted([FULL, *nights], key=lambda night: night.hour))
        changed(
            history,
            "insert into acceptances (link_id, at) select distinct 1, finished_at from runs",
        )
        export(history, target)
        read = [entry(BY_NAME[file], row) for file in RECORD for row in rows(target, file)]
        told = [each for each in entries(history) if each["record"] != "crawl"]
        assert in_order(read) == in_order(told)


@given(PASTS)
@settings(max_examples=10, deadline=None)
def test_links_are_there_with_what_is_believed_of_them(nights: list[Night]) -> None:
    with TemporaryDirectory() as name:
        history, target = Path(name) / "crawl.db", Path(name) / "history.parquet"
        write(history, sorted([FULL, *nights], key=lambda night: night.hour))
        export(history, target)
        with closing(sqlite3.connect(history)) as db:
            db.row_factory = sqlite3.Row
            # Not those that were only told of, by what this test makes up.
            query = (
                "select * from links where health is not null "
                "or id in (select link_id from occurrences) order by url"
            )
            stored = [dict(row) for row in db.execute(query)]
        found = rows(target, "links")
        assert [row["url"] for row in found] == [row["url"] for row in stored]
        for row, other in zip(found, stored, strict=True):
            assert (row["host"], row["domain"]) == (other["host"], other["host"])
            for column, type_ in BY_NAME["links"].columns.items():
                value = row[column]
                if type_ is Type.MOMENT:
                    assert (value and iso(value)) == other[column], column
                elif type_ in (Type.TEXT, Type.WORD, Type.NUMBER, Type.JSON) and column != "domain":
                    assert value == other[column], column


@given(PASTS)
@settings(max_examples=10, deadline=None)
def test_histories_that_hold_the_same_are_the_same_bytes(nights: list[Night]) -> None:
    with TemporaryDirectory() as name:
        one, other = Path(name) / "one.db", Path(name) / "other.db"
        write(one, sorted(nights, key=lambda night: night.hour))
        take(other, one)
        for path in (one, other):
            export(path, path.with_suffix(".parquet"))
        assert files_of(Path(name) / "one.parquet") == files_of(Path(name) / "other.parquet")


def test_runs_that_have_not_finished_are_left_out(directory: Path) -> None:
    history, target = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL, Night(30, "y", (look("ok", NOON, URLS[2]),), "one.md", ())])
    changed(history, "update runs set finished_at = null where name like '030%'")
    export(history, target)
    assert [row["name"] for row in rows(target, "runs")] == ["001-w"]
    assert {row["run"] for row in rows(target, "looks")} == {"001-w"}


def test_of_a_history_without_anything_there_are_all_files_with_all_columns(
    directory: Path,
) -> None:
    with Store(directory / "crawl.db"):
        pass
    target = directory / "history.parquet"
    export(directory / "crawl.db", target)
    assert set(files_of(target)) == {f"{file.name}.parquet" for file in FILES}
    for file in FILES:
        table = pq.read_table(target / f"{file.name}.parquet")
        assert table.column_names == list(file.columns)
        assert table.num_rows == 0


def test_a_domain_is_what_somebody_has_registered() -> None:
    names = [*tables()["links"].columns]
    values = dict.fromkeys(names) | {"host": "www.a.example.co.uk"}
    batch = batch_of(BY_NAME["links"], names, [list(values.values())])
    assert batch.columns["domain"] == ["example.co.uk"]


# Groups of rows


def looks_at(at: datetime, count: int) -> list[Any]:
    return [
        replace(look("ok", at, f"https://{number:03}.example/"), elapsed_ms=number)
        for number in range(count)
    ]


def test_groups_are_of_one_month_and_in_it_by_url_and_time(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP", 8)
    monkeypatch.setattr("crawler.exporting._ROWS", 2)
    history, target = directory / "crawl.db", directory / "history.parquet"
    nights = [
        Night(24 * night, "x", tuple(looks_at(NOON, 10)), "one.md", ()) for night in (0, 3, 9, 12)
    ]
    write(history, nights)  # from 22 November to 4 December
    export(history, target)
    found = rows(target, "looks")
    assert len(found) == 40
    assert found == sorted(found, key=lambda row: (f"{row['at']:%Y-%m}", row["url"], row["at"]))
    months = []
    metadata = pq.read_metadata(target / "looks.parquet")
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        assert group.num_rows <= 8
        chunks = [group.column(index) for index in range(group.num_columns)]
        (times,) = (each.statistics for each in chunks if each.path_in_schema == "at")
        (urls,) = (each.statistics for each in chunks if each.path_in_schema == "url")
        assert f"{times.min:%Y-%m}" == f"{times.max:%Y-%m}"
        months.append((f"{times.min:%Y-%m}", urls.min, urls.max))
    assert {month for month, *_ in months} == {"2026-11", "2026-12"}
    # Of a link there is one group in each month, or two where one ends with it.
    for each in {row["url"] for row in found}:
        for month in ("2026-11", "2026-12"):
            holds = [one for one in months if one[0] == month and one[1] <= each <= one[2]]
            assert 1 <= len(holds) <= 2


def test_no_more_rows_are_waiting_than_a_group_has(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read and not written is bounded, whatever the number of rows."""
    monkeypatch.setattr(parquet, "GROUP", 4)
    file, taken, written = BY_NAME["acceptances"], [0], [0]
    most = 0

    def batches() -> Iterator[Batch]:
        nonlocal most
        for number in range(100):
            taken[0] += 1
            most = max(most, taken[0] - written[0])
            yield Batch({"url": [f"https://{number}.example/"], "at": [iso(NOON)]})

    real = pq.ParquetWriter.write_table

    def counted(self: Any, table: Any, **named: Any) -> None:  # noqa: ANN401
        written[0] += table.num_rows
        real(self, table, **named)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", counted)
    parquet.write([(file, batches())], directory / "history.parquet")
    assert written[0] == 100
    assert most <= 5


# What is in the way


def test_what_crawl_has_written_is_replaced(directory: Path) -> None:
    history, target = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL])
    export(history, target)
    before = files_of(target)
    target.chmod(0o700)
    write(history, [Night(30, "y", (look("ok", NOON, URLS[2]),), "one.md", ())])
    export(history, target)
    assert files_of(target) != before
    assert len(rows(target, "runs")) == 2
    assert target.stat().st_mode & 0o777 == 0o700
    assert {each.name for each in directory.iterdir()} == {"crawl.db", "history.parquet"}


def test_an_empty_directory_is_taken_and_a_link_to_one_stays_a_link(directory: Path) -> None:
    history, link = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL])
    (directory / "elsewhere").mkdir()
    link.symlink_to("elsewhere")
    export(history, link)
    assert link.is_symlink()
    assert len(files_of(directory / "elsewhere")) == len(FILES)


def _file(target: Path) -> None:
    target.write_text("mine")


def _letter(target: Path) -> None:
    target.mkdir()
    (target / "letter.txt").write_text("mine")


def _text_of_our_name(target: Path) -> None:
    target.mkdir()
    (target / "looks.parquet").write_text("mine")


def _table_of_our_name(target: Path) -> None:
    target.mkdir()
    pq.write_table(pa.table({"mine": [1]}), target / "looks.parquet")


def _directory_of_our_name(target: Path) -> None:
    (target / "looks.parquet").mkdir(parents=True)


def _link_of_our_name(target: Path) -> None:
    target.mkdir()
    export(target.parent / "crawl.db", target.parent / "kept.parquet")
    (target / "looks.parquet").symlink_to(target.parent / "kept.parquet" / "looks.parquet")


@pytest.mark.parametrize(
    "put",
    [
        _file,
        _letter,
        _text_of_our_name,
        _table_of_our_name,
        _directory_of_our_name,
        _link_of_our_name,
    ],
)
def test_what_crawl_has_not_written_stays(directory: Path, put: Any) -> None:  # noqa: ANN401
    history, target = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL])
    put(target)
    before = sorted(str(each) for each in directory.rglob("*"))

    unread: Tabled = iter(())
    with pytest.raises(UsageError, match="name another"):
        parquet.write(unread, target)
    assert sorted(str(each) for each in directory.rglob("*")) == before


# All or nothing


def interrupted(tabled: Tabled, after: int) -> Tabled:
    """Yield tables until so many batches have been read."""
    left = after

    def counted(batches: Iterator[Batch]) -> Iterator[Batch]:
        nonlocal left
        for batch in batches:
            yield batch
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

    for file, batches in tabled:
        yield file, counted(batches)


def test_ctrl_c_leaves_what_was_there(directory: Path) -> None:
    history, target = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL])
    export(history, target)
    before = files_of(target)
    write(history, [Night(30, "y", (look("ok", NOON, URLS[2]),), "one.md", ())])
    there = set(directory.iterdir())
    with Upkeep(history) as opened:
        with opened.tables() as tabled:
            count = sum(1 for _, batches in tabled for _ in batches)
        assert count > 4
        for after in range(count):
            with pytest.raises(KeyboardInterrupt), opened.tables() as tabled:
                parquet.write(interrupted(tabled, after), target)
            assert files_of(target) == before
            assert set(directory.iterdir()) == there
        with opened.tables() as tabled:
            parquet.write(interrupted(tabled, count), target)
    assert files_of(target) != before


class Full:
    """A file on a disk with room for so many bytes."""

    room = 0

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        Full.room -= len(data)
        if Full.room < 0:
            raise OSError(28, "No space left on device")
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._file, name)


@pytest.mark.parametrize("there", [False, True])
def test_a_disk_that_is_full_leaves_what_was_there(
    directory: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool
) -> None:
    history, target = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL])
    export(history, directory / "whole.parquet")
    size = sum(map(len, files_of(directory / "whole.parquet").values()))
    if there:
        export(history, target)
    known = set(directory.iterdir())
    real = Path.open
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode: Full(cast("IO[bytes]", real(path, mode))))
        for Full.room in range(0, size, size // 16):
            with pytest.raises(ImpossibleError, match=r"be written \(No space left on device\)"):
                export(history, target)
            assert set(directory.iterdir()) == known
        Full.room = size
        export(history, target)
    assert files_of(target) == files_of(directory / "whole.parquet")


def test_where_the_new_one_cannot_take_the_place_the_old_one_has_it_again(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, target = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL])
    export(history, target)
    before = files_of(target)
    real = Path.rename

    def refused(self: Path, to: Path) -> Path:
        if self.name == "new":
            raise PermissionError(13, "Permission denied")
        return real(self, to)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(ImpossibleError, match="Permission denied"):
        export(history, target)
    assert files_of(target) == before
    assert {each.name for each in directory.iterdir()} == {"crawl.db", "history.parquet"}


def test_a_directory_that_is_in_none_is_told(directory: Path) -> None:
    history = directory / "crawl.db"
    write(history, [FULL])
    with pytest.raises(ImpossibleError, match="No such file or directory"):
        export(history, directory / "nowhere" / "history.parquet")


@pytest.mark.parametrize(
    "statement",
    [
        "update observations set at = '2026-11-22 12:00'",
        "update observations set titles = '[1]'",
        "update observations set titles = 'x'",
        "update observations set findings = '{}'",
        "update observations set fragments = '[1]'",
        "update observations set elapsed_ms = 4294967296",
        "update runs set complete = 2",
        "update runs set started_at = 'yesterday'",
    ],
)
def test_what_crawl_never_writes_is_told_and_nothing_written(
    directory: Path, statement: str
) -> None:
    history, target = directory / "crawl.db", directory / "history.parquet"
    write(history, [FULL])
    changed(history, statement)
    with pytest.raises(StoreError, match="the history holds a value that crawl never writes"):
        export(history, target)
    assert {each.name for each in directory.iterdir()} == {"crawl.db"}


# Types and words


def test_columns_are_those_of_the_history_and_have_its_types(directory: Path) -> None:
    with Store(directory / "crawl.db"):
        pass
    with closing(sqlite3.connect(directory / "crawl.db")) as db:
        for file in FILES:
            told = db.execute(f"pragma table_info({file.table})").fetchall()
            declared = {name: type_ for _, name, type_, *_ in told}
            left_out = {"id", "run_id", "document_id", "link_id", "observation_id", "place"}
            assert set(file.columns) == {*declared, *file.keys} - left_out
            for name, type_ in file.columns.items():
                number = type_ in (Type.NUMBER, Type.FLAG)
                if name in declared:
                    assert number == (declared[name] == "INTEGER"), name
                is_json = type_ in (Type.JSON, Type.TEXTS, Type.RECORDS)
                assert is_json == (name in json_columns() or name == "hops"), name
                is_moment = name in ("at", "since") or name.endswith(("_at", "_since"))
                assert is_moment == (type_ is Type.MOMENT), name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("outcome", Outcome), ("confidence", Confidence), ("health", Health), ("kind", Kind),
        ("network", Network), ("unasked", Rejection), ("kind", Change),
    ],
)  # fmt: skip
def test_closed_sets_are_words(name: str, words: type) -> None:
    assert issubclass(words, StrEnum)
    assert type_of(name) is Type.WORD


def test_words_are_in_a_dictionary_and_moments_in_utc() -> None:
    schema = parquet.schema_of(BY_NAME["looks"])
    assert schema.field("outcome").type == pa.dictionary(pa.int32(), pa.string())
    assert schema.field("at").type == pa.timestamp("ms", tz="UTC")
    hops = schema.field("hops").type.value_type
    assert {field.name for field in hops} == set(RECORDS["hops"])
    assert str(Via.HTTP) == "http"


def test_every_column_is_documented_with_its_type() -> None:
    page = (Path(__file__).parent.parent / "docs" / "parquet.md").read_text(encoding="utf-8")
    _, *chapters = page.split("\n## ")
    assert [each.partition("`.")[0] for each in chapters]
    for file, chapter in zip(FILES, chapters, strict=True):
        assert chapter.startswith(f"`{file.name}.parquet`\n")
        documented = [line.split(" | ") for line in chapter.splitlines() if line.startswith("| `")]
        assert [row[0].split("`")[1] for row in documented] == list(file.columns)
        for name, type_, words in documented:
            assert type_ == file.columns[name.split("`")[1]]
            assert len(words.removesuffix(" |")) >= len("when")
            assert "as in links" not in words
    assert all(f"| {type_} |" in page for type_ in Type)
    assert f"{parquet.GROUP:,} rows" in page


# The command


def call(*words: str) -> tuple[int, str, BaseException | None]:
    result = CliRunner().invoke(command, [*words, "--no-config"])
    return result.exit_code, result.output, result.exception


def test_the_ending_of_the_name_says_what_is_written(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory)
    write(Path("crawl.db"), [FULL])
    code, said, _ = call("export", "history.parquet/")
    assert (code, said) == (0, "crawl.db was exported to history.parquet.\n")
    assert len(rows(Path("history.parquet"), "looks")) == 2
    assert call("export", "history.jsonl")[0] == 0
    assert Path("history.jsonl").read_text() == "".join(lines(Path("crawl.db")))
    Path("reports").mkdir()
    error = call("export", "reports")[2]
    assert isinstance(error, UsageError)
    assert str(error) == "reports is a directory: name a file, or one that ends in .parquet."


def test_tables_are_not_taken_in(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(directory)
    write(Path("crawl.db"), [FULL])
    assert call("export", "history.parquet")[0] == 0
    error = call("import", "history.parquet", "--db", "other.db")[2]
    assert isinstance(error, UsageError)
    assert "is a directory" in str(error)
    assert "JSON Lines" in str(error)
    assert not Path("other.db").exists()


@pytest.mark.parametrize("target", ["history.jsonl", "history.parquet"])
def test_what_cannot_be_written_is_one_sentence_and_no_traceback(
    directory: Path, target: str
) -> None:
    nights = [Night(24 * night, "x", (full_look(),), "one.md", URLS) for night in range(60)]
    write(directory / "crawl.db", nights)
    program = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from crawler.cli import main\n"
        "main()"
    )
    called = [sys.executable, "-c", program, "db", "export", "--no-config", target]
    done = subprocess.run(called, cwd=directory, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 3
    assert done.stderr == f"crawl: {target}: cannot be written (File too large).\n"
    assert [each.name for each in directory.iterdir()] == ["crawl.db"]


def test_without_pyarrow_it_says_what_to_install(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory)
    write(Path("crawl.db"), [FULL])
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pyarrow" else real(name)
    )
    error = call("export", "history.parquet")[2]
    assert isinstance(error, ImpossibleError)
    assert error.exit_code == 3
    assert "pip install 'link-health-crawler[parquet]'" in str(error)
    assert not Path("history.parquet").exists()
    assert call("export", "history.jsonl")[0] == 0


def test_nothing_else_needs_pyarrow(directory: Path) -> None:
    write(directory / "crawl.db", [FULL])
    program = "import sys; sys.modules['pyarrow'] = None\nfrom crawler.cli import main\nmain()"
    for words in (["export"], ["stats"], ["verify", "--deep"]):
        called = [sys.executable, "-c", program, "db", *words, "--no-config"]
        done = subprocess.run(called, cwd=directory, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stderr

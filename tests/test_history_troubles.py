"""Whatever is wrong with a history, over the command line: one sentence, the report, exit code 3.

The links are looked at wherever that is still worth something, and no file is lost or moved that
is not ours.
"""

import errno
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from bench.killing import killed
from commandline import Crawl, Done, Handler, answered_by
from test_store import as_nobody

SLOW_SECONDS = 1.0


class Pages(Handler):
    """A page wherever one is asked for, but below /gone; slowly below /slow."""

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        if self.path.startswith("/slow"):
            time.sleep(SLOW_SECONDS)
        body = f"<title>{self.path}</title>".encode()
        self.answer(410 if self.path.startswith("/gone") else 200, body)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answered_by(Pages) as number:
        yield number


@pytest.fixture
def run(crawl: Crawl, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crawl:
    """Run over a document of one link that is well and one that is gone, in a new directory."""
    monkeypatch.chdir(tmp_path)
    name = written(tmp_path, port)
    return lambda *options: crawl("run", name, "--all", *HERE, *options)


HERE = ("--resolve", "*:*:127.0.0.1", "--delay", "0", "--retries", "0")
FOUND = "2 links in 2 places: 1 ok, 1 broken."


def written(directory: Path, port: int, *paths: str) -> str:
    document = directory / "a.md"
    addresses = [f"http://a.example:{port}{path}\n" for path in paths or ("/ok", "/gone")]
    document.write_text("\n".join(addresses))
    return str(document)


def sentences(done: Done) -> list[str]:
    """Return what was said, and show that it was said in sentences."""
    lines = done.err.splitlines()
    assert all(line.startswith("crawl: ") and line.endswith((".", "?")) for line in lines)
    return [line.removeprefix("crawl: ") for line in lines]


def looks_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        return int(db.execute("select count(*) from observations").fetchone()[0])


# Damage


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def cut_within_a_page(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1000)


def overwritten(path: Path) -> None:
    middle = path.stat().st_size // 4096 // 2 * 4096
    with path.open("r+b") as file:
        file.seek(middle)
        file.write(b"\xa5" * 4096)


def without_its_beginning(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\xa5" * 16)


def all_zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


DAMAGES = [cut, cut_within_a_page, overwritten, without_its_beginning, all_zeros]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_history_is_set_aside_and_the_run_is_made(
    run: Crawl, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    assert run().code == 0
    path = tmp_path / "crawl.db"
    damage(path)
    damaged = path.read_bytes()

    done = run()

    assert done.code == 3
    assert FOUND in done.out
    [aside] = tmp_path.glob("crawl.db.corrupt-*")
    assert aside.read_bytes() == damaged
    assert not path.exists()
    said, at_the_end = sentences(done)
    assert said == (
        f"crawl.db was damaged and was set aside as {aside.name}: restore a copy as crawl.db; "
        "without one a new history begins with the next run. This run is not recorded."
    )
    assert at_the_end == "nothing of this run was recorded."
    assert run() == (0, done.out, "")
    assert looks_in(path) == 2


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "command",
    [
        ("report",), ("show", "http://a.example/"), ("db", "stats"), ("db", "verify"),
        ("db", "backup", "copy.db"), ("db", "prune"),
    ],
)  # fmt: skip
def test_nothing_but_a_run_moves_a_damaged_history(
    run: Crawl,
    crawl: Crawl,
    tmp_path: Path,
    damage: Callable[[Path], None],
    command: tuple[str, ...],
) -> None:
    run()
    path = tmp_path / "crawl.db"
    damage(path)
    damaged = path.read_bytes()
    done = crawl(*command)
    assert done.code == 3
    [said] = sentences(done)
    assert said.startswith("crawl.db is damaged: move it aside and restore a copy")
    assert path.read_bytes() == damaged
    assert {each.name for each in tmp_path.iterdir()} <= {"a.md", "crawl.db", "crawl.db.lock"}


def test_a_check_goes_on_beside_a_damaged_history_and_moves_nothing(
    run: Crawl, crawl: Crawl, tmp_path: Path
) -> None:
    run()
    cut(tmp_path / "crawl.db")
    done = crawl("check", "a.md", *HERE)
    assert done.code == 1
    assert FOUND in done.out
    assert "is damaged" in done.err
    assert "goes on without history" in done.err
    assert (tmp_path / "crawl.db").exists()


def test_damage_that_shows_in_the_midst_of_a_run_is_set_aside_at_its_end(
    run: Crawl, tmp_path: Path
) -> None:
    """An index that misses rows is no damage to the quick check, and one to who deletes them."""
    run()
    path = tmp_path / "crawl.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        query = "select rootpage from sqlite_schema where name = ?"
        [(root,)] = db.execute(query, ["idx_occurrences_place"]).fetchall()
        [(size,)] = db.execute("pragma page_size").fetchall()
    with path.open("r+b") as file:  # no entries: sqlite.org/fileformat2.html, "B-tree Pages"
        file.seek((root - 1) * size + 3)
        file.write(b"\0\0")
    done = run()
    assert done.code == 3
    assert FOUND in done.out
    assert "was damaged and was set aside as crawl.db.corrupt-" in done.err
    assert not path.exists()


def test_a_journal_goes_with_its_history(run: Crawl, tmp_path: Path) -> None:
    run()
    path = tmp_path / "crawl.db"
    for ending in ("-journal", "-wal", "-shm"):
        Path(f"{path}{ending}").write_bytes(b"")
    cut(path)
    run()
    assert not list(tmp_path.glob("crawl.db-*"))


def test_a_damaged_history_that_cannot_be_moved_stays_and_the_run_is_made(
    run: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    run()
    cut(tmp_path / "crawl.db")
    monkeypatch.setattr("os.rename", refused)
    done = run()
    assert done.code == 3
    assert FOUND in done.out
    assert sentences(done)[0].startswith(
        "crawl.db is damaged, and cannot be set aside (Permission denied): move it"
    )
    assert (tmp_path / "crawl.db").exists()


# What is not ours, or not for this version


def notes(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table notes (text)")
        db.executemany("insert into notes values (?)", [("x" * 1000,)] * 100)


def damaged_notes(path: Path) -> None:
    notes(path)
    cut(path)


def a_text(path: Path) -> None:
    path.write_text("Dear diary,\n" * 200)


def marked_by_another(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("pragma application_id = 1")


@pytest.mark.parametrize("make", [notes, damaged_notes, a_text, marked_by_another])
def test_what_is_not_ours_is_never_touched_and_ends_the_run_at_once(
    run: Crawl, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "crawl.db"
    make(path)
    before = path.read_bytes()
    done = run()
    assert (done.code, done.out) == (3, "")
    [said] = sentences(done)
    assert said.endswith("name another file with --db.")
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.corrupt-*"))


def test_a_history_of_a_newer_version_is_never_touched(run: Crawl, tmp_path: Path) -> None:
    run()
    path = tmp_path / "crawl.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("pragma user_version = 99")
    before = path.read_bytes()
    done = run()
    assert (done.code, done.out) == (3, "")
    assert "was written by a newer version of crawl" in sentences(done)[0]
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_history_and_that_is_said(run: Crawl, tmp_path: Path) -> None:
    (tmp_path / "crawl.db").touch()
    done = run()
    assert done.code == 0
    assert sentences(done) == ["crawl.db is an empty file: a new history begins in it."]
    assert run().err == ""


# What cannot be written


@contextmanager
def ordinary_user(run: Crawl, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a directory of a user to whom permissions mean something."""
    run()  # for what is imported late, which that user may not be able to read
    with as_nobody() as directory:
        own = directory / "own"
        own.mkdir()
        monkeypatch.chdir(own)
        try:
            yield own
        finally:
            own.chmod(0o777)


@pytest.mark.parametrize("what", ["directory", "file"])
def test_a_history_that_cannot_be_written_is_read_and_the_run_is_made(
    run: Crawl, crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    with ordinary_user(run, monkeypatch) as directory:
        name = written(directory, port)
        assert crawl("run", name, *HERE).code == 0
        before = Path("crawl.db").read_bytes()
        (directory if what == "directory" else Path("crawl.db")).chmod(0o555)
        done = crawl("run", name, *HERE, "--format", "json")
        readable = crawl("report")
        assert done.code == 3
        assert '"health": "broken"' in done.out  # which it has from the history
        said = sentences(done)
        assert len(said) == 2
        assert said[0].endswith("This run is not recorded.")
        assert said[1] == "nothing of this run was recorded."
        assert readable.code == 0
        assert Path("crawl.db").read_bytes() == before


@pytest.mark.parametrize("db", ["nowhere/crawl.db", "a.md/crawl.db", "n" * 300])
def test_a_name_that_can_be_no_history_is_a_mistake_and_no_link_is_asked(
    run: Crawl, db: str
) -> None:
    done = run("--db", db)
    assert (done.code, done.out) == (3, "")
    assert len(sentences(done)) == 1


def test_a_directory_in_the_place_of_a_history_is_a_mistake(run: Crawl, tmp_path: Path) -> None:
    assert run("--db", str(tmp_path)) == (
        3,
        "",
        f"crawl: {tmp_path} is a directory: name a file with --db.\n",
    )


def test_a_history_that_another_program_holds_costs_the_record_and_not_the_report(
    run: Crawl, crawl: Crawl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setattr("crawler.database.BUSY_SECONDS", 0.02)
    with closing(sqlite3.connect(tmp_path / "crawl.db", isolation_level=None)) as other:
        other.execute("begin exclusive")
        done, read = run(), crawl("report")
        other.execute("rollback")
    assert (done.code, read.code) == (3, 3)
    assert FOUND in done.out
    in_use = "crawl.db is in use by another program: try again later."
    assert sentences(done) == [
        f"{in_use} This run is not recorded.",
        f"{in_use} The check goes on without history.",
        "nothing of this run was recorded.",
    ]
    assert sentences(read) == [in_use]
    assert looks_in(tmp_path / "crawl.db") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_a_document_whose_name_is_no_text_is_kept_like_others(
    crawl: Crawl, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(written(tmp_path, port)).rename(os.fsdecode(b"\xff\x01.md"))
    done = crawl("run", ".", *HERE)
    assert done.code == 0
    assert FOUND in done.out
    assert FOUND in crawl("report").out
    assert looks_in(tmp_path / "crawl.db") == 2


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Have the system refuse what a full disk would: history, journal, lock, scratch, report."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.7, 0.9, 0.98])
def test_a_disk_that_is_full_at_any_time_costs_the_record_and_not_the_report(
    run: Crawl, tmp_path: Path, share: float
) -> None:
    path = tmp_path / "crawl.db"
    run()
    size = path.stat().st_size
    path.unlink()
    with files_no_larger_than(int(size * share)):
        done = run()
    assert done.code == 3
    assert FOUND in done.out
    assert any("the disk" in said for said in sentences(done))
    assert run().code == 0
    assert looks_in(path) == 2


def test_a_report_that_cannot_be_written_is_printed(run: Crawl, tmp_path: Path) -> None:
    assert run().code == 0
    with files_no_larger_than(100):
        done = run("--output", "report.txt")
    assert done.code == 3
    assert FOUND in done.out
    assert not (tmp_path / "report.txt").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_device_in_the_place_of_the_report_is_said(run: Crawl, tmp_path: Path) -> None:
    done = run("--output", "/dev/full")
    assert done.code == 3
    assert FOUND in done.out
    assert sentences(done) == ["--output /dev/full: cannot be written (No space left on device)."]
    assert looks_in(tmp_path / "crawl.db") == 2  # the run is in the history all the same


# What a killed run leaves behind


def in_the_midst_of_writing(path: Path) -> None:
    """Leave a history as a run does that was killed while it wrote: half in the file."""
    work = path.with_name("work.db")
    shutil.copy(path, work)
    with closing(sqlite3.connect(work, isolation_level=None)) as db:
        db.execute("pragma cache_size = 1")
        db.execute("begin immediate")
        db.execute("update links set title = 'half'")
        db.execute("delete from observations")
        for number in range(400):
            db.execute("insert into links (url, host) values (?, 'x')", [f"{number:0>200}"])
        shutil.copy(work, path)
        shutil.copy(f"{work}-journal", f"{path}-journal")
    work.unlink()


@pytest.mark.parametrize("command", [("report",), ("db", "stats"), ("check", "a.md", *HERE)])
def test_what_was_half_written_is_undone_by_whoever_comes_first(
    run: Crawl, crawl: Crawl, tmp_path: Path, command: tuple[str, ...]
) -> None:
    run()
    path = tmp_path / "crawl.db"
    before = crawl(*command)
    in_the_midst_of_writing(path)
    assert crawl(*command).out == before.out or command[0] == "check"
    assert not Path(f"{path}-journal").exists()
    assert looks_in(path) == 2


def test_what_was_half_written_and_cannot_be_undone_is_not_shown(
    run: Crawl, crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ordinary_user(run, monkeypatch) as directory:
        crawl("run", written(directory, port), *HERE)
        in_the_midst_of_writing(Path("crawl.db"))
        directory.chmod(0o555)
        Path("crawl.db").chmod(0o444)
        done = crawl("report")
        assert (done.code, done.out) == (3, "")
        assert sentences(done)[0].startswith("crawl.db was left in the midst of writing")


def with_a_log(path: Path) -> None:
    """Turn a history into one with a write-ahead log, as some tools do."""
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma journal_mode = wal").fetchone() == ("wal",)


def test_a_history_with_a_log_is_read_where_nothing_may_be_written(
    run: Crawl, crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ordinary_user(run, monkeypatch) as directory:
        name = written(directory, port)
        crawl("run", name, *HERE)
        before = crawl("report").out
        with_a_log(Path("crawl.db"))
        directory.chmod(0o555)
        assert crawl("report") == (0, before, "")
        directory.chmod(0o777)
        assert crawl("run", name, *HERE).code == 0
        with closing(sqlite3.connect("crawl.db")) as db:
            assert db.execute("pragma journal_mode").fetchone() == ("delete",)


def test_a_history_whose_log_cannot_be_read_is_not_read_without_it(
    run: Crawl, crawl: Crawl, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ordinary_user(run, monkeypatch) as directory:
        crawl("run", written(directory, port), *HERE)
        with_a_log(Path("crawl.db"))
        Path("crawl.db-wal").write_bytes(b"what has not been written back yet")
        directory.chmod(0o555)
        done = crawl("report")
        assert (done.code, done.out) == (3, "")
        assert "cannot be opened" in sentences(done)[0]


# Two runs at once


def begun(arguments: list[str], directory: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-m", "crawler", *arguments],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def another_run(directory: Path) -> Iterator[int]:
    """Have another process hold the lock until the block is left; hand over its number."""
    script = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from crawler.lock import held\n"
        "with held(Path('crawl.db'), datetime.now(UTC)): print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-c", script],
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        try:
            yield other.pid
        finally:
            other.kill()


@pytest.mark.parametrize(
    "command", [("run", "a.md", *HERE), ("check", "--record", "a.md", *HERE), ("db", "prune")]
)
def test_a_second_run_says_who_is_at_work_and_asks_nothing(
    run: Crawl, crawl: Crawl, tmp_path: Path, command: tuple[str, ...]
) -> None:
    run()
    with another_run(tmp_path) as number:
        done = crawl(*command)
    assert (done.code, done.out) == (3, "")
    [said] = sentences(done)
    assert said.startswith("another run is active since 20")
    assert said.endswith(f"(process {number}): wait for it, or stop it.")


@pytest.mark.parametrize(
    "command",
    [
        ["run", "a.md", "--wait", *HERE],
        ["check", "--record", "a.md", "--wait", "--fail-on", "blocked", *HERE],
        ["db", "prune", "--wait"],
    ],
)
def test_a_run_that_waits_says_so_once_and_goes_on_then(
    run: Crawl, tmp_path: Path, command: list[str]
) -> None:
    run()
    with another_run(tmp_path) as number, begun(command, tmp_path) as waiting:
        assert waiting.stderr is not None
        said = waiting.stderr.readline()
        assert said.endswith(f"(process {number}): waiting for it to end.\n")
        os.kill(number, signal.SIGKILL)
        out, err = waiting.communicate(timeout=120)
    assert (waiting.returncode, err) == (0, "")
    assert out


def test_a_run_that_waits_is_ended_by_ctrl_c(run: Crawl, tmp_path: Path) -> None:
    run()
    with (
        another_run(tmp_path),
        begun(["run", "a.md", "--wait", *HERE], tmp_path) as waiting,
    ):
        assert waiting.stderr is not None
        waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        out, err = waiting.communicate(timeout=120)
    assert (waiting.returncode, out, err.strip()) == (130, "", "")
    assert looks_in(tmp_path / "crawl.db") == 2


def test_a_run_that_cannot_be_recorded_and_is_ended_by_ctrl_c_is_interrupted(
    run: Crawl, port: int, tmp_path: Path
) -> None:
    """Both are said, and the code is that of the interrupt."""
    run()
    cut(tmp_path / "crawl.db")
    written(tmp_path, port, *(f"/slow{number}" for number in range(40)))
    command = ["run", "a.md", "--per-host", "1", "--no-progress", *HERE]
    with begun(command, tmp_path) as process:
        assert process.stderr is not None
        assert process.stderr.readline().endswith("This run is not recorded.\n")
        time.sleep(2)  # until it asks; else it ends without a report, by the same code
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert not out or err.endswith("crawl: nothing of this run was recorded.\n")


def test_reports_during_a_run_are_of_whole_runs(
    crawl: Crawl, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, port, *(f"/slow/{number}" for number in range(8)))
    assert crawl("run", "a.md", *HERE).code == 0
    seen: list[str] = []
    with begun(["run", "a.md", "--all", *HERE], tmp_path) as another:
        while another.poll() is None or not seen:
            done = crawl("report", "--format", "json")
            assert (done.code, done.err) == (0, "")
            report = json.loads(done.out)
            seen.append(report["run"]["id"])
            begin, end = report["run"]["started_at"], report["run"]["finished_at"]
            assert len(report["links"]) == 8
            assert all(begin <= link["checked_at"] <= end for link in report["links"])
        assert another.wait() == 0
    seen.append(json.loads(crawl("report", "--format", "json").out)["run"]["id"])
    assert seen == sorted(seen)
    assert len(set(seen)) == 2
    assert seen.count(seen[0]) > 2


def test_killed_runs_leave_whole_runs_and_are_gone_on_with(tmp_path: Path) -> None:
    """A hundred of them: `make bench ARGS=kill`."""
    score = killed(tmp_path, rounds=6, number=60, seed=11)
    assert score.killed > 2
    assert score.finished > 0

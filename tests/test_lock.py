"""One run at a time, and nothing of a stranger's is written to."""

import errno
import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import NOON

from crawler.errors import RecordingError, StoreError
from crawler.lock import held

HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from crawler.lock import held
with held(Path(sys.argv[1]), datetime(2026, 11, 22, 12, 0, tzinfo=UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "crawl.db"


def the_file(db: Path) -> Path:
    return db.with_name("crawl.db.lock")


def test_a_second_run_is_told_who_holds_the_lock_and_since_when(db: Path) -> None:
    with (
        held(db, NOON),
        pytest.raises(StoreError) as raised,
        held(db, NOON),
    ):
        pass
    assert str(raised.value) == (
        f"another run is active since 2026-11-22 12:00:00 UTC (process {os.getpid()}): "
        "wait for it, or stop it."
    )


def test_the_next_run_may_begin_when_the_first_has_ended(db: Path) -> None:
    with held(db, NOON):
        pass
    with held(db, NOON):
        assert json.loads(the_file(db).read_text())["pid"] == os.getpid()


def test_a_run_that_fails_lets_go_of_the_lock(db: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(db, NOON):
        raise ZeroDivisionError
    with held(db, NOON):
        pass


def test_histories_do_not_lock_each_other(db: Path) -> None:
    with held(db, NOON), held(db.with_name("other.db"), NOON):
        assert the_file(db).exists()


@pytest.fixture
def other_process(db: Path) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-c", HOLDER, str(db)]
    with subprocess.Popen(  # noqa: S603 - a program of ours
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_killed_run_leaves_no_lock_behind(db: Path, other_process: subprocess.Popen[str]) -> None:
    with pytest.raises(StoreError, match=rf"process {other_process.pid}\)"), held(db, NOON):
        pass
    other_process.send_signal(signal.SIGKILL)
    other_process.wait()
    with held(db, NOON):
        pass


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b'{"pid": 1}', b"\xff\xfe", b"not json"])
def test_a_lock_without_a_readable_name_on_it_is_a_lock_too(db: Path, content: bytes) -> None:
    the_file(db).write_bytes(content)
    with the_file(db).open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match=r"^another run is active: wait"), held(db, NOON):
            pass
    assert the_file(db).read_bytes() == content


def test_what_a_longer_name_left_behind_is_cleared(db: Path) -> None:
    the_file(db).write_text("x" * 500)
    with held(db, NOON):
        assert set(json.loads(the_file(db).read_text())) == {"pid", "host", "since"}


@pytest.mark.parametrize("name", ["missing/crawl.db", "n" * 300])
def test_a_lock_that_cannot_be_made_is_said(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(
            StoreError, match=r"\.lock cannot be opened \(.+\): does its directory exist"
        ),
        held(tmp_path / name, NOON),
    ):
        pass


def test_a_symbolic_link_in_the_place_of_the_lock_is_not_followed(db: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("keep me")
    the_file(db).symlink_to(precious)
    with pytest.raises(StoreError, match="cannot be opened"), held(db, NOON):
        pass
    assert precious.read_text() == "keep me"


def test_a_full_disk_takes_the_name_from_the_lock_and_not_the_lock(db: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with held(db, NOON), pytest.raises(StoreError, match=r"^another run is active: wait"):
            held(db, NOON).__enter__()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", [".", ".."])
def test_a_directory_in_the_place_of_a_history_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    with pytest.raises(StoreError, match="is a directory: name a file"), held(Path(name), NOON):
        pass
    assert not list(tmp_path.rglob("*.lock"))


def test_a_history_has_one_lock_by_whatever_name_it_is_called(db: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    alias = tmp_path / "elsewhere" / "links.db"
    alias.symlink_to(db)
    with held(alias, NOON), pytest.raises(StoreError, match="another run is active"):
        held(db, NOON).__enter__()
    assert the_file(db).exists()


def test_a_run_on_another_machine_is_said_to_be_there(db: Path) -> None:
    with held(db, NOON):
        holder = json.loads(the_file(db).read_text()) | {"host": "build-3"}
        the_file(db).write_text(json.dumps(holder))
        with pytest.raises(StoreError, match=rf"\(process {os.getpid()} on build-3\)"):
            held(db, NOON).__enter__()


# Waiting


def test_who_waits_is_told_once_for_whom_and_goes_on_when_they_have_ended(
    db: Path, other_process: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    waits = iter(range(3))

    def sleep(_seconds: float) -> None:
        if next(waits) == 2:
            other_process.kill()
            other_process.wait()

    monkeypatch.setattr("time.sleep", sleep)
    with held(db, NOON, told.append):
        assert json.loads(the_file(db).read_text())["pid"] == os.getpid()
    [sentence] = told
    assert sentence == (
        "another run is active since 2026-11-22 12:00:00 UTC "
        f"(process {other_process.pid}): waiting for it to end."
    )


def test_who_waited_holds_the_lock_since_the_end_of_that(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([100.0, 190.0])
    monkeypatch.setattr("time.monotonic", lambda: next(moments))
    with held(db, NOON, print):
        assert json.loads(the_file(db).read_text())["since"] == "2026-11-22 12:01:30 UTC"


def test_nobody_is_told_who_need_not_wait(db: Path) -> None:
    told: list[str] = []
    with held(db, NOON, told.append):
        pass
    assert told == []


# Other systems, and file systems


def without(monkeypatch: pytest.MonkeyPatch, number: int, *names: str) -> None:
    """Let ways to lock fail, as they do where a file system knows none."""

    def unknown(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    for name in names:
        monkeypatch.setattr(f"crawler.lock.fcntl.{name}", unknown)


UNKNOWN = [errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS]


@pytest.mark.parametrize("number", UNKNOWN)
def test_without_flock_the_lock_is_one_of_the_kind_that_sqlite_takes(
    db: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    without(monkeypatch, number, "flock")
    with held(db, NOON):
        script = (
            "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
        )
        other = subprocess.run(  # noqa: S603 - a program of ours
            [sys.executable, "-c", script, str(the_file(db))], capture_output=True, check=False
        )
    assert b"BlockingIOError" in other.stderr


def test_without_flock_a_lock_that_is_held_is_held(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, errno.ENOLCK, "flock")
    without(monkeypatch, errno.EACCES, "lockf")
    with pytest.raises(StoreError, match="another run is active"), held(db, NOON):
        pass


@pytest.mark.parametrize("number", UNKNOWN)
def test_without_any_locks_there_is_no_history(
    db: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    without(monkeypatch, number, "flock", "lockf")
    with pytest.raises(RecordingError, match="knows no locks"), held(db, NOON):
        pass


def test_a_lock_that_fails_otherwise_is_said(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, errno.EIO, "flock")
    with pytest.raises(RecordingError, match=r"cannot be locked \(Input/output error\)"):
        held(db, NOON).__enter__()


class Regions:
    """The part of `msvcrt` that locks: bytes of a file, whoever has opened it."""

    LK_NBLCK = 2

    def __init__(self) -> None:
        self.locked: set[tuple[int, int]] = set()

    def locking(self, descriptor: int, _mode: int, size: int) -> None:
        assert size == 1
        region = (os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR))
        if region in self.locked:
            raise PermissionError(errno.EACCES, "Permission denied")
        self.locked.add(region)


def test_windows_has_a_lock_of_its_own_and_the_name_on_it_can_be_read(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    regions = Regions()
    monkeypatch.setattr("crawler.lock.fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", regions)
    with held(db, NOON), pytest.raises(StoreError, match=rf"\(process {os.getpid()}\)"):
        held(db, NOON).__enter__()
    [(_, place)] = regions.locked
    assert place > the_file(db).stat().st_size


def test_a_check_needs_no_locks_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("[a](b.md)")
    (tmp_path / "b.md").write_text("")
    script = (
        "import sys; sys.modules['fcntl'] = None; sys.argv = ['crawl', 'check', 'a.md']; "
        "import crawler.lock; from crawler.cli import main; main()"
    )
    done = subprocess.run(  # noqa: S603 - a program of ours
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")

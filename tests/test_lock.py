"""One run at a time, and nothing of a stranger's is written to."""

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

from crawler.errors import StoreError
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
        assert set(json.loads(the_file(db).read_text())) == {"pid", "since"}


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
    with held(Path(name), NOON):
        assert len(list(tmp_path.rglob("*.lock"))) == 1

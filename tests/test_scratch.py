"""What a scratch file keeps: everything, wherever it is, whatever becomes of the disk."""

import errno
import gc
import tempfile
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import scratch
from crawler.errors import ImpossibleError
from crawler.scratch import Scratch

VALUES = [(number, f"text {number}", None, ("é\udc80", 2.5)) for number in range(50)]


@pytest.fixture(params=[0, 100, 1_000_000], ids=["on disk", "partly", "in memory"])
def in_memory(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(scratch, "_IN_MEMORY", request.param)
    return int(request.param)


@pytest.mark.usefixtures("in_memory")
def test_what_is_kept_is_had_back_in_any_order_and_at_any_time() -> None:
    kept = Scratch()
    tickets = []
    for number, value in enumerate(VALUES):
        tickets.append(kept.keep(value))
        assert kept.value(tickets[number // 2]) == VALUES[number // 2]
    assert [kept.value(ticket) for ticket in reversed(tickets)] == VALUES[::-1]
    assert 0 not in tickets


@given(st.lists(st.tuples(st.text(), st.integers(), st.none() | st.tuples(st.text())), min_size=1))
def test_tickets_tell_values_apart(values: list[tuple[Any, ...]]) -> None:
    kept = Scratch()
    tickets = [kept.keep(value) for value in values]
    assert len(set(tickets)) == len(values)
    assert [kept.value(ticket) for ticket in tickets] == values


def test_a_little_never_touches_the_disk_and_nothing_of_much_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened: list[IO[bytes]] = []
    temporary_file = tempfile.TemporaryFile

    def noted(**how: Any) -> IO[bytes]:  # noqa: ANN401
        opened.append(temporary_file(**how))
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    kept = Scratch()
    kept.keep(("little",))
    assert opened == []
    ticket = kept.keep(("x" * 3_000_000,))
    assert [file.closed for file in opened] == [False]
    assert kept.value(ticket) == ("x" * 3_000_000,)
    assert list(tmp_path.iterdir()) == [], "the file has no name"
    del kept
    gc.collect()
    assert [file.closed for file in opened] == [True]


class Failing:
    """A file whose disk has room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def seek(self, at: int) -> int:
        return at

    def write(self, data: memoryview) -> int:
        if self.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = min(len(data), 7, self.room)
        self.room -= written
        return written

    def read(self, _size: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    def close(self) -> None:
        pass


def test_a_full_disk_costs_memory_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_IN_MEMORY", 100)
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Failing(50))
    kept = Scratch()
    tickets = [kept.keep(value) for value in VALUES]
    assert [kept.value(ticket) for ticket in tickets] == VALUES


def test_a_directory_that_cannot_be_written_costs_memory_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(**_: object) -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(scratch, "_IN_MEMORY", 100)
    monkeypatch.setattr(tempfile, "TemporaryFile", refused)
    kept = Scratch()
    tickets = [kept.keep(value) for value in VALUES]
    assert [kept.value(ticket) for ticket in tickets] == VALUES


def test_a_disk_that_does_not_give_back_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Failing(1_000_000))
    kept = Scratch()
    ticket = kept.keep(("lost",))
    with pytest.raises(ImpossibleError, match=r"cannot be read \(Input/output error\)"):
        kept.value(ticket)

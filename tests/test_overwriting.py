"""Files are replaced as a whole, or left as they are with a sentence."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.overwriting import CHANGED, Unwritable, original, replace

OLD, NEW = b"old \xff\r\n", b"new \x00 bytes"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a b.md"
    path.write_bytes(OLD)
    return path


def refused(path: Path) -> str:
    with pytest.raises(Unwritable) as error:
        replace(original(path), NEW)
    return str(error.value)


def alone(path: Path) -> bool:
    """Tell whether nothing is left beside a file."""
    return list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_and_nothing_else_is_left(file: Path) -> None:
    replace(original(file), NEW)
    assert file.read_bytes() == NEW
    assert alone(file)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o2664])
def test_the_mode_stays(file: Path, mode: int) -> None:
    file.chmod(mode)
    replace(original(file), NEW)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_attributes_stay(file: Path) -> None:
    try:
        os.setxattr(file, "user.origin", b"here")
    except OSError:
        pytest.skip("this file system has no attributes")
    replace(original(file), NEW)
    assert os.getxattr(file, "user.origin") == b"here"


def test_whoever_has_opened_it_reads_the_old_one_to_its_end(file: Path) -> None:
    with file.open("rb") as reader:
        replace(original(file), NEW)
        assert reader.read() == OLD


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root may give a file away")
def test_the_owner_stays(file: Path) -> None:
    os.chown(file, 1234, 4321)
    replace(original(file), NEW)
    assert (file.stat().st_uid, file.stat().st_gid) == (1234, 4321)


def test_what_would_be_ours_afterwards_is_left(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def chown(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise PermissionError(1, "Operation not permitted")

    lstat = os.lstat

    def another(path: Any, **given: Any) -> os.stat_result:  # noqa: ANN401
        found = lstat(path, **given)
        others = [*[*found][:4], found.st_uid + (Path(path) == file), *[*found][5:]]
        return os.stat_result(others)

    before = original(file)
    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setattr(os, "lstat", another)
    with pytest.raises(Unwritable, match="somebody else's"):
        replace(before, NEW)
    assert file.read_bytes() == OLD
    assert alone(file)


def test_links_are_not_followed(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to(file)
    assert "symbolic link" in refused(link)
    assert file.read_bytes() == OLD
    assert link.is_symlink()


def test_a_file_of_several_names_is_left(file: Path, tmp_path: Path) -> None:
    os.link(file, tmp_path / "again.md")
    assert "several names" in refused(file)


def test_a_read_only_file_is_left_also_by_root(file: Path) -> None:
    file.chmod(0o444)
    assert refused(file) == "is read-only"
    assert file.read_bytes() == OLD


def test_a_directory_that_may_not_be_written_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, how: path != file.parent and access(path, how))
    assert refused(file) == "is in a directory that may not be written"


@pytest.mark.parametrize("kind", ["directory", "pipe", "nothing"])
def test_what_is_no_file_is_left(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.md"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    words = "cannot be looked at (No such file" if kind == "nothing" else "is not a regular file"
    assert refused(path).startswith(words)


def _rewritten(file: Path) -> None:
    file.write_bytes(b"mine")


def _exchanged(file: Path) -> None:
    """Another file of the same bytes is another file: somebody has just saved it."""
    other = file.with_name("other")
    other.write_bytes(OLD)
    other.replace(file)


@pytest.mark.parametrize("change", [_rewritten, _exchanged])
def test_what_has_changed_meanwhile_is_left(file: Path, change: Callable[[Path], None]) -> None:
    before = original(file)
    change(file)
    now = file.read_bytes()
    with pytest.raises(Unwritable, match=CHANGED):
        replace(before, NEW)
    assert file.read_bytes() == now
    assert alone(file)


@pytest.mark.parametrize(("where", "step"), [(os, "fsync"), (Path, "replace")], ids=str)
def test_a_full_disk_leaves_the_old_file(
    file: Path,
    where: object,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: Any) -> None:  # noqa: ANN401
        raise OSError(28, "No space left on device")

    before = original(file)
    monkeypatch.setattr(where, step, full)
    with pytest.raises(Unwritable, match=r"cannot be written \(No space left on device\)"):
        replace(before, NEW)
    assert file.read_bytes() == OLD
    assert alone(file)


def test_what_is_not_what_was_written_is_taken_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = Path.replace

    def badly(source: Path, target: Path) -> None:
        renamed(source, target)
        monkeypatch.setattr(Path, "replace", renamed)
        status = target.stat()
        target.write_bytes(b"new")  # as a disk does that lies: nobody has written that
        os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))

    before = original(file)
    monkeypatch.setattr(Path, "replace", badly)
    with pytest.raises(Unwritable, match="is again as it was"):
        replace(before, NEW)
    assert file.read_bytes() == OLD
    assert alone(file)


@pytest.mark.parametrize("change", [_rewritten, _exchanged])
def test_what_somebody_else_writes_at_the_same_moment_stays(
    file: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = Path.replace

    def and_then(source: Path, target: Path) -> None:
        renamed(source, target)
        os.utime(target, ns=(1, 1))  # long ago: whatever is written now is later
        monkeypatch.setattr(Path, "replace", renamed)
        change(target)

    before = original(file)
    monkeypatch.setattr(Path, "replace", and_then)
    with pytest.raises(Unwritable, match="by another program at the same moment"):
        replace(before, NEW)
    assert file.read_bytes() == (b"mine" if change is _rewritten else OLD)
    assert alone(file)


_KILLED = """
import os, signal, sys
from pathlib import Path
from crawler import overwriting
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
overwriting.replace(overwriting.original(Path(sys.argv[1])), b"new")
"""


def test_a_process_that_is_killed_before_the_last_step_leaves_the_old_file(file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, str(file)], check=False)  # noqa: S603 - our own program
    assert done.returncode == -signal.SIGKILL
    assert file.read_bytes() == OLD
    left = [path for path in file.parent.iterdir() if path != file]
    assert [path.read_bytes() for path in left] == [b"new"]
    assert all(path.name.startswith(".a b.md.") and path.suffix != ".md" for path in left)
    replace(original(file), NEW)  # and stands in nobody's way
    assert file.read_bytes() == NEW


def test_nothing_follows_a_link_that_was_put_there_meanwhile(file: Path, tmp_path: Path) -> None:
    before, secret = original(file), tmp_path / "secret"
    secret.write_bytes(b"secret")
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(Unwritable, match="symbolic link"):
        replace(before, NEW)
    assert secret.read_bytes() == b"secret"

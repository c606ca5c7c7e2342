"""Progress, messages and files: what the person at the terminal sees besides the report."""

import io
import sys
from pathlib import Path

import pytest
from fakes import FakeClock, look

from crawler import terminal
from crawler.errors import UsageError


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "variable", "wanted"),
    [
        (Tty(), None, True),
        (io.StringIO(), None, False),
        (Tty(), "NO_COLOR", False),
        (Tty(), "CI", False),
    ],
)
def test_colour_is_for_terminals_whose_users_did_not_say_no(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, variable: str | None, wanted: bool
) -> None:
    if variable:
        monkeypatch.setenv(variable, "1")
    assert terminal.wants_color(stream) is wanted


def test_without_a_terminal_there_is_one_plain_line_every_few_seconds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = FakeClock()
    with terminal.Progress(100, clock, shown=True) as progress:
        for _ in range(20):
            clock.seconds += 1
            progress.take(look("ok"))
        progress.take(look("gone"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "crawl: 5 of 100 links, 1.0/s, 95 s left: 5 ok"
    assert len(lines) == 4
    assert progress.line().endswith("20 ok, 1 broken")


def test_progress_can_be_silent(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    with terminal.Progress(1, clock, shown=False) as progress:
        clock.seconds += 60
        progress.take(look("ok"))
    assert capsys.readouterr().err == ""


def test_on_a_terminal_there_is_a_bar_with_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Tty()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    clock = FakeClock()
    with terminal.Progress(4, clock, shown=True) as progress:
        clock.seconds += 2
        progress.take(look("ok"))
        progress.take(look("gone"))
    assert "2/4" in screen.getvalue()
    assert "1.0/s" in screen.getvalue()
    assert "1 ok, 1 broken" in screen.getvalue()


def test_nothing_to_do_shows_nothing_done() -> None:
    assert terminal.Progress(0, FakeClock(), shown=True).line() == "0 of 0 links, 0.0/s: "


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "r.md"
    path.write_text("old")

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UsageError, match="No space left on device"):
        terminal.write("new", path)
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_terminal_that_cannot_show_a_character_shows_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    terminal.write("é\n", None)
    assert raw.getvalue() == b"?\n"

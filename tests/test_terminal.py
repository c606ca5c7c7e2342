"""Messages and files: what the person at the terminal sees besides the report."""

import io
import os
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fakes import FakeClock

from crawler import session, terminal
from crawler.clock import Clock
from crawler.collect import collect
from crawler.errors import ImpossibleError
from crawler.layers import load
from crawler.model import Document
from crawler.outline import Aspect
from crawler.progress import Progress
from crawler.session import Session
from crawler.streams import are_one, paper_of, wants_color, wants_links
from crawler.tables import rows


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
    assert wants_color(stream) is wanted


def test_a_terminal_that_knows_no_codes_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_color(Tty())


@pytest.mark.parametrize(
    ("variable", "wanted"), [(None, False), ("WT_SESSION", True), ("TERM", True)]
)
def test_the_old_console_of_windows_gets_no_codes(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, wanted: bool
) -> None:
    monkeypatch.setattr("crawler.streams._WINDOWS", True)
    for name in ("CI", "NO_COLOR", "TERM", "TERM_PROGRAM", "WT_SESSION", "ANSICON", "ConEmuANSI"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "x")
    assert wants_color(Tty()) is wanted


def test_streams_are_one_if_they_end_at_the_same_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "a").open("w") as one, (tmp_path / "b").open("w") as other:
        assert are_one(one, one)
        assert not are_one(one, other)
        assert not are_one(one, None)
        assert not are_one(None, one)
        assert not are_one(io.StringIO(), one)
        unnumbered = os.stat_result((0,) * 10)  # as Windows has all pipes
        monkeypatch.setattr(os, "fstat", lambda _: unnumbered)
        assert not are_one(one, one)
        monkeypatch.undo()
    assert not are_one(one, one), "it is closed"


def test_the_list_of_terminals_is_sorted() -> None:
    known = [(variable, wanted) for variable, wanted, _ in rows("hyperlink_terminals.tsv")]
    assert known == sorted(set(known))


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"WT_SESSION": "x"}, True),
        ({"VTE_VERSION": "7006"}, True),
        ({"VTE_VERSION": "4900"}, False),
        ({"VTE_VERSION": "new"}, False),
        ({"KONSOLE_VERSION": "220400"}, True),
        ({"TERM_PROGRAM": "vscode", "CI": "true"}, False),
        ({"TERM_PROGRAM": "vscode", "NO_COLOR": "1"}, False),
        ({"TERM_PROGRAM": "WezTerm", "TMUX": "socket,1,0"}, False),
        ({"TERM": "foot", "STY": "1.x"}, False),
    ],
)
def test_hyperlinks_are_for_terminals_that_are_known_to_show_them(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], wanted: bool
) -> None:
    for name in ("TERM", "TERM_PROGRAM", "WT_SESSION", "VTE_VERSION", "KONSOLE_VERSION", "TMUX",
                 "STY", "CI", "NO_COLOR"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert wants_links(Tty()) is wanted
    assert not wants_links(io.StringIO())


@pytest.mark.parametrize(
    ("stream", "told", "width", "room"),
    [
        (Tty(), {"COLUMNS": "100"}, 100, 100),
        (Tty(), {"COLUMNS": "200"}, 110, 200),
        (Tty(), {"COLUMNS": "10"}, 40, 40),
        (Tty(), {"COLUMNS": "100", "CI": "1"}, 80, 80),
        (Tty(), {"COLUMNS": "100", "NO_COLOR": "1"}, 100, 100),
        (io.StringIO(), {"COLUMNS": "100"}, 80, 80),
        (None, {"COLUMNS": "100"}, 80, 80),
    ],
)
def test_a_terminal_has_its_width_within_bounds_and_a_pipe_has_80(
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO | None,
    told: dict[str, str],
    width: int,
    room: int,
) -> None:
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    paper = paper_of(stream)
    assert (paper.width, paper.room) == (width, room)


def test_lines_for_people_are_coloured_on_a_terminal_and_plain_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    screen = Tty()
    monkeypatch.setattr(sys, "stdout", screen)
    terminal.write_lines(lambda _: [(("a", "bold"), (" b", ""))], None)
    assert screen.getvalue() == "\x1b[1ma\x1b[0m b\n"
    terminal.write_lines(lambda _: [(("a", "bold"), (" b", ""))], tmp_path / "x.txt")
    assert (tmp_path / "x.txt").read_text() == "a b\n"


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.md"
    path.write_text("old")

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ImpossibleError, match="No space left on device"):
        terminal.write("new", path)
    monkeypatch.undo()
    assert capsys.readouterr().out == "new", "nothing is lost"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_terminal_that_cannot_show_a_character_shows_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    terminal.write("é → “a…” ✓✗\n", None)
    assert raw.getvalue() == b'? > "a~" +x\n'


def test_a_pipe_is_written_to_and_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    import os  # noqa: PLC0415
    import threading  # noqa: PLC0415

    real, link, pipe = tmp_path / "real.txt", tmp_path / "link.txt", tmp_path / "pipe"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    terminal.write("new", link)
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o600
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    terminal.write("through", pipe)
    reader.join(10)
    assert read == ["through"]
    assert pipe.is_fifo()


def test_a_closed_standard_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(ImpossibleError, match="standard output is closed"):
        terminal.write("x", None)
    assert not wants_color(None)


def test_a_full_standard_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(ImpossibleError, match="No space left"):
        terminal.write("x", None)


def test_a_closed_standard_error_is_no_trouble(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    terminal.say("nobody hears it")
    assert capsys.readouterr().out == ""


def test_progress_counts_only_the_links_that_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    totals: list[int] = []

    class Noting(Progress):
        def __init__(self, total: int, clock: Clock, *, shown: bool) -> None:
            totals.append(total)
            super().__init__(total, clock, shown=shown)

    monkeypatch.setattr("crawler.session.Progress", Noting)
    text = "<http://a.example/> <http://b.example/>"
    settings = load(None, None, {"exclude": ("a.example", "b.example"), "db": "none.db"})
    collection = collect([Document("a.md", "markdown", text)], settings.extract)
    call = Session(settings, collection, "text", Aspect.ALL, None, FakeClock())
    session.checked(call)
    one = replace(settings, select=replace(settings.select, exclude=("a.example",), offline=False))
    unused = httpx.MockTransport(lambda _: httpx.Response(204))
    session.checked(replace(call, settings=one, transport=unused))
    assert totals == [0, 1]

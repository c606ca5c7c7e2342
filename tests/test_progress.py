"""How far a run is: on terminals of any width, in logs, and what is left of it when it ends."""

import asyncio
import io
import sys

import pyte
import pytest
from fakes import FakeClock, look

from crawler import terminal
from crawler.breadth import breadth
from crawler.model import Outcome
from crawler.progress import Progress


class Terminal(io.StringIO):
    """A terminal whose screen can be looked at."""

    def __init__(self, columns: int, lines: int = 6) -> None:
        super().__init__()
        self.screen = pyte.Screen(columns, lines)
        self.screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.Stream(self.screen)

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._stream.feed(text)
        return super().write(text)

    def shown(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> "At":
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return At(monkeypatch)


class At:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def terminal(self, columns: int) -> Terminal:
        screen = Terminal(columns)
        self._patch.setattr(sys, "stderr", screen)
        self.resized(columns)
        return screen

    def resized(self, columns: int) -> None:
        self._patch.setenv("COLUMNS", str(columns))


def looks(progress: Progress, clock: FakeClock, *codes: str, seconds: float = 1) -> None:
    for code in codes:
        clock.seconds += seconds
        progress.take(look(code))


def test_without_a_terminal_there_is_a_plain_line_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = FakeClock()
    with Progress(100, clock, shown=True) as progress:
        looks(progress, clock, *["ok"] * 20, "gone")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "crawl: 5 of 100 links, 1.0/s, about 95 s left: 5 ok"
    assert len(lines) == 4
    assert progress.line().endswith("20 ok, 1 broken")


def test_the_log_of_a_long_run_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    with Progress(7200, clock, shown=True) as progress:
        looks(progress, clock, *["ok"] * 7200)
    lines = capsys.readouterr().err.splitlines()
    assert 100 < len(lines) < 160
    assert lines[-1].startswith("crawl: 7,")


def test_progress_can_be_silent(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    with Progress(1, clock, shown=False) as progress:
        looks(progress, clock, "ok", seconds=60)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (100, "━━━━━─────────────── 10/40 1.0/s about 30 s 9 ok, 1 broken"),
        (80, "━━━━━─────────────── 10/40 1.0/s about 30 s 9 ok, 1 broken"),
        (50, "10/40 1.0/s about 30 s 9 ok, 1 broken"),
        (40, "10/40 about 30 s 9 ok, 1 broken"),
        (20, "10/40 about 30 s"),
        (12, "10/40"),
        (5, "10/…"),
    ],
)
def test_a_terminal_has_one_line_that_fits(at: "At", columns: int, line: str) -> None:
    screen, clock = at.terminal(columns), FakeClock()
    with Progress(40, clock, shown=True) as progress:
        looks(progress, clock, *["ok"] * 9, "gone")
        (shown,) = screen.shown()
        assert shown.split() == line.split()
    assert screen.shown() == [], "nothing is left over"


@pytest.mark.parametrize(
    ("name", "value", "lines"), [("NO_COLOR", "1", 0), ("CI", "1", 1), ("TERM", "dumb", 1)]
)
def test_a_terminal_has_that_line_without_colour_too_but_not_in_a_ci(
    at: "At", monkeypatch: pytest.MonkeyPatch, name: str, value: str, lines: int
) -> None:
    screen, clock = at.terminal(80), FakeClock()
    monkeypatch.setenv(name, value)
    with Progress(40, clock, shown=True) as progress:
        looks(progress, clock, *["ok"] * 5)
    assert screen.getvalue().count("\n") == lines
    assert ("\x1b" in screen.getvalue()) is not bool(lines)


def test_hostile_numbers_fit_too(at: "At") -> None:
    screen, clock = at.terminal(80), FakeClock()
    with Progress(10**9, clock, shown=True) as progress:
        for code in (
            "ok",
            "permanent",
            "gone",
            "malformed",
            "bot-wall",
            "timeout",
            "private-address",
        ):
            progress._counts[look(code).verdict.outcome] = 10**8
        looks(progress, clock, "ok", seconds=0.5)
        (shown,) = screen.shown()
        assert breadth(shown) < 80
        assert shown.startswith("700,000,001/1,000,000,000")
        progress.expect(-(10**9))
        looks(progress, clock, "ok", seconds=0.5)
        assert "left" not in progress.line()


def test_a_message_stands_above_the_line(at: "At") -> None:
    screen, clock = at.terminal(60), FakeClock()
    with Progress(4, clock, shown=True) as progress:
        looks(progress, clock, "ok")
        terminal.say("something else.")
        assert screen.shown() == [
            "crawl: something else.",
            "━━━━━───────────────  1/4  1.0/s  1 ok",
        ]
        looks(progress, clock, "ok")
        assert screen.shown()[1:] == ["━━━━━━━━━━──────────  2/4  1.0/s  2 ok"]
    assert screen.shown() == ["crawl: something else."]


def test_a_terminal_that_was_made_narrower_is_left_clean(at: "At") -> None:
    screen, clock = at.terminal(60), FakeClock()
    with Progress(4, clock, shown=True) as progress:
        looks(progress, clock, "ok", "ok", "ok")
        folded = screen.shown()[0]
        at.resized(12)  # a terminal folds what stands there
        screen.screen.reset()
        screen.screen.resize(6, 12)
        screen.screen.set_mode(pyte.modes.LNM)
        screen._stream.feed("above\n" + folded)
        assert len(screen.shown()) > 2
        looks(progress, clock, "ok")
        assert screen.shown() == ["above", "4/4  4 ok"]
    assert screen.shown() == ["above"]


def test_what_is_left_goes_up_while_nothing_comes() -> None:
    clock = FakeClock()
    progress = Progress(110, clock, shown=True)
    looks(progress, clock, *["ok"] * 4, seconds=0.1)
    assert "left" not in progress.line(), "four tell nothing"
    looks(progress, clock, *["ok"] * 96, seconds=0.1)
    assert "about 1 s left" in progress.line()
    clock.seconds += 300
    assert "about 32 s left" in progress.line()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1.0, "about 90 s left"), (10.0, "about 15 min left"), (100, "about 3 h left")],
)
def test_what_is_left_is_no_more_exact_than_it_can_be(seconds: float, words: str) -> None:
    clock = FakeClock()
    progress = Progress(100, clock, shown=True)
    looks(progress, clock, *["ok"] * 10, seconds=seconds)
    assert words in progress.line()


def test_nothing_to_do_shows_nothing_done(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(0, FakeClock(), shown=True) as progress:
        pass
    assert progress.line() == "0 of 0 links, 0.0/s: "
    assert capsys.readouterr().err == ""


async def test_while_nothing_comes_the_line_goes_on(
    at: "At", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.progress._TICK", 0.001)
    screen, clock = at.terminal(80), FakeClock()
    with Progress(40, clock, shown=True) as progress:
        looks(progress, clock, *["ok"] * 10)
        assert "about 30 s" in screen.shown()[0]
        clock.seconds += 10
        for _ in range(5000):
            await asyncio.sleep(0.001)
            if "about 60 s" in screen.shown()[0]:
                break
        assert "about 60 s" in screen.shown()[0]
    assert screen.shown() == []
    written = screen.getvalue()
    await asyncio.sleep(0.01)
    assert screen.getvalue() == written, "it has stopped"


def test_looks_that_come_many_at_once_do_not_say_that_the_rest_will(at: At) -> None:
    """Between two batches nothing is known ahead, and the last ones came in no time."""
    at.terminal(100)
    clock = FakeClock()
    progress = Progress(400, clock, shown=True)
    progress.ahead.update({Outcome.OK: 200})
    clock.seconds += 100
    progress.ahead.subtract({Outcome.OK: 200})
    looks(progress, clock, *["ok"] * 200, seconds=0)
    assert "about 100 s left" in progress.line()

"""What the person at the terminal sees besides the report: progress, messages; and their Ctrl-C."""

import os
import signal
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self, TextIO, TypeAlias

from crawler.clock import Clock
from crawler.errors import INTERRUPTED, ImpossibleError, UsageError
from crawler.ink import PLAIN, Line, Paper, inked
from crawler.model import Observation, Outcome, Report
from crawler.text import WIDTH, clean
from crawler.words import ENGLISH, Words

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from crawler.outline import Aspect
    from crawler.stop import Stop

Pieces: TypeAlias = Callable[[], Iterable[str]]
"""A text that is made as it is written; once more, if it could not be written."""

_LINE_SECONDS: Final = 5.0


def wants_color(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal whose user did not say no to colour."""
    if stream is None:
        return False
    env = os.environ
    plain = env.get("NO_COLOR") or env.get("CI") or env.get("TERM") == "dumb"
    return stream.isatty() and not plain


# Terminals that show a hyperlink, or ignore the code for one: a variable, and the least it says.
_LINKING: Final = {
    "TERM_PROGRAM": ("Hyper", "WezTerm", "ghostty", "iTerm.app", "rio", "tabby", "vscode"),
    "TERM": ("alacritty", "foot", "foot-extra", "xterm-ghostty", "xterm-kitty"),
}
_LINKING_SINCE: Final = {"VTE_VERSION": 5200, "KONSOLE_VERSION": 201200}
# What stands between us and the terminal, and may know less than that.
_BETWEEN: Final = ("TMUX", "STY")


def wants_links(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal that is known to show hyperlinks, and wants colour.

    Where nothing is known of it, none: a code that is not understood stands there as text.
    """
    env = os.environ
    if not wants_color(stream) or any(map(env.get, _BETWEEN)):
        return False
    if env.get("WT_SESSION") or any(env.get(name) in told for name, told in _LINKING.items()):
        return True
    versions = ((env.get(name, ""), least) for name, least in _LINKING_SINCE.items())
    return any(told.isdecimal() and int(told) >= least for told, least in versions)


def paper_of(stream: TextIO | None) -> Paper:
    """Return what a stream is to be written on: a terminal has its own width, all else 80."""
    if stream is None or not stream.isatty() or os.environ.get("CI"):
        return PLAIN
    import shutil  # noqa: PLC0415 - 10 ms that a pipe need not pay

    columns = shutil.get_terminal_size((WIDTH, 24)).columns
    width = max(_NARROWEST, min(columns, _WIDEST))
    return Paper(width, wants_color(stream), wants_links(stream))


_NARROWEST: Final = 40
_WIDEST: Final = 110  # longer lines are hard to read


class Progress:
    """Tells how far a run is: a bar on a terminal, else one plain line every few seconds."""

    def __init__(self, total: int, clock: Clock, *, shown: bool) -> None:
        self._total = total
        self._clock = clock
        self._shown = shown and total > 0
        self._counts: Counter[Outcome] = Counter()
        self._begun = self._told = clock.monotonic()
        self._bar: tuple[RichProgress, TaskID] | None = None

    def __enter__(self) -> Self:
        if self._shown and wants_color(sys.stderr):
            self._bar = _bar(self._total, self._clock)
            self._bar[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar[0].stop()

    def expect(self, links: int) -> None:
        """Take in that more links were found."""
        self._total += links
        if self._bar:
            bar, task = self._bar
            bar.update(task, total=self._total)

    def take(self, look: Observation) -> None:
        """Count one more look."""
        self._counts[look.verdict.outcome] += 1
        if self._bar:
            bar, task = self._bar
            bar.update(task, advance=1, rate=f"{self._rate():.1f}/s", counts=self._words())
        elif self._shown and self._clock.monotonic() - self._told >= _LINE_SECONDS:
            self._told = self._clock.monotonic()
            say(self.line())

    def line(self) -> str:
        """Return how far the run is, in one line."""
        done = self._counts.total()
        rate = self._rate()
        left = f", {(self._total - done) / rate:.0f} s left" if rate > 0 else ""
        return f"{done} of {self._total} links, {rate:.1f}/s{left}: {self._words()}"

    def _rate(self) -> float:
        return self._counts.total() / max(self._clock.monotonic() - self._begun, 0.001)

    def _words(self) -> str:
        found = (f"{self._counts[one]} {one}" for one in Outcome if self._counts[one])
        return ", ".join(found)


def _bar(total: int, clock: Clock) -> "tuple[RichProgress, TaskID]":
    from rich.console import Console  # noqa: PLC0415 - 70 ms that scripts need not pay
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[counts]}"),
        console=Console(stderr=True),
        get_time=clock.monotonic,
        transient=True,
    )
    return bar, bar.add_task("", total=total, counts="", rate="")


def say(sentence: str) -> None:
    """Tell the person at the terminal something; never on standard output."""
    if sys.stderr:
        # Cleaned: a sentence may name a file, and that name be made to be a command of a CI.
        print(f"crawl: {clean(sentence, 1000)}", file=sys.stderr, flush=True)  # noqa: T201 - the one place


@contextmanager
def stopping(stop: "Stop") -> Iterator[None]:
    """End the run in order at the first Ctrl-C or SIGTERM, and at once at the second."""
    import asyncio  # noqa: PLC0415 - 50 ms that a command without a loop need not pay

    loop = asyncio.get_running_loop()

    presses = iter((1,))

    def asked() -> None:
        if next(presses, None) is None:
            os._exit(INTERRUPTED)
        say("stopping; what was seen so far is kept. Once more stops at once.")
        stop.ask("interrupted")

    with suppress(NotImplementedError):  # Windows: Ctrl-C is a KeyboardInterrupt there
        loop.add_signal_handler(signal.SIGINT, asked)
        loop.add_signal_handler(signal.SIGTERM, asked)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGINT)
            loop.remove_signal_handler(signal.SIGTERM)


def standard_input() -> BinaryIO | None:
    """Return standard input; None where there is none, as under some daemons."""
    return sys.stdin.buffer if sys.stdin else None


def writable(output: str | None) -> Path | None:
    """Return the path of an output file; raises before any work if it cannot be one."""
    if output is None:
        return None
    path = Path(output)
    if os.path.isdir(output) or not os.path.isdir(path.parent):  # noqa: PTH112 - never raises
        raise UsageError(f"--output {output}: must be a file in a directory that exists.")
    if not os.access(path if _is_special(path) else path.resolve().parent, os.W_OK):
        raise UsageError(f"--output {output}: may not be written; check the permissions.")
    return path


def deliver(
    report: Report, name: str, aspect: "Aspect", output: Path | None, words: Words = ENGLISH
) -> None:
    """Write the report to a file, all or nothing, or to standard output."""
    from crawler import reports  # noqa: PLC0415 - 30 ms that a command without reports need not pay

    if output is None and name == "text":
        paper = paper_of(sys.stdout)
        write_pieces(lambda: reports.text.render_styled(report, aspect, words, paper), None)
    else:
        write_pieces(lambda: reports.BY_NAME[name].render(report, aspect, words), output)


def write_lines(lines: Callable[[Paper], Iterable[Line]], output: Path | None) -> None:
    """Write lines for people, as `write` does: coloured and as wide as a terminal, if it is one."""
    paper = PLAIN if output else paper_of(sys.stdout)
    write_pieces(lambda: inked(lines(paper), paper), output)


def write(text: str, output: Path | None) -> None:
    """Write a text to a file, all or nothing, or to standard output. Nothing is lost."""
    write_pieces(lambda: (text,), output)


def write_pieces(pieces: Pieces, output: Path | None) -> None:
    """Write a text that is made as it is written, as `write` does."""
    if output is None:
        _print(pieces())
        return
    try:
        _write(pieces(), output)
    except OSError as error:
        _print(pieces())
        raise ImpossibleError(
            f"--output {output}: cannot be written ({error.strerror})."
        ) from error


def _write(pieces: Iterable[str], output: Path) -> None:
    if _is_special(output):
        with output.open("w", encoding="utf-8") as file:
            file.writelines(pieces)
        return
    import tempfile  # noqa: PLC0415 - 5 ms that standard output need not pay

    target = output.resolve()  # a symbolic link stays one
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    # A name that nobody can have put a link at.
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.writelines(pieces)
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _is_special(path: Path) -> bool:
    """Tell whether a path is a device or a pipe: those are written to, never replaced."""
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113 - never raise


def _print(pieces: Iterable[str]) -> None:
    if sys.stdout is None:  # somebody closed it
        raise ImpossibleError("standard output is closed: name a file with --output.")
    # A terminal that cannot show a character shows a replacement rather than a traceback.
    encoding = sys.stdout.encoding or "utf-8"
    try:
        for piece in pieces:
            sys.stdout.write(piece.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # Else the interpreter tries to write what is left once more, at its very end.
        sys.stdout = None
        raise ImpossibleError(f"standard output cannot be written ({error.strerror}).") from error

"""What the person at the terminal is told, and their Ctrl-C; and how files get written."""

import os
import signal
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

from crawler.breadth import breadth
from crawler.errors import INTERRUPTED, ImpossibleError, UsageError
from crawler.ink import PLAIN, Line, Paper, inked
from crawler.model import Report
from crawler.streams import columns_of, encodable, paper_of
from crawler.text import clean
from crawler.words import ENGLISH, Words

if TYPE_CHECKING:
    from crawler.outline import Aspect
    from crawler.stop import Stop

Pieces: TypeAlias = Callable[[], Iterable[str]]
"""A text that is made as it is written; once more, if it could not be written."""

_AS_IT_WAS: Final = "surrogateescape"


class _Standing:
    """One line of a terminal that changes, at the end of standard error, below all messages."""

    text = ""


def stand(text: str, columns: int) -> None:
    """Put a line there, in the place of the one before; it must be narrower than the terminal."""
    if sys.stderr:
        sys.stderr.write(f"{_lifted(columns)}{encodable(text, sys.stderr)}")
        sys.stderr.flush()
        _Standing.text = text


def lift() -> None:
    """Take that line away, if there is one."""
    if _Standing.text and sys.stderr:
        sys.stderr.write(_lifted(columns_of(sys.stderr)))
        sys.stderr.flush()
        _Standing.text = ""


def _lifted(columns: int) -> str:
    # A terminal that was made narrower since has folded it.
    rows = max(1, -(-breadth(_Standing.text) // columns))
    return f"\x1b[{rows - 1}A\r\x1b[J" if rows > 1 else "\r\x1b[K"


def say(sentence: str) -> None:
    """Tell the person at the terminal something; never on standard output."""
    if sys.stderr:
        standing = _Standing.text
        lift()
        # Cleaned: a sentence may name a file, and that name be made to be a command of a CI.
        told = encodable(f"crawl: {clean(sentence, 1000)}", sys.stderr)
        print(told, file=sys.stderr, flush=True)  # noqa: T201 - the one place
        if standing:
            stand(standing, columns_of(sys.stderr))


@contextmanager
def stopping(stop: "Stop") -> Iterator[None]:
    """End the run in order at the first Ctrl-C or SIGTERM, and at once at the second."""
    import asyncio  # noqa: PLC0415 - 50 ms that a command without a loop need not pay

    loop = asyncio.get_running_loop()

    presses = iter((1,))

    def asked() -> None:
        if next(presses, None) is None:
            lift()
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


@contextmanager
def unhurried() -> Iterator[Callable[[], bool]]:
    """Finish what is being done at Ctrl-C or SIGTERM; yields what tells whether to go on."""
    pressed = list[int]()

    def take(number: int, _: object) -> None:
        pressed.append(number)

    before = {}
    with suppress(ValueError):  # no other thread is told of signals
        before = {each: signal.signal(each, take) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: not pressed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def converses() -> bool:
    """Tell whether somebody is there to be asked, and sees what is asked."""
    return bool(sys.stdin and sys.stdout and sys.stdin.isatty() and sys.stdout.isatty())


def asked(question: str) -> str:
    """Return what somebody says; nothing if they have gone."""
    sys.stdout.write(encodable(question, sys.stdout))
    sys.stdout.flush()
    return sys.stdin.readline()


def standard_input() -> BinaryIO | None:
    """Return standard input; None where there is none, as under some daemons."""
    return sys.stdin.buffer if sys.stdin else None


def writable(
    output: str | None, option: str = "--output ", history: str | None = None
) -> Path | None:
    """Return the path of an output file; raises before any work if it cannot be one.

    `history`: a file that would be lost.
    """
    if output is None:
        return None
    path = Path(output)
    if os.path.isdir(output) or not os.path.isdir(path.parent):  # noqa: PTH112 - never raises
        raise UsageError(f"{option}{output}: must be a file in a directory that exists.")
    if not os.access(path if is_special(path) else path.resolve().parent, os.W_OK):
        raise UsageError(f"{option}{output}: may not be written; check the permissions.")
    if history and Path(history).resolve() == path.resolve():
        raise UsageError(f"{option}{output}: is the history; name another file.")
    return path


def deliver(
    report: Report, name: str, aspect: "Aspect", output: Path | None, words: Words = ENGLISH
) -> None:
    """Write the report to a file, all or nothing, or to standard output."""
    if output is None and name == "text":
        from crawler.reports.text import render_styled  # noqa: PLC0415 - as below

        paper = paper_of(sys.stdout)
        write_pieces(lambda: render_styled(report, aspect, words, paper), None)
    else:
        from crawler import reports  # noqa: PLC0415 - some commands have none

        write_pieces(lambda: reports.BY_NAME[name].render(report, aspect, words), output)


def paper_for(output: Path | None) -> Paper:
    """Return what is written on: a file, or standard output."""
    return PLAIN if output else paper_of(sys.stdout)


def write_lines(lines: Callable[[Paper], Iterable[Line]], output: Path | None) -> None:
    """Write lines for people, as `write` does: coloured and as wide as a terminal, if it is one."""
    paper = paper_for(output)
    write_pieces(lambda: inked(lines(paper), paper), output)


def write(text: str, output: Path | None) -> None:
    """Write a text to a file, all or nothing, or to standard output. Nothing is lost."""
    write_pieces(lambda: (text,), output)


def write_exactly(pieces: Pieces, output: Path | None) -> None:
    """Write a text as `write` does, to the byte: surrogates stand for what is no UTF-8."""
    if output is None and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=_AS_IT_WAS, newline="\n")
    write_pieces(pieces, output)


def write_pieces(pieces: Pieces, output: Path | None) -> None:
    """Write a text that is made as it is written, as `write` does."""
    if output is None:
        _print(pieces())
        return
    try:
        write_file(pieces(), output)
    except OSError as error:
        _print(pieces())
        raise ImpossibleError(
            f"--output {output}: cannot be written ({error.strerror})."
        ) from error


def write_file(pieces: Iterable[str], output: Path) -> None:
    """Write a text to a file, all or nothing. Raises `OSError`."""
    if is_special(output):
        with output.open("w", encoding="utf-8", errors=_AS_IT_WAS) as file:
            file.writelines(pieces)
        return
    replaced(pieces, output.resolve())  # a symbolic link stays one


def replaced(pieces: Iterable[str], target: Path) -> None:
    """Write a text to a plain file, all or nothing: what was there is replaced. May raise."""
    import tempfile  # noqa: PLC0415 - 5 ms that standard output need not pay

    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    # A name that nobody can have put a link at.
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors=_AS_IT_WAS) as file:
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


def is_special(path: Path) -> bool:
    """Tell whether a path is a device or a pipe: those are written to, never replaced."""
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113 - never raise


def _print(pieces: Iterable[str]) -> None:
    if sys.stdout is None:  # somebody closed it
        raise ImpossibleError("standard output is closed: name a file with --output.")
    try:
        for piece in pieces:
            sys.stdout.write(encodable(piece, sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # Else the interpreter tries to write what is left once more, at its very end.
        sys.stdout = None
        raise ImpossibleError(f"standard output cannot be written ({error.strerror}).") from error

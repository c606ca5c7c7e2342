"""When lines of documents were written, and by whom, as git tells. The only module that speaks git.

The repository may be a stranger's, and its configuration can name programs. So only what has been
committed is asked for, by commands that run none: nothing of the working tree is filtered or
converted, nothing is fetched, and no program of the environment's takes part. Whatever git cannot
tell (no git, no repository, a new file, a history that was cut off) is not known, and no error.
"""

import asyncio
import os
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeAlias

from crawler.model import Line, Undated
from crawler.text import clean

Spot: TypeAlias = tuple[int, str]
"""A line of a document, from 1, and a text that stands in it."""

SECONDS: Final = 10.0
"""How long one command may take."""

_MAX_OUTPUT: Final = 67_108_864
_MAX_STRETCHES: Final = 200
_OPTIONS: Final = (
    "--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "safe.bareRepository=explicit",
    "-c", "mailmap.file=", "-c", "mailmap.blob=",  # be it any file at all, it would be read
)  # fmt: skip
_BLAME: Final = ("--porcelain", "-w", "-M", "--no-textconv", "--encoding=UTF-8")
_ENVIRONMENT: Final = {
    # A clone that fetches what it lacks when it is asked for would run what its settings name.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_INDEX: Final = "GIT_INDEX_FILE"
_HEADER: Final = re.compile(rb"([0-9a-f]{40,64}) [0-9]+ ([0-9]+)(?: [0-9]+)?")
_TIME: Final = re.compile(rb"author-time ([0-9]{1,11})")
_AUTHOR: Final = b"author "
_MAX_NAME: Final = 80
_OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)


async def written(
    document: Path, spots: Collection[Spot], now: datetime
) -> Mapping[Spot, datetime]:
    """Return when spots of a document were written, of those of which that is known."""
    found = await Blame(now).lines(document, spots)
    return {spot: line.at for spot, line in found.items() if line.at}


class Blame:
    """Asks who has written lines; what holds for a directory it asks once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._shallow: dict[Path, bool] = {}
        self._told: dict[Path, bool] = {}

    async def lines(self, document: Path, spots: Collection[Spot]) -> Mapping[Spot, Line]:
        """Return when each spot of a document was last written, and by whom; or why nobody knows.

        What has been committed may have them elsewhere; then the nearest line with that text
        counts. To indent a line, or to move it within its document, is not to write it.
        """
        here, name = document.parent, document.name
        committed = await output(here, "cat-file", "blob", f"HEAD:./{name}")
        if committed is None:
            return dict.fromkeys(spots, Line(undated=Undated.UNTRACKED))
        theirs = dict(_committed(committed, spots))
        if not theirs:  # nor is blamed what is no text
            return dict.fromkeys(spots, Line(undated=Undated.UNCOMMITTED))
        numbers = sorted(set(theirs.values()))
        few = len(numbers) <= _MAX_STRETCHES
        stretches = [f"-L{number},{number}" for number in numbers] if few else []
        told = None
        if await self._tells(here):
            told = await output(here, "blame", *_BLAME, *stretches, "HEAD", "--", name)
        commits = dict(_authored(told or b""))
        cut_off = any(commit.is_end for commit in commits.values()) and await self._cut_off(here)
        return {
            spot: _line(theirs.get(spot), commits, self._now, cut_off=cut_off) for spot in spots
        }

    async def _cut_off(self, directory: Path) -> bool:
        if directory not in self._shallow:
            told = await output(directory, "rev-parse", "--is-shallow-repository")
            self._shallow[directory] = told is None or told.strip() != b"false"
        return self._shallow[directory]

    async def _tells(self, directory: Path) -> bool:
        """Tell whether the lists of commits that blame is to pass over are files.

        Where one is missing it fails, and of a device it takes all memory. No option spares it
        what the settings name.
        """
        if directory not in self._told:
            lists = await output(
                directory, "config", "-z", "--type=path", "--get-all", "blame.ignoreRevsFile"
            )
            top = await output(directory, "rev-parse", "--show-toplevel") if lists else b""
            self._told[directory] = _are_files(top or b"", lists or b"")
        return self._told[directory]


def _are_files(top: bytes, names: bytes) -> bool:
    """Tell whether all of some names are those of files. An empty one takes back those before."""
    paths = (os.path.join(top.rstrip(b"\n"), name) for name in names.split(b"\0") if name)  # noqa: PTH118 - bytes
    return all(map(os.path.isfile, paths))


def _line(
    number: int | None, commits: Mapping[int, "_Commit"], now: datetime, *, cut_off: bool
) -> Line:
    if number is None:
        return Line(undated=Undated.UNCOMMITTED)
    commit = commits.get(number)
    if commit is None:
        return Line(undated=Undated.UNTOLD)
    if commit.is_end and cut_off:
        return Line(undated=Undated.CUT_OFF)
    at = _moment(commit.time, now)
    return Line(at, commit.author, None if at else Undated.UNBELIEVABLE)


def _committed(text: bytes, spots: Collection[Spot]) -> Iterator[tuple[Spot, int]]:
    """Yield spots with the lines where their texts stand in another version of the document."""
    starts = [0, *accumulate(len(line) + 1 for line in text.split(b"\n"))]
    for spot in spots:
        number, wanted = spot
        needle = wanted.partition("\n")[0].strip().encode("utf-8", "surrogatepass")
        here = starts[min(number, len(starts)) - 1]
        found = (text.rfind(needle, 0, here), text.find(needle, here)) if needle else ()
        there = (bisect_right(starts, each) for each in found if each >= 0)
        nearest = min(there, key=lambda line: abs(line - number), default=None)
        if nearest is not None:
            yield spot, nearest


@dataclass(slots=True)
class _Commit:
    """What is told of a commit; `is_end`: it may be where a history was cut off."""

    author: str = ""
    time: int = 0
    is_end: bool = False


def _authored(told: bytes) -> Iterator[tuple[int, _Commit]]:
    """Read what `blame --porcelain` tells: of each line the commit that wrote it.

    What concerns a commit as a whole is told with the first of its lines only.
    """
    commits: dict[bytes, _Commit] = {}
    commit = _Commit()
    for line in told.split(b"\n"):
        if header := _HEADER.fullmatch(line):
            commit = commits.setdefault(header[1], _Commit())
            yield int(header[2]), commit
        elif time := _TIME.fullmatch(line):
            commit.time = int(time[1])
        elif line.startswith(_AUTHOR):
            name = line.removeprefix(_AUTHOR).decode("utf-8", "replace")
            commit.author = clean(name, _MAX_NAME)
        elif line == b"boundary":
            commit.is_end = True


def _moment(seconds: int, now: datetime) -> datetime | None:
    """Read a time, of which authors can write any."""
    with suppress(ValueError, OverflowError, OSError):
        at = datetime.fromtimestamp(seconds, UTC)
        return at if _OLDEST <= at <= now else None
    return None


async def output(directory: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """Return what a command of git prints; None if it fails, takes too long or tells too much.

    `given` is its standard input.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    } | _ENVIRONMENT
    if index := os.environ.get(_INDEX):  # a hook's: `git commit -a` and `git commit FILE` have one
        environment[_INDEX] = os.path.join(os.getcwd(), index)  # noqa: PTH109, PTH118 - never raises
    try:
        transport, told = await asyncio.get_running_loop().subprocess_exec(
            _Told, _program(), *_OPTIONS, *arguments, cwd=directory, env=environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ValueError):  # no git, no directory, no name for a file
        return None
    try:
        stdin = transport.get_pipe_transport(0)
        if isinstance(stdin, asyncio.WriteTransport):
            stdin.write(given)
            stdin.close()  # once all is written
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                await told.ended.wait()
                well = transport.get_returncode() == 0 and not told.is_cut
                return bytes(told.data) if well else None
    finally:
        transport.close()  # kills it, if it still runs
        await told.exited.wait()
    return None


def _program() -> str:
    """Return where git is: never in a directory that is named from here, which may be a stranger's.

    Windows looks in the working directory first, whatever the path says.
    """
    name = "git.exe" if os.name == "nt" else "git"
    paths = os.environ.get("PATH", os.defpath).split(os.pathsep)
    programs = (Path(each, name) for each in paths if os.path.isabs(each))  # noqa: PTH117 - of a text
    return next((str(each) for each in programs if os.access(each, os.X_OK)), os.devnull)


class _Told(asyncio.SubprocessProtocol):
    """What a process prints, up to a limit.

    A `Process` of asyncio would be waited for until its pipes are at their end, which is never
    where nobody reads on, or where another process has inherited them.
    """

    def __init__(self) -> None:
        self.data = bytearray()
        self.is_cut = False
        self.ended = asyncio.Event()
        self.exited = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def pipe_data_received(self, _: int, data: bytes) -> None:
        self.data += data
        if len(self.data) > _MAX_OUTPUT and self._transport:
            self.is_cut = True  # even if it has ended well meanwhile
            self._transport.close()

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, _: Exception | None) -> None:
        self.ended.set()

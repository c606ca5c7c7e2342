"""When lines of documents were written, as git tells. The only module that speaks git.

The repository may be a stranger's, and its configuration can name programs. So only what has been
committed is asked for, by commands that run none: nothing of the working tree is filtered or
converted, nothing is fetched, and no program of the environment's takes part. Whatever git cannot
tell (no git, no repository, a new file, a history that was cut off) is not known, and no error.
"""

import asyncio
import os
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

Spot: TypeAlias = tuple[int, str]
"""A line of a document, from 1, and a text that stands in it."""

SECONDS: Final = 10.0
"""How long one command may take."""

_MAX_OUTPUT: Final = 67_108_864
_MAX_LINES: Final = 200
_PIECE: Final = 65_536
_OPTIONS: Final = (
    "--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_ENVIRONMENT: Final = {
    # A clone that fetches what it lacks when it is asked for would run what its settings name.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_HEADER: Final = re.compile(rb"([0-9a-f]{40,64}) [0-9]+ ([0-9]+)(?: [0-9]+)?")
_TIME: Final = re.compile(rb"author-time ([0-9]{1,11})")
_OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)


async def written(
    document: Path, spots: Collection[Spot], now: datetime
) -> Mapping[Spot, datetime]:
    """Return when spots of a document were written, of those of which that is known.

    What has been committed may have them elsewhere; then the nearest line with that text counts.
    """
    here, name = document.parent, document.name
    committed = await output(here, "cat-file", "blob", f"HEAD:./{name}")
    if committed is None:
        return {}
    theirs = dict(_committed(committed, spots))
    if not theirs:
        return {}
    stretches = [f"-L{line},{line}" for line in sorted(set(theirs.values()))][:_MAX_LINES]
    options = ("--porcelain", "--no-textconv", *stretches)
    told = await output(here, "blame", *options, "HEAD", "--", name)
    authored = dict(_authored(told or b"", now))
    if any(cut_off for _, cut_off in authored.values()) and await _is_shallow(here):
        authored = {line: told for line, told in authored.items() if not told[1]}
    return {spot: authored[line][0] for spot, line in theirs.items() if line in authored}


def _committed(text: bytes, spots: Collection[Spot]) -> Iterator[tuple[Spot, int]]:
    """Yield spots with the lines where their texts stand in another version of the document."""
    those = text.split(b"\n")
    for spot in spots:
        number, wanted = spot
        needle = wanted.encode("utf-8", "surrogatepass")
        found = (there for there, line in enumerate(those, 1) if needle in line)
        nearest = min(found, key=lambda there: abs(there - number), default=None)
        if nearest is not None:
            yield spot, nearest


def _authored(told: bytes, now: datetime) -> Iterator[tuple[int, tuple[datetime, bool]]]:
    """Read what `blame --porcelain` tells: of each line, when it was written, and if at least then.

    What concerns a commit as a whole is told with the first of its lines only.
    """
    times: dict[bytes, datetime] = {}
    ends: set[bytes] = set()
    commits: dict[int, bytes] = {}
    commit = b""
    for line in told.split(b"\n"):
        if header := _HEADER.fullmatch(line):
            commit = header[1]
            commits[int(header[2])] = commit
        elif (time := _TIME.fullmatch(line)) and (at := _moment(int(time[1]), now)):
            times[commit] = at
        elif line == b"boundary":
            ends.add(commit)
    for number, each in commits.items():
        if each in times:
            yield number, (times[each], each in ends)


def _moment(seconds: int, now: datetime) -> datetime | None:
    """Read a time, of which authors can write any."""
    with suppress(ValueError, OverflowError, OSError):
        at = datetime.fromtimestamp(seconds, UTC)
        return at if _OLDEST <= at <= now else None
    return None


async def _is_shallow(directory: Path) -> bool:
    told = await output(directory, "rev-parse", "--is-shallow-repository")
    return told is None or told.strip() != b"false"


async def output(directory: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """Return what a command of git prints; None if it fails, takes too long or tells too much.

    `given` is its standard input.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_")
    } | _ENVIRONMENT
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *_OPTIONS, *arguments, cwd=directory, env=environment,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, ValueError):  # no git, no directory, no name for a file
        return None
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS):
                _, told = await asyncio.gather(_feed(process, given), _read(process))
                if told is not None and await process.wait() == 0:
                    return told
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return None


async def _feed(process: asyncio.subprocess.Process, given: bytes) -> None:
    if process.stdin:
        with suppress(OSError):  # it has ended, and read nothing
            process.stdin.write(given)
            await process.stdin.drain()
        process.stdin.close()


async def _read(process: asyncio.subprocess.Process) -> bytes | None:
    pieces, size = [], 0
    while process.stdout and (piece := await process.stdout.read(_PIECE)):
        size += len(piece)
        if size > _MAX_OUTPUT:
            return None
        pieces.append(piece)
    return b"".join(pieces)

"""The reports that a directory keeps: the latest in every format, and one in Markdown for each day.

Only here is known which files those are, and whose. Laws: what has not changed is not touched, so
that a directory under version control shows what is new and nothing else; nothing is replaced
before everything is ready; and nothing is ever replaced that is not ours.
"""

import json
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from filecmp import cmp
from itertools import groupby
from pathlib import Path
from typing import Final

from crawler import reports
from crawler.errors import ImpossibleError, UsageError
from crawler.history import History
from crawler.model import Report, Run, Transition
from crawler.news import netted
from crawler.outline import Aspect
from crawler.words import ENGLISH, Words

FEED: Final = timedelta(days=30)
"""How far a feed goes back: whoever looks into it once a month misses nothing."""

# JSON tells seconds, and a history more: what ended within that second was told.
_REST: Final = timedelta(milliseconds=999)
_KNOWN_BY: Final = "json"
_DAILY: Final = reports.BY_NAME["markdown"]
_LATEST: Final = "latest"
_INDEX: Final = "README.md"
# An index without this line is somebody's own.
_OURS: Final = "<!-- Written by crawl report --write-all; without this line it is left alone. -->"
_DAY: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}[.]md")
_LINKS: Final = re.compile(r'\s*"links": \[')
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Last:
    """The report that a directory holds: its run and moment, and since when it tells changes."""

    run: str
    at: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the files of a directory, by name."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in one sentence."""
        if not self.written:
            return "nothing has changed, and nothing was written."
        same = f"; {len(self.unchanged)} more had not changed" if self.unchanged else ""
        return f"{', '.join(self.written)} written{same}."


def renew(
    history: History,
    now: datetime,
    directory: Path,
    told: Callable[[Report], Report],
    words: Words = ENGLISH,
) -> Kept:
    """Keep what a history knows in a directory. Raises `UsageError` before anything is done.

    `told`: makes of a report the one that is to be told, be it of some links only.
    """
    last, run = usable(directory), history.last_run(now)
    # Without any run the history says so itself.
    moment, month = (since(last, run), _ended(run) - FEED) if run else (None, None)
    feed = told(history.report(now, month)).changes  # one report after the other is in memory
    report = history.report(now, moment, chronicle=True)
    return keep(told(netted(report, history.states, history.began())), feed, directory, words)


def usable(directory: Path) -> Last | None:
    """Return the last report that a directory holds, if it holds one.

    Raises `UsageError` where none can be kept: there is no place for it, or somebody else's files.
    """
    there = os.path.isdir(directory)  # noqa: PTH112 - never raises
    if not there and (os.path.lexists(directory) or not os.path.isdir(directory.parent)):  # noqa: PTH112
        raise UsageError(f"--directory {directory}: must be a directory, or a new one in another.")
    if not os.access(directory if there else directory.parent, os.W_OK | os.X_OK):
        raise UsageError(f"--directory {directory}: may not be written; check the permissions.")
    if not there:
        return None
    last = _last(directory / _name(reports.BY_NAME[_KNOWN_BY]))
    for name in (*map(_name, _kept()), *_days(directory)):
        _check(directory / name, ours=last is not None)
    return last


def since(last: Last | None, run: Run) -> datetime | None:
    """Return the moment after which a report of a run is to tell what has changed, if one is known.

    That is the last report of an earlier day. So a day has one report, which grows: a second one
    tells all of the day, and says the same if there was no run since.
    """
    now = _ended(run)
    if last is None or last.at > now:
        return None
    if last.run == run.id:
        moment = last.since
    else:
        moment = last.since or last.at if last.at.date() == now.date() else last.at
    return moment and moment + _REST


def keep(
    report: Report, feed: tuple[Transition, ...] | None, directory: Path, words: Words = ENGLISH
) -> Kept:
    """Write every format of a report, the day's, and the index of days. Raises `ImpossibleError`.

    `feed`: what has changed in the time that a feed goes back.
    """
    try:
        directory.mkdir(exist_ok=True)
        # A name that nobody can have put a link at, on the same disk.
        with tempfile.TemporaryDirectory(dir=directory, prefix=".crawl-") as made:
            ready = Path(made)
            names = tuple(_written(_files(report, feed, directory, words), ready))
            changed = tuple(each for each in names if not _same(ready / each, directory / each))
            for name in changed:
                _move(ready / name, directory / name)
    except OSError as error:
        reason = f"cannot be written ({error.strerror})"
        raise ImpossibleError(f"--directory {directory}: {reason}.") from error
    return Kept(changed, tuple(each for each in names if each not in changed))


def _kept() -> tuple[reports.Format, ...]:
    """Return the formats that are kept; the JSON last, for the others are known as ours by it."""
    kept = (each for each in reports.FORMATS if each.kept)
    return tuple(sorted(kept, key=lambda each: each.name == _KNOWN_BY))


def _name(each: reports.Format) -> str:
    return f"{_LATEST}{each.suffix}"


def _ended(run: Run) -> datetime:
    return run.finished_at or run.started_at


# What is there


def _last(path: Path) -> Last | None:
    """Read of which moment a report is; None if it is none of ours, whatever else it is."""
    try:
        if not _is_plain(path):
            return None
        told = json.loads(_head(path))
        if not told["tool"].startswith("crawl "):
            return None
        run, since = told["run"], told.get("since")
        return Last(run["id"], _moment(run["finished_at"]), _moment(since) if since else None)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _head(path: Path) -> str:
    """Read a report in JSON without its links, which may be many and come last."""
    lines = list[str]()
    with path.open(encoding="utf-8") as file:
        for line in file:
            if _LINKS.match(line):
                return "".join((*lines, '"links": []}'))
            lines.append(line)
    return "".join(lines)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


def _check(path: Path, *, ours: bool) -> None:
    """Raise if something of a name that we write is not ours to replace."""
    if not os.path.lexists(path):
        return
    if not _is_plain(path):
        raise UsageError(f"--directory: {path} is not a plain file; move it away.")
    if not ours:
        raise UsageError(
            f"--directory: {path} is there already, and no {_LATEST}.json that crawl has written; "
            "move it away, or name another directory."
        )


def _is_plain(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _days(directory: Path) -> Iterator[str]:
    """Yield the names of the reports of days, in no order."""
    return (each.name for each in directory.iterdir() if _DAY.fullmatch(each.name))


# What is written


def _files(
    report: Report, feed: tuple[Transition, ...] | None, directory: Path, words: Words
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield each file's name with its text, piece by piece."""
    today = f"{_ended(report.run):%Y-%m-%d}.md"
    if _is_our_index(directory / _INDEX):
        yield _INDEX, _index({today, *_days(directory)}, words)
    # The format of days is rendered once more: a text may be larger than memory.
    for name, each in ((today, _DAILY), *((_name(each), each) for each in _kept())):
        aspect = reports.shown(each.name, None)
        told = replace(report, changes=feed) if aspect is Aspect.CHANGES else report
        yield name, each.render(told, aspect, words)


def _written(files: Iterable[tuple[str, Iterable[str]]], ready: Path) -> Iterator[str]:
    for name, pieces in files:
        with (ready / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        yield name


def _same(ready: Path, there: Path) -> bool:
    return os.path.lexists(there) and cmp(ready, there, shallow=False)


def _move(ready: Path, there: Path) -> None:
    if os.path.lexists(there):  # who may read it, its owner may have said
        ready.chmod(stat.S_IMODE(there.stat().st_mode))
    ready.replace(there)


# The index


def _is_our_index(path: Path) -> bool:
    """Tell whether an index may be written: there is none, or it is ours."""
    if not os.path.lexists(path):
        return True
    if not _is_plain(path):
        return False
    with path.open("rb") as file:
        return file.readline(len(_OURS) + 1).strip() == _OURS.encode()


def _index(days: Iterable[str], words: Words) -> Iterator[str]:
    """Yield a page that leads to all that there is, the latest first."""
    names = map(_name, _kept())
    yield f"{_OURS}\n\n# {words('Reports on links')}\n\n"
    yield f"[![{words('How the links are')}]({_LATEST}.svg)]({_LATEST}.md)\n\n"
    yield f"{words('The latest')}: {' · '.join(f'[{each}]({each})' for each in names)}\n\n"
    yield f"## {words('Day by day')}\n\n"
    for month, found in groupby(sorted(days, reverse=True), key=lambda each: each[:7]):
        yield f"- {month}: {' · '.join(f'[{each[8:10]}]({each})' for each in found)}\n"

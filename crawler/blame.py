"""Who has written the lines where links stand, asked of git for all documents of a report."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from crawler import git
from crawler.model import Line, Row, Undated

Lines: TypeAlias = Mapping[tuple[str, int, str], Line]

_AT_ONCE: Final = os.cpu_count() or 1


def blamed(rows: Iterable[Row], now: datetime) -> Lines:
    """Return what git tells of every line in which a link stands, be it a link that counts or not.

    Documents are looked for from the working directory, as the runs that read them have done.
    """
    spots: defaultdict[str, dict[git.Spot, None]] = defaultdict(dict)
    for row in rows:
        place = row.place.occurrence
        spots[place.document][place.span.line, place.raw] = None
    found: dict[tuple[str, int, str], Line] = {}
    for name, lines in asyncio.run(_asked(spots, now)).items():
        untracked = all(line.undated is Undated.UNTRACKED for line in lines.values())
        absent = untracked and not os.path.isfile(name)  # noqa: PTH113 - never raises
        for spot, line in lines.items():
            found[name, *spot] = Line(undated=Undated.ABSENT) if absent else line
    return found


async def _asked(
    spots: Mapping[str, Collection[git.Spot]], now: datetime
) -> Mapping[str, Mapping[git.Spot, Line]]:
    slots, blame = asyncio.Semaphore(_AT_ONCE), git.Blame(now)

    async def lines(name: str) -> Mapping[git.Spot, Line]:
        async with slots:
            return await blame.lines(Path(name), spots[name])

    async with asyncio.TaskGroup() as tasks:
        told = {name: tasks.create_task(lines(name)) for name in spots}
    return {name: task.result() for name, task in told.items()}

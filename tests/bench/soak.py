"""Many runs in one process, as a program that stays would do them: does anything grow?"""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import table
from bench.servers import document, simulated
from bench.simulated import simulate
from bench.timing import memory
from crawler import check_links
from crawler.settings import FetchSettings, PaceSettings, Settings

HANGING = 0.01
ROWS = 8
# Quicker than the defaults: more runs, and more of what is given up in the middle.
SETTINGS = Settings(
    fetch=FetchSettings(allow_address=("127.0.0.0/8",), timeout=1.0, deadline=5.0),
    pace=PaceSettings(delay=0.02),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process holds between two runs."""

    megabytes: float
    descriptors: int
    threads: int
    tasks: int


def measure(number: int, minutes: float, seed: int) -> None:
    """Run until the time is up; print samples, and growth since the end of the first quarter."""
    table.title(f"Soak: {minutes:g} minutes of runs over {number} links in one process")
    web = simulate(seed, number, HANGING)
    with TemporaryDirectory() as name, simulated(seed, number, HANGING) as site:
        urls = [link.url(site.port, site.closed) for link in web.links]
        path = document(Path(name) / "links.md", urls)
        samples = asyncio.run(_samples(path, minutes * 60))
    chosen = samples[:: max(1, len(samples) // ROWS)]
    for at, sample in chosen:
        table.note(f"{at / 60:6.1f} min: {_words(sample)}")
    quarter = sum(at <= minutes * 15 for at, _ in samples)
    table.note(f"{len(samples)} runs; growth since the end of the first quarter:")
    for each in fields(Sample):
        values = [getattr(sample, each.name) for _, sample in samples]
        grown = level(values, len(values)) - level(values, quarter)
        table.figure(f"  {each.name}", [grown], None if each.name == "megabytes" else 0)


def level(values: Sequence[float], end: int) -> float:
    """The middle of the three values before `end`: one run more or less makes no growth."""
    return median(values[max(0, end - 3) : end] or values[:1])


def _words(sample: Sample) -> str:
    return (
        f"{sample.megabytes:.1f} MB, {sample.descriptors} file descriptors, "
        f"{sample.threads} threads, {sample.tasks} tasks"
    )


async def _samples(path: Path, seconds: float) -> Sequence[tuple[float, Sample]]:
    begun, samples = time.monotonic(), list[tuple[float, Sample]]()
    while not samples or samples[-1][0] < seconds:
        await check_links([str(path)], SETTINGS)
        samples.append((time.monotonic() - begun, _sample()))
    return samples


def _sample() -> Sample:
    here = Path("/proc/self")
    resident, _ = memory(os.getpid()) or (0.0, 0.0)
    descriptors, threads = (sum(1 for _ in (here / what).iterdir()) for what in ("fd", "task"))
    return Sample(resident, descriptors, threads, len(asyncio.all_tasks()))

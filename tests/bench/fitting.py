"""Real runs on the simulated web, beside what `scaling.py` says of the same: does the model hold?

What else the machine does stretches every second of CPU time; how much is told by the system (the
time that a process was runnable and had no core), and the prediction is given it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import table
from bench.bounds import Costs, Fleet
from bench.population import Population, population_of
from bench.programs import LOOPBACK
from bench.rehearsing import Rehearsal
from bench.scaling import play
from bench.servers import document, simulated
from bench.simulated import simulate

ENGINES: Final[tuple[tuple[str, ...], ...]] = (
    (),
    ("--engine", "dask", "--workers", "1"),
    ("--engine", "dask", "--workers", "2"),
)
FEW: Final = 20
"""Links of a run that shows what it costs to begin and to end one."""


@dataclass(frozen=True, slots=True)
class Account:
    """A run in seconds: by the clock, and of CPU time, that of the first process and of those that
    it began. `stretch`: for how long a process wanted a core, by how long it had one."""

    wall: float
    own: float
    others: float
    stretch: float


@dataclass(slots=True)
class _Sums:
    """Of a family of processes, by process: seconds run, and seconds that it waited for a core."""

    first: int
    run: dict[int, float] = field(default_factory=dict)
    waited: dict[int, float] = field(default_factory=dict)

    def sample(self) -> None:
        for pid in (self.first, *_descendants(self.first)):
            run = waited = 0
            for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
                try:
                    one, other, _ = path.read_text("ascii").split()
                except OSError:  # a thread that has ended
                    continue
                run, waited = run + int(one), waited + int(other)
            # Threads that have ended are counted no more: what they had is not to be lost.
            self.run[pid] = max(self.run.get(pid, 0.0), run / 1e9)
            self.waited[pid] = max(self.waited.get(pid, 0.0), waited / 1e9)


def measure(number: int, hanging: float, *, rounds: int, seed: int) -> None:
    """Measure each engine, and print what was predicted beside it."""
    table.title(f"The model and real runs: {number} links, {hanging:.0%} of hosts hanging")
    for engine in ENGINES:
        begun = _real(FEW, 0.0, seed, engine)
        for _ in range(rounds):
            _compare(engine, begun, number, hanging, seed)


def _compare(engine: Sequence[str], begun: Account, number: int, hanging: float, seed: int) -> None:
    real = _real(number, hanging, seed, engine)
    population = population_of(simulate(seed, number, hanging))
    own, others = real.own - begun.own, max(0.0, real.others - begun.others)
    if engine:
        desk = own / number * real.stretch
        costs = Costs(
            worker=others / number * real.stretch, before=0, after=0, take_in=desk, rows=inf
        )
        fleet = Fleet(machines=1, processes=int(engine[-1]))
        said = play(population, fleet, costs).seconds
    else:
        said = _alone(population, own / number * real.stretch)
    said += begun.wall
    words = " ".join(engine) or "loop"
    table.note(
        f"{words:<24} {real.wall:6.1f} s, predicted {said:6.1f} s ({said / real.wall:.2f}); CPU ms "
        f"a link: {1000 * own / number:.2f} here, {1000 * others / number:.2f} in workers; to "
        f"begin and end: {begun.wall:.1f} s, {begun.own:.1f} and {begun.others:.1f} s CPU; "
        f"cores were waited for {real.stretch - 1:.1f} times as long as had"
    )


def _alone(population: Population, cpu: float) -> float:
    return Rehearsal(population, population.domains(), 128, cpu).play()


def _real(number: int, hanging: float, seed: int, engine: Sequence[str]) -> Account:
    web = simulate(seed, number, hanging)
    with TemporaryDirectory() as name, simulated(seed, number, hanging) as site:
        path = Path(name)
        urls = [link.url(site.port, site.closed) for link in web.links]
        command = [
            sys.executable, "-m", "crawler", "run", "--no-config", "--no-progress", *LOOPBACK,
            "--db", str(path / "crawl.db"), *engine, str(document(path / "links.md", urls)),
        ]  # fmt: skip
        return _account(command, path)


def _account(command: Sequence[str], directory: Path) -> Account:
    given = {**os.environ, "CI": "true"}
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - what the benchmark names
        command, cwd=directory, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    sums, done = _Sums(process.pid), threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            sums.sample()

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"it ended with {process.returncode}: {' '.join(command)}")
    own = sums.run[process.pid]
    stretch = 1 + sum(sums.waited.values()) / sum(sums.run.values())
    return Account(wall, own, usage.ru_utime + usage.ru_stime - own, stretch)


def _descendants(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text("ascii").split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from _descendants(child)

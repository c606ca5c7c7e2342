"""What a program costs: wall and CPU time and memory, by the operating system's account."""

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds of wall and CPU time, megabytes, and its exit code (None if killed).

    `memory` are samples: seconds since the start, megabytes resident. `workers`: megabytes at most
    of the largest process that it has started.
    """

    wall: float
    cpu: float
    peak: float
    code: int
    memory: tuple[tuple[float, float], ...] = ()
    workers: float = 0.0


@dataclass(slots=True)
class _Watch:
    """Samples a process that runs. Its own word (`VmHWM`), not `ru_maxrss`, which a child
    inherits from who started it."""

    pid: int
    begun: float
    enough: Callable[[], bool] | None
    done: threading.Event = field(default_factory=threading.Event)
    peak: float = 0.0
    memory: list[tuple[float, float]] = field(default_factory=list)
    workers: float = 0.0

    def run(self) -> None:
        while not self.done.wait(0.02):
            status = memory(self.pid)
            if status is None:
                return
            resident, self.peak = status
            at = time.perf_counter() - self.begun
            if not self.memory or at - self.memory[-1][0] >= 0.5:
                self.memory.append((at, resident))
                sizes = (memory(child) for child in _children(self.pid))
                self.workers = max(self.workers, *(size[1] for size in sizes if size), 0.0)
                if self.enough is not None and self.enough():
                    os.kill(self.pid, 9)


def timed(
    command: Sequence[str],
    directory: Path,
    output: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    enough: Callable[[], bool] | None = None,
) -> Run:
    """Run a command to its end, or kill it as soon as `enough` says so. Its standard output goes
    to `output`, or nowhere."""
    given = {**os.environ, "CI": "true", **(environment or {})}
    given.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has been compiled once
    with Path(output or os.devnull).open("wb") as out:
        begun = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - what the benchmark names
            command, cwd=directory, env=given, stdout=out, stderr=subprocess.DEVNULL
        )
        watch = _Watch(process.pid, begun, enough)
        watcher = threading.Thread(target=watch.run)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.done.set()
        watcher.join()
    cpu = usage.ru_utime + usage.ru_stime
    return Run(wall, cpu, watch.peak, process.returncode, tuple(watch.memory), watch.workers)


def memory(pid: int) -> tuple[float, float] | None:
    """Return megabytes resident, now and at most; None if the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    if "VmRSS" not in sizes:  # it has ended and was not waited for
        return None
    return int(sizes["VmRSS"]) / 1024, int(sizes["VmHWM"]) / 1024


def _children(pid: int) -> Iterator[int]:
    """Yield the processes that one has started, and theirs."""
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in map(int, path.read_text("ascii").split()):
                yield child
                yield from _children(child)


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the least and the greatest."""
    return statistics.median(values), min(values), max(values)

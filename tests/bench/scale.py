"""One event loop beside processes of one machine: recorded runs over the same links.

Where the server answers at once it is the processor that binds; the simulated web answers as sites
do, and there it is latency, politeness and the last hosts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import table
from bench.long import SERVERS
from bench.programs import Program
from bench.rounds import in_turns
from bench.servers import document, nginx, simulated
from bench.simulated import address, simulate
from bench.timing import Run, timed


def engines(program: Program, workers: Sequence[int]) -> Sequence[Program]:
    """Return the same program by its own event loop, and by so many processes."""
    many = (
        replace(
            program,
            name=f"dask {number}",
            command=(*program.command, "--engine", "dask", "--workers", str(number)),
        )
        for number in workers
    )
    return (replace(program, name="loop"), *many)


def measure(programs: Sequence[Program], number: int, hosts: int, *, rounds: int) -> None:
    """Measure pages that are there at once."""
    table.title(f"Pages at once: {number} links, {hosts} hosts, recorded")
    with TemporaryDirectory() as name, nginx(Path(name), servers=SERVERS) as site:
        urls = [f"http://{address(index % hosts)}:{site.port}/{index}" for index in range(number)]
        path = document(Path(name) / "links.md", urls)
        runs = in_turns(programs, rounds, _recorded(path), warm=False)
    _print(runs, number)


def measure_web(programs: Sequence[Program], number: int, *, rounds: int, seed: int) -> None:
    """Measure the simulated web, without hosts that hang: those cost everybody one deadline."""
    web = simulate(seed, number, 0)
    table.title(f"Simulated web: {number} links, recorded")

    def once(program: Program) -> Run:
        with TemporaryDirectory() as name, simulated(seed, number, 0) as site:
            urls = [link.url(site.port, site.closed) for link in web.links]
            return _recorded(document(Path(name) / "links.md", urls))(program)

    _print(in_turns(programs, rounds, once, warm=False), number)


def _recorded(path: Path) -> Callable[[Program], Run]:
    def once(program: Program) -> Run:
        with TemporaryDirectory() as name:
            command = [*program.command, "--db", str(Path(name) / "crawl.db"), str(path)]
            return timed(command, Path(name), Path(name) / "report")

    return once


def _print(runs: Mapping[str, Sequence[Run]], number: int) -> None:
    table.costs(runs, number)
    for name, every in runs.items():
        if any(run.workers for run in every):
            peaks = [run.workers for run in every]
            table.figure(f"{name}: greatest memory of a worker, MB", peaks)

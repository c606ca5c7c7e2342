"""One host, politely: how long many links of one host take with each program's own manners."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import table
from bench.programs import Program
from bench.rounds import in_turns
from bench.servers import document, nginx
from bench.timing import Run, timed


def measure(programs: Sequence[Program], number: int, *, rounds: int) -> None:
    """Measure, and print costs and how fast the host was asked."""
    table.title(f"One host, politely: {number} links")
    busiest: dict[str, int] = {}

    def once(program: Program) -> Run:
        with TemporaryDirectory() as name, nginx(Path(name), logged=True) as site:
            urls = [f"http://127.1.0.1:{site.port}/{index}" for index in range(number)]
            path = document(Path(name) / "links.md", urls)
            run = timed([*program.command, str(path)], Path(name))
            seconds = Counter(int(at) for at, _ in site.asked())
        busiest[program.name] = max(seconds.values())
        return run

    runs = in_turns(programs, rounds, once, warm=False)
    table.costs(runs, number)
    table.walls(runs, aim=0.2)
    for name, most in busiest.items():
        table.note(f"{name} asked at most {most} times in one second")

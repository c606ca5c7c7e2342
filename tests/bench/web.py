"""The simulated web: both programs against slow, moved, limiting, silent and dead sites.

Each run has a server of its own. What a program says is compared with what is true.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import table
from bench.programs import Program, Said
from bench.rounds import in_turns
from bench.servers import Simulated, document, simulated
from bench.simulated import Link, simulate
from bench.timing import Run, timed


@dataclass(slots=True)
class Score:
    """How often a program was wrong in all its runs, and why that is hard."""

    called_dead: Counter[str] = field(default_factory=Counter)
    called_alive: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        """Alive links that were called dead, and dead ones that were called alive."""
        return self.called_dead.total() + self.called_alive.total()

    def take(self, link: Link, said: Said) -> None:
        """Compare what was said with the truth."""
        match said:
            case Said.UNDECIDED:
                self.undecided[link.why] += 1
            case Said.ALIVE if not link.alive:
                self.called_alive[link.why] += 1
            case Said.DEAD if link.alive:
                self.called_dead[link.why] += 1
            case _:
                pass


def measure(
    programs: Sequence[Program], number: int, hanging: float, *, rounds: int, seed: int
) -> None:
    """Measure, and print costs, wrong verdicts and what the server did."""
    web = simulate(seed, number, hanging)
    hosts = len({host for host, _ in web.replies} | web.hosts.keys())
    table.title(
        f"Simulated web: {number} links, {hosts} hosts, {hanging:.0%} of them hanging, seed {seed}"
    )
    scores = {program.name: Score() for program in programs}
    did: dict[str, Mapping[str, float]] = {}

    def once(program: Program) -> Run:
        with TemporaryDirectory() as name, simulated(seed, number, hanging) as site:
            run, said = _asked(program, web.links, site, Path(name))
        for link in web.links:
            scores[program.name].take(link, said[link])
        did[program.name] = site.did
        return run

    runs = in_turns(programs, rounds, once, warm=False)
    table.costs(runs, number)
    table.walls(runs, aim=0.3 if hanging else 1.0)
    for name, score in scores.items():
        _print(name, score, did[name], rounds)


def _asked(
    program: Program, links: Sequence[Link], site: Simulated, directory: Path
) -> tuple[Run, Mapping[Link, Said]]:
    urls = {link.url(site.port, site.closed): link for link in links}
    path = document(directory / "links.md", list(urls))
    report = directory / "report.json"
    run = timed([*program.command, *program.as_data, str(path)], directory, report)
    said = program.read(report, list(urls))
    return run, {link: said[url] for url, link in urls.items()}


def _print(name: str, score: Score, did: Mapping[str, float], rounds: int) -> None:
    table.figure(f"{name}: wrong verdicts a run", [score.wrong / rounds], 0)
    for words, counted in (
        ("alive, called dead", score.called_dead),
        ("dead, called alive", score.called_alive),
        ("undecided", score.undecided),
    ):
        if counted:
            parts = (f"{why} {count / rounds:g}" for why, count in counted.most_common())
            table.note(f"  {words}: {', '.join(parts)}")
    table.note(
        f"  the server, last run: {did['requests']:.0f} requests, {did['cpu_ms']:.3f} ms CPU each, "
        f"{did['limited']:.0f} answered with 429, one host in its busiest second: "
        f"{did['busiest']:.0f}"
    )

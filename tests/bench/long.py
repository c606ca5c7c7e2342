"""A long run with a history: its memory over time, and what a kill in the middle costs."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import table
from bench.programs import Program
from bench.servers import Nginx, document, nginx
from bench.simulated import address
from bench.timing import Run, timed
from crawler.recorder import BATCH
from crawler.settings import PaceSettings

POINTS = 10
# Each page is another, as pages are: sites that all show the same one are no proof of a network,
# and nothing is recorded before there is one.
SERVERS = """server { listen PORT backlog=4096; default_type text/html; location / {
  return 200 "<!doctype html><html lang=en><title>$host$uri</title><p>words of a page"; } }"""


def measure(program: Program, number: int, hosts: int) -> None:
    """Measure a whole run, then one that is killed at a third and gone on with."""
    table.title(f"Long run with a history: {number} links, {hosts} hosts")
    with TemporaryDirectory() as name, nginx(Path(name), logged=True, servers=SERVERS) as site:
        run = _run(program, _document(Path(name), number, hosts, site), Path(name))
        table.costs({"crawl": [run]}, number)
        _memory(run.memory)
        table.figure("peak memory, MB", [run.peak], 150)
        _asked_twice(site, 0)
        _whole(Path(name), number)
    table.title("The same, killed at a third and gone on with")
    with TemporaryDirectory() as name, nginx(Path(name), logged=True, servers=SERVERS) as site:
        path = _document(Path(name), number, hosts, site)
        killed = _run(program, path, Path(name), until=(site, number // 3))
        asked = len(site.asked())
        again = _run(program, path, Path(name))
        whole = replace(again, wall=killed.wall + again.wall, cpu=killed.cpu + again.cpu)
        table.costs({"both": [whole]}, number)
        table.note(f"killed after {killed.wall:.1f} s (exit {killed.code}), {asked} links asked")
        # What was asked and not yet written when the kill came: a batch, and what was under way.
        _asked_twice(site, BATCH + PaceSettings().concurrency)
        _whole(Path(name), number)


def _document(directory: Path, number: int, hosts: int, site: Nginx) -> Path:
    urls = [f"http://{address(index % hosts)}:{site.port}/{index}" for index in range(number)]
    return document(directory / "links.md", urls)


def _run(
    program: Program, path: Path, directory: Path, until: tuple[Nginx, int] | None = None
) -> Run:
    def enough() -> bool:
        return until is not None and until[0].log.read_bytes().count(b"\n") >= until[1]

    command = [*program.command, "--db", str(directory / "crawl.db"), str(path)]
    return timed(command, directory, directory / "report", enough=enough if until else None)


def _memory(samples: Sequence[tuple[float, float]]) -> None:
    chosen = samples[:: max(1, len(samples) // POINTS)]
    table.note("MB over time: " + ", ".join(f"{size:.0f} at {at:.0f} s" for at, size in chosen))


def _asked_twice(site: Nginx, aim: int) -> None:
    counted = Counter(path for _, path in site.asked())
    twice = sum(count > 1 for count in counted.values())
    table.figure("links asked twice", [twice], aim)


def _whole(directory: Path, number: int) -> None:
    """Read the report's last line: it counts every link."""
    last = (directory / "report").read_text("utf-8").strip().rpartition("\n")[2]
    fine = re.search(r"(\d+) ok", last.replace(",", ""))
    table.figure("links that the report lacks", [number - int(fine[1] if fine else 0)], 0)

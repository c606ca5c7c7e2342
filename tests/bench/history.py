"""A history of many looks: what reading it and looking after it costs, as users call it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from bench import past, table
from bench.timing import Run, spread, timed

LOOKS = 100
# Commands, and the seconds that they may take at a million looks.
COMMANDS: Sequence[tuple[tuple[str, ...], float | None]] = (
    (("--version",), None),
    (("report", "--output", "report.md"), 1.0),
    (("show", str(past.address(3))), 0.2),
    (("db", "stats"), None),
    (("db", "verify"), None),
    (("db", "backup", "copy.db"), None),
    (("db", "export", "history.jsonl"), None),
    (("db", "export", "history.parquet"), None),
    (("db", "import", "history.jsonl", "--db", "merged.db"), None),
    (("db", "prune", "--older-than", "0", "--db", "copy.db"), None),
)


def measure(program: str | None, links: int, looks: int, rounds: int) -> None:
    """Write a history of `links` times `looks` looks, and call each command on it."""
    table.title(f"A history of {links} links, {looks} looks at each")
    called = (program,) if program else (sys.executable, "-m", "crawler")
    with TemporaryDirectory() as name:
        directory = Path(name)
        begun = process_time()
        past.write(directory / "crawl.db", links, looks)
        size, cpu = (directory / "crawl.db").stat().st_size, process_time() - begun
        table.note(f"{size / 1e6:.0f} MB, made up and recorded in {cpu:.1f} s of CPU time")
        for words, aim in COMMANDS:
            # What makes a file that must not be there, or changes one, is called once.
            times = 1 if words[0] == "db" else rounds
            _tell(words, [timed([*called, *words], directory) for _ in range(times)], aim)
        smaller = (directory / "copy.db").stat().st_size
        table.note(f"{smaller / 1e6:.0f} MB when pruned")


def _tell(words: Sequence[str], runs: Sequence[Run], aim: float | None) -> None:
    table.figure(f"{' '.join(words[:3])}, wall s", [run.wall for run in runs], aim)
    cpu, peak = spread([run.cpu for run in runs])[0], spread([run.peak for run in runs])[0]
    codes = sorted({run.code for run in runs})
    table.note(f"  CPU {cpu:.2f} s, {peak:.0f} MB at most, exit {codes}")

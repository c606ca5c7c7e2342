"""A check on a pull request: what a change costs, beside lychee on the files that it has changed.

The repository is large and the change small: in one document words alone, or ten new links.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from commits import branched, run, write

from bench import table
from bench.programs import Program
from bench.rounds import in_turns
from bench.servers import nginx
from bench.simulated import address
from bench.timing import Run, spread, timed

A_DOCUMENT: Final = 100
"""Links of one document."""

HOSTS: Final = 500
CHANGED: Final = "docs/00007.md"
CHANGES: Final = {"no link": 0, "ten links": 10}


def measure(programs: Sequence[Program], number: int, *, rounds: int) -> None:
    """Check changes to a repository with so many links; print medians, and ratios of pairs."""
    documents = number // A_DOCUMENT
    with TemporaryDirectory() as name, nginx(Path(name), logged=True) as site:
        top = Path(name) / "repository"
        top.mkdir()
        port, texts = site.port, {}
        for document in range(documents):
            links = range(document * A_DOCUMENT, (document + 1) * A_DOCUMENT)
            texts[f"docs/{document:05}.md"] = f"# Document {document}\n\n{_listed(links, port)}"
        branched(top, texts)
        for words, new in CHANGES.items():
            table.title(f"A change of {words} in a repository of {documents} documents")
            text = texts[CHANGED] + "Words.\n\n" + _listed(range(number, number + new), port)
            write(str(top / CHANGED), text)
            run(top, "commit", "-qam", words)
            for program in programs:
                before = len(site.asked())
                _timed(program, top)
                table.note(f"{program.name:<8} asks {len(site.asked()) - before} links")
            _told(in_turns(programs, rounds, lambda each: _timed(each, top), warm=False))


def _listed(links: range, port: int) -> str:
    urls = (f"http://{address(link % HOSTS)}:{port}/{link}" for link in links)
    return "".join(f"- words of a list and [a link]({url}) in them.\n" for url in urls)


def _timed(program: Program, top: Path) -> Run:
    ours = program.name == "crawl"
    given = ("--base", "main", "docs") if ours else (CHANGED,)
    done = timed([*program.command, *given], top, environment=program.environment)
    if done.code != 0:
        raise SystemExit(f"{program.name} reports what is not broken.")
    return done


def _told(runs: Mapping[str, Sequence[Run]]) -> None:
    for name, every in runs.items():
        wall, cpu = spread([each.wall for each in every]), spread([each.cpu for each in every])
        table.note(
            f"{name:<8} {wall[0]:6.2f} s wall ({wall[1]:.2f} to {wall[2]:.2f}), "
            f"{cpu[0]:5.2f} s CPU ({cpu[1]:.2f} to {cpu[2]:.2f}), {len(every)} runs"
        )
    table.walls(runs)

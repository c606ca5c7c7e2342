"""Finding links: documents in, the list of their links out. Nothing is asked of any network."""

import random
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import table
from bench.programs import Program
from bench.rounds import in_turns
from bench.timing import Run, timed

A_DOCUMENT: Final = 100
"""Links of one document."""

TEXT: Final = (
    "the quick brown fox jumps over a lazy dog while somebody reads of links and their rot"
)
WORDS: Final = tuple(TEXT.split())


def measure(programs: Sequence[Program], number: int, *, rounds: int, seed: int) -> None:
    """List the links of Markdown documents with each program, and print costs."""
    table.title(f"Finding {number} links in {number // A_DOCUMENT} documents")
    with TemporaryDirectory() as name:
        tree = Path(name) / "documents"
        _write(tree, number // A_DOCUMENT, random.Random(seed))  # noqa: S311 - no secret

        def once(program: Program) -> Run:
            return timed([*program.command, str(tree)], Path(name), Path(name) / "list")

        runs = in_turns(programs, rounds, once, warm=True)
    table.costs(runs, number)
    table.walls(runs)


def _write(tree: Path, documents: int, chance: random.Random) -> None:
    tree.mkdir()
    for document in range(documents):
        lines = [f"# Document {document}\n\n"]
        for link in range(A_DOCUMENT):
            label, words = chance.choice(WORDS), " ".join(chance.choices(WORDS, k=24))
            host = f"host{chance.randrange(5000)}.test.invalid"
            lines.append(f"- {words} [{label}](https://{host}/{document}/{link}.html), and on.\n")
        (tree / f"{document:05}.md").write_text("".join(lines), "utf-8")

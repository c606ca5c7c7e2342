"""Programs take turns, so that what else the machine does falls on all of them."""

from collections.abc import Callable, Mapping, Sequence

from bench.programs import Program
from bench.timing import Run


def in_turns(
    programs: Sequence[Program], rounds: int, once: Callable[[Program], Run], *, warm: bool
) -> Mapping[str, Sequence[Run]]:
    """Run each program once a round; `warm` adds a first round that does not count."""
    runs: dict[str, list[Run]] = {program.name: [] for program in programs}
    for _ in range(rounds + warm):
        for program in programs:
            runs[program.name].append(once(program))
    return {name: every[int(warm) :] for name, every in runs.items()}

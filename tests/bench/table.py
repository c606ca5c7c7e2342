"""What is printed: medians with their spread, ratios of pairs, and the aims beside them."""

import sys
from collections.abc import Mapping, Sequence

from bench.timing import Run, spread


def title(words: str) -> None:
    """Print what is measured now."""
    _say(f"\n{words}")


def costs(runs: Mapping[str, Sequence[Run]], links: int) -> None:
    """Print a line for each program: medians, and the least and greatest wall time."""
    for program, every in runs.items():
        wall, least, most = spread([run.wall for run in every])
        cpu = spread([run.cpu * 1000 / links for run in every])[0]
        peak = spread([run.peak for run in every])[0]
        codes = ",".join(str(code) for code in sorted({run.code for run in every}))
        _say(
            f"  {program:<8} {wall:7.2f} s wall ({least:.2f} to {most:.2f}), {cpu:6.2f} ms CPU a "
            f"link, {peak:5.0f} MB at most, exit {codes}, {len(every)} runs"
        )


def walls(runs: Mapping[str, Sequence[Run]], aim: float | None = None) -> None:
    """Print the ratio of each pair of runs, crawl to lychee: wall time, and CPU time."""
    if len(runs) < 2:
        return
    pairs = list(zip(runs["crawl"], runs["lychee"], strict=True))
    figure("wall, crawl / lychee", [ours.wall / theirs.wall for ours, theirs in pairs], aim)
    figure("CPU, crawl / lychee", [ours.cpu / theirs.cpu for ours, theirs in pairs])


def figure(name: str, values: Sequence[float], aim: float | None = None) -> None:
    """Print a median with its spread, and whether it is at most what is aimed at."""
    middle, least, most = spread(values)
    between = f" ({least:.2f} to {most:.2f})" if len(values) > 1 else ""
    verdict = "" if aim is None else f"   aim: {aim:g} at most, {_met(met=middle <= aim)}"
    _say(f"  {name}: {middle:.2f}{between}{verdict}")


def note(words: str) -> None:
    """Print what is to be known beside the figures."""
    _say(f"  {words}")


def _met(*, met: bool) -> str:
    return "met" if met else "MISSED"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()

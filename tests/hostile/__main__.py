"""Visit the hostile web by hand, and print what was said of it and what it cost.

PYTHONPATH=tests python -m hostile [PATTERN] [--alone] [--many] [--wrong]
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from hostile.families import BEHAVIOURS
from hostile.visit import visited

MANY = ("--engine", "dask", "--workers", "2")


def main() -> int:
    """Visit, print, and return whether anything was wrong."""
    parser = argparse.ArgumentParser(prog="hostile", description=__doc__)
    parser.add_argument("pattern", nargs="?", default="", help="only behaviours of such names")
    parser.add_argument("--alone", action="store_true", help="without the fast stack")
    parser.add_argument("--many", action="store_true", help="by two processes of a cluster")
    parser.add_argument("--wrong", action="store_true", help="print only what is not as expected")
    given = parser.parse_args()
    behaviours = [each for each in BEHAVIOURS if re.search(given.pattern, each.name)]
    wrong = 0
    with (
        tempfile.TemporaryDirectory() as directory,
        visited(
            behaviours, Path(directory), *(MANY if given.many else ()), alone=given.alone
        ) as visit,
    ):
        for each in behaviours:
            verdict = visit.verdict(each)
            right = verdict == each.expected
            wrong += not right
            if not right or not given.wrong:
                slowest = max((row["elapsed_ms"] or 0 for row in visit.rows(each)), default=0)
                note = "" if right else f"  expected {each.expected}"
                print(f"{each.name:45} {slowest:6} ms  {verdict}{note}")  # noqa: T201
        print(visit.errors, end="", file=sys.stderr)  # noqa: T201
        links = sum(len(each.urls) for each in behaviours)
        print(  # noqa: T201
            f"{len(behaviours)} behaviours, {links} links, {wrong} wrong: "
            f"{visit.seconds:.1f} s, {visit.peak / 2**20:.0f} MiB at most, "
            f"{visit.web.trapped} in the trap, exit code {visit.code}"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Run after the tests: the pure core must be covered whole, branches and all.

What is pure stands in one place, the import contract of pyproject.toml.
"""

import sys
import tomllib
from pathlib import Path
from typing import Final

import coverage

PROJECT: Final = Path(__file__).parent.parent
CONTRACT: Final = "The core does no I/O and does not know the time"
# These read or write files of ours, and hold what must not go wrong all the same.
BESIDES: Final = (
    "crawler.annal_rows",
    "crawler.collect",
    "crawler.columnar",
    "crawler.copy_rows",
    "crawler.dress",
    "crawler.kept",
    "crawler.proper",
    "crawler.repairs",
    "crawler.rows",
    "crawler.scratch",
    "crawler.settings",
    "crawler.signatures",
    "crawler.state_rows",
)


def core() -> list[str]:
    """Return the modules of the contract, and those beside them."""
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = told["tool"]["importlinter"]["contracts"]
    (modules,) = (each["source_modules"] for each in contracts if each["name"] == CONTRACT)
    return sorted({*modules, *BESIDES})


def files(module: str) -> list[Path]:
    """Return the source of a module, or of a family with all its members."""
    path = PROJECT.joinpath(*module.split("."))
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def main() -> int:
    measured = coverage.Coverage()
    measured.load()
    sources = [str(path) for module in core() for path in files(module)]
    total = measured.report(include=sources, show_missing=True, skip_covered=True)
    if total < 100:
        print(f"The core is covered to {total:.2f} %; it must be 100 %.")  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

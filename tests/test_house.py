"""What the house forbids, a test forbids."""

import ast
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import commits
import core_coverage
import pytest
from bench import past

import crawler
from crawler import advice, cli, documents, patches, reports
from crawler.cli import COMMANDS
from crawler.model import FailureKind
from crawler.reasons import BY_CODE
from crawler.urls import Rejection
from crawler.verdicts import RULES

ROOT = Path(crawler.__file__).parent
PROJECT = ROOT.parent
MODULES = sorted(ROOT.rglob("*.py"))
MAX_LINES = 360
MAX_NOUNS = 800  # they stay in one file, by design
MAX_FUNCTION = 40


def _module(each: reports.Format) -> str:
    assert isinstance(each.render, reports.Written)
    return each.render.module


def members(family: ModuleType) -> set[str]:
    return {f"{family.__name__}.{found.name}" for found in pkgutil.iter_modules(family.__path__)}


@pytest.mark.parametrize(
    ("family", "registered"),
    [
        (documents, {f"crawler.documents.{each.name}" for each in documents.FORMATS}),
        (reports, {f"crawler.reports.{_module(each)}" for each in reports.FORMATS}),
        (patches, {getattr(each.render, "__module__", "") for each in patches.FORMATS}),
        (
            advice,
            {getattr(each, "__module__", "") for each in advice.ADVISORS},
        ),
        (cli, {f"crawler.cli.{row.name}" for row in COMMANDS}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_module_of_a_family_is_registered(family: ModuleType, registered: set[str]) -> None:
    assert members(family) == registered


def test_formats_do_not_claim_the_same_ending() -> None:
    suffixes = [suffix for each in documents.FORMATS for suffix in each.suffixes]
    names = [name for each in documents.FORMATS for name in each.names]
    assert len(suffixes) == len(set(suffixes))
    assert len(names) == len(set(names))
    assert all(each == each.lower() for each in (*suffixes, *names))


def test_every_way_to_fail_and_to_be_rejected_has_a_reason() -> None:
    assert set(FailureKind) <= BY_CODE.keys()
    assert set(Rejection) <= BY_CODE.keys()


def test_every_rule_says_why() -> None:
    assert all(rule.__doc__ for rule in RULES)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    limit = MAX_NOUNS if path.name == "model.py" else MAX_LINES
    assert len(path.read_text("utf-8").splitlines()) <= limit
    for function in functions(path):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= MAX_FUNCTION, function.name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_for_and_catches_nothing_broadly(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            broad = {"Exception"} & {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
            assert not broad


def test_what_must_be_covered_whole_is_what_the_contract_calls_pure() -> None:
    core = core_coverage.core()
    assert len(core) > 60
    assert all(path.is_file() for module in core for path in core_coverage.files(module))
    told = (PROJECT / "pyproject.toml").read_text("utf-8").partition(core_coverage.CONTRACT)[2]
    pure = re.findall('^  "(crawler[.].*)",$', told.partition("forbidden_modules")[0], re.MULTILINE)
    assert pure == sorted(pure), "one name a line, in order: so that changes do not collide"
    assert sorted({*pure, *core_coverage.BESIDES}) == core
    assert not {*pure} & {*core_coverage.BESIDES}


def test_the_documentation_is_what_the_code_says() -> None:
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(PROJECT / "docs" / "generate.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_dependency_has_its_reason() -> None:
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [text.partition(">")[0] for text in project["dependencies"]]
    page = (PROJECT / "docs" / "design.md").read_text("utf-8")
    section = page.partition("## Dependencies")[2].partition("##")[0]
    assert all(name in section for name in names)


HEAVY = {"asyncio", "ftfy", "httpx", "pypdf", "regex", "rich", "sqlite_utils", "yaml"}
OF_PAGES = {"selectolax", "crawler.page", "crawler.verdicts"}


@pytest.mark.parametrize(
    ("words", "modules"),
    [
        (["--help"], {*HEAVY, *OF_PAGES, "sqlite3"}),
        (["show", str(past.address(3))], {*HEAVY, *OF_PAGES}),
        (["show", str(past.address(3)), "--format", "json"], {*HEAVY, *OF_PAGES}),
        (["report"], HEAVY),
    ],
    ids=["help", "show", "show as JSON", "report"],
)
def test_what_reads_needs_none_of_the_heavy_modules(
    words: list[str], modules: set[str], tmp_path: Path
) -> None:
    past.write(tmp_path / "crawl.db", links=20, nights=3)
    assert printed(words, modules, tmp_path).endswith("loaded: []\n")


def printed(words: list[str], modules: set[str], directory: Path) -> str:
    """Return what a call of `crawl` prints in a directory, and which of some modules it loads."""
    code = (
        f"import sys; sys.argv = ['crawl', *{words}]\n"
        "from crawler.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code\n"
        f"print('loaded:', sorted({modules} & sys.modules.keys()))\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, check=True
    )
    return done.stdout


OF_ASKING = {
    "crawler.advice", "crawler.crawl", "crawler.fetch", "crawler.following", "crawler.guard",
    "crawler.health",
    "crawler.reports.html", "crawler.sites", "crawler.store", "pyreqwest",
}  # fmt: skip


def test_a_change_without_a_new_link_needs_nothing_that_asks(tmp_path: Path) -> None:
    commits.branched(tmp_path, {"a.md": "<https://a.example/>\n"})
    commits.write(str(tmp_path / "a.md"), "<https://a.example/>\n\nMore words.\n")
    # git is waited for, and not asked what became of files that no link leads to.
    unwanted = (HEAVY - {"asyncio"}) | OF_PAGES | OF_ASKING | {"crawler.renames"}
    told = printed(["check", "--base", "main", "."], unwanted, tmp_path)
    assert told.endswith("No links.\nloaded: []\n"), told


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("import httpx", "crawler.probe"),
        ("import time", "crawler.health"),
        ("from crawler import store", "crawler.verdicts"),
        ("from crawler.documents import html", "crawler.documents.markdown"),
        ("import click", "crawler.store"),
        ("from crawler.transport import Resolver", "crawler.crawl"),
    ],
)
def test_the_import_contracts_bite(tmp_path: Path, line: str, module: str) -> None:
    import shutil  # noqa: PLC0415

    copy = tmp_path / "crawler"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    path = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
    path.write_text(f"{line}\n{path.read_text('utf-8')}", "utf-8")
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(  # noqa: S603 - the linter that `make contracts` runs
        [str(lint), "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_every_module_can_be_imported() -> None:
    for path in MODULES:
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        if not name.endswith("__main__"):
            import_module(name.removesuffix(".__init__"))

"""Patterns of paths: git is the oracle, and nothing takes long."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.wildcards import path_pattern, rules

PATHS = (
    "a", "b", "ab", "aXb", "a.b", "a-b", "a b", "a ", "a]b", "a[b", "a\\b", "!a", "#a", "A", "0",
    "-", "^", "]", ".a", "a.md", ".a.md", "d/a", "d/ab", "d/e/a", "d/e/f/a", "d/.x/a.md", "e/d/a",
    "a/b/c", "a/x/c", "a/x/y/c", "x/a/b",
)  # fmt: skip


def ignored_by_git(lines: str, directory: Path) -> list[str]:
    (directory / ".gitignore").write_text(lines, encoding="utf-8")
    done = subprocess.run(
        ["git", "-c", "core.excludesFile=", "check-ignore", "--no-index", "-z", "--stdin"],  # noqa: S607 - git is wherever it is
        input="\0".join(PATHS), capture_output=True, text=True, cwd=directory, check=False,
    )  # fmt: skip
    assert done.returncode < 2, done.stderr
    return [path for path in done.stdout.split("\0") if path]


def ignored_by_us(lines: str) -> list[str]:
    told = rules(lines.split("\n"))
    return [path for path in PATHS if told.ignore(path)]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet"], cwd=directory, check=True)  # noqa: S607 - as above
    return directory


@pytest.mark.parametrize(
    "lines",
    [
        "a", "/a", "a/", "d/", "d/*", "d/**", "**/a", "a/**/c", "**", "/**", "**/", "*", "/*", "*/",
        "*/a", "a*b", "a**b", "?", "a?b", "[ab]", "[!ab]", "[^ab]", "[a-z]", "[z-a]", "[]]", "[a-]",
        "[-a]", "a[]", "[", "[]", "a[b", "[[:alpha:]]", "[[:upper:][:digit:]]", "[[:nothing:]]",
        "[[:alpha:]", "a\\*", "\\a", "a\\", "a\\\\b", "\\!a", "\\#a", "#a", "!a", "a\\ ", "a ",
        "a  ", "a\t", " a", "a\r", "/", "//", "!", "d//a", "*.md", ".*", "*\n!a", "*\n!*/\n!a.md",
        "d/\n!d/a", "d/*\n!d/a", "/d/*/a", "d/**/a", "**/d/**", "x/**/b", "*a*b*",
        "[[]", "[\\]]", "[a\\-z]", "\\[", "a[[]b", "**/**/a", "a/**/**/c", "d/**/",
    ],
)  # fmt: skip
def test_rules_say_what_git_says(repository: Path, lines: str) -> None:
    assert ignored_by_us(lines) == ignored_by_git(lines, repository)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text(st.sampled_from("ab/*?[]!-^.\\# d"), max_size=8), max_size=4).map("\n".join)
)
def test_any_rules_say_what_git_says(repository: Path, lines: str) -> None:
    # A class that spans a slash is matched by git, and here by nothing.
    if not re.search(r"\[[^]\n]*/|\[\]?[^]\n]*/", lines):
        assert ignored_by_us(lines) == ignored_by_git(lines, repository)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*.md", "a.md", True),
        ("*.md", "d/a.md", False),
        ("*.md", ".a.md", False),
        (".*.md", ".a.md", True),
        ("**/*.md", "a.md", True),
        ("**/*.md", "d/e/a.md", True),
        ("d/**", "d/e/a.md", True),
        ("d/**", "d", False),
        ("d/**/e/**/f.md", "d/e/f.md", True),
        ("d/**/e/**/f.md", "d/x/e/y/z/f.md", True),
        ("d/**/e/**/f.md", "d/x/y/z/f.md", False),
        ("[ab].md", "a.md", True),
        ("[!ab].md", "a.md", False),
        ("a[.md", "a[.md", True),
        ("?[*", "a[b", True),
        ("a\\*", "a\\b", True),
        ("*/a.md", "d/a.md", True),
        ("**", ".a", False),
        ("**/a.md", ".d/a.md", False),
    ],
)
def test_patterns_as_shells_know_them(pattern: str, path: str, *, fits: bool) -> None:
    assert path_pattern(pattern.split("/")).matches(path) is fits


def test_hidden_names_may_be_meant_by_stars() -> None:
    assert path_pattern(["*.md"], hidden=True).matches(".a.md")


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 100 + "b", "a" * 255),
        ("?*" * 100 + "b", "a" * 255),
        ("[a]*" * 60 + "b", "a" * 255),
        ("**/a/" * 30 + "b", "a/" * 300 + "c"),
        ("**/" * 2000 + "b", "a/" * 300 + "c"),
        ("*/" * 1000 + "b", "a/" * 300 + "c"),
        ("[" * 2000, "[" * 255),
        ("[a-" * 2000, "a" * 255),
        ("[[:" * 2000, "a" * 255),
    ],
)
def test_no_pattern_takes_long(pattern: str, path: str) -> None:
    begun = time.process_time()
    rules([pattern, f"!{pattern}"]).say(path)
    path_pattern(pattern.split("/")).matches(path)
    assert time.process_time() - begun < 4

"""The hooks of `.pre-commit-hooks.yaml`, called as pre-commit calls them."""

import shlex
from pathlib import Path
from typing import Any, Final

import commits
import pytest
import yaml
from commandline import Crawl, Done

import crawler

ROOT: Final = Path(crawler.__file__).parents[1]
HOOKS: Final[dict[str, dict[str, Any]]] = {
    each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}


@pytest.fixture
def crawl(crawl: Crawl, tmp_path: Path) -> Crawl:
    commits.branched(tmp_path, {"README.md": "# A\n\n[old](gone.md)\n", "b.md": "# B\n"})
    commits.run(tmp_path, "update-ref", "refs/remotes/origin/main", "main")
    commits.run(tmp_path, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    return crawl


def hooked(crawl: Crawl, name: str, *more: str) -> Done:
    hook = HOOKS[name]
    program, *entry = shlex.split(hook["entry"])
    assert program == "crawl"
    assert not hook["pass_filenames"]
    return crawl(*entry, *more, *hook["args"])


def test_what_they_are() -> None:
    assert list(HOOKS) == ["crawl-local", "crawl"]
    for hook in HOOKS.values():
        assert (hook["language"], hook["require_serial"], hook["always_run"]) == (
            "python", True, True,
        )  # fmt: skip
    assert HOOKS["crawl-local"]["stages"] == ["pre-commit"]
    assert HOOKS["crawl"]["stages"] == ["pre-push", "manual"]
    assert "--offline" in HOOKS["crawl-local"]["entry"]


def test_a_commit_is_stopped_for_what_it_adds_or_breaks_alone(crawl: Crawl) -> None:
    commits.write("a b.md", "[there](b.md) and <https://a.example/>\n")
    commits.run(Path(), "add", "-A")
    assert hooked(crawl, "crawl-local").code == 0
    commits.write("a b.md", "[nowhere](c.md)\n")
    assert hooked(crawl, "crawl-local").code == 0, "it is not staged"
    commits.run(Path(), "add", "-A")
    done = hooked(crawl, "crawl-local")
    assert (done.code, "a b.md:1:11" in done.out, "gone.md" in done.out) == (1, True, False)


def test_a_commit_that_only_deletes_a_file_is_stopped_if_it_is_linked_to(crawl: Crawl) -> None:
    commits.write("a.md", "[there](b.md)\n")
    commits.commit()
    commits.run(Path(), "rm", "-q", "b.md")
    done = hooked(crawl, "crawl-local")
    assert (done.code, "a.md:1:9" in done.out) == (1, True)


def test_a_push_is_stopped_for_what_the_branch_adds(crawl: Crawl) -> None:
    assert hooked(crawl, "crawl", "--offline").code == 0
    commits.write("a.md", "[nowhere](c.md)\n")
    commits.commit()
    done = hooked(crawl, "crawl", "--offline")
    assert (done.code, "a.md:1:11" in done.out, "gone.md" in done.out) == (1, True, False)


def test_the_first_commit_of_all_is_checked(crawl: Crawl) -> None:
    commits.run(Path(), "checkout", "-q", "--orphan", "first")
    done = hooked(crawl, "crawl-local")
    assert (done.code, "gone.md" in done.out) == (1, True)
    commits.write("gone.md", "# There\n")
    commits.run(Path(), "add", "-A")
    assert hooked(crawl, "crawl-local").code == 0


def test_a_push_from_a_clone_that_knows_no_default_branch_is_told_what_to_do(crawl: Crawl) -> None:
    commits.run(Path(), "symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    done = hooked(crawl, "crawl", "--offline")
    assert done.code == 2
    assert "`git remote set-head origin --auto` does, or name a branch" in done.err

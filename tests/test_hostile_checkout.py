"""In a stranger's checkout: nothing of it is imported or run, and its names command nobody."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from commits import branched, commit, run, write

BESIDE: Final = Path(sys.executable).parent
# What crawl, its dependencies or Python itself import, and what Python looks for when it starts.
MODULES: Final = (
    "asyncio", "certifi", "click", "contextlib", "crawl", "h11", "httpcore", "httpx", "json", "re",
    "selectolax", "sitecustomize", "sqlite3", "ssl", "tomllib", "typing", "usercustomize",
)  # fmt: skip
DEPENDENCIES: Final = ("click", "httpx", "h11", "json", "selectolax", "tomllib")


@pytest.fixture
def caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go into a checkout; return the file that tells that something of it was run."""
    top = tmp_path / "checkout"
    top.mkdir()
    monkeypatch.chdir(top)
    branched(top, {"README.md": "[here](README.md)\n"})
    return tmp_path / "caught"


def plant(path: str, caught: Path) -> None:
    write(path, f"open({str(caught)!r}, 'a').write(__name__)\nraise SystemExit(66)\n")


def program(path: str, caught: Path) -> None:
    write(path, f"#!/bin/sh\necho {path} >> '{caught}'\n")
    Path(path).chmod(0o755)


def check(*command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - ours
        [*command, "check", ".", "--offline", "--no-progress", "--base", "main"],
        capture_output=True, check=False, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [(str(BESIDE / "crawl"),), (sys.executable, "-P", "-m", "crawler"),
     (sys.executable, "-I", "-m", "crawler")],
    ids=["crawl", "python -P", "python -I"],
)  # fmt: skip
def test_no_module_of_a_checkout_is_imported(caught: Path, command: tuple[str, ...]) -> None:
    for name in MODULES:
        plant(f"{name}.py", caught)
    for name in ("__init__", "__main__", "cli", "version"):
        plant(f"crawler/{name}.py", caught)
    commit()
    done = check(*command)
    assert (done.returncode, done.stderr) == (0, b"")
    assert not caught.exists()


def test_without_an_option_for_it_dependencies_at_least_are_those_that_are_installed(
    caught: Path,
) -> None:
    for name in DEPENDENCIES:
        plant(f"{name}.py", caught)
    done = check(sys.executable, "-m", "crawler", PYTHONSAFEPATH="")
    assert (done.returncode, done.stderr) == (0, b"")
    assert not caught.exists()


@pytest.mark.skipif(os.name == "nt", reason="shell scripts are the trap")
def test_no_program_of_a_checkout_is_run(caught: Path) -> None:
    program("git", caught)
    program("bin/git", caught)
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        program(f".git/hooks/{hook}", caught)
    trap = str(Path("git").resolve())
    for name in (
        "core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass",
        "credential.helper", "diff.external", "diff.x.textconv", "diff.x.command", "gpg.program",
        "filter.x.clean", "filter.x.smudge", "filter.x.process", "merge.x.driver",
        "uploadpack.packObjectsHook", "core.alternateRefsCommand", "blame.ignoreRevsFile",
    ):  # fmt: skip
        run(Path(), "config", name, trap)
    for alias in ("cat-file", "ls-files", "ls-tree", "merge-base", "rev-parse", "blame"):
        run(Path(), "config", f"alias.{alias}", f"!{trap}")
    write(".gitattributes", "* filter=x diff=x merge=x text eol=crlf\n")
    write(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c trap\n\tupdate = !trap\n')
    write("README.md", "[here](README.md)\n[too](README.md)\n")
    caught.unlink(missing_ok=True)  # `git config` itself was asked with its hooks
    path = f".{os.pathsep}{os.pathsep}bin{os.pathsep}{os.environ['PATH']}"
    done = check(str(BESIDE / "crawl"), PATH=path, GITHUB_EVENT_NAME="pull_request")
    assert done.returncode == 0
    assert b"1 link in 1 place" in done.stdout
    assert not caught.exists()

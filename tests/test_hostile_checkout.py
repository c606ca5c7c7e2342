"""In a stranger's checkout: nothing of it is imported or run, and its names command nobody."""

import csv
import json
import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from commandline import called
from commits import branched, commit, run, write
from test_annotations import command_of

from crawler import reports

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


NAMES: Final = (
    b"a\n::error::x.md", b"a\r\n##[add-mask]x.md", b"::set-env name=A::b.md", b"%0A::error::.md",
    b"##[add-matcher]x.md", b"-rf.md", b"--output=x.md", b"\x1b]52;c;x\x07\x1b[31m.md",
    b"\xc2\x9b31m.md", b"\xff\xfe.md", b"caf\xe9 \xed\xa0\x80.md", b"\xe2\x80\xaetxt.md",
    b"<script>alert(1)<!--.md", b"]]>&lt;&#0;.md", b"a`b|c](x)*.md", b"$(touch x);.md",
    b"@everyone fixes #1.md", b"=cmd'|'x.md", b"a\\..\\b.md", b"a,b;c=d.md", b"\t .md",
    b"{0} {{ x }} ${X}.md",
)  # fmt: skip
HARMFUL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
TOLD: Final = ("error", "warning", "notice")


@pytest.mark.parametrize("format_", sorted(set(reports.OF_RUNS) - {"badge", "badge-json"}))
@pytest.mark.usefixtures("caught")
def test_names_of_files_command_nobody(
    format_: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        for name in NAMES:
            write(os.fsdecode(name), "[bad](nowhere.md)\n")
            write(f"{os.fsdecode(name)[:-3]}/{os.fsdecode(name)}", "[bad](nowhere.md)\n")
    except OSError:
        pytest.skip("this file system has no such names")
    write(os.fsdecode(NAMES[0][:-3] + b"/binary.md"), b"\0\0")
    commit()
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    arguments = ("check", ".", "--offline", "--base", "main", "-v", "--format", format_)
    done = called(arguments, monkeypatch, capsys)
    assert done.code == 1
    for text in (done.out, done.err):
        assert not HARMFUL.search(text.replace("\r\n", "\n"))
        told = [each for each in map(command_of, text.splitlines()) if each]
        assert all(each.name in TOLD for each in told)
        assert bool(told) == (format_ == "github" and text is done.out)
    check_form(format_, done.out)


def check_form(format_: str, text: str) -> None:
    """Hold a report to the grammar of its format."""
    if format_ in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(text)
    elif format_ == "jsonl":
        assert len([json.loads(line) for line in text.splitlines()]) == 2 * len(NAMES)
    elif format_ == "junit":
        assert len(list(ET.fromstring(text).iter("testcase"))) == 2 * len(NAMES) + 1  # noqa: S314 - we wrote it
    elif format_ == "csv":
        rows = list(csv.reader(StringIO(text)))
        assert len(rows) == 2 * len(NAMES) + 1
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "-"))]
    elif format_ in ("html", "markdown", "github-summary"):  # in code it is code
        assert "<script>alert" not in re.sub("`[^`\n]*`", "", text)

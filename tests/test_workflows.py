"""The workflows in docs/: what they may do, and what they do, with a `gh` that takes notes."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from commandline import Handler, answered_by
from commits import branched, run
from test_reports import RUN, row

import crawler
from crawler import reports
from crawler.cli import COMMANDS
from crawler.model import Report

ROOT: Final = Path(crawler.__file__).parents[1]
FILES: Final = sorted((ROOT / "docs" / "workflows").glob("*.yml"))
COMMAND: Final = re.compile(r"\bcrawl ((?:run|report|check|fix) [^&|;>\n]*)")
GITLAB: Final = ROOT / "docs" / "gitlab-ci.yml"

# What answers in the place of GitHub: it takes notes, and says what it was told to.
GH: Final = """\
#!{python}
import json, pathlib, sys
told = sys.argv[1:]
here = pathlib.Path({here!r})
with (here / "calls").open("a") as file:
    print(json.dumps(told), file=file)
answers = json.loads((here / "answers").read_text())
line = " ".join(told)
answer = next((said for part, said in answers.items() if part in line), "")
if answer.endswith(".zip"):
    sys.stdout.buffer.write(pathlib.Path(answer).read_bytes())
else:
    print(answer, end="")
"""


def flow(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(
        (ROOT / "docs" / "workflows" / f"{name}.yml").read_text()
    )
    return found


def steps_of(name: str) -> list[dict[str, Any]]:
    (job,) = flow(name)["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_workflow_may_do_what_it_must_and_is_bounded(path: Path) -> None:
    told = flow(path.stem)
    # YAML 1.1 takes `on` for a boolean; GitHub does not.
    assert told.keys() == {"name", True, "permissions", "concurrency", "jobs"}
    assert set(told["permissions"].values()) <= {"read"}
    assert "group" in told["concurrency"]
    (job,) = told["jobs"].values()
    assert 0 < job["timeout-minutes"] <= 90
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step)
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] is False
        assert re.fullmatch(
            r"actions/[a-z/-]+@[0-9a-f]{40}|OWNER/crawl@v0\.1\.0|", step.get("uses", "")
        )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_expression_is_part_of_a_script(path: Path) -> None:
    for step in steps_of(path.stem):
        assert "${{" not in step.get("run", "")
        done = subprocess.run(
            ["bash", "-n"], input=step.get("run", ""), text=True, check=False  # noqa: S607
        )  # fmt: skip
        assert done.returncode == 0


def test_who_may_write_what() -> None:
    may = {path.stem: flow(path.stem)["jobs"].popitem()[1].get("permissions") for path in FILES}
    assert may == {
        "check": None,
        "comment": {"actions": "read", "pull-requests": "write"},
        "fix": {"contents": "write", "pull-requests": "write"},
        "scheduled": {"contents": "read", "issues": "write"},
    }
    assert flow("check")["permissions"] == {"contents": "read"}
    assert flow("comment")[True]["workflow_run"]["workflows"] == [flow("check")["name"]]
    assert not any("checkout" in step.get("uses", "") for step in steps_of("comment"))
    assert "secrets." not in "".join(path.read_text() for path in FILES)


def test_the_inputs_and_outputs_of_the_action_are_ones_that_it_has() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (used,) = [each for each in steps_of("check") if "OWNER/crawl" in each.get("uses", "")]
    assert set(used.get("with", {})) <= action["inputs"].keys()
    told = re.findall(r"steps\.links\.outputs\.([a-z-]+)", (FILES[0]).read_text())
    assert set(told) == {"json"} <= action["outputs"].keys()


@pytest.mark.parametrize("path", [*FILES, GITLAB], ids=lambda path: path.stem)
def test_every_command_is_one_that_there_is(path: Path) -> None:
    told = [each.strip() for each in COMMAND.findall(path.read_text("utf-8"))]
    assert told or path.stem == "check"
    for command in told:
        name, *arguments = shlex.split(command)
        if name in {each.name for each in COMMANDS}:
            import_module(f"crawler.cli.{name}").command.make_context(name, arguments)


def test_jobs_of_gitlab_keep_the_history_of_the_default_branch_to_themselves() -> None:
    told = yaml.safe_load(GITLAB.read_text())
    change, night = (told[f"links of {each}"] for each in ("a merge request", "every night"))
    assert change["cache"]["policy"] == "pull"
    assert night["resource_group"] == "links"
    assert told[".links"]["variables"]["GIT_DEPTH"] == "0"


# What they do


class Forge:
    """A machine with `crawl` and a `gh` that takes notes."""

    def __init__(self, top: Path) -> None:
        self.top, self.bin = top, top / "bin"
        self.bin.mkdir()
        self.program("gh", GH.format(python=sys.executable, here=str(top)))
        self.program(
            "crawl", f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m crawler "$@"\n'
        )
        self.answers: dict[str, str] = {}

    def program(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def __call__(self, step: dict[str, Any], **environment: str) -> int:
        (self.top / "answers").write_text(json.dumps(self.answers))
        done = subprocess.run(  # noqa: S603
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],  # noqa: S607
            cwd=self.top, check=False, capture_output=True, env={
                "PATH": f"{self.bin}:{os.environ['PATH']}", "HOME": str(self.top),
                "RUNNER_TEMP": str(self.top), "GITHUB_OUTPUT": str(self.top / "output"),
                "GITHUB_REPOSITORY": "owner/name", "LABEL": "links", **environment,
            },
        )  # fmt: skip
        return done.returncode

    @property
    def calls(self) -> list[list[str]]:
        path = self.top / "calls"
        found = (
            [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        )
        path.unlink(missing_ok=True)
        return found


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    return Forge(tmp_path)


def named(name: str, title: str) -> dict[str, Any]:
    (step,) = [each for each in steps_of(name) if each.get("name") == title]
    return step


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
def test_a_comment_goes_where_github_says_that_the_branch_is(forge: Forge) -> None:
    head = {"sha": "a" * 40, "repo": {"full_name": "eve/name"}}
    other = {"sha": "a" * 40, "repo": {"full_name": "mallory/name"}}
    forge.answers = {
        "/pulls": json.dumps([{"number": 6, "head": other}, {"number": 7, "head": head}])
    }
    branch = "$(touch pwned)&state=all"
    told = {
        "HEAD_OWNER": "eve", "HEAD_REPOSITORY": "eve/name", "HEAD_BRANCH": branch,
        "HEAD_SHA": "a" * 40,
    }  # fmt: skip
    step = named("comment", "Find the pull request")
    assert forge(step, **told) == 0
    assert (forge.top / "output").read_text() == "number=7\n"
    assert f"head=eve:{branch}" in forge.calls[0]
    assert not (forge.top / "pwned").exists()
    (forge.top / "output").unlink()
    assert forge(step, **{**told, "HEAD_SHA": "b" * 40}) == 0
    assert (forge.top / "output").read_text() == "number=\n"


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("unzip")), reason="jq, unzip")
def test_of_a_report_one_file_is_had_and_no_more_than_a_report_has(forge: Forge) -> None:
    step, artifact = named("comment", "Have the report"), forge.top / "made.zip"
    there = {"id": 1, "name": "links", "size_in_bytes": 9}
    forge.answers = {"/runs/5/artifacts": json.dumps({"artifacts": [there]}), "/zip": str(artifact)}
    with zipfile.ZipFile(artifact, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("../gh", "evil")
        file.writestr("links.json", "{}")
    assert forge(step, RUN="5") == 0
    assert (forge.top / "report.json").read_text() == "{}"
    assert {path.name for path in forge.top.iterdir()} >= {"report.json", "links.zip"}
    assert (forge.bin / "gh").read_text() != "evil"
    with zipfile.ZipFile(artifact, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("links.json", b" " * 60_000_000)
    assert forge(step, RUN="5") != 0
    assert (forge.top / "report.json").stat().st_size <= 50_000_000
    too_large = there | {"size_in_bytes": 10_000_000}
    forge.answers["/runs/5/artifacts"] = json.dumps({"artifacts": [too_large]})
    (forge.top / "output").write_text("")
    assert forge(step, RUN="5") == 0
    assert (forge.top / "output").read_text() == ""


BROKEN: Final = Report(RUN, (row("https://a.example/x", "not-found"),))
WELL: Final = Report(RUN, (row("https://a.example/x"),))


@pytest.mark.parametrize(
    ("report", "there", "asked"),
    [
        (BROKEN, "", ["POST", "repos/owner/name/issues/7/comments"]),
        (BROKEN, "12\n13\n", ["PATCH", "repos/owner/name/issues/comments/12"]),
        (WELL, "12\n", ["PATCH", "repos/owner/name/issues/comments/12"]),
        (WELL, "", []),
    ],
)
def test_there_is_one_comment_if_there_is_anything_to_tell(
    forge: Forge, report: Report, there: str, asked: list[str]
) -> None:
    (forge.top / "report.json").write_text(reports.render(report, "json"))
    forge.answers = {"--paginate": there}
    assert forge(named("comment", "Comment"), NUMBER="7") == 0
    written = [each[2:4] for each in forge.calls if "--method" in each]
    assert written == ([asked] if asked else [])
    assert (forge.top / "comment.md").read_text().startswith("<!-- crawl: ")


def test_a_forged_report_is_told_nowhere(forge: Forge) -> None:
    (forge.top / "report.json").write_text('{"schema": 1, "links": [], "run": {}}')
    assert forge(named("comment", "Comment"), NUMBER="7") == 2
    assert forge.calls == []


@pytest.mark.parametrize(
    ("news", "code", "told"),
    [
        ("", 0, "No news of the links tonight.\n"),
        ("# Newly broken", 0, "# Newly broken\n"),
        ("", 3, ""),  # without network nobody knows
    ],
)
def test_a_night_without_news_says_so(forge: Forge, news: str, code: int, told: str) -> None:
    forge.program("crawl", f"#!/bin/sh\nprintf '{news}{bool(news) * chr(10)}'\nexit {code}\n")
    summary, db = forge.top / "summary.md", forge.top / "history" / "crawl.db"
    summary.touch()
    step = named("scheduled", "Look at the links")
    assert forge(step, GITHUB_STEP_SUMMARY=str(summary), CRAWL_DB=str(db)) == code
    assert summary.read_text() == told


def test_an_issue_is_opened_rewritten_and_closed(forge: Forge) -> None:
    step, body = named("scheduled", "Keep the issue"), forge.top / "body"
    # What the history says is another test's: here its report is told.
    forge.program("crawl", f'#!/bin/sh\nfor last; do :; done\ncat {body} > "$last"\n')
    something = reports.render(BROKEN, "github-comment")
    body.write_text(something)
    assert forge(step) == 0
    assert [each[:2] for each in forge.calls] == [
        ["issue", "list"], ["label", "create"], ["issue", "create"],
    ]  # fmt: skip
    forge.answers = {"issue list": "9\n", "issue view": something.replace("\n", "\r\n")}
    assert forge(step) == 0
    assert [each[:2] for each in forge.calls] == [["issue", "list"], ["issue", "view"]]
    body.write_text(something.replace("a.example", "b.example"))
    assert forge(step) == 0
    last = forge.calls[-1]
    assert last[:4] == ["issue", "edit", "9", "--body-file"]
    body.write_text(reports.render(WELL, "github-comment"))
    assert forge(step) == 0
    assert forge.calls[-1][:3] == ["issue", "close", "9"]
    forge.answers = {}
    assert forge(step) == 0
    assert [each[:2] for each in forge.calls] == [["issue", "list"]]


def test_what_is_mended_is_proposed_once(forge: Forge) -> None:
    remote, work = forge.top / "remote.git", forge.top / "work"
    git = f"cd {forge.top}; git init -q --bare {remote}; git init -q -b main {work}; cd {work}; "
    git += "git config user.name a; git config user.email a@b.example; echo old > a.md; "
    git += f"git add .; git commit -qm first; git remote add origin {remote}; echo new > a.md"
    assert forge({"run": git}) == 0
    (forge.top / "evidence.md").write_text("| evidence |\n" * 9_999)
    step = named("fix", "Propose it")
    step["run"] = f"cd {work}\n{step['run']}"
    branch = {"BRANCH": "crawl/mend-links"}
    assert forge(step, **branch) == 0
    assert [each[:2] for each in forge.calls] == [
        ["auth", "setup-git"], ["pr", "list"], ["pr", "create"],
    ]  # fmt: skip
    assert (forge.top / "body.md").stat().st_size == 60_000
    assert forge({"run": f"test $(git -C {remote} show crawl/mend-links:a.md) = new"}) == 0
    forge.answers = {"pr list": "3\n"}
    again = f"cd {work}; git switch -q main; git branch -D crawl/mend-links; echo newer > a.md"
    assert forge({"run": again}) == 0
    assert forge(step, **branch) == 0
    assert forge.calls[-1][:3] == ["pr", "edit", "3"]


# From a history that the library has made


class Moved(Handler):
    """A page that has moved, and one that is gone."""

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        body = b"<html lang=en><title>A page</title><p>Words of a page that is there."
        match self.path:
            case "/old":
                self.answer(301, location="/new")
            case "/gone":
                self.answer(404, body)
            case _:
                self.answer(200, body)


@pytest.fixture
def port() -> Iterator[int]:
    with answered_by(Moved) as number:
        yield number


@pytest.fixture
def work(forge: Forge, port: int) -> Path:
    """Have a checkout with a link that has moved, and a `crawl` that finds loopback everywhere."""
    here = forge.top / "work"
    here.mkdir()
    branched(here, {"docs/a.md": f"<http://a.example:{port}/old>\n", "README.md": "# A\n"})
    ways = "--resolve=*:*:127.0.0.1 --delay=0 --retries=0 --no-config"
    forge.program(
        "crawl",
        "#!/bin/sh\ncommand=$1\nshift\n"
        f'[ "$command" = run ] && set -- {ways} --all "$@"\n'
        f'PYTHONPATH={ROOT} exec {sys.executable} -P -m crawler "$command" "$@"\n',
    )
    return here


def there(step: dict[str, Any], work: Path) -> dict[str, Any]:
    return step | {"run": f"cd {work}\n{step['run']}"}


def test_a_night_is_recorded_told_and_mended_from(forge: Forge, work: Path, port: int) -> None:
    history = {"CRAWL_DB": str(forge.top / "crawl-history" / "crawl.db")}
    summary = forge.top / "summary.md"
    look = there(named("scheduled", "Look at the links"), work)
    mend = there(named("fix", "Mend"), work)
    for _ in range(2):  # two looks agree where it has moved
        assert forge(look, GITHUB_STEP_SUMMARY=str(summary), **history) == 0
    assert summary.read_text() == "No news of the links tonight.\n"
    keep = there(named("scheduled", "Keep the issue"), work)
    assert forge(keep, **history) == 0
    assert [each[:2] for each in forge.calls] == [["issue", "list"]], "nothing is broken"

    assert forge(mend, **history) == 0
    assert (forge.top / "output").read_text() == "changed=true\n"
    assert f"http://a.example:{port}/new" in (forge.top / "evidence.md").read_text()
    assert (work / "docs/a.md").read_text() == f"<http://a.example:{port}/new>\n"
    assert run(work, "status", "--porcelain") == " M docs/a.md\n"
    (forge.top / "output").unlink()
    assert forge(mend, **history) == 0
    assert not (forge.top / "output").exists(), "there is nothing left to mend"
    assert forge(mend, CRAWL_DB=str(forge.top / "none.db")) not in (0, 1)


def test_what_is_broken_for_sure_opens_an_issue(forge: Forge, work: Path, port: int) -> None:
    history = {"CRAWL_DB": str(forge.top / "crawl-history" / "crawl.db")}
    (work / "docs/a.md").write_text(f"[x](none.md) <http://a.example:{port}/gone>\n")
    look = there(named("scheduled", "Look at the links"), work)
    assert forge(look, GITHUB_STEP_SUMMARY=str(forge.top / "summary.md"), **history) == 0
    assert f":{port}/gone" in (forge.top / "summary.md").read_text()
    assert forge(there(named("scheduled", "Keep the issue"), work), **history) == 0
    *_, created = forge.calls
    assert created[:2] == ["issue", "create"]
    told = Path(created[created.index("--body-file") + 1]).read_text()
    assert told.startswith("<!-- crawl: something to tell -->")
    assert "none.md" in told


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("comment", "Find the pull request"), ("comment", "Have the report"),
        ("comment", "Comment"), ("scheduled", "Keep the issue"), ("fix", "Propose it"),
    ],
)  # fmt: skip
def test_a_forge_that_does_not_answer_fails_the_job(
    forge: Forge, work: Path, name: str, title: str
) -> None:
    forge.program("gh", "#!/bin/sh\necho 'HTTP 502' >&2\nexit 1\n")
    (work / "docs/a.md").write_text("[x](none.md)\n")
    (work / "report.json").write_text(reports.render(BROKEN, "json"))
    (forge.top / "evidence.md").touch()
    history = {"CRAWL_DB": str(forge.top / "crawl-history" / "crawl.db")}
    look = there(named("scheduled", "Look at the links"), work)
    assert forge(look, GITHUB_STEP_SUMMARY=str(forge.top / "summary.md"), **history) == 0
    told = {
        "HEAD_OWNER": "e", "HEAD_REPOSITORY": "e/n", "HEAD_BRANCH": "b", "HEAD_SHA": "a" * 40,
        "RUN": "5", "NUMBER": "7", "BRANCH": "crawl/mend-links", **history,
    }  # fmt: skip
    assert forge(there(named(name, title), work), **told) not in (0, 127)
    assert not (forge.top / "output").exists()

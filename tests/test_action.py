"""The action's steps, run by bash as a runner does: clean environment, hostile inputs and names."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import commits
import pytest
import yaml
from commandline import Handler, answered_by
from test_annotations import Command
from test_annotations import commands as commands_of

import crawler
from crawler.action import MAX_SUMMARY, Inputs, WrongInput, broken, inputs_of

ROOT: Final = Path(crawler.__file__).parents[1]
ACTION: Final[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: Final[list[dict[str, Any]]] = ACTION["runs"]["steps"]
EXPRESSION: Final = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")
BASH: Final = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")

HOSTILE: Final = (
    "$(touch pwned).md", '"; touch pwned; ".md', "`touch pwned`.md", "::error::x.md", "-rf.md",
    "two\nlines::set-output name=broken::0.md", "##[add-mask]a.md", "${{ github.token }}.md",
    "%0A::error::y.md",
)  # fmt: skip

EVIL: Final = (
    '$(touch pwned)`touch pwned`"; touch pwned; "\n::error::x\n##[error]y ${{ github.token }}'
)


def test_no_expression_is_part_of_a_script() -> None:
    scripts = [step["run"] for step in STEPS if "run" in step]
    assert len(scripts) == 3
    for script in scripts:
        assert "${{" not in script
        assert script.startswith("set -euo pipefail\n")
        done = subprocess.run(["bash", "-n"], input=script, text=True, check=False)  # noqa: S607
        assert done.returncode == 0
        assert not re.search(r"\beval\b|\bsource\b|\bsh -c\b", script)


def test_every_input_reaches_the_check_by_the_environment_and_no_other_way() -> None:
    (check,) = [step for step in STEPS if step.get("id") == "check"]
    told = {name for name in check["env"] if name.startswith("INPUT_")}
    elsewhere = {"HISTORY_KEY", "UPLOAD_SARIF", "PYTHON_VERSION"}
    names = {name.upper().replace("-", "_") for name in ACTION["inputs"]}
    assert {each.removeprefix("INPUT_") for each in told} == names - elsewhere
    for name in told:
        value = name.removeprefix("INPUT_").lower().replace("_", "-")
        assert check["env"][name] == f"${{{{ inputs.{value} }}}}"


def test_what_is_used_is_named_by_commit() -> None:
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert len(used) == 4
    for each in used:
        assert re.fullmatch(r"(actions|github)/[a-z/-]+@[0-9a-f]{40}", each)


def test_every_input_and_output_is_explained() -> None:
    for each in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert each["description"].endswith(".")
    outputs = {"broken", "exit-code", "report", "sarif", "json"}
    assert ACTION["outputs"].keys() == outputs
    assert all(type(each["default"]) is str for each in ACTION["inputs"].values())


def test_a_history_that_a_fork_may_have_written_is_not_used() -> None:
    caches = [step for step in STEPS if "actions/cache" in step.get("uses", "")]
    assert len(caches) == 2
    for step in caches:
        assert "github.event.pull_request.head.repo.fork != true" in step["if"]
        assert "inputs.history == 'true'" in step["if"]


# A runner


@dataclass
class Ran:
    """What has become of a job with this one action."""

    code: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    pwned: list[str] = field(default_factory=list)

    @property
    def annotations(self) -> list[Command]:
        return [each for each in commands_of(f"{self.log}\n") if each is not None]


class Gone(Handler):
    """Has one page, and one that moved there."""

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        if self.path == "/moved":
            self.answer(301, location="/there")
        else:
            body = b"<html lang=en><title>A page</title><p>Words of a page."
            self.answer(200 if self.path == "/there" else 404, body)


@pytest.fixture
def port() -> Iterator[int]:
    with answered_by(Gone) as number:
        yield number


class Runner:
    """Runs the steps of the action as a runner would that has no network and knows nobody."""

    def __init__(self, top: Path, workspace: Path, venv: Path, port: int) -> None:
        self.workspace, self.port = workspace, port
        self.temp, self.home = top / "temp dir", top / "home"
        self.home.mkdir()
        self.environment: dict[str, str] = {}
        self.event: dict[str, Any] = {}
        self.temp.mkdir()
        (self.temp / "crawl-venv").symlink_to(venv)

    def __call__(self, **inputs: str) -> Ran:
        given = {name: each["default"] for name, each in ACTION["inputs"].items()}
        args = f"--resolve=*:*:127.0.0.1\n--delay=0\n--retries=0\n{inputs.pop('args', '')}"
        given |= {name.replace("_", "-"): value for name, value in inputs.items()} | {"args": args}
        ran, steps = Ran(), dict[str, dict[str, str]]()
        event = self.temp / "event.json"
        event.write_text(json.dumps(self.event))
        for number, step in enumerate(each for each in STEPS if "run" in each):
            files = {name: self.temp / f"{name}-{number}" for name in ("OUTPUT", "STEP_SUMMARY")}
            for path in files.values():
                path.touch()
            done = subprocess.run(  # noqa: S603
                [*BASH, "-c", step["run"]], cwd=self.workspace, check=False, capture_output=True,
                env={
                    "PATH": os.environ["PATH"], "HOME": str(self.home), "CI": "true",
                    "RUNNER_TEMP": str(self.temp), "GITHUB_EVENT_PATH": str(event),
                    **{f"GITHUB_{name}": str(path) for name, path in files.items()},
                    **self.environment, **self.filled(step["env"], given, steps),
                },
            )  # fmt: skip
            ran.log += done.stdout.decode() + done.stderr.decode()
            steps[step.get("id", "")] = outputs_in(files["OUTPUT"].read_text("utf-8"))
            ran.summary += files["STEP_SUMMARY"].read_text("utf-8")
            ran.code = done.returncode
            assert b"Traceback" not in done.stderr, done.stderr.decode()
            if ran.code:
                break
        ran.outputs = steps.get("check", {})
        found = (path for top in (self.workspace, self.temp) for path in top.rglob("pwned*"))
        ran.pwned = [str(path) for path in found]
        return ran

    def filled(
        self, told: Mapping[str, str], inputs: Mapping[str, str], steps: Mapping[str, Any]
    ) -> dict[str, str]:
        """Put values in the place of expressions, as the runner does: in the environment alone."""

        def value(found: re.Match[str]) -> str:
            first, *rest = found[1].split(".")
            if first == "inputs":
                return inputs[rest[0]]
            if first == "steps":
                return str(steps.get(rest[0], {}).get(rest[2], ""))
            return {"github.action_path": str(ROOT), "runner.temp": str(self.temp)}[found[1]]

        return {name: EXPRESSION.sub(value, text) for name, text in told.items()}


def outputs_in(text: str) -> dict[str, str]:
    """Read outputs by the rules of the runner."""
    found, lines = dict[str, str](), iter(text.splitlines())
    for line in lines:
        name, end = line.split("<<") if "<<" in line else (line, "")
        if end:
            found[name] = "\n".join(iter(lambda: next(lines), end))
        else:
            name, _, value = line.partition("=")
            found[name] = value
    return found


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where crawl is installed from the checkout, without asking anybody for anything."""
    made = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made], check=True)  # noqa: S603
    (site,) = made.glob("lib/python*/site-packages")
    (site / "here.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
    (made / "ready").touch()
    return made


@pytest.fixture
def runner(tmp_path: Path, venv: Path, port: int) -> Runner:
    """A repository in which a branch adds links to what there was."""
    workspace = tmp_path / "work space"
    workspace.mkdir()
    commits.branched(workspace, {"README.md": "# A\n\n<http://old.example/gone>\n"})
    return Runner(tmp_path, workspace, venv, port)


def changed(runner: Runner, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        commits.write(str(runner.workspace / name), text.replace("PORT", str(runner.port)))
    commits.run(runner.workspace, "add", "-A")
    commits.run(runner.workspace, "commit", "-qm", "change")


def as_pull_request(runner: Runner) -> None:
    """Check out what GitHub does: the merge of a branch into its base."""
    top = runner.workspace
    commits.run(top, "checkout", "-q", "main")
    commits.run(top, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    sha, base = (commits.run(top, "rev-parse", each).strip() for each in ("HEAD", "HEAD^1"))
    runner.environment |= {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_SHA": sha}
    runner.event = {"pull_request": {"base": {"sha": base}}}


def test_a_pull_request_is_checked_for_what_it_adds(runner: Runner) -> None:
    text = "[well](http://a.example:PORT/there)\n\n[gone](http://a.example:PORT/x)\n\n"
    changed(runner, {"docs/a b.md": f"{text}[old](http://a.example:PORT/moved)\n"})
    as_pull_request(runner)
    ran = runner()
    assert ran.code == 1
    assert (ran.outputs["broken"], ran.outputs["exit-code"]) == ("1", "1")
    error, notice = ran.annotations
    assert error.name == "error"
    assert {"file": "docs/a b.md", "line": "3"}.items() <= error.properties.items()
    assert error.data.endswith("Replace or remove the link; an archived copy may exist.")
    assert notice.name == "notice"
    assert f"Write http://a.example:{runner.port}/there instead." in notice.data
    assert "## Broken (1)" in ran.summary
    assert "old.example" not in ran.log + ran.summary
    links = json.loads(Path(ran.outputs["json"]).read_text())["links"]
    assert [each["outcome"] for each in links] == ["ok", "broken", "redirected"]
    (result,) = json.loads(Path(ran.outputs["sarif"]).read_text())["runs"]
    assert {each["level"] for each in result["results"]} == {"error", "note"}
    (fix,) = [each["fixes"] for each in result["results"] if "fixes" in each]
    assert fix[0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"].endswith(
        "/there"
    )
    assert Path(ran.outputs["report"]).read_text().startswith("# Links of 1 document")
    assert (runner.temp / "crawl-history" / "crawl.db").exists()
    assert commits.run(runner.workspace, "status", "--porcelain") == "", "the checkout is as it was"


def test_what_need_not_fail_does_not(runner: Runner) -> None:
    changed(runner, {"a.md": "[gone](x.md)\n"})
    as_pull_request(runner)
    ran = runner(fail="false", annotations="false", summary="false", report="html", history="false")
    assert ran.code == 0
    assert (ran.outputs["broken"], ran.outputs["exit-code"]) == ("1", "1")
    assert ran.annotations == []
    assert ran.summary == ""
    assert "Broken (1)" in ran.log
    assert Path(ran.outputs["report"]).read_text().startswith("<!doctype html>")
    assert not (runner.temp / "crawl-history").exists()


def test_names_of_files_do_nothing(runner: Runner) -> None:
    changed(runner, {name: f"[$(touch pwned)](gone{n}.md)\n" for n, name in enumerate(HOSTILE)})
    as_pull_request(runner)
    ran = runner()
    assert ran.pwned == []
    assert ran.outputs["broken"] == str(len(HOSTILE))
    assert all(each.name == "error" for each in ran.annotations)
    assert len(ran.annotations) == len(HOSTILE)
    told = json.loads(Path(ran.outputs["json"]).read_text())["links"]
    assert sorted({each["document"] for each in told}) == sorted(HOSTILE)


@pytest.mark.parametrize("name", ["sources", "args", "base", "config", "max_time", "trust_history"])
def test_inputs_do_nothing_but_what_they_are_for(runner: Runner, name: str) -> None:
    changed(runner, {"a.md": "[here](README.md)\n"})
    ran = runner(**{name: EVIL})
    assert ran.pwned == []
    assert ran.annotations == []
    assert "broken" not in ran.outputs
    assert ran.code == 2


def test_sources_are_no_options(runner: Runner) -> None:
    changed(runner, {"-v.md": "[gone](x.md)\n", "b.md": "[gone](y.md)\n"})
    assert runner(sources="-v.md\n\n  b.md\n", base="none").outputs["broken"] == "2"


def test_nothing_of_the_checkout_is_imported(runner: Runner) -> None:
    bad = "open('pwned', 'w')\n"
    names = ("crawler/__init__.py", "crawler/action.py", "json.py", "sitecustomize.py", "click.py")
    changed(runner, dict.fromkeys(names, bad) | {"a.md": "[here](README.md)\n"})
    runner.environment["PYTHONPATH"] = str(runner.workspace)
    ran = runner()
    assert (ran.code, ran.pwned) == (0, [])


def test_a_shallow_checkout_gets_what_it_lacks(runner: Runner, tmp_path: Path) -> None:
    changed(runner, {"a.md": "[gone](x.md)\n"})
    as_pull_request(runner)
    shallow = tmp_path / "shallow"
    commits.run(runner.workspace, "config", "uploadpack.allowAnySHA1InWant", "true")
    remote = f"file://{runner.workspace}"
    for head, depth in (("main", 2), ("topic", 1)):  # the merge, or the branch itself
        shutil.rmtree(shallow, ignore_errors=True)
        commits.run(tmp_path, "clone", "-q", "--depth=1", "--branch", head, remote, str(shallow))
        own = Runner.__new__(Runner)
        own.__dict__.update(runner.__dict__, workspace=shallow)
        ran = own()
        assert (ran.code, ran.outputs.get("broken")) == (1, "1"), (ran.log, depth)
        assert "old.example" not in ran.log


def test_who_cannot_fetch_is_told_what_to_do(runner: Runner, tmp_path: Path) -> None:
    changed(runner, {"a.md": "[gone](x.md)\n"})
    as_pull_request(runner)
    shallow = tmp_path / "shallow"
    remote = f"file://{runner.workspace}"
    commits.run(tmp_path, "clone", "-q", "--depth=1", remote, str(shallow))
    commits.run(shallow, "remote", "set-url", "origin", "file:///no/where")
    runner.workspace = shallow
    ran = runner()
    assert ran.code == 2
    assert ran.outputs == {"exit-code": "2", "result": "2"}


def test_without_a_pull_request_all_links_count(runner: Runner) -> None:
    runner.environment["GITHUB_EVENT_NAME"] = "push"
    ran = runner(args="--offline")
    assert (ran.code, ran.outputs["broken"]) == (0, "0")
    assert "1 skipped" in ran.summary


# Its parts


def test_inputs_are_what_the_action_says_they_are_by_default() -> None:
    given = {
        f"INPUT_{name.upper().replace('-', '_')}": each["default"]
        for name, each in ACTION["inputs"].items()
    }
    assert inputs_of(given) == Inputs()


@pytest.mark.parametrize(
    ("name", "value"), [("HISTORY", "yes"), ("UNTRUSTED", ""), ("REPORT", "pdf"), ("FAIL", "")]
)
def test_other_words_are_refused(name: str, value: str) -> None:
    given = {
        f"INPUT_{each.upper().replace('-', '_')}": told["default"]
        for each, told in ACTION["inputs"].items()
    }
    with pytest.raises(WrongInput, match=f"the input '{name.lower()}' must be one of"):
        inputs_of(given | {f"INPUT_{name}": value})


def test_a_link_in_many_places_is_one_and_what_was_known_is_none() -> None:
    def link(url: str | None, outcome: str = "broken", known: str | None = None) -> dict[str, Any]:
        return {
            "url": url, "document": "a.md", "raw": "x", "outcome": outcome, "known": known,
            "reason": "gone",
        }  # fmt: skip

    links = [link("a"), link("a"), link("b", known="yes"), link("c", "ok"), link(None, "invalid")]
    assert broken({"links": links}) == 2


def test_a_summary_that_has_no_room_is_left_out(tmp_path: Path) -> None:
    from crawler.action import _append  # noqa: PLC0415 - of this test alone

    text, summary = tmp_path / "text", tmp_path / "summary"
    text.write_text("x" * 100)
    summary.write_text("y" * (MAX_SUMMARY - 100))
    _append(text, summary)
    assert summary.stat().st_size < MAX_SUMMARY
    assert summary.read_text().endswith("has no room here: the report has them.\n")


def test_what_the_history_knows_to_be_well_is_not_asked_again(runner: Runner) -> None:
    changed(runner, {"a.md": "[well](http://a.example:PORT/there)\n"})
    as_pull_request(runner)
    assert runner().code == 0
    again = runner()
    assert again.code == 0
    assert json.loads(Path(again.outputs["json"]).read_text())["run"]["answered"] == 1

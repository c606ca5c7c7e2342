"""The page on cron jobs: what it shows is called, loaded, verified and run here."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Final

import click
import pytest
import yaml
from commandline import Handler, answered_by

import crawler
from crawler.errors import SettingsError
from crawler.layers import load

PAGE: Final = (Path(crawler.__file__).parents[1] / "docs" / "cron.md").read_text("utf-8")
BLOCKS: Final = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMAND: Final = re.compile(r"(?:^|[\s=/])crawl ((?:run|report|check|show|db) ?[^&|;>\n]*)")


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def commands() -> list[str]:
    shown = (text for name, text in BLOCKS if name in ("crontab", "ini", "yaml", "console"))
    return [match.strip() for text in shown for match in COMMAND.findall(text)]


def test_the_page_is_linked_and_has_commands() -> None:
    readme = (Path(crawler.__file__).parents[1] / "README.md").read_text("utf-8")
    assert "(docs/cron.md)" in readme
    assert len(commands()) > 10
    names = re.findall(r"^- \[.*\]\(#(.*)\)$", PAGE, re.MULTILINE)
    heads = [
        re.sub("[^a-z -]", "", head.lower()) for head in re.findall("^## (.*)$", PAGE, re.MULTILINE)
    ]
    assert names == [head.replace(" ", "-") for head in heads]


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_is_one_that_there_is(command: str) -> None:
    name, *arguments = shlex.split(re.sub(r"\$\(.*?\)", "2026-W47", command))
    known = import_module(f"crawler.cli.{name}").command
    if isinstance(known, click.Group):
        name, *arguments = arguments
        known = known.commands[name]
    known.make_context(name, arguments)  # raises for whatever it does not know


def test_the_crontab_is_one() -> None:
    (table,) = blocks("crontab")
    jobs = [line for line in table.splitlines() if line and "=" not in line.split()[0]]
    assert len(jobs) == 3
    for job in jobs:
        *times, _ = job.split(None, 5)
        assert all(re.fullmatch(r"\*|\d+", field) for field in times), job
        assert 0 < int(times[0]) < 60, "not at the full hour"
        assert not re.search(r"(?<!\\)%", job), "cron would end the line there"
    assert "MAILTO=" in table


def test_the_settings_are_taken_from_a_named_file_alone(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    path = tmp_path / "crawl.toml"
    path.write_text(text.replace("…", "x"), "utf-8")
    hooks = load(path, None, {}).notify
    assert (hooks.notify, hooks.notify_url) == (
        "/usr/local/bin/links-changed", "https://hooks.example/services/x",
    )  # fmt: skip
    with pytest.raises(SettingsError, match="'notify' is taken only"):
        load(None, tmp_path, {})


def test_the_script_is_one_that_a_shell_can_read() -> None:
    (script,) = blocks("sh")
    done = subprocess.run(["sh", "-n"], input=script, text=True, check=False)  # noqa: S607
    assert done.returncode == 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_finds_nothing_wrong_with_its_units(tmp_path: Path) -> None:
    service, timer = blocks("ini")
    program = tmp_path / "crawl"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert "ExecStart=/usr/local/bin/crawl " in service
    (tmp_path / "crawl.service").write_text(service.replace("/usr/local/bin/crawl", str(program)))
    (tmp_path / "crawl.timer").write_text(timer)
    units = [str(tmp_path / name) for name in ("crawl.service", "crawl.timer")]
    done = subprocess.run(  # noqa: S603
        ["systemd-analyze", "verify", "--man=no", *units],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert str(tmp_path) not in done.stderr
    assert done.returncode == 0, done.stderr


# The workflow


class Pages(Handler):
    """Answers with a status, or leads to a path for good."""

    answers: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        answer = self.answers.get(self.path, "404")
        leads = {"location": answer} if answer.startswith("/") else {}
        body = b"<html lang=en><title>A page</title><p>Words."
        self.answer(301 if leads else int(answer), body, **leads)


@pytest.fixture
def port() -> Iterator[int]:
    Pages.answers = {"/guide": "200", "/paper": "200"}
    with answered_by(Pages) as number:
        yield number


@pytest.fixture
def machine(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the checkout of a blog on a machine whose `crawl` finds its sites on loopback."""
    program = tmp_path / "bin" / "crawl"
    program.parent.mkdir()
    # The next night comes at once: without `--all` hardly a link would be due.
    here = "--all --resolve '*:*:127.0.0.1' --delay 0 --retries 0"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = run ] && {{ shift; set -- run {here} "$@"; }}\n'
        f'exec {shlex.quote(sys.executable)} -m crawler "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(crawler.__file__).parents[1]))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    blog = tmp_path / "blog"
    (blog / "docs").mkdir(parents=True)
    (blog / "README.md").write_text("# A blog\n")
    (blog / "docs" / "start.md").write_text(
        f"# Start\n\nSee [the guide](http://one.example:{port}/guide)\n\n"
        f"and [the paper](http://two.example:{port}/paper).\n"
    )
    return blog


def shell(script: str, where: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        ["bash", "-e", "-c", script],  # noqa: S607 - as runners do
        cwd=where, env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def workflow() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(blocks("yaml")[0])
    return found


def test_the_workflow_may_do_nothing_but_what_it_must() -> None:
    flow = workflow()
    assert flow["permissions"] == {}
    assert flow["concurrency"] == {"group": "links", "cancel-in-progress": False}
    (job,) = flow["jobs"].values()
    assert job["permissions"] == {"contents": "write"}
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert len(used) == 3
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each) for each in used)
    assert job["steps"][0]["with"] == {"persist-credentials": False}
    assert "${{" not in blocks("yaml")[0], "nothing is put into a command"
    for text in blocks("yaml"):
        assert isinstance(yaml.safe_load(text), dict)


def test_the_workflow_keeps_its_history_and_tells_each_change_once(
    machine: Path, tmp_path: Path
) -> None:
    remote, summary = tmp_path / "remote.git", tmp_path / "summary.md"
    first = "".join(
        line.removeprefix("$ ") + "\n"
        for line in next(text for text in blocks("console") if "--orphan" in text).splitlines()
    )
    set_up = (
        f"git init -q --bare {remote}; git init -q -b main; git config user.name me\n"
        f"git config user.email me@x.example; git remote add origin {remote}\n"
        f"git add .; git commit -qm Blog; {first}"
    )
    done = shell(set_up, machine)
    assert done.returncode == 0, done.stderr
    (job,) = workflow()["jobs"].values()
    steps = [each for each in job["steps"] if "run" in each and each["name"] != "Install"]
    told = []
    for answer in ("200", "404", "404"):
        Pages.answers["/guide"] = answer
        shutil.rmtree(machine / ".link-history", ignore_errors=True)
        done = shell(f"git clone -q -b link-history {remote} .link-history", machine)
        assert done.returncode == 0, done.stderr
        summary.write_text("")
        for step in steps:
            where = machine / step.get("working-directory", ".")
            done = shell(step["run"], where, GITHUB_STEP_SUMMARY=str(summary), **job["env"])
            assert done.returncode == 0, done.stderr
        told.append(re.findall(r"^## (.*) \(\d+\)$", summary.read_text(), re.MULTILINE))
    assert told == [[], ["Newly broken"], []]
    assert summary.read_text() == "No news of the links tonight.\n"
    listed = shell(
        "git log --format=%s link-history; git ls-tree -r --name-only link-history", remote
    )
    (said, *files) = listed.stdout.splitlines()
    assert re.fullmatch(r"Links of \d{4}-\d\d-\d\d", said), "one commit, however many nights"
    assert files[0] == "crawl.db"
    assert {"reports/README.md", "reports/latest.json", "reports/latest.md"} < set(files)


def test_the_mail_is_what_the_crontab_sends(machine: Path, port: int) -> None:
    (table,) = blocks("crontab")
    (job,) = [line.split(None, 5)[5] for line in table.splitlines() if "crawl run" in line]
    night = job.replace("/srv/blog", shlex.quote(str(machine)))
    database = str(machine.parent / "blog.db")
    assert shell(night, machine.parent, CRAWL_DB=database).stdout == ""
    Pages.answers = {"/paper": "/papers/1", "/papers/1": "200"}
    done = shell(night, machine.parent, CRAWL_DB=database)
    assert (done.returncode, done.stderr) == (0, "")
    (shown,) = re.findall(r"<!-- tried: mail -->\n```text\n(.*?)```\n<!-- end -->", PAGE, re.DOTALL)
    assert undated(done.stdout.replace(f":{port}", "")) == undated(shown)
    assert shell(night, machine.parent, CRAWL_DB=database).stdout == ""


def undated(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", "DAY", text)

"""`crawl run --quiet`, as cron calls it: what has changed, once, and on a quiet day nothing."""

import json
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar

import pytest
from commandline import Done, Handler, answered_by, called
from fakes import NOON

from crawler import lock, salvage
from crawler.errors import StoreError

WELL = {"/a": "200", "/b": "200", "/c": "200"}


class Pages(Handler):
    """Answers with a status, or leads to a path for good; remembers what is posted."""

    answers: ClassVar[dict[str, str]] = {}
    posted: ClassVar[list[Any]] = []

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        answer = self.answers.get(self.path, "404")
        body = b"<html lang=en><title>A page</title><p>Words."
        leads = {"location": answer} if answer.startswith("/") else {}
        self.answer(301 if leads else int(answer), body, **leads)

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        self.posted.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answered_by(Pages) as number:
        yield number


Night = Callable[..., Done]


@pytest.fixture
def night(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Night:
    """Call `crawl run --quiet` on a document whose sites answer as they are told to."""
    monkeypatch.chdir(tmp_path)
    lines = (f"[label](http://{path}.example:{port}/{path})\n" for path in "abc")
    Path("a.md").write_text("\n".join(lines), encoding="utf-8")
    Pages.posted.clear()

    def call(
        *options: str,
        command: str = "run",
        quiet: bool = True,
        resolve: str = "*:*:127.0.0.1",
        **answers: str,
    ) -> Done:
        Pages.answers = {**WELL, **{f"/{path}": answer for path, answer in answers.items()}}
        here = ("--resolve", resolve, "--delay", "0", "--retries", "0")
        # A night later all would be due; these are seconds apart.
        given = (command, "a.md", "--all", *here, *(("--quiet",) if quiet else ()), *options)
        return called(given, monkeypatch, capfd)

    return call


QUIET = Done(0, "", "")


def test_a_quiet_day_says_nothing_at_all(night: Night) -> None:
    for name in ("text", "markdown", "json", "jsonl"):
        assert night("--format", name) == QUIET
    Path("crawl.toml").write_text("format = 'csv'\nquiet = true\n")
    assert night(quiet=False) == QUIET


def test_what_breaks_recovers_and_moves_is_told_once(night: Night, port: int) -> None:
    assert night() == QUIET
    broken = night(a="404")
    assert (broken.code, broken.err) == (0, "")
    assert "Newly broken (1)" in broken.out
    assert f"  http://a.example:{port}/a\n" in broken.out
    assert "    a.md:1:9  label\n" in broken.out
    assert "/b" not in broken.out
    assert night(a="404") == QUIET
    other = night(b="/new", new="200").out
    assert "Newly moved for good (1)" in other
    assert f"  → http://b.example:{port}/new\n" in other
    assert "Recovered (1)" in other
    assert other.endswith("Changed: 1 moved, 1 recovered.\n")
    assert night(b="/new", new="200") == QUIET


def test_the_first_run_tells_what_is_broken_and_nothing_else(night: Night) -> None:
    assert night(a="404", b="/new", new="200").out.endswith("Changed: 1 broken.\n")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("json", lambda text: json.loads(text)["changes"][0]["kind"]),
        ("jsonl", lambda text: json.loads(text)["kind"]),
        ("markdown", lambda text: "broken" if "## Newly broken (1)" in text else text),
    ],
)
def test_changes_come_in_the_format_that_is_asked_for(
    night: Night, name: str, found: Callable[[str], str]
) -> None:
    assert found(night("--format", name, a="404").out) == "broken"


def test_a_file_gets_the_whole_report_as_ever(night: Night) -> None:
    assert night("--output", "latest.md") == QUIET
    assert Path("latest.md").read_text().startswith("# Links of 1 document")
    done = night("--output", "latest.json", a="404")
    assert done.out.startswith("What has changed"), "a mail is text, whatever the file is"
    report = json.loads(Path("latest.json").read_text())
    assert len(report["links"]) == 3
    assert [each["kind"] for each in report["changes"]] == ["broken"]
    kinds = json.loads(night("--format", "json", "--output", "x.md").out)["changes"]
    assert [each["kind"] for each in kinds] == ["recovered"]
    assert json.loads(Path("x.md").read_text())["changes"][0]["kind"] == "recovered"


def test_the_ending_of_the_file_tells_the_format_without_quiet_too(night: Night) -> None:
    for command in ("check", "run"):
        assert night("--output", "x.json", command=command, quiet=False).out == ""
        assert len(json.loads(Path("x.json").read_text())["links"]) == 3


def test_without_quiet_the_report_begins_with_what_has_changed(night: Night) -> None:
    assert "Changed (" not in night(quiet=False, a="404").out, "it was never well"
    lines = night(quiet=False).out.splitlines()
    assert lines[2] == "Changed (1)"
    assert "Changed (" not in night(quiet=False).out


def test_links_that_stay_broken_fail_each_night_in_silence_where_that_is_wished(
    night: Night,
) -> None:
    assert night("--fail", a="404").code == 1
    assert night("--fail", a="404") == Done(1, "", "")
    assert night("--fail").code == 0


def test_a_recorded_check_tells_the_hooks_too_and_takes_the_news(night: Night, port: int) -> None:
    hook = f"http://127.0.0.1:{port}/hook"
    done = night("--record", "--notify-url", hook, command="check", a="404")
    assert done.code == 1
    assert done.out.startswith("Links of 1 document"), "a check is quiet in its messages alone"
    assert [each["kind"] for each in Pages.posted[0]["changes"]] == ["broken"]
    assert night(a="404") == QUIET
    night("--notify-url", hook, command="check")
    assert len(Pages.posted) == 1, "what is not recorded is no change"


def test_hooks_are_told_what_has_changed_after_it_is_recorded(night: Night, port: int) -> None:
    code = "import sys, json, sqlite3; print(json.load(sys.stdin)['text'], file=sys.stderr)\n"
    code += "print(sqlite3.connect('crawl.db').execute("
    code += "'select count(*) from runs where finished_at is not null').fetchone()[0])"
    command = shlex.join([sys.executable, "-c", code])
    hooks = ("--notify", command, "--notify-url", f"http://127.0.0.1:{port}/hook")
    assert night(*hooks) == QUIET
    assert Pages.posted == []
    done = night(*hooks, a="404")
    assert done.code == 0
    assert sorted(done.err.splitlines()) == ["2", "crawl: 1 broken."]
    (posted,) = Pages.posted
    assert posted["text"] == "crawl: 1 broken."
    assert posted["changes"][0]["url"] == f"http://a.example:{port}/a"
    assert posted == json.loads(night("--format", "json", "--db", "b.db", a="404").out) | {
        "run": posted["run"], "changes": posted["changes"],
    }  # fmt: skip


def test_a_hook_that_fails_changes_nothing_but_the_exit_code(night: Night) -> None:
    hook = ("--notify", "false --token s3cret")
    assert night(*hook) == QUIET
    done = night(*hook, a="404")
    assert (done.code, done.err) == (3, "crawl: --notify false: ended with 1.\n")
    assert "Newly broken (1)" in done.out
    assert night(*hook, a="404") == QUIET
    assert night(*hook, "--fail", a="404", b="404").code == 1, "broken links come first"


def test_hooks_hear_of_changes_though_the_report_cannot_be_written(
    night: Night, port: int, tmp_path: Path
) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    hook = ("--notify-url", f"http://127.0.0.1:{port}/hook")
    done = night("--output", "full", *hook, a="404")
    assert done.code == 3
    assert "cannot be written (No space left on device)" in done.err
    assert done.out.startswith("What has changed")
    assert len(Pages.posted) == 1


def test_hooks_hear_of_what_was_recorded_before_the_history_failed(
    night: Night, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise StoreError("the disk is full.")

    monkeypatch.setattr(salvage, "tasks", failing)  # what is done once the run is over
    done = night("--notify-url", f"http://127.0.0.1:{port}/hook", a="404")
    assert (done.code, done.err) == (3, "crawl: the disk is full.\n")
    assert "Newly broken (1)" in done.out
    assert len(Pages.posted) == 1


def test_what_is_not_recorded_is_told_by_the_run_that_records_it(night: Night, port: int) -> None:
    hook = ("--notify-url", f"http://127.0.0.1:{port}/hook")
    assert night(*hook) == QUIET
    Path("crawl.db").rename("kept.db")
    Path("crawl.db").write_bytes(Path("kept.db").read_bytes()[:5000])
    done = night(*hook, "--output", "latest.md", a="404")
    assert (done.code, done.out, Pages.posted) == (3, "", [])
    assert "Broken (1)" in Path("latest.md").read_text(), "it is reported all the same"
    Path("kept.db").rename("crawl.db")
    assert "Newly broken (1)" in night(*hook, a="404").out
    assert len(Pages.posted) == 1


def test_who_waits_for_another_run_waits_in_silence(night: Night) -> None:
    with lock.held(Path("crawl.db"), NOON):
        assert night().code == 3
    with ExitStack() as other:
        other.enter_context(lock.held(Path("crawl.db"), NOON))
        timer = threading.Timer(0.3, other.close)
        timer.start()
        assert night("--wait") == QUIET
        timer.join()


def test_hooks_of_a_settings_file_must_be_named_by_the_operator(night: Night) -> None:
    Path("crawl.toml").write_text("notify = 'touch here'\n")
    done = night(a="404")
    assert done.code == 2
    assert "'notify' is taken only from the command line" in done.err
    assert night("--config", "crawl.toml", a="404").code == 0
    assert Path("here").exists()


def test_nothing_is_told_of_a_night_without_network(night: Night, port: int) -> None:
    hook = ("--notify-url", f"http://127.0.0.1:{port}/hook")
    assert night(*hook) == QUIET
    known = Path("a.md").read_text()
    Path("a.md").write_text(known.replace(".example", ".invalid"))
    done = night(*hook, resolve="none.example:1:127.0.0.1")
    assert (done.code, done.out) == (3, "")
    assert "no host at all could be reached" in done.err
    Path("a.md").write_text(known)
    assert night(*hook) == QUIET
    assert Pages.posted == []

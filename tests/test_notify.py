"""Hooks: told what has changed, whatever they do with it, and never the reason a run ends badly."""

import asyncio
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from commandline import Handler, answered_by
from loopback import listening
from proxies import Middleman

from crawler.notify import notify
from crawler.settings import FetchSettings, NotifySettings, Settings

CHANGES = '{"changes": ["ñ"]}\n'


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def told(*, seconds: float = 20.0, fetch: FetchSettings | None = None, **hooks: str) -> list[str]:
    settings = Settings(notify=NotifySettings(**hooks), fetch=fetch or FetchSettings())
    return list(notify(settings, CHANGES, seconds))


# Commands


def test_a_command_is_given_the_changes_on_its_standard_input(tmp_path: Path) -> None:
    got = tmp_path / "got"
    code = f"import sys; open({str(got)!r}, 'wb').write(sys.stdin.buffer.read())"
    assert told(notify=python(code)) == []
    assert got.read_text("utf-8") == CHANGES


def test_what_a_command_prints_goes_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert told(notify=python("import sys; print('out'); print('err', file=sys.stderr)")) == []
    captured = capfd.readouterr()
    assert captured.out == ""
    assert sorted(captured.err.split()) == ["err", "out"]


def test_no_shell_reads_a_command(tmp_path: Path) -> None:
    there = tmp_path / "there"
    assert told(notify=f"true ; touch {there} && $(touch {there})") == []
    assert not there.exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("false --token s3cret", "--notify false: ended with 1."),
        ("/nowhere/at/all s3cret", "--notify /nowhere/at/all: cannot be run (No such file or "),
        ("/ s3cret", "--notify /: cannot be run (Permission denied)."),
        ("a\0b", "cannot be run (embedded null byte)."),
    ],
)
def test_a_command_that_fails_is_a_sentence_without_its_secrets(command: str, words: str) -> None:
    (sentence,) = told(notify=command)
    assert words in sentence
    assert "s3cret" not in sentence


def test_a_command_that_dies_is_a_sentence() -> None:
    (sentence,) = told(notify=python("import os; os.abort()"))
    assert sentence.endswith(": was ended by signal 6.")


def test_a_command_that_reads_nothing_is_none_the_worse() -> None:
    settings = Settings(notify=NotifySettings(notify="true"))
    assert list(notify(settings, "x" * 4_000_000)) == []


def test_a_command_that_hangs_is_ended_with_all_that_it_has_started(tmp_path: Path) -> None:
    child = tmp_path / "child"
    script = f"sleep 300 & echo $! > {shlex.quote(str(child))}; wait"
    begun = time.monotonic()
    (sentence,) = told(notify=shlex.join(["sh", "-c", script]), seconds=3)
    assert sentence == "--notify sh: took longer than 3 seconds, and was ended."
    assert time.monotonic() - begun < 60
    assert gone(int(child.read_text()))


def gone(pid: int) -> bool:
    """Wait until a process is no more; as a zombie it is none, for there may be no init."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


# URLs


class Hooks(Handler):
    """Answers as its path says, and remembers what it was sent."""

    got: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        if self.path == "/never":
            self.rfile.read(1)  # until nobody waits any more
        if self.path == "/close":
            self.close_connection = True
            return
        leads = {"location": "/elsewhere"} if self.path == "/moved" else {}
        self.answer({"/moved": 307, "/down": 500}.get(self.path, 200), b"", **leads)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answered_by(Hooks) as number:
        yield number


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    Hooks.got.clear()


def test_the_changes_are_sent_to_a_url_be_it_of_a_private_network(port: int) -> None:
    assert told(notify_url=f"http://127.0.0.1:{port}/hook?key=1#no") == []
    ((path, headers, body),) = Hooks.got
    assert (path, body.decode()) == ("/hook?key=1", CHANGES)
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("link-health-crawler/")
    assert "authorization" not in headers


def test_user_information_is_sent_as_a_login(port: int) -> None:
    assert told(notify_url=f"http://ann:a%20b@127.0.0.1:{port}/") == []
    assert Hooks.got[0][1]["authorization"] == "Basic YW5uOmEgYg=="


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/down", "answered with HTTP 500."),
        ("/moved", "answered with a redirect (HTTP 307), which is not followed: name its target."),
        ("/close", "cannot be reached."),
        ("/never", "no answer within 3 seconds."),
    ],
)
def test_a_url_that_fails_is_a_sentence_without_its_secrets(
    port: int, path: str, words: str
) -> None:
    hook = f"http://ann:s3cret@127.0.0.1:{port}{path}"
    (sentence,) = told(notify_url=hook, seconds=3 if path == "/never" else 20.0)
    assert sentence == f"--notify-url http://127.0.0.1:{port}: {words}"
    assert [path for path, _, _ in Hooks.got] == [path]


def test_a_host_that_is_not_there_is_a_sentence() -> None:
    (sentence,) = told(notify_url="https://hooks.invalid/s3cret")
    assert sentence == "--notify-url https://hooks.invalid: its host's name cannot be looked up."
    with answered_by(Hooks) as closed:
        pass
    (sentence,) = told(notify_url=f"http://127.0.0.1:{closed}/s3cret")
    assert sentence.endswith(f"{closed}: cannot be reached.")
    with answered_by(Hooks) as plain:
        (sentence,) = told(notify_url=f"https://127.0.0.1:{plain}/s3cret")
    assert sentence.endswith(": no secure connection could be made.")


def test_authorities_that_cannot_be_read_are_a_sentence(port: int) -> None:
    fetch = FetchSettings(cacert="/nowhere")
    (sentence,) = told(notify_url=f"http://127.0.0.1:{port}/", fetch=fetch)
    assert "--cacert /nowhere" in sentence


def test_names_go_where_the_operator_said(port: int) -> None:
    fetch = FetchSettings(resolve=("hooks.example:*:127.0.0.1",))
    assert told(notify_url=f"http://hooks.example:{port}/hook", fetch=fetch) == []
    assert Hooks.got[0][1]["host"] == f"hooks.example:{port}"


def test_both_are_told_and_one_that_fails_does_not_keep_the_other_from_it(port: int) -> None:
    (sentence,) = told(notify="false", notify_url=f"http://127.0.0.1:{port}/hook")
    assert sentence == "--notify false: ended with 1."
    assert len(Hooks.got) == 1


@pytest.mark.parametrize("status", [200, 403])
async def test_a_proxy_is_gone_through(port: int, status: int) -> None:
    proxy = Middleman(status=status)
    async with listening(proxy.http) as where:
        fetch = FetchSettings(proxy=f"http://127.0.0.1:{where}")
        hook = f"http://hooks.example:{port}/hook"
        sentences = await asyncio.to_thread(lambda: told(notify_url=hook, fetch=fetch))
    assert proxy.asked == [hook]
    assert (sentences == []) == (status == 200)
    assert len(Hooks.got) == (status == 200)

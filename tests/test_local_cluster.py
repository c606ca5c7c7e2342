"""Processes that a run begins itself, and what is left when any of them is killed."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from clusters import PATIENCE, Asked, begun, family, rows, until, web, workers_of

HERE = ("run", "links.md", "--no-config", "--delay", "0", "--format", "json", "--no-progress")
NAMES = ("--resolve", "*.example:*:127.0.0.1", "--retries", "0", "--per-host", "1")
MANY = (*HERE, *NAMES, "--engine", "dask", "--workers", "2")


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Asked]:
    """A slow web, and a document with links to many hosts of it: shards of about a second."""

    def plain(host: str, path: str, _count: int) -> tuple[int, dict[str, str], str]:
        return 200, {}, f"<!doctype html><title>{host}{path}</title><p>words"

    with web(plain) as asked:
        asked.seconds = 0.05
        links = (
            f"[label](http://h{each % 60}.example:{asked.port}/{each})\n\n" for each in range(600)
        )
        (tmp_path / "links.md").write_text("".join(links))
        yield asked


def gone(processes: list[psutil.Process]) -> bool:
    return not any(each.is_running() and each.status() != "zombie" for each in processes)


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def shown(port: int) -> bytes:
    """Return what a port shows to a browser; nothing if it is none for such."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(b"GET /json/counts.json HTTP/1.1\r\nhost: localhost\r\n\r\n")
        try:
            return connection.recv(100)
        except ConnectionResetError:
            return b""


def talk(port: int) -> None:
    """Talk to a port as whoever has no certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), PATIENCE) as connection,
        context.wrap_socket(connection) as secure,
    ):
        secure.recv(1)


def left(directory: Path) -> list[str]:
    """Return what is in the place for temporary files."""
    return [each.name for each in (directory / "tmp").rglob("*")]


def test_a_worker_may_be_killed_and_nobody_else_can_talk_to_them(
    tmp_path: Path, pages: Asked
) -> None:
    with begun(tmp_path, *MANY) as process:
        until(lambda: len(pages.paths) > 120, "nothing was asked")
        everybody = [psutil.Process(process.pid), *family(process)]
        ports = [
            each.laddr
            for one in everybody
            for each in one.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN
        ]
        assert {each.ip for each in ports} == {"127.0.0.1"}
        for port in ports:
            if not (answer := shown(port.port)):  # it speaks TLS
                with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
                    talk(port.port)
            else:
                assert answer.startswith(b"HTTP/1.1 404 ")
        workers_of(process)[0].kill()
        code, out, err = ended(process)
    assert (code, err) == (0, "")
    seen = rows(out)
    assert [row["reason"] for row in seen] == ["ok"] * 600
    again = pages.times().total() - 600
    assert len(pages.times()) == 600
    assert 0 < again < 300, "what one of two workers had out, and no more"
    assert left(tmp_path) == []
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "crawl.db", "crawl.db.lock", "links.md", "tmp",
    ]  # fmt: skip


def test_a_killed_coordinator_takes_its_workers_along_and_is_gone_on_from(
    tmp_path: Path, pages: Asked
) -> None:
    with begun(tmp_path, *MANY) as process:
        until(lambda: len(pages.paths) > 400, "nothing was asked")
        processes = family(process)
        process.kill()
        until(lambda: gone(processes), "workers outlive their coordinator", 10)
    before = set(pages.paths)
    pages.paths.clear()
    pages.seconds = 0.0
    with begun(tmp_path, *HERE, *NAMES) as process:  # by whichever engine
        code, out, err = ended(process)
    assert (code, err) == (0, "")
    assert [row["reason"] for row in rows(out)] == ["ok"] * 600
    assert len(before | set(pages.paths)) == 600
    assert 0 < len(pages.paths) < 600, "what was recorded is not asked again"


def test_an_interrupt_of_all_processes_ends_them_in_order(tmp_path: Path, pages: Asked) -> None:
    """As a terminal sends it."""
    with begun(tmp_path, *MANY) as process:
        until(lambda: len(pages.paths) > 120, "nothing was asked")
        processes = family(process)
        os.killpg(process.pid, signal.SIGINT)
        code, out, err = ended(process)
    until(lambda: gone(processes), "a process is left", 10)
    stopping = "crawl: stopping; what was seen so far is kept. Once more stops at once.\n"
    assert (code, err) == (130, stopping)
    assert json.loads(out)["run"]["complete"] is False
    reasons = [row["reason"] for row in rows(out)]
    assert set(reasons) == {"ok", "interrupted"}
    # Those in flight were not waited for.
    assert reasons.count("ok") > len(pages.paths) - 4 * 32
    assert left(tmp_path) == []


def test_the_second_interrupt_ends_all_at_once(tmp_path: Path, pages: Asked) -> None:
    pages.seconds = 5.0
    with begun(tmp_path, *MANY) as process:
        until(lambda: pages.paths, "nothing was asked")
        processes = family(process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stderr is not None
        said = process.stderr.readline()
        begins = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        code, _, err = ended(process)
        until(lambda: gone(processes), "a process is left", 10)
    assert time.monotonic() - begins < 10
    assert code == 130
    assert said.endswith("Once more stops at once.\n")
    assert err == ""


HIDDEN = """
from importlib.machinery import PathFinder
found = PathFinder.find_spec
PathFinder.find_spec = lambda name, *given: None if name == "distributed" else found(name, *given)
from crawler.cli import main
main()
"""


def test_without_the_extra_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "links.md").write_text("<http://a.example/>\n")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", HIDDEN, "run", "links.md", "--no-config", "--engine", "dask"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r"pip install 'link-health-crawler\[dask\]'\.\n$", done.stderr)
    assert done.stderr.count("\n") == 1

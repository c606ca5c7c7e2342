"""The servers that are asked: nginx for what never changes, our own for the simulated web."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PAGE = "<!doctype html><html lang=en><title>Page</title><body>" + "<p>words of a page" * 60


@dataclass(slots=True)
class Nginx:
    """A running nginx: the port on every loopback address, and where it writes what it is asked."""

    port: int
    log: Path

    def asked(self) -> list[tuple[float, str]]:
        """Return when (seconds since the epoch) it was asked for what (host and path)."""
        lines = self.log.read_text("utf-8").splitlines()
        return [(float(line.split(" ")[0]), line.split(" ")[1]) for line in lines]


@contextmanager
def nginx(directory: Path, *, logged: bool = False, servers: str = "") -> Iterator[Nginx]:
    """Serve one page under every name. `servers` replaces the server; PORT in it is the port."""
    program = shutil.which("nginx")
    if program is None:
        raise SystemExit("nginx is not on the path: apt-get install nginx-light")
    port = free_port()
    (directory / "page.html").write_text(PAGE, encoding="utf-8")
    servers = servers or "server { listen PORT backlog=4096; PAGES }"
    servers = servers.replace("PORT", str(port)).replace(
        "PAGES", f"root {directory}; location / {{ try_files /page.html =404; }}"
    )
    log = directory / "asked"
    logging = f"access_log {log} asked" if logged else "access_log off"
    (directory / "nginx.conf").write_text(
        f"""daemon off; pid {directory}/pid; error_log {directory}/errors; worker_processes 1;
        worker_rlimit_nofile 20000; events {{ worker_connections 16384; }}
        http {{ log_format asked "$msec $server_addr$request_uri"; {logging};
          types {{ text/html html; }} {servers} }}""",
        encoding="utf-8",
    )
    directory.chmod(0o755)
    server = subprocess.Popen([program, "-p", str(directory), "-c", str(directory / "nginx.conf")])  # noqa: S603
    try:
        _wait_for(port)
        yield Nginx(port, log)
    finally:
        server.terminate()
        server.wait()


@dataclass(slots=True)
class Simulated:
    """A running simulated web: its ports, and after the end what it did."""

    port: int
    closed: int
    did: Mapping[str, float] = field(default_factory=dict)


@contextmanager
def simulated(seed: int, number: int, hanging: float) -> Iterator[Simulated]:
    """Serve a simulated web from a process of its own, new each time: limits begin anew."""
    command = (sys.executable, "-m", "bench.serving", str(seed), str(number), str(hanging))
    place = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=place) as server:  # noqa: S603
        lines = iter(server.stdout or ())
        site = Simulated(**json.loads(next(lines)))
        try:
            yield site
        finally:
            server.terminate()
            site.did = json.loads(next(lines))


def document(path: Path, urls: Sequence[str]) -> Path:
    """Write a document with these links."""
    lines = [f"- [{index}]({url})\n" for index, url in enumerate(urls)]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.1.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("nginx did not start")

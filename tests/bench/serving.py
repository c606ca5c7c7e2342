"""The simulated web on a socket: one bare protocol, cheap enough to share a machine with what it
measures.

    python -m bench.serving SEED LINKS HANGING

Prints its ports, serves until it is told to stop (SIGTERM), and prints what it did.
"""

import asyncio
import gc
import json
import os
import signal
import socket
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Final, cast

from bench.simulated import Limiter, Manner, Reply, Web, simulate

_BODY: Final = (
    b"<!doctype html><html lang=en><title>A page</title><body>" + b"<p>words of a page" * 60
)
_WORDS: Final = {200: b"OK", 503: b"Service Unavailable", 404: b"Not Found", 410: b"Gone"}


@dataclass(slots=True)
class Counts:
    """What the server did: requests by status, and how many each host had in each second."""

    began: float = field(default_factory=time.process_time)
    statuses: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))
    seconds: defaultdict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))


class Answers:
    """Every reply as bytes, by host and target: nothing is put together when a request comes."""

    def __init__(self, web: Web, port: int) -> None:
        self.hanging = {h.name for h in web.hosts.values() if h.manner is Manner.HANGING}
        self.limits = {
            host.name: (Limiter(host.rate), _raw(429, f"retry-after: {host.pause}\r\n"))
            for host in web.hosts.values()
            if host.manner is Manner.LIMITING
        }
        self.replies: dict[str, dict[bytes, tuple[Reply, bytes]]] = defaultdict(dict)
        for (host, path), reply in web.replies.items():
            self.replies[host][path.encode()] = (reply, _reply(reply, port))
        self.seen: defaultdict[tuple[str, bytes], int] = defaultdict(int)
        self.counts = Counts()


class Exchange(asyncio.Protocol):
    """One connection. The address that it came to is the host."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._call_later = asyncio.get_running_loop().call_later
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._host = transport.get_extra_info("sockname")[0]
        self._replies = self._answers.replies[self._host]
        self._limit = self._answers.limits.get(self._host)
        self._hangs = self._host in self._answers.hanging

    def data_received(self, data: bytes) -> None:
        if self._hangs:
            return
        *heads, self._pending = (self._pending + data).split(b"\r\n\r\n")
        for head in heads:
            self._answer(head.split(b" ", 2)[1])

    def _answer(self, target: bytes) -> None:
        now = time.monotonic()
        self._answers.counts.seconds[self._host, int(now)] += 1
        if self._limit is not None and not self._limit[0].admits(now):
            self._send(429, self._limit[1])
            return
        reply, raw = self._replies.get(target, _UNKNOWN)
        if reply.hiccup:
            seen = self._answers.seen
            seen[self._host, target] += 1
            if seen[self._host, target] % 2:
                self._call_later(reply.delay, self._send, 503, _HICCUP)
                return
        self._call_later(reply.delay, self._send, reply.status, raw)

    def _send(self, status: int, raw: bytes) -> None:
        self._answers.counts.statuses[status] += 1
        if not self._transport.is_closing():
            self._transport.write(raw)


async def serve(web: Web) -> Counts:
    """Serve on every loopback address until SIGTERM."""
    loop = asyncio.get_running_loop()
    with _listener() as listener, _refusing() as refusing:
        port = listener.getsockname()[1]
        answers = Answers(web, port)
        gc.freeze()  # what is served stays: no collection need look at it
        server = await loop.create_server(lambda: Exchange(answers), sock=listener, backlog=4096)
        print(json.dumps({"port": port, "closed": refusing.getsockname()[1]}), flush=True)  # noqa: T201 - its protocol
        stopped = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        await stopped.wait()
        server.close()
    return answers.counts


def main() -> None:
    """Serve, and print what was done."""
    seed, number, hanging = sys.argv[1:]
    web = simulate(int(seed), int(number), float(hanging))
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        counts = runner.run(serve(web))
    asked = sum(counts.statuses.values())
    said = {
        "requests": asked,
        "limited": counts.statuses[429],
        "busiest": max(counts.seconds.values(), default=0),
        "cpu_ms": 1000 * (time.process_time() - counts.began) / max(1, asked),
    }
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    os._exit(0)  # connections that hang are no reason to stay


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if find_spec("uvloop") is None:
        return None
    return cast("Callable[[], asyncio.AbstractEventLoop]", import_module("uvloop").new_event_loop)


def _listener() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", 0))  # noqa: S104 - all of loopback; nothing else is served
    return listener


def _refusing() -> socket.socket:
    """Hold a port and do not listen: who connects is refused, and nobody else takes it."""
    held = socket.socket()
    held.bind(("0.0.0.0", 0))  # noqa: S104 - it never listens
    return held


def _reply(reply: Reply, port: int) -> bytes:
    if reply.location is None:
        return _raw(reply.status)
    host, path = reply.location
    return _raw(reply.status, f"location: http://{host}:{port}{path}\r\n")


def _raw(status: int, header: str = "") -> bytes:
    words = _WORDS.get(status, b"Answer")
    body = b"" if 300 <= status < 400 else _BODY
    return b"HTTP/1.1 %d %s\r\n%scontent-type: text/html\r\ncontent-length: %d\r\n\r\n%s" % (
        status, words, header.encode(), len(body), body,
    )  # fmt: skip


_HICCUP: Final = _raw(503)
_UNKNOWN: Final = (Reply(404, 0.0), _raw(404))


if __name__ == "__main__":
    main()

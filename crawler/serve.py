"""The history in a browser: a copy of it is served, read-only, until Ctrl-C.

The one module that listens. What it answers is `browse`'s, and who may ask `gate`'s; here is when a
copy is made, and removed.
"""

import asyncio
import ipaddress
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import uvicorn

from crawler.clock import Clock
from crawler.errors import ImpossibleError, StoreError
from crawler.gate import Message, Receive, Send, answer, careful, refused
from crawler.snapshot import Snapshot, taken

if TYPE_CHECKING:
    from crawler.browse import Pages

Say: TypeAlias = Callable[[str], None]

RESTED: Final = 5.0
"""So many seconds a history must have been left alone before a fresh copy is made of it."""

LARGE: Final = 100_000_000
"""Bytes that take so long to copy that somebody may wonder."""


@dataclass(slots=True)
class Copy:
    """A copy with its pages, and how many requests are being answered from it."""

    snapshot: Snapshot
    pages: "Pages"
    app: Any
    asked: int = 0
    retired: bool = False

    def close_if_idle(self) -> None:
        """Remove the copy once it is neither the latest nor asked."""
        if self.retired and not self.asked:
            from crawler import browse  # noqa: PLC0415 - see `Shelf.fetch`

            browse.closed(self.pages)
            shutil.rmtree(self.snapshot.path.parent)


class Shelf:
    """Has the latest copy of a history, and answers from it. An ASGI application."""

    def __init__(self, history: Path, directory: Path, clock: Clock, *, alone: bool) -> None:
        self._history = history
        self._directory = directory
        self._clock = clock
        self._alone = alone
        self._copy: Copy | None = None
        self._mark: object = None

    async def fetch(self) -> None:
        """Make a copy and answer from it from now on. Raises `StoreError`."""
        mark = _mark(self._history)
        directory = Path(tempfile.mkdtemp(dir=self._directory))
        target = directory / "history.db"
        copying = asyncio.to_thread(taken, self._history, target, self._clock.now())
        task = asyncio.create_task(copying)
        await asyncio.sleep(0)
        from crawler import browse  # noqa: PLC0415 - takes a while, as copying does meanwhile

        snapshot = await task
        made = browse.pages(snapshot, alone=self._alone)
        self.close()
        self._copy = Copy(snapshot, made, made.app())
        self._mark = mark

    def close(self) -> None:
        """Remove the copy."""
        if self._copy:
            self._copy.retired = True
            self._copy.close_if_idle()

    async def keep_fresh(self, say: Say) -> None:
        """Make a fresh copy whenever the history has changed and been left alone; for ever."""
        before = self._mark
        while True:
            await self._clock.sleep(RESTED)
            mark = _mark(self._history)
            if mark == before and mark != self._mark:
                self._mark = mark  # tried once, whatever comes of it
                try:
                    await self.fetch()
                except StoreError as error:
                    say(f"{error} The pages show it as it was.")
            before = mark

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        copy = self._copy
        if copy is None or scope["type"] != "http":
            return
        if refusal := refused(scope, alone=self._alone):
            await answer(send, *refusal)
            return
        copy.asked += 1
        try:
            await copy.app(scope, receive, careful(send, scope["path"]))
        finally:
            copy.asked -= 1
            copy.close_if_idle()


def serve(history: Path, address: tuple[str, int], clock: Clock, say: Say, ready: Say) -> None:
    """Serve until a signal ends it. `ready` is told the URL. Raises `ImpossibleError`."""
    with listening(*address) as listener, tempfile.TemporaryDirectory(prefix="crawl-") as directory:
        name = listener.getsockname()
        alone = ipaddress.ip_address(name[0].partition("%")[0]).is_loopback
        shelf = Shelf(history, Path(directory), clock, alone=alone)
        if _size(history) > LARGE:
            say(f"copying {history} ({_size(history) // 1_000_000:,} MB) to look at …")
        if not alone:
            say(
                f"everybody who can reach {name[0]} port {name[1]} can read this history, without "
                "a password."
            )
        asyncio.run(_serve(shelf, listener, say, lambda: ready(_url(*name[:2]))))


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Listen, at a port that is free if it is 0. Raises `ImpossibleError`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ImpossibleError(f"--host {host} is no address of this machine.") from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen()
        except OSError as error:
            raise ImpossibleError(
                f"port {port} of {host} cannot be had ({os.strerror(error.errno or 0)}): name "
                "another one with --port; 0 takes one that is free."
            ) from error
        yield listener


async def _serve(
    shelf: Shelf, listener: socket.socket, say: Say, ready: Callable[[], None]
) -> None:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    await shelf.fetch()
    server = _Server(
        uvicorn.Config(
            shelf, access_log=False, http="h11", lifespan="off", log_config=None, loop="asyncio",
            proxy_headers=False, server_header=False, timeout_graceful_shutdown=2, ws="none",
        )
    )  # fmt: skip
    serving = asyncio.create_task(server.serve([listener]))
    serving.add_done_callback(lambda _: ended.set())
    fresh = asyncio.create_task(shelf.keep_fresh(say))
    ready()
    await ended.wait()
    fresh.cancel()
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await fresh
    await serving
    shelf.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:  # they end more than this server, and in order
        yield


def _url(host: str, port: int) -> str:
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - as a browser can ask
    return f"http://[{here}]:{port}/" if ":" in here else f"http://{here}:{port}/"


def _size(history: Path) -> int:
    try:
        return history.stat().st_size
    except OSError:  # said when it is opened
        return 0


def _mark(history: Path) -> object:
    """Return what is another whenever the history has been written to."""
    try:
        stat = history.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size

"""A web of our own on loopback: raw sockets, so that it can answer what no server would."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest

Handler: TypeAlias = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
Talk: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Site:
    """A running server: its port, and the request heads that it got."""

    port: int = 0
    connections: int = 0
    heads: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [head.split(" ", 2)[1] for head in self.heads]


def answering(raw: bytes) -> Handler:
    async def handler(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return handler


@asynccontextmanager
async def listening(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Talk with whoever connects to a free port of 127.0.0.1, until the block is left."""
    talks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        writers.append(writer)
        try:
            await talk(reader, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            talks.remove(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.sleep(0)  # whoever has just connected is let in, to be sent away
        under_way = set(talks)
        for task in under_way:
            task.cancel()
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*under_way, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)  # transports are closed in the loop's next round


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """Answer one request on each connection."""
    site = Site()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        site.heads.append(head)
        await handler(head.split(" ", 2)[1], writer)

    async with listening(talk, tls) as site.port:
        yield site


@contextmanager
def silent_at(address: str, port: int) -> Iterator[None]:
    """Let connections to an address neither be made nor be refused: its queue is full."""
    with ExitStack() as opened:
        server = opened.enter_context(socket.socket())
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((address, port))
        server.listen(0)
        for _ in range(4):
            client = opened.enter_context(socket.socket())
            client.setblocking(False)  # noqa: FBT003 - as the library has it
            client.connect_ex((address, port))
        yield


def names_lead_to(monkeypatch: pytest.MonkeyPatch, names: Mapping[str, Sequence[str]]) -> None:
    """Let the system's resolver know these names, literals, and nothing else."""
    real = socket.getaddrinfo

    def getaddrinfo(
        host: str | bytes, port: int | None, family: int = 0, type: int = 0, proto: int = 0,  # noqa: A002
        flags: int = 0,
    ) -> list[Any]:  # fmt: skip
        name = host.decode() if isinstance(host, bytes) else host
        found = []
        for address in names.get(name, [name]):
            found += real(address, port, family, type, proto, flags | socket.AI_NUMERICHOST)
        return found

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

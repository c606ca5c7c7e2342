"""A small proxy on loopback: CONNECT, plain requests and SOCKS5, with a login or without."""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from loopback import Talk, listening

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


@dataclass
class Middleman:
    """A running proxy: what it was asked for. All names lead to 127.0.0.1, as only it knows."""

    login: tuple[str, str] | None = None
    status: int = 200
    reply: int = 0
    raw: bytes | None = None
    port: int = 0
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    async def http(self, reader: Reader, writer: Writer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head)
        method, target, _ = head.split(" ", 2)
        self.asked.append(target)
        if self.raw is not None:
            writer.write(self.raw)
        elif self._wants_login(head):
            writer.write(b"HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n")
        elif self.status != 200:
            writer.write(b"HTTP/1.1 %d No\r\ncontent-length: 0\r\n\r\n" % self.status)
        elif method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Go\r\nvia: x\r\n\r\n")
            await self._join(reader, writer, int(target.rpartition(":")[2]))
        else:
            place = target.split("/")[2]
            own = head.replace(target, "/" + target.split("/", 3)[3], 1).encode()
            await self._join(reader, writer, int(place.rpartition(":")[2]), own)
        await writer.drain()

    def _wants_login(self, head: str) -> bool:
        if self.login is None:
            return False
        secret = b64encode(":".join(self.login).encode()).decode()
        return f"proxy-authorization: basic {secret}".lower() not in head.lower()

    async def socks(self, reader: Reader, writer: Writer) -> None:
        if self.raw is not None:
            writer.write(self.raw)
            return
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        method = 0 if self.login is None else 2
        writer.write(bytes([5, method if method in offered else 255]))
        if method not in offered:
            return
        if self.login is not None:
            await reader.readexactly(1)
            given = tuple([(await self._text(reader)).decode() for _ in range(2)])
            writer.write(b"\x01\x00" if given == self.login else b"\x01\x01")
            if given != self.login:
                return
        kind = (await reader.readexactly(4))[3]
        host = await (
            self._text(reader) if kind == 3 else reader.readexactly(4 if kind == 1 else 16)
        )
        port = int.from_bytes(await reader.readexactly(2), "big")
        shown = host.decode() if kind == 3 else f"{kind}#{host.hex()}"
        self.asked.append(f"{shown}:{port}")
        writer.write(bytes([5, self.reply, 0, 3, 1]) + b"x\0\0")
        if not self.reply:
            await self._join(reader, writer, port)

    async def _text(self, reader: Reader) -> bytes:
        return await reader.readexactly((await reader.readexactly(1))[0])

    async def _join(self, reader: Reader, writer: Writer, port: int, first: bytes = b"") -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        there_writer.write(first)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, there_writer))
                both.create_task(_pump(there_reader, writer))
        finally:
            there_writer.close()


async def _pump(reader: Reader, writer: Writer) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        else:
            writer.close()


@asynccontextmanager
async def proxying(
    middleman: Middleman, speak: Talk, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Middleman]:
    """Run a proxy on a free port of 127.0.0.1 until the block is left."""
    async with listening(speak, tls) as middleman.port:
        yield middleman

"""The nouns of the hostile web: what a site does, and what must be said of it.

A `Behaviour` is one link to one site that has a name, sockets and a log of its own. What the site
sends stands in it as raw bytes: no library in between makes it more polite than the wild is.
"""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

HTML: Final = "content-type: text/html; charset=utf-8"
FOREVER: Final = 3600.0
_AT_ONCE: Final = struct.pack("ii", 1, 0)  # linger on, for no time: closing sends a reset


@dataclass(slots=True)
class Peer:
    """The site's end of one connection. `fill` puts the site's own addresses into raw bytes."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    fill: Callable[[bytes], bytes]
    answered: Counter[str]
    path: str = ""
    head: str = ""

    async def send(self, data: bytes) -> None:
        self.writer.write(self.fill(data))
        await self.writer.drain()


Act: TypeAlias = Callable[[Peer], Awaitable[None]]
Answer: TypeAlias = bytes | Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a site does, and what the report must say of a link to it.

    In `url` and in all bytes stand for this site's addresses: `{http}` and `{https}` (host and
    port), `{host}` (without one), `{http2}` and `{https2}` (a second host at the same ports),
    `{https-port}`, `{refused}` (a port where nobody listens) and `{trap}` (a port of this machine
    that nobody may ever connect to).

    `site`: the answer, or the answer to each path, `2/path` for the second host's; whatever has
    none gets a 404. `accepts`: done as soon as somebody connects, instead of listening. `keeps`:
    the connection stays open after an answer. `certificate`: the site also speaks TLS, with this
    one. `links`: so many links, to `/1` and so on. `header_for`: the host that the operator's
    secret header is for. `sent`, `never_sent`: patterns that one, that no request must match.
    `shows`: what the report must say, by field.
    """

    name: str
    expected: str
    site: Answer | Mapping[str, Answer] = b""
    url: str = ""
    accepts: Answer | None = None
    keeps: bool = False
    certificate: str | None = None
    links: int = 1
    header_for: str | None = None
    sent: tuple[str, ...] = ()
    never_sent: tuple[str, ...] = ()
    shows: Mapping[str, object] = field(default_factory=dict)

    @property
    def urls(self) -> tuple[str, ...]:
        """The links to it, with places for addresses."""
        if self.url:
            return (self.url,)
        root = "https://{https}/" if self.certificate else "http://{http}/"
        if self.links == 1:
            return (root,)
        return tuple(f"{root}{number}" for number in range(1, self.links + 1))

    def answer(self, path: str) -> Answer:
        """What the site has to say to a request."""
        if isinstance(self.site, Mapping):
            return self.site.get(path, NOT_FOUND)
        return self.site


# Answers as bytes


def reply(status: str, *lines: str | bytes, body: bytes = b"") -> bytes:
    """Build an answer that is as it should be, but for what `lines` say."""
    head = [f"HTTP/1.1 {status}", *lines, f"content-length: {len(body)}"]
    raw = [line.encode() if isinstance(line, str) else line for line in head]
    return b"\r\n".join(raw) + b"\r\n\r\n" + body


def page(body: bytes = b"<!doctype html><title>There</title>", *lines: str | bytes) -> bytes:
    """Build a page that is there."""
    return reply("200 OK", HTML, *lines, body=body)


def to(location: str | bytes, status: str = "301 Moved Permanently") -> bytes:
    """Build a redirect."""
    written = location.encode() if isinstance(location, str) else location
    return reply(status, b"location: " + written)


PAGE: Final = page()
NOT_FOUND: Final = reply("404 Not Found", HTML)
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n"
CHUNKED: Final = HEAD + b"transfer-encoding: chunked\r\n\r\n"


# Answers as acts


async def perform(answer: Answer, peer: Peer) -> None:
    """Do one thing after the other, as the caller says."""
    if isinstance(answer, bytes):
        await peer.send(answer)
    else:
        await answer(peer)


async def hang(_peer: Peer) -> None:
    """Say nothing, and do not hang up."""
    await asyncio.sleep(FOREVER)


async def hang_up(peer: Peer) -> None:
    """Close in order."""
    peer.writer.close()


async def reset(peer: Peer) -> None:
    """Break the connection off, so that the other end sees a reset."""
    await asyncio.sleep(0.02)  # what was sent before is to arrive
    connection = peer.writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    peer.writer.transport.abort()


async def hear(peer: Peer) -> None:
    """Take in what the other end says first, be it what it may."""
    await peer.reader.read(65_536)


def steps(*answers: Answer) -> Act:
    """Do all of these, in order."""

    async def act(peer: Peer) -> None:
        for answer in answers:
            await perform(answer, peer)

    return act


def in_turn(*answers: Answer) -> Act:
    """Answer the first request for a path with the first of these, and so on; the last for ever."""

    async def act(peer: Peer) -> None:
        turn = peer.answered[peer.path]
        peer.answered[peer.path] += 1
        await perform(answers[min(turn, len(answers) - 1)], peer)

    return act


# Seconds between two pieces of a flood that the fast stack reads without yielding. As fast as
# loopback is, it costs other links no verdict, but the end of their pages and so some of the facts.
NETWORK: Final = 0.005


def endless(piece: bytes, rest: float = 0) -> Act:
    """Send this again and again, as fast as it is taken; `rest`: seconds between two pieces."""

    async def act(peer: Peer) -> None:
        while True:
            await peer.send(piece)
            await asyncio.sleep(rest)  # sending alone would never let the other sites speak

    return act


def drip(data: bytes, seconds: float = 0.1) -> Act:
    """Send byte by byte, and wait between two of them."""

    async def act(peer: Peer) -> None:
        for at in range(len(data)):
            await peer.send(data[at : at + 1])
            await asyncio.sleep(seconds)

    return act

"""The hostile web itself: for each behaviour a name and listening sockets, and a log of it all.

It runs on a thread of its own, so that whoever asks can be a process that is waited for. Sockets
listen on 127.0.0.1 at free ports; the names lead there by the operator's word (`resolve`).
"""

import asyncio
import socket
import ssl
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from hostile.behaviour import Behaviour, Peer, perform
from hostile.certificates import DOMAIN, certificates


@dataclass(frozen=True, slots=True)
class Heard:
    """The head of one request, as it came."""

    behaviour: str
    secure: bool
    head: str

    @property
    def host(self) -> str:
        """The value of its Host field."""
        lines = (line.partition(":") for line in self.head.split("\r\n"))
        return next(value.strip() for name, _, value in lines if name.lower() == "host")


@dataclass(slots=True)
class Web:
    """All sites, while they are served."""

    behaviours: Sequence[Behaviour]
    heard: list[Heard] = field(default_factory=list)
    trapped: int = 0
    trap: int = 0
    _refused: int = 0
    _ports: dict[tuple[str, bool], int] = field(default_factory=dict)
    _answered: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def addresses(self, behaviour: Behaviour) -> dict[str, str]:
        """What stands for the addresses of one site in its bytes and URLs."""
        names = {"": f"{behaviour.name}.{DOMAIN}", "2": f"{behaviour.name}-2.{DOMAIN}"}
        ports = {
            "http": self._ports.get((behaviour.name, False), self._refused),
            "https": self._ports.get((behaviour.name, True), self._refused),
        }
        hosts = {
            f"{{{scheme}{number}}}": f"{name}:{port}"
            for scheme, port in ports.items()
            for number, name in names.items()
        }
        ports_only = {
            "{https-port}": str(ports["https"]),
            "{refused}": str(self._refused),
            "{trap}": str(self.trap),
        }
        return hosts | ports_only | {"{host}": names[""]}

    def filled(self, behaviour: Behaviour, text: str) -> str:
        """Put the addresses of one site where a text has places for them."""
        for place, address in self.addresses(behaviour).items():
            text = text.replace(place, address)
        return text

    def heads(self, behaviour: Behaviour) -> list[str]:
        """What one site was asked."""
        return [heard.head for heard in self.heard if heard.behaviour == behaviour.name]

    async def serve(self, ready: threading.Event, done: asyncio.Event) -> None:
        """Serve until it is done."""
        asyncio.get_running_loop().set_exception_handler(_keep_quiet)
        async with AsyncExitStack() as sockets:
            unused = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
            taken = sockets.enter_context(socket.socket())
            taken.bind(("127.0.0.1", 0))  # bound and not listening: it refuses
            self._refused = taken.getsockname()[1]
            await self._set_trap(sockets, unused)
            for behaviour in self.behaviours:
                for secure in (False, True) if behaviour.certificate else (False,):
                    await sockets.enter_async_context(self._site(behaviour, secure=secure))
            ready.set()
            await done.wait()
            for writer in self._open:
                writer.transport.abort()

    async def _set_trap(self, sockets: AsyncExitStack, unused: socket.socket) -> None:
        """Listen at all of this machine's own addresses, as far as it has them."""
        self.trap = unused.getsockname()[1]
        server = await asyncio.start_server(self._caught, sock=unused)
        sockets.callback(server.close)
        with suppress(OSError):  # a machine without IPv6
            server6 = await asyncio.start_server(self._caught, "::1", self.trap)
            sockets.callback(server6.close)

    async def _caught(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.trapped += 1
        writer.close()

    @asynccontextmanager
    async def _site(self, behaviour: Behaviour, *, secure: bool) -> AsyncIterator[None]:
        kind = behaviour.certificate
        server = await asyncio.start_server(
            partial(self._connected, behaviour, secure),
            "127.0.0.1",
            0,
            ssl=certificates().context(kind) if secure and kind else None,
        )
        self._ports[behaviour.name, secure] = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _connected(
        self,
        behaviour: Behaviour,
        secure: bool,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        places = {place.encode(): to.encode() for place, to in self.addresses(behaviour).items()}
        peer = Peer(reader, writer, partial(_fill, places), self._answered[behaviour.name])
        self._open.add(writer)
        try:
            if behaviour.accepts is not None:
                await perform(behaviour.accepts, peer)
            else:
                await self._converse(behaviour, secure, peer)
        except (OSError, EOFError, ssl.SSLError):  # the other end has had enough
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _converse(self, behaviour: Behaviour, secure: bool, peer: Peer) -> None:
        while True:
            head = (await peer.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            heard = Heard(behaviour.name, secure, head)
            self.heard.append(heard)
            peer.head = head
            second = heard.host.startswith(f"{behaviour.name}-2.")
            peer.path = second * "2" + head.split(" ", 2)[1]
            await perform(behaviour.answer(peer.path), peer)
            if not behaviour.keeps:
                return


@contextmanager
def served(behaviours: Sequence[Behaviour]) -> Iterator[Web]:
    """Serve these sites while the block lasts."""
    web, ready = Web(behaviours), threading.Event()
    control: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        done = asyncio.Event()
        control.append((asyncio.get_running_loop(), done))
        await web.serve(ready, done)

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="hostile web")
    thread.start()
    ready.wait()
    loop, done = control[0]
    try:
        yield web
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join()


def _fill(places: dict[bytes, bytes], data: bytes) -> bytes:
    if b"{" in data:
        for place, address in places.items():
            data = data.replace(place, address)
    return data


def _keep_quiet(_loop: asyncio.AbstractEventLoop, _context: dict[str, object]) -> None:
    """Do not tell of handshakes that fail: most of them are meant to."""

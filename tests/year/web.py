"""The world over the seam of the real web, and time that passes only while everybody waits."""

import asyncio
import selectors
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

import httpx

from year.pages import Reply, Trouble, html
from year.world import Night, World

_EXPIRED: Final = 10  # OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED
_WRONG_NAME: Final = 62  # X509_V_ERR_HOSTNAME_MISMATCH
_DAY: Final = 86_400
# Time that stood still while there is something to do would never end a wait of less than the
# loop can tell from none.
_LEAST: Final = 1e-6


class Leaping(selectors.DefaultSelector):
    """A selector that does not wait: it notes how long it would have."""

    leapt = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and for nothing")
        self.leapt += max(_LEAST, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds pass at once. A silent host costs nothing, and is silent."""

    def __init__(self) -> None:
        self._leaping = Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.leapt


class NightClock:
    """The machine's clock in a night: it may be wrong, but it goes."""

    def __init__(self, shown: datetime) -> None:
        self._shown = shown
        self._begun = asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return self._shown + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time() - self._begun

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class NightWeb(httpx.AsyncBaseTransport):
    """Answers as the world does in a night; counts what it is asked, by URL."""

    def __init__(self, world: World, night: Night, clock: NightClock) -> None:
        self.asked: Counter[str] = Counter()
        self._world, self._night, self._clock = world, night, clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = f"{request.url.scheme}://{request.url.host}{request.url.raw_path.decode()}"
        self.asked[url] += 1
        await asyncio.sleep(_latency(url))
        day = self._night.day + self._clock.monotonic() / _DAY
        reply = self._world.reply(url, day, self._night.line)
        if reply.trouble is Trouble.SILENT:
            await asyncio.Event().wait()
        if reply.trouble is not None:
            error = _ERRORS[reply.trouble]()
            raise error
        if self.asked[url] <= reply.busy:
            return httpx.Response(503)
        return _response(reply, request.headers.get("if-none-match"))


def _response(reply: Reply, known: str | None) -> httpx.Response:
    body = html(reply.page) if reply.page else b""
    headers = [("content-type", "text/html; charset=utf-8"), *reply.headers]
    if reply.location:
        headers.append(("location", reply.location))
    if reply.tagged:
        tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        headers.append(("etag", tag))
        if tag == known:
            return httpx.Response(304, headers=headers)
    return httpx.Response(reply.status, headers=headers, content=body)


def _latency(url: str) -> float:
    return 0.05 + blake2b(url.encode(), digest_size=1).digest()[0] / 1000


def _caused(cause: BaseException) -> httpx.ConnectError:
    error = httpx.ConnectError("simulated")
    error.__cause__ = cause
    return error


def _unverified(code: int) -> httpx.ConnectError:
    error = ssl.SSLCertVerificationError("simulated")
    error.verify_code = code
    return _caused(error)


_ERRORS: Final[dict[Trouble, Callable[[], httpx.TransportError]]] = {
    Trouble.NO_NAME: lambda: _caused(socket.gaierror(socket.EAI_NONAME, "simulated")),
    Trouble.NAME_SERVER: lambda: _caused(socket.gaierror(socket.EAI_AGAIN, "simulated")),
    Trouble.REFUSED: lambda: _caused(ConnectionRefusedError("simulated")),
    Trouble.RESET: lambda: _caused(ConnectionResetError("simulated")),
    Trouble.EXPIRED: lambda: _unverified(_EXPIRED),
    Trouble.WRONG_NAME: lambda: _unverified(_WRONG_NAME),
}

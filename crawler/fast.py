"""The fast stack: reqwest and rustls (by pyreqwest), connecting to judged addresses only.

A client is told at its making where each host is, and looks nothing up itself; so hosts are
gathered for a moment, and one client serves the whole batch.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeAlias

import httpcore
import httpx
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError
from pyreqwest.http import Url
from pyreqwest.response import Response

from crawler.guard import Guard
from crawler.settings import FetchSettings

GATHER_SECONDS: Final = 0.01
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_IDLE: Final = timedelta(seconds=5)

Host: TypeAlias = tuple[str, int]


class InconclusiveError(Exception):
    """The stack has no answer, and does not know the reason well enough to be believed."""


class FastTransport(httpx.AsyncBaseTransport):
    """Answers by reqwest. Whatever fails but the guard is `InconclusiveError`: ask elsewhere."""

    def __init__(self, settings: FetchSettings, guard: Guard) -> None:
        self._settings = settings
        self._guard = guard
        self._clients: dict[Host, asyncio.Future[Client]] = {}
        self._gathered: dict[Host, str] = {}
        self._making: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises `InconclusiveError`, or `ConnectError` from the guard's."""
        address, host, port = _address(request)
        client = await self._client(host, port)
        headers = [(name, value) for name, value in request.headers.items() if name != "host"]
        opened = AsyncExitStack()
        try:
            builder = client.request(request.method, address).headers(headers)
            response = await opened.enter_async_context(builder.build_streamed())
            pairs = list(response.headers.items())
        except (PyreqwestError, ValueError) as error:  # headers that are not ASCII: ValueError
            await opened.aclose()
            raise InconclusiveError from error
        except BaseException:
            await opened.aclose()
            raise
        return httpx.Response(response.status, headers=pairs, stream=_Body(response, opened))

    async def aclose(self) -> None:
        """Close all clients."""
        for task in self._making:
            task.cancel()
        await asyncio.gather(*self._making, return_exceptions=True)
        clients = {id(client): client for f in self._clients.values() if (client := _made(f))}
        for client in clients.values():
            await client.close()

    async def _client(self, host: str, port: int) -> Client:
        key = (host, port)
        if key not in self._clients:
            place = await self._place(host, port)
            if key not in self._clients:  # nobody else was quicker
                self._gather(key, place)
        return await asyncio.shield(self._clients[key])

    async def _place(self, host: str, port: int) -> str:
        try:
            return (await self._guard.places(host, port))[0]
        except httpcore.ConnectError as error:  # as httpx does with those of its own stack
            raise httpx.ConnectError(str(error)) from error

    def _gather(self, key: Host, place: str) -> None:
        self._clients[key] = asyncio.get_running_loop().create_future()
        self._gathered[key] = place
        if len(self._gathered) == 1:
            task = asyncio.create_task(self._make())
            self._making.add(task)
            task.add_done_callback(self._making.discard)

    async def _make(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        gathered, self._gathered = self._gathered, {}
        while gathered:  # one name can be pinned once in a client, whatever its port
            batch = {host: (host, port) for host, port in gathered}
            pins = {host: gathered.pop(key) for host, key in batch.items()}
            try:
                client = self._build(pins)
            except PyreqwestError:  # a certificate authority that rustls cannot read
                for key in batch.values():
                    self._clients[key].set_exception(InconclusiveError())
                continue
            for key in batch.values():
                self._clients[key].set_result(client)

    def _build(self, pins: Mapping[str, str]) -> Client:
        builder = (
            ClientBuilder()
            .no_proxy()
            .follow_redirects(False)  # noqa: FBT003 - as the library has it
            .default_cookie_store(False)  # noqa: FBT003
            .referer(False)  # noqa: FBT003
            .gzip(False)  # noqa: FBT003 - decoded by us, within limits
            .brotli(False)  # noqa: FBT003
            .zstd(False)  # noqa: FBT003
            .deflate(False)  # noqa: FBT003
            .http1_only()
            .pool_idle_timeout(_IDLE)
            # A silent address must leave time for the others, which the second stack tries.
            .connect_timeout(timedelta(seconds=self._settings.timeout / 3))
        )
        if self._settings.cacert is not None:
            builder = builder.add_root_certificate_pem(Path(self._settings.cacert).read_bytes())
        if self._settings.insecure:
            builder = builder.danger_accept_invalid_certs(True)  # noqa: FBT003
        for host, place in pins.items():
            builder = builder.resolve(host, place, 0)  # port 0: the URL's own
        return builder.build()


class _Body(httpx.AsyncByteStream):
    """The body of one answer, read piece by piece."""

    def __init__(self, response: Response, opened: AsyncExitStack) -> None:
        self._reader = response.body_reader
        self._opened = opened

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (piece := await self._reader.read()) is not None:
                yield bytes(piece)
        except PyreqwestError as error:
            raise httpx.RemoteProtocolError("the body was cut short") from error

    async def aclose(self) -> None:
        await self._opened.aclose()


def _address(request: httpx.Request) -> tuple[str, str, int]:
    """Return the whole URL, its host and its port.

    The library reads the URL once more by itself. Should it ever see another host in it than the
    one that was judged, it would look that up without a guard: then it is not asked.
    """
    url = request.url
    target = request.extensions["target"].decode()
    address = f"{url.scheme}://{url.netloc.decode()}{target}"
    host = url.raw_host.decode()
    try:
        seen = Url(address).host_str
    except ValueError as error:
        raise InconclusiveError from error
    if seen is None or seen.removeprefix("[").removesuffix("]") != host:
        raise InconclusiveError
    return address, host, url.port or _DEFAULT_PORTS[url.scheme]


def _made(future: asyncio.Future[Client]) -> Client | None:
    done = future.done() and not future.cancelled() and future.exception() is None
    return future.result() if done else None

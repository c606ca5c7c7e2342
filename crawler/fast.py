"""The fast stack: reqwest and rustls (by pyreqwest), connecting to judged addresses only.

A client is told at its making where each host is, and looks nothing up itself; so hosts are
gathered for a moment, and one client serves the whole batch.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, NamedTuple

import httpcore
import httpx
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PyreqwestError, RequestTimeoutError
from pyreqwest.http import Url as ReqwestUrl
from pyreqwest.response import Response

from crawler.guard import Guard
from crawler.line import Reply
from crawler.settings import FetchSettings
from crawler.urls import Url

FAST: Final = "fast"
GATHER_SECONDS: Final = 0.03
# A client that knows TLS holds its own table of authorities, 150 kB, and takes 8 ms to make: in a
# long run hosts are gathered for longer, and the oldest clients are forgotten.
LONG_GATHER_SECONDS: Final = 0.25
MAX_CLIENTS: Final = 64
# An idle connection holds 37 kB, for up to twice as long; a host's next request comes soon.
_IDLE: Final = timedelta(seconds=1)
_MAX_IDLE: Final = 1

# A silent address must leave time for the others, which the second stack tries: a third of the
# time for one answer, and in any case enough for two lost packets (RFC 6298: after 1 and 3 s).
_MAX_CONNECT_SECONDS: Final = 3.5


class Host(NamedTuple):
    """Whom a client is made for.

    `moved`: where it was found to be reached after all, if its first address is dead. What is
    asked over https and what is not never share a client.
    """

    name: str
    port: int
    secure: bool
    moved: str | None


class InconclusiveError(Exception):
    """The stack has no answer, and does not know the reason well enough to be believed."""


class FastLine:
    """Answers by reqwest. Whatever fails but the guard is `InconclusiveError`: ask elsewhere."""

    def __init__(self, settings: FetchSettings, guard: Guard) -> None:
        self._settings = settings
        self._connect = timedelta(seconds=min(settings.timeout / 3, _MAX_CONNECT_SECONDS))
        self._forgotten = timedelta(seconds=settings.timeout + 1)
        self._authorities = Path(settings.cacert).read_bytes() if settings.cacert else None
        self._guard = guard
        self._clients: dict[Host, asyncio.Future[Client]] = {}
        self._batches: deque[tuple[Host, ...]] = deque()
        self._gathered: dict[Host, str] = {}
        self._making: set[asyncio.Task[None]] = set()

    async def prepare(self, url: Url) -> None:
        """Have a client made that knows where the host is. Raises `ConnectError` of the guard's."""
        with suppress(InconclusiveError):  # whoever asks is told so
            await self._client(url)

    async def ask(self, url: Url, headers: Mapping[str, str]) -> Reply:
        """Send a GET request. Raises `InconclusiveError`, or `ConnectError` from the guard's."""
        client = await self._client(url)
        try:
            # Limit 0: else the library waits for much of the body before it tells the status.
            request = client.get(str(url)).headers(list(headers.items()))
            opening = request.streamed_read_buffer_limit(0).build_streamed()
            close = partial(opening.__aexit__, None, None, None)
            response = await opening.__aenter__()  # it is left when the reply is closed
        except (PyreqwestError, ValueError) as error:  # a cookie that it does not send: ValueError
            _heed_cancellation()  # else the other stack would be asked without any deadline
            raise InconclusiveError from error
        try:
            _heed_cancellation()
            pairs = list(response.headers.items())
        except ValueError as error:  # they are not ASCII
            await close()
            raise InconclusiveError from error
        except asyncio.CancelledError:
            await close()
            raise
        return Reply(response.status, pairs, _body(response), close, FAST)

    async def aclose(self) -> None:
        """Close all clients."""
        for task in self._making:
            task.cancel()
        await asyncio.gather(*self._making, return_exceptions=True)
        clients = {id(client): client for f in self._clients.values() if (client := _made(f))}
        for client in clients.values():
            await client.close()

    async def _client(self, url: Url) -> Client:
        _make_sure_of_host(url)
        name = url.host.strip("[]")
        moved = self._guard.experience.moved(name)
        key = Host(name, url.port, url.scheme == "https", moved)
        if key not in self._clients:
            place = await self._place(name, url.port)
            if key not in self._clients:  # nobody else was quicker
                self._gather(key, place)
        made = self._clients[key]
        return made.result() if made.done() else await asyncio.shield(made)

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
        many = len(self._batches) >= MAX_CLIENTS // 4
        await asyncio.sleep(LONG_GATHER_SECONDS if many else GATHER_SECONDS)
        gathered, self._gathered = self._gathered, {}
        while gathered:  # one name can be pinned once in a client, whatever its port
            secure = next(iter(gathered)).secure
            batch = {key.name: key for key in gathered if key.secure is secure}
            pins = {name: gathered.pop(key) for name, key in batch.items()}
            try:
                client = self._build(pins, secure=secure)
            # A certificate authority that rustls cannot read; an address with a zone: ValueError.
            except (PyreqwestError, ValueError):
                for key in batch.values():
                    self._clients[key].set_exception(InconclusiveError())
                continue
            for key in batch.values():
                self._clients[key].set_result(client)
            self._remember(tuple(batch.values()))

    def _remember(self, batch: tuple[Host, ...]) -> None:
        """Remember whom a client serves, and forget the oldest: hosts may be gathered anew."""
        self._batches.append(batch)
        if len(self._batches) > MAX_CLIENTS:
            for key in self._batches.popleft():
                self._clients.pop(key, None)

    def _build(self, pins: Mapping[str, str], *, secure: bool) -> Client:
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
            .pool_max_idle_per_host(_MAX_IDLE)
            .connect_timeout(self._connect)
            # We give up before; but only by this the library lets go of what we gave up.
            .timeout(self._forgotten)
        )
        if secure and self._authorities is not None:
            builder = builder.add_root_certificate_pem(self._authorities)
        if self._settings.insecure or not secure:
            # Without TLS there are no certificates: it is told so, lest it read all authorities.
            builder = builder.danger_accept_invalid_certs(True)  # noqa: FBT003
        builder = builder.https_only(secure)
        for name, place in pins.items():
            builder = builder.resolve(name, place, 0)  # port 0: the URL's own
        return builder.build()


async def _body(response: Response) -> AsyncIterator[bytes]:
    """Read the body piece by piece."""
    try:
        while (piece := await response.body_reader.read_chunk()) is not None:
            _heed_cancellation()
            yield bytes(piece)
    except RequestTimeoutError as error:
        _heed_cancellation()
        raise httpx.ReadTimeout("the body did not come") from error
    except PyreqwestError as error:
        raise httpx.RemoteProtocolError("the body was cut short") from error


def _heed_cancellation() -> None:
    """Raise what the library loses when it is done at the very moment of a cancellation.

    Without it a body that drips could outlive every deadline.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _make_sure_of_host(url: Url) -> None:
    """Raise `InconclusiveError` for a URL in which the library may see another host than we do.

    It reads the URL once more by itself, and would look that host up without a guard.
    """
    if not (url.target.startswith("/") and _agrees_on(url.scheme, url.authority, url.host)):
        raise InconclusiveError


@lru_cache(maxsize=4096)
def _agrees_on(scheme: str, authority: str, host: str) -> bool:
    try:
        return ReqwestUrl(f"{scheme}://{authority}/").host_str == host
    except ValueError:
        return False


def _made(future: asyncio.Future[Client]) -> Client | None:
    done = future.done() and not future.cancelled() and future.exception() is None
    return future.result() if done else None

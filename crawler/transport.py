"""The one place that opens connections: names are looked up once, judged, and dialled by address.

What is judged is the address that is then connected to, so no second look-up, no odd spelling and
no redirect gets around it. `Host`, SNI and the certificate's name stay those of the URL.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import certifi
import httpcore
import httpx

from crawler import addresses
from crawler.addresses import Route
from crawler.errors import SettingsError
from crawler.settings import FetchSettings, PaceSettings

DNS_THREADS: Final = (
    32  # asyncio's own executor has six on two cores, each busy for a whole look-up
)
DNS_DEADLINE: Final = 10.0
_IDLE_SECONDS: Final = 5.0


class UnsafeAddressError(httpcore.ConnectError):
    """The address is not of the public internet; it was not asked."""


class NameLookupError(httpcore.ConnectError):
    """The name could not be looked up. `missing`: there is certainly no such name."""

    def __init__(self, words: str, *, missing: bool) -> None:
        super().__init__(words)
        self.missing = missing


class Resolver:
    """Looks names up on threads of its own, each name once at a time and once a run."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(DNS_THREADS, "names")
        self._names: dict[tuple[str, int], asyncio.Task[list[str]]] = {}

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return numeric addresses, the system's preferred first. Raises `NameLookupError`."""
        key = (host, port)
        if key not in self._names:
            self._names[key] = asyncio.ensure_future(self._look_up(host, port))
        return await asyncio.shield(self._names[key])

    async def close(self) -> None:
        """Forget everything; do not wait for look-ups that hang."""
        for task in self._names.values():
            task.cancel()
        await asyncio.gather(*self._names.values(), return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        call = loop.run_in_executor(self._threads, _getaddrinfo, host, port)
        try:
            found = await asyncio.wait_for(call, DNS_DEADLINE)
        except TimeoutError as error:
            raise NameLookupError("no answer from the name server", missing=False) from error
        except socket.gaierror as error:
            missing = error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5))
            raise NameLookupError(_GAI_WORDS[missing], missing=missing) from error
        except (UnicodeError, OSError) as error:  # no name that could ever be looked up
            raise NameLookupError("not a name", missing=True) from error
        return list(dict.fromkeys(found))


_GAI_WORDS: Final = {True: "no such name", False: "the name server failed"}


def _getaddrinfo(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[4][0]) for place in found]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only."""

    def __init__(self, settings: FetchSettings, resolver: Resolver) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._resolver = resolver
        self._routes = tuple(map(Route.parse, settings.resolve))
        self._allowed = addresses.networks(settings.allow_address)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first judged address that answers."""
        places = await self._places(host, port)
        for last, place in enumerate(places, 1 - len(places)):
            try:
                return await self._inner.connect_tcp(
                    place, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not last:
                    raise
        raise NameLookupError("the name has no address", missing=False)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the protocol of httpcore
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no URL leads to a socket of this machine."""
        raise UnsafeAddressError(path)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)

    async def _places(self, host: str, port: int) -> list[str]:
        for route in self._routes:
            if route.matches(host, port):
                return [route.address]  # the operator's word
        found = await self._resolver.addresses(host, port)
        refusals = {place: addresses.refusal(place, self._allowed) for place in found}
        judged = [place for place, refusal in refusals.items() if refusal is None]
        if not judged and found:
            raise UnsafeAddressError(refusals[found[0]])
        return judged


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over the guarded backend."""

    def __init__(self, fetch: FetchSettings, pace: PaceSettings) -> None:
        context = ssl_context(fetch)
        super().__init__(verify=context, trust_env=False)
        self._resolver = Resolver()
        # httpx has no public way to hand a network backend to its pool.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=pace.concurrency * 2,
            max_keepalive_connections=pace.concurrency,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(fetch, self._resolver),
        )

    async def aclose(self) -> None:
        """Close connections and forget names."""
        await super().aclose()
        await self._resolver.close()


def ssl_context(settings: FetchSettings) -> ssl.SSLContext:
    """Return how certificates are verified. Raises `SettingsError` for an unusable file."""
    context = ssl.create_default_context(cafile=certifi.where())
    if settings.cacert is not None:
        try:
            context.load_verify_locations(cafile=Path(settings.cacert))
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                f"--cacert {settings.cacert}: not a readable file of PEM certificates."
            ) from error
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context

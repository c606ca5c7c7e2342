"""Names to addresses: looked up once, judged once, for every stack that connects.

What is judged is the address that is then connected to, so no second look-up, no odd spelling and
no redirect gets around it.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpcore

from crawler import addresses
from crawler.addresses import Route
from crawler.settings import FetchSettings

DNS_THREADS: Final = (
    32  # asyncio's own executor has six on two cores, each busy for a whole look-up
)
DNS_DEADLINE: Final = 10.0

_GAI_WORDS: Final = {True: "no such name", False: "the name server failed"}


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


class Guard:
    """Says which addresses a host may be asked at: the operator's word, or judged look-ups."""

    def __init__(self, settings: FetchSettings) -> None:
        self._resolver = Resolver()
        self._routes = tuple(map(Route.parse, settings.resolve))
        self._allowed = addresses.networks(settings.allow_address)

    async def places(self, host: str, port: int) -> list[str]:
        """Return the addresses to connect to, at least one, the preferred first.

        Raises `NameLookupError`, or `UnsafeAddressError` if none of them may be asked.
        """
        for route in self._routes:
            if route.matches(host, port):
                return [route.address]  # the operator's word
        found = await self._resolver.addresses(host, port)
        refusals = {place: addresses.refusal(place, self._allowed) for place in found}
        judged = [place for place, refusal in refusals.items() if refusal is None]
        if judged:
            return judged
        if found:
            raise UnsafeAddressError(refusals[found[0]])
        raise NameLookupError("the name has no address", missing=False)

    async def close(self) -> None:
        """Forget all names."""
        await self._resolver.close()


def _getaddrinfo(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[4][0]) for place in found]

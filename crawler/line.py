"""The seam between what is asked and who carries it.

Lean on purpose: making httpx's request and response costs more than all else that we do for an
answer. Where a stack speaks httpx, `HttpxLine` makes them; where it does not, nobody does.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, cast

import httpx

from crawler.urls import Url

STANDARD: Final = "standard"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer whose body is still to be read, and which is then to be closed.

    `stack` is the name of the implementation of HTTP that had it.
    """

    status: int
    headers: Iterable[tuple[str, str]]
    body: AsyncIterable[bytes]
    close: Callable[[], Awaitable[object]]
    stack: str = STANDARD


class Line(Protocol):
    """Whoever carries a request to a server. Raises what `failures` knows."""

    async def prepare(self, url: Url) -> None:
        """Find out where a host is, so that it can be asked without delay."""
        ...

    async def ask(self, url: Url, headers: Mapping[str, str]) -> Reply:
        """Send a GET request; `headers` are all but `Host`, names in lower case."""
        ...

    async def ask_elsewhere(self, url: Url, headers: Mapping[str, str]) -> Reply:
        """Send it by another way than `ask` does, if there is one."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...


class HttpxLine:
    """A line over any transport of httpx. `timeout`: seconds for each phase of an answer."""

    def __init__(self, transport: httpx.AsyncBaseTransport, timeout: float) -> None:
        self._transport = transport
        self._timeout = dict.fromkeys(("connect", "read", "write", "pool"), timeout)

    async def prepare(self, url: Url) -> None:
        """Do nothing: httpx finds out when it is asked."""

    async def ask(self, url: Url, headers: Mapping[str, str]) -> Reply:
        """Send a GET request."""
        # As bytes: a cookie comes back as it came, be it ASCII or not. The host is said by us:
        # httpx would decode its name, and some have no decoding.
        raw = [(b"host", url.authority.encode("ascii"))]
        raw += [(name.encode("ascii"), value.encode()) for name, value in headers.items()]
        request = httpx.Request("GET", str(url), headers=raw)
        request.extensions = {"timeout": self._timeout, "target": url.target.encode()}
        response = await self._transport.handle_async_request(request)
        # The stream itself, not `aiter_raw`: that one refuses responses made in memory.
        body = cast("httpx.AsyncByteStream", response.stream)
        return Reply(response.status_code, _decoded(response), body, response.aclose)

    async def ask_elsewhere(self, url: Url, headers: Mapping[str, str]) -> Reply:
        """Send a GET request: there is no other way."""
        return await self.ask(url, headers)

    async def aclose(self) -> None:
        """Close connections."""
        # Not `__aexit__`: httpx's own transport does not come by its `aclose` from there.
        await self._transport.aclose()


def _decoded(response: httpx.Response) -> Iterable[tuple[str, str]]:
    """Decode header values as browsers do: UTF-8 if they are, else each byte a character."""
    for name, value in response.headers.raw:
        try:
            text = value.decode()
        except UnicodeDecodeError:
            text = value.decode("latin-1")
        yield name.decode("latin-1").lower(), text

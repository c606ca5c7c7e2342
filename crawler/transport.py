"""Two stacks behind one seam: the fast one answers, the standard one gives a second opinion.

Two independent implementations of HTTP and TLS must agree before a link is called broken for
reasons that lie in either; where the fast one cannot be imported, the standard one serves alone.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import httpx

from crawler.guard import Guard
from crawler.settings import FetchSettings, PaceSettings
from crawler.standard import StandardTransport

if TYPE_CHECKING:
    from crawler.fast import FastTransport

FAST: Final = "fast"
STANDARD: Final = "standard"


class Transport(httpx.AsyncBaseTransport):
    """Answers requests. Says in `response.extensions["http_stack"]` which stack did."""

    def __init__(self, fetch: FetchSettings, pace: PaceSettings) -> None:
        self._guard = Guard(fetch)
        self._standard = StandardTransport(fetch, pace, self._guard)
        self._fast = _fast(fetch, self._guard)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer by the fast stack, or by the standard one if the fast one cannot tell."""
        if self._fast is not None:
            from crawler.fast import InconclusiveError  # noqa: PLC0415 - it can be imported here

            try:
                return _signed(await self._fast.handle_async_request(request), FAST)
            except InconclusiveError:
                pass  # a second opinion
        return _signed(await self._standard.handle_async_request(request), STANDARD)

    async def aclose(self) -> None:
        """Close connections and forget names."""
        if self._fast is not None:
            await self._fast.aclose()
        await self._standard.aclose()
        await self._guard.close()


def _fast(settings: FetchSettings, guard: Guard) -> "FastTransport | None":
    if find_spec("pyreqwest") is None:
        return None
    from crawler.fast import FastTransport  # noqa: PLC0415 - not everywhere

    return FastTransport(settings, guard)


def _signed(response: httpx.Response, stack: str) -> httpx.Response:
    response.extensions["http_stack"] = stack
    return response

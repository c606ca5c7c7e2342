"""Two stacks behind one seam: the fast one answers, the standard one gives a second opinion.

Two independent implementations of HTTP and TLS must agree before a link is called broken for
reasons that lie in either. Where the fast one cannot be imported, and through a proxy, the
standard one serves alone.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from crawler.guard import Guard
from crawler.line import HttpxLine, Line, Reply
from crawler.proxied import ProxiedTransport
from crawler.settings import FetchSettings, PaceSettings
from crawler.standard import GuardedBackend, StandardTransport, check_authorities
from crawler.urls import Url

if TYPE_CHECKING:
    from crawler.fast import FastLine


class Transport:
    """The line that all requests take."""

    def __init__(self, fetch: FetchSettings, pace: PaceSettings) -> None:
        self._guard = Guard(fetch)
        self._make_standard = partial(_standard, fetch, pace, self._guard)
        check_authorities(fetch)
        self._fast = None if fetch.proxy else _fast(fetch, self._guard)
        # Made when it is needed: to read all authorities takes it a tenth of a second.
        self._made = None if self._fast else self._make_standard()

    async def prepare(self, url: Url) -> None:
        """Find out where a host is. Raises what `failures` knows."""
        if self._fast is not None:
            await self._fast.prepare(url)

    async def ask(self, url: Url, headers: Mapping[str, str]) -> Reply:
        """Answer by the fast stack, or by the standard one if the fast one cannot tell."""
        if self._fast is not None:
            from crawler.fast import InconclusiveError  # noqa: PLC0415 - it can be imported here

            try:
                return await self._fast.ask(url, headers)
            except InconclusiveError:
                pass  # a second opinion
        return await self._standard().ask(url, headers)

    async def ask_elsewhere(self, url: Url, headers: Mapping[str, str]) -> Reply:
        """Answer by the standard stack: the fast one is silent, or held up by somebody else."""
        return await self._standard().ask(url, headers)

    async def aclose(self) -> None:
        """Close connections and forget names; one that cannot be closed keeps no other open."""
        async with AsyncExitStack() as closing:
            closing.push_async_callback(self._guard.close)
            for line in (self._made, self._fast):
                if line is not None:
                    closing.push_async_callback(line.aclose)

    def _standard(self) -> Line:
        if self._made is None:
            self._made = self._make_standard()
        return self._made


def _standard(fetch: FetchSettings, pace: PaceSettings, guard: Guard) -> Line:
    if fetch.proxy:
        return HttpxLine(ProxiedTransport(fetch, pace, guard, fetch.proxy), fetch.timeout)
    return HttpxLine(StandardTransport(fetch, pace, GuardedBackend(guard)), fetch.timeout)


def _fast(settings: FetchSettings, guard: Guard) -> "FastLine | None":
    if find_spec("pyreqwest") is None:
        return None
    from crawler.fast import FastLine  # noqa: PLC0415 - not everywhere

    return FastLine(settings, guard)

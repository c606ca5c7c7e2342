"""The standard stack through the operator's proxy: https by a tunnel, plain http by asking it.

Where a target is, is looked up and judged first, as ever; what cannot be looked up here is left to
the proxy, and so is where a name leads when the proxy looks it up once more.
"""

import ssl
from collections.abc import Iterable
from dataclasses import replace

import httpcore
import httpx

from crawler.guard import Guard
from crawler.obstacles import ProxyError
from crawler.proxy import LOGIN_WANTED, Proxy, reach, refusal, tunnel
from crawler.settings import FetchSettings, PaceSettings
from crawler.standard import GuardedBackend, StandardTransport, ssl_context


class ProxiedTransport(httpx.AsyncBaseTransport):
    """Answers requests through a proxy; for names with a route of the operator's, directly."""

    def __init__(self, fetch: FetchSettings, pace: PaceSettings, guard: Guard, url: str) -> None:
        self._proxy = Proxy.parse(url)
        self._guard = guard
        # What the sites' certificates are worth to the operator says nothing of the proxy's.
        context = ssl_context(replace(fetch, insecure=False))
        backends = [each(self._proxy, context, guard) for each in (_ToProxy, _ThroughProxy)]
        self._forwarded, self._tunnelled = (
            StandardTransport(fetch, pace, backend) for backend in backends
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request. Raises `ConnectError`, from a `ProxyError` if it is the proxy's."""
        host, port = request.url.raw_host.decode(), request.url.port or 80
        secured = request.url.scheme == "https"
        if secured or self._proxy.tunnels_all or self._guard.routed(host, port):
            return await self._tunnelled.handle_async_request(request)
        response = await self._forward(request)
        if response.status_code == LOGIN_WANTED:  # no site has this one to give: RFC 9110
            await response.aclose()
            raise httpx.ConnectError("proxy") from refusal(LOGIN_WANTED)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        await self._tunnelled.aclose()
        await self._forwarded.aclose()

    async def _forward(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = b"http://" + url.netloc + request.extensions["target"]  # RFC 9112 §3.2.2
        asked = httpx.Request(
            request.method, url, headers=request.headers.raw, stream=request.stream
        )
        asked.headers.update(self._proxy.login)
        asked.extensions = {**request.extensions, "target": target}
        try:
            return await self._forwarded.handle_async_request(asked)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            silent = ProxyError("the proxy gave no proper answer")
            raise httpx.ConnectError("proxy") from silent


class _ToProxy(GuardedBackend):
    """Connects to the proxy itself, for targets that were judged."""

    def __init__(self, proxy: Proxy, context: ssl.SSLContext, guard: Guard) -> None:
        super().__init__(guard)
        self._proxy = proxy
        self._context = context

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Judge where the request is to go in the end, and connect to the proxy."""
        await self._guard.judge(host, port)
        return await reach(self._proxy, self._inner, self._context, timeout)


class _ThroughProxy(_ToProxy):
    """Has the proxy lead connections on to their targets."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect through the proxy, or directly where the operator said how."""
        if self._guard.routed(host, port):
            return await GuardedBackend.connect_tcp(
                self, host, port, timeout, local_address, socket_options
            )
        stream = await super().connect_tcp(host, port, timeout)
        try:
            await tunnel(self._proxy, stream, host, port, timeout)
        except BaseException:
            await stream.aclose()
            raise
        return stream

"""The standard stack: httpx's own transport (h11, OpenSSL), connecting to judged addresses only.

`Host`, SNI and the certificate's name stay those of the URL.
"""

import asyncio
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import certifi
import httpcore
import httpx

from crawler.chains import certainly_untrusted
from crawler.errors import SettingsError
from crawler.eyeballs import STAGGER, first_to_connect
from crawler.guard import Guard, UnsafeAddressError
from crawler.obstacles import UntrustedIssuerError, causes
from crawler.settings import FetchSettings, PaceSettings

_IDLE_SECONDS: Final = 5.0
# OpenSSL's `X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY` and `…_VERIFY_LEAF_SIGNATURE`.
_NO_ISSUER: Final = (20, 21)
# The second look at a certificate must not use up the time in which the first has been answered.
_LOOK_SHARE: Final = 0.4


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses only."""

    def __init__(self, guard: Guard) -> None:
        self._inner = httpcore.AnyIOBackend()
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the protocol of httpcore
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the judged address that answers first; all have one budget together."""
        places = await self._guard.places(host, port)
        now = asyncio.get_running_loop().time
        deadline = None if timeout is None else now() + timeout

        async def connect(place: str) -> httpcore.AsyncNetworkStream:
            left = None if deadline is None else max(deadline - now(), 0.0)
            return await self._inner.connect_tcp(place, port, left, local_address, socket_options)

        # However small the budget is, each address gets its part of it.
        stagger = STAGGER if timeout is None else min(STAGGER, timeout / (len(places) + 1))
        won = await first_to_connect(places, connect, stagger)
        self._guard.experience.learn(host, places, won)
        return won.stream

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


class _Connection(httpcore.AsyncHTTPConnection):
    """A connection that is not used again if the server has said more than it was asked.

    What is left of that would be taken for the answer to the next request.
    """

    def has_expired(self) -> bool:
        """Tell whether it must not be used again."""
        return super().has_expired() or (self.is_idle() and self._has_surplus())

    def _has_surplus(self) -> bool:
        # httpcore sees what waits in the socket, but not what its parser has read already.
        parser = getattr(self._connection, "_h11_state", None)
        return parser is None or bool(parser.trailing_data[0])


class _Pool(httpcore.AsyncConnectionPool):
    """httpcore's pool, of such connections."""

    def create_connection(self, origin: httpcore.Origin) -> _Connection:
        """Make a connection, not yet connected."""
        return _Connection(
            origin,
            self._ssl_context,
            self._keepalive_expiry,
            network_backend=self._network_backend,
        )


class StandardTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a backend that connects to what was judged."""

    def __init__(
        self, fetch: FetchSettings, pace: PaceSettings, backend: httpcore.AsyncNetworkBackend
    ) -> None:
        context = ssl_context(fetch)
        self._backend = backend
        self._look_seconds = fetch.timeout * _LOOK_SHARE
        super().__init__(verify=context, trust_env=False)
        # httpx has no public way to hand a network backend to its pool.
        self._pool = _Pool(
            ssl_context=context,
            max_connections=pace.concurrency * 2,
            max_keepalive_connections=pace.concurrency,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; look once more at a certificate whose issuer is not known."""
        try:
            return await super().handle_async_request(request)
        except httpx.ConnectError as error:
            if _misses_issuer(error) and certainly_untrusted(await self._chain(request.url)):
                raise UntrustedIssuerError("no trusted issuer") from error
            raise

    async def _chain(self, url: httpx.URL) -> list[bytes]:
        """Return the certificates that a server sends, if it can be reached; nothing is asked."""
        host, port = url.raw_host.decode(), url.port or 443
        try:
            async with asyncio.timeout(self._look_seconds):
                stream = await self._backend.connect_tcp(host, port)
                try:
                    secured = await stream.start_tls(_unverifying(), host)
                    return _sent_chain(secured.get_extra_info("ssl_object"))
                finally:
                    await stream.aclose()
        except (httpcore.NetworkError, httpcore.TimeoutException, TimeoutError):
            return []


def ssl_context(settings: FetchSettings) -> ssl.SSLContext:
    """Return how certificates are verified. Raises `SettingsError` for an unusable file."""
    context = ssl.create_default_context(cafile=certifi.where())
    # Python 3.13 sets it, browsers do not: certificates would fail for what nobody else minds.
    context.verify_flags &= ~ssl.VerifyFlags.VERIFY_X509_STRICT
    _trust(context, settings)
    if settings.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def check_authorities(settings: FetchSettings) -> None:
    """Raise `SettingsError` for an unusable file of authorities, before it is needed."""
    _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), settings)


def _trust(context: ssl.SSLContext, settings: FetchSettings) -> None:
    if settings.cacert is None:
        return
    try:
        context.load_verify_locations(cafile=Path(settings.cacert))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            f"--cacert {settings.cacert} (or SSL_CERT_FILE): not a readable file of PEM "
            "certificates."
        ) from error


def _unverifying() -> ssl.SSLContext:
    """Return a context for looking at certificates: nothing is ever sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _sent_chain(secured: ssl.SSLObject) -> list[bytes]:
    """Return the chain that a server sent, or the leaf alone where Python does not tell more."""
    public = getattr(secured, "get_unverified_chain", None)  # since Python 3.13
    if public is not None:
        return list(public())
    private = getattr(getattr(secured, "_sslobj", None), "get_unverified_chain", None)
    if private is not None:
        return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in private()]
    leaf = secured.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def _misses_issuer(error: BaseException) -> bool:
    return any(
        isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code in _NO_ISSUER
        for cause in causes(error)
    )

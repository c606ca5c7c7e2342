"""Foreign exceptions become values here and nowhere else: servers cannot make us fail."""

import socket
import ssl
from collections.abc import Mapping
from typing import Final

import httpx

from crawler.guard import NameLookupError, UnsafeAddressError
from crawler.hosts import REFUSED
from crawler.model import Failure, FailureKind
from crawler.obstacles import BeyondProxyError, ProxyError, UntrustedIssuerError, causes

# Most specific first. A test holds this against httpx itself.
FAILURES: Final[tuple[tuple[type[BaseException], FailureKind], ...]] = (
    (UnsafeAddressError, FailureKind.PRIVATE_ADDRESS),
    (ssl.SSLCertVerificationError, FailureKind.TLS_UNTRUSTED),  # told apart by its code, below
    (ssl.SSLError, FailureKind.TLS_HANDSHAKE),
    (httpx.TimeoutException, FailureKind.TIMEOUT),
    (httpx.RemoteProtocolError, FailureKind.PROTOCOL),
    (httpx.LocalProtocolError, FailureKind.PROTOCOL),
    (httpx.UnsupportedProtocol, FailureKind.PROTOCOL),
    (httpx.DecodingError, FailureKind.PROTOCOL),
    (httpx.TooManyRedirects, FailureKind.PROTOCOL),
    (httpx.NetworkError, FailureKind.CONNECT),
    (httpx.ProxyError, FailureKind.CONNECT),
    (httpx.InvalidURL, FailureKind.PROTOCOL),
)
# httpcore leaves errors of TLS as they are when they come after the handshake.
FOREIGN: Final = (httpx.RequestError, httpx.InvalidURL, ssl.SSLError)
"""What the network libraries raise for whatever servers do."""

# OpenSSL's `X509_V_ERR_…`: 20 and 21 are also what a missing intermediate looks like; the
# standard stack looks at the chain then, and says so if there is nothing to be repaired.
_VERIFY_CODES: Final[Mapping[int, FailureKind]] = {
    9: FailureKind.TLS_EXPIRED,  # not valid yet: a matter of the date too
    10: FailureKind.TLS_EXPIRED,
    20: FailureKind.TLS_CHAIN,
    21: FailureKind.TLS_CHAIN,
    62: FailureKind.TLS_HOSTNAME,
    64: FailureKind.TLS_HOSTNAME,
}
_NO_REPLY: Final = "closed without an answer"


def failure_of(error: Exception) -> Failure:
    """Turn an exception of the network libraries into a value, by its whole chain of causes."""
    chain = causes(error)
    known = next((failure for cause in chain if (failure := _known(cause))), None)
    if known is not None:
        return known
    for type_, kind in FAILURES:
        if any(isinstance(cause, type_) for cause in chain):
            return Failure(kind, _words(chain))
    raise error  # a kind of error that nobody knew: a bug of ours, and shown as one


def _known(cause: BaseException) -> Failure | None:
    """Return the failure that one cause alone stands for, if it does."""
    match cause:
        case NameLookupError():
            failed = Failure(FailureKind.DNS_FAILURE, str(cause))
            return Failure(FailureKind.DNS_NOT_FOUND) if cause.missing else failed
        case socket.gaierror():  # from a transport that looks names up by itself
            missing = cause.errno == socket.EAI_NONAME
            return Failure(FailureKind.DNS_NOT_FOUND if missing else FailureKind.DNS_FAILURE)
        case ProxyError() | BeyondProxyError():
            near = isinstance(cause, ProxyError)
            return Failure(FailureKind.PROXY if near else FailureKind.CONNECT, str(cause))
        case UntrustedIssuerError():
            return Failure(FailureKind.TLS_UNTRUSTED)
        case ssl.SSLCertVerificationError():
            return Failure(_VERIFY_CODES.get(cause.verify_code, FailureKind.TLS_UNTRUSTED))
        case _:
            return _hung_up(cause)


def _hung_up(cause: BaseException) -> Failure | None:
    match cause:
        case ConnectionRefusedError():
            return Failure(FailureKind.CONNECT, REFUSED, reached=True)
        case ConnectionResetError():
            return Failure(FailureKind.CONNECT, "reset", reached=True)
        case httpx.RemoteProtocolError() if "without sending" in str(cause):
            return Failure(FailureKind.CONNECT, _NO_REPLY, reached=True)
        case _:
            return None


def _words(chain: list[BaseException]) -> str:
    """Say more, in our words: what a library puts into its messages may be a stranger's."""
    return next((str(cause) for cause in chain if isinstance(cause, UnsafeAddressError)), "")

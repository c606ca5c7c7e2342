"""What stands in the way of an answer: exceptions that no library has, and the causes of all."""

import httpcore
import httpx


class UntrustedIssuerError(httpx.ConnectError):
    """The certificate was issued by nobody who is trusted, and no browser could repair that."""


class ProxyError(httpcore.ConnectError):
    """The proxy is not there, or does not let us through; that says nothing of any site."""


class BeyondProxyError(httpcore.ConnectError):
    """The proxy tried, and could not reach the site."""


def causes(error: BaseException) -> list[BaseException]:
    """Return an exception and what it goes back to, be that said or only implied."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found

"""What stands in the way of an answer: exceptions that no library has, and the causes of all."""

import httpx


class UntrustedIssuerError(httpx.ConnectError):
    """The certificate was issued by nobody who is trusted, and no browser could repair that."""


def causes(error: BaseException) -> list[BaseException]:
    """Return an exception and what it goes back to, be that said or only implied."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found

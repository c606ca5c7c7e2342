"""Who may ask `crawl serve` for what, and what may leave it: stands before Datasette's pages.

A page of somebody else's, open in the same browser, is the one to be kept out; and whoever wrote
the history must not reach through what is shown.
"""

import csv
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from io import StringIO
from typing import Any, Final, TypeAlias

from crawler.cells import without_controls
from crawler.reports.csv import escape

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_POLICY: Final = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    (b"content-security-policy", _POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_ITS_OWN: Final = "/-/"  # Datasette's pages about itself: paths of files, threads, permissions


def refused(scope: Message, *, alone: bool) -> tuple[int, str] | None:
    """Tell why a request is not answered, if it is not: a status and a sentence.

    `alone`: only this machine can ask. A page of somebody else's can, too, by a name that it makes
    lead here (DNS rebinding); the browser then says that name.
    """
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    if alone and not is_here(host.decode("latin-1")):
        return 421, "Ask for this page by the address that crawl serve has told."
    if scope["method"] not in {"GET", "HEAD"}:
        return 405, "There is nothing here to change."
    paths = (scope["path"], scope.get("raw_path", b"").decode("latin-1"))
    if any(path.startswith(_ITS_OWN) for path in paths):
        return 404, "There is no such page."
    return None


def is_here(host: str) -> bool:
    """Tell whether a `Host` header names this machine to itself.

    >>> is_here("localhost:8001"), is_here("[::1]"), is_here("localhost.example.com")
    (True, True, False)
    """
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    name = (name if port.isdecimal() else host).lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def careful(send: Send, path: str) -> Send:
    """Add the headers, and take out of pages and tables what may do harm in them."""
    clean: Callable[[bytes], bytes] | None = _without_formulas if path.endswith(".csv") else None

    async def sent(message: Message) -> None:
        nonlocal clean
        if message["type"] == "http.response.start":
            ours = {name for name, _ in _HEADERS}
            headers = [pair for pair in message["headers"] if pair[0].lower() not in ours]
            kinds = (value for name, value in headers if name.lower() == b"content-type")
            if any(kind.startswith(b"text/html") for kind in kinds):
                clean = without_controls
            message = {**message, "headers": [*headers, *_HEADERS]}
        elif clean:
            message = {**message, "body": clean(message.get("body", b""))}
        await send(message)

    return sent


def _without_formulas(line: bytes) -> bytes:
    """Take the formulas out of a line of CSV: Datasette sends one at a time."""
    written, usual = StringIO(), csv.field_size_limit(len(line))
    try:
        rows = csv.reader(StringIO(line.decode("utf-8", "replace"), newline=""))
        csv.writer(written).writerows(map(escape, row) for row in rows)
    finally:
        csv.field_size_limit(usual)
    return written.getvalue().encode()


async def answer(send: Send, status: int, sentence: str) -> None:
    """Answer with a sentence of our own."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})

"""One request, one answer: what we send, and how much of an answer we take.

The deadline is the caller's; everything else that a server could exhaust is bounded here.
"""

import re
import ssl
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, Self, cast

import httpx

from crawler.decoding import ACCEPTED, Decoder, Undecodable
from crawler.errors import SettingsError
from crawler.failures import FOREIGN, failure_of
from crawler.model import Answer, Request, Response
from crawler.probe import REDIRECTS
from crawler.settings import FetchSettings
from crawler.transport import STANDARD

_READABLE: Final = re.compile(r"text/|application/(?:xhtml\+xml|xml|json)|\Z")
_HEADER: Final = re.compile(
    r"\s*(\S+?)\s*:\s+([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\x20-\x7e]*?)\s*"
)
# What an answer may cost beside its decoded size: padding that unfolds to nothing, tiny pieces.
_MARGIN: Final = 65_536
_MAX_PIECES: Final = 20_000
_SINGLE: Final = frozenset({"location", "content-type", "retry-after", "date"})


class Exchanger:
    """Holds exchanges over a transport, which it owns. Use it as an async context manager."""

    def __init__(self, settings: FetchSettings, transport: httpx.AsyncBaseTransport) -> None:
        self._settings = settings
        self._secrets = _secrets(settings.header)
        self._transport = transport

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        # Not `__aexit__`: httpx's own transport does not come by its `aclose` from there.
        await self._transport.aclose()

    async def exchange(self, request: Request) -> tuple[Answer, str]:
        """Send one request; return its answer and the name of the stack that had it."""
        stack = STANDARD
        try:
            response = await self._transport.handle_async_request(self._outgoing(request))
            stack = response.extensions.get("http_stack", STANDARD)
            try:
                return await self._read(response), stack
            finally:
                await response.aclose()
        except FOREIGN as error:
            return failure_of(error), stack

    def _outgoing(self, request: Request) -> httpx.Request:
        url = request.url
        headers = {
            "host": url.authority,  # httpx would decode the name for it, and some have no decoding
            "user-agent": self._settings.user_agent,
            "accept-encoding": ACCEPTED,
            **request.headers,
        }
        if url.scheme == "https":  # secrets: to the exact host that they are for, on every hop
            headers |= self._secrets.get(url.authority, {})
        # As bytes: a cookie comes back as it came, be it ASCII or not.
        raw = [(name.encode("ascii"), value.encode()) for name, value in headers.items()]
        outgoing = httpx.Request("GET", str(url), headers=raw)
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._settings.timeout)
        outgoing.extensions = {"timeout": timeout, "target": url.target.encode()}
        return outgoing

    async def _read(self, response: httpx.Response) -> Response:
        headers = _headers(response)
        status = response.status_code
        kind = headers.get("content-type", "").strip().lower()
        redirects = status in REDIRECTS and "location" in headers
        if redirects or not _READABLE.match(kind):
            return Response(status, headers)
        body, truncated = await self._body(response, headers.get("content-encoding", ""))
        return Response(status, headers, body, truncated)

    async def _body(self, response: httpx.Response, coding: str) -> tuple[bytes, bool]:
        """Read up to the cap. A body cut short or garbled is no failure: the page is there."""
        limit = self._settings.max_body
        try:
            decoder = Decoder(coding, limit)
        except Undecodable:
            return b"", True
        wire = pieces = 0
        try:
            # The stream itself, not `aiter_raw`: that one refuses responses made in memory.
            async for piece in cast("httpx.AsyncByteStream", response.stream):
                decoder.feed(piece)
                wire, pieces = wire + len(piece), pieces + 1
                endless = wire > 2 * limit + _MARGIN or pieces > _MAX_PIECES
                if decoder.full or endless:
                    return bytes(decoder.body), True
        except (Undecodable, httpx.TransportError, ssl.SSLError):
            return bytes(decoder.body), True
        return bytes(decoder.body), False


def _headers(response: httpx.Response) -> dict[str, str]:
    """Decode header values as browsers do: UTF-8 if they are, else each byte a character."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers.raw:
        name = raw_name.decode("latin-1").lower()
        try:
            value = raw_value.decode()
        except UnicodeDecodeError:
            value = raw_value.decode("latin-1")
        if name not in headers:
            headers[name] = value
        elif name not in _SINGLE:  # of those, the first counts: two joined would be a third
            joint = "\n" if name == "set-cookie" else ", "
            headers[name] += joint + value
    return headers


def _secrets(texts: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    secrets: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for text in texts:
        match = _HEADER.fullmatch(text)
        if match is None or any(mark in text for mark in "\r\n\0"):
            raise SettingsError("--header takes 'HOST: Name: value'; what was given is not that.")
        secrets[match[1].lower().removesuffix(":443")][match[2].lower()] = match[3]
    return secrets

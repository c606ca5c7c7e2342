"""One request, one answer: what we send, and how much of an answer we take.

The deadline is the caller's; everything else that a server could exhaust is bounded here.
"""

import asyncio
import re
import ssl
from collections import defaultdict
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from typing import Final, Self, TypeAlias

import httpx

from crawler.decoding import ACCEPTED, Decoder, Undecodable
from crawler.errors import SettingsError
from crawler.failures import FOREIGN, failure_of
from crawler.line import STANDARD, Line, Reply
from crawler.media import format_of_answer
from crawler.model import Answer, Failure, FailureKind, Reads, Request, Response
from crawler.page import is_readable
from crawler.probe import REDIRECTS
from crawler.settings import FetchSettings
from crawler.urls import Url

_DATA: Final = "application/json"
_MAX_DATA: Final = 65_536
_HEADER: Final = re.compile(
    r"\s*(\S+?)\s*:\s+([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\x20-\x7e]*?)\s*"
)
# What an answer may cost beside its decoded size: padding that unfolds to nothing, tiny pieces.
_MARGIN: Final = 65_536
_MAX_PIECES: Final = 20_000
_SINGLE: Final = frozenset({"location", "content-type", "retry-after", "date"})
# What a body may take of the time for an answer, once it has begun: a page that trickles is not
# silent, and is seldom to be asked a second time.
_BODY_SHARE: Final = 0.45

Asking: TypeAlias = Callable[[Url, Mapping[str, str]], Awaitable[Reply]]


class Exchanger:
    """Holds exchanges over a line, which it owns. Use it as an async context manager."""

    def __init__(self, settings: FetchSettings, line: Line) -> None:
        self._line = line
        self._max_body = settings.max_body
        self._body_seconds = settings.timeout * _BODY_SHARE
        self._headers = {"user-agent": settings.user_agent, "accept-encoding": ACCEPTED}
        self._secrets = _secrets(settings.header)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._line.aclose()

    async def prepare(self, request: Request) -> Failure | None:
        """Find out where a host is; return why that is not possible, if it is not."""
        try:
            await self._line.prepare(request.url)
        except FOREIGN as error:
            return failure_of(error)
        return None

    async def exchange(self, request: Request, heard: Callable[[], None]) -> tuple[Answer, str]:
        """Send one request; return its answer and the name of the stack that had it.

        `heard` is called as soon as there is a status, whether a page follows or not.
        """
        return await self._exchange(request, heard, self._line.ask)

    async def exchange_elsewhere(
        self, request: Request, heard: Callable[[], None]
    ) -> tuple[Answer, str]:
        """Do the same by another way, if there is one."""
        return await self._exchange(request, heard, self._line.ask_elsewhere)

    async def _exchange(
        self, request: Request, heard: Callable[[], None], ask: Asking
    ) -> tuple[Answer, str]:
        stack = STANDARD
        headers = {**self._headers, **request.headers}
        if request.url.scheme == "https":  # secrets: to their exact host only, on every hop
            headers |= self._secrets.get(request.url.authority, {})
        try:
            reply = await ask(request.url, headers)
            stack = reply.stack
            heard()
            try:
                return await self._read(reply, request), stack
            except httpx.TimeoutException:
                return Failure(FailureKind.TIMEOUT, reached=True), stack
            finally:
                await reply.close()
        except FOREIGN as error:
            return failure_of(error), stack

    async def _read(self, reply: Reply, request: Request) -> Response:
        headers = _joined(reply.headers)
        bare = Response(reply.status, headers)
        redirects = reply.status in REDIRECTS and "location" in headers
        # Data are read only where they are asked for, and then nothing else is.
        wants_data = request.headers.get("accept") == _DATA
        readable = bare.media_type == _DATA if wants_data else _is_wanted(bare, request)
        if redirects or not readable:
            return bare
        limit = min(self._max_body, _MAX_DATA) if wants_data else self._max_body
        try:
            decoder = Decoder(headers.get("content-encoding", ""), limit)
        except Undecodable:
            return Response(reply.status, headers, truncated=True)
        whole = await self._fill(decoder, reply.body)
        return Response(reply.status, headers, bytes(decoder.body), truncated=not whole)

    async def _fill(self, decoder: Decoder, pieces: AsyncIterable[bytes]) -> bool:
        """Read a body up to the caps; tell whether that was all of it.

        One that is cut short, garbled or too slow is no failure: the page is there. Who promises a
        page and then falls silent has none: for its beginning all the time of an answer is waited.
        """
        wire = number = 0
        try:
            async with asyncio.timeout(None) as patience:
                async for piece in pieces:
                    if not number:
                        now = asyncio.get_running_loop().time()
                        patience.reschedule(now + self._body_seconds)
                    decoder.feed(piece)
                    wire, number = wire + len(piece), number + 1
                    endless = wire > 2 * self._max_body + _MARGIN or number > _MAX_PIECES
                    if decoder.full or endless:
                        return False
        except (Undecodable, TimeoutError, httpx.TransportError, ssl.SSLError) as error:
            # A stack has a deadline too, which may come before ours where the machine is busy.
            if isinstance(error, httpx.TimeoutException) and not number:
                raise
            return False
        return True


def _is_wanted(bare: Response, request: Request) -> bool:
    match request.reads:
        case Reads.PAGE:
            return is_readable(bare)
        case Reads.DOCUMENT:
            return is_readable(bare) or format_of_answer(bare, request.url) is not None
        case Reads.ANYTHING:
            return True


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
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

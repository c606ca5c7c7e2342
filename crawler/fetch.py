"""The shell around `probe`: httpx, tenacity and waiting. Nothing is decided here.

Policies lie around each other like skins: a conversation is one `probe`; each of its requests is
retried; each attempt waits for its host's turn; each exchange has a deadline and a body cap.
"""

import asyncio
import re
import ssl
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Self, cast

import httpx
from tenacity import AsyncRetrying, Future, RetryCallState, retry_if_result, stop_after_attempt
from tenacity.wait import wait_exponential_jitter

from crawler.clock import Clock
from crawler.decoding import ACCEPTED, Decoder, Undecodable
from crawler.errors import SettingsError
from crawler.failures import FOREIGN, failure_of
from crawler.model import Answer, Failure, FailureKind, Fetch, Request, Response
from crawler.pacing import Pacer
from crawler.probe import REDIRECTS, probe
from crawler.settings import FetchSettings, PaceSettings
from crawler.tables import advertising_hosts
from crawler.transport import STANDARD, Transport
from crawler.urls import Url

TRANSIENT_STATUS: Final = frozenset({
    408, 425, 429, 444, 460, 463, 499, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 527, 530,
})  # fmt: skip
TRANSIENT_FAILURE: Final = frozenset({
    FailureKind.CONNECT, FailureKind.DNS_FAILURE, FailureKind.PROTOCOL, FailureKind.TIMEOUT,
    FailureKind.TLS_HANDSHAKE,
})  # fmt: skip

_READABLE: Final = re.compile(r"text/|application/(?:xhtml\+xml|xml|json)|\Z")
_HEADER: Final = re.compile(
    r"\s*(\S+?)\s*:\s+([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\x20-\x7e]*?)\s*"
)
# What an answer may cost beside its decoded size: padding that unfolds to nothing, tiny pieces.
_MARGIN: Final = 65_536
_MAX_PIECES: Final = 20_000
_SINGLE: Final = frozenset({"location", "content-type", "retry-after", "date"})


class Fetcher:
    """Owns the transport, the pace and the slots. Use it as an async context manager."""

    def __init__(
        self,
        fetch: FetchSettings,
        pace: PaceSettings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = fetch
        self._clock = clock
        self._secrets = _secrets(fetch.header)
        self._transport = transport or Transport(fetch, pace)
        self._pacer = Pacer(pace.delay)
        self._limited: dict[str, Response] = {}
        self._slots = asyncio.Semaphore(pace.concurrency)
        self._lanes: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(pace.per_host)
        )

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        # Not `__aexit__`: httpx's own transport does not come by its `aclose` from there.
        await self._transport.aclose()

    async def fetch(self, url: Url) -> Fetch:
        """Hold the conversation about one URL. Never raises for anything that a server does."""
        conversation = probe(
            url, max_redirects=self._settings.max_redirects, unaskable=advertising_hosts()
        )
        talk = _Talk(self._settings.deadline)
        try:
            request = next(conversation)
            while True:
                request = conversation.send(await self._retried(request, talk))
        except StopIteration as end:
            fetch: Fetch = end.value
        return replace(
            fetch,
            attempts=talk.attempts,
            elapsed_ms=round(talk.spent * 1000),
            http_stack=talk.stack if talk.attempts else None,
        )

    async def _retried(self, request: Request, talk: "_Talk") -> Answer:
        limited = self._limited.get(request.url.authority)
        if limited is not None:
            return limited  # the host has said enough: its other links are not asked any more
        answer = await self._persistently(request, talk)
        if isinstance(answer, Response) and answer.status == 429:  # noqa: PLR2004 - RFC 6585 §4
            self._limited[request.url.authority] = answer
        return answer

    async def _persistently(self, request: Request, talk: "_Talk") -> Answer:
        first = await self._in_turn(request, talk)
        if not self._worth_another_try(first):
            return first  # nearly always: no machinery for that
        answers = iter([first])

        async def attempt() -> Answer:
            known = next(answers, None)
            return await self._in_turn(request, talk) if known is None else known

        # A retrying object carries the state of one call: never share it between tasks.
        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            stop=self._stop,
            wait=self._wait,
            retry=retry_if_result(self._worth_another_try),
            retry_error_callback=_last_answer,
        )
        return await retrying(attempt)

    async def _in_turn(self, request: Request, talk: "_Talk") -> Answer:
        """Wait for the host's turn, without holding one of the slots that all hosts share."""
        host = request.url.authority
        async with self._lanes[host]:
            while True:
                async with self._slots:
                    wait = self._pacer.take_turn(host, self._clock.monotonic())
                    if not wait:
                        answer = await self._timed(request, talk)
                        break
                await self._clock.sleep(wait)
        pause = self._pause(answer)
        if pause is not None and pause <= self._settings.max_retry_after:
            self._pacer.back_off(host, self._clock.monotonic(), pause)
        return answer

    async def _timed(self, request: Request, talk: "_Talk") -> Answer:
        seconds = min(self._settings.timeout, talk.budget - talk.spent)
        if seconds <= 0:
            return Failure(FailureKind.TIMEOUT, f"{talk.budget:g} s in all")
        begun = self._clock.monotonic()
        talk.attempts += 1
        try:
            async with asyncio.timeout(seconds):
                return await self._exchange(request, talk)
        except TimeoutError:
            return Failure(FailureKind.TIMEOUT, f"none within {seconds:.3g} s")
        finally:
            talk.spent += self._clock.monotonic() - begun

    async def _exchange(self, request: Request, talk: "_Talk") -> Answer:
        talk.stack = STANDARD
        try:
            response = await self._transport.handle_async_request(self._outgoing(request))
            talk.stack = response.extensions.get("http_stack", STANDARD)
            try:
                return await self._read(response)
            finally:
                await response.aclose()
        except FOREIGN as error:
            return failure_of(error)

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

    def _stop(self, state: RetryCallState) -> bool:
        """Stop after the last try; a silent host gets one more try, not all of them."""
        tries = self._settings.retries + 1
        if state.outcome is not None and _timed_out(state.outcome.result()):
            tries = min(tries, 2)
        return bool(stop_after_attempt(tries)(state))

    def _worth_another_try(self, answer: Answer) -> bool:
        match answer:
            case Failure(kind=kind):
                return kind in TRANSIENT_FAILURE
            case Response(status=status) if status in TRANSIENT_STATUS:
                pause = self._pause(answer)
                return pause is None or pause <= self._settings.max_retry_after
            case _:
                return False

    def _wait(self, state: RetryCallState) -> float:
        if state.outcome is not None and self._pause(state.outcome.result()):
            return 0.0  # the whole host is waiting already
        return wait_exponential_jitter(multiplier=0.5, max=10, jitter=0.5)(state)

    def _pause(self, answer: Answer) -> float | None:
        if isinstance(answer, Response) and answer.status in (429, 503):
            return retry_after(answer.headers, self._clock.now())
        return None


@dataclass(slots=True)
class _Talk:
    """What one conversation may cost and has cost, in seconds on the line: not in our queues."""

    budget: float
    spent: float = 0.0
    attempts: int = 0
    stack: str = STANDARD


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read `Retry-After`, seconds or date (RFC 9110 §10.2.3); None if there is none to be read.

    A date is relative to the answer's own `Date`, so that a wrong clock does no harm.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    then, start = _date(value), _date(headers.get("date", "")) or now
    return max(0.0, (then - start).total_seconds()) if then else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


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


def _timed_out(answer: Answer) -> bool:
    return isinstance(answer, Failure) and answer.kind is FailureKind.TIMEOUT


def _last_answer(state: RetryCallState) -> Answer:
    # tenacity gives up only after an attempt: there is an outcome.
    return cast("Answer", cast("Future", state.outcome).result())

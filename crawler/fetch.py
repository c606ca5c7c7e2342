"""The shell around `probe`: httpx, tenacity and waiting. Nothing is decided here.

Policies lie around each other like skins: a conversation is one `probe`; each of its requests is
retried; each attempt waits for its host's turn; a silent one gets a rival; each has a deadline.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import Final, Self, TypeAlias, cast

import httpx
from tenacity import AsyncRetrying, Future, RetryCallState, retry_if_result
from tenacity.wait import wait_exponential_jitter

from crawler.clock import Clock
from crawler.exchange import Exchanger
from crawler.hosts import Hosts
from crawler.line import STANDARD, HttpxLine
from crawler.model import (
    Answer,
    Failure,
    FailureKind,
    Fetch,
    Reads,
    Request,
    Response,
    Validators,
)
from crawler.pacing import Pacer, retry_after
from crawler.probe import Probe, probe
from crawler.race import race
from crawler.settings import FetchSettings, PaceSettings
from crawler.slots import Slots
from crawler.tables import advertising_hosts
from crawler.transport import Transport
from crawler.urls import Url

TRANSIENT_STATUS: Final = frozenset({
    408, 425, 429, 444, 460, 463, 499, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 527, 530,
})  # fmt: skip
# Not a silent host: it has had its second try while the first still waited.
TRANSIENT_FAILURE: Final = frozenset({
    FailureKind.CONNECT, FailureKind.DNS_FAILURE, FailureKind.PROTOCOL, FailureKind.TLS_HANDSHAKE,
})  # fmt: skip

Exchange: TypeAlias = Callable[[Request, Callable[[], None]], Awaitable[tuple[Answer, str]]]

_TELLS_WHEN: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


class Fetcher:
    """Owns the transport, the pace and the slots. Use it as an async context manager."""

    def __init__(
        self,
        fetch: FetchSettings,
        pace: PaceSettings,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        self._settings = fetch
        self._clock = clock
        line = HttpxLine(transport, fetch.timeout) if transport else Transport(fetch, pace)
        self._exchanger = Exchanger(fetch, line)
        self._hosts = Hosts()
        self._asides = Hosts()
        self._pacer = pacer or Pacer(pace.delay)
        self._slots = Slots(pace.concurrency)
        self._lanes = _Lanes(pace.per_host, self._pacer)

    async def __aenter__(self) -> Self:
        await self._exchanger.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exchanger.__aexit__()

    async def fetch(
        self,
        url: Url,
        validators: Validators | None = None,
        left: Callable[[], None] = lambda: None,
        behind: int = 0,
        reads: Reads = Reads.PAGE,
    ) -> Fetch:
        """Hold the conversation about one URL. Never raises for anything that a server does.

        `left` is called as soon as somebody else than the URL's own host is asked; `behind` says
        how many links wait at that host for this one; `reads`: what bodies are wanted for.
        """
        talk = _Talk(self._settings.deadline, behind)

        async def ask(request: Request) -> Answer:
            if request.url.authority != url.authority:
                left()
            wanted = request if request.reads is reads else replace(request, reads=reads)
            return await self._asked(wanted, talk)

        fetch = await _held(self._probe(url, validators), ask)
        return replace(
            fetch,
            attempts=talk.attempts,
            elapsed_ms=round(talk.spent * 1000),
            http_stack=talk.stack if talk.attempts else None,
        )

    async def fetch_aside(self, url: Url, reads: Reads = Reads.PAGE) -> Fetch:
        """Do the same about a URL that is no link: what comes of it is held against none."""
        talk = _Talk(self._settings.deadline)
        return await _held(
            self._probe(url, None),
            lambda request: self._asked(replace(request, aside=True, reads=reads), talk),
        )

    async def ask_aside(self, url: Url) -> Answer:
        """Send one request about a URL that is no link, and follow nobody."""
        return await self._asked(Request(url, aside=True), _Talk(self._settings.deadline))

    def _probe(self, url: Url, validators: Validators | None) -> Probe:
        return probe(
            url,
            max_redirects=self._settings.max_redirects,
            unaskable=advertising_hosts(),
            validators=validators,
        )

    async def reaches(self, url: Url) -> bool:
        """Tell whether somebody is there now, whatever is known of the host."""
        answer = await self._raced(Request(url), _Talk(self._settings.timeout))
        return isinstance(answer, Response) or answer.reached

    def keep_apart(self, url: Url, seconds: float) -> None:
        """Ask the host of a URL no more often than once in so many seconds."""
        self._pacer.keep_apart(url.authority, seconds)

    def reopen(self, url: Url) -> None:
        """Let a host that was given up be asked once more."""
        self._hosts.reopen(url, self._clock.monotonic())

    def forget_hosts(self) -> None:
        """Let all hosts be asked again: it was the network that failed."""
        self._hosts.forget()
        self._asides.forget()

    async def _asked(self, request: Request, talk: "_Talk") -> Answer:
        shared = self._shared(request)
        if shared is not None:
            return shared
        answer = await self._in_turn(request, talk)
        if self._settings.retries and self._worth_another_try(request, answer):
            answer = await self._persistently(request, talk, answer)
        self._book(request).limited(request.url, answer)
        return answer

    def _book(self, request: Request) -> Hosts:
        """Return where to write down how a host behaves: what is asked aside is another matter."""
        return self._asides if request.aside else self._hosts

    def _shared(self, request: Request) -> Answer | None:
        shared = self._hosts.shared(request.url)
        return self._asides.shared(request.url) if shared is None and request.aside else shared

    async def _persistently(self, request: Request, talk: "_Talk", first: Answer) -> Answer:
        answers = iter([first])
        patience = _Patience(self._settings.retries, self._settings.max_retry_after)

        async def attempt() -> Answer:
            known = next(answers, None)
            return await self._in_turn(request, talk) if known is None else known

        # A retrying object carries the state of one call: never share it between tasks.
        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            stop=lambda state: patience.ends(self._cost(request, _answer(state))),
            wait=self._wait,
            retry=retry_if_result(partial(self._worth_another_try, request)),
            retry_error_callback=_answer,
        )
        return await retrying(attempt)

    async def _in_turn(self, request: Request, talk: "_Talk") -> Answer:
        """Wait for the host's turn, without holding one of the slots that all hosts share."""
        if (failure := await self._unready(request, talk)) is not None:
            return failure
        host = request.url.authority
        async with self._lanes[host]:
            while (shared := self._shared(request)) is None:
                await self._slots.acquire(talk.behind)
                try:
                    wait = self._pacer.take_turn(host, self._clock.monotonic())
                    if not wait:
                        return await self._attempt(request, talk)
                finally:
                    self._slots.release()
                await self._clock.sleep(wait)
        return shared

    async def _unready(self, request: Request, talk: "_Talk") -> Failure | None:
        """Look the host up before anybody waits for it; return why it cannot be asked."""
        begun = self._clock.monotonic()
        failure = await self._exchanger.prepare(request)
        if failure is not None:
            now = self._clock.monotonic()
            talk.attempts += 1
            talk.spent += now - begun
            self._book(request).note(request.url, failure, begun, now)
        return failure

    async def _attempt(self, request: Request, talk: "_Talk") -> Answer:
        if talk.spent >= talk.budget:
            return talk.silence(f"{talk.budget:g} s in all")
        begun, before = self._clock.monotonic(), talk.attempts
        answer = await self._raced(request, talk)
        now = self._clock.monotonic()
        talk.spent += now - begun
        self._book(request).note(request.url, answer, begun, now, talk.attempts - before)
        self._keep_pace(request.url.authority, answer, begun, now)
        return answer

    async def _raced(self, request: Request, talk: "_Talk") -> Answer:
        """Hold an exchange; a host that stays silent is asked by another way too meanwhile."""

        async def exchange(by: Exchange) -> Answer:
            talk.attempts += 1
            answer, stack = await by(request, talk.hear)
            if not request.aside:  # what is told of a link is who had its page
                talk.stack = stack
            return answer

        one, other = self._exchanger.exchange, self._exchanger.exchange_elsewhere
        seconds = min(self._settings.timeout, talk.budget - talk.spent)
        second_after = seconds / 2 if self._settings.retries else seconds
        answer = await race(
            partial(exchange, one), partial(exchange, other), _is_response, seconds, second_after
        )
        return answer or talk.silence(f"none within {seconds:.3g} s")

    def _keep_pace(self, host: str, answer: Answer, begun: float, now: float) -> None:
        match answer:
            case Response(status=HTTPStatus.TOO_MANY_REQUESTS):
                self._pacer.complained(host, begun, now)
            case Response(status=status) if status != HTTPStatus.SERVICE_UNAVAILABLE:
                self._pacer.answered(host, now - begun)
            case _:
                self._pacer.strained(host)
        self._pacer.back_off(host, now, self._pause(answer) or 0.0)

    def _worth_another_try(self, request: Request, answer: Answer) -> bool:
        if self._shared(request) is not None:
            return False
        match answer:
            case Failure(kind=kind):
                return kind in TRANSIENT_FAILURE
            case Response(status=status, headers=headers):
                if status in _TELLS_WHEN and retry_after(headers, self._clock.now()) is not None:
                    return self._pause(answer) is not None
                return status in TRANSIENT_STATUS

    def _wait(self, state: RetryCallState) -> float:
        if self._pause(_answer(state)):
            return 0.0  # the whole host is waiting already
        return wait_exponential_jitter(multiplier=0.5, max=10, jitter=0.5)(state)

    def _cost(self, request: Request, answer: Answer) -> float | None:
        """Return how long the next try that the host asks for will have to wait, if it does ask.

        A host that says "in a second" time and again is slowed down further than it says.
        """
        pause = self._pause(answer)
        return max(pause, self._pacer.interval(request.url.authority)) if pause else pause

    def _pause(self, answer: Answer) -> float | None:
        """Return how long the host wants to be left alone, in seconds, if we are to wait for it."""
        if not (isinstance(answer, Response) and answer.status in _TELLS_WHEN):
            return None
        seconds = retry_after(answer.headers, self._clock.now())
        if seconds is None or seconds > self._settings.max_retry_after:
            return None
        return seconds


class _Lanes(dict[str, asyncio.Semaphore]):
    """How many requests to each host may be in flight at once."""

    def __init__(self, per_host: int, pacer: Pacer) -> None:
        super().__init__()
        self._per_host = per_host
        self._pacer = pacer

    def __missing__(self, host: str) -> asyncio.Semaphore:
        share = max(1, self._per_host // self._pacer.sharers(host))
        lane = self[host] = asyncio.Semaphore(share)
        return lane


@dataclass(slots=True)
class _Talk:
    """What one conversation may cost and has cost, in seconds on the line: not in our queues."""

    budget: float
    behind: int = 0
    spent: float = 0.0
    attempts: int = 0
    stack: str = STANDARD
    heard: bool = False

    def hear(self) -> None:
        """Take in that somebody is there."""
        self.heard = True

    def silence(self, detail: str) -> Failure:
        """Return what it is when the time is over; who has said anything is there."""
        return Failure(FailureKind.TIMEOUT, detail, reached=self.heard)


@dataclass(slots=True)
class _Patience:
    """What may still be spent on one request: tries of our own, and seconds that we are told."""

    tries: int
    seconds: float

    def ends(self, pause: float | None) -> bool:
        if pause:
            self.seconds -= pause
        else:
            self.tries -= 1
        return self.tries < 0 or self.seconds < 0


async def _held(conversation: Probe, ask: Callable[[Request], Awaitable[Answer]]) -> Fetch:
    try:
        request = next(conversation)
        while True:
            request = conversation.send(await ask(request))
    except StopIteration as end:
        fetch: Fetch = end.value
    return fetch


def _is_response(answer: Answer) -> bool:
    return isinstance(answer, Response)


def _answer(state: RetryCallState) -> Answer:
    # tenacity asks only after an attempt: there is an outcome.
    return cast("Answer", cast("Future", state.outcome).result())

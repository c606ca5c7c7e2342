"""Fakes, not mocks: small stand-ins that behave, and makers of the usual nouns."""

import asyncio
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from crawler import documents
from crawler.model import (
    Answer,
    Document,
    Evidence,
    Fetch,
    Kind,
    Link,
    LinkState,
    Observation,
    Occurrence,
    Outcome,
    PageFacts,
    Report,
    Request,
    Response,
    Span,
    Verdict,
)
from crawler.reasons import BY_CODE
from crawler.records import Record, row_record
from crawler.settings import ExtractSettings
from crawler.store import Store
from crawler.urls import Target, Url, resolve

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self.seconds = 0.0
        self.naps: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += max(seconds, 0.0)
        await asyncio.sleep(0)


def url(text: str) -> Url:
    target = resolve(text)
    assert isinstance(target, Target), target
    return target.url


def converse(
    conversation: Generator[Request, Answer, Fetch], *answers: Answer
) -> tuple[Fetch, list[Request]]:
    """Send scripted answers; return the finished fetch and what was asked."""
    asked: list[Request] = []
    try:
        asked.append(next(conversation))
        for answer in answers:
            asked.append(conversation.send(answer))  # noqa: PERF401 - the end is an exception
    except StopIteration as end:
        fetch: Fetch = end.value
        return fetch, asked
    raise AssertionError(f"still asking for {asked[-1].url}")


def to(location: str, status: int = 301, **headers: str) -> Response:
    return Response(status, {"location": location, **headers})


def occurrence(
    href: str = "https://a.example/", line: int = 1, document: str = "a.md", text: str = "label"
) -> Occurrence:
    span = Span(line, 1, line, 1 + len(href))
    return Occurrence(document, span, href, href, Kind.INLINE, text, "Section")


def evidence(
    outcome: Answer,
    *,
    asked: str = "https://a.example/page",
    effective: str | None = None,
    facts: PageFacts | None = None,
    fetch: Fetch | None = None,
) -> Evidence:
    asked_url = url(asked)
    fetch = fetch or Fetch(asked_url, url(effective or asked), outcome)
    return Evidence(Link(asked_url), fetch, facts or PageFacts())


def verdict_of(code: str) -> Verdict:
    reason = BY_CODE[code]
    return Verdict(reason.outcome, code, reason.sentence, reason.confidence)


def look(
    code: str = "ok", at: datetime = NOON, address: str = "https://a.example/", attempts: int = 1
) -> Observation:
    verdict = verdict_of(code)
    status = 200 if verdict.outcome is Outcome.OK else None
    return Observation(url(address), at, verdict, status, attempts=attempts)


def state_of_looks(*codes: str, hours_apart: float = 24) -> LinkState | None:
    from crawler.health import advance  # noqa: PLC0415 - only this maker needs it
    from crawler.settings import HealthSettings  # noqa: PLC0415

    state = None
    for number, code in enumerate(codes):
        at = NOON + timedelta(hours=hours_apart * number)
        state = advance(state, look(code, at), HealthSettings())
    return state


def states_in(store: Store) -> dict[Url, LinkState]:
    return {state.url: state for state in store.states()}


class Read(NamedTuple):
    """A reading that was gone through."""

    occurrences: tuple[Occurrence, ...]
    base: str | None
    remarks: tuple[str, ...]


def reading_of(document: Document, settings: ExtractSettings) -> Read:
    reading = documents.read(document, settings)
    return Read(tuple(reading.occurrences), reading.base, reading.remarks)


def said(report: Report) -> tuple[Report, list[Record]]:
    """Return all that a report says: of what pages were like, a stored one has no more."""
    return replace(report, rows=()), list(map(row_record, report.rows))

"""Connections are used again only if nothing is left on them that a later answer could be."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from fakes import url
from loopback import listening

from crawler.clock import SystemClock
from crawler.fetch import Fetcher
from crawler.model import Fetch, Response
from crawler.settings import FetchSettings, PaceSettings

HERE = ("*:*:127.0.0.1",)
Speak = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(params=["fast", "standard"], autouse=True)
def stack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "standard":
        monkeypatch.setattr("crawler.transport._fast", lambda *_: None)
    return str(request.param)


@dataclass
class Kept:
    """A server that keeps connections open: which of them each path was asked over."""

    port: int = 0
    connections: int = 0
    asked: dict[str, int] = field(default_factory=dict)


def page(body: bytes, head: bytes = b"HTTP/1.1 200 OK\r\n") -> bytes:
    length = b"content-length: %d\r\n\r\n" % len(body)
    return head + b"content-type: text/html\r\n" + length + body


FORGED = page(b"forged")


@asynccontextmanager
async def keeping(speak: Speak) -> AsyncIterator[Kept]:
    kept = Kept()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept.connections += 1
        number = kept.connections
        while True:
            path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
            kept.asked[path] = number
            await speak(path, writer)
            await writer.drain()

    async with listening(talk) as kept.port:
        yield kept


async def looks(kept: Kept, *paths: str) -> list[Fetch]:
    fetch = FetchSettings(retries=0, timeout=20.0, resolve=HERE)
    seen = []
    async with Fetcher(fetch, PaceSettings(delay=0), SystemClock()) as fetcher:
        for path in paths:
            seen.append(await fetcher.fetch(url(f"http://a.example:{kept.port}{path}")))
            await asyncio.sleep(0.1)  # time for what is still under way to arrive
    return seen


def bodies(fetches: list[Fetch]) -> list[bytes]:
    outcomes = [fetch.outcome for fetch in fetches]
    return [each.body if isinstance(each, Response) else b"" for each in outcomes]


async def test_a_connection_on_which_all_was_read_is_used_again(stack: str) -> None:
    async def speak(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(page(path.encode()))

    async with keeping(speak) as kept:
        seen = await looks(kept, "/1", "/2", "/3")
    assert bodies(seen) == [b"/1", b"/2", b"/3"]
    assert kept.connections == 1
    assert {each.http_stack for each in seen} == {stack}


@pytest.mark.parametrize("late", [False, True])
async def test_an_answer_that_nobody_asked_for_answers_no_later_request(
    stack: str, *, late: bool
) -> None:
    async def speak(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(page(path.encode()) if late else page(path.encode()) + FORGED)
        if late:
            await writer.drain()
            await asyncio.sleep(0.02)
            writer.write(FORGED)

    async with keeping(speak) as kept:
        seen = await looks(kept, "/1", "/2", "/3")
    assert bodies(seen) == [b"/1", b"/2", b"/3"]
    assert sorted(kept.asked.values()) == [1, 2, 3]
    assert {each.http_stack for each in seen} == {stack}


@pytest.mark.parametrize(
    ("length", "missing"),
    [(0, 0), (0, 10), (100_000, 0), (100_000, 10)],
    ids=["short", "short and cut", "longer than a buffer", "cut short"],
)
async def test_the_body_of_a_redirect_is_not_taken_for_the_next_answer(
    stack: str, length: int, missing: int
) -> None:
    async def speak(path: str, writer: asyncio.StreamWriter) -> None:
        there = page(FORGED + b"x" * length, b"HTTP/1.1 302 Found\r\nlocation: /there\r\n")
        writer.write(page(b"there") if path == "/there" else there[: len(there) - missing])

    async with keeping(speak) as kept:
        seen = await looks(kept, "/1", "/2")
    assert bodies(seen) == [b"there", b"there"]
    assert {each.http_stack for each in seen} == {stack}


async def test_a_body_that_nobody_wants_to_read_is_not_taken_for_the_next_answer(
    stack: str,
) -> None:
    async def speak(path: str, writer: asyncio.StreamWriter) -> None:
        picture = page(b"x" * 300_000 + FORGED).replace(b"text/html", b"image/png", 1)
        writer.write(page(b"text") if path == "/text" else picture)

    async with keeping(speak) as kept:
        seen = await looks(kept, "/picture", "/text", "/picture2", "/text")
    assert bodies(seen) == [b"", b"text", b"", b"text"]
    assert {each.http_stack for each in seen} == {stack}


async def test_what_follows_an_answer_without_a_body_is_not_the_next_answer(stack: str) -> None:
    async def speak(path: str, writer: asyncio.StreamWriter) -> None:
        empty = b"HTTP/1.1 204 Nothing\r\ncontent-length: %d\r\n\r\n" % len(FORGED)
        writer.write(page(b"text") if path == "/text" else empty + FORGED)

    async with keeping(speak) as kept:
        seen = await looks(kept, "/1", "/text")
    assert bodies(seen) == [b"", b"text"]
    assert {each.http_stack for each in seen} == {stack}

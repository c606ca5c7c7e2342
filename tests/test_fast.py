"""The fast stack, and when the standard one is asked instead."""

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import trustme
from fakes import url
from loopback import OK, answering, serving
from pyreqwest.client import Client
from pyreqwest.exceptions import RequestTimeoutError

from crawler.clock import SystemClock
from crawler.fast import FastLine, InconclusiveError, _body
from crawler.fetch import Fetcher
from crawler.guard import Guard
from crawler.line import HttpxLine, Line
from crawler.model import Failure, FailureKind, Fetch, Response
from crawler.race import race
from crawler.settings import FetchSettings, PaceSettings
from crawler.standard import GuardedBackend, StandardTransport
from crawler.transport import Transport
from crawler.urls import Url

HERE = ("*:*:127.0.0.1",)


async def fetched(address: str, **settings: Any) -> Fetch:  # noqa: ANN401 - any setting
    fetch = FetchSettings(**{"retries": 0, "timeout": 20.0, "resolve": HERE, **settings})
    async with Fetcher(fetch, PaceSettings(delay=0), SystemClock()) as fetcher:
        return await fetcher.fetch(url(address))


def outcome(fetch: Fetch) -> FailureKind | int:
    return fetch.outcome.kind if isinstance(fetch.outcome, Failure) else fetch.outcome.status


async def test_the_fast_stack_answers_and_signs() -> None:
    async with serving(answering(OK)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/x?%zz|")
    assert (outcome(fetch), fetch.http_stack) == (200, "fast")
    assert site.heads[0].startswith("GET /x?%zz| HTTP/1.1\r\n")
    assert site.heads[0].lower().count("host:") == 1
    assert "user-agent: link-health-crawler/" in site.heads[0].lower()


async def test_without_the_library_the_standard_stack_serves_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crawler.transport.find_spec", lambda _name: None)
    async with serving(answering(OK)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/")
    assert (outcome(fetch), fetch.http_stack) == (200, "standard")


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nx-name: m\xc3\xbcnchen\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"x%d: y\r\n" % n for n in range(150)) + b"\r\n",
    ],
    ids=["headers that are not ASCII", "more headers than the fast stack takes"],
)
async def test_what_one_stack_cannot_read_the_other_may(raw: bytes) -> None:
    async with serving(answering(raw)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/")
    assert (outcome(fetch), fetch.http_stack) == (200, "standard")


async def test_a_raw_unicode_location_is_followed() -> None:
    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        there = b"HTTP/1.1 302 Found\r\nlocation: /m\xc3\xbcnchen\r\n\r\n"
        writer.write(there if path == "/" else OK)

    async with serving(handler) as site:
        fetch = await fetched(f"http://a.example:{site.port}/")
    assert str(fetch.effective_url).endswith("/m%C3%BCnchen")
    assert outcome(fetch) == 200


async def test_both_stacks_must_agree_before_a_link_is_called_broken() -> None:
    async with serving(answering(b"HTTP/1.1 abc\r\n\r\n")) as site:
        fetch = await fetched(f"http://a.example:{site.port}/")
    assert outcome(fetch) is FailureKind.PROTOCOL
    assert site.connections == 2
    assert fetch.attempts == 1


@pytest.mark.parametrize("length", [8, 400_000])
async def test_a_body_that_is_cut_short_costs_only_the_rest(length: int) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 500000\r\n\r\n"
    async with serving(answering(head + b"x" * length)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/")
    assert isinstance(fetch.outcome, Response)
    assert set(fetch.outcome.body) == {ord("x")}
    assert fetch.outcome.truncated
    assert fetch.http_stack == "fast"


async def test_a_page_that_trickles_is_there_and_is_not_asked_twice() -> None:
    async def trickle(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>slow</title>")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(trickle) as site:
        fetch = await fetched(f"http://a.example:{site.port}/", timeout=5.0, retries=2)
    assert isinstance(fetch.outcome, Response)
    assert fetch.outcome.body.startswith(b"<title>slow</title>.")
    assert (fetch.outcome.truncated, fetch.attempts) == (True, 1)


async def test_many_hosts_share_a_client_and_a_name_on_two_ports_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pinned: list[set[str]] = []
    build = FastLine._build

    def counting(transport: FastLine, pins: Mapping[str, str], *, secure: bool) -> Client:
        pinned.append(set(pins))
        return build(transport, pins, secure=secure)

    monkeypatch.setattr(FastLine, "_build", counting)
    async with serving(answering(OK)) as one, serving(answering(OK)) as two:
        fetch = FetchSettings(resolve=HERE)
        async with Fetcher(fetch, PaceSettings(delay=0), SystemClock()) as fetcher:
            addresses = [f"http://h{n}.example:{one.port}/" for n in range(20)]
            addresses += [f"http://h0.example:{two.port}/"]
            seen = await asyncio.gather(*(fetcher.fetch(url(each)) for each in addresses))
    assert {outcome(each) for each in seen} == {200}
    assert (one.connections, two.connections) == (20, 1)
    assert pinned == [{f"h{n}.example" for n in range(20)}, {"h0.example"}]


async def test_the_fast_stack_trusts_whom_the_operator_trusts(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("a.example").configure_cert(context)
    async with serving(answering(OK), context) as site:
        address = f"https://a.example:{site.port}/"
        trusting = await fetched(address, cacert=str(tmp_path / "ca.pem"))
        careless = await fetched(address, insecure=True)
    assert (outcome(trusting), trusting.http_stack) == (200, "fast")
    assert (outcome(careless), careless.http_stack) == (200, "fast")


async def test_who_was_asked_without_tls_is_verified_with_it() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("a.example").configure_cert(context)
    settings = FetchSettings(resolve=HERE)
    fast = FastLine(settings, Guard(settings))
    async with serving(answering(OK), context) as site:
        places = [url(f"{scheme}://a.example:{site.port}/") for scheme in ("http", "https")]
        await asyncio.gather(*map(fast.prepare, places))
        for place in places:
            with pytest.raises(InconclusiveError):
                await fast.ask(place, {})
    assert site.heads == []
    await fast.aclose()


async def test_a_host_that_the_library_would_read_otherwise_is_not_asked() -> None:
    fast = FastLine(FetchSettings(resolve=HERE), Guard(FetchSettings(resolve=HERE)))
    for target in ("@127.0.0.1/", ":99999/"):
        with pytest.raises(InconclusiveError):
            await fast.ask(Url("http", "a.example", target), {})
    with pytest.raises(InconclusiveError):
        await fast.ask(Url("http", "a.example:99999", "/"), {})
    await fast.aclose()


async def test_authorities_that_the_fast_stack_cannot_read_leave_it_to_the_other(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    settings = FetchSettings(resolve=HERE, cacert=str(path))
    fast = FastLine(settings, Guard(settings))
    with pytest.raises(InconclusiveError):
        await fast.ask(url("https://a.example/"), {})
    await fast.aclose()


async def test_a_request_that_is_given_up_leaves_nothing_behind() -> None:
    async def silent(_path: str, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with serving(silent) as site:
        fetch = await fetched(f"http://a.example:{site.port}/", timeout=0.2)
    assert outcome(fetch) is FailureKind.TIMEOUT


async def test_the_standard_stack_is_made_only_if_it_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[FetchSettings] = []

    def standard(fetch: FetchSettings, pace: PaceSettings, guard: Guard) -> Line:
        made.append(fetch)
        return HttpxLine(StandardTransport(fetch, pace, GuardedBackend(guard)), fetch.timeout)

    monkeypatch.setattr("crawler.transport._standard", standard)
    async with serving(answering(OK)) as site:
        good = await fetched(f"http://a.example:{site.port}/")
        assert (outcome(good), len(made)) == (200, 0)
    async with serving(answering(b"HTTP/1.1 200 OK\r\nx: \xc3\xbc\r\n\r\n")) as site:
        odd = await fetched(f"http://a.example:{site.port}/")
    assert (outcome(odd), len(made)) == (200, 1)


async def test_a_stack_that_cannot_be_closed_keeps_nothing_else_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(_self: FastLine) -> None:
        raise RuntimeError("no")

    closed: list[Guard] = []

    async def close(self: Guard) -> None:
        closed.append(self)

    monkeypatch.setattr(FastLine, "aclose", fails)
    monkeypatch.setattr(Guard, "close", close)
    with pytest.raises(RuntimeError, match="no"):
        await Transport(FetchSettings(), PaceSettings()).aclose()
    assert len(closed) == 1


async def test_closing_while_a_client_is_being_made_is_calm() -> None:
    transport = Transport(FetchSettings(resolve=HERE), PaceSettings())
    asking = asyncio.create_task(transport.ask(url("http://a.example/"), {}))
    await asyncio.sleep(0.001)
    await transport.aclose()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_what_was_given_up_is_let_go_of_while_the_run_goes_on() -> None:
    gone: asyncio.Queue[None] = asyncio.Queue()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        gone.put_nowait(None)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = FetchSettings(resolve=HERE, timeout=0.1, retries=0)
    async with server, Fetcher(settings, PaceSettings(), SystemClock()) as fetcher:
        for number in range(3):
            await fetcher.fetch(url(f"http://a{number}.example:{port}/"))
        async with asyncio.timeout(20):
            for _ in range(3):
                await gone.get()


async def test_what_is_promised_and_does_not_come_is_late_and_not_cut_short() -> None:
    async def promising(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")
        await asyncio.sleep(60)

    settings = FetchSettings(resolve=HERE, timeout=0.3)  # the library has a second more
    fast = FastLine(settings, Guard(settings))
    async with serving(promising) as site:
        reply = await fast.ask(url(f"http://a.example:{site.port}/"), {})
        with pytest.raises(httpx.ReadTimeout):
            await anext(aiter(reply.body))
        await reply.close()
        await fast.aclose()


async def test_a_head_does_not_wait_for_its_body() -> None:
    async def redirecting(path: str, writer: asyncio.StreamWriter) -> None:
        if path != "/":
            writer.write(OK)
            return
        writer.write(b"HTTP/1.1 301 Moved\r\nlocation: /next\r\ncontent-length: 9\r\n\r\nx")
        await asyncio.sleep(60)

    async with serving(redirecting) as site:
        fetch = await fetched(f"http://a.example:{site.port}/", timeout=40.0)
    assert outcome(fetch) == 200


async def test_a_cancellation_that_the_library_loses_is_heeded() -> None:
    class Losing:
        """Answers though it is cancelled, as the library does when both come at once."""

        async def read_chunk(self) -> bytes:
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                return b"a piece"
            return b""

    class Response:
        body_reader = Losing()

    async def read() -> None:
        async for _ in _body(cast("Any", Response())):
            raise AssertionError

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(read(), 0.05)


async def test_a_cancellation_that_comes_with_the_librarys_own_deadline_is_heeded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Losing:
        """Ends by its own deadline though it is cancelled: both have come at once."""

        def itself(self, *_: object) -> "Losing":
            return self

        get = headers = streamed_read_buffer_limit = build_streamed = itself

        async def __aenter__(self) -> None:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                raise RequestTimeoutError("late", {"causes": []}) from None

        async def __aexit__(self, *_: object) -> None:
            raise AssertionError

    async def made(_self: FastLine, _url: Url) -> Losing:
        return Losing()

    monkeypatch.setattr(FastLine, "_client", made)
    async with serving(answering(OK)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/", timeout=0.2)
    assert (outcome(fetch), fetch.attempts) == (FailureKind.TIMEOUT, 1)


async def test_a_link_gets_through_though_the_fast_stack_is_held_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def held_up(_self: FastLine, *_: object) -> None:
        await asyncio.sleep(60)

    async def raced(one: Any, other: Any, good: Any, seconds: float, _: float) -> Any:  # noqa: ANN401
        return await race(one, other, good, seconds, second_after=0.05)

    monkeypatch.setattr(FastLine, "ask", held_up)
    monkeypatch.setattr("crawler.fetch.race", raced)
    async with serving(answering(OK)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/", timeout=20.0, retries=1)
    assert (outcome(fetch), fetch.http_stack, fetch.attempts) == (200, "standard", 2)


async def test_an_address_that_the_library_cannot_read_holds_up_no_other_host() -> None:
    routes = ("zone.example:*:fe80::1%lo", "well.example:*:127.0.0.1")
    settings = FetchSettings(resolve=routes, timeout=60)
    async with serving(answering(OK)) as site:
        line = Transport(settings, PaceSettings())
        zone = asyncio.create_task(line.prepare(url(f"http://zone.example:{site.port}/")))
        async with asyncio.timeout(30):
            reply = await line.ask(url(f"http://well.example:{site.port}/"), {})
            await reply.close()
            await zone
        await line.aclose()
    assert reply.status == 200


async def test_the_oldest_clients_are_forgotten_and_their_hosts_asked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crawler.fast.MAX_CLIENTS", 2)
    settings = FetchSettings(resolve=HERE, retries=0)
    async with serving(answering(OK)) as site:
        fast = FastLine(settings, Guard(settings))
        async with Fetcher(settings, PaceSettings(delay=0), SystemClock()) as fetcher:
            for number in (1, 2, 3, 4, 1, 2):
                fetch = await fetcher.fetch(url(f"http://h{number}.example:{site.port}/"))
                assert (outcome(fetch), fetch.http_stack) == (200, "fast")
        for number in range(5):
            await fast.prepare(url(f"http://h{number}.example:{site.port}/"))
            assert len(fast._clients) <= 2
        await fast.aclose()

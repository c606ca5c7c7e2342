"""The shell around the probe, over injected transports."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

import httpx
import pytest
import respx
from fakes import NOON, FakeClock, url

from crawler.errors import SettingsError
from crawler.failures import FAILURES, failure_of
from crawler.fetch import Fetcher
from crawler.guard import NameLookupError, UnsafeAddressError
from crawler.model import Failure, FailureKind, Fetch, Response
from crawler.pacing import retry_after
from crawler.settings import FetchSettings, PaceSettings

A = url("https://a.example/")


async def fetched(
    handler: Callable[[httpx.Request], httpx.Response] | httpx.AsyncBaseTransport,
    fetch: FetchSettings | None = None,
    pace: PaceSettings | None = None,
    clock: FakeClock | None = None,
) -> Fetch:
    transport = (
        handler if isinstance(handler, httpx.AsyncBaseTransport) else httpx.MockTransport(handler)
    )
    settings = fetch or FetchSettings(retries=2)
    made = Fetcher(settings, pace or PaceSettings(delay=0), clock or FakeClock(), transport)
    async with made as fetcher:
        return await fetcher.fetch(A)


def answers(*given: httpx.Response | Exception) -> Callable[[httpx.Request], httpx.Response]:
    """Answer one after the other; the last one for ever."""
    waiting: Iterator[httpx.Response | Exception] = iter(given)
    last = given[-1]

    def handler(_request: httpx.Request) -> httpx.Response:
        answer = next(waiting, last)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=answer.stream)

    return handler


def page(status: int = 200, text: str = "<p>hi", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers={"content-type": "text/html", **named}, text=text)


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


class Endless(httpx.AsyncByteStream):
    """A body without an end."""

    def __init__(self) -> None:
        self.pieces = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.pieces += 1
            yield b"x" * 1000

    async def aclose(self) -> None:
        self.closed = True


async def test_an_answer_and_what_it_cost() -> None:
    fetch = await fetched(lambda _: page())
    assert fetch.outcome == Response(200, fetch_headers(fetch), b"<p>hi")
    assert fetch.attempts == 1


def fetch_headers(fetch: Fetch) -> dict[str, str]:
    assert isinstance(fetch.outcome, Response)
    return dict(fetch.outcome.headers)


@respx.mock
async def test_respx_sees_what_is_sent_and_nothing_secret_is() -> None:
    route = respx.get("https://a.example/").respond(204)
    await fetched(httpx.MockTransport(respx.mock.async_handler))
    sent = route.calls.last.request.headers
    assert sent["user-agent"].startswith("link-health-crawler/")
    assert sent["accept-encoding"] == "gzip, deflate"
    assert {"referer", "cookie", "authorization"}.isdisjoint(sent)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 530])
async def test_a_transient_status_is_asked_again(status: int) -> None:
    fetch = await fetched(answers(page(status), page(200)))
    assert fetch.outcome == Response(200, fetch_headers(fetch), b"<p>hi")
    assert fetch.attempts == 2


@pytest.mark.parametrize("status", [200, 204, 401, 403, 404, 410, 451, 501, 999])
async def test_a_lasting_status_is_not(status: int) -> None:
    assert (await fetched(lambda _: page(status))).attempts == 1


async def test_retries_come_to_an_end_and_back_off_in_between() -> None:
    clock = FakeClock()
    fetch = await fetched(lambda _: page(503), FetchSettings(retries=3), clock=clock)
    assert fetch.attempts == 4
    assert isinstance(fetch.outcome, Response)
    waits = [nap for nap in clock.naps if nap > 0]
    assert len(waits) == 3
    assert waits == sorted(waits)
    assert all(0.5 <= wait <= 10.5 for wait in waits)


async def test_retry_after_makes_the_whole_host_wait() -> None:
    clock = FakeClock()
    fetch = await fetched(answers(page(429, retry_after="7"), page()), clock=clock)
    assert fetch.attempts == 2
    assert sum(clock.naps) == pytest.approx(7)


async def test_a_retry_after_beyond_all_patience_is_not_waited_for() -> None:
    clock = FakeClock()
    fetch = await fetched(lambda _: page(429, retry_after="86400"), clock=clock)
    assert fetch.attempts == 1
    assert sum(clock.naps) == 0


async def test_a_host_that_always_says_in_a_second_is_not_asked_for_minutes() -> None:
    clock = FakeClock()
    fetch = await fetched(lambda _: page(429, retry_after="1"), clock=clock)
    assert isinstance(fetch.outcome, Response)
    assert fetch.outcome.status == 429
    assert fetch.attempts < 15
    assert sum(clock.naps) < 45


async def test_the_next_link_of_a_host_waits_as_the_host_asked() -> None:
    clock = FakeClock()
    handler = answers(page(503, retry_after="5"), page())
    settings, pace = FetchSettings(retries=0), PaceSettings(delay=0)
    async with Fetcher(settings, pace, clock, httpx.MockTransport(handler)) as fetcher:
        await fetcher.fetch(A)
        await fetcher.fetch(url("https://a.example/2"))
    assert sum(clock.naps) == pytest.approx(5)


@pytest.mark.parametrize("after", ["", "30", "86400", "soon"])
async def test_a_host_that_limits_us_to_the_end_is_left_alone_with_all_its_links(
    after: str,
) -> None:
    clock, asked = FakeClock(), 0

    def handler(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return page(429, **({"retry_after": after} if after else {}))

    pace = PaceSettings(delay=0, per_host=1)
    transport = httpx.MockTransport(handler)
    async with Fetcher(FetchSettings(retries=2), pace, clock, transport) as fetcher:
        for number in range(50):
            fetch = await fetcher.fetch(url(f"https://a.example/{number}"))
            assert isinstance(fetch.outcome, Response)
            assert fetch.outcome.status == 429
    assert asked == {"86400": 1, "30": 2}.get(after, 3)
    assert clock.seconds < 70


async def test_a_cookie_that_is_not_ascii_comes_back_as_it_came() -> None:
    sent: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.extend(value for name, value in request.headers.raw if name.lower() == b"cookie")
        if sent:
            return page()
        loop = [(b"location", b"/"), (b"set-cookie", "a=é".encode())]
        return httpx.Response(302, headers=loop)

    await fetched(handler)
    assert sent == ["a=é".encode()]


async def test_padding_that_unfolds_to_nothing_is_not_read_for_ever() -> None:
    class Padding(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield gzip.compress(b"<title>x")
            while True:
                yield b"\0" * 10_000

    headers = {"content-type": "text/html", "content-encoding": "gzip"}
    fetch = await fetched(
        lambda _: httpx.Response(200, headers=headers, stream=Padding()),
        FetchSettings(max_body=10_000),
    )
    assert isinstance(fetch.outcome, Response)
    assert (fetch.outcome.body, fetch.outcome.truncated) == (b"<title>x", True)


async def test_an_error_of_tls_after_the_handshake_is_a_failure_and_no_crash() -> None:
    fetch = await fetched(answers(ssl.SSLError("certificate required")), FetchSettings(retries=0))
    assert fetch.outcome == Failure(FailureKind.TLS_HANDSHAKE)


async def test_one_host_is_asked_at_its_pace_and_never_by_too_many_at_once() -> None:
    clock, moments, now, most = FakeClock(), [], 0, 0

    async def handler(_request: httpx.Request) -> httpx.Response:
        nonlocal now, most
        moments.append(clock.seconds)
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return page()

    pace = PaceSettings(delay=2, per_host=3, concurrency=50)
    async with Fetcher(FetchSettings(), pace, clock, httpx.MockTransport(handler)) as fetcher:
        await asyncio.gather(*(fetcher.fetch(url(f"https://a.example/{n}")) for n in range(8)))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(gap >= 2 for gap in gaps)
    assert most <= 3


async def test_a_host_that_waits_for_its_turn_holds_no_slot_of_the_others() -> None:
    clock, order = FakeClock(), []

    async def handler(request: httpx.Request) -> httpx.Response:
        order.append(request.url.host)
        return page()

    pace = PaceSettings(delay=100, concurrency=1)
    async with Fetcher(FetchSettings(), pace, clock, httpx.MockTransport(handler)) as fetcher:
        slow = [fetcher.fetch(url(f"https://slow.example/{n}")) for n in range(2)]
        quick = [fetcher.fetch(url(f"https://h{n}.example/")) for n in range(3)]
        await asyncio.gather(*slow, *quick)
    assert order[-1] == "slow.example"
    assert len(order) == 5


async def test_an_endless_body_is_cut_and_the_connection_closed() -> None:
    body = Endless()
    headers = {"content-type": "text/html"}
    fetch = await fetched(
        lambda _: httpx.Response(200, headers=headers, stream=body), FetchSettings(max_body=5000)
    )
    assert isinstance(fetch.outcome, Response)
    assert (len(fetch.outcome.body), fetch.outcome.truncated) == (5000, True)
    assert body.closed
    assert body.pieces <= 6


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (301, {"location": "/next", "content-type": "text/html"}),
        (200, {"content-type": "video/mp4"}),
        (200, {"content-type": "application/zip"}),
        (200, {"content-type": "text/event-stream"}),
    ],
)
async def test_bodies_that_nobody_needs_are_not_read(status: int, headers: dict[str, str]) -> None:
    body = Endless()

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/next":
            return page()
        return httpx.Response(status, headers=headers, stream=body)

    await fetched(handler)
    assert body.pieces == 0
    assert body.closed


async def test_a_pdf_is_read_for_its_title() -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "application/pdf"}, content=b"%PDF")

    assert (await fetched(handler)).outcome == Response(
        200, {"content-type": "application/pdf", "content-length": "4"}, b"%PDF"
    )


async def test_a_compressed_body_is_undone_within_the_cap() -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    headers = {"content-type": "text/html", "content-encoding": "gzip"}
    fetch = await fetched(
        lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(bomb)),
        FetchSettings(max_body=1000),
    )
    assert isinstance(fetch.outcome, Response)
    assert (fetch.outcome.body, fetch.outcome.truncated) == (b"\0" * 1000, True)


@pytest.mark.parametrize("coding", ["br", "gzip, gzip, gzip", "gzip"])
async def test_a_body_that_cannot_be_decoded_costs_only_the_body(coding: str) -> None:
    headers = {"content-type": "text/html", "content-encoding": coding}
    body = httpx.ByteStream(b"not what it says")
    fetch = await fetched(lambda _: httpx.Response(200, headers=headers, stream=body))
    assert isinstance(fetch.outcome, Response)
    assert (fetch.outcome.status, fetch.outcome.body, fetch.outcome.truncated) == (200, b"", True)


async def test_a_body_that_is_cut_short_costs_only_the_rest() -> None:
    class Cut(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"<title>x"
            raise httpx.RemoteProtocolError("peer closed connection")

    headers = {"content-type": "text/html"}
    fetch = await fetched(lambda _: httpx.Response(200, headers=headers, stream=Cut()))
    assert isinstance(fetch.outcome, Response)
    assert (fetch.outcome.body, fetch.outcome.truncated) == (b"<title>x", True)


async def test_a_server_that_never_answers_costs_its_deadline_and_no_more() -> None:
    async def handler(_request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        return page()

    fetch = await fetched(httpx.MockTransport(handler), FetchSettings(timeout=0.05))
    assert fetch.outcome == Failure(FailureKind.TIMEOUT, "none within 0.05 s")
    assert fetch.attempts == 2


async def test_a_page_that_is_promised_and_never_begins_says_nothing_of_its_host() -> None:
    class Silent(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            await asyncio.sleep(3600)
            yield b""

    headers = {"content-type": "text/html"}
    fetch = await fetched(
        lambda _: httpx.Response(200, headers=headers, stream=Silent()), FetchSettings(timeout=0.05)
    )
    assert fetch.outcome == Failure(FailureKind.TIMEOUT, "none within 0.05 s", reached=True)


@pytest.mark.parametrize("begun", [True, False])
async def test_the_patience_of_a_stack_may_end_before_ours(begun: bool) -> None:
    class Stalling(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            if begun:
                yield b"<title>x"
            raise httpx.ReadTimeout("nothing more")

    headers = {"content-type": "text/html"}
    fetch = await fetched(lambda _: httpx.Response(200, headers=headers, stream=Stalling()))
    page = Response(200, headers, b"<title>x", truncated=True)
    assert fetch.outcome == (page if begun else Failure(FailureKind.TIMEOUT, reached=True))


async def test_a_link_has_a_deadline_over_all_its_redirects() -> None:
    clock = FakeClock()

    async def handler(request: httpx.Request) -> httpx.Response:
        clock.seconds += 4
        return httpx.Response(302, headers={"location": f"{request.url.path}x"})

    settings = FetchSettings(deadline=10, max_redirects=50)
    fetch = await fetched(httpx.MockTransport(handler), settings, clock=clock)
    assert fetch.outcome == Failure(FailureKind.TIMEOUT, "10 s in all", reached=True)
    assert fetch.attempts == 3


async def test_headers_are_decoded_as_browsers_do() -> None:
    raw = [
        (b"Location", "/münchen".encode()),
        (b"X-Latin", b"caf\xe9"),
        (b"X-Twice", b"1"),
        (b"x-twice", b"2"),
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2, 3"),
    ]
    fetch = await fetched(lambda _: httpx.Response(200, headers=raw))
    headers = fetch_headers(fetch)
    assert headers["location"] == "/münchen"
    assert headers["x-latin"] == "café"
    assert headers["x-twice"] == "1, 2"
    assert headers["set-cookie"] == "a=1\nb=2, 3"


async def test_of_two_locations_the_first_counts() -> None:
    raw = [(b"location", b"/one"), (b"location", b"/two")]
    fetch = await fetched(lambda _: httpx.Response(200, headers=raw))
    assert fetch_headers(fetch)["location"] == "/one"


async def test_the_target_is_sent_as_it_was_normalised() -> None:
    seen: list[bytes] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["target"])
        return page()

    clock = FakeClock()
    transport = httpx.MockTransport(handler)
    async with Fetcher(FetchSettings(), PaceSettings(), clock, transport) as fetcher:
        await fetcher.fetch(url("https://a.example/100%?a=|b"))
    assert seen == [b"/100%?a=|b"]


@pytest.mark.parametrize("address", ["http://i❤.ws/", "http://exa$mple/", "http://a_b.example/"])
async def test_any_host_that_the_standard_knows_can_be_asked(address: str) -> None:
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return page()

    transport = httpx.MockTransport(handler)
    async with Fetcher(FetchSettings(), PaceSettings(), FakeClock(), transport) as fetcher:
        await fetcher.fetch(url(address))
    assert asked[0].headers["host"] == url(address).authority
    assert asked[0].url.raw_host.decode() == url(address).host


async def test_a_secret_goes_to_its_exact_https_host_on_every_hop_and_nowhere_else() -> None:
    sent: dict[str, str | None] = {}

    def handler(request: httpx.Request) -> httpx.Response:
        sent[str(request.url)] = request.headers.get("x-token")
        following = {
            "https://a.example/": "https://a.example/2",
            "https://a.example/2": "https://a.example.evil.example/",
            "https://a.example.evil.example/": "http://a.example/",
            "http://a.example/": "https://a.example:8443/",
        }.get(str(request.url))
        return httpx.Response(302, headers={"location": following}) if following else page()

    await fetched(handler, FetchSettings(header=("a.example: X-Token: secret",)))
    assert sent == {
        "https://a.example/": "secret",
        "https://a.example/2": "secret",
        "https://a.example.evil.example/": None,
        "http://a.example/": None,
        "https://a.example:8443/": None,
    }


@pytest.mark.parametrize(
    ("address", "goes"),
    [
        ("https://a.example/x", True),
        ("https://A.Example:443/", True),
        ("https://user:password@a.example/", True),
        ("https://a.example@evil.example/", False),
        ("https://a.example:443@evil.example/", False),
        ("https://a.example%2F@evil.example/", False),
        ("https://a.example\\@evil.example/", True),  # for browsers too, the backslash is a slash
        ("https://a.example.evil.example/", False),
        ("https://evil-a.example/", False),
        ("https://sub.a.example/", False),
        ("https://evil.example/?https://a.example/", False),
        ("https://evil.example/#@a.example/", False),
        ("https://a.example./", False),
        ("https://\u0430.example/", False),  # a Cyrillic letter
        ("https://a.example:8443/", False),
        ("http://a.example/", False),
        ("http://a.example:443/", False),
    ],
)
async def test_no_way_of_writing_a_host_gets_the_secret_of_another(
    address: str, goes: bool
) -> None:
    sent: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("x-token"))
        return page()

    settings = FetchSettings(header=("a.example: X-Token: secret",))
    transport = httpx.MockTransport(handler)
    async with Fetcher(settings, PaceSettings(delay=0), FakeClock(), transport) as fetcher:
        await fetcher.fetch(url(address))
    assert sent == ["secret" if goes else None]


@pytest.mark.parametrize(
    "text", ["", "a.example", "a.example: X", "a.example: X-Y: a\nb", ": x: y"]
)
def test_a_header_option_that_is_none_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingsError, match="--header takes") as caught:
        Fetcher(FetchSettings(header=(text,)), PaceSettings(), FakeClock())
    assert "X-Y" not in str(caught.value)


def verification(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("bad")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (httpx.ConnectTimeout("x"), FailureKind.TIMEOUT, ""),
        (httpx.PoolTimeout("x"), FailureKind.TIMEOUT, ""),
        (httpx.ConnectError("x"), FailureKind.CONNECT, ""),
        (caused(httpx.ConnectError("x"), ConnectionRefusedError()), FailureKind.CONNECT, "refused"),
        (caused(httpx.ReadError("x"), ConnectionResetError()), FailureKind.CONNECT, "reset"),
        (httpx.RemoteProtocolError("illegal"), FailureKind.PROTOCOL, ""),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            FailureKind.CONNECT,
            "closed without an answer",
        ),
        (httpx.InvalidURL("x"), FailureKind.PROTOCOL, ""),
        (caused(httpx.ConnectError("x"), ssl.SSLError()), FailureKind.TLS_HANDSHAKE, ""),
        (caused(httpx.ConnectError("x"), verification(10)), FailureKind.TLS_EXPIRED, ""),
        (caused(httpx.ConnectError("x"), verification(62)), FailureKind.TLS_HOSTNAME, ""),
        (caused(httpx.ConnectError("x"), verification(18)), FailureKind.TLS_UNTRUSTED, ""),
        (caused(httpx.ConnectError("x"), verification(20)), FailureKind.TLS_CHAIN, ""),
        (
            caused(httpx.ConnectError("x"), NameLookupError("no such name", missing=True)),
            FailureKind.DNS_NOT_FOUND,
            "",
        ),
        (
            caused(httpx.ConnectError("x"), NameLookupError("no answer", missing=False)),
            FailureKind.DNS_FAILURE,
            "no answer",
        ),
        (
            caused(httpx.ConnectError("x"), socket.gaierror(socket.EAI_NONAME, "x")),
            FailureKind.DNS_NOT_FOUND,
            "",
        ),
        (
            caused(httpx.ConnectError("x"), socket.gaierror(socket.EAI_AGAIN, "x")),
            FailureKind.DNS_FAILURE,
            "",
        ),
        (
            caused(httpx.ConnectError("x"), UnsafeAddressError("this machine")),
            FailureKind.PRIVATE_ADDRESS,
            "this machine",
        ),
    ],
)
def test_each_exception_becomes_its_failure(
    error: Exception, kind: FailureKind, detail: str
) -> None:
    reached = kind is FailureKind.CONNECT and detail != ""
    assert failure_of(error) == Failure(kind, detail, reached)


def test_an_exception_that_nobody_knows_is_a_bug_and_shown_as_one() -> None:
    with pytest.raises(ZeroDivisionError):
        failure_of(ZeroDivisionError())


def test_every_error_of_httpx_has_a_failure_kind() -> None:
    def leaves(kind: type[Exception]) -> list[type[Exception]]:
        below = kind.__subclasses__()
        return [leaf for each in below for leaf in leaves(each)] if below else [kind]

    for error in leaves(httpx.RequestError):
        assert any(issubclass(error, known) for known, _ in FAILURES), error


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("-5", None),
        ("1.5", None),
        ("\uff11\uff12", None),
        ("9" * 5000, None),
        ("soon", None),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 12:00:30", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 99 Nov 2026 11:00:00 GMT", None),
    ],
)
def test_retry_after_in_all_its_forms(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOON) == seconds


def test_a_retry_after_date_is_relative_to_the_servers_own_clock() -> None:
    headers = {
        "retry-after": "Sun, 22 Nov 2020 10:00:10 GMT",
        "date": "Sun, 22 Nov 2020 10:00:00 GMT",
    }
    assert retry_after(headers, datetime(2030, 1, 1, tzinfo=UTC)) == 10.0

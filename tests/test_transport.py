"""Where connections go, over real sockets and TLS on loopback."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import pytest
import trustme
from loopback import OK, Site, answering, serving

from crawler.clock import SystemClock
from crawler.errors import SettingsError
from crawler.fetch import Fetcher
from crawler.guard import Guard, NameLookupError, Resolver, UnsafeAddressError
from crawler.model import Failure, FailureKind, Fetch, Response
from crawler.settings import FetchSettings, PaceSettings
from crawler.standard import GuardedBackend
from crawler.urls import Target, resolve

LOOPBACK = ("*:*:127.0.0.1",)


@pytest.fixture(params=["fast", "standard"], autouse=True)
def stack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test holds for both stacks together, and for the standard one alone."""
    if request.param == "standard":
        monkeypatch.setattr("crawler.transport._fast", lambda *_: None)
    return str(request.param)


CUT = Failure(FailureKind.CONNECT, "closed without an answer", reached=True)


async def fetched(address: str, **settings: Any) -> Fetch:  # noqa: ANN401 - any setting
    target = resolve(address)
    assert isinstance(target, Target)
    fetch = FetchSettings(**{"retries": 0, "timeout": 5.0, **settings})
    async with Fetcher(fetch, PaceSettings(delay=0), SystemClock()) as fetcher:
        return await fetcher.fetch(target.url)


def kind_of(fetch: Fetch) -> FailureKind | int:
    outcome = fetch.outcome
    return outcome.kind if isinstance(outcome, Failure) else outcome.status


async def test_a_routed_name_is_asked_where_the_operator_says_with_its_own_name() -> None:
    async with serving(answering(OK)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/x", resolve=LOOPBACK)
    assert isinstance(fetch.outcome, Response)
    assert fetch.outcome.body == b"ok"
    assert f"host: a.example:{site.port}" in site.heads[0].lower()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{}/",
        "http://localhost:{}/",
        "http://2130706433:{}/",
        "http://0x7f.1:{}/",
        "http://127.1:{}/",
        "http://[::ffff:127.0.0.1]:{}/",
        "http://0:{}/",
    ],
)
async def test_this_machine_is_never_asked_however_it_is_spelt(address: str) -> None:
    async with serving(answering(OK)) as site:
        fetch = await fetched(address.format(site.port))
        assert kind_of(fetch) is FailureKind.PRIVATE_ADDRESS
        assert site.connections == 0


async def test_a_redirect_to_this_machine_is_not_followed_even_from_a_routed_name() -> None:
    async with serving(answering(OK)) as inner:
        location = f"http://127.0.0.1:{inner.port}/secret"
        head = f"HTTP/1.1 302 Found\r\nlocation: {location}\r\n\r\n".encode()
        async with serving(answering(head)) as outer:
            fetch = await fetched(f"http://a.example:{outer.port}/", resolve=LOOPBACK)
        assert kind_of(fetch) is FailureKind.PRIVATE_ADDRESS
        assert inner.connections == 0


async def test_an_allowed_network_may_be_asked() -> None:
    async with serving(answering(OK)) as site:
        address = f"http://127.0.0.1:{site.port}/"
        assert kind_of(await fetched(address, allow_address=("127.0.0.0/8",))) == 200
        assert (
            kind_of(await fetched(address, allow_address=("10.0.0.0/8",)))
            is FailureKind.PRIVATE_ADDRESS
        )


@pytest.mark.parametrize("text", ["nonsense", "a:b:c", "*.example:443:nowhere", "a:x:127.0.0.1"])
def test_a_route_that_is_none_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="PATTERN:PORT:ADDRESS"):
        Fetcher(FetchSettings(resolve=(text,)), PaceSettings(), SystemClock())


def test_an_exception_that_is_no_network_is_told() -> None:
    with pytest.raises(SettingsError, match="is not a network"):
        Fetcher(FetchSettings(allow_address=("all",)), PaceSettings(), SystemClock())


# Names


def names_are(
    monkeypatch: pytest.MonkeyPatch, *answers: Sequence[str] | BaseException
) -> list[str]:
    """Let the system's resolver give these answers, one a look-up; the last for ever."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        answer = answers[min(len(asked), len(answers)) - 1]
        if isinstance(answer, BaseException):
            raise answer
        return [(0, 0, 0, "", (address, port)) for address in answer]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), FailureKind.DNS_NOT_FOUND),
        (socket.gaierror(socket.EAI_AGAIN, "x"), FailureKind.DNS_FAILURE),
        (socket.gaierror(socket.EAI_FAIL, "x"), FailureKind.DNS_FAILURE),
        (UnicodeError("label too long"), FailureKind.DNS_NOT_FOUND),
    ],
)
async def test_a_name_that_is_not_there_and_a_name_server_that_fails(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: FailureKind
) -> None:
    names_are(monkeypatch, error)
    assert kind_of(await fetched("http://a.example/")) is kind


async def test_a_name_without_any_address(monkeypatch: pytest.MonkeyPatch) -> None:
    names_are(monkeypatch, [])
    assert kind_of(await fetched("http://a.example/")) is FailureKind.DNS_FAILURE


async def test_a_name_is_looked_up_once_and_cannot_change_its_mind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = names_are(monkeypatch, ["10.0.0.1"], ["127.0.0.1"])
    for _ in range(2):
        assert kind_of(await fetched("http://a.example/")) is FailureKind.PRIVATE_ADDRESS
    resolver = Resolver()
    both = await asyncio.gather(*(resolver.addresses("b.example") for _ in range(5)))
    await resolver.close()
    assert len({tuple(found) for found in both}) == 1
    assert asked.count("b.example") == 1


async def test_private_addresses_among_public_ones_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(answering(OK)) as site:
        names_are(monkeypatch, ["10.0.0.1", "127.0.0.1"])
        allowed = ("127.0.0.0/8",)
        fetch = await fetched(f"http://a.example:{site.port}/", allow_address=allowed)
    assert kind_of(fetch) == 200


async def test_the_next_address_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answering(OK)) as site:
        names_are(monkeypatch, ["127.0.0.2", "127.0.0.1"])
        allowed = ("127.0.0.0/8",)
        fetch = await fetched(f"http://a.example:{site.port}/", allow_address=allowed)
    assert kind_of(fetch) == 200


async def test_a_resolver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        release.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr("crawler.guard.DNS_DEADLINE", 0.05)
    resolver = Resolver()
    with pytest.raises(NameLookupError, match="no answer from the name server"):
        await resolver.addresses("a.example")
    await resolver.close()
    release.set()


async def test_a_fetcher_leaves_no_look_up_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Resolver] = []
    monkeypatch.setattr(Resolver, "close", _noting(closed))
    await fetched("http://127.0.0.1/")
    assert len(closed) == 1


def _noting(closed: list[Resolver]) -> Callable[[Resolver], Awaitable[None]]:
    async def close(resolver: Resolver) -> None:
        closed.append(resolver)

    return close


async def test_no_url_leads_to_a_socket_file() -> None:
    backend = GuardedBackend(Guard(FetchSettings()))
    with pytest.raises(UnsafeAddressError):
        await backend.connect_unix_socket("/run/x.sock")
    await backend.sleep(0)


# Broken servers


async def closed_port() -> int:
    async with serving(answering(OK)) as site:
        return site.port


async def test_a_refused_connection() -> None:
    port = await closed_port()
    fetch = await fetched(f"http://a.example:{port}/", resolve=LOOPBACK)
    assert fetch.outcome == Failure(FailureKind.CONNECT, "refused", reached=True)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", CUT),
        (b"SSH-2.0-OpenSSH_9.2\r\n", CUT),
        (b"HTTP/1.1 abc\r\n\r\n", Failure(FailureKind.PROTOCOL)),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, Failure(FailureKind.PROTOCOL)),
    ],
)
async def test_answers_that_are_no_http(raw: bytes, expected: Failure) -> None:
    async with serving(answering(raw)) as site:
        fetch = await fetched(f"http://a.example:{site.port}/", resolve=LOOPBACK)
    assert fetch.outcome == expected


async def test_an_answer_that_drips_ends_at_the_deadline() -> None:
    async def drip(_path: str, writer: asyncio.StreamWriter) -> None:
        for _ in range(1000):
            writer.write(b"H")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with serving(drip) as site:
        fetch = await fetched(f"http://a.example:{site.port}/", resolve=LOOPBACK, timeout=0.3)
    assert kind_of(fetch) is FailureKind.TIMEOUT


async def test_bytes_behind_an_answer_do_not_answer_the_next_request() -> None:
    async def glued(_path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(OK + b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
        await asyncio.sleep(1)  # the connection stays open: who will use it again?

    async with serving(glued) as site:
        target = resolve(f"http://a.example:{site.port}/")
        assert isinstance(target, Target)
        settings = FetchSettings(resolve=LOOPBACK, retries=0)
        async with Fetcher(settings, PaceSettings(delay=0), SystemClock()) as fetcher:
            statuses = [kind_of(await fetcher.fetch(target.url)) for _ in range(3)]
    assert statuses == [200, 200, 200]


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def over_tls(
    tmp_path: Path, authority: trustme.CA, certificate: trustme.LeafCert, **settings: bool
) -> tuple[Fetch, Site]:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    async with serving(answering(OK), server_side(certificate)) as site:
        address = f"https://a.example:{site.port}/"
        fetch = await fetched(address, resolve=LOOPBACK, cacert=str(trusted), **settings)
    return fetch, site


async def test_a_certificate_is_checked_for_the_urls_name_not_the_address(
    tmp_path: Path, authority: trustme.CA
) -> None:
    fetch, _ = await over_tls(tmp_path, authority, authority.issue_cert("a.example"))
    assert kind_of(fetch) == 200
    fetch, site = await over_tls(tmp_path, authority, authority.issue_cert("b.example"))
    assert kind_of(fetch) is FailureKind.TLS_HOSTNAME
    assert site.heads == []


@pytest.mark.parametrize("begins", [-2, 2], ids=["expired", "not-valid-yet"])
async def test_a_certificate_of_another_day(
    tmp_path: Path, authority: trustme.CA, begins: int
) -> None:
    day = datetime.now(UTC) + timedelta(days=begins)
    certificate = authority.issue_cert("a.example", not_before=day, not_after=day + timedelta(1))
    fetch, _ = await over_tls(tmp_path, authority, certificate)
    assert kind_of(fetch) is FailureKind.TLS_EXPIRED


async def test_an_issuer_that_nobody_knows(tmp_path: Path, authority: trustme.CA) -> None:
    fetch, _ = await over_tls(tmp_path, authority, trustme.CA().issue_cert("a.example"))
    assert kind_of(fetch) is FailureKind.TLS_UNTRUSTED


async def test_insecure_is_the_operators_word(tmp_path: Path, authority: trustme.CA) -> None:
    stranger = trustme.CA().issue_cert("b.example")
    fetch, _ = await over_tls(tmp_path, authority, stranger, insecure=True)
    assert kind_of(fetch) == 200


async def test_plain_http_behind_https_is_a_failed_handshake() -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        fetch = await fetched(f"https://a.example:{port}/", resolve=LOOPBACK)
    assert kind_of(fetch) is FailureKind.TLS_HANDSHAKE


@pytest.mark.parametrize("content", [None, "no certificate at all"])
def test_an_unusable_file_of_authorities_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match="not a readable file of PEM certificates"):
        Fetcher(FetchSettings(cacert=str(path)), PaceSettings(), SystemClock())


def test_our_errors_are_errors_of_the_stack_so_that_it_cleans_up_after_them() -> None:
    assert issubclass(UnsafeAddressError, httpcore.ConnectError)
    assert issubclass(NameLookupError, httpcore.ConnectError)

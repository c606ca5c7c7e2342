"""Through a proxy: what it is asked, what it is never asked, and what its refusals mean."""

import asyncio
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import issued, server_side
from fakes import url
from loopback import OK, answering, names_lead_to, serving
from proxies import Middleman, proxying

from crawler.cli import main
from crawler.clock import SystemClock
from crawler.errors import SettingsError
from crawler.fetch import Fetcher
from crawler.layers import load
from crawler.model import Failure, FailureKind, Fetch, Outcome
from crawler.proxy import Proxy
from crawler.reasons import BY_CODE
from crawler.settings import FetchSettings, PaceSettings, Settings

ROOT = issued("root")
LEAF = issued("leaf", ROOT, host="a.example")
SECRET = "pa%40ss"  # noqa: S105 - of nobody


async def looked(address: str, proxy: str, **settings: Any) -> Fetch:  # noqa: ANN401 - any setting
    fetch = FetchSettings(**{"retries": 0, "timeout": 20.0, "proxy": proxy, **settings})
    async with Fetcher(fetch, PaceSettings(delay=0), SystemClock()) as fetcher:
        return await fetcher.fetch(url(address))


def seen(fetch: Fetch) -> FailureKind | int:
    outcome = fetch.outcome
    return outcome.kind if isinstance(outcome, Failure) else outcome.status


@pytest.fixture(autouse=True)
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, nothing can be looked up but what a test says: names are the proxy's."""
    names_lead_to(monkeypatch, {})


@pytest.fixture
def trusted(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)
    return str(path)


# How it is asked


async def test_plain_http_is_asked_of_the_proxy_itself() -> None:
    proxy = Middleman()
    async with serving(answering(OK)) as site, proxying(proxy, proxy.http):
        address = f"http://a.example:{site.port}/x?%zz|"
        fetch = await looked(address, f"http://127.0.0.1:{proxy.port}")
    assert (seen(fetch), fetch.http_stack) == (200, "standard")
    assert proxy.asked == [address]
    assert site.heads[0].startswith("GET /x?%zz| HTTP/1.1\r\n")
    assert site.heads[0].lower().count(f"host: a.example:{site.port}") == 1


async def test_https_goes_through_a_tunnel_and_is_verified_end_to_end(
    tmp_path: Path, trusted: str
) -> None:
    proxy = Middleman()
    async with (
        serving(answering(OK), server_side(tmp_path, LEAF)) as site,
        proxying(proxy, proxy.http),
    ):
        there = f"http://127.0.0.1:{proxy.port}/"
        fetch = await looked(f"https://a.example:{site.port}/x", there, cacert=trusted)
        other = await looked(f"https://b.example:{site.port}/x", there, cacert=trusted)
        unknown = await looked(f"https://a.example:{site.port}/x", there)
    assert seen(fetch) == 200
    assert seen(other) is FailureKind.TLS_HOSTNAME
    assert seen(unknown) is FailureKind.TLS_UNTRUSTED
    assert set(proxy.asked) == {f"a.example:{site.port}", f"b.example:{site.port}"}
    assert "user-agent" not in "".join(proxy.heads).lower(), "the proxy learns the place alone"


async def test_the_proxy_may_speak_tls_itself(
    tmp_path: Path, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names_lead_to(monkeypatch, {"proxy.example": ["127.0.0.1"]})
    secured = tmp_path / "own"
    secured.mkdir()
    proxy = Middleman()
    async with (
        serving(answering(OK), server_side(tmp_path, LEAF)) as site,
        serving(answering(OK)) as plain,
        proxying(proxy, proxy.http, server_side(secured, issued("p", ROOT, host="proxy.example"))),
    ):
        names = f"https://proxy.example:{proxy.port}"
        fetch = await looked(f"https://a.example:{site.port}/", names, cacert=trusted)
        other = await looked(f"http://a.example:{plain.port}/", names, cacert=trusted)
        careless = await looked(f"https://a.example:{site.port}/", names, insecure=True)
    assert (seen(fetch), seen(other)) == (200, 200)
    assert careless.outcome == Failure(FailureKind.PROXY, "no secure connection to the proxy")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
@pytest.mark.parametrize("login", [None, ("me", "pa@ss")])
async def test_socks_leads_to_http_and_https(
    tmp_path: Path, trusted: str, scheme: str, login: tuple[str, str] | None
) -> None:
    proxy = Middleman(login=login)
    async with (
        serving(answering(OK), server_side(tmp_path, LEAF)) as site,
        serving(answering(OK)) as plain,
        proxying(proxy, proxy.socks),
    ):
        there = f"{scheme}://{f'me:{SECRET}@' if login else ''}127.0.0.1:{proxy.port}"
        fetch = await looked(f"https://a.example:{site.port}/", there, cacert=trusted)
        other = await looked(f"http://b.example:{plain.port}/", there)
        allowed = ("127.0.0.0/8", "::1/128")
        four = await looked(f"http://127.0.0.1:{plain.port}/", there, allow_address=allowed)
        six = await looked(f"http://[::1]:{plain.port}/", there, allow_address=allowed)
    assert {seen(each) for each in (fetch, other, four, six)} == {200}
    assert proxy.asked == [
        f"a.example:{site.port}",
        f"b.example:{plain.port}",
        f"1#7f000001:{plain.port}",
        f"4#{1:032x}:{plain.port}",
    ]


async def test_the_login_is_given_to_the_proxy_and_to_nobody_else(
    tmp_path: Path, trusted: str
) -> None:
    proxy = Middleman(login=("me", "pa@ss"))
    async with (
        serving(answering(OK), server_side(tmp_path, LEAF)) as site,
        proxying(proxy, proxy.http),
    ):
        there = f"http://me:{SECRET}@127.0.0.1:{proxy.port}"
        fetch = await looked(f"https://a.example:{site.port}/", there, cacert=trusted)
    assert seen(fetch) == 200
    assert "proxy-authorization" in proxy.heads[0].lower()
    assert "proxy-authorization" not in site.heads[0].lower()


async def test_connect_writes_an_ipv6_address_in_brackets() -> None:
    proxy = Middleman(status=403)
    async with proxying(proxy, proxy.http):
        there = f"http://127.0.0.1:{proxy.port}"
        await looked("https://[::1]:8443/", there, allow_address=("::1/128",))
    assert proxy.asked == ["[::1]:8443"]


# What it is never asked


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "2130706433", "0x7f.1", "[::ffff:10.0.0.1]", "169.254.169.254"),
        *("localhost", "db.localhost", "intranet", "printer.local", "x.internal"),
        *("nas.home.arpa.", "inside.example"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_private_target_is_never_asked_of_the_proxy(
    monkeypatch: pytest.MonkeyPatch, host: str, scheme: str
) -> None:
    names_lead_to(monkeypatch, {"inside.example": ["10.0.0.1"]})
    proxy = Middleman()
    async with proxying(proxy, proxy.http):
        fetch = await looked(f"{scheme}://{host}:8080/", f"http://127.0.0.1:{proxy.port}")
    assert seen(fetch) is FailureKind.PRIVATE_ADDRESS
    assert proxy.asked == []


async def test_a_redirect_into_a_private_network_is_never_asked_of_the_proxy() -> None:
    head = b"HTTP/1.1 302 Found\r\nlocation: http://10.0.0.1/\r\ncontent-length: 0\r\n\r\n"
    proxy = Middleman()
    async with serving(answering(head)) as site, proxying(proxy, proxy.http):
        address = f"http://a.example:{site.port}/"
        fetch = await looked(address, f"http://127.0.0.1:{proxy.port}")
    assert seen(fetch) is FailureKind.PRIVATE_ADDRESS
    assert proxy.asked == [address]


@pytest.mark.parametrize("tls", [True, False])
async def test_names_with_a_route_are_asked_where_it_says_and_not_of_the_proxy(
    tmp_path: Path, trusted: str, *, tls: bool
) -> None:
    proxy = Middleman()
    context = server_side(tmp_path, LEAF) if tls else None
    async with serving(answering(OK), context) as site, proxying(proxy, proxy.http):
        fetch = await looked(
            f"http{'s' if tls else ''}://a.example:{site.port}/",
            f"http://127.0.0.1:{proxy.port}",
            cacert=trusted,
            resolve=("a.example:*:127.0.0.1",),
        )
    assert seen(fetch) == 200
    assert proxy.asked == []


# What its refusals mean


async def refused(proxy: Middleman, scheme: str, *, socks: bool = False) -> Fetch:
    async with (
        serving(answering(OK)) as site,
        proxying(proxy, proxy.socks if socks else proxy.http),
    ):
        there = f"{'socks5' if socks else 'http'}://127.0.0.1:{proxy.port}"
        return await looked(f"{scheme}://a.example:{site.port}/", there)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (407, Failure(FailureKind.PROXY, "the proxy asks for a login: HTTP 407")),
        (403, Failure(FailureKind.PROXY, "the proxy refused: HTTP 403")),
        (302, Failure(FailureKind.PROXY, "the proxy refused: HTTP 302")),
        (502, Failure(FailureKind.CONNECT, "the proxy could not reach the site: HTTP 502")),
        (503, Failure(FailureKind.CONNECT, "the proxy could not reach the site: HTTP 503")),
    ],
)
async def test_a_refused_tunnel_says_nothing_of_the_site(status: int, failure: Failure) -> None:
    fetch = await refused(Middleman(status=status), "https")
    assert fetch.outcome == failure


async def test_a_proxy_that_asks_for_a_login_is_not_the_site() -> None:
    fetch = await refused(Middleman(login=("me", "x")), "http")
    assert fetch.outcome == Failure(FailureKind.PROXY, "the proxy asks for a login: HTTP 407")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 2000 x\r\n\r\n",
        b"x" * 200_000,
    ],
)
async def test_a_proxy_that_speaks_no_proper_http_is_not_the_site(raw: bytes, scheme: str) -> None:
    fetch = await refused(Middleman(raw=raw), scheme)
    assert seen(fetch) is FailureKind.PROXY


async def test_a_proxy_that_talks_on_before_we_do_is_not_listened_to() -> None:
    fetch = await refused(Middleman(raw=b"HTTP/1.1 200 OK\r\n\r\nsurplus"), "https")
    assert fetch.outcome == Failure(FailureKind.PROXY, "the proxy said more than it was asked")


@pytest.mark.parametrize(
    ("middleman", "failure"),
    [
        (
            Middleman(login=("a", "b")),
            (FailureKind.PROXY, "the proxy asks for a login, or for none"),
        ),
        (Middleman(reply=2), (FailureKind.PROXY, "the proxy refused: SOCKS reply 2")),
        (Middleman(reply=8), (FailureKind.PROXY, "the proxy refused: SOCKS reply 8")),
        (
            Middleman(reply=4),
            (FailureKind.CONNECT, "the proxy could not reach the site: no way to it"),
        ),
        (
            Middleman(reply=5),
            (FailureKind.CONNECT, "the proxy could not reach the site: it refused"),
        ),
        (Middleman(raw=b""), (FailureKind.PROXY, "the proxy closed the connection")),
        (
            Middleman(raw=b"HTTP/1.1 400 Bad\r\n\r\n"),
            (FailureKind.PROXY, "the proxy answers in no language that we know"),
        ),
    ],
)
async def test_refusals_of_socks(middleman: Middleman, failure: tuple[FailureKind, str]) -> None:
    fetch = await refused(middleman, "https", socks=True)
    assert fetch.outcome == Failure(*failure)


async def test_a_wrong_login_of_socks() -> None:
    proxy = Middleman(login=("me", "right"))
    async with proxying(proxy, proxy.socks):
        fetch = await looked("http://a.example/", f"socks5://me:wrong@127.0.0.1:{proxy.port}")
    assert fetch.outcome == Failure(FailureKind.PROXY, "the proxy does not accept the login")


async def test_a_proxy_that_resets_the_connection() -> None:
    def resets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    server = await asyncio.start_server(resets, "127.0.0.1", 0)
    async with server:
        there = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        fetches = [await looked(f"{scheme}://a.example/", there) for scheme in ("http", "https")]
    assert {seen(fetch) for fetch in fetches} == {FailureKind.PROXY}


async def closed_port() -> int:
    async with serving(answering(OK)) as site:
        return site.port


@pytest.mark.parametrize("proxy", ["http", "https", "socks5"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_not_there(proxy: str, scheme: str) -> None:
    there = f"{proxy}://127.0.0.1:{await closed_port()}"
    fetch = await looked(f"{scheme}://a.example/", there)
    assert fetch.outcome == Failure(FailureKind.PROXY, "no connection to the proxy")


async def test_a_proxy_whose_name_is_unknown() -> None:
    fetch = await looked("http://a.example/", "http://proxy.example")
    assert fetch.outcome == Failure(FailureKind.PROXY, "no connection to the proxy")


def test_no_failure_of_a_proxy_speaks_against_a_link() -> None:
    assert BY_CODE["proxy"].outcome is Outcome.BLOCKED


# How it is written


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://p.example:3128", Proxy("http", "p.example", 3128)),
        ("HTTP://P.example/", Proxy("http", "p.example", 80)),
        ("https://p.example", Proxy("https", "p.example", 443)),
        ("socks5://[::1]:9050", Proxy("socks5", "::1", 9050)),
        ("socks5h://p.example", Proxy("socks5h", "p.example", 1080)),
        ("http://me:pa%40ss@p.example", Proxy("http", "p.example", 80, b"me", b"pa@ss")),
        ("http://me@p.example", Proxy("http", "p.example", 80, b"me", b"")),
    ],
)
def test_a_proxy_is_a_url(text: str, proxy: Proxy) -> None:
    assert Proxy.parse(text) == proxy


@pytest.mark.parametrize(
    "text",
    [
        *("p.example:3128", "ftp://p.example", "http://", "http://s3cret@", "http://p:99999"),
        *("http://me:s3cret@p/path", "http://me:s3cret@p?q", "http://me:s3cret@p#f"),
        *("http://me:s3cret@p:x", "http://me:s3cret@p:0:0", "http://me:s3cret@[p"),
        *("http://me:s3cret@p q", "http://me:s3cret\n@p", "http://me%3As3cret:x@p"),
        f"socks5://me:{'s3cret' * 99}@p",
    ],
)
def test_what_is_no_proxy_is_told_without_its_secret(text: str) -> None:
    with pytest.raises(SettingsError, match="--proxy takes a URL") as caught:
        Proxy.parse(text)
    assert "s3cret" not in str(caught.value)
    with pytest.raises(SettingsError):
        Fetcher(FetchSettings(proxy=text), PaceSettings(), SystemClock())


def test_the_secret_is_shown_nowhere() -> None:
    assert "pa" not in repr(Proxy.parse("http://me:pa55@x.example"))
    digests = {
        load(None, None, {"proxy": f"http://{login}p.example"}).digest
        for login in ("", "me@", "me:one@", "me:two@")
    }
    assert len(digests) == 1
    assert digests != {Settings().digest}


# The whole run


@pytest.fixture
def called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["crawl", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, said.out, said.err

    return call


def test_without_its_proxy_a_run_has_no_network(
    called: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.md").write_text("[x](https://a.example/)")
    port = asyncio.run(closed_port())
    there = f"http://me:s3cret@127.0.0.1:{port}"
    code, out, err = called("run", "a.md", "--proxy", there, "--retries", "0")
    assert code == 3
    assert "does the proxy work?" in err
    assert "s3cret" not in out + err
    assert b"s3cret" not in Path("crawl.db").read_bytes()
    code, out, _ = called("report", "--format", "json")
    assert '"proxy"' not in out, "nothing was recorded against the link"
    monkeypatch.setenv("HTTPS_PROXY", there)
    assert "proxy" not in "".join(called("check", "a.md", "--retries", "0")[1:])

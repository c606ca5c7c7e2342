"""Which certificates are trusted, and what is said of those that are not; both stacks."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from certificates import FETCH, Issued, issued, server_side
from fakes import url
from loopback import OK, answering, serving

from crawler.cli import main
from crawler.clock import SystemClock
from crawler.fetch import Fetcher
from crawler.model import Failure, FailureKind, Fetch
from crawler.settings import FetchSettings, PaceSettings
from crawler.standard import _sent_chain

HERE = ("*:*:127.0.0.1",)
ROOT = issued("root")
MIDDLE = issued("middle", ROOT, fetch=FETCH)
LEAF = issued("leaf", MIDDLE, fetch=FETCH, host="a.example")
HIDDEN = issued("hidden", issued("cellar"))
BARE = issued("bare", HIDDEN, host="a.example")


@pytest.fixture(params=["fast", "standard"], autouse=True)
def stack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test holds for both stacks together, and for the standard one alone."""
    if request.param == "standard":
        monkeypatch.setattr("crawler.transport._fast", lambda *_: None)
    return str(request.param)


async def look(context: ssl.SSLContext, cacert: Path | None = None) -> tuple[Fetch, int]:
    settings = FetchSettings(
        retries=0, timeout=20.0, resolve=HERE, cacert=str(cacert) if cacert else None
    )
    async with serving(answering(OK), context) as site:
        async with Fetcher(settings, PaceSettings(delay=0), SystemClock()) as fetcher:
            fetch = await fetcher.fetch(url(f"https://a.example:{site.port}/"))
        return fetch, len(site.heads)


def seen(fetch: Fetch) -> FailureKind | int:
    outcome = fetch.outcome
    return outcome.kind if isinstance(outcome, Failure) else outcome.status


@pytest.mark.parametrize(
    ("chain", "kind"),
    [
        ([LEAF], FailureKind.TLS_CHAIN),
        ([LEAF, MIDDLE], FailureKind.TLS_CHAIN),
        ([LEAF, MIDDLE, ROOT], FailureKind.TLS_UNTRUSTED),
        ([BARE], FailureKind.TLS_UNTRUSTED),
        ([BARE, HIDDEN], FailureKind.TLS_UNTRUSTED),
        ([issued("alone", host="a.example")], FailureKind.TLS_UNTRUSTED),
    ],
)
async def test_a_forgotten_issuer_is_told_from_one_that_nobody_trusts(
    tmp_path: Path, chain: list[Issued], kind: FailureKind
) -> None:
    fetch, requests = await look(server_side(tmp_path, *chain))
    assert seen(fetch) is kind
    assert requests == 0, "nothing is ever sent over what is not verified"


async def test_a_forgotten_issuer_that_the_operator_has_is_no_trouble(tmp_path: Path) -> None:
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(ROOT.pem + MIDDLE.pem)
    fetch, _ = await look(server_side(tmp_path, LEAF), trusted)
    assert seen(fetch) == 200


async def test_a_server_that_shows_its_certificate_only_once_may_have_forgotten_it(
    tmp_path: Path, stack: str
) -> None:
    """What the second look cannot see is not held against the site."""
    context = server_side(tmp_path, BARE)
    handshakes = 0
    last = 2 if stack == "fast" else 1

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal handshakes
        handshakes += 1
        if handshakes <= last:
            try:
                await writer.start_tls(context)
                await reader.read()
            except (ConnectionError, ssl.SSLError):
                pass
        writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        settings = FetchSettings(retries=0, timeout=20.0, resolve=HERE)
        async with Fetcher(settings, PaceSettings(delay=0), SystemClock()) as fetcher:
            fetch = await fetcher.fetch(url(f"https://a.example:{port}/"))
    assert handshakes == last + 1
    assert seen(fetch) is FailureKind.TLS_CHAIN


class SinceThirteen:
    """What Python tells of a connection since 3.13."""

    def get_unverified_chain(self) -> list[bytes]:
        return [b"leaf", b"issuer"]


class Elsewhere:
    """What every Python tells."""

    def __init__(self, leaf: bytes | None) -> None:
        self._leaf = leaf

    def getpeercert(self, *, binary_form: bool) -> bytes | None:
        assert binary_form
        return self._leaf


def test_the_chain_is_read_as_each_python_tells_it() -> None:
    assert _sent_chain(cast("ssl.SSLObject", SinceThirteen())) == [b"leaf", b"issuer"]
    assert _sent_chain(cast("ssl.SSLObject", Elsewhere(b"leaf"))) == [b"leaf"]
    assert _sent_chain(cast("ssl.SSLObject", Elsewhere(None))) == []


# Files of authorities


@pytest.fixture
def https(tmp_path: Path) -> Iterator[int]:
    """Serve by TLS from a thread of its own: the command line has a loop of its own, too."""
    context = server_side(tmp_path, LEAF, MIDDLE)
    loop = asyncio.new_event_loop()
    ended, began = asyncio.Event(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with serving(answering(OK), context) as site:
            ports.append(site.port)
            began.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    began.wait(10)
    yield ports[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join()
    loop.close()


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], https: int
) -> Callable[..., tuple[int, str]]:
    """Call `crawl check` for one https link; return its exit code and what it said."""
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text(f"[x](https://a.example:{https}/)")

    def call(*more: str) -> tuple[int, str]:
        monkeypatch.setattr(
            "sys.argv", ["crawl", "check", "a.md", "--resolve", HERE[0], "--retries", "0", *more]
        )
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        return code, "".join(capsys.readouterr())

    return call


def test_authorities_come_from_the_option_or_from_the_environment(
    check: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, other = tmp_path / "trusted.pem", tmp_path / "other.pem"
    trusted.write_bytes(HIDDEN.pem + b"# two of them\n" + ROOT.pem)
    other.write_bytes(HIDDEN.pem)
    assert "1 failing" in check()[1]
    assert "1 ok" in check("--cacert", str(trusted))[1]
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    assert "1 ok" in check()[1]
    monkeypatch.setenv("SSL_CERT_FILE", "")
    assert "1 failing" in check()[1]
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert "1 ok" in check("--cacert", str(trusted))[1], "the option counts more"


@pytest.mark.parametrize("way", ["--cacert", "SSL_CERT_FILE"])
@pytest.mark.parametrize(
    "content",
    [
        None,
        b"no certificate at all",
        b"",
        b"\xff\x00",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "directory",
    ],
    ids=["missing", "text", "empty", "binary", "hollow", "directory"],
)
def test_authorities_that_cannot_be_used_are_one_sentence(
    check: Callable[..., tuple[int, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | str | None,
    way: str,
) -> None:
    path = tmp_path / "ca.pem"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    if way == "SSL_CERT_FILE":
        monkeypatch.setenv(way, str(path))
        code, said = check()
    else:
        code, said = check(way, str(path))
    assert code == 2
    assert said.count("\n") == 1
    assert f"--cacert {path} (or SSL_CERT_FILE): not a readable file of PEM certificates." in said


async def test_authorities_are_read_once(tmp_path: Path) -> None:
    """A file that goes away during a run does not end it."""
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)
    settings = FetchSettings(retries=0, timeout=20.0, resolve=HERE, cacert=str(path))
    async with (
        serving(answering(OK), server_side(tmp_path, LEAF, MIDDLE)) as site,
        Fetcher(settings, PaceSettings(delay=0), SystemClock()) as fetcher,
    ):
        path.unlink()
        fetch = await fetcher.fetch(url(f"https://a.example:{site.port}/"))
    assert seen(fetch) == 200

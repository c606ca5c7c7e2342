"""Whole runs over networks that lie: nothing is recorded, and the report says why."""

import socket
import sqlite3
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from fakes import FakeClock
from loopback import OK, answering, serving

from crawler import recorder, runs
from crawler.clock import SystemClock
from crawler.collect import Collection, collect
from crawler.conduct import Conduct
from crawler.guard import invents_names
from crawler.model import Document, Network, Observation, Report
from crawler.settings import ExtractSettings, FetchSettings, PaceSettings, Settings
from crawler.stop import Stop
from crawler.store import Store

NAMES = ["one", "two", "three", "four", "five", "six"]
HOSTS = [f"{name}.example" for name in NAMES]
LOOPBACK = ("*:*:127.0.0.1",)
INSIDE = ("127.0.0.0/8",)


def written(*addresses: str) -> Collection:
    text = "\n".join(f"<{address}>\n" for address in addresses)
    return collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())


def settings(**fetch: Any) -> Settings:  # noqa: ANN401 - any setting
    return Settings(
        fetch=FetchSettings(**{"retries": 0, "timeout": 5.0, **fetch}), pace=PaceSettings(delay=0)
    )


def over(
    answers: Callable[[httpx.Request], httpx.Response],
    on_look: Callable[[Observation], None] = lambda _: None,
) -> Conduct:
    return Conduct(settings(), FakeClock(), Stop(), on_look, httpx.MockTransport(answers))


def captive(request: httpx.Request) -> httpx.Response:
    if request.url.scheme == "https":
        raise httpx.ConnectTimeout("shut")
    if request.url.host == "login.hotel.example":
        return httpx.Response(200, text="<title>Welcome</title>")
    return httpx.Response(302, headers={"location": "http://login.hotel.example/"})


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608


def reasons(report: Report) -> set[str]:
    return {row.verdict.reason for row in report.rows}


DOCUMENT = written(*(f"http://{host}/" for host in HOSTS[:3]), *(f"https://{h}/" for h in HOSTS))


# A portal


async def test_nothing_that_a_portal_answered_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "crawl.db"
    monkeypatch.setattr(recorder, "BATCH", 1)
    during: list[int] = []
    with Store(path) as store:
        healthy = over(lambda _: httpx.Response(200))
        before, _ = await runs.run(DOCUMENT, store, healthy)
        states, looks = list(store.states()), count(path, "observations")
        conduct = over(captive, lambda _: during.append(count(path, "observations")))
        report, error = await runs.run(DOCUMENT, store, conduct)
        assert error is None
        assert report.run.network is Network.CAPTIVE
        assert reasons(report) == {"no-network"}
        assert not any(row.observation for row in report.rows)
        assert set(during) == {looks}  # not even while the run lasts: it might be killed
        assert (list(store.states()), store.last_run()) == (states, before.run)
        assert count(path, "runs") == 1


async def test_a_check_behind_a_portal_says_nothing_of_any_link() -> None:
    report = await runs.check(DOCUMENT, {}, over(captive))
    assert report.run.network is Network.CAPTIVE
    assert reasons(report) == {"no-network"}


async def test_a_site_that_answers_for_itself_is_recorded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BATCH", 1)
    path, written_so_far = tmp_path / "crawl.db", list[int]()
    with Store(path) as store:
        conduct = over(
            lambda _: httpx.Response(404),
            lambda _: written_so_far.append(count(path, "observations")),
        )
        report, _ = await runs.run(DOCUMENT, store, conduct)
    assert report.run.network is Network.UP
    assert written_so_far == list(range(1, 10))


# A name server that knows every name


def names(
    monkeypatch: pytest.MonkeyPatch, addresses: Mapping[str, list[str]], otherwise: list[str]
) -> list[str]:
    """Let the system know these names, and all others at `otherwise`; return what it is asked."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        found = addresses.get(host, otherwise)
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(0, 0, 0, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    ("addresses", "otherwise", "invents", "look_ups"),
    [
        ({}, ["192.0.2.1"], True, 3),
        ({}, ["192.0.2.2", "192.0.2.1"], True, 3),
        ({host: ["192.0.2.1"] for host in HOSTS[:2]}, [], False, 3),  # parked at one place
        ({HOSTS[0]: ["192.0.2.1"]}, ["192.0.2.2"], False, 2),  # at two
        ({}, [], False, 1),
    ],
)
async def test_a_name_server_that_knows_names_that_cannot_exist_invents_them(
    monkeypatch: pytest.MonkeyPatch,
    addresses: dict[str, list[str]],
    otherwise: list[str],
    *,
    invents: bool,
    look_ups: int,
) -> None:
    asked = names(monkeypatch, addresses, otherwise)
    assert await invents_names(HOSTS[:2], FetchSettings()) is invents
    assert len(asked) == look_ups
    for name in asked[2:]:
        letters, end = name[:-9], name[-9:]
        assert end == ".invalid."  # the last dot: no search list
        assert letters.isalpha()
        assert letters.islower()
        assert 7 <= len(letters) <= 15


async def test_the_operators_word_on_names_is_not_the_name_servers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = names(monkeypatch, {}, ["192.0.2.1"])
    routed = FetchSettings(resolve=("*.example:80:192.0.2.1",))
    assert not await invents_names(HOSTS[:2], routed)
    assert asked == []


@pytest.mark.parametrize("invents", [True, False])
async def test_a_run_with_a_name_server_that_invents_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, invents: bool
) -> None:
    advertising = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>Buy!</title>"
    gone = b"HTTP/1.1 404 Not Found\r\n\r\n"
    async with serving(answering(advertising)) as ads, serving(answering(gone)) as living:
        addresses = {host: ["127.0.0.1"] for host in HOSTS[:3]}
        asked = names(monkeypatch, addresses, ["127.0.0.1"] if invents else [])
        dead = (f"http://{host}:{ads.port}/" for host in HOSTS[:2])
        collection = written(*dead, f"http://{HOSTS[2]}:{living.port}/")
        conduct = Conduct(settings(allow_address=INSIDE), SystemClock(), Stop(), lambda _: None)
        with Store(tmp_path / "crawl.db") as store:
            report, _ = await runs.run(collection, store, conduct)
            run = store.last_run()
    assert sum(name.endswith(".invalid.") for name in asked) == 1
    if invents:
        assert (report.run.network, reasons(report), run) == (
            Network.HIJACKED, {"no-network"}, None,
        )  # fmt: skip
    else:
        assert (report.run.network, reasons(report)) == (Network.UP, {"ok", "not-found"})
        assert run is not None
        assert run.id == report.run.id


async def test_a_portal_is_told_without_asking_the_name_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<title>Welcome</title>"
    async with serving(answering(page)) as site:
        asked = names(monkeypatch, {}, ["127.0.0.1"])
        conduct = Conduct(settings(allow_address=INSIDE), SystemClock(), Stop(), lambda _: None)
        collection = written(*(f"http://{host}:{site.port}/" for host in HOSTS))
        report = await runs.check(collection, {}, conduct)
    assert report.run.network is Network.CAPTIVE
    assert sorted(asked) == sorted(HOSTS)


async def test_a_web_of_our_own_has_no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = names(monkeypatch, {}, ["192.0.2.1"])
    await runs.check(DOCUMENT, {}, over(captive))
    await runs.check(
        written(*(f"http://{host}/" for host in HOSTS[:2])),
        {},
        over(lambda _: httpx.Response(200, text="<title>Buy!</title>")),
    )
    assert asked == []


async def test_a_document_without_doubts_costs_no_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answering(OK)) as site:
        asked = names(monkeypatch, {}, ["127.0.0.1"])
        conduct = Conduct(settings(allow_address=INSIDE), SystemClock(), Stop(), lambda _: None)
        await runs.check(written(f"http://{HOSTS[0]}:{site.port}/"), {}, conduct)
    assert asked == [HOSTS[0]]


# Somebody reads along


async def test_a_run_whose_every_certificate_is_replaced(tmp_path: Path) -> None:
    authority, root = trustme.CA(), tmp_path / "root.pem"
    authority.cert_pem.write_to_path(root)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*HOSTS).configure_cert(context)
    async with serving(answering(OK), context) as site:
        collection = written(*(f"https://{host}:{site.port}/" for host in HOSTS[:3]))

        async def checked(**fetch: object) -> Report:
            chosen = settings(resolve=LOOPBACK, **fetch)
            conduct = Conduct(chosen, SystemClock(), Stop(), lambda _: None)
            return await runs.check(collection, {}, conduct)

        stranger = await checked()
        named = await checked(cacert=str(root))
    assert (stranger.run.network, reasons(stranger)) == (Network.INTERCEPTED, {"no-network"})
    assert (named.run.network, reasons(named)) == (Network.UP, {"ok"})

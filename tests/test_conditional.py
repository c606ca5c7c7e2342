"""Pages that have not changed: what is asked for, what is believed, and what is remembered."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fakes import NOON, FakeClock, look, said, url, verdict_of
from loopback import Site, serving

from crawler import check_links, earlier, runs
from crawler import store as stores
from crawler.clock import SystemClock
from crawler.collect import Collection, collect
from crawler.conditional import BELIEVED, basis, validators_of
from crawler.conduct import Conduct
from crawler.model import (
    Answer,
    Document,
    Failure,
    FailureKind,
    Fetch,
    Finding,
    Link,
    Observation,
    Outcome,
    PageFacts,
    Report,
    Response,
    Severity,
    Validators,
    Via,
)
from crawler.settings import ExtractSettings, FetchSettings, PaceSettings, PlaceSettings, Settings
from crawler.stop import Stop
from crawler.store import Store
from crawler.urls import Url
from crawler.validators import are_proper

A, B = "https://a.example/page", "https://b.example/moved"
ETAG, DATE = '"33a64df5"', "Sun, 22 Nov 2026 10:00:00 GMT"
NAMED = {"etag": ETAG, "last-modified": DATE}
DAY = timedelta(days=1)
FACTS = PageFacts("text/html", "Título", "html", "es", "html")
EMPTY = Finding("empty", Severity.WARNING, "The server answers with an empty page.")
BEFORE = replace(
    look("ok", NOON, A),
    final_url=url(A),
    facts=FACTS,
    validators=Validators(url(A), NOON, ETAG, DATE),
)


def given(
    outcome: Answer,
    reason: str = "ok",
    before: Observation | None = None,
    *,
    unchanged: bool = False,
) -> Validators | None:
    answered = Fetch(url(A), url(B), outcome, unchanged=unchanged)
    return validators_of(answered, verdict_of(reason), NOON, before)


# What an answer gives


@pytest.mark.parametrize("etag", ['"x"', 'W/"x"', '""', '"!#$%~,/+=:"', f'"{"x" * 500}"'])
def test_a_whole_page_gives_its_validators_with_the_url_that_answered(etag: str) -> None:
    headers = {"etag": f" {etag} ", "last-modified": DATE}
    assert given(Response(200, headers)) == Validators(url(B), NOON, etag, DATE)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"etag": "x"},
        {"etag": "*"},
        {"etag": '"a", "b"'},
        {"etag": 'w/"x"'},
        {"etag": '"x y"'},
        {"etag": '"é"'},
        {"etag": '"x"\r\nx-evil: 1'},
        {"etag": f'"{"x" * 501}"'},
        {"last-modified": "yesterday"},
        {"last-modified": "Sun, 22 Nov 2026 10:00:00 GMT\n"} | {"etag": ""},
        {"last-modified": "Sunday, 22-Nov-26 10:00:00 GMT"},
        {"last-modified": "Sun, 2٢ Nov 2026 10:00:00 GMT"},
    ],
)
def test_what_is_no_validator_is_never_sent_back(headers: Mapping[str, str]) -> None:
    found = given(Response(200, headers))
    assert found is None or found.last_modified == DATE  # white space around it is nobody's


def test_one_of_the_two_is_enough_and_nonsense_beside_it_is_left_out() -> None:
    assert given(Response(200, {"etag": ETAG, "last-modified": "0"})) == Validators(
        url(B), NOON, ETAG
    )
    assert given(Response(200, {"etag": "0", "last-modified": DATE})) == Validators(
        url(B), NOON, None, DATE
    )


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Failure(FailureKind.TIMEOUT), "timeout"),
        (Response(404, NAMED), "not-found"),
        (Response(204, NAMED), "ok"),
        (Response(304, NAMED), "protocol"),
        (Response(200, NAMED), "removed-video"),
        (Response(200, NAMED), "bot-wall"),
        (Response(200, NAMED, b"half", truncated=True), "ok"),
    ],
)
def test_an_answer_that_is_no_whole_good_page_gives_none(outcome: Answer, reason: str) -> None:
    assert given(outcome, reason, BEFORE) is None


def test_of_a_pdf_no_more_is_ever_read_than_was() -> None:
    response = Response(200, {**NAMED, "content-type": "application/pdf"}, b"%PDF", truncated=True)
    assert given(response) is not None
    assert given(response, "not-found") is None


def test_not_modified_keeps_those_of_the_page_that_was_read() -> None:
    newer = Response(304, {"etag": '"newer"'})
    assert given(newer, before=BEFORE, unchanged=True) == BEFORE.validators


# When they are sent back


def test_a_good_look_with_facts_and_validators_is_a_basis() -> None:
    assert basis(BEFORE, Link(url(A)), NOON + DAY) is BEFORE


@pytest.mark.parametrize(
    ("last", "link"),
    [
        (None, Link(url(A))),
        (replace(BEFORE, validators=None), Link(url(A))),
        (replace(BEFORE, facts=PageFacts()), Link(url(A))),
        (replace(BEFORE, findings=(EMPTY,)), Link(url(A))),
        (BEFORE, Link(url(A), fragments=frozenset({"part"}))),
    ],
    ids=["never seen", "no validators", "no facts", "an empty page", "a fragment is asked for"],
)
def test_what_is_no_basis_is_asked_in_full(last: Observation | None, link: Link) -> None:
    assert basis(last, link, NOON + DAY) is None


@pytest.mark.parametrize(
    ("age", "believed"),
    [
        (timedelta(), True),
        (BELIEVED - timedelta(seconds=1), True),
        (BELIEVED, False),
        (-timedelta(seconds=1), False),
    ],
)
def test_a_page_is_read_anew_when_it_was_read_long_ago(age: timedelta, *, believed: bool) -> None:
    last = replace(BEFORE, at=NOON + age)  # the look itself is no older than yesterday's
    assert (basis(last, Link(url(A)), NOON + age) is last) is believed


@pytest.mark.parametrize(
    ("etag", "date", "proper"),
    [
        (ETAG, DATE, True),
        (None, DATE, True),
        (ETAG, None, True),
        (None, None, False),
        (ETAG, "0", False),
        ('"x"\r\n', DATE, False),
    ],
)
def test_only_validators_that_a_header_may_hold_are_proper(
    etag: str | None, date: str | None, *, proper: bool
) -> None:
    assert are_proper(Validators(url(A), NOON, etag, date)) is proper


# Runs


@dataclass
class Pages:
    """A site whose pages have a state, and which knows it again. `sent`: bodies, by URL."""

    state: str = ETAG
    body: str = "<html lang=es><title>Título</title>"
    redirects: Mapping[str, str] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)
    lies: bool = False
    down: bool = False
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        address, condition = str(request.url), request.headers.get("if-none-match")
        self.asked.append((address, condition))
        if self.down:
            return httpx.Response(503)
        if address in self.redirects:
            return httpx.Response(301, headers={"location": self.redirects[address]})
        if condition is not None and (self.lies or condition == self.state):
            return httpx.Response(304, headers={"etag": self.state})
        self.sent.append(address)
        headers = {"etag": self.state, "content-type": "text/html"}
        meta = f"<meta http-equiv=refresh content='0;url={self.leads.get(address, '')}'>"
        return httpx.Response(200, headers=headers, text=self.body + meta)


SETTINGS = Settings(pace=PaceSettings(delay=0), fetch=FetchSettings(retries=0))


def written(*addresses: str) -> Collection:
    text = "\n".join(f"<{address}>\n" for address in addresses)
    return collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())


async def ran(
    path: Path,
    pages: Pages,
    day: float,
    *addresses: str,
    settings: Settings = SETTINGS,
) -> Report:
    pages.asked.clear()
    clock = FakeClock(NOON + day * DAY)
    conduct = Conduct(settings, clock, Stop(), lambda _: None, httpx.MockTransport(pages))
    with Store(path) as store:
        report, error = await runs.run(written(*(addresses or [A])), store, conduct)
        assert error is None
        told = store.report()
    assert said(told) == said(report)
    return report


async def test_a_page_that_has_not_changed_is_sent_once_and_told_as_before(path: Path) -> None:
    pages = Pages()
    first, second, third = [await ran(path, pages, day) for day in range(3)]
    assert pages.asked == [(A, ETAG)]
    assert pages.sent == [A]
    looks = [report.rows[0].observation for report in (first, second, third)]
    assert [seen.status for seen in looks if seen] == [200, 304, 304]
    assert {seen.facts.title for seen in looks if seen} == {FACTS.title}
    assert {row.verdict for report in (first, second, third) for row in report.rows} == {
        first.rows[0].verdict
    }
    state = third.rows[0].state
    assert state is not None
    assert state.last_ok_at == state.checked_at == NOON + 2 * DAY


async def test_validators_go_to_the_end_of_the_redirects_and_to_no_other_hop(path: Path) -> None:
    pages = Pages(redirects={A: B})
    for day in range(2):
        report = await ran(path, pages, day)
    assert pages.asked == [(A, None), (B, ETAG)]
    assert pages.sent == [B]
    seen = report.rows[0].observation
    assert seen is not None
    assert (seen.verdict.reason, seen.status) == ("permanent", 304)
    assert seen.facts.title == FACTS.title
    assert [finding.replacement for finding in seen.findings] == [B]


async def test_a_page_that_leads_on_is_never_asked_whether_it_has_changed(path: Path) -> None:
    """Its "not modified" would have no body: nobody could see any more that it leads on."""
    pages = Pages(leads={A: B})
    looks = [(await ran(path, pages, day)).rows[0].observation for day in range(2)]
    assert pages.asked == [(A, None), (B, ETAG)]
    for seen in looks:
        assert seen is not None
        assert seen.verdict.reason == "temporary"
        assert [(hop.url, hop.via) for hop in seen.hops] == [(url(A), Via.META_REFRESH)]
        assert seen.final_url == url(B)


async def test_a_redirect_that_leads_elsewhere_now_is_followed_without_them(path: Path) -> None:
    pages = Pages(redirects={A: B})
    await ran(path, pages, 0)
    pages.redirects = {A: "https://c.example/"}
    report = await ran(path, pages, 1)
    assert pages.asked == [(A, None), ("https://c.example/", None)]
    assert report.rows[0].observation is not None
    assert str(report.rows[0].observation.final_url) == "https://c.example/"


async def test_a_page_that_has_changed_is_read_anew(path: Path) -> None:
    pages = Pages()
    await ran(path, pages, 0)
    pages.state, pages.body = '"other"', "<title>Other</title>"
    report = await ran(path, pages, 1)
    assert pages.sent == [A, A]
    assert report.rows[0].observation is not None
    assert report.rows[0].observation.facts.title == "Other"
    await ran(path, pages, 2)
    assert pages.asked == [(A, '"other"')]


async def test_the_history_is_not_asked_for_links_that_it_does_not_know(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recalled: list[str] = []
    recall = Store.recall

    def noting(store: Store, url: Url, digest: str) -> Observation | None:
        recalled.append(str(url))
        return recall(store, url, digest)

    monkeypatch.setattr(Store, "recall", noting)
    await ran(path, Pages(), 0, A)
    await ran(path, Pages(), 1, A, B)
    assert recalled == [A]


async def test_after_a_bad_look_the_page_is_asked_for_in_full(path: Path) -> None:
    pages = Pages()
    await ran(path, pages, 0)
    pages.down = True
    await ran(path, pages, 1)
    pages.down = False
    report = await ran(path, pages, 2)
    assert pages.asked == [(A, None)]
    assert report.rows[0].observation is not None
    assert report.rows[0].observation.facts.title == FACTS.title


async def test_a_server_that_always_says_unchanged_is_asked_in_full_once_a_week(path: Path) -> None:
    pages = Pages()
    await ran(path, pages, 0)
    pages.lies, pages.body = True, "<title>Sold</title>"
    titles = []
    for day in range(1, 9):
        seen = (await ran(path, pages, day)).rows[0].observation
        titles.append(seen.facts.title if seen else None)
    assert titles == ["Título"] * 6 + ["Sold"] * 2
    assert len(pages.sent) == 2


async def test_other_settings_or_another_version_mean_another_look(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Pages()
    other = replace(SETTINGS, fetch=replace(SETTINGS.fetch, user_agent="other"))
    await ran(path, pages, 0)
    await ran(path, pages, 1, settings=other)
    assert pages.asked == [(A, None)]
    await ran(path, pages, 2, settings=other)
    assert pages.asked == [(A, ETAG)]
    monkeypatch.setattr(stores, "TOOL", "crawl of tomorrow")
    await ran(path, pages, 3, settings=other)
    assert pages.asked == [(A, None)]


async def test_a_link_with_a_fragment_is_asked_in_full(path: Path) -> None:
    pages = Pages()
    await ran(path, pages, 0)
    await ran(path, pages, 1, f"{A}#part")
    assert pages.asked == [(A, None)]


async def test_not_modified_that_nobody_asked_for_is_no_page(path: Path) -> None:
    asked: list[httpx.Request] = []

    def faulty(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(304, headers=NAMED)

    conduct = Conduct(SETTINGS, FakeClock(), Stop(), lambda _: None, httpx.MockTransport(faulty))
    with Store(path) as store:
        report, _ = await runs.run(written(A), store, conduct)
    assert [(row.verdict.outcome, row.verdict.reason) for row in report.rows] == [
        (Outcome.FAILING, "protocol")
    ]
    assert report.rows[0].verdict.detail.endswith("(HTTP 304)")
    assert [request.headers.get("cache-control") for request in asked] == [None, "no-cache"]
    assert not any("if-none-match" in request.headers for request in asked)


async def test_a_history_that_cannot_be_read_meanwhile_costs_an_answer_and_no_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = Pages()
    await ran(path, pages, 0)
    monkeypatch.setattr(
        earlier, "_WITH_VALIDATORS", "select * from nothing where 1 = ? or 2 = ? or 3 = ?"
    )
    report = await ran(path, pages, 1)
    assert pages.asked == [(A, None)]
    assert [row.verdict.reason for row in report.rows] == ["ok"]


# Over real sockets


@pytest.fixture(params=["fast", "standard"])
def stack(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "standard":
        monkeypatch.setattr("crawler.transport._fast", lambda *_: None)
    return str(request.param)


PAGE = b"<html lang=es><title>T\xc3\xadtulo</title>" + b"<p>text" * 10_000


@asynccontextmanager
async def knowing_site() -> AsyncIterator[tuple[Site, list[int]]]:
    """Serve one page, but not to those who have it; yield the bytes of every answer too."""
    sent: list[int] = []

    async def handler(_: str, writer: asyncio.StreamWriter) -> None:
        head = site.heads[-1].lower()
        named = f"etag: {ETAG}\r\nlast-modified: {DATE}\r\ncontent-type: text/html\r\n"
        # The length is that of the page, be it sent or not: RFC 9110 §8.6.
        rest = f"{named}content-length: {len(PAGE)}\r\n\r\n".encode()
        known = f"if-none-match: {ETAG}" in head and f"if-modified-since: {DATE.lower()}" in head
        raw = b"HTTP/1.1 304 Not Modified\r\n" + rest
        if not known:
            raw = b"HTTP/1.1 200 OK\r\n" + rest + PAGE
        sent.append(len(raw))
        writer.write(raw)

    async with serving(handler) as site:
        yield site, sent


def on_loopback(path: Path) -> Settings:
    fetch = FetchSettings(retries=0, resolve=("*:*:127.0.0.1",))
    return Settings(fetch=fetch, pace=PaceSettings(delay=0), places=PlaceSettings(db=str(path)))


async def test_the_bytes_of_an_unchanged_page_go_over_the_wire_once(path: Path, stack: str) -> None:
    seen = []
    async with knowing_site() as (site, sent):
        address = f"http://a.example:{site.port}/"
        for day in range(3):
            clock = FakeClock(NOON + day * DAY)
            conduct = Conduct(on_loopback(path), clock, Stop(), lambda _: None)
            with Store(path) as store:
                report, _ = await runs.run(written(address), store, conduct)
            seen.append(report.rows[0].observation)
    assert [each.status for each in seen if each] == [200, 304, 304]
    assert {(each.facts.title, each.http_stack) for each in seen if each} == {("Título", stack)}
    assert sent[0] > len(PAGE)
    assert sum(sent[1:]) < 500


@pytest.mark.usefixtures("stack")
async def test_a_check_spares_what_a_run_has_read(path: Path, tmp_path: Path) -> None:
    async with knowing_site() as (site, sent):
        address = f"http://a.example:{site.port}/"
        (tmp_path / "a.md").write_text(f"<{address}>")
        conduct = Conduct(on_loopback(path), SystemClock(), Stop(), lambda _: None)
        with Store(path) as store:
            await runs.run(written(address), store, conduct)
        report = await check_links([str(tmp_path / "a.md")], on_loopback(path))
    assert report.rows[0].observation is not None
    assert report.rows[0].observation.facts.title == "Título"
    assert len(sent) == 2
    assert sent[1] < 250

"""Pages of the web as sources: asked for once, read for links, and judged as links themselves."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import NOON, FakeClock
from localsite import SETTINGS, Page, checked, linking, moved, run, seen, site

from crawler import recollection, runs
from crawler.conduct import Conduct
from crawler.model import Observation
from crawler.rows import known_url
from crawler.settings import SelectSettings
from crawler.sources import gather
from crawler.stop import Stop
from crawler.store import Store

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

# A page as a source


async def test_the_links_of_a_page_are_reported_by_page_and_place() -> None:
    page = linking("a", "../b?x=1", "http://other.example:PORT/")
    async with site({"/docs/": page, "/docs/a": Page("A"), "/": Page("B")}) as web:
        told: list[Observation] = []
        report = await checked(web.url("/docs/"), told=told)
    assert seen(report) == [
        ("/docs/", 2, "a", "ok"),
        ("/docs/", 3, "../b?x=1", "not-found"),
        ("/docs/", 4, f"http://other.example:{web.port}/", "ok"),
    ]
    assert report.rows[0].place.occurrence.document == web.url("/docs/")
    assert sorted(web.asked) == [
        "other.example/", "site.example/b?x=1", "site.example/docs/", "site.example/docs/a",
    ]  # fmt: skip
    # The page itself is a link that was looked at.
    assert {str(look.url) for look in told} >= {web.url("/docs/")}
    assert not report.unread


async def test_a_page_that_links_to_itself_is_not_asked_twice() -> None:
    async with site({"/": linking("/", "#top", "?")}) as web:
        report = await checked(web.url("/"))
    assert [each[3] for each in seen(report)] == ["ok", "ok", "ok"]
    assert web.asked == ["site.example/", "site.example/?"]


async def test_links_start_from_where_a_page_is_after_its_redirects() -> None:
    async with site(
        {"/old": moved("/new/page"), "/new/page": linking("x"), "/new/x": Page()}
    ) as web:
        report = await checked(web.url("/old"))
        assert report.rows[0].place.occurrence.document == web.url("/new/page")
    assert [each[3] for each in seen(report)] == ["ok"]


async def test_links_start_from_a_base_that_the_page_declares() -> None:
    pages = {"/": linking("x", head='<base href="/deep/er/">'), "/deep/er/x": Page()}
    async with site(pages) as web:
        report = await checked(web.url("/"))
    assert [each[3] for each in seen(report)] == ["ok"]


async def test_what_a_served_page_says_is_no_template_any_more() -> None:
    async with site({"/": linking("/a?type=x&lt;T&gt;", "/{{ site.url }}", "file.md")}) as web:
        report = await checked(web.url("/"))
    assert [each[3] for each in seen(report)] == ["not-found", "not-found", "not-found"]


async def test_a_page_is_read_in_the_encoding_that_it_declares() -> None:
    body = '<a href="/caf\xe9">ma\xf1ana</a>'.encode("latin-1")
    async with site({"/": Page(body, type="text/html; charset=iso-8859-1")}) as web:
        report = await checked(web.url("/"))
    assert report.rows[0].place.occurrence.text == "ma\xf1ana"
    assert web.asked[1:] == ["site.example/caf%C3%A9"]


@pytest.mark.parametrize(
    ("path", "type_", "body"),
    [
        ("/readme.md", "text/plain", "[a](/a)"),
        ("/readme.md", "application/octet-stream", "[a](/a)"),
        ("/readme", "text/markdown", "[a](/a)"),
        ("/list", "text/plain", "http://site.example:PORT/a\n"),
        ("/page", "", '<a href="/a">a</a>'),
        ("/page.html", "application/xhtml+xml", '<a href="/a">a</a>'),
    ],
)
async def test_a_page_is_read_in_the_format_that_it_says(path: str, type_: str, body: str) -> None:
    async with site({path: Page(body, type=type_), "/a": Page("A")}) as web:
        report = await checked(web.url(path))
    assert [row.verdict.reason for row in report.rows] == ["ok"]


async def test_documents_come_in_the_order_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("z.md").write_text("[z](http://[/)")
    Path("a.md").write_text("[a](http://[/)")
    async with site({"/a": linking("http://[/"), "/b": linking("http://[/")}) as web:
        report = await checked("z.md", web.url("/b"), "a.md", web.url("/a"))
    assert [each[0] for each in seen(report)] == ["/a.md", "/a", "/b", "/z.md"]


async def test_a_page_that_was_not_read_whole_is_remarked_on() -> None:
    settings = replace(SETTINGS, fetch=replace(SETTINGS.fetch, max_body=300))
    async with site({"/": linking(*map(str, range(100)))}) as web:
        report = await checked(web.url("/"), settings=settings)
        (remark,) = report.remarks
        assert remark.startswith(f"{web.url('/')}: only its first 300 bytes were read;")
    assert 0 < len(report.rows) < 100


# Pages that cannot be had


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page("gone", 404), "not-found"),
        (Page("no", 403), "forbidden"),
        (Page("sorry", 503), "server-error"),
        (Page(b"\x89PNG", type="image/png"), "no-document"),
        (Page(""), "no-document"),
        (moved("/start"), "redirect-loop"),
        (moved("http://169.254.169.254/"), "private-address"),
    ],
)
async def test_a_page_that_cannot_be_read_is_told_and_the_others_are_checked(
    page: Page, reason: str
) -> None:
    async with site({"/start": page, "/": linking("/x"), "/x": Page()}) as web:
        report = await checked(web.url("/start"), web.url("/"))
    assert [each.code for each in report.unread] == [reason]
    assert str(report.unread[0]).startswith(f"{web.url('/start')}: could not be read: ")
    assert [each[3] for each in seen(report)] == ["ok"]


async def test_a_page_that_is_there_at_the_second_look_is_read() -> None:
    sorry = Page("sorry", 503)
    settings = replace(SETTINGS, fetch=replace(SETTINGS.fetch, retries=1))
    async with site({"/": [sorry, sorry, linking("/x")], "/x": Page()}) as web:
        report = await checked(web.url("/"), settings=settings)
    assert not report.unread
    assert [each[3] for each in seen(report)] == ["ok"]


async def test_passwords_in_a_source_are_shown_to_nobody() -> None:
    async with site({}) as web:
        report = await checked(web.url("/", "ann:secret@site.example"))
    (unread,) = report.unread
    assert unread.document == f"http://***@site.example:{web.port}/"
    assert "secret" not in str(unread) + "".join(web.heads)


async def test_a_page_is_asked_for_whatever_the_patterns_say() -> None:
    settings = replace(SETTINGS, select=SelectSettings(exclude=("site[.]example",)))
    async with site({"/": linking("/x", "http://b.example:PORT/")}) as web:
        report = await checked(web.url("/"), settings=settings)
    assert [each[3] for each in seen(report)] == ["excluded", "ok"]


async def test_offline_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("<http://b.example/>")
    settings = replace(SETTINGS, select=SelectSettings(offline=True))
    async with site({}) as web:
        report = await checked(web.url("/"), "a.md", settings=settings)
    assert not web.asked
    assert [each[3] for each in seen(report)] == ["offline"]
    assert [each.code for each in report.unread] == ["offline"]


async def test_listing_asks_for_the_pages_alone() -> None:
    async with site({"/": linking("/x", "/y")}) as web:
        collection = gather([web.url("/")], None, "", SETTINGS)
        conduct = Conduct(SETTINGS, FakeClock(), Stop(), lambda _look: None)
        collection = await runs.read(collection, conduct)
    assert [place.occurrence.raw for place in collection.places] == ["/x", "/y"]
    assert web.asked == ["site.example/"]


# With a history


async def test_what_a_history_knows_of_the_links_of_a_page_is_told(tmp_path: Path) -> None:
    page = replace(linking("/x", "/gone"), headers={"etag": '"1"'})
    async with site({"/": page, "/x": [Page("X"), Page("sorry", 503)]}) as web:
        with Store(tmp_path / "crawl.db") as store:
            await run(store, web.url("/"))
            report = await run(store, web.url("/"), clock=FakeClock(NOON + timedelta(days=1)))
            told, gone = store.report(), store.story(known_url(web.url("/gone")))
            itself = store.story(known_url(web.url("/")))
    # What is to be read is asked for in full: "not modified" would have no links in it.
    assert not any("if-none-match" in head.lower() for head in web.heads)
    x, _ = report.rows
    assert (x.verdict.reason, x.state and x.state.last_ok_at) == ("server-error", NOON)
    assert [row.place.occurrence.raw for row in told.rows] == ["/x", "/gone"]
    assert told.rows[0].place.occurrence.document == web.url("/")
    assert len(gone.looks) == len(itself.looks) == 2
    assert not itself.places


async def test_a_check_beside_a_history_knows_what_it_says_of_new_links(tmp_path: Path) -> None:
    async with site({"/": linking("/x"), "/x": [Page("X"), Page("sorry", 503)]}) as web:
        with Store(tmp_path / "crawl.db") as store:
            await run(store, web.url("/"))
            collection = gather([web.url("/")], None, "", SETTINGS)
            clock = FakeClock(NOON + timedelta(days=1))
            conduct = Conduct(SETTINGS, clock, Stop(), lambda _look: None)
            known = recollection.known_states(store, collection, conduct)
            report = await runs.check(collection, known, conduct)
            assert known.get(known_url(web.url("/unheard-of"))) is None
    (row,) = report.rows
    assert (row.verdict.reason, row.state and row.state.last_ok_at) == ("server-error", NOON)


async def test_what_a_history_knows_of_a_page_outlasts_that_it_cannot_be_read(
    tmp_path: Path,
) -> None:
    async with site({"/": [linking("/x"), Page("sorry", 503)], "/x": Page("X")}) as web:
        with Store(tmp_path / "crawl.db") as store:
            await run(store, web.url("/"))
            report = await run(store, web.url("/"), clock=FakeClock(NOON + timedelta(days=1)))
            told = store.report()
    assert [each.code for each in report.unread] == ["server-error"]
    assert [row.place.occurrence.raw for row in told.rows] == ["/x"]

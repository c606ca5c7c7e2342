"""Whole sites: which pages are read, which are only looked at, and that there is an end to it."""

import asyncio
import gzip
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import NOON, FakeClock
from localsite import SETTINGS, Page, checked, linking, moved, run, seen, site

from crawler import runs
from crawler.conduct import Conduct
from crawler.model import Observation, Outcome, Report
from crawler.rows import known_url
from crawler.settings import SelectSettings, Settings
from crawler.sources import gather
from crawler.stop import Stop
from crawler.store import Store

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")


def recursive(**select: Any) -> Settings:  # noqa: ANN401 - any setting
    return replace(SETTINGS, select=SelectSettings(recursive=True, **select))


WHOLE = recursive()


def read(report: Report) -> list[str]:
    """Return the paths of the documents that have links, in order."""
    return list(dict.fromkeys(each[0] for each in seen(report)))


def asked(targets: list[str]) -> list[str]:
    """Return what was asked of the site, but for what is asked at its door."""
    door = ("site.example/robots.txt", "site.example/sitemap.xml")
    return sorted(each for each in targets if each not in door)


# Scope


async def test_every_page_is_fetched_once_and_read_and_its_links_are_checked() -> None:
    pages = {
        "/": linking("/a", "/b"),
        "/a": linking("/", "/b", "/gone"),
        "/b": linking("/a", "c?x=1", "http://other.example:PORT/far"),
        "/c": linking("/"),
        "/far": linking("/further"),
    }
    async with site(pages) as web:
        told: list[Observation] = []
        report = await checked(web.url("/"), settings=WHOLE, told=told)
    assert seen(report) == [
        ("/", 2, "/a", "ok"),
        ("/", 3, "/b", "ok"),
        ("/a", 2, "/", "ok"),
        ("/a", 3, "/b", "ok"),
        ("/a", 4, "/gone", "not-found"),
        ("/b", 2, "/a", "ok"),
        ("/b", 3, "c?x=1", "ok"),
        ("/b", 4, f"http://other.example:{web.port}/far", "ok"),
        ("/c?x=1", 2, "/", "ok"),
    ]
    # Once each; and what another site links to is not followed.
    assert asked(web.asked) == [
        "other.example/far", "site.example/", "site.example/a", "site.example/b",
        "site.example/c?x=1", "site.example/gone",
    ]  # fmt: skip
    assert len(told) == len({look.url for look in told}) == 6
    assert report.run.complete


async def test_what_stands_in_the_directory_of_the_first_page_is_read() -> None:
    pages = {
        "/docs/index.html": linking("a", "../blog/", "deep/b", "/docs"),
        "/docs/a": linking("/docs/x"),
        "/docs/deep/b": linking("/docs/y"),
        "/blog/": linking("/blog/no"),
        "/docs": linking("/no"),
        "/docs/x": Page("x"),
        "/docs/y": Page("y"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/docs/index.html"), settings=WHOLE)
    assert read(report) == ["/docs/a", "/docs/deep/b", "/docs/index.html"]
    assert not {"site.example/blog/no", "site.example/no"} & {*web.asked}


async def test_several_sources_widen_what_is_read() -> None:
    pages = {
        "/docs/": linking("/blog/post", "/shop/"),
        "/blog/": linking("x"),
        "/blog/post": linking("/y"),
        "/shop/": linking("/no"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/docs/"), web.url("/blog/"), settings=WHOLE)
    assert read(report) == ["/blog/", "/blog/post", "/docs/"]


async def test_sources_that_lead_to_one_page_are_read_once() -> None:
    pages = {"/a": moved("/c"), "/b": moved("/c"), "/c": linking("/x")}
    async with site(pages) as web:
        report = await checked(web.url("/a"), web.url("/b"), settings=WHOLE)
    assert seen(report) == [("/c", 2, "/x", "not-found")]
    assert web.asked.count("site.example/robots.txt") == 1
    assert not report.unread


async def test_the_scope_is_where_the_first_page_has_moved_to() -> None:
    pages = {
        "/": moved("http://www.example:PORT/en/"),
        "/en/": linking("a", "http://site.example:PORT/b"),
        "/en/a": linking("/en/c"),
        "/b": linking("/no"),
        "/en/c": Page("c"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert read(report) == ["/en/", "/en/a"]


async def test_pages_that_lead_out_of_the_site_are_not_read_there() -> None:
    pages = {
        "/": linking("/out", "/in", "/same"),
        "/out": moved("http://other.example:PORT/far"),
        "/in": moved("/there"),
        "/same": moved("/there"),
        "/there": linking("/x"),
        "/far": linking("/no"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert read(report) == ["/", "/there"]
    assert [each[3] for each in seen(report)] == [
        "permanent",
        "permanent",
        "permanent",
        "not-found",
    ]


@pytest.mark.parametrize(
    ("depth", "documents"), [(0, ["/"]), (1, ["/", "/1"]), (2, ["/", "/1", "/2"])]
)
async def test_pages_are_read_as_deep_as_is_wished(depth: int, documents: list[str]) -> None:
    pages = {"/": linking("/1"), "/1": linking("/2"), "/2": linking("/3"), "/3": linking("/4")}
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=recursive(depth=depth))
    assert read(report) == documents
    assert len(asked(web.asked)) == depth + 2  # what the last page links to is looked at
    assert report.remarks == (
        f"{web.url('')}: 1 page was looked at and not read for links: deeper than --depth.",
    )


async def test_the_shortest_way_counts_however_slow_it_is() -> None:
    pages = {
        "/": linking("/slow", "/quick"),
        "/slow": replace(linking("/x"), delay=0.3),
        "/quick": linking("/quicker"),
        "/quicker": linking("/x"),
        "/x": linking("/y"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=recursive(depth=2))
    assert read(report) == ["/", "/quick", "/quicker", "/slow", "/x"]


async def test_patterns_narrow_what_is_asked_and_so_what_is_read() -> None:
    pages = {"/": linking("/a/", "/b/"), "/a/": linking("/a/x"), "/b/": linking("/b/x")}
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=recursive(exclude=("/b/",)))
    assert seen(report)[:2] == [("/", 2, "/a/", "ok"), ("/", 3, "/b/", "excluded")]
    assert read(report) == ["/", "/a/"]
    assert asked(web.asked) == ["site.example/", "site.example/a/", "site.example/a/x"]


async def test_links_of_files_to_the_site_are_followed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with site({"/": Page("home"), "/hidden": linking("/x")}) as web:
        Path("a.md").write_text(f"<{web.url('/hidden')}>")
        report = await checked("a.md", web.url("/"), settings=WHOLE)
    assert read(report) == ["/a.md", "/hidden"]


async def test_what_is_no_page_is_looked_at_and_not_read() -> None:
    pages = {
        "/": linking("/a.png", "/b.css", "/c.pdf", "/d.txt"),
        "/a.png": Page(b"\x89PNG", type="image/png"),
        "/b.css": Page("a{b:url(/no)}", type="text/css"),
        "/c.pdf": Page(b"%PDF-1.4", type="application/pdf"),
        "/d.txt": Page("http://site.example:PORT/x", type="text/plain"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert read(report) == ["/", "/d.txt"]


async def test_a_page_that_says_that_it_is_not_there_is_not_followed() -> None:
    lost = "<title>Page not found</title><h1>Page not found</h1><a href=/no>x</a>"
    async with site({"/": linking("/lost"), "/lost": Page(lost)}) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert seen(report) == [("/", 2, "/lost", "soft-404")]


# Fragments


async def test_places_that_are_asked_for_later_are_looked_for_too() -> None:
    pages = {
        "/": linking("/a", "#own", "#nowhere", head="<body><i id=own>x</i>"),
        "/a": Page("<h2 id=there>A</h2><p>" + "words " * 200 + "<a href='/b'>b</a>"),
        "/b": linking("/a#there", "/a#missing", "/#own"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert {(each[2], each[3]) for each in seen(report)} == {
        ("/a", "ok"), ("#own", "ok"), ("#nowhere", "fragment-missing"), ("/b", "ok"),
        ("/a#there", "ok"), ("/a#missing", "fragment-missing"), ("/#own", "ok"),
    }  # fmt: skip
    assert len(asked(web.asked)) == 3


async def test_places_elsewhere_that_are_asked_for_too_late_are_told() -> None:
    far = "http://other.example:PORT/far"
    pages = {"/": linking("/a", f"{far}#now"), "/a": replace(linking(f"{far}#later"), delay=0.5),
             "/far": Page("<h1 id=now>Far</h1>" + "words " * 200)}  # fmt: skip
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
        (remark,) = report.remarks
        assert remark.startswith(
            "1 page elsewhere was looked at before a place on it was asked for"
        )
        assert remark.endswith(f"such as on {web.url('/far', 'other.example')}.")
    assert {each[3] for each in seen(report)} == {"ok"}


async def test_what_is_asked_of_a_page_until_its_look_is_looked_for() -> None:
    far = "http://other.example:PORT/far"
    pages = {"/": linking("/a", f"{far}#now"), "/a": linking(f"{far}#missing"),
             "/far": replace(Page("<h1 id=now>Far</h1>" + "words " * 200), delay=0.5)}  # fmt: skip
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert [each[3] for each in seen(report)] == ["ok", "ok", "fragment-missing"]
    assert not report.remarks


# robots.txt


ROBOTS = "User-agent: *\nDisallow: /private/\n\nUser-agent: somebody-else\nDisallow: /\n"


def robots(text: str = ROBOTS, **values: Any) -> Page:  # noqa: ANN401 - of a page
    return Page(text, type="text/plain", **values)


async def test_robots_txt_is_obeyed_where_pages_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pages = {
        "/robots.txt": robots(),
        "/": linking("/private/x", "/a", "http://other.example:PORT/private/y"),
        "/a": linking("/private/x"),
        "/private/y": Page("y"),
        "/private/z": linking("/no"),
    }
    async with site(pages) as web:
        Path("a.md").write_text(f"<{web.url('/private/z')}>")
        report = await checked(web.url("/"), "a.md", settings=WHOLE)
    # One link of a document is looked at, as ever; what it leads to is not followed.
    assert {(each[2], each[3]) for each in seen(report)} == {
        ("/private/x", "robots"), ("/a", "ok"), (web.url("/private/z"), "ok"),
        (f"http://other.example:{web.port}/private/y", "ok"),
    }  # fmt: skip
    assert web.asked.count("site.example/robots.txt") == 1
    assert "other.example/robots.txt" not in web.asked


async def test_the_page_that_is_named_is_read_whatever_robots_txt_says() -> None:
    pages = {"/robots.txt": robots("User-agent: *\nDisallow: /"), "/": linking("/a")}
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert seen(report) == [("/", 2, "/a", "robots")]


async def test_robots_txt_need_not_be_obeyed_on_a_site_of_ones_own() -> None:
    pages = {"/robots.txt": robots(), "/": linking("/private/x"), "/private/x": linking("/y")}
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=recursive(robots=False))
    assert read(report) == ["/", "/private/x"]
    assert "site.example/robots.txt" not in web.asked


@pytest.mark.parametrize(
    ("answer", "follows"),
    [
        (Page("no", 404), True),
        (Page("no", 403), True),
        (Page("busy", 429), False),
        (Page("sorry", 503), False),
        (moved("/robots.txt"), True),
        (moved("/elsewhere.txt"), False),
        (Page("<h1>Hello</h1>"), True),
        (Page(b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", type="application/octet-stream"), False),
    ],
)
async def test_without_a_robots_txt_all_is_open_and_where_it_fails_nothing(
    answer: Page, *, follows: bool
) -> None:
    pages = {"/robots.txt": answer, "/": linking("/a"), "/a": linking("/b"), "/b": Page("b"),
             "/elsewhere.txt": robots("user-agent: link-health-crawler\ndisallow: /a")}  # fmt: skip
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert ("site.example/a" in web.asked) == follows
    if not follows:
        assert seen(report) == [("/", 2, "/a", "robots")]


ASKS_NOT_TO = '<meta name="robots" content="noindex, nofollow">'


@pytest.mark.parametrize(
    "page",
    [
        Page(f'{ASKS_NOT_TO}<a href="/b">b</a>'),
        Page('<a href="/b">b</a>', headers={"X-Robots-Tag": "nofollow"}),
    ],
)
async def test_pages_may_ask_that_nothing_be_followed_from_them(page: Page) -> None:
    pages = {"/": linking("/a"), "/a": page, "/b": linking("/c"), "/c": Page("c")}
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=recursive(nofollow=True))
        assert read(report) == ["/", "/a"]
        assert "site.example/b" in web.asked  # it is looked at, as a link
        report = await checked(web.url("/"), settings=WHOLE)
        assert read(report) == ["/", "/a", "/b"]


async def test_what_another_page_leads_to_is_followed_all_the_same() -> None:
    pages = {
        "/": linking("/a", "/d"),
        "/a": Page(f'{ASKS_NOT_TO}<a href="/b">b</a>'),
        "/b": linking("/c"),
        "/c": Page("c"),
        "/d": linking("/e"),
        "/e": linking("/b"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=recursive(nofollow=True))
    assert read(report) == ["/", "/a", "/b", "/d", "/e"]


async def test_a_site_is_asked_no_more_often_than_it_wishes() -> None:
    pages = {"/robots.txt": robots("User-agent: *\nCrawl-delay: 7"), "/": linking("/a", "/b")}
    clock = FakeClock()
    async with site(pages) as web:
        await checked(web.url("/"), settings=WHOLE, clock=clock)
    assert sum(nap > 6 for nap in clock.naps) >= 2


# Sitemaps


def sitemap(*urls: str, name: str = "url", around: str = "urlset") -> Page:
    listed = "".join(f"<{name}><loc>{url}</loc></{name}>\n" for url in urls)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return Page(f'<?xml version="1.0"?>\n<{around} xmlns="{space}">\n{listed}</{around}>',
                type="application/xml")  # fmt: skip


async def test_pages_of_the_usual_sitemap_are_read_and_orphans_are_told() -> None:
    here = "http://site.example:PORT"
    pages = {
        "/docs/": linking("a"),
        "/docs/a": Page("a"),
        "/docs/orphan": linking("/x"),
        "/sitemap.xml": sitemap(f"{here}/docs/a", f"{here}/docs/orphan", f"{here}/blog/"),
    }
    async with site(pages) as web:
        report = await checked(web.url("/docs/"), settings=WHOLE)
    assert {"/docs/", "/docs/orphan"} <= {*read(report)}
    assert "site.example/blog/" not in web.asked  # it is not among what is read
    (remark,) = report.remarks
    assert remark == (
        "1 of the pages that sitemaps list is linked from no page that was read, such as "
        f"{web.url('/docs/orphan')}."
    )


async def test_sitemaps_that_robots_txt_names_are_read_and_those_that_they_name() -> None:
    here = "http://site.example:PORT"
    pages = {
        "/robots.txt": robots(f"Sitemap: {here}/index.xml\nSitemap: {here}/none.xml"),
        "/": Page("home"),
        "/index.xml": sitemap(f"{here}/part.xml", f"{here}/index.xml", name="sitemap",
                              around="sitemapindex"),
        "/part.xml": sitemap(f"{here}/a"),
        "/a": linking("/x"),
    }  # fmt: skip
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert "/a" in read(report)
    assert web.asked.count("site.example/index.xml") == 1
    assert "site.example/sitemap.xml" not in web.asked
    assert f"{web.url('/none.xml')}: robots.txt names this sitemap, and it could not be had." in (
        report.remarks
    )


async def test_no_more_pages_of_sitemaps_are_asked_than_may_be_read() -> None:
    here = "http://site.example:PORT"
    pages = {
        "/robots.txt": robots(f"Sitemap: {here}/1.xml\nSitemap: {here}/2.xml"),
        "/": Page("home"),
        "/1.xml": sitemap(*(f"{here}/a{number}" for number in range(3))),
        "/2.xml": sitemap(*(f"{here}/b{number}" for number in range(3))),
    }
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=recursive(max_pages=4))
    assert [each[2].rpartition("/")[2] for each in seen(report)] == ["a0", "a1", "a2", "b0"]
    assert "2 of the pages that sitemaps list were left out: beyond --max-pages." in (
        " ".join(report.remarks)
    )


async def test_what_is_wrong_in_a_sitemap_is_reported_at_its_place() -> None:
    here = "http://site.example:PORT"
    pages = {"/": Page("home"), "/sitemap.xml": sitemap(f"{here}/", f"{here}/gone")}
    async with site(pages) as web:
        report = await checked(web.url("/"), settings=WHOLE)
    assert seen(report) == [
        ("/sitemap.xml", 3, web.url("/"), "ok"), ("/sitemap.xml", 4, web.url("/gone"), "not-found"),
    ]  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
async def test_a_sitemap_may_be_the_source_itself(*, packed: bool) -> None:
    async with site({"/a": linking("/x"), "/x": linking("/y")}) as web:
        index = sitemap(web.url("/part.xml.gz" if packed else "/part.xml"), name="sitemap",
                        around="sitemapindex")  # fmt: skip
        part = sitemap(web.url("/a"))
        assert isinstance(part.body, str)
        web.pages["/index.xml"] = index
        web.pages["/part.xml"] = part
        packed_part = gzip.compress(part.body.encode())
        web.pages["/part.xml.gz"] = Page(packed_part, type="application/gzip")
        alone = await checked(web.url("/index.xml"))
        report = await checked(web.url("/index.xml"), settings=WHOLE)
    assert [each[3] for each in seen(alone)] == ["ok"]
    part_name = "/part.xml.gz" if packed else "/part.xml"
    assert read(report) == ["/a", "/index.xml", part_name, "/x"]


# Traps


@pytest.mark.parametrize(
    ("trap", "words", "most"),
    [
        # Relative links that pile up, a calendar that goes on for ever, a session in each link.
        ('<a href="x/">more</a><a href="y/">more</a>', "one directory more than 4 times", 600),
        ('<a href="?page=COUNT">next</a><a href="?page=COUNT1">next</a>', "in their query", 110),
        ('<a href="/s;id=COUNT">a</a>', "in their query", 110),
        ('<a href="/pCOUNT">a</a><a href="/qCOUNT">a</a>', "beyond --max-pages", 200),
    ],
)
async def test_traps_come_to_an_end_and_what_was_not_read_is_told(
    trap: str, words: str, most: int
) -> None:
    async with site({"/": Page(trap)}, otherwise=Page(trap)) as web:
        report = await checked(web.url("/"), settings=recursive(max_pages=150))
    assert len(web.asked) <= 2 * most
    assert len({row.place.occurrence.document for row in report.rows}) <= 151
    assert all(row.verdict.outcome is Outcome.OK for row in report.rows)
    assert any(words in remark for remark in report.remarks), report.remarks


async def test_which_pages_are_read_does_not_depend_on_who_is_quicker() -> None:
    pages = {"/": linking(*(f"/{number}" for number in range(9)))}
    for number in range(9):
        pages[f"/{number}"] = replace(linking("/x"), delay=0.02 * (number % 3))
    async with site(pages) as web:
        reports = [await checked(web.url("/"), settings=recursive(max_pages=4)) for _ in range(2)]
    assert read(reports[0]) == read(reports[1]) == ["/", "/0", "/1", "/2", "/3"]
    assert reports[0].remarks[0].endswith("not read for links: beyond --max-pages.")


# History, interruption


async def test_a_second_run_forgets_pages_that_are_gone_and_keeps_those_that_are_not_well(
    tmp_path: Path,
) -> None:
    def day(number: int) -> FakeClock:
        return FakeClock(NOON + timedelta(days=number))

    sorry, gone = Page("sorry", 503), Page("gone", 404)
    pages: dict[str, Page | list[Page]] = {
        "/": [linking("/a", "/b"), linking("/a", "/b"), linking("/a", "/b"), linking("/a")],
        "/a": linking("/x"),
        "/b": [linking("/y"), sorry, gone],
        "/robots.txt": robots("User-agent: *\nDisallow: /x"),
    }
    documents = []
    async with site(pages) as web:
        with Store(tmp_path / "crawl.db") as store:
            for number in range(4):
                await run(store, web.url("/"), settings=WHOLE, clock=day(number))
                documents.append(read(store.report()))
            told = store.report()
            b = store.story(known_url(web.url("/b")))
    assert documents == [["/", "/a", "/b"], ["/", "/a", "/b"], ["/", "/a"], ["/", "/a"]]
    assert [look.verdict.reason for look in b.looks] == ["ok", "server-error", "not-found"]
    assert [(row.place.occurrence.raw, row.verdict.reason) for row in told.rows] == [
        ("/a", "ok"), ("/x", "robots"),
    ]  # fmt: skip


async def test_a_run_that_is_cut_short_keeps_what_it_saw_and_forgets_no_page(
    tmp_path: Path,
) -> None:
    pages = {"/": linking("/a"), "/a": linking("/b"), "/b": linking("/c"), "/c": Page("c")}
    with Store(tmp_path / "crawl.db") as store:
        async with site(pages) as web:
            whole = await run(store, web.url("/"), settings=WHOLE)
            stop = Stop()
            web.pages["/b"] = replace(linking("/c"), delay=30)
            web.on_request = lambda target: stop.ask("interrupted") if target == "/b" else None
            cut = await run(store, web.url("/"), settings=WHOLE, stop=stop)
        told = store.report()
    assert whole.run.complete
    assert not cut.run.complete
    assert [(each[2], each[3]) for each in seen(cut)] == [("/a", "ok"), ("/b", "interrupted")]
    assert read(told) == ["/", "/a", "/b"]


async def test_a_stop_before_the_first_page_leaves_every_link_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text("<http://b.example/>")
    stop = Stop()
    stop.ask("out-of-time")
    async with site({}) as web:
        report = await checked(web.url("/"), "a.md", settings=WHOLE, stop=stop)
    assert [each[3] for each in seen(report)] == ["out-of-time"]
    assert [each.code for each in report.unread] == ["out-of-time"]


async def test_a_run_that_was_killed_is_gone_on_with_its_pages_are_read_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "crawl.db"
    outside = [f"http://out{number}.example:PORT/" for number in range(120)]
    pages = {"/": linking("/a", *outside), "/a": linking("/slow"), "/slow": Page("x", delay=60)}
    async with site(pages) as web:
        collection = gather([web.url("/")], None, "", SETTINGS)
        looks: list[Observation] = []

        def enough(look: Observation) -> None:
            looks.append(look)
            if len(looks) == 122:
                killed.cancel()

        with Store(path) as store:
            conduct = Conduct(WHOLE, FakeClock(), Stop(), enough)
            killed = asyncio.ensure_future(runs.run(collection, store, conduct))
            with pytest.raises(asyncio.CancelledError):
                await killed
        web.asked.clear()
        web.pages["/slow"] = Page("x")
        with Store(path) as store:
            report = await run(store, web.url("/"), settings=WHOLE)
            told = store.report()
    assert {row.verdict.reason for row in report.rows} == {"ok"}
    assert len(report.rows) == len(told.rows) == 122
    outer = [each for each in web.asked if re.match("out", each)]
    assert len(outer) <= 20  # those of the last batch were not written yet
    assert asked([each for each in web.asked if each not in outer]) == [
        "site.example/", "site.example/a", "site.example/slow",
    ]  # fmt: skip

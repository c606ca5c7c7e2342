"""Whole sites over several runs: pages are read each time, other links asked when they are due."""

from dataclasses import replace
from datetime import timedelta

from fakes import NOON, FakeClock
from localsite import SETTINGS, Page, Web, linking, run, seen, site

from crawler.agenda import Asks
from crawler.model import Report, Turnout
from crawler.settings import ScheduleSettings, SelectSettings
from crawler.store import Store

WHOLE = replace(SETTINGS, select=SelectSettings(recursive=True, robots=False))
FAR = "http://other.example:PORT"
WORDS = "words " * 200


async def due(store: Store, web: Web, days: float, limit: int | None = None) -> Report:
    how = replace(WHOLE, schedule=ScheduleSettings(limit=limit))
    clock = FakeClock(NOON + timedelta(days=days))
    web.asked.clear()
    return await run(store, web.url("/"), settings=how, clock=clock, asks=Asks.DUE)


def asked(web: Web) -> list[str]:
    return sorted(each for each in web.asked if "sitemap" not in each)


async def test_pages_are_read_each_time_and_links_to_elsewhere_when_they_are_due(
    store: Store,
) -> None:
    pages = {"/": linking("/a"), "/a": linking(f"{FAR}/far", f"{FAR}/gone"), "/far": Page("far")}
    async with site(pages) as web:
        first = await due(store, web, 0)
        again = await due(store, web, 0.1)
        assert asked(web) == ["site.example/", "site.example/a"]
        assert seen(again) == seen(first)
        assert again.turnout == Turnout(4, 2, not_due=2)
        await due(store, web, 1)
        assert asked(web) == [
            "other.example/far", "other.example/gone", "site.example/", "site.example/a",
        ]  # fmt: skip


async def test_a_place_that_a_later_page_asks_for_makes_a_link_due(store: Store) -> None:
    pages = {
        "/": linking("/a", f"{FAR}/far#one"),
        "/a": Page("<p>nothing yet"),
        "/far": Page(f"<h1 id=one>Far</h1><a href=/x>x</a>{WORDS}"),
    }
    async with site(pages) as web:
        await due(store, web, 0)
        web.pages["/a"] = replace(linking(f"{FAR}/far#two"), delay=0.3)
        report = await due(store, web, 0.1)
        assert asked(web) == ["other.example/far", "site.example/", "site.example/a"]
        assert [each[2:] for each in seen(report)][1:] == [
            (f"http://other.example:{web.port}/far#one", "ok"),
            (f"http://other.example:{web.port}/far#two", "fragment-missing"),
        ]


async def test_a_limit_cuts_a_site_off_and_its_other_pages_are_kept(store: Store) -> None:
    pages = {
        "/": linking("/a", "/b", f"{FAR}/far"),
        "/a": linking("/c"),
        "/b": linking("/d"),
        "/c": Page("c"),
        "/d": Page("d"),
        "/far": Page("far"),
    }
    async with site(pages) as web:
        await due(store, web, 0)
        places = [each[2] for each in seen(store.report())]
        report = await due(store, web, 0.1, limit=2)
        assert asked(web) == ["site.example/", "site.example/a"]
        # What /a leads to was not to be read any more, and is not due.
        assert report.turnout == Turnout(5, 2, not_due=2, put_off=1)
        assert [each[2] for each in seen(store.report())] == places

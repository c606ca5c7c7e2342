"""Runs that ask only what is due: what they ask, what they say of the rest, and what they keep."""

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fakes import NOON, FakeClock, states_in, url

from crawler import recollection, recorder, reports, runs
from crawler.agenda import Asks
from crawler.assemble import Tally, noted
from crawler.collect import Collection, collect
from crawler.conduct import Conduct
from crawler.errors import StoreError
from crawler.model import Document, Health, Network, Observation, Report, Turnout
from crawler.outline import Aspect
from crawler.records import row_record
from crawler.settings import (
    ExtractSettings,
    FetchSettings,
    PaceSettings,
    ScheduleSettings,
    Settings,
)
from crawler.stop import Stop
from crawler.store import Store

PLAIN = Settings(pace=PaceSettings(delay=0), fetch=FetchSettings(retries=0))
DAY = timedelta(days=1)
NAMES = "abcdefgh"


def address(name: str) -> str:
    return f"https://{name}.example/"


@dataclass
class Web:
    """Answers by the first letter of the host, else 200; 0 means that the name does not exist."""

    answers: Mapping[str, int] = field(default_factory=dict)
    page: str = "<title>T</title><p id=one>One"
    asked: list[str] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host[0]
        self.asked.append(name)
        status = self.answers.get(name, 200)
        if not status:
            error = httpx.ConnectError("no such name")
            error.__cause__ = socket.gaierror(socket.EAI_NONAME, "no such name")
            raise error
        return httpx.Response(status, headers={"content-type": "text/html"}, text=self.page)


def documents(*names: str) -> Collection:
    text = "\n".join(f"<{address(name)}>\n" for name in names)
    return collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())


def conduct(
    web: Web,
    days: float = 0,
    *,
    asks: Asks = Asks.DUE,
    limit: int | None = None,
    on_look: Callable[[Observation], None] = lambda _: None,
) -> Conduct:
    return Conduct(
        replace(PLAIN, schedule=ScheduleSettings(limit=limit)),
        FakeClock(NOON + days * DAY),
        Stop(),
        on_look,
        httpx.MockTransport(web),
        asks=asks,
    )


def said(report: Report) -> dict[str, str]:
    return {str(row.place.target.url)[8]: row.verdict.reason for row in report.rows}  # type: ignore[union-attr] # all are links


async def run(store: Store, collection: Collection, how: Conduct) -> Report:
    report, error = await runs.run(collection, store, how)
    assert error is None
    return report


# What is asked, and what is said of the rest


async def test_the_second_run_of_a_night_asks_nothing_and_says_the_same(store: Store) -> None:
    web = Web({"b": 404})
    first = await run(store, documents(*"ab"), conduct(web))
    second = await run(store, documents(*"ab"), conduct(web, 0.1))
    assert web.asked == ["a", "b"]
    assert list(second.rows) == list(first.rows)
    assert second.run.complete
    assert second.turnout == Turnout(2, 0, not_due=2)
    assert list(map(row_record, store.report().rows)) == list(map(row_record, first.rows))


async def test_a_new_link_is_asked_and_the_others_are_left(store: Store) -> None:
    web = Web()
    await run(store, documents(*"ab"), conduct(web))
    report = await run(store, documents(*"abc"), conduct(web, 0.1))
    assert web.asked == [*"abc"]
    assert said(report) == dict.fromkeys("abc", "ok")
    assert report.turnout == Turnout(3, 1, not_due=2)
    told = "".join(reports.render(report, "text", Aspect.TROUBLE))
    assert "2 of 3 links were not due: what is said of them is of the last look;" in told
    record = json.loads("".join(reports.render(report, "json", Aspect.TROUBLE)))["run"]
    assert (record["asked"], record["not_due"], record["put_off"]) == (1, 2, 0)
    assert record["counts"]["ok"] == 3


async def test_all_asks_all(store: Store) -> None:
    web = Web()
    for days in (0, 0.1):
        report = await run(store, documents(*"ab"), conduct(web, days, asks=Asks.ALL))
        assert report.turnout == Turnout(2, 2)
    assert web.asked == [*"abab"]


async def test_a_link_that_is_confirmed_fails_a_run_though_it_is_not_due(store: Store) -> None:
    for days in (0, 0.1):
        report = await run(store, documents(*"ab"), conduct(Web({"b": 404}), days))
        found = Tally()
        list(noted(report, found).rows)
        assert found.confirmed


async def test_a_check_beside_a_history_asks_what_is_due_and_records_nothing(store: Store) -> None:
    await run(store, documents(*"ab"), conduct(Web({"b": 503})))
    web = Web()
    collection = documents(*"abc")
    how = conduct(web, 0.1)
    known = recollection.known_states(store, collection, how)
    how = recollection.remembering(how, store, known)
    report = await runs.check(collection, known, how)
    assert web.asked == ["c"]
    assert said(report) == {"a": "ok", "b": "server-error", "c": "ok"}
    assert states_in(store).keys() == {url(address(name)) for name in "ab"}


async def test_forty_nights_ask_a_healthy_link_ten_times_and_find_a_dead_one(store: Store) -> None:
    web, dead = Web(), Web({"h": 404})
    for night in range(40):
        await run(store, documents(*NAMES), conduct(dead if night > 20 else web, night))
    asked = web.asked + dead.asked
    assert all(7 <= asked.count(name) <= 10 for name in "abcdefg")
    assert states_in(store)[url(address("h"))].health is Health.BROKEN


async def test_a_killed_run_is_gone_on_with_and_what_it_saw_is_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web()
    left = [None]
    await run(store, documents(*"ab"), conduct(web))
    monkeypatch.setattr(recorder, "BATCH", 1)
    with pytest.raises(BaseExceptionGroup):
        await run(store, documents(*"abcd"), conduct(web, 0.1, on_look=lambda _: left.pop()))
    report = await run(store, documents(*"abcd"), conduct(web, 0.2))
    assert said(report) == dict.fromkeys("abcd", "ok")
    assert report.turnout == Turnout(4, 2, not_due=2)


# Places on pages


def placed(*fragments: str) -> Collection:
    text = "\n".join(f"<{address('a')}#{fragment}>\n" for fragment in fragments)
    return collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())


async def test_a_page_is_asked_anew_when_a_document_asks_for_another_place(store: Store) -> None:
    web = Web(page='<title>T</title><p id="one">One <a href="/">x</a>')
    for collection, times in ((placed("one"), 1), (placed("one"), 1), (placed("one", "two"), 2)):
        report = await run(store, collection, conduct(web, 0.1 * times))
        assert len(web.asked) == times
    assert [row.verdict.reason for row in report.rows] == ["ok", "fragment-missing"]
    again = await run(store, placed("two"), conduct(web, 0.3))
    assert len(web.asked) == 2, "that place was looked for"
    assert [row.verdict.reason for row in again.rows] == ["fragment-missing"]


def asking(name: str, *fragments: str) -> Collection:
    text = "\n".join(f"<{address('a')}#{fragment}>\n" for fragment in fragments)
    return collect([Document(name, "markdown", text, source=name)], ExtractSettings())


async def test_two_sets_of_documents_that_ask_for_two_places_are_due_once(store: Store) -> None:
    """They share a history, and each look looks for what both ask for."""
    web = Web(page='<title>T</title><p id="one">One <a href="/">x</a>')
    sets = asking("one.md", "one"), asking("two.md", "two")
    for night in range(4):
        for number, collection in enumerate(sets):
            await run(store, collection, conduct(web, 0.1 * night + 0.05 * number))
    assert len(web.asked) == 2, "the second set asked for more, once"
    for days in (1, 2):
        report = await run(store, sets[0], conduct(web, days))
        assert [row.verdict.reason for row in report.rows] == ["ok"]
    assert len(web.asked) == 4
    told = {row.place.occurrence.document: row.verdict.reason for row in store.report().rows}
    assert told == {"one.md": "ok", "two.md": "fragment-missing"}, "also of who did not ask"


async def test_a_place_that_no_document_asks_for_any_more_is_forgotten(store: Store) -> None:
    web = Web(page='<title>T</title><p id="one">One <a href="/">x</a>')
    await run(store, asking("one.md", "one"), conduct(web))
    await run(store, asking("two.md", "two"), conduct(web, 0.1))
    await run(store, asking("two.md"), conduct(web, 0.2))
    await run(store, asking("one.md", "one"), conduct(web, 9))
    assert store.looked_for(url(address("a"))) == {"one"}


async def test_no_places_are_looked_for_where_none_are_asked_for(store: Store) -> None:
    web = Web()
    await run(store, asking("one.md", "one"), conduct(web))
    without = collect(
        [Document("b.md", "markdown", f"<{address('a')}>", source="b.md")],
        ExtractSettings(fragments=False),
    )
    await run(store, without, conduct(web, 9))
    assert store.looked_for(url(address("a"))) == frozenset()


# A bounded number


async def test_a_limit_leaves_links_for_the_next_run_which_goes_on_with_them(store: Store) -> None:
    web = Web()
    first = await run(store, documents(*NAMES), conduct(web, limit=3))
    assert (len(web.asked), first.run.complete) == (3, True)
    assert first.turnout == Turnout(8, 3, put_off=5)
    assert sorted(said(first).values()) == ["not-yet"] * 5 + ["ok"] * 3
    for days in (0.1, 0.2):
        last = await run(store, documents(*NAMES), conduct(web, days, limit=3))
    assert sorted(web.asked) == [*NAMES]
    assert set(said(last).values()) == {"ok"}
    assert last.turnout == Turnout(8, 2, not_due=6)


async def test_what_is_beyond_the_limit_has_its_last_look_in_the_report(store: Store) -> None:
    await run(store, documents(*"ab"), conduct(Web({"b": 404})))
    how = conduct(Web(), 0.1, asks=Asks.ALL, limit=1)
    assert said(await run(store, documents(*"ab"), how)) == {"a": "ok", "b": "not-found"}


# Networks


async def test_where_only_dead_links_are_due_some_that_were_well_show_that_there_is_a_network(
    store: Store,
) -> None:
    web = Web({"g": 0, "h": 0})
    for days in (0, 1, 2):
        await run(store, documents(*NAMES), conduct(web, days))
    del web.asked[:]
    report = await run(store, documents(*NAMES), conduct(web, 3))
    assert report.run.network is Network.UP
    assert {"g", "h"} < set(web.asked)
    assert len(web.asked) == 2 + 5
    assert report.turnout == Turnout(8, 7, not_due=1)
    assert len(store.story(url(address("g"))).looks) == 4


async def test_without_a_network_its_witnesses_are_silent_too(store: Store) -> None:
    for days in (0, 1, 2):
        await run(store, documents(*NAMES), conduct(Web({"g": 0, "h": 0}), days))
    down = Web(dict.fromkeys(NAMES, 0))
    report, _ = await runs.run(documents(*NAMES), store, conduct(down, 3))
    assert report.run.network is Network.DOWN
    assert len(store.story(url(address("g"))).looks) == 3


async def test_nobody_is_called_where_nothing_is_due(store: Store) -> None:
    web = Web()
    await run(store, documents("a"), conduct(web))
    await run(store, documents("a"), conduct(web, 0.1))
    assert web.asked == ["a"]


# A history that fails on the way


class Broken(Store):
    """A history whose last looks cannot be read."""

    def latest(self, urls: object) -> Iterator[Observation]:
        raise StoreError(f"{urls!r:.0}cannot be read")


async def test_what_a_look_has_looked_for_is_not_known_where_it_cannot_be_read(
    store: Store, tmp_path: Path
) -> None:
    web = Web()
    await run(store, placed("one"), conduct(web))
    assert store.looked_for(url(address("a"))) == {"one"}
    assert store.looked_for(url(address("b"))) == frozenset()
    with closing(sqlite3.connect(tmp_path / "crawl.db")) as other, other:
        other.execute("update observations set fragments = '{'")
    assert store.looked_for(url(address("a"))) == frozenset()
    await run(
        store,
        placed("one"),
        conduct(
            web,
            0.1,
        ),
    )
    assert len(web.asked) == 2


async def test_a_run_beside_a_history_knows_how_long_hosts_take(store: Store) -> None:
    how = conduct(Web(), 0.1)
    assert how.paces() == {}
    await run(store, documents(*"ab"), how)
    assert recollection.remembering(how, store, {}).paces().keys() == {"a.example", "b.example"}


async def test_a_history_that_cannot_be_read_any_more_does_not_end_a_run(tmp_path: Path) -> None:
    web = Web()
    with Broken(tmp_path / "crawl.db") as store:
        await run(store, documents("b"), conduct(web, 0.1))
        report, error = await runs.run(documents("b"), store, conduct(web, 0.2))
        assert error is not None
        assert said(report) == {"b": "not-yet"}
        how = conduct(web, 0.3)
        known = recollection.known_states(store, documents("b"), how)
        how = recollection.remembering(how, store, known)
        checked = await runs.check(documents("b"), states_in(store), how)
        assert said(checked) == {"b": "not-yet"}
        assert checked.remarks == ("cannot be read",)

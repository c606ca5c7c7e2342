"""Looks of a history that spare links from being asked: which, and what is said of them."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from fakes import NOON, FakeClock, look, url
from test_due_runs import Web
from test_reports import RUN, row

from crawler import recollection, reports, runs
from crawler.agenda import Asks
from crawler.collect import Collection, collect
from crawler.conduct import Conduct
from crawler.errors import SettingsError
from crawler.layers import load
from crawler.model import Document, Link, Outcome, Report, Turnout
from crawler.moments import ago
from crawler.notes import run_notes
from crawler.outline import Aspect
from crawler.reasons import REASONS, Reason
from crawler.settings import (
    ExtractSettings,
    FetchSettings,
    PaceSettings,
    PolicySettings,
    ScheduleSettings,
    Settings,
)
from crawler.stop import Stop
from crawler.store import Store
from crawler.trust import suffices

DAY = timedelta(days=1)
FAILING = PolicySettings().failing
A = url("https://a.example/")
TRUSTING = Settings(
    pace=PaceSettings(delay=0),
    fetch=FetchSettings(retries=0),
    schedule=ScheduleSettings(trust_history="24h"),
)


def is_trusted(
    code: str = "ok", at: datetime = NOON, failing: frozenset[Outcome] = FAILING
) -> bool:
    return suffices(look(code, at), Link(A), NOON - DAY, NOON, failing)


# Which looks


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_a_history_acquits_and_never_accuses(reason: Reason) -> None:
    outcome, code = reason.outcome, reason.code
    answers = {Outcome.OK, Outcome.REDIRECTED, Outcome.BLOCKED}
    assert is_trusted(code) is (outcome in answers)
    assert not is_trusted(code, failing=frozenset(Outcome))
    assert not is_trusted(code, failing=frozenset({outcome}))


@pytest.mark.parametrize(
    ("at", "trusted"),
    [
        (NOON, True),
        (NOON - DAY, True),
        (NOON - DAY - timedelta(seconds=1), False),
        (NOON + timedelta(seconds=1), False),  # the clock was wrong then, or is now
    ],
)
def test_only_young_looks_count_and_none_of_the_future(at: datetime, trusted: bool) -> None:
    assert is_trusted(at=at) is trusted


@pytest.mark.parametrize(
    ("asked", "looked_for", "missing", "trusted"),
    [
        ("", "", "", True),
        ("", "one", "one", True),  # another place's trouble
        ("one", "", "", False),  # nobody has looked for it
        ("one", "one two", "two", True),
        ("one two", "one two", "two", False),
        ("one:~:text=x", "one:~:text=x", "", True),
        ("one:~:text=x", "one:~:text=x", ":~:text=x", False),
    ],
)
def test_a_look_must_have_found_all_that_is_asked_for(
    asked: str, looked_for: str, missing: str, trusted: bool
) -> None:
    seen = look()
    seen = replace(seen, fragments=tuple(looked_for.split()))
    seen = replace(seen, missing_fragments=tuple(missing.split()))
    link = Link(A, frozenset(asked.split()))
    assert suffices(seen, link, NOON - DAY, NOON, FAILING) is trusted


@pytest.mark.parametrize("text", ["", "24", "h", "1.5h", "-1h", "1 day", "999999999w"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="'trust_history' must be such as 24h, 7d or 2w"):
        load(None, None, {"trust_history": text})


def test_long_ago_is_no_error() -> None:
    assert ago("9999999w", NOON) < ago("24h", NOON) == NOON - DAY


# Whole checks


def documents(*names: str) -> Collection:
    text = "\n".join(f"<https://{name[0]}.example/{name[1:]}>\n" for name in names)
    return collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())


def conduct(
    web: Web, hours: float = 0, settings: Settings = TRUSTING, asks: Asks = Asks.ALL
) -> Conduct:
    clock = FakeClock(NOON + timedelta(hours=hours))
    return Conduct(settings, clock, Stop(), lambda _: None, httpx.MockTransport(web), asks=asks)


async def run(store: Store, collection: Collection, how: Conduct) -> Report:
    report, error = await runs.run(collection, store, how)
    assert error is None
    return report


async def check(store: Store, collection: Collection, how: Conduct) -> Report:
    known = recollection.known_states(store, collection, how)
    return await runs.check(collection, known, recollection.remembering(how, store, known))


def reasons(report: Report) -> list[str]:
    return [row.verdict.reason for row in report.rows]


async def test_what_was_well_lately_is_not_asked_and_the_report_says_so(store: Store) -> None:
    await run(store, documents(*"abcd"), conduct(Web({"b": 404, "c": 503, "d": 403})))
    web = Web()
    report = await check(store, documents(*"abcde"), conduct(web, 2))
    assert sorted(web.asked) == ["b", "c", "e"]
    assert reasons(report) == ["ok", "ok", "ok", "forbidden", "ok"]
    assert report.turnout == Turnout(5, 3, answered=2, since=NOON)
    told = "".join(reports.render(report, "text", Aspect.TROUBLE)).replace("\n", " ")
    assert "2 of 5 links were answered from the history (--trust-history)" in told
    assert "the oldest of these looks is of 2026-11-22 12:00 UTC." in told
    record = json.loads(reports.render(report, "json"))
    assert (record["run"]["asked"], record["run"]["answered"]) == (3, 2)
    looked = [link["checked_at"] for link in record["links"]]
    assert looked[0] == "2026-11-22T12:00:00Z" < looked[1]


@pytest.mark.parametrize(
    ("hours", "change", "asked"),
    [
        (23, {}, 0),
        (25, {}, 1),
        (-1, {}, 1),
        (1, {"fetch": FetchSettings(retries=0, user_agent="another")}, 1),  # another look
        (1, {"schedule": ScheduleSettings()}, 1),
        (1, {"policy": PolicySettings(strict=True)}, 0),
        (1, {"policy": PolicySettings(fail_on=("ok",))}, 1),
    ],
)
async def test_how_long_and_under_which_settings_a_look_counts(
    store: Store, hours: float, change: dict[str, object], asked: int
) -> None:
    await run(store, documents("a"), conduct(Web()))
    web = Web()
    how = conduct(web, hours, replace(TRUSTING, **change))  # type: ignore[arg-type] # sections
    await check(store, documents("a"), how)
    assert len(web.asked) == asked


async def test_a_look_of_another_version_is_had_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.store.TOOL", "crawl 0.0.1")
    await run(store, documents("a"), conduct(Web()))
    monkeypatch.undo()
    web = Web()
    await check(store, documents("a"), conduct(web, 1))
    assert web.asked == ["a"]


async def test_a_place_is_looked_for_if_that_look_has_not_or_has_missed_it(store: Store) -> None:
    await run(store, documents("a#one"), conduct(Web()))
    web = Web()
    assert reasons(await check(store, documents("a", "a#one"), conduct(web, 1))) == ["ok"] * 2
    assert web.asked == []
    for times in (1, 2):  # what is missing is looked for each time, for somebody may mend it
        report = await run(store, documents("a#one", "a#two"), conduct(web, times))
        assert reasons(report) == ["ok", "fragment-missing"]
        assert len(web.asked) == times
    assert reasons(await check(store, documents("a#one"), conduct(web, 3))) == ["ok"]
    assert len(web.asked) == 2


async def test_a_recorded_run_trusts_too_and_keeps_the_place(store: Store) -> None:
    await run(store, documents("a"), conduct(Web()))
    web = Web()
    for asks in Asks:
        report = await run(store, documents("a", "ax"), conduct(web, 20, asks=asks))
        assert reasons(report) == ["ok", "ok"]
    assert web.asked == ["a"], "the new one, once"
    assert [str(row.verdict.outcome) for row in store.report().rows] == ["ok", "ok"]
    assert len(store.story(A).looks) == 1


async def test_a_network_is_not_judged_by_dead_links_alone(store: Store) -> None:
    """Where all that is asked is dead, links that were answered for are asked as witnesses."""
    await run(store, documents(*"abc"), conduct(Web()))
    dead = Web(dict.fromkeys("xyz", 0))

    async def answer(request: httpx.Request) -> httpx.Response:
        dead.asked.append(request.url.host[0])
        if request.url.host[0] in "xyz":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, headers={"content-type": "text/html"}, text="<p>x")

    how = replace(conduct(dead, 1), transport=httpx.MockTransport(answer))
    report = await check(store, documents(*"abcxyz"), how)
    assert report.run.network == "up"
    assert reasons(report) == ["ok"] * 3 + ["connect"] * 3
    assert set(dead.asked) >= set("abc")
    assert report.turnout
    assert (report.turnout.links, report.turnout.answered) == (6, 0)


async def test_a_history_that_cannot_be_read_any_more_spares_nothing(store: Store) -> None:
    await run(store, documents("a"), conduct(Web()))
    store._db.conn.execute("alter table runs rename column tool to other")
    web = Web()
    await check(store, documents("a"), conduct(web, 1))
    assert web.asked == ["a"]


# What there was no time for


async def test_new_links_are_asked_first_and_what_is_left_is_named(store: Store) -> None:
    await run(store, documents(*"abc"), conduct(Web(dict.fromkeys("abc", 404))))
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host[0])
        if asked[-1] != "x":
            await asyncio.Event().wait()  # until the time is up
        return httpx.Response(200, headers={"content-type": "text/html"}, text="<p>x")

    pace = PaceSettings(delay=0, max_time=3600)
    how = conduct(Web(), 1, replace(TRUSTING, pace=pace))
    stop = how.stop
    how = replace(how, on_look=lambda _: stop.ask("out-of-time"))
    how = replace(how, transport=httpx.MockTransport(answer))
    report = await check(store, documents(*"abcxyz"), how)
    assert asked[:3] == [*"xyz"]
    assert reasons(report) == [*["out-of-time"] * 3, "ok", *["out-of-time"] * 2]
    named = tuple(f"https://{name}.example/" for name in "yzabc")
    assert report.turnout
    told = report.turnout
    assert (told.late, told.never, told.named) == (5, 2, named)


PARTIAL = Report(
    replace(RUN, complete=False),
    (row("https://a.example/", "out-of-time"),),
    turnout=Turnout(9, 1, late=7, never=3, named=("https://a.example/", "https://b.example/")),
)


@pytest.mark.parametrize(
    "form", sorted({*reports.OF_RUNS} - reports.SILENT - {"badge", "badge-json"})
)
def test_every_format_that_can_says_what_there_was_no_time_for(form: str) -> None:
    told = " ".join(reports.render(PARTIAL, form, Aspect.TROUBLE).split())
    if form == "json":
        run = json.loads(told)["run"]
        assert (run["complete"], run["out_of_time"], run["never_asked"]) == (False, 7, 3)
        return
    assert "no time was left for 7 of 9 links, 3 of them never asked before: " in told
    assert "and 5 more" in told


@pytest.mark.parametrize("form", ["text", "markdown", "html", "sarif", "github", "github-summary"])
def test_every_format_for_people_says_how_many_a_history_has_answered(form: str) -> None:
    report = replace(PARTIAL, turnout=Turnout(9, 2, answered=7, since=NOON))
    told = " ".join(reports.render(report, form, Aspect.TROUBLE).split())
    assert "7 of 9 links were answered from the history" in told


def test_one_link_is_named_alone() -> None:
    (one,) = run_notes(replace(PARTIAL, turnout=Turnout(1, 0, late=1, never=1, named=("x:",))))
    assert one == "This report is partial: no time was left for 1 of 1 link: x:."

"""Whole runs: documents in, report out, over a web that is scripted and a history that is real."""

import asyncio
import random
import socket
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fakes import NOON, FakeClock, look, said, state_of_looks, states_in, url

from crawler import recorder, runs
from crawler.collect import Collection, collect
from crawler.conduct import Conduct
from crawler.errors import StoreError
from crawler.model import Document, Health, Network, Observation, Report, Run
from crawler.settings import (
    ExtractSettings,
    FetchSettings,
    PaceSettings,
    SelectSettings,
    Settings,
)
from crawler.stop import Stop
from crawler.store import Store
from crawler.transitions import Past

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")

SETTINGS = Settings(pace=PaceSettings(delay=0), fetch=FetchSettings(retries=0))
A, B, C = "https://a.example/", "https://b.example/", "https://c.example/"


@dataclass
class Web:
    """A web that answers by URL, and remembers what it was asked. None: it never answers."""

    answers: Mapping[str, int | Exception | None]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        address = str(request.url)
        self.asked.append(address)
        answer = self.answers[address]
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer or 200, headers={"location": C} if answer == 301 else {})


def no_name(code: int = socket.EAI_NONAME) -> httpx.ConnectError:
    error = httpx.ConnectError("no such name")
    error.__cause__ = socket.gaierror(code, "no such name")
    return error


def documents(*addresses: str) -> Collection:
    text = "\n".join(f"<{address}>\n" for address in addresses)
    return collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())


def ignore(_: Observation) -> None:
    pass


def conduct(
    web: Web,
    clock: FakeClock | None = None,
    *,
    settings: Settings = SETTINGS,
    stop: Stop | None = None,
    on_look: Callable[[Observation], None] = ignore,
) -> Conduct:
    return Conduct(
        settings, clock or FakeClock(), stop or Stop(), on_look, httpx.MockTransport(web)
    )


def reasons(report: Report) -> list[str]:
    return [row.verdict.reason for row in report.rows]


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(f"select count(*) from {table}").fetchone()  # noqa: S608 - ours
        return int(row[0])


# Whole runs


async def test_a_check_reports_every_place_and_records_nothing() -> None:
    web = Web({A: 200, B: 404})
    known = state_of_looks("timeout")
    assert known is not None
    report = await runs.check(
        documents(A, B, A, "mailto:x@y.example"), {url(A): known}, conduct(web)
    )
    assert reasons(report) == ["ok", "not-found", "ok", "mail"]
    assert sorted(web.asked) == [A, B]
    assert report.run.complete
    assert report.run.network is Network.UP
    assert report.rows[0].state is not None
    assert report.rows[0].state.health is Health.HEALTHY
    assert report.rows[1].state is not None
    assert report.rows[1].state.failing_since == report.run.started_at


async def test_a_run_records_what_it_reports(store: Store) -> None:
    web = Web({A: 301, B: 404, C: 200})
    report, error = await runs.run(documents(A, B), store, conduct(web))
    assert error is None
    assert reasons(report) == ["permanent", "not-found"]
    assert said(store.report()) == said(report)
    assert store.last_run() == report.run
    assert [hop.status for hop in store.story(url(A)).looks[0].hops] == [301]


async def test_looks_that_memory_does_not_hold_are_reported_and_recorded_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    for held in (10, 0):
        monkeypatch.setattr("crawler.seen.HELD", held)
        with Store(tmp_path / f"{held}.db") as store:
            web = Web({A: 301, B: 404, C: 200})
            report, error = await runs.run(documents(A, B, A), store, conduct(web))
            rows = [(row.verdict, row.state, row.observation) for row in report.rows]
            told.append((rows, error, states_in(store)))
    assert told[0] == told[1]


async def test_a_second_run_builds_on_the_first(store: Store, path: Path) -> None:
    for day, status in enumerate((200, 503, 503, 503)):
        clock = FakeClock(NOON + timedelta(days=2 * day))
        report, _ = await runs.run(documents(A, B), store, conduct(Web({A: 200, B: status}), clock))
    row = report.rows[1]
    assert row.state is not None
    assert (row.verdict.reason, row.state.health, row.state.bad_looks) == (
        "server-error", Health.BROKEN, 3,
    )  # fmt: skip
    assert row.state.last_ok_at == NOON
    assert states_in(store)[url(B)] == row.state
    assert [seen.verdict.reason for seen in store.story(url(B)).looks] == ["ok"] + 3 * [
        "server-error"
    ]
    assert count(path, "changes") == 1


async def test_every_run_has_a_name_of_its_own_with_its_beginning(store: Store) -> None:
    names = set()
    for _ in range(3):
        report, _ = await runs.run(documents(A), store, conduct(Web({A: 200})))
        names.add(report.run.id)
    assert len(names) == 3
    assert all(name.startswith("20261122T120000Z-") for name in names)


async def test_remarks_of_the_documents_are_in_the_report(store: Store) -> None:
    collection = replace(documents(A), remarks=("a.md: is not all UTF-8 (first in line 3).",))
    report, _ = await runs.run(collection, store, conduct(Web({A: 200})))
    assert report.remarks == ("a.md: is not all UTF-8 (first in line 3).",)


@pytest.mark.parametrize(
    ("select", "reason", "remembered"),
    [
        (SelectSettings(exclude=("b\\.example",)), "excluded", "excluded"),
        (SelectSettings(offline=True), "offline", "not-yet"),  # that was one run's own affair
    ],
)
async def test_what_the_settings_leave_out_is_remembered(
    store: Store, select: SelectSettings, reason: str, remembered: str
) -> None:
    web = Web({A: 200, B: 200})
    settings = replace(SETTINGS, select=select)
    report, error = await runs.run(documents(A, B), store, conduct(web, settings=settings))
    assert error is None
    assert B not in web.asked
    assert reasons(report)[1] == reason
    assert reasons(store.report())[1] == remembered


async def test_many_looks_are_written_in_batches_while_the_run_goes_on(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BATCH", 2)
    addresses = [f"{A}{n}" for n in range(5)]
    written: list[int] = []
    web = Web(dict.fromkeys(addresses, 200))
    await runs.run(
        documents(*addresses),
        store,
        conduct(web, on_look=lambda _: written.append(count(path, "observations"))),
    )
    assert written == [0, 2, 2, 4, 4]
    assert count(path, "observations") == 5


async def test_a_look_is_not_kept_waiting_for_a_whole_batch(store: Store, path: Path) -> None:
    clock = FakeClock()
    written: list[int] = []

    def on_look(_: Observation) -> None:
        written.append(count(path, "observations"))
        clock.seconds += 0.6

    addresses = [f"{A}{n}" for n in range(4)]
    web = Web(dict.fromkeys(addresses, 200))
    await runs.run(documents(*addresses), store, conduct(web, clock, on_look=on_look))
    assert written == [0, 0, 3, 3]


# Cut short


async def test_an_interrupted_run_keeps_what_it_saw_and_is_marked(store: Store) -> None:
    stop = Stop()
    web = Web({A: 200, B: None})
    report, error = await runs.run(
        documents(A, B), store, conduct(web, stop=stop, on_look=lambda _: stop.ask("interrupted"))
    )
    assert error is None
    assert reasons(report) == ["ok", "interrupted"]
    assert not report.run.complete
    last = store.last_run()
    assert last is not None
    assert not last.complete
    assert [len(store.story(url(address)).looks) for address in (A, B)] == [1, 0]
    assert reasons(store.report()) == ["ok", "not-yet"]  # "interrupted" held for that run only


class WaitingClock(FakeClock):
    """A clock whose long naps last until somebody says so."""

    def __init__(self) -> None:
        super().__init__()
        self.late = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        if seconds == 3600:
            await self.late.wait()
        await super().sleep(seconds)


async def test_a_run_that_is_out_of_time_keeps_what_it_saw_and_is_marked(store: Store) -> None:
    clock = WaitingClock()
    settings = replace(SETTINGS, pace=replace(SETTINGS.pace, max_time=3600.0))
    web = Web({A: 200, B: None})
    report, error = await runs.run(
        documents(A, B),
        store,
        conduct(web, clock, settings=settings, on_look=lambda _: clock.late.set()),
    )
    assert error is None
    assert reasons(report) == ["ok", "out-of-time"]
    assert not report.run.complete
    assert list(states_in(store)) == [url(A)]


# Killed, and gone on with


def killed_run(store: Store, *looks: Observation, settings: Settings = SETTINGS) -> Run:
    begun = store.begin(Run("killed", NOON - timedelta(hours=1)), settings.digest, NOON)
    store.record(begun.number, looks)
    return begun.run


async def test_a_run_that_was_killed_goes_on_with_the_links_that_remain(
    store: Store, path: Path
) -> None:
    before = killed_run(store, look("not-found", NOON - timedelta(minutes=50), A))
    web = Web({A: 200, B: 200})
    shown: list[Observation] = []
    report, error = await runs.run(documents(A, B), store, conduct(web, on_look=shown.append))
    assert error is None
    assert web.asked == [B]
    assert [str(seen.url) for seen in shown] == [B]
    assert reasons(report) == ["not-found", "ok"]
    assert (report.run.id, report.run.started_at) == (before.id, before.started_at)
    assert said(store.report()) == said(report)
    assert count(path, "runs") == 1


@pytest.mark.parametrize(
    ("settings", "hours"),
    [(replace(SETTINGS, fetch=FetchSettings(user_agent="other")), 0), (SETTINGS, 12)],
    ids=["other settings", "long ago"],
)
async def test_a_run_that_was_killed_is_forgotten_where_it_says_nothing_any_more(
    store: Store, path: Path, settings: Settings, hours: int
) -> None:
    killed_run(store, look("not-found", NOON, A))
    web = Web({A: 200})
    clock = FakeClock(NOON + timedelta(hours=hours))
    report, _ = await runs.run(documents(A), store, conduct(web, clock, settings=settings))
    assert web.asked == [A]
    assert reasons(report) == ["ok"]
    assert count(path, "runs") == count(path, "observations") == 1


async def test_a_killed_run_survives_that_the_network_is_gone(store: Store, path: Path) -> None:
    killed_run(store, look("timeout", NOON, A))
    report, error = await runs.run(documents(A, B), store, conduct(Web({B: no_name()})))
    assert error is None
    assert report.run.network is Network.DOWN
    assert store.last_run() is None
    report, _ = await runs.run(documents(A, B), store, conduct(web := Web({B: 200})))
    assert web.asked == [B]
    assert reasons(report) == ["timeout", "ok"]
    assert count(path, "runs") == 1


# What a run has changed


def news(report: Report) -> list[tuple[str, str]]:
    return [(str(each.kind), str(each.url)) for each in report.changes or ()]


def nights(number: float) -> FakeClock:
    return FakeClock(NOON + timedelta(days=number))


async def test_what_a_run_changes_is_told_by_that_run_alone(store: Store) -> None:
    seen = []
    for number, answers in enumerate((
        {A: 200, B: 404, C: 200}, {A: 200, B: 404, C: 200}, {A: 404, B: 200, C: 200},
        {A: 301, B: 200, C: 200}, {A: 301, B: 200, C: 200},
    )):  # fmt: skip
        clock = nights(number)
        report, error = await runs.run(documents(B, A, A), store, conduct(Web(answers), clock))
        assert error is None
        seen.append(news(report))
    assert seen == [
        [("broken", B)], [],
        [("broken", A), ("recovered", B)], [("moved", A), ("recovered", A)], [],
    ]  # fmt: skip


async def test_a_move_is_told_once_though_a_clock_was_ahead_for_a_night(store: Store) -> None:
    seen = []
    for number, answer in ((0, 200), (400, 200), (2, 301), (3, 301), (4, 301)):
        web = Web({A: answer, C: 200})
        report, _ = await runs.run(documents(A), store, conduct(web, nights(number)))
        seen.append(news(report))
    assert seen == [[], [], [("moved", A)], [], []]


async def test_what_takes_two_looks_is_told_once_though_a_clock_was_ahead_for_a_night(
    store: Store,
) -> None:
    seen = []
    for number, answer in ((0, 200), (400, no_name()), (2, no_name()), (3, no_name())):
        web = Web({A: answer, C: 200})
        report, _ = await runs.run(documents(A, C), store, conduct(web, nights(number)))
        seen.append(news(report))
    assert seen == [[], [], [], [("broken", A)]]


async def test_what_a_run_whose_clock_was_ahead_has_told_is_not_told_again(store: Store) -> None:
    seen = []
    for number, answer in ((0, 200), (1, no_name()), (400, no_name()), (3, no_name()), (4, 200)):
        web = Web({A: answer, C: 200})
        report, _ = await runs.run(documents(A, C), store, conduct(web, nights(number)))
        seen.append(news(report))
    assert seen == [[], [], [("broken", A)], [], [("recovered", A)]]


@pytest.mark.parametrize("seed", range(12))
async def test_what_a_run_believes_is_what_it_leaves_behind_whatever_its_clock_says(
    store: Store, seed: int
) -> None:
    draw = random.Random(seed)  # noqa: S311 - nights, not secrets
    told = 0
    for number in range(12):
        # No two of the same moment: these are in the order of their runs' names.
        night = number + draw.choice((0, 0, 0, 0, 3, 9, 400, -2)) + number / 1000
        web = Web({A: draw.choice((200, 200, 404, 503, no_name())), C: 200})
        report, error = await runs.run(documents(A, C), store, conduct(web, nights(night)))
        if error is None:
            told += 1
            left = states_in(store)
            assert [row.state for row in report.rows] == [left.get(url(A)), left.get(url(C))]
    assert told > 6


async def test_a_night_with_a_clock_that_is_behind_is_told_and_not_recorded(
    store: Store, path: Path
) -> None:
    for number, answer in enumerate((200, 503, 503, 503, 503)):
        await runs.run(documents(A, B), store, conduct(Web({A: 200, B: answer}), nights(number)))
    believed, looks = states_in(store), count(path, "observations")
    web = Web({A: 404, B: 503})
    report, error = await runs.run(documents(A, B), store, conduct(web, nights(-9000)))
    assert "the clock says 2002-04-02, before most of the last runs" in str(error)
    assert reasons(report) == ["not-found", "server-error"]
    assert [row.state for row in report.rows] == [believed[url(A)], believed[url(B)]]
    assert report.changes is None
    assert (states_in(store), count(path, "observations")) == (believed, looks)
    report, error = await runs.run(documents(A, B), store, conduct(web, nights(6)))
    assert error is None
    assert news(report) == [("broken", A)]


async def test_a_clock_that_was_ahead_for_long_is_believed_no_more_once_most_runs_say_so(
    store: Store,
) -> None:
    for number in range(4):
        await runs.run(documents(A), store, conduct(Web({A: 200}), nights(400 + number)))
    errors = []
    for number in range(6):
        _, error = await runs.run(documents(A), store, conduct(Web({A: 404}), nights(number)))
        errors.append(error is not None)
    assert errors == [True, True, True, True, False, False]
    assert states_in(store)[url(A)].health is Health.BROKEN


async def test_a_change_has_its_places(store: Store) -> None:
    report, _ = await runs.run(documents(B, A, B), store, conduct(Web({A: 200, B: 404})))
    (change,) = report.changes or ()
    assert ([each.span.line for each in change.places], change.written) == ([1, 5], 2)


async def test_a_check_that_records_nothing_changes_nothing() -> None:
    report = await runs.check(documents(A), {}, conduct(Web({A: 404})))
    assert report.changes is None


async def test_what_the_killed_part_of_a_run_saw_is_told_when_it_goes_on_and_once(
    store: Store,
) -> None:
    await runs.run(documents(A, B), store, conduct(Web({A: 200, B: 200})))
    killed_run(store, look("not-found", NOON + timedelta(minutes=50), A))
    later = FakeClock(NOON + timedelta(hours=1))
    report, _ = await runs.run(documents(A, B), store, conduct(Web({B: 404}), later))
    assert news(report) == [("broken", A), ("broken", B)]
    report, _ = await runs.run(documents(A, B), store, conduct(Web({A: 404, B: 404}), nights(1)))
    assert news(report) == []


async def test_nothing_is_told_of_a_run_without_network_but_by_the_one_that_goes_on(
    store: Store,
) -> None:
    killed_run(store, look("not-found", NOON, A))
    report, _ = await runs.run(documents(A, B), store, conduct(Web({B: no_name()})))
    assert report.changes == ()
    report, _ = await runs.run(documents(A, B), store, conduct(Web({B: 200})))
    assert news(report) == [("broken", A)]


async def test_an_ignore_is_told_by_the_first_run_after_its_last_day(store: Store) -> None:
    day = (NOON + timedelta(days=1)).date()
    text = f'<{A}>\n\n[x]({B}) <!-- crawl: ignore until={day} reason="moves" -->\n'
    told = []
    for number in range(4):
        document = Document("a.md", "markdown", text, source="a.md")
        today = (NOON + timedelta(days=number)).date()
        collection = collect([document], ExtractSettings(), today=today)
        web = Web({A: 200, B: 200})
        report, _ = await runs.run(collection, store, conduct(web, nights(number)))
        told.append([(str(each.kind), each.before) for each in report.changes or ()])
    assert told == [[], [], [("ignore-expired", "active")], []]


async def test_a_link_that_turns_about_is_told_once_in_a_hundred_looks(store: Store) -> None:
    restless = [200, 503, 200, 503, 200, *[200] * 8] * 2
    told = []
    for number, status in enumerate(restless):
        web = Web({A: status})
        report, _ = await runs.run(documents(A), store, conduct(web, nights(number)))
        told += news(report)
    assert told == [("flaky", A)]
    past = store.past(url(A))
    assert past.signs == "+-+-+++++++++" * 2
    assert past.good is not None
    assert past.good.at == NOON + timedelta(days=len(restless) - 1)
    assert store.past(url(B)) == Past()


async def test_a_history_that_cannot_tell_where_a_link_led_ends_no_run(
    store: Store, path: Path
) -> None:
    await runs.run(documents(A), store, conduct(Web({A: 200})))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update observations set findings = '{'")
    report, error = await runs.run(documents(A), store, conduct(Web({A: 301, C: 200}), nights(1)))
    assert error is None
    assert news(report) == [("moved", A)]


# No network


@pytest.mark.parametrize("code", [socket.EAI_NONAME, socket.EAI_AGAIN])
async def test_without_any_network_nothing_is_recorded_against_any_link(
    store: Store, path: Path, code: int
) -> None:
    await runs.run(documents(A, B), store, conduct(Web({A: 200, B: 200})))
    before = store.report(), states_in(store)
    web = Web({A: no_name(code), B: no_name(code)})
    later = FakeClock(NOON + timedelta(days=1))
    report, error = await runs.run(
        documents(A, B, "mailto:x@y.example"), store, conduct(web, later)
    )
    assert error is None
    assert report.run.network is Network.DOWN
    assert reasons(report) == ["no-network", "no-network", "mail"]
    assert all(row.observation is None for row in report.rows)
    assert (store.report(), states_in(store)) == before
    assert count(path, "runs") == 1


async def test_a_check_without_any_network_says_nothing_of_any_link() -> None:
    report = await runs.check(documents(A), {}, conduct(Web({A: no_name()})))
    assert report.run.network is Network.DOWN
    assert reasons(report) == ["no-network"]


async def test_trouble_of_some_hosts_is_theirs_and_recorded(store: Store) -> None:
    web = Web({A: no_name(), B: httpx.ConnectTimeout("silent"), C: 200})
    report, error = await runs.run(documents(A, B, C), store, conduct(web))
    assert error is None
    assert report.run.network is Network.UP
    assert reasons(report) == reasons(store.report()) == ["dns-not-found", "timeout", "ok"]
    assert {str(each): state.health for each, state in states_in(store).items()} == {
        A: Health.SUSPECT, B: Health.SUSPECT, C: Health.HEALTHY,
    }  # fmt: skip


async def test_a_single_silent_host_is_recorded_though_nothing_answered(store: Store) -> None:
    report, error = await runs.run(
        documents(A), store, conduct(Web({A: httpx.ConnectTimeout("silent")}))
    )
    assert error is None
    assert reasons(report) == reasons(store.report()) == ["timeout"]


async def test_looks_that_asked_nobody_are_recorded_too(store: Store) -> None:
    address = "https://adf.ly/x"  # known to hide its target: never asked
    report, error = await runs.run(documents(address), store, conduct(web := Web({})))
    assert error is None
    assert web.asked == []
    assert reasons(report) == reasons(store.report()) == ["interstitial"]


# A history that fails on the way


def refuse(path: Path, event: str) -> None:
    """Let the history refuse a kind of change from now on."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"create trigger refused before {event} begin select raise(abort, 'no'); end"
        )


@pytest.mark.parametrize(
    "event",
    ["insert on observations", "update of finished_at on runs", "insert on occurrences"],
)
async def test_a_history_that_fails_does_not_end_the_run(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setattr(recorder, "BATCH", 1)
    refuse(path, event)
    web = Web({A: 200, B: 404, C: 200})
    report, error = await runs.run(documents(A, B, C), store, conduct(web))
    assert isinstance(error, StoreError)
    assert reasons(report) == ["ok", "not-found", "ok"]
    assert report.changes is None, "what was not recorded is told by the run that records it"
    assert report.run.complete
    assert store.last_run() is None


async def test_a_full_disk_in_the_midst_of_a_run_is_returned_with_the_whole_report(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def limited(database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401
        connection: sqlite3.Connection = connect(database, **options)
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count = {pages + 3}")
        return connection

    monkeypatch.setattr(recorder, "BATCH", 10)
    with Store(path):
        pass
    monkeypatch.setattr(sqlite3, "connect", limited)
    addresses = [f"{A}{n}" for n in range(200)]
    with Store(path) as store:
        report, error = await runs.run(
            documents(*addresses), store, conduct(Web(dict.fromkeys(addresses, 200)))
        )
        assert store.last_run() is None
    assert str(error).startswith(f"the disk with {path} is full")
    assert reasons(report) == ["ok"] * 200


async def test_somebody_who_reads_the_history_delays_what_is_written_and_not_the_web(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BATCH", 2)
    seen: list[Observation] = []

    def take(look: Observation) -> None:
        seen.append(look)
        if len(seen) == 1:
            reader.execute("begin")
            reader.execute("select * from links").fetchone()
        if len(seen) == 15:
            assert reader.execute("select count(*) from observations").fetchone() == (0,)
            reader.execute("rollback")

    addresses = [f"{A}{n}" for n in range(20)]
    web = Web(dict.fromkeys(addresses, 200))
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        begun = time.monotonic()
        report, error = await runs.run(documents(*addresses), store, conduct(web, on_look=take))
        waited = time.monotonic() - begun
    assert error is None
    assert waited < 20  # SQLite would have waited 30 seconds for each batch
    assert reasons(store.report()) == reasons(report) == ["ok"] * 20


async def test_a_history_that_is_in_use_to_the_end_costs_the_record_and_not_the_report(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.database.BUSY_SECONDS", 0.02)

    def take(_: Observation) -> None:
        reader.execute("begin")
        reader.execute("select * from links").fetchone()

    with closing(sqlite3.connect(path, isolation_level=None)) as reader, Store(path) as store:
        report, error = await runs.run(documents(A), store, conduct(Web({A: 200}), on_look=take))
        assert store.last_run() is None
    assert str(error) == f"{path} is in use by another program: try again later."
    assert reasons(report) == ["ok"]


async def test_a_network_that_is_gone_and_a_history_that_fails_are_both_told(
    store: Store, path: Path
) -> None:
    refuse(path, "delete on runs")
    report, error = await runs.run(documents(A), store, conduct(Web({A: no_name()})))
    assert isinstance(error, StoreError)
    assert report.run.network is Network.DOWN
    assert store.last_run() is None

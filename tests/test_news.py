"""What has changed since a moment: what runs told, word for word, and what that comes to."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fakes import NOON, look, occurrence, state_of_looks, url
from hypothesis import given, settings
from hypothesis import strategies as st
from test_runs import A, B, C, Web, conduct, documents, nights, no_name
from test_transitions import HISTORIES, told
from test_transitions import looks as looks_of

from crawler import runs
from crawler.annal_rows import healths_of, transition_of, transition_row
from crawler.annals import MAX_GLANCES
from crawler.collect import collect
from crawler.contents import Contents
from crawler.errors import StoreError
from crawler.model import (
    Change,
    Document,
    Health,
    Ignore,
    IgnoreState,
    LinkState,
    Place,
    Report,
    Run,
    Transition,
)
from crawler.moments import moment
from crawler.news import net, netted
from crawler.rows import iso
from crawler.settings import ExtractSettings, HealthSettings
from crawler.store import Store
from crawler.transitions import believed
from crawler.upkeep import Upkeep
from crawler.urls import Target

DAY = timedelta(days=1)
EVER = NOON - 9999 * DAY
HEALTH = HealthSettings()
# What a link of a made-up web answers in a night; of what no name answers only looks can tell.
ANSWERS = st.sampled_from([200, 200, 301, 404, 410, 503, no_name()])
NIGHTS = st.lists(st.tuples(ANSWERS, ANSWERS), min_size=1, max_size=9)


async def run(store: Store, night: float, *answers: Any) -> Report:  # noqa: ANN401 - as a web's
    """Make a run over a few links, of which C is always well."""
    web = Web(dict(zip((A, B), answers, strict=False)) | {C: 200})
    report, error = await runs.run(documents(A, B, A, C), store, conduct(web, nights(night)))
    assert error is None
    return report


def ended(report: Report) -> datetime:
    assert report.run.finished_at is not None
    return report.run.finished_at


# The whole story


@given(NIGHTS)
@settings(max_examples=12, deadline=None)
def test_what_has_changed_since_a_run_is_what_the_runs_since_told_word_for_word(
    answers: list[tuple[Any, Any]],
) -> None:
    async def play(store: Store) -> list[Report]:
        return [await run(store, number, *each) for number, each in enumerate(answers)]

    with TemporaryDirectory() as name, Store(Path(name) / "crawl.db") as store:
        reports = asyncio.run(play(store))
        for number, since in enumerate([EVER, *map(ended, reports)]):
            later = [change for each in reports[number:] for change in each.changes or ()]
            report = store.report(since=since)
            assert (report.since, report.changes) == (since, tuple(later))


async def test_without_a_moment_a_report_says_nothing_of_changes(tmp_path: Path) -> None:
    with Store(tmp_path / "crawl.db") as store:
        await run(store, 0, 200, 404)
        assert (store.report().changes, store.report().since) == (None, None)


async def test_what_the_latest_run_told_is_what_has_changed_since_the_one_before(
    tmp_path: Path,
) -> None:
    with Store(tmp_path / "crawl.db") as store:
        with pytest.raises(StoreError, match="no finished run yet"):
            store.ends()
        for night, answer in ((0, 404), (1, 404), (2, 200), (400, 404)):
            report = await run(store, night, answer, 200)
            latest, before = store.ends(NOON + night * DAY)
            assert latest == ended(report)
            assert store.report(since=moment("last", latest, before)).changes == report.changes
        # That of a clock that is ahead is the latest only where there is no other.
        assert store.ends(NOON + 3 * DAY) == (NOON + 2 * DAY, NOON + DAY)
        # One that ended while somebody was about to read the history is none of the future.
        for seconds, latest in ((30, NOON + 2 * DAY), (90, NOON + DAY)):
            asked = NOON + 2 * DAY - timedelta(seconds=seconds)
            assert store.ends(asked)[0] == store.report(asked).run.finished_at == latest


async def test_an_ignore_that_ended_is_among_what_has_changed(tmp_path: Path) -> None:
    day = (NOON + DAY).date()
    text = f'[x]({B}) <!-- crawl: ignore until={day} reason="moves" -->\n'
    reports = []
    with Store(tmp_path / "crawl.db") as store:
        for number in range(4):
            document = Document("a.md", "markdown", text, source="a.md")
            today = (NOON + number * DAY).date()
            held = collect([document], ExtractSettings(), today=today)
            report, _ = await runs.run(held, store, conduct(Web({B: 200}), nights(number)))
            reports.append(report)
        (change,) = store.report(since=EVER).changes or ()
    assert (change,) == reports[2].changes
    assert (change.at, change.ignore and change.ignore.reason) == (ended(reports[2]), "moves")


async def test_places_are_those_of_now(tmp_path: Path) -> None:
    with Store(tmp_path / "crawl.db") as store:
        await run(store, 0, 404, 404)
        text = f"\n\n\n<{A}>\n"
        held = collect([Document("a.md", "markdown", text, source="a.md")], ExtractSettings())
        await runs.run(held, store, conduct(Web({A: 404}), nights(1)))
        first, other = store.report(since=EVER).changes or ()
    assert ([each.span.line for each in first.places], first.written) == ([4], 1)
    assert (str(other.url), other.places, other.written) == (B, (), 0)


async def test_what_a_clock_told_that_was_ahead_is_left_out_until_then(tmp_path: Path) -> None:
    with Store(tmp_path / "crawl.db") as store:
        for night, answer in ((0, 200), (1, 200), (400, 404), (3, 200)):
            await run(store, night, answer, 200)
        by_now, later = (store.report(NOON + day * DAY, EVER).changes for day in (4, 401))
    # It was told of all the same, and so was that it was not so.
    assert [str(each.kind) for each in by_now or ()] == ["recovered"]
    assert [str(each.kind) for each in later or ()] == ["recovered", "broken"]


async def test_what_runs_of_older_versions_told_is_not_made_up(tmp_path: Path) -> None:
    with Store(tmp_path / "crawl.db") as store:
        reports = [await run(store, number, 404, 200) for number in range(2)]
        store._db.execute("delete from transitions")
        store._db.execute("update runs set healths = null where id = 1")
        report = store.report(since=EVER)
        assert (report.since, report.changes) == (ended(reports[0]), ())
        await run(store, 2, 200, 200)
        changes = store.report(since=EVER).changes or ()
    assert [str(each.kind) for each in changes] == ["recovered"]


async def test_what_is_forgotten_of_a_link_is_what_was_told_of_it_too(tmp_path: Path) -> None:
    path = tmp_path / "crawl.db"
    with Store(path) as store:
        await run(store, 0, 404, 404)
        held = collect([Document("a.md", "markdown", f"<{A}>", source="a.md")], ExtractSettings())
        await runs.run(held, store, conduct(Web({A: 404}), nights(9)))
    with Upkeep(path, read_only=False) as history:
        assert history.prune(NOON + 5 * DAY).links == 2
        assert history.problems() == []
    with Store(path) as store:
        assert [str(each.url) for each in store.report(since=EVER).changes or ()] == [A]


def test_a_run_whose_looks_do_not_count_leaves_nothing_of_what_it_said(tmp_path: Path) -> None:
    broken = Transition(Change.BROKEN, url(A), "It is gone.", at=NOON)
    with Store(tmp_path / "crawl.db") as store:
        for day in (9, 10, 11, 0):  # the last is behind
            at = NOON + day * DAY
            begun = store.begin(Run(f"night-{day}", at), "digest", at)
            store.record(begun.number, [look("not-found", at)])
            finished = replace(begun.run, finished_at=at)
            store.finish(begun.number, finished, Contents([], []), HEALTH, [broken])
        changes = store.report(since=EVER).changes or ()
    assert len(changes) == 3


# How it came to what is believed


def counted(report: Report) -> dict[Health, int]:
    """Count the links of a report by what is believed of them, as whoever reads it would."""
    known = {row.state.url: row.state.health for row in report.rows if row.state}
    return dict(Counter(known.values()))


@given(NIGHTS, st.lists(st.sampled_from(["", A, B, f"{A} {B}"]), min_size=9, max_size=9))
@settings(max_examples=12, deadline=None)
def test_a_run_leaves_the_numbers_that_a_report_of_that_moment_counts(
    answers: list[tuple[Any, Any]], texts: list[str]
) -> None:
    async def play(store: Store) -> None:
        for number, each in enumerate(answers):
            web = Web(dict(zip((A, B), each, strict=True)) | {C: 200})
            text = "".join(f"<{address}>\n" for address in texts[number].split())
            text += f"<{C}>\n\n<{B}> <!-- crawl: ignore -->\n"  # nobody asks it at this place
            held = [Document("a.md", "markdown", text, source="a.md")]
            if number == 0:
                held.append(Document("b.md", "markdown", f"<{A}>", source="b.md"))
            found = collect(held, ExtractSettings())
            report, _ = await runs.run(found, store, conduct(web, nights(number)))
            chronicle = store.report(chronicle=True).chronicle
            assert chronicle is not None
            latest = chronicle.runs[-1]
            assert len(chronicle.runs) == number + 1
            assert (latest.at, latest.healths) == (ended(report), counted(store.report()))
            assert latest.asked == len({row.place.target for row in report.rows if row.observation})

    with TemporaryDirectory() as name, Store(Path(name) / "crawl.db") as store:
        asyncio.run(play(store))


async def test_of_runs_of_older_versions_the_numbers_are_unknown(tmp_path: Path) -> None:
    with Store(tmp_path / "crawl.db") as store:
        for number in range(2):
            await run(store, number, 404, 200)
        store._db.execute("update runs set healths = null where id = 1")
        chronicle = store.report(chronicle=True).chronicle
        assert store.report().chronicle is None
    assert chronicle is not None
    assert [(each.asked, each.healths) for each in chronicle.runs] == [
        (3, {}), (3, {Health.BROKEN: 1, Health.HEALTHY: 2}),
    ]  # fmt: skip


def remember(store: Store, code: str, at: datetime, *addresses: str) -> None:
    begun = store.begin(Run(f"night-{iso(at)}", at), "digest", at)
    store.record(begun.number, [look(code, at, address) for address in addresses])
    places = [
        Place(
            occurrence(address, line), Target(url(address)), "not this one" if line == 3 else None
        )
        for line, address in enumerate((A, B, C), 1)
    ]
    held = Contents([Document("a.md", "markdown", "", source="a.md")], places)
    store.finish(begun.number, replace(begun.run, finished_at=at), held, HEALTH)


def test_a_chart_goes_back_as_far_as_some_looks_at_what_is_not_well(tmp_path: Path) -> None:
    with Store(tmp_path / "crawl.db") as store:
        for number in range(MAX_GLANCES + 9):
            remember(store, "ok" if number < 20 else "bot-wall", NOON + number * DAY, A, C)
        remember(store, "ok", NOON + number * DAY + DAY / 2, B)
        begun = store.begin(Run("z", NOON + 99 * DAY), "digest", NOON + 99 * DAY)
        store.record(begun.number, [look("not-found", NOON + 99 * DAY, A)])  # it is no history yet
        chronicle = store.report(chronicle=True).chronicle
    assert chronicle is not None
    seen = chronicle.glances[url(A)]
    assert list(chronicle.glances) == [url(A)]
    assert [each.at for each in seen] == [NOON + day * DAY for day in range(9, MAX_GLANCES + 9)]
    assert Counter(each.outcome for each in seen) == {"ok": 11, "blocked": MAX_GLANCES - 11}


@pytest.mark.parametrize(
    "change",
    ["counts = '[]'", "healths = '{'", "finished_at = '2026'"],
)
def test_numbers_that_somebody_has_changed_are_refused(tmp_path: Path, change: str) -> None:
    with Store(tmp_path / "crawl.db") as store:
        remember(store, "ok", NOON, A)
        remember(store, "ok", NOON + DAY, A)
        store._db.execute(f"update runs set {change} where id = 1")  # noqa: S608 - ours
        with pytest.raises(StoreError):
            store.report(chronicle=True)


# As it is written and read back

MADE = st.builds(
    Transition,
    st.sampled_from([each for each in Change if each is not Change.IGNORE_EXPIRED]),
    st.sampled_from([url(A), url(B)]),
    st.text(),
    st.none() | st.sampled_from(list(Health)),
    st.sampled_from(list(Health)),
    st.sampled_from(["ok", "not-found"]),
    st.none() | st.just(NOON),
    st.text(),
    replacement=st.none() | st.just(C),
    at=st.just(NOON),
)


@given(MADE)
def test_what_was_told_is_read_back_cleaned(change: Transition) -> None:
    row = transition_row(change)
    read = transition_of(row)
    assert transition_of(transition_row(read)) == read
    assert replace(read, sentence="", history="") == replace(change, sentence="", history="")


ROW = transition_row(Transition(Change.BROKEN, url(A), "It is gone.", at=NOON))
OF_AN_IGNORE = transition_row(
    Transition(Change.IGNORE_EXPIRED, None, "It ended.", at=NOON, ignore=Ignore("a.md", 1))
)


@pytest.mark.parametrize(
    "row",
    [
        ROW | {"kind": "splendid"},
        ROW | {"at": "yesterday"},
        ROW | {"at": None},
        ROW | {"since": "yesterday"},
        ROW | {"url": "x"},
        ROW | {"url": None},
        ROW | {"replacement": "javascript:alert(1)"},
        ROW | {"ignores": OF_AN_IGNORE["ignores"]},
        OF_AN_IGNORE | {"ignores": "[]"},
        OF_AN_IGNORE | {"ignores": "{"},
        OF_AN_IGNORE | {"ignores": "[1]"},
    ],
)
def test_what_crawl_never_told_is_refused(row: dict[str, Any]) -> None:
    assert transition_of(ROW).url == url(A)
    assert transition_of(OF_AN_IGNORE).ignore == Ignore("a.md", 1)
    with pytest.raises(StoreError):
        transition_of(row)


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"splendid": 1}', '{"broken": "1"}', '{"broken": 1.5}']
)
def test_numbers_that_crawl_never_writes_are_refused(text: str) -> None:
    assert healths_of('{"broken": 2}') == {Health.BROKEN: 2}
    assert healths_of(None) is None
    with pytest.raises(StoreError):
        healths_of(text)


# What it comes to


def state(*codes: str) -> LinkState:
    found = state_of_looks(*codes)
    assert found is not None
    return found


WELL, BROKEN = state("ok"), state("not-found")
HERE = (occurrence(),)
_SENTENCES = {Change.BROKEN: Health.BROKEN, Change.DRIFTED: Health.DRIFTED}


def said(kind: Change, before: str | None, after: str = "", address: str = A) -> Transition:
    at = NOON if kind is Change.BROKEN else NOON + DAY
    return Transition(kind, url(address), "Words.", before, after, places=HERE, written=1, at=at)


BROKE = said(Change.BROKEN, "healthy", "broken")
CAME_BACK = said(Change.RECOVERED, "broken", "healthy")


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ([BROKE], BROKEN, (["broken"], [])),
        ([CAME_BACK], WELL, (["recovered"], [])),
        ([BROKE, CAME_BACK], WELL, ([], ["recovered"])),
        ([CAME_BACK, BROKE], BROKEN, ([], ["broken"])),
        ([BROKE, CAME_BACK, BROKE], BROKEN, (["broken"], [])),
        # The first look at it.
        ([said(Change.BROKEN, None, "broken")], BROKEN, (["broken"], [])),
        ([said(Change.BROKEN, None, "broken"), CAME_BACK], WELL, ([], ["recovered"])),
        # Somebody has said that the page is right.
        ([said(Change.DRIFTED, "healthy", "drifted")], WELL, ([], ["drifted"])),
        ([said(Change.DRIFTED, "healthy", "drifted")], None, ([], ["drifted"])),
        # Nobody is told when that ends.
        ([said(Change.FLAKY, "healthy", "flaky")], WELL, ([], ["flaky"])),
        # Health and address are two things.
        ([said(Change.MOVED, A, B), BROKE], BROKEN, (["moved", "broken"], [])),
        ([said(Change.MOVED, A, B), said(Change.MOVED, B, A)], WELL, ([], ["moved"])),
    ],
)
def test_a_link_is_told_of_once_and_only_if_it_is_what_it_was_not(
    changes: list[Transition], now: LinkState | None, expected: tuple[list[str], list[str]]
) -> None:
    news = net(changes, {url(A): now}.get)
    kinds = [[str(each.kind) for each in part] for part in (news.changes, news.passed)]
    assert (kinds, news.unwritten) == (list(expected), ())


def test_the_last_word_on_a_link_says_what_was_believed_at_first() -> None:
    drifted = said(Change.DRIFTED, "broken", "drifted")
    (last,) = net([BROKE, drifted], lambda _: replace(WELL, health=Health.DRIFTED)).changes
    assert (last.kind, last.before, last.after) == (Change.DRIFTED, "healthy", "drifted")


def test_what_is_written_nowhere_any_more_is_kept_apart() -> None:
    gone = replace(BROKE, places=(), written=0)
    news = net([gone], lambda _: BROKEN)
    assert (news.changes, news.passed, news.unwritten) == ((), (), (gone,))


def test_an_ignore_that_was_mended_since_has_passed() -> None:
    expired = Ignore("a.md", 3, None, IgnoreState.EXPIRED, date(2026, 11, 1), "why")
    ended = Transition(
        Change.IGNORE_EXPIRED, None, "It ended.", "active", "expired", ignore=expired
    )
    moved = replace(expired, line=9)  # it is known by what it says
    assert net([ended], lambda _: None, [moved]).changes == (ended,)
    assert net([ended], lambda _: None, [replace(moved, state=IgnoreState.ACTIVE)]).passed == (
        ended,
    )


def test_all_come_in_the_order_of_their_last_words() -> None:
    other = said(Change.BROKEN, "healthy", "broken", B)
    news = net([BROKE, other, CAME_BACK, BROKE], lambda _: BROKEN)
    assert [str(each.url) for each in news.changes] == [B, A]


@given(HISTORIES, st.integers(0, 30))
def test_whoever_reads_the_news_alone_knows_what_is_lost_that_was_not(
    history: list[tuple[str, int]], seen: int
) -> None:
    steps = told(looks_of(history))
    before = believed(steps[seen - 1][1]) if 0 < seen <= len(steps) else None
    after = steps[-1][1]
    later = [replace(change, written=1) for _, _, changes in steps[seen:] for change in changes]
    news = net(later, lambda _: after)
    lost = (Health.BROKEN, Health.DRIFTED)
    kinds = [each.kind for each in news.changes if each.kind not in (Change.MOVED, Change.FLAKY)]
    if seen >= len(steps):
        assert kinds == []
    elif believed(after) in lost and believed(after) != before:
        assert [str(each) for each in kinds] == [believed(after)]
    elif before in lost and believed(after) not in lost and after.health is not Health.SUSPECT:
        assert kinds == [Change.RECOVERED]
    else:
        assert kinds == []
    families = Counter(each.kind is Change.MOVED for each in (*news.changes, *news.passed))
    assert all(number == 1 for number in families.values())
    assert {change.kind for change in later} >= {each.kind for each in news.changes}


def all_are(state: LinkState) -> Callable[..., list[LinkState]]:
    return lambda *urls: [replace(state, url=each) for each in urls]


def reported(*changes: Transition) -> Report:
    return Report(Run("run", NOON), (), changes=changes, since=NOON - 7 * DAY)


def test_people_are_told_what_it_comes_to_the_worst_first() -> None:
    moved = said(Change.MOVED, B, C, B)
    report = reported(moved, BROKE)
    assert netted(report, all_are(BROKEN), None).changes == (BROKE, moved)
    once = netted(reported(moved, *back(C)), all_are(WELL), None)
    assert once.changes == (moved,)
    assert once.remarks == ("1 link was otherwise for a while, and is as before.",)
    twice = netted(reported(*back(B), *back(C)), all_are(WELL), None)
    assert twice.remarks == ("2 links were otherwise for a while, and are as before.",)


def back(address: str) -> tuple[Transition, ...]:
    return replace(BROKE, url=url(address)), replace(CAME_BACK, url=url(address))


def test_what_the_first_run_found_is_no_news_in_reports() -> None:
    first = replace(BROKE, before=None, at=NOON)
    later = replace(first, at=NOON + DAY)
    assert netted(reported(first), all_are(BROKEN), NOON).changes == ()
    assert netted(reported(later), all_are(BROKEN), NOON).changes == (later,)
    assert netted(reported(first), all_are(BROKEN), None).changes == (first,)
    silent = replace(reported(), changes=None)
    assert netted(silent, all_are(BROKEN), NOON) is silent

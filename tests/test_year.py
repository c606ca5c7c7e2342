"""A simulated year: the world and the scoring must be right before they may judge anything."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import states_in
from year.checkers import BROKEN, OneLook, by_status, chain
from year.lives import Chance, Link, born
from year.pages import Page, html
from year.player import Played, Player, Told, news_in
from year.score import Result, Score, quantiles
from year.timeline import BEGINNING, Timeline, always, daily, spells, turning
from year.truth import FAMILIES, POLICY, ROT, Kind, Says, Truth
from year.web import VirtualLoop
from year.world import Line, World, simulate

from crawler import reports
from crawler.folding import refold
from crawler.model import Change
from crawler.outline import Aspect
from crawler.settings import HealthSettings
from crawler.store import Store

FINE = Told()
ALIVE, DEAD = Truth(), Truth(Says.DEAD)
# What a checker that follows redirects and looks at the status cannot see.
UNSEEN = {
    Kind.SOFT_404, Kind.PARKED, Kind.HOME, Kind.HOMES, Kind.SOLD, Kind.SOLD_SAME, Kind.HIJACKED,
    Kind.CAUGHT, Kind.SHORT, Kind.FRAGMENT, Kind.FRAGMENT_MENDED, Kind.FRAGMENT_WRONG,
}  # fmt: skip


# The world


def test_a_timeline_holds_each_value_until_the_next_one() -> None:
    timeline = turning("before", 3.5, "after")
    assert [timeline.at(day) for day in (-1.0, 0.0, 3.4, 3.5, 99.0)] == [
        "before", "before", "before", "after", "after",
    ]  # fmt: skip
    assert (timeline.since(2), timeline.since(9)) == (0.0, 3.5)
    away = spells("up", [(1.0, 2.0, "down"), (5.0, 5.5, "slow")])
    assert [away.at(day) for day in (0, 1.5, 2, 5.2, 6)] == ["up", "down", "up", "slow", "up"]
    assert [daily("abc").at(night + 0.125) for night in range(4)] == ["a", "b", "c", "c"]


def test_the_same_seed_gives_the_same_world() -> None:
    assert simulate(3, 80, 100) == simulate(3, 80, 100)
    assert simulate(3, 80, 100).links != simulate(4, 80, 100).links


@pytest.mark.parametrize("links", [60, 400])
def test_a_world_has_every_kind_of_life_and_about_as_many_links_as_asked(links: int) -> None:
    world = simulate(1, links, 120)
    assert {link.kind for link in world.links} == set(Kind)
    assert len(world.links) == links
    assert len({link.written.at(0) for link in world.links}) == links


def test_every_kind_is_of_one_family_and_policies_are_of_kinds() -> None:
    assert sorted(kind for kinds in FAMILIES.values() for kind in kinds) == sorted(Kind)
    assert set(POLICY) <= set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_called_dead_does_not_answer_and_what_is_called_alive_mostly_does(
    kind: Kind,
) -> None:
    life = born(Chance(5, 120), kind)
    hosts = frozenset(url.split("/")[2] for url in life.replies)
    world = World((), life.links, life.replies, hosts)
    there = {True: 0, False: 0}
    for link in life.links:
        for night in range(120):
            ends = chain(world, link.written.at(night + 0.125).partition("#")[0], night + 0.125)
            if link.truth.at(night + 0.125).says in ROT and kind not in UNSEEN:
                assert not ends[-1].is_there
            elif link.truth.at(night + 0.125).says in (Says.ALIVE, Says.MOVED):
                there[ends[-1].is_there] += 1
    if kind not in (Kind.WALL, Kind.FORBIDDEN, Kind.LIMITED, Kind.LOGIN):
        assert there[True] > 10 * there[False] or kind is Kind.MAINTENANCE


def test_documents_hold_what_is_written_that_day_and_nothing_else() -> None:
    world = simulate(2, 200, 100)
    for day in (0.1, 50.1, 99.1):
        text = "".join(text for _, text in world.documents(day))
        for link in world.links:
            assert (f"({link.written.at(day)})" in text) == link.is_written(day)


def test_two_pages_of_one_subject_say_the_same_and_others_do_not() -> None:
    page = Page("A title", 7, "Site")
    assert html(page).split(b"<main>")[1] == html(replace(page, layout=1)).split(b"<main>")[1]
    assert html(page) != html(replace(page, subject=8))
    assert b"<script>" not in html(replace(page, title="<script>"))


# Time


def test_a_virtual_loop_sleeps_an_hour_at_once_and_in_order() -> None:
    async def sleepers() -> tuple[list[int], float]:
        order: list[int] = []

        async def sleep(number: int) -> None:
            await asyncio.sleep(number * 1200)
            order.append(number)

        await asyncio.gather(*map(sleep, (3, 1, 2)))
        return order, asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        order, seconds = runner.run(sleepers())
    assert order == [1, 2, 3]
    assert 3600 <= seconds < 3601


def test_a_virtual_loop_does_not_wait_for_what_never_comes() -> None:
    loop = VirtualLoop()
    with pytest.raises(RuntimeError, match="for nothing"):
        loop.run_until_complete(loop.create_future())
    loop.close()


# The scoring


def world_of(truth: Timeline[Truth], nights: int = 100) -> World:
    world = simulate(1, 60, nights)
    link = Link(Kind.STEADY, always("https://a.example/"), truth)
    ordinary = (replace(night, line=Line.UP, machine_is_on=True) for night in world.nights)
    return World(tuple(ordinary), (link,), {}, frozenset())


def scored(truth: Timeline[Truth], told: Callable[[int], Told]) -> Result:
    world = world_of(truth)
    score = Score(world)
    for night in world.nights:
        score.take(night, {"https://a.example/": told(night.number)})
    score.finish()
    return score.total()


def test_an_alarm_about_a_living_link_is_false_each_night_and_one_mail() -> None:
    result = scored(always(ALIVE), lambda night: BROKEN if 10 <= night < 15 else FINE)
    assert (result.false_mails, result.false_nights, len(result.false_links)) == (1, 5, 1)
    assert (result.mails, result.rot, result.nights) == (2, 0, 100)


def test_rot_is_told_after_a_delay_and_forgotten_after_another() -> None:
    truth = spells(ALIVE, [(20.0, 60.0, DEAD)])
    result = scored(truth, lambda night: BROKEN if 24 <= night < 63 else FINE)
    assert [round(days) for days in result.told] == [4]
    assert [round(days) for days in result.recovered] == [3]
    assert (result.false_mails, result.stale_nights, result.missed, result.mails) == (0, 3, 0, 2)


def test_rot_that_is_told_and_then_told_no_more_is_counted() -> None:
    result = scored(turning(ALIVE, 20.0, DEAD), lambda night: BROKEN if night in (30, 40) else FINE)
    assert (len(result.told), result.missed, result.lulled_nights) == (1, 0, 68)


@pytest.mark.parametrize(
    ("since", "told", "missed", "hinted", "pending"),
    [
        (20.0, FINE, 1, 0, 0),
        (20.0, Told(hinted=True), 0, 1, 0),
        (80.0, FINE, 0, 0, 1),
    ],
)
def test_rot_that_is_never_told_is_missed_unless_there_was_a_hint_or_no_time(
    since: float, told: Told, missed: int, hinted: int, pending: int
) -> None:
    result = scored(turning(ALIVE, since, DEAD), lambda _: told)
    assert (result.missed, result.hinted, result.pending) == (missed, hinted, pending)


def test_a_move_is_told_right_only_with_its_address() -> None:
    truth = turning(ALIVE, 10.0, Truth(Says.MOVED, "https://b.example/"))
    right = scored(truth, lambda night: Told(moved="https://b.example/") if night > 11 else FINE)
    assert ([round(days) for days in right.moved], right.false_moves) == ([2], 0)
    wrong = scored(truth, lambda night: Told(moved="https://c.example/") if night == 50 else FINE)
    assert wrong.false_moves == 1
    assert scored(truth, lambda _: FINE).never_moved == 1


def test_drift_and_flakiness_are_told_right_only_of_what_has_them() -> None:
    taken = turning(ALIVE, 10.0, Truth(Says.TAKEN))
    right = scored(taken, lambda night: Told(drifted=night > 12))
    assert (len(right.drifted), right.false_drifts, right.false_mails) == (1, 0, 0)
    assert scored(always(ALIVE), lambda night: Told(drifted=night == 3)).false_drifts == 1
    flaky = always(Truth(Says.FLAKY))
    assert len(scored(flaky, lambda _: Told(flaky=True)).flaky) == 1
    assert scored(always(ALIVE), lambda night: Told(flaky=night == 3)).false_flaky == 1


def test_quantiles_are_values_that_there_are() -> None:
    assert quantiles([]) == ()
    assert quantiles([5]) == (5, 5, 5)
    assert quantiles(range(1, 101)) == (50, 96, 100)


# Checkers without a memory


def test_a_checker_of_status_alone_sees_what_it_can_see() -> None:
    world = simulate(1, 60, 60)
    night = world.nights[-1]
    said = by_status(world, night)
    told = {link.kind: said[written] for link, written in world.written(night.day)}
    assert told[Kind.NOT_FOUND] == told[Kind.FORBIDDEN] == told[Kind.NO_NAME] == BROKEN
    assert told[Kind.SOFT_404] == told[Kind.HICCUP] == told[Kind.MOVED] == FINE
    lost = by_status(world, replace(night, line=Line.DOWN))
    assert set(lost.values()) == {BROKEN}


def test_one_look_says_the_same_whether_it_asks_everything_or_what_has_changed() -> None:
    world = simulate(1, 60, 30)
    with OneLook(world) as lazy:
        for night in filter(lambda each: each.is_ordinary, world.nights[:25]):
            said = lazy.look(night)
    with OneLook(world) as diligent:
        assert diligent.look(night) == said


# The year itself, a smaller one: its reports and its mail must be those that a human would write

PATIENCE = 33.0  # days: a month, as links that were long well wait for their turn, and a night lost
CONFIRMED = 5.0  # and days to confirm what one look does not settle


@dataclass(frozen=True)
class Year:
    world: World
    score: Score
    played: list[Played]
    path: Path


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    world, path = simulate(1, 60, 120), tmp_path_factory.mktemp("year") / "crawl.db"
    return played_year(world, path)


def played_year(world: World, path: Path) -> Year:
    score = Score(world)
    with Player(world, path) as player:
        played = list(player.play())
    for each in played:
        score.take(each.night, each.told)
        score.hear(each.night, each.news)
    score.finish()
    return Year(world, score, played, path)


def test_nothing_wrong_is_told_of_any_link_but_for_what_the_policy_says(year: Year) -> None:
    for kind, result in year.score.results.items():
        if kind not in POLICY:
            wrong = (result.false_nights, result.false_mails, result.false_news)
            assert wrong == (0, 0, 0), kind
            assert (result.false_moves, result.false_drifts, result.false_flaky) == (0, 0, 0), kind


def test_what_is_dead_or_taken_over_is_told_and_stays_told(year: Year) -> None:
    for kind in (*FAMILIES["dead for good"], *FAMILIES["somebody else's now"]):
        result = year.score.results[kind]
        if kind not in (Kind.HOME, Kind.HOMES):
            assert len(result.told) == result.rot > 0, kind
            assert max(result.told) < PATIENCE + CONFIRMED, kind
            # What comes back as another's is believed to be so on the second look.
            assert result.lulled_nights == 0 or kind in {*POLICY, Kind.CAUGHT}, kind
    assert year.score.results[Kind.HOME].hinted == 1
    homes = year.score.results[Kind.HOMES]
    assert (len(homes.told) > 0, homes.missed, homes.lulled_nights) == (True, 0, 0)


def test_what_has_moved_is_told_with_its_address_and_what_is_back_is_told_as_well(
    year: Year,
) -> None:
    for kind in FAMILIES["moved"]:
        result = year.score.results[kind]
        assert (len(result.moved), result.never_moved) == (1, 0), kind
        assert max(result.moved) < PATIENCE
    for kind in (Kind.BACK, Kind.BACK_NAME):
        result = year.score.results[kind]
        assert len(result.told) == len(result.recovered) == 1, kind
        assert max(result.recovered) < 14.0, kind


NEWS = {
    **dict.fromkeys(FAMILIES["dead for good"], (Change.BROKEN,)),
    **dict.fromkeys(FAMILIES["moved"], (Change.MOVED,)),
    **dict.fromkeys(FAMILIES["somebody else's now"], (Change.DRIFTED,)),
    **dict.fromkeys((Kind.BACK, Kind.BACK_NAME), (Change.BROKEN, Change.RECOVERED)),
    Kind.MOVED_DIED: (Change.MOVED, Change.BROKEN),
    Kind.CAUGHT: (Change.BROKEN, Change.DRIFTED),
    Kind.HOME: (),
}
"""What is news of a link of each kind, in order; of all others nothing is, or it depends."""
DEPENDS = {*FAMILIES["comes and goes"], Kind.DEPLOY, Kind.CERTIFICATE_LAPSE, Kind.WEEK_OFF,
           Kind.MAINTENANCE, Kind.HOMES}  # fmt: skip


def test_the_mail_of_the_year_is_what_has_happened_and_each_thing_once(year: Year) -> None:
    for link, news in zip(year.world.links, year.score.news, strict=True):
        if link.kind not in DEPENDS:
            assert tuple(news) == NEWS.get(link.kind, ()), link.kind
    assert sum(map(len, year.score.news)) == sum(len(each.news) for each in year.played)


def test_the_history_knows_every_mail_of_the_year(year: Year) -> None:
    mails = Counter(news for each in year.played for news in each.news)
    with Store(year.path, read_only=True) as store:
        assert Counter(news_in(store.report(since=BEGINNING))) == mails


def test_few_links_are_asked_in_a_night(year: Year) -> None:
    looks = sum(each.looks for each in year.played)
    assert looks < 0.2 * len(year.world.links) * len(year.played)


def test_a_night_without_a_network_or_with_a_portal_says_nothing_of_any_link(year: Year) -> None:
    lost = {night.number for night in year.world.nights if not night.is_ordinary}
    assert len(lost) == 4 + 1 + 7
    told = {each.night.number for each in year.played}
    assert {night.number for night in year.world.nights} - told <= lost
    # Where nothing was due nobody has noticed.
    assert not any(each.looks or each.news for each in year.played if each.night.number in lost)


def test_the_states_are_the_fold_of_the_looks(year: Year) -> None:
    with Store(year.path) as store:
        believed = states_in(store)
        assert len(believed) == len(year.world.links)
        after = year.world.nights[-1].clock + timedelta(hours=1)
        refold(store._db, HealthSettings(), after)
        assert states_in(store) == believed


@pytest.mark.parametrize("name", reports.BY_NAME)
def test_no_title_of_the_year_breaks_a_report(year: Year, name: str) -> None:
    with Store(year.path, read_only=True) as store:
        text = reports.render(store.report(), name, Aspect.ALL)
    assert "\u202e" not in text
    assert text.endswith("\n")


def test_the_same_year_comes_out_the_same(tmp_path: Path) -> None:
    world = simulate(2, 60, 10)
    first, second = (played_year(world, tmp_path / name) for name in ("1.db", "2.db"))
    assert first.played == second.played
    assert first.score.results == second.score.results

"""How long links last: which lives links have, and what is said of them."""

from datetime import datetime, timedelta
from math import log
from random import Random

import pytest
from fakes import NOON, occurrence, url, verdict_of
from test_reports import RUN
from test_rot import YEAR, believed, rows_of, table

from crawler.figures import Figures
from crawler.lifetimes import Lifetimes, lifetimes
from crawler.model import Health, Line, LinkState, Origins, Place, Report, Row
from crawler.outline import Aspect
from crawler.rot import figures
from crawler.survival import End, Life
from crawler.urls import Target, Url
from crawler.weighing import Standing, Weighed

A = "https://www.a.org/"
FIRST = NOON - YEAR * 2  # the first look


def weighed(
    state: LinkState, written: datetime | None = None, standing: Standing = Standing.WELL
) -> Weighed:
    return Weighed(standing, 1, state.url, state, written)


def lives_of(*links: Weighed, first: datetime = FIRST) -> Lifetimes:
    return lifetimes(links, Origins({link.url: first for link in links if link.url}))


def life_of(state: LinkState, written: datetime | None = None) -> Life:
    (life,) = lives_of(weighed(state, written)).lives
    return life._replace(entry=round(life.entry, 9), exit=round(life.exit, 9))


# Which life a link has


def test_a_link_that_is_well_lives_on_from_its_first_look_to_its_last_good_one() -> None:
    state = believed(A, Health.HEALTHY, well=YEAR / 2)
    assert life_of(state) == Life(0, 1.5, End.NONE, "a.org")
    assert life_of(state, NOON - YEAR * 6) == Life(4, 5.5, End.NONE, "a.org")


@pytest.mark.parametrize("health", [Health.SUSPECT, Health.FLAKY, Health.DRIFTED, Health.UNKNOWN])
def test_what_is_not_believed_broken_has_lived_until_it_was_last_well(health: Health) -> None:
    state = believed(A, health, lost=YEAR / 4, well=YEAR / 2)
    assert life_of(state) == Life(0, 1.5, End.NONE, "a.org")


def test_a_broken_link_died_at_the_first_look_that_found_it_so() -> None:
    state = believed(A, Health.BROKEN, lost=YEAR / 2, well=YEAR)
    assert life_of(state) == Life(0, 1.5, End.DEATH, "a.org")
    assert life_of(state, NOON - YEAR * 6) == Life(4, 5.5, End.DEATH, "a.org")


def test_of_a_link_that_was_dead_at_the_first_look_its_line_tells_the_age() -> None:
    state = believed(A, Health.BROKEN, lost=YEAR * 2)
    assert life_of(state, NOON - YEAR * 6) == Life(0, 4, End.FOUND_DEAD, "a.org")
    for late in (None, NOON - YEAR):  # a line that was written after it had died
        found = lives_of(weighed(state, late))
        assert (found.lives, found.bygone, found.silent) == ((), 1, 0)


def test_what_was_never_well_nor_broken_tells_nothing() -> None:
    found = lives_of(weighed(believed(A, Health.UNKNOWN)), weighed(believed(A, Health.SUSPECT)))
    assert (found.lives, found.bygone, found.silent) == ((), 0, 1)


def test_what_was_not_asked_has_no_life() -> None:
    state = believed(A, Health.HEALTHY, well=YEAR)
    left_out = weighed(state, standing=Standing.NOT_ASKED)
    assert (
        lives_of(left_out, Weighed(Standing.BROKEN), Weighed(Standing.WELL, url=url(A))).lives == ()
    )


def test_a_page_has_one_life_whatever_is_asked_for_on_it() -> None:
    state = believed(A, Health.HEALTHY, well=YEAR)
    found = lives_of(weighed(state, NOON - YEAR * 3), weighed(state, NOON - YEAR * 9))
    (life,) = found.lives
    assert life.exit == pytest.approx(8)


def test_a_link_whose_first_look_nobody_knows_has_no_life() -> None:
    state = believed(A, Health.HEALTHY, well=YEAR)
    assert lifetimes([weighed(state)], Origins({})).lives == ()


def test_clocks_that_go_back_make_no_life_shorter_than_nothing() -> None:
    for health in (Health.HEALTHY, Health.BROKEN):
        state = believed(A, health, lost=YEAR * 3, well=YEAR * 4)
        assert life_of(state).exit == 0


# What is said of them


def report_of(states: list[tuple[LinkState, datetime | None]], *, lines: bool) -> Report:
    rows, written = [], {}
    for line, (state, at) in enumerate(states, 1):
        place = Place(occurrence(str(state.url), line), Target(state.url))
        dead = state.health is Health.BROKEN
        rows.append(Row(place, verdict_of("not-found" if dead else "ok"), None, state))
        written["a.md", line, str(state.url)] = Line(at or NOON, "Ann")
    seen: dict[Url, datetime] = {state.url: FIRST for state, _ in states}
    return Report(RUN, tuple(rows), origins=Origins(seen, written if lines else None))


def told_of(report: Report) -> tuple[Figures, str]:
    told = figures(report, Aspect.WEIGHT)
    return told, " ".join(table(told, "survival").words)


def sites(number: int, health: Health, **days: timedelta) -> list[tuple[LinkState, None]]:
    return [
        (believed(f"https://{health}{each}.example/", health, **days), None)
        for each in range(number)
    ]


def test_too_few_deaths_are_said_to_be_too_few() -> None:
    states = sites(9, Health.BROKEN, lost=YEAR, well=YEAR) + sites(
        91, Health.HEALTHY, well=YEAR * 0
    )
    told, words = told_of(report_of([*states], lines=False))
    assert words == (
        "Too few have died to tell how long links last: 9 links of 9 sites; it takes 10 sites. "
        "That is of 100 links, whose ages come to 191 years; 9 of them died."
    )
    assert [each["years"] for each in rows_of(told, "half-life")] == [None, None]
    shares = [
        (each["after"], each["share_there"], each["watched"]) for each in rows_of(told, "survival")
    ]
    assert shares[-2:] == [("1 year", 0.91, 100), ("2 years", 0.91, 91)]


def test_with_enough_of_them_the_rate_is_told_with_its_interval() -> None:
    states = sites(10, Health.BROKEN, lost=YEAR, well=YEAR) + sites(
        90, Health.HEALTHY, well=YEAR * 0
    )
    told, words = told_of(report_of([*states], lines=False))
    found = {each["half_life"]: each for each in rows_of(told, "half-life")}
    assert found["rate"]["years"] == pytest.approx(log(2) * 190 / 10)
    assert found["curve"]["years"] is None
    assert words.startswith("Half of the links are gone after 13.2 years (95 %: 7.")
    assert "None of them is so old: that goes beyond all that was seen." in words


def test_a_curve_that_comes_to_a_half_tells_more_than_a_rate() -> None:
    states = sites(55, Health.BROKEN, lost=YEAR, well=YEAR) + sites(
        45, Health.HEALTHY, well=YEAR * 0
    )
    told, words = told_of(report_of([*states], lines=False))
    assert words.startswith(
        "Half of the links are gone after 1.0 years (95 %: 1.0 or more): their curve says so."
    )
    (_, rate) = rows_of(told, "half-life")
    assert rate["years"] == pytest.approx(log(2) * 145 / 55)


def test_with_lines_what_was_found_dead_counts_and_what_that_hides_is_said() -> None:
    dead = [(state, NOON - YEAR * 6) for state, _ in sites(30, Health.BROKEN, lost=YEAR * 2)]
    alive = [(state, NOON - YEAR * 6) for state, _ in sites(70, Health.HEALTHY, well=YEAR * 2)]
    bygone = [(believed(A, Health.BROKEN, lost=YEAR * 2), None)]
    silent = [(believed("https://x.example/", Health.UNKNOWN), None)]
    told, words = told_of(report_of([*dead, *alive, *bygone, *silent], lines=True))
    (_, rate) = rows_of(told, "half-life")
    assert rate["years"] == pytest.approx(log(2) * 4 / -log(0.7))
    assert "Of these, 30 had died before the first look: nobody knows when." in words
    assert "Left out: 1 link, dead at the first look, of unknown age." in words
    assert "Left out: 1 link, never seen well nor broken." in words
    assert "links last less long than this says" in words
    without = told_of(report_of([*dead, *alive], lines=False))[1]
    assert "Left out: 30 links, dead at the first look, of unknown age." in without


def test_a_known_half_life_is_found_in_a_report() -> None:
    """Lines of ten years, a first look two years ago, and death at any age as likely."""
    random = Random(7)  # noqa: S311 - made to be made again
    states: list[tuple[LinkState, datetime | None]] = []
    for number in range(600):
        born = NOON - YEAR * random.uniform(2, 10)
        died = born + YEAR * random.expovariate(log(2) / 6)
        address = f"https://s{number}.example/"
        if died >= NOON:
            states.append((believed(address, Health.HEALTHY, well=YEAR * 0), born))
        elif died > FIRST:
            lost = NOON - died
            states.append((believed(address, Health.BROKEN, lost, lost + YEAR / 50), born))
        else:
            states.append((believed(address, Health.BROKEN, NOON - FIRST), born))
    told, _ = told_of(report_of(states, lines=True))
    (_, rate) = rows_of(told, "half-life")
    assert rate["low"] < 6 < rate["high"]
    assert rate["high"] / rate["low"] < 1.4
    ages = rows_of(told, "age")
    assert [each["age"] for each in ages] == ["2 to 4 years", "4 to 8 years", "8 years and more"]
    shares = [each["share_broken"] for each in ages]
    assert shares == sorted(shares)

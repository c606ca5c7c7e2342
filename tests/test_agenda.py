"""Which links a run asks: what is due, no more than it may, and whom it can rely on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import NOON, look, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.agenda import WITNESSES, Agenda, Asks
from crawler.health import advance
from crawler.model import Health, Link, LinkState, Network, Outcome, Report, Run, Turnout
from crawler.settings import HealthSettings, ScheduleSettings
from crawler.turnout import turnout_notes
from crawler.urls import Url

HOUR = timedelta(hours=1)
NOT_DUE = "not due: what is said of {} is of the last look; --all asks all."


def address(number: int, scheme: str = "https") -> Url:
    return url(f"{scheme}://site-{number}.example/")


def link(number: int, *fragments: str) -> Link:
    return Link(address(number), frozenset(fragments))


def seen(number: int, *codes: str, hours: float = 1) -> LinkState:
    """Return what a day's looks at a link have led to, the last of them some hours ago."""
    state = None
    for back, code in reversed(list(enumerate(reversed(codes)))):
        at = NOON - hours * HOUR - back * timedelta(days=1)
        state = advance(state, look(code, at, str(address(number))), HealthSettings())
    assert state is not None
    return state


def agenda(*known: LinkState, asks: Asks = Asks.DUE, limit: int | None = None) -> Agenda:
    states = {state.url: state for state in known}
    return Agenda(states, NOON, ScheduleSettings(limit=limit), asks)


def numbers(links: object) -> list[int]:
    assert isinstance(links, list | tuple)
    return [int(each.url.host.split("-")[1].split(".")[0]) for each in links]


def test_new_links_and_what_has_waited_are_asked_and_the_others_counted() -> None:
    plan = agenda(seen(1, "ok"), seen(2, "ok", hours=30), seen(3, "timeout"))
    assert numbers(plan.chosen([link(n) for n in range(4)])) == [0, 2]
    assert numbers(plan.left) == [1, 3]
    assert plan.asked == 2


def test_all_means_all() -> None:
    plan = agenda(seen(1, "ok"), asks=Asks.ALL)
    assert numbers(plan.chosen([link(0), link(1)])) == [0, 1]
    assert plan.left == ()


def test_what_is_to_be_read_is_asked_though_it_is_not_due() -> None:
    plan = agenda(seen(1, "ok"), seen(2, "ok"))
    assert numbers(plan.chosen([link(1), link(2)], lambda each: each == address(2))) == [2]


@pytest.mark.parametrize(
    ("asked", "due"), [((), False), (("a",), False), (("a", "b"), False), (("a", "c"), True)]
)
def test_a_place_that_no_look_has_looked_for_makes_a_link_due(
    asked: tuple[str, ...], due: bool
) -> None:
    plan = replace(agenda(seen(1, "ok")), looked_for=lambda _: frozenset("ab"))
    assert bool(plan.chosen([link(1, *asked)])) == due


def test_what_more_is_asked_of_later_is_due_after_all() -> None:
    plan = agenda(seen(1, "ok"), seen(2, "ok"))
    assert not plan.chosen([link(1), link(2)])
    now = {address(1): link(1), address(2): link(2, "place")}
    assert plan.reconsidered(now.__getitem__) == [link(2, "place")]
    assert (plan.left, plan.asked) == ((link(1),), 1)
    assert not plan.reconsidered(now.__getitem__)


LINKS = st.lists(st.integers(0, 40), unique=True)


@given(LINKS, LINKS, st.integers(1, 50), st.integers(0, 40))
def test_no_more_links_are_asked_than_may_be_and_those_matter_most(
    first: list[int], later: list[int], limit: int, known: int
) -> None:
    states = [seen(n, "timeout" if n % 3 else "ok", hours=20 + 7 * n) for n in range(known)]
    plan = agenda(*states, asks=Asks.ALL, limit=limit)
    asked = list(plan.chosen([link(n) for n in first]))
    assert len(asked) == min(limit, len(first))
    assert max(map(plan.rank, asked), default=0) <= min(map(plan.rank, plan.put_off), default=200)
    asked += plan.chosen([link(n) for n in later])
    assert len(asked) == plan.asked == min(limit, len(first) + len(later))
    assert len(asked) + len(plan.put_off) == len(first) + len(later)


def test_links_that_were_well_are_witnesses_one_of_each_host_and_by_https_first() -> None:
    blocked = replace(seen(3, "ok"), outcome=Outcome.BLOCKED)
    many = [seen(n, "ok") for n in range(10, 14)]
    plain = replace(seen(4, "ok"), url=address(4, "http"))
    twice = replace(seen(10, "ok"), url=url("https://site-10.example/more"))
    asked = seen(14, "ok")
    plan = agenda(seen(1, "not-found"), seen(2, "timeout"), blocked, plain, twice, asked, *many)
    links = [Link(each) for each in plan.states]  # type: ignore[attr-defined] # a dict here
    assert not plan.chosen(links)
    called = plan.witnesses([asked.url])
    assert len(called) == WITNESSES
    assert sorted(numbers(called)) == [4, 10, 11, 12, 13]
    assert called[-1].url.scheme == "http"
    plan.asked_after_all(each.url for each in called[:2])
    assert plan.asked == 2
    assert len(plan.left) == len(links) - 2


def test_no_more_witnesses_are_called_than_tell() -> None:
    plan = agenda(*(seen(n, "ok") for n in range(9)))
    plan.chosen([link(n) for n in range(9)])
    assert numbers(plan.witnesses(())) == [0, 1, 2, 3, 4]


def test_a_suspect_is_no_witness() -> None:
    suspect = seen(1, "ok", "timeout")
    assert suspect.health is Health.SUSPECT
    plan = agenda(suspect)
    plan.chosen([link(1)])
    assert not plan.witnesses(())


@pytest.mark.parametrize(
    ("turnout", "notes"),
    [
        (Turnout(3, 3), []),
        (
            Turnout(43, 12, 31),
            [f"31 of 43 links were {NOT_DUE.format('them')}"],
        ),
        (
            Turnout(1, 0, 1),
            [f"1 of 1 link was {NOT_DUE.format('it')}"],
        ),
        (Turnout(9, 8, 0, 1), ["1 of 9 links was left by --limit, and waits for the next run."]),
        (Turnout(9, 7, 0, 2), ["2 of 9 links were left by --limit, and wait for the next run."]),
    ],
)
def test_what_was_not_asked_is_told(turnout: Turnout, notes: list[str]) -> None:
    up, down = Run("r", NOON), Run("r", NOON, network=Network.DOWN)
    assert list(turnout_notes(Report(up, (), turnout=turnout))) == notes
    assert not list(turnout_notes(Report(down, (), turnout=turnout)))
    assert not list(turnout_notes(Report(up, ())))

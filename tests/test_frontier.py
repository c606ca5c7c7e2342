"""Whatever the order of events: every link once, no host with too many, nothing forgotten."""

from collections import Counter

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.frontier import Frontier, Turn
from crawler.model import Link


def link(host: str, number: int = 0) -> Link:
    return Link(url(f"https://{host}.example/{number}"))


def taken(frontier: Frontier, now: float = 0.0) -> list[Turn]:
    turns = []
    while turn := frontier.take(now):
        turns.append(turn)
    return turns


LINKS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 6)), max_size=40)


@given(LINKS, st.integers(1, 3), st.data())
def test_every_url_is_given_out_once_and_no_host_is_given_too_many(
    written: list[tuple[str, int]], per_host: int, data: st.DataObject
) -> None:
    frontier = Frontier([link(*each) for each in written], per_host)
    out: list[Link] = []
    given_out: list[Link] = []
    while not frontier.finished:
        turn = frontier.take(0.0)
        if turn is not None:
            out.append(turn.link)
            given_out.append(turn.link)
            hosts = Counter(each.url.host for each in out)
            assert max(hosts.values()) <= per_host
            continue
        gone = out.pop(data.draw(st.integers(0, len(out) - 1)))
        frontier.left(gone)
        frontier.done()
    assert not out
    assert Counter(each.url for each in given_out) == Counter({link(*w).url for w in written})


def test_hosts_with_many_links_come_first_and_each_keeps_its_order() -> None:
    many = [link("b", number) for number in range(4)]
    frontier = Frontier([link("a"), *many, link("c", 1), link("c", 2)], 3)
    order = [turn.link.url.host[0] + turn.link.url.path for turn in taken(frontier)]
    assert order == ["b/0", "b/1", "b/2", "c/1", "c/2", "a/0"]


def test_a_host_that_has_room_again_is_the_next() -> None:
    frontier = Frontier([link("a", 1), link("a", 2), link("a", 3), link("b"), link("c")], 2)
    first, _, third = (frontier.take(0.0) for _ in range(3))
    assert first is not None
    assert third == Turn(link("b"))
    frontier.left(first.link)
    assert [turn.link for turn in taken(frontier)] == [link("a", 3), link("c")]


def test_a_url_that_was_taken_in_is_not_taken_in_again() -> None:
    frontier = Frontier([link("a")], 1)
    frontier.extend([link("a")])
    (turn,) = taken(frontier)
    frontier.extend([link("a", 2), link("a", 2)])
    frontier.left(turn.link)
    frontier.done()
    frontier.extend([link("a")])
    assert [turn.link for turn in taken(frontier)] == [link("a", 2)]


def test_a_link_that_is_taken_in_later_waits_with_the_others_of_its_host() -> None:
    frontier = Frontier([link("a", 1), link("a", 2)], 1)
    (first,) = taken(frontier)
    frontier.extend([link("a", 3)])
    assert (frontier.waiting, taken(frontier)) == (2, [])
    frontier.left(first.link)
    assert len(taken(frontier)) == 1
    assert frontier.waiting == 1


def test_a_host_has_room_as_soon_as_a_link_has_left_it() -> None:
    frontier = Frontier([link("a", 1), link("a", 2)], 1)
    (first,) = taken(frontier)
    frontier.left(first.link)
    (second,) = taken(frontier)
    assert second.link == link("a", 2)


def test_it_is_finished_when_every_look_is_done() -> None:
    frontier = Frontier([link("a", 1), link("b", 2)], 1)
    ends = []
    for turn in taken(frontier):
        ends.append(frontier.finished)
        frontier.left(turn.link)
        frontier.done()
    assert [*ends, frontier.finished] == [False, False, True]


def test_second_looks_come_when_nothing_else_waits_and_not_before_their_time() -> None:
    frontier = Frontier([link("a", 1), link("a", 2)], 1)
    first = frontier.take(0.0)
    assert first is not None
    frontier.again(first.link, 5.0)
    frontier.left(first.link)
    frontier.done()
    assert frontier.next_at is None, "something else waits"
    assert frontier.waiting == 1
    second = frontier.take(9.0)
    assert second == Turn(link("a", 2))
    frontier.left(second.link)
    frontier.done()
    assert frontier.next_at == pytest.approx(5.0)
    assert frontier.take(4.9) is None
    assert frontier.take(5.0) == Turn(first.link, again=True)
    assert frontier.next_at is None


RANKED = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 6), st.integers(0, 3)), max_size=30
)


@given(RANKED, RANKED, st.integers(1, 3), st.data())
def test_of_the_hosts_that_have_room_the_one_whose_link_may_wait_least_is_next(
    written: list[tuple[str, int, int]],
    found: list[tuple[str, int, int]],
    per_host: int,
    data: st.DataObject,
) -> None:
    ranks = {link(host, number): rank for host, number, rank in reversed(written + found)}
    first = {link(host, number) for host, number, _ in written}
    frontier = Frontier(first, per_host, ranks.__getitem__)
    waiting, out, later = set(first), list[Link](), set(ranks) - first
    while not frontier.finished or later:
        more: bool = bool(later) and data.draw(st.booleans())
        if more:  # pages lead to more of them meanwhile
            frontier.extend(later)
            waiting, later = waiting | later, set()
        at = Counter(each.url.host for each in out)
        free = [ranks[each] for each in waiting if at[each.url.host] < per_host]
        turn = frontier.take(0.0)
        assert (turn is None) == (not free)
        if turn is not None:
            assert ranks[turn.link] == min(free)
            waiting.remove(turn.link)
            out.append(turn.link)
        elif out:
            frontier.left(gone := out.pop(data.draw(st.integers(0, len(out) - 1))))
            assert gone in ranks
            frontier.done()


@given(LINKS, st.integers(1, 3))
def test_where_all_are_of_one_rank_the_order_is_as_if_there_were_none(
    written: list[tuple[str, int]], per_host: int
) -> None:
    links = [link(*each) for each in written]
    ranked, plain = Frontier(links, per_host, lambda _: 7), Frontier(links, per_host)
    while not plain.finished:
        turns = taken(plain)
        assert taken(ranked) == turns
        for frontier in (plain, ranked):
            for turn in turns:
                frontier.left(turn.link)
                frontier.done()
    assert ranked.finished


@pytest.mark.parametrize("number", [0, 1])
def test_a_frontier_of_nothing_is_finished(number: int) -> None:
    frontier = Frontier([link("a")] * number, 1)
    assert frontier.finished == (number == 0)

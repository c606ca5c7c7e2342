"""Which shard goes out next: chains one piece after the other, also if one is asked again."""

from array import array
from collections import defaultdict
from dataclasses import replace
from itertools import chain
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crawler.handout import Handout
from crawler.shards import Shard


def shard(number: int, after: int | None = None) -> Shard:
    return Shard(number, array("I", [number]), 1.0, after)


@st.composite
def plans(draw: st.DrawFn) -> list[Shard]:
    """Chains, with their pieces among those of others, each after the one before it."""
    last: dict[int, int] = {}
    plan = []
    for number in range(draw(st.integers(0, 12))):
        of = draw(st.integers(0, 4))
        plan.append(shard(number, last.get(of)))
        last[of] = number
    return plan


def chains(plan: list[Shard]) -> dict[int, int]:
    """Return the first of its chain for each shard."""
    first: dict[int, int] = {}
    for each in plan:
        first[each.number] = each.number if each.after is None else first[each.after]
    return first


@given(plans(), st.randoms(use_true_random=False))
def test_never_are_two_pieces_of_a_chain_out_and_each_shard_goes_out(
    plan: list[Shard], random: Random
) -> None:
    handout, first = Handout(plan), chains(plan)
    of_links = {each.links[0]: first[each.number] for each in plan}
    out: list[Shard] = []
    asked: list[int] = []
    back = 0
    while handout or out:
        if (one := handout.take()) is not None:
            out.append(one)
            asked.append(one.links[0])
            assert len({of_links[each.links[0]] for each in out}) == len(out)
        if out and (one is None or random.random() < 0.5):
            come = out.pop(random.randrange(len(out)))
            if back < 5 and random.random() < 0.3:
                back += 1
                handout.put_back(come)
            handout.done(come)
    assert set(asked) == {each.links[0] for each in plan}
    assert len(asked) == len(plan) + back


@given(plans(), st.integers(1, 7), st.randoms(use_true_random=False))
def test_links_of_shards_that_are_lost_come_in_their_order_and_each_comes_once(
    plan: list[Shard], links: int, random: Random
) -> None:
    first = chains(plan)
    many = [
        replace(each, links=array("I", range(each.number * links, (each.number + 1) * links)))
        for each in plan
    ]
    handout = Handout(many)
    out: list[Shard] = []
    come: dict[int, list[int]] = defaultdict(list)
    while handout or out:
        if (one := handout.take()) is not None:
            out.append(one)
            of_chains = [first[each.links[0] // links] for each in out]
            assert len(set(of_chains)) == len(out)
        if out and (one is None or random.random() < 0.5):
            back = out.pop(random.randrange(len(out)))
            if len(back.links) > 1 and random.random() < 0.5:
                handout.halve(back)
                assert handout.is_followed(back)
            else:
                come[first[back.links[0] // links]] += back.links
            handout.done(back)
    assert all(each == sorted(each) for each in come.values())
    assert sorted(chain.from_iterable(come.values())) == list(range(len(plan) * links))


def test_halves_come_before_all_others_and_those_after_them_wait() -> None:
    plan = [shard(0), shard(1), shard(2, after=0)]
    plan[0] = replace(plan[0], links=array("I", [7, 8, 9]), seconds=6.0)
    handout = Handout(plan)
    lost = handout.take()
    assert lost
    handout.halve(lost)
    handout.done(lost)
    halves = [handout.take()]
    assert handout.take() == shard(1)
    assert handout.take() is None, "the second half waits, and what comes after it"
    for _ in range(2):
        assert halves[-1]
        assert handout.is_followed(halves[-1])
        handout.done(halves[-1])
        halves.append(handout.take())
    assert [each and list(each.links) for each in halves] == [[7], [8, 9], [2]]
    assert [each and each.seconds for each in halves] == [3.0, 3.0, 1.0]


def test_shards_go_out_in_the_order_of_the_plan_past_those_that_wait() -> None:
    handout = Handout([shard(0), shard(1, after=0), shard(2)])
    first = handout.take()
    assert first == shard(0)
    assert handout.take() == shard(2)
    assert handout.take() is None
    assert len(handout) == 1
    handout.done(first)
    assert handout.take() == shard(1, after=0)


def test_whether_a_piece_hands_on_is_known() -> None:
    handout = Handout([shard(0), shard(1, after=0)])
    assert handout.is_followed(shard(0))
    assert not handout.is_followed(shard(1))

"""Which shard goes out next: chains one piece after the other, also if one is asked again."""

from array import array
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
        chain = draw(st.integers(0, 4))
        plan.append(shard(number, last.get(chain)))
        last[chain] = number
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

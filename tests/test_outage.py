"""Looks that reached nobody are doubted until somebody is reached after them."""

from dataclasses import replace

from fakes import look, url

from crawler.frontier import Turn
from crawler.model import Link, Observation
from crawler.outage import DOUBTFUL_HOSTS, Outage

WITNESS = look("ok", address="https://well.example/")


def fed(outage: Outage, observation: Observation) -> list[Observation]:
    turn = Turn(Link(observation.url))
    return [look for _, look in outage.feed(turn, observation)]


def lost(number: int, code: str = "connect") -> Observation:
    return look(code, address=f"https://h{number}.example/")


def seen(observation: Observation) -> Observation:
    return replace(observation, final_url=observation.url)


def test_looks_that_reached_somebody_are_believed_at_once() -> None:
    outage = Outage()
    assert fed(outage, WITNESS) == [WITNESS]
    assert not outage.held


def test_looks_that_reached_nobody_are_believed_once_somebody_is_reached() -> None:
    outage = Outage()
    assert fed(outage, lost(1)) == []
    assert fed(outage, lost(2, "dns-not-found")) == []
    assert [held for _, held in outage.held] == [lost(1), lost(2, "dns-not-found")]
    assert fed(outage, WITNESS) == [lost(1), lost(2, "dns-not-found"), WITNESS]
    assert not outage.held


def test_several_hosts_in_a_row_are_a_reason_to_ask_who_answered_last() -> None:
    outage = Outage()
    fed(outage, seen(WITNESS))
    assert outage.witness == url("https://well.example/")
    for number in range(DOUBTFUL_HOSTS):
        assert not outage.in_doubt
        fed(outage, lost(number))
    assert outage.in_doubt
    assert len(outage.release()) == DOUBTFUL_HOSTS
    assert not outage.in_doubt


def test_what_is_held_in_a_proven_outage_is_not_believed_when_somebody_is_reached() -> None:
    outage = Outage()
    fed(outage, lost(1))
    outage.prove()
    assert fed(outage, WITNESS) == [WITNESS]
    assert outage.over
    assert [held for _, held in outage.release()] == [lost(1)]


def test_many_links_of_one_host_are_no_reason() -> None:
    outage = Outage()
    fed(outage, seen(WITNESS))
    for number in range(DOUBTFUL_HOSTS):
        fed(outage, look("connect", address=f"https://down.example/{number}"))
    assert not outage.in_doubt


def test_without_anybody_who_ever_answered_there_is_nobody_to_ask() -> None:
    outage = Outage()
    for number in range(DOUBTFUL_HOSTS):
        fed(outage, lost(number))
    assert not outage.in_doubt


def test_what_asked_nobody_says_nothing_of_the_network() -> None:
    outage = Outage()
    unasked = look("connect", attempts=0)
    assert fed(outage, unasked) == [unasked]
    fed(outage, lost(1))
    assert fed(outage, unasked) == [unasked]
    assert len(outage.held) == 1


def test_what_stands_on_looks_in_doubt_is_in_doubt_as_they_are() -> None:
    outage = Outage()
    fed(outage, lost(1))
    shared = look("timeout", address="https://h1.example/other", attempts=0)
    assert fed(outage, shared) == []
    assert fed(outage, WITNESS) == [lost(1), shared, WITNESS]
    assert fed(outage, shared) == [shared]


def test_doubt_may_still_come_from_looks_that_are_under_way() -> None:
    outage = Outage()
    fed(outage, lost(1))
    assert not outage.may_come(100), "nobody ever answered who could be asked"
    fed(outage, seen(WITNESS))
    fed(outage, lost(1))
    assert not outage.may_come(DOUBTFUL_HOSTS - 2)
    assert outage.may_come(DOUBTFUL_HOSTS - 1)


def test_a_part_of_a_run_knows_from_its_beginning_whom_to_ask() -> None:
    outage = Outage(WITNESS.url)
    assert outage.may_come(DOUBTFUL_HOSTS)
    assert not outage.may_come(DOUBTFUL_HOSTS - 1)
    for number in range(DOUBTFUL_HOSTS):
        assert not outage.in_doubt
        fed(outage, lost(number))
    assert outage.in_doubt
    fed(outage, seen(look(address="https://other.example/")))
    assert outage.witness == url("https://other.example/")


def test_the_last_looks_are_doubted_however_few_and_those_after_them_as_usual() -> None:
    outage = Outage(WITNESS.url)
    fed(outage, lost(1))
    outage.doubt()
    assert doubted(outage)
    assert [held for _, held in outage.release()] == [lost(1)]
    fed(outage, lost(2))
    assert not doubted(outage)


def doubted(outage: Outage) -> bool:
    return outage.in_doubt


def test_without_a_witness_the_last_looks_cannot_be_doubted() -> None:
    outage = Outage()
    fed(outage, lost(1))
    outage.doubt()
    assert not outage.in_doubt

"""Was the network there at all? One answer of any host says yes."""

from dataclasses import replace
from itertools import permutations
from random import Random

import pytest
from fakes import look, state_of_looks, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Hop, Network, Observation
from crawler.network import judge_network
from crawler.reasons import BY_CODE, REASONS

A, B = "https://a.example/", "https://b.example/"
UNREACHED = ["dns-not-found", "dns-failure", "connect", "timeout", "proxy"]
ANSWERS = sorted(
    code
    for code, reason in BY_CODE.items()
    if code not in UNREACHED and reason.outcome not in ("skipped", "unsafe")
)


@pytest.mark.parametrize(
    ("looks", "network"),
    [
        ([], Network.UP),
        ([("dns-not-found", A)], Network.DOWN),
        ([("dns-failure", A)], Network.DOWN),
        ([("connect", A)], Network.UP),
        ([("timeout", A)], Network.UP),
        ([("timeout", A), ("connect", A + "b")], Network.UP),
        ([("dns-failure", A), ("timeout", A + "b")], Network.UP),
        ([("timeout", A), ("timeout", B)], Network.DOWN),
        ([("dns-failure", A), ("connect", B)], Network.DOWN),
        ([("dns-not-found", A), ("dns-failure", B)], Network.DOWN),
        ([("timeout", A), ("timeout", B), ("not-found", B)], Network.UP),
        ([("dns-not-found", A), ("dns-not-found", B), ("ok", "https://c.example/")], Network.UP),
        ([("proxy", A)], Network.DOWN),
        ([("proxy", A), ("proxy", B)], Network.DOWN),
        ([("proxy", A), ("ok", B)], Network.UP),
        ([("private-address", A), ("dns-failure", B)], Network.DOWN),
        ([("private-address", A)], Network.UP),
        ([("excluded", A), ("timeout", B)], Network.UP),
    ],
)
def test_the_network_is_judged_by_all_that_a_run_saw(
    looks: list[tuple[str, str]], network: Network
) -> None:
    for order in permutations(looks):
        assert judge_network([look(code, address=host) for code, host in order]) is network


@pytest.mark.parametrize("code", ANSWERS)
def test_any_answer_of_any_host_shows_that_the_network_is_up(code: str) -> None:
    silent = [look("timeout", address=A), look("dns-not-found", address=B)]
    assert judge_network(silent) is Network.DOWN
    assert judge_network([*silent, look(code)]) is Network.UP


def test_a_redirect_that_led_into_silence_was_an_answer() -> None:
    led = replace(look("timeout", address=A), hops=(Hop(url(A), 301),))
    assert judge_network([led, look("timeout", address=B)]) is Network.UP


def test_what_was_not_asked_shows_nothing() -> None:
    assert judge_network([look("ok", address=A, attempts=0)]) is Network.UP
    unasked = look("ok", address=A, attempts=0)
    assert judge_network([unasked, look("dns-failure", address=B)]) is Network.DOWN


@given(
    st.lists(
        st.builds(
            look,
            st.sampled_from([reason.code for reason in REASONS]),
            address=st.sampled_from([A, B]),
            attempts=st.integers(0, 2),
        )
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_looks_does_not_matter(looks: list[Observation], random: Random) -> None:
    shuffled = list(looks)
    random.shuffle(shuffled)
    assert judge_network(shuffled) is judge_network(looks)


@pytest.mark.parametrize(("lost", "network"), [(4, Network.DOWN), (3, Network.UP), (0, Network.UP)])
def test_most_hosts_that_were_well_cannot_all_have_gone_at_once(
    lost: int, network: Network
) -> None:
    addresses = [f"https://h{number}.example/" for number in range(6)]
    state = state_of_looks("ok")
    assert state is not None
    known = {url(address): replace(state, url=url(address)) for address in addresses}
    looks = [
        look("dns-not-found" if number < lost else "ok", address=address)
        for number, address in enumerate(addresses)
    ]
    assert judge_network(looks, known) is network
    assert judge_network(looks) is Network.UP

"""What is found out of a host once, its other links need not find out again."""

import pytest
from fakes import url

from crawler.hosts import REFUSED, Hosts
from crawler.model import Answer, Failure, FailureKind, Response

A, A2, B = (url(f"https://{name}") for name in ("a.example/1", "a.example/2", "b.example/"))
DOWN = Failure(FailureKind.CONNECT, REFUSED, reached=True)
SILENT = Failure(FailureKind.TIMEOUT)


def noted(*events: tuple[Answer, float, float]) -> Hosts:
    hosts = Hosts()
    for answer, asked_at, now in events:
        hosts.note(A, answer, asked_at, now)
    return hosts


def test_a_host_that_is_down_is_found_out_once_and_confirmed_once() -> None:
    hosts = noted((DOWN, 0, 1))
    assert hosts.shared(A2) is None
    hosts.note(A2, DOWN, 1, 2)
    assert hosts.shared(A2) == DOWN
    assert hosts.shared(B) is None
    assert hosts.shared(url("http://a.example/")) is None, "another port, another server"


def test_requests_that_were_under_way_together_confirm_nothing() -> None:
    hosts = noted((DOWN, 0, 1), (DOWN, 0.5, 1.5), (DOWN, 0.9, 1.6))
    assert hosts.shared(A) is None
    hosts.note(A, DOWN, 1.2, 3)
    assert hosts.shared(A) == DOWN


def test_a_silent_host_is_confirmed_by_the_second_request_beside_the_first() -> None:
    hosts = Hosts()
    hosts.note(A, SILENT, 0, 20, tries=2)
    assert hosts.shared(A2) == SILENT


@pytest.mark.parametrize(
    "failure",
    [
        Failure(FailureKind.CONNECT, "reset", reached=True),
        Failure(FailureKind.TIMEOUT, "none within 20 s", reached=True),
        Failure(FailureKind.PROTOCOL),
        Failure(FailureKind.PRIVATE_ADDRESS),
    ],
)
def test_what_concerns_a_page_says_nothing_of_the_others(failure: Failure) -> None:
    assert noted((failure, 0, 1), (failure, 1, 2), (failure, 2, 3)).shared(A) is None


def test_a_failure_of_another_kind_in_between_begins_anew() -> None:
    hosts = noted((DOWN, 0, 1), (Failure(FailureKind.PROTOCOL), 1, 2), (DOWN, 2, 3))
    assert hosts.shared(A) is None


def test_against_a_host_that_has_answered_more_must_speak() -> None:
    hosts = noted((Response(200), 0, 1))
    for second in range(1, 8):
        hosts.note(A, SILENT, second, second + 1)
        assert hosts.shared(A) is None
    hosts.note(A, SILENT, 8, 9)
    assert hosts.shared(A) == SILENT


def test_one_good_answer_clears_a_host() -> None:
    hosts = noted((DOWN, 0, 1), (DOWN, 1, 2), (Response(404), 0.5, 3))
    assert hosts.shared(A) is None


def test_a_host_that_limits_us_to_the_end_does_so_for_all_its_links() -> None:
    hosts, limit = Hosts(), Response(429)
    hosts.limited(A, Response(200))
    assert hosts.shared(A2) is None
    hosts.limited(A, limit)
    assert hosts.shared(A2) == limit
    hosts.note(A2, limit, 0, 1)
    assert hosts.shared(A2) == limit, "another 429 clears nothing"
    hosts.note(A2, Response(200), 0, 1)
    assert hosts.shared(A2) is None


def test_a_host_that_was_given_up_is_asked_once_more_and_one_failure_settles_it() -> None:
    hosts = noted((DOWN, 0, 1), (DOWN, 1, 2))
    hosts.reopen(B, 3)
    hosts.reopen(A, 3)
    assert hosts.shared(A) is None
    hosts.note(A, DOWN, 3, 4)
    assert hosts.shared(A) == DOWN
    hosts.reopen(A2, 5)
    assert hosts.shared(A) == DOWN, "once, and not for each of its links"


def test_after_an_outage_of_the_network_nothing_is_held_against_any_host() -> None:
    hosts = noted((DOWN, 0, 1), (DOWN, 1, 2))
    hosts.forget()
    assert hosts.shared(A) is None

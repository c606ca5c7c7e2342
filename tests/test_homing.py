"""Links that were sent home: who is held, until when, and what is said of them then."""

from dataclasses import replace

import pytest
from fakes import NOON, look, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.homing import ENOUGH, Homing
from crawler.model import Confidence, Finding, Observation, Outcome, Severity, Validators

SENT = Finding("sent-home", Severity.WARNING, "A deep link that leads to the front page.")


def sent(
    page: str, host: str = "https://a.example", end: str = "https://a.example/"
) -> Observation:
    seen = look("temporary", address=f"{host}{page}")
    validators = Validators(url(end), NOON, etag='"a"')
    return replace(seen, final_url=url(end), findings=(SENT,), validators=validators)


def reasons(homing: Homing, *looks: Observation) -> list[list[str]]:
    return [[each.verdict.reason for each in homing.feed(look)] for look in looks]


def test_the_third_page_of_a_host_settles_all_of_them() -> None:
    homing = Homing()
    told = reasons(homing, sent("/a"), sent("/b"), sent("/c"), sent("/d"))
    assert told == [[], [], ["soft-404"] * 3, ["soft-404"]]
    assert list(homing.release()) == []


def test_what_is_said_of_them() -> None:
    homing = Homing()
    *_, (first, *_) = (homing.feed(sent(page)) for page in ("/a", "/b", "/c"))
    assert first.verdict.outcome is Outcome.BROKEN
    assert first.verdict.confidence is Confidence.LIKELY
    assert "sent to https://a.example/" in first.verdict.detail
    assert first.findings == (SENT,)
    assert first.validators is None  # a later "not modified" would mean nothing


def test_two_pages_are_given_back_as_they_are() -> None:
    homing = Homing()
    looks = [sent("/a"), sent("/b")]
    assert reasons(homing, *looks) == [[], []]
    assert list(homing.release()) == looks
    assert list(homing.release()) == []


@pytest.mark.parametrize(
    "looks",
    [
        (sent("/a"), sent("/a/"), sent("/A")),
        (sent("/a"), sent("/a?b"), sent("/a?c")),
        (sent("/a"), sent("/b"), sent("/c", "https://b.example")),
        (sent("/a"), sent("/b"), sent("/c", end="https://a.example/en/")),
        (sent("/a"), sent("/b"), look("temporary", address="https://a.example/c")),
    ],
    ids=["one page", "one page, other queries", "two hosts", "two ends", "not sent home"],
)
def test_less_than_three_pages_of_one_host_at_one_end_prove_nothing(
    looks: tuple[Observation, ...],
) -> None:
    homing = Homing()
    told = [reason for each in reasons(homing, *looks) for reason in each]
    told += [each.verdict.reason for each in homing.release()]
    assert told == ["temporary"] * 3


@given(st.lists(st.sampled_from("abcdef")))
def test_each_look_comes_back_once_and_all_say_the_same(pages: list[str]) -> None:
    homing = Homing()
    back = [each for page in pages for each in homing.feed(sent(f"/{page}"))]
    back += homing.release()
    assert sorted(each.url.path for each in back) == sorted(f"/{page}" for page in pages)
    expected = "soft-404" if len(set(pages)) >= ENOUGH else "temporary"
    assert {each.verdict.reason for each in back} <= {expected}


# What earlier runs saw

HOME = url("https://a.example/")
EARLIER = [(url(f"https://a.example/{page}"), HOME) for page in "ab"]


def test_the_third_page_of_a_host_may_come_a_run_later() -> None:
    assert reasons(Homing(EARLIER), sent("/c")) == [["soft-404"]]
    assert reasons(Homing(EARLIER[:1]), sent("/c"), sent("/d")) == [[], ["soft-404"] * 2]
    assert reasons(Homing(EARLIER), sent("/b")) == [[]]  # it is one of the two
    assert reasons(Homing(EARLIER), sent("/c", end="https://a.example/en/")) == [[]]


def test_a_page_that_is_there_again_speaks_for_nothing_any_more() -> None:
    homing = Homing(EARLIER)
    assert reasons(homing, look("ok", address="https://a.example/a"), sent("/c")) == [["ok"], []]
    assert [each.verdict.reason for each in homing.release()] == ["temporary"]


def test_what_is_proven_is_not_taken_back() -> None:
    homing = Homing(EARLIER)
    told = reasons(homing, sent("/c"), look("ok", address="https://a.example/a"), sent("/d"))
    assert told == [["soft-404"], ["ok"], ["soft-404"]]

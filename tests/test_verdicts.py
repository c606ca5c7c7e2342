"""The policy, event by event."""

import pytest
from fakes import evidence, url, verdict_of

from crawler.model import (
    Confidence,
    Evidence,
    Failure,
    FailureKind,
    Fetch,
    Hop,
    Outcome,
    PageFacts,
    Response,
    Via,
)
from crawler.reasons import BY_CODE, REASONS, verdict
from crawler.settings import SelectSettings
from crawler.unasked import judge_rejected, judge_unasked
from crawler.urls import Rejected, Rejection
from crawler.verdicts import RULES, judge


def with_hops(*statuses: int, effective: str = "https://b.example/") -> Evidence:
    asked = url("https://a.example/page")
    hops = tuple(Hop(asked, status) for status in statuses)
    fetch = Fetch(asked, url(effective), Response(200), hops)
    return evidence(Response(200), fetch=fetch)


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (200, Outcome.OK, "ok"),
        (204, Outcome.OK, "ok"),
        (206, Outcome.OK, "ok"),
        (300, Outcome.OK, "ok"),
        (304, Outcome.FAILING, "protocol"),
        (302, Outcome.BROKEN, "bad-redirect"),
        (305, Outcome.BROKEN, "bad-redirect"),
        (399, Outcome.BROKEN, "bad-redirect"),
        (400, Outcome.BROKEN, "client-error"),
        (401, Outcome.BLOCKED, "auth"),
        (402, Outcome.BLOCKED, "paywall"),
        (403, Outcome.BLOCKED, "forbidden"),
        (404, Outcome.BROKEN, "not-found"),
        (405, Outcome.BROKEN, "client-error"),
        (406, Outcome.BLOCKED, "rejected"),
        (407, Outcome.BLOCKED, "auth"),
        (408, Outcome.FAILING, "timeout"),
        (409, Outcome.BLOCKED, "rejected"),
        (410, Outcome.BROKEN, "gone"),
        (412, Outcome.BLOCKED, "rejected"),
        (414, Outcome.BROKEN, "client-error"),
        (415, Outcome.BLOCKED, "rejected"),
        (416, Outcome.BLOCKED, "rejected"),
        (417, Outcome.BLOCKED, "rejected"),
        (418, Outcome.BLOCKED, "rejected"),
        (421, Outcome.BLOCKED, "rejected"),
        (424, Outcome.BLOCKED, "rejected"),
        (425, Outcome.FAILING, "timeout"),
        (428, Outcome.BLOCKED, "rejected"),
        (429, Outcome.BLOCKED, "rate-limited"),
        (444, Outcome.FAILING, "server-error"),
        (451, Outcome.BLOCKED, "legal"),
        (460, Outcome.FAILING, "server-error"),
        (499, Outcome.FAILING, "server-error"),
        (500, Outcome.FAILING, "server-error"),
        (503, Outcome.FAILING, "server-error"),
        (507, Outcome.FAILING, "server-error"),
        (520, Outcome.FAILING, "origin-error"),
        (524, Outcome.FAILING, "origin-error"),
        (525, Outcome.BROKEN, "tls"),
        (526, Outcome.BROKEN, "tls"),
        (527, Outcome.FAILING, "origin-error"),
        (530, Outcome.FAILING, "origin-error"),
        (600, Outcome.BLOCKED, "unusual-status"),
        (999, Outcome.BLOCKED, "bot-wall"),
        (199, Outcome.BLOCKED, "unusual-status"),
    ],
)
def test_each_status(status: int, outcome: Outcome, reason: str) -> None:
    judged = judge(evidence(Response(status)))
    assert (judged.outcome, judged.reason) == (outcome, reason)


def test_not_modified_is_as_before_if_we_asked_whether_it_is() -> None:
    gone = PageFacts(title="- YouTube")
    hop = Hop(url("https://a.example/page"), 301)
    for address, facts, hops, reason in (
        ("https://a.example/page", PageFacts(title="T"), (), "ok"),
        ("https://b.example/page", PageFacts(title="T"), (hop,), "permanent"),
        ("https://www.youtube.com/watch?v=x", gone, (), "removed-video"),
    ):
        there = url(address)
        fetch = Fetch(there, there, Response(304), hops, unchanged=True)
        assert judge(evidence(Response(304), fetch=fetch, facts=facts)).reason == reason


@pytest.mark.parametrize("kind", FailureKind)
def test_each_failure_has_a_reason_of_its_name(kind: FailureKind) -> None:
    judged = judge(evidence(Failure(kind, "words")))
    assert judged.reason == kind
    assert judged.detail.endswith("(words)")


@pytest.mark.parametrize(
    ("kind", "outcome", "confidence"),
    [
        (FailureKind.DNS_NOT_FOUND, Outcome.BROKEN, Confidence.CERTAIN),
        (FailureKind.DNS_FAILURE, Outcome.FAILING, Confidence.CERTAIN),
        (FailureKind.TLS_EXPIRED, Outcome.BROKEN, Confidence.LIKELY),
        (FailureKind.TLS_CHAIN, Outcome.FAILING, Confidence.CERTAIN),
        (FailureKind.REDIRECT_LOOP, Outcome.BROKEN, Confidence.LIKELY),
        (FailureKind.PRIVATE_ADDRESS, Outcome.UNSAFE, Confidence.CERTAIN),
        (FailureKind.FORBIDDEN_SCHEME, Outcome.UNSAFE, Confidence.CERTAIN),
        (FailureKind.INTERSTITIAL, Outcome.BLOCKED, Confidence.CERTAIN),
    ],
)
def test_failures_that_matter_most(
    kind: FailureKind, outcome: Outcome, confidence: Confidence
) -> None:
    judged = judge(evidence(Failure(kind)))
    assert (judged.outcome, judged.confidence) == (outcome, confidence)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("cf-mitigated", "challenge"),
        ("x-vercel-mitigated", "Deny"),
        ("x-amzn-waf-action", "captcha"),
        ("x-sucuri-block", "anything"),
    ],
)
@pytest.mark.parametrize("status", [200, 202, 403, 404, 503])
def test_a_wall_that_names_itself_is_a_wall_with_any_status(
    header: str, value: str, status: int
) -> None:
    judged = judge(evidence(Response(status, {header: value})))
    assert (judged.outcome, judged.reason) == (Outcome.BLOCKED, "bot-wall")


def test_a_header_of_a_wall_that_let_us_through_is_none() -> None:
    assert judge(evidence(Response(200, {"cf-mitigated": "log"}))).reason == "ok"


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        ((301,), "permanent"),
        ((308, 301), "permanent"),
        ((302, 301), "temporary"),
        ((307,), "temporary"),
    ],
)
def test_a_move_is_permanent_only_if_every_hop_is(statuses: tuple[int, ...], reason: str) -> None:
    judged = judge(with_hops(*statuses))
    assert (judged.outcome, judged.reason) == (Outcome.REDIRECTED, reason)
    assert "https://b.example/" in judged.detail


@pytest.mark.parametrize(
    ("address", "title", "reason"),
    [
        ("https://www.youtube.com/watch?v=x", "Video unavailable", "removed-video"),
        ("https://www.youtube.com/watch?v=x", "- YouTube", "removed-video"),
        ("https://www.youtube.com/watch?v=x", "Cats - YouTube", "ok"),
        ("https://www.youtube.com/watch?v=x", None, "ok"),
        ("https://www.youtube.com/", "YouTube", "ok"),
        ("https://a.example/watch", "Video unavailable", "ok"),
    ],
)
def test_a_video_that_is_no_more(address: str, title: str | None, reason: str) -> None:
    seen = evidence(Response(200), asked=address, facts=PageFacts(title=title))
    assert judge(seen).reason == reason


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        (SelectSettings(), None),
        (SelectSettings(exclude=("a[.]example",)), "excluded"),
        (SelectSettings(include=("b[.]example",)), "excluded"),
        (SelectSettings(include=("a[.]example",)), None),
        (SelectSettings(include=("a[.]example",), exclude=("/page$",)), "excluded"),
        (SelectSettings(offline=True), "offline"),
    ],
)
def test_what_is_not_asked(select: SelectSettings, reason: str | None) -> None:
    judged = judge_unasked(url("https://a.example/page"), select)
    assert (judged and judged.reason) == reason


@pytest.mark.parametrize("rejection", Rejection)
def test_each_rejection_has_a_verdict(rejection: Rejection) -> None:
    judged = judge_rejected(Rejected("raw", rejection))
    assert judged.reason == rejection
    assert (judged.outcome is Outcome.UNSAFE) == (rejection in (Rejection.FILE, Rejection.OUTSIDE))


def test_only_mail_and_what_is_in_the_project_are_fine_without_being_asked() -> None:
    good = {r for r in Rejection if judge_rejected(Rejected("", r)).outcome is Outcome.OK}
    assert good == {Rejection.MAIL, Rejection.ANCHOR, Rejection.LOCAL}


def test_strangers_words_in_a_detail_are_cleaned() -> None:
    assert verdict("scheme", "a\x1b[31m\u202eb").detail.endswith("(a [31m b)")


def test_a_rule_that_needs_an_answer_says_so_when_it_is_called_without() -> None:
    with pytest.raises(TypeError, match="comes first"):
        RULES[2](evidence(Failure(FailureKind.CONNECT)))


def test_codes_are_unique_and_sentences_are_sentences() -> None:
    assert len(BY_CODE) == len(REASONS)
    for reason in REASONS:
        assert reason.sentence.endswith(".")
        assert reason.cure.endswith((".", "`."))
        assert reason.sentence[0].isupper()


def test_every_outcome_has_a_reason() -> None:
    assert {reason.outcome for reason in REASONS} == set(Outcome)
    assert verdict_of("ok").outcome is Outcome.OK


def test_a_wrapper_holds_its_target_for_good_and_a_page_leads_on_for_now() -> None:
    wrapper = Hop(url("https://href.li/?https://a.example/"), None, Via.WRAPPER)
    moved, leads = (Hop(url("https://a.example/"), status) for status in (301, 302))
    page = Hop(url("https://a.example/"), 200, Via.META_REFRESH)
    for hops, reason in (
        ((wrapper,), "wrapped"),
        ((wrapper, wrapper), "wrapped"),
        ((wrapper, moved), "permanent"),
        ((wrapper, leads), "temporary"),
        ((wrapper, page), "temporary"),
        ((moved, page), "temporary"),
    ):
        fetch = Fetch(hops[0].url, url("https://b.example/"), Response(200), hops)
        assert judge(evidence(Response(200), fetch=fetch)).reason == reason


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize(
    ("via", "confidence"),
    [
        (Via.HTTP, Confidence.CERTAIN),
        (Via.REFRESH_HEADER, Confidence.CERTAIN),
        (Via.META_REFRESH, Confidence.CERTAIN),
        (Via.SCRIPT, Confidence.LIKELY),
        (Via.PAGE_LINK, Confidence.LIKELY),
    ],
)
def test_what_is_found_by_a_guess_is_likely(via: Via, confidence: Confidence, status: int) -> None:
    hop = Hop(url("https://a.example/"), 200, via)
    fetch = Fetch(hop.url, url("https://b.example/"), Response(status), (hop,))
    assert judge(evidence(Response(status), fetch=fetch)).confidence is confidence


def test_one_look_does_not_tell_that_a_name_was_ever_there() -> None:
    assert "any more" not in verdict("dns-not-found").detail

"""The conversation, held by hand: no network, no event loop, no mocks."""

import pytest
from fakes import NOON, converse, to, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Answer, Failure, FailureKind, Fetch, Request, Response, Validators
from crawler.probe import probe

A, B, C = url("https://a.example/"), url("https://b.example/"), url("https://c.example/x")


def failure(fetch: Fetch) -> FailureKind | None:
    return fetch.outcome.kind if isinstance(fetch.outcome, Failure) else None


def test_an_answer_ends_the_conversation() -> None:
    fetch, asked = converse(probe(A), Response(200))
    assert fetch == Fetch(A, A, Response(200))
    assert [request.url for request in asked] == [A]


def test_a_redirect_is_followed_and_its_hop_recorded() -> None:
    fetch, asked = converse(probe(A), to(str(B)), to("/y", 302), Response(200))
    assert [request.url for request in asked] == [A, B, url("https://b.example/y")]
    assert fetch.effective_url == url("https://b.example/y")
    assert [(hop.url, hop.status) for hop in fetch.hops] == [(A, 301), (B, 302)]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_every_kind_of_redirect_is_followed(status: int) -> None:
    fetch, _ = converse(probe(A), to(str(B), status), Response(200))
    assert fetch.effective_url == B


def test_choices_with_a_preferred_one_are_followed_and_others_are_an_answer() -> None:
    assert converse(probe(A), to(str(B), 300), Response(200))[0].effective_url == B
    assert converse(probe(A), Response(300))[0].outcome == Response(300)


def test_a_failure_ends_the_conversation_where_it_happens() -> None:
    fetch, _ = converse(probe(A), to(str(B)), Failure(FailureKind.CONNECT))
    assert fetch.effective_url == B
    assert failure(fetch) is FailureKind.CONNECT


def test_raw_unicode_in_a_location_is_encoded() -> None:
    fetch, asked = converse(probe(A), to("/münchen"), Response(200))
    assert str(asked[1].url) == "https://a.example/m%C3%BCnchen"
    assert fetch.effective_url == asked[1].url


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("", FailureKind.BAD_REDIRECT),
        ("http://", FailureKind.BAD_REDIRECT),
        ("https://[bad", FailureKind.BAD_REDIRECT),
        ("mailto:x@y.example", FailureKind.FORBIDDEN_SCHEME),
        ("file:///etc/passwd", FailureKind.FORBIDDEN_SCHEME),
        ("javascript:alert(1)", FailureKind.FORBIDDEN_SCHEME),
        ("http://b.example:22/", FailureKind.FORBIDDEN_PORT),
    ],
)
def test_a_location_that_must_not_or_cannot_be_followed(location: str, kind: FailureKind) -> None:
    fetch, asked = converse(probe(A), to(location))
    assert failure(fetch) is kind
    assert len(asked) == 1


def test_a_redirect_without_a_location_leads_nowhere() -> None:
    fetch, _ = converse(probe(A), Response(302))
    assert fetch.outcome == Failure(FailureKind.BAD_REDIRECT, "no Location")


def test_a_loop_is_called_one_only_after_a_try_with_cookies() -> None:
    fetch, asked = converse(probe(A), to(str(B)), to(str(A)), to(str(B)), to(str(A)))
    assert failure(fetch) is FailureKind.REDIRECT_LOOP
    assert [request.url for request in asked] == [A, B, A, B]


def test_a_loop_that_a_cookie_ends_is_none() -> None:
    again = to(str(A), 302, **{"set-cookie": "seen=1; Path=/\nother=2"})
    fetch, asked = converse(probe(A), again, again, Response(200))
    assert fetch.outcome == Response(200)
    assert "cookie" not in asked[0].headers
    assert asked[2].headers["cookie"] == "seen=1; other=2"


def test_cookies_go_to_the_exact_host_that_set_them_and_nonsense_is_not_kept() -> None:
    set_it = to(str(B), 302, **{"set-cookie": "a=1\nnonsense\n" + "long=" + "x" * 5000})
    loop = to(str(A), 302)
    _, asked = converse(
        probe(A), set_it, loop, set_it, loop, to(str(B)), Response(200), Response(200)
    )
    with_cookies = [request for request in asked if "cookie" in request.headers]
    assert {(request.url, request.headers["cookie"]) for request in with_cookies} == {(A, "a=1")}


def test_redirects_without_an_end_are_given_up() -> None:
    steps = [to(f"/{number}") for number in range(8)]
    fetch, asked = converse(probe(A, max_redirects=3), *steps)
    assert failure(fetch) is FailureKind.TOO_MANY_REDIRECTS
    assert len(asked) == 8  # four of the first try, four with cookies
    assert len(fetch.hops) == 4


@pytest.mark.parametrize("status", [406, 415, 416])
def test_a_server_that_finds_our_headers_unacceptable_is_asked_for_anything(status: int) -> None:
    fetch, asked = converse(probe(A), Response(status), Response(200))
    assert asked[1].headers["accept"] == "*/*"
    assert fetch.outcome == Response(200)


def test_a_vague_refusal_is_asked_again_as_browsers_do() -> None:
    fetch, asked = converse(probe(A), Response(400), Response(400))
    assert "accept-language" in asked[1].headers
    assert fetch.outcome == Response(400)


def test_the_first_answer_counts_when_the_second_try_fails() -> None:
    fetch, _ = converse(probe(A), Response(400), Failure(FailureKind.TIMEOUT))
    assert fetch.outcome == Response(400)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 412, 429, 500, 503])
def test_a_clear_answer_is_not_asked_for_again(status: int) -> None:
    assert len(converse(probe(A), Response(status))[1]) == 1


def test_an_advertising_host_is_named_and_never_asked() -> None:
    fetch, asked = converse(probe(A, unaskable={"a.example"}))
    assert fetch.outcome == Failure(FailureKind.INTERSTITIAL, "a.example")
    assert asked == []


def test_a_redirect_to_an_advertising_host_ends_there() -> None:
    fetch, asked = converse(probe(A, unaskable={"c.example"}), to(str(C)))
    assert failure(fetch) is FailureKind.INTERSTITIAL
    assert (fetch.effective_url, len(asked)) == (C, 1)


# Conditional requests

KNOWN = Validators(B, NOON, '"x"', "Sun, 22 Nov 2026 10:00:00 GMT")


def conditions(request: Request) -> set[str]:
    return {name for name in request.headers if name.startswith("if-")}


def test_validators_go_to_the_exact_url_that_gave_them() -> None:
    fetch, asked = converse(probe(A, validators=KNOWN), to(str(B)), Response(304))
    assert (fetch.outcome, fetch.unchanged, fetch.effective_url) == (Response(304), True, B)
    assert [conditions(request) for request in asked] == [
        set(), {"if-none-match", "if-modified-since"},
    ]  # fmt: skip
    assert asked[1].headers["if-none-match"] == '"x"'
    assert asked[1].headers["if-modified-since"] == "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    "address", ["http://b.example/", "https://b.example/?", "https://b.example:444/"]
)
def test_validators_go_to_no_other_scheme_port_or_query(address: str) -> None:
    fetch, asked = converse(probe(url(address), validators=KNOWN), Response(200))
    assert conditions(asked[0]) == set()
    assert not fetch.unchanged


def test_only_the_validators_that_there_are_are_sent() -> None:
    known = Validators(A, NOON, last_modified="Sun, 22 Nov 2026 10:00:00 GMT")
    _, asked = converse(probe(A, validators=known), Response(200))
    assert conditions(asked[0]) == {"if-modified-since"}


def test_a_page_that_has_changed_is_not_unchanged() -> None:
    fetch, _ = converse(probe(B, validators=KNOWN), Response(200))
    assert (fetch.outcome, fetch.unchanged) == (Response(200), False)


def test_not_modified_that_nobody_asked_for_is_asked_once_more_past_all_caches() -> None:
    fetch, asked = converse(probe(A, validators=KNOWN), Response(304), Response(200))
    assert (fetch.outcome, fetch.unchanged) == (Response(200), False)
    assert asked[1].headers["cache-control"] == "no-cache"
    assert not any(conditions(request) for request in asked)
    fetch, _ = converse(probe(A), Response(304), Response(304))
    assert (fetch.outcome, fetch.unchanged) == (Response(304), False)
    fetch, _ = converse(probe(A), Response(304), Failure(FailureKind.TIMEOUT))
    assert (fetch.outcome, fetch.unchanged) == (Response(304), False)


@pytest.mark.parametrize("status", [400, 406, 412])
def test_a_server_that_stumbles_over_conditions_is_asked_without(status: int) -> None:
    fetch, asked = converse(probe(B, validators=KNOWN), Response(status), Response(200))
    assert [bool(conditions(request)) for request in asked] == [True, False]
    assert (fetch.outcome, fetch.unchanged) == (Response(200), False)
    fetch, _ = converse(probe(B, validators=KNOWN), Response(status), Response(304))
    assert (fetch.outcome, fetch.unchanged) == (Response(304), False)


ANSWERS = st.one_of(
    st.builds(Failure, st.sampled_from(FailureKind)),
    st.builds(
        Response,
        st.integers(100, 999),
        st.fixed_dictionaries({}, optional={"location": st.text(), "set-cookie": st.text()}),
    ),
)


@given(st.lists(ANSWERS, min_size=60, max_size=60), st.none() | st.just(KNOWN))
def test_any_conversation_ends_and_never_raises(
    answers: list[Answer], validators: Validators | None
) -> None:
    fetch, asked = converse(probe(A, max_redirects=10, validators=validators), *answers)
    assert len(fetch.hops) <= 11
    assert all(request.url == B for request in asked if conditions(request))
    assert not fetch.unchanged or conditions(asked[-1])
    assert all(request.url.scheme in ("http", "https") for request in asked)


def test_a_cookie_of_https_never_goes_over_http_and_one_of_http_does_both() -> None:
    secure, plain = url("https://a.example/"), url("http://a.example/")
    to_plain = to(str(plain), 302, **{"set-cookie": "s=1"})
    to_secure = to(str(secure), 302, **{"set-cookie": "p=2"})
    _, asked = converse(probe(secure), *(to_plain, to_secure) * 2, Response(200))
    sent = [(request.url.scheme, request.headers.get("cookie")) for request in asked]
    assert sent[2:] == [("https", None), ("http", None), ("https", "s=1; p=2")]

"""The conversation, held by hand: no network, no event loop, no mocks."""

import pytest
from fakes import NOON, converse, to, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import (
    Answer,
    Failure,
    FailureKind,
    Fetch,
    Hop,
    Request,
    Response,
    Validators,
    Via,
)
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


# Pages that lead on by themselves

HTML = {"content-type": "text/html"}


def refreshed(location: str, seconds: int = 0) -> Response:
    return Response(200, {"refresh": f"{seconds}; url={location}"})


def page(body: str) -> Response:
    return Response(200, HTML, body.encode())


def test_a_page_that_leads_on_is_followed_and_says_how() -> None:
    meta = page("<meta http-equiv=refresh content='0; url=/next'>")
    script = page("<script>location='https://c.example/x'</script>")
    fetch, asked = converse(probe(A), refreshed(str(B)), meta, script, Response(200))
    assert [request.url for request in asked] == [A, B, url("https://b.example/next"), C]
    assert [(hop.status, hop.via) for hop in fetch.hops] == [
        (200, Via.REFRESH_HEADER), (200, Via.META_REFRESH), (200, Via.SCRIPT),
    ]  # fmt: skip
    assert fetch.effective_url == C


def test_where_a_page_leads_may_redirect_and_fail() -> None:
    fetch, _ = converse(probe(A), to(str(B)), refreshed(str(C)), Response(404))
    assert fetch.outcome == Response(404)
    assert [hop.via for hop in fetch.hops] == [Via.HTTP, Via.REFRESH_HEADER]


@pytest.mark.parametrize("answers", [[refreshed(str(A))], [to(str(B)), refreshed(str(A))]])
def test_a_page_that_leads_back_is_what_people_get_to_see(answers: list[Response]) -> None:
    fetch, asked = converse(probe(A), *answers)
    assert fetch.outcome == answers[-1]
    assert len(asked) == len(answers)


def test_pages_that_lead_on_in_circles_are_no_loop() -> None:
    fetch, asked = converse(probe(A), refreshed(str(B)), refreshed(str(C)), refreshed(str(A)))
    assert fetch.effective_url == C
    assert isinstance(fetch.outcome, Response)
    assert len(asked) == 3


def test_pages_that_lead_on_without_an_end_are_followed_so_far_and_no_further() -> None:
    slides = [refreshed(f"/{number}", 5) for number in range(20)]
    fetch, asked = converse(probe(A, max_redirects=4), *slides)
    assert fetch.outcome == slides[4]
    assert len(asked) == 5


def test_a_redirect_back_to_a_page_that_leads_on_is_a_loop() -> None:
    answers = [refreshed(str(B)), to(str(A))]
    fetch, asked = converse(probe(A), *answers, *answers)  # once more with cookies
    assert failure(fetch) is FailureKind.REDIRECT_LOOP
    assert len(asked) == 4


def test_a_page_does_not_lead_to_a_forbidden_port() -> None:
    fetch, asked = converse(probe(A), refreshed("http://b.example:22/"))
    assert failure(fetch) is FailureKind.FORBIDDEN_PORT
    assert len(asked) == 1


def test_a_page_that_leads_on_to_another_program_is_an_answer() -> None:
    fetch, _ = converse(probe(A), refreshed("market://details?id=x"))
    assert isinstance(fetch.outcome, Response)
    assert fetch.hops == ()


def test_cookies_of_a_page_that_leads_on_are_kept_like_any() -> None:
    first = Response(200, {"refresh": f"0; url={B}", "set-cookie": "a=1"})
    _, asked = converse(probe(A), first, to(str(A)), first, to(str(A)), Response(200))
    assert [request.headers.get("cookie") for request in asked] == [None, None, None, None, "a=1"]


def test_a_page_that_has_not_changed_is_not_read_for_where_it_leads() -> None:
    validators = Validators(A, NOON, '"x"')
    unchanged = Response(304, {"refresh": f"0; url={B}"})
    fetch, asked = converse(probe(A, validators=validators), unchanged)
    assert fetch.unchanged
    assert len(asked) == 1


# Wrappers

WRAPPER = url("https://www.google.com/url?q=https://b.example/")


def test_a_wrapper_is_not_asked_but_what_it_holds() -> None:
    fetch, asked = converse(probe(WRAPPER), Response(200))
    assert [request.url for request in asked] == [B]
    assert fetch == Fetch(WRAPPER, B, Response(200), (Hop(WRAPPER, None, Via.WRAPPER),))


def test_a_wrapper_on_the_way_is_taken_off_too() -> None:
    fetch, asked = converse(probe(A), to(str(WRAPPER), 302), to(str(C)), Response(200))
    assert [request.url for request in asked] == [A, B, C]
    assert [(hop.url, hop.status) for hop in fetch.hops] == [(A, 302), (WRAPPER, None), (B, 301)]


def test_wrappers_around_wrappers_are_a_hop_each_and_count() -> None:
    twice = url(f"https://href.li/?{WRAPPER}")
    fetch, asked = converse(probe(twice), Response(200))
    assert [hop.url for hop in fetch.hops] == [twice, WRAPPER]
    assert [request.url for request in asked] == [B]
    fetch, asked = converse(probe(twice, max_redirects=1))
    assert failure(fetch) is FailureKind.TOO_MANY_REDIRECTS
    assert asked == []


def test_a_page_for_consent_that_holds_where_we_came_from_is_the_end_of_the_way() -> None:
    maps = url("https://maps.example/x")
    consent = "https://consent.google.com/m?continue=https://maps.example/x&gl=DE"
    fetch, asked = converse(probe(maps), to(consent, 302), Response(200))
    assert [request.url for request in asked] == [maps, url(consent)]
    assert fetch.outcome == Response(200)
    fetch, asked = converse(probe(url(consent)), to(consent, 302), Response(200))
    assert [request.url for request in asked] == [maps, url(consent)]
    assert [hop.via for hop in fetch.hops] == [Via.WRAPPER, Via.HTTP]


def test_a_kept_copy_is_asked_as_it_is() -> None:
    copy = url("https://web.archive.org/web/2013/https://b.example/")
    _, asked = converse(probe(copy), Response(200))
    assert [request.url for request in asked] == [copy]


@pytest.mark.parametrize("host", ["ads.example", "www.ads.example"])
def test_what_must_not_be_asked_is_not_asked_for_being_wrapped(host: str) -> None:
    wrapper = url(f"https://href.li/?https://{host}/x")
    fetch, asked = converse(probe(wrapper, unaskable={"ads.example"}))
    assert failure(fetch) is FailureKind.INTERSTITIAL
    assert asked == []


def test_validators_go_to_what_a_wrapper_holds() -> None:
    _, asked = converse(probe(WRAPPER, validators=Validators(B, NOON, '"x"')), Response(304))
    assert asked[0].headers["if-none-match"] == '"x"'


def test_the_fragment_that_a_page_or_a_wrapper_names_is_where_the_way_ends() -> None:
    wrapper = url("https://www.google.com/url?q=https://b.example/%23part")
    assert converse(probe(wrapper), Response(200))[0].fragment == "part"
    fetch, _ = converse(probe(A), refreshed(f"{B}#there"), to(str(C)), Response(200))
    assert fetch.fragment == "there"

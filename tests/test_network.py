"""Was the network there, and did it tell the truth? In doubt it did."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import permutations
from random import Random
from types import MappingProxyType

import pytest
from fakes import look, state_of_looks, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import (
    Answer,
    Failure,
    FailureKind,
    Fetch,
    Hop,
    LinkState,
    Network,
    Observation,
    Response,
    Via,
)
from crawler.network import TROUBLE, Signs, page_sign, reached
from crawler.reasons import BY_CODE, REASONS
from crawler.urls import Url


def judged(
    looks: Iterable[Observation], known: Mapping[Url, LinkState] = MappingProxyType({})
) -> Network:
    signs = Signs()
    for each in looks:
        signs.take(each, known.get(each.url))
    return signs.network()


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
        assert judged([look(code, address=host) for code, host in order]) is network


@pytest.mark.parametrize("code", ANSWERS)
def test_any_answer_of_any_host_shows_that_the_network_is_up(code: str) -> None:
    silent = [look("timeout", address=A), look("dns-not-found", address=B)]
    assert judged(silent) is Network.DOWN
    assert judged([*silent, look(code)]) is Network.UP


def test_a_redirect_that_led_into_silence_was_an_answer() -> None:
    led = replace(look("timeout", address=A), hops=(Hop(url(A), 301),))
    assert judged([led, look("timeout", address=B)]) is Network.UP


def test_what_was_not_asked_shows_nothing() -> None:
    assert judged([look("ok", address=A, attempts=0)]) is Network.UP
    unasked = look("ok", address=A, attempts=0)
    assert judged([unasked, look("dns-failure", address=B)]) is Network.DOWN


def seen(
    address: str,
    code: str = "ok",
    status: int | None = 200,
    *,
    via: tuple[str, ...] = (),
    end: str | None = None,
    sign: int | None = None,
) -> Observation:
    """Make a look with what the network is judged by. `via`: hops after the first."""
    hops = tuple(Hop(url(each), 302) for each in (address, *via)) if end else ()
    last = url(end or address) if end or status else None
    return replace(
        look(code, address=address),
        status=status,
        final_url=last,
        hops=hops,
        reached=status is not None,
        page_sign=sign,
    )


PORTAL = "http://login.hotel.example/?from=1"
SITES = ["one", "two", "three", "four", "five", "six"]
HTTP = [f"http://{name}.example/" for name in SITES]
HTTPS = [f"https://{name}.example/" for name in SITES]


@given(
    st.lists(
        st.builds(
            look,
            st.sampled_from([reason.code for reason in REASONS]),
            address=st.sampled_from([A, B]),
            attempts=st.integers(0, 2),
        )
        | st.builds(
            seen,
            st.sampled_from([*HTTP, *HTTPS]),
            st.sampled_from(["ok", "tls-chain", "tls-hostname", "timeout", "private-address"]),
            st.sampled_from([None, 200, 404, 511]),
            end=st.sampled_from([None, None, PORTAL, HTTP[0], HTTPS[1]]),
            sign=st.sampled_from([None, 7]),
        ),
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_looks_does_not_matter(looks: list[Observation], random: Random) -> None:
    shuffled = list(looks)
    random.shuffle(shuffled)
    assert judged(shuffled) is judged(looks)


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
    assert judged(looks, known) is network
    assert judged(looks) is Network.UP


# Something answers in place of the sites


def portal(count: int, **given: str) -> list[Observation]:
    return [seen(address, "temporary", end=PORTAL) for address in HTTP[:count]] + [
        seen(address, given.get("https", "timeout"), None) for address in HTTPS[count:5]
    ]


@pytest.mark.parametrize("https", ["timeout", "connect", "tls-hostname", "tls-untrusted"])
def test_a_portal_is_where_everything_ends_and_https_is_shut(https: str) -> None:
    assert judged(portal(3, https=https)) is Network.CAPTIVE


def test_a_portal_that_puts_its_page_in_place_of_all_others() -> None:
    looks = [seen(address, sign=7) for address in HTTP[:5]]
    assert judged(looks) is Network.CAPTIVE
    assert judged([*looks, seen(HTTP[5], sign=8)]) is Network.UP


def test_a_portal_inside_the_local_network_needs_no_more_than_three() -> None:
    looks = [
        seen(address, "private-address", None, end="http://192.168.1.1/login") for address in HTTP
    ]
    assert judged(looks[:3]) is Network.CAPTIVE
    assert judged(looks[:2]) is Network.UP


def test_a_portal_that_says_what_it_is() -> None:
    for announced in (
        seen(HTTP[0], "server-error", 511),
        seen(HTTP[0], "server-error", 511, end="https://login.hotel.example/"),
        seen(HTTP[0], "server-error", 511, sign=7),
    ):
        assert judged([announced]) is Network.CAPTIVE
        assert judged([announced, seen(HTTPS[1])]) is Network.UP
    assert judged([seen(HTTPS[0], "server-error", 511)]) is Network.UP  # its own word


def test_a_portal_that_shows_its_own_certificate_to_all() -> None:
    looks = [seen(address, "tls-hostname", None) for address in HTTPS]
    assert judged(looks[:4]) is Network.UP
    assert judged(looks[:5]) is Network.CAPTIVE
    assert judged(looks) is Network.CAPTIVE
    assert judged([*looks, seen(HTTP[0], "not-found", 404)]) is Network.UP


@pytest.mark.parametrize(
    "honest",
    [
        seen(HTTPS[5]),
        seen(HTTPS[5], "not-found", 404),
        seen(HTTPS[5], "temporary", end=PORTAL),  # its certificate was good for the redirect
        seen(HTTP[5], "ok", 304),
        seen(HTTP[5], "not-found", 404),
        seen(HTTP[5], "temporary", end=HTTPS[5]),
        seen(HTTP[5], "timeout", None, end=HTTPS[5]),
        seen(HTTP[5], "temporary", end="http://elsewhere.example/"),
        seen("http://www.six.com/", "temporary", via=("https://six.com/",), end=PORTAL),
    ],
)
def test_one_site_that_answers_for_itself_shows_that_no_portal_stands_before_all(
    honest: Observation,
) -> None:
    looks = [*portal(3), *portal(5)]
    assert judged(looks) is Network.CAPTIVE
    assert judged([*looks, honest]) is Network.UP
    assert judged([honest, *looks]) is Network.UP


@pytest.mark.parametrize(
    "looks",
    [
        # Old sites that were bought by one, and nothing else in the document.
        [seen(address, "permanent", end="https://new.example/") for address in HTTP[:4]],
        # Dead names that are parked at one company, next to one that is living.
        [
            *(seen(address, "temporary", end="http://www.parked.com/") for address in HTTP),
            seen("http://living.com/", sign=1),
        ],
        # Shorteners that lead to one site.
        [
            seen(f"http://{host}/x", "temporary", end="http://mine.example/")
            for host in ("bit.ly", "tinyurl.com", "is.gd", "t.co", "goo.gl", "ow.ly")
        ],
        # The endings of one company, that all lead to its consent page.
        [
            seen(f"http://www.brand.{ending}/", "temporary", end="https://consent.company.com/")
            for ending in ("com", "de", "fr", "it", "es", "co.uk")
        ],
        # One site with many pages, all of which want a login elsewhere.
        [seen(f"{HTTP[0]}{page}", "temporary", end="https://login.example/") for page in range(9)],
        # One host, whose pages are all the same.
        [seen(f"{HTTP[0]}{page}", sign=1) for page in range(9)],
        # A site on plain http that moved to its other name.
        [seen("http://www.site.com/", "permanent", end="http://site.org/", sign=1)] * 9,
        # Three old sites that lead to one, next to one that is silent.
        [
            *(seen(address, "permanent", end="https://new.example/") for address in HTTP[:3]),
            seen(HTTPS[3], "timeout", None),
        ],
        # Three old sites that lead to one, next to some that do not even answer in the clear.
        [
            *(seen(address, "permanent", end="https://new.example/") for address in HTTP[:3]),
            *(seen(address, "timeout", None) for address in HTTP[3:]),
        ],
        # Names of the intranet.
        [seen(f"http://wiki{n}.corp.com/", "private-address", None) for n in range(9)],
    ],
)
def test_an_ordinary_document_is_no_portals(looks: list[Observation]) -> None:
    for some in (looks, looks[::-1], looks[:1], looks[1:]):
        assert judged(some) is Network.UP


# Somebody reads along


def test_certificates_that_are_all_of_unknown_issuers_are_the_networks() -> None:
    looks = [
        seen(HTTPS[0], "tls-chain", None),
        seen(HTTPS[1], "tls-untrusted", None),
        seen(HTTP[2], "tls-chain", None, end=HTTPS[2]),
    ]
    plain = seen(HTTP[4], sign=1)
    assert judged([*looks, plain]) is Network.INTERCEPTED
    assert judged([*looks, *looks]) is Network.INTERCEPTED
    assert judged(looks[:2]) is Network.UP


@pytest.mark.parametrize(
    "known",
    [
        seen(HTTPS[3]),
        seen(HTTPS[3], "forbidden", 403),
        seen(HTTP[3], "permanent", end="https://elsewhere.example/"),
        seen(HTTP[3], "timeout", None, via=("https://elsewhere.example/",), end=HTTP[4]),
        seen(HTTPS[3], "tls-expired", None),
        seen(HTTPS[3], "tls-hostname", None),
    ],
)
def test_one_known_issuer_shows_that_nobody_replaces_them_all(known: Observation) -> None:
    looks = [seen(address, "tls-chain", None) for address in HTTPS[:3]]
    assert judged([*looks, known]) is Network.UP
    assert judged([known, *looks]) is Network.UP


def test_one_owner_with_an_authority_of_his_own_is_not_the_network() -> None:
    looks = [
        seen(f"https://{name}.corp.com/", "tls-untrusted", None) for name in ("wiki", "git", "ci")
    ]
    assert judged(looks) is Network.UP


# What to ask the name server about, and when to believe


def signs_of(*looks: Observation) -> Signs:
    signs = Signs()
    for each in looks:
        signs.take(each)
    return signs


def test_names_of_several_owners_that_lead_to_one_place_are_doubtful() -> None:
    parked = [seen(address, "temporary", end="http://ads.isp.example/") for address in HTTP]
    living = seen(HTTPS[5])
    assert signs_of(*parked[:2], living).doubtful == ("one.example", "two.example")
    assert len(signs_of(*parked, living).doubtful) == 5  # enough to ask about
    assert signs_of(parked[0], living).doubtful == ()
    assert signs_of().doubtful == ()
    same = [seen(address, sign=7) for address in HTTP[:2]]
    assert signs_of(*same, living).doubtful == ("one.example", "two.example")
    inside = [seen(address, "private-address", None) for address in HTTP[:2]]
    assert signs_of(*inside, living).doubtful == ("one.example", "two.example")


def test_ends_are_remembered_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.network._MAX_ENDS", 1)
    looks = [seen(HTTP[0], sign=1), seen(HTTP[1], sign=2), seen(HTTP[2], sign=2)]
    assert signs_of(*looks).doubtful == ()
    assert signs_of(*looks, seen(HTTP[3], sign=1)).doubtful == ("four.example", "one.example")


@pytest.mark.parametrize(
    ("looks", "sure"),
    [
        ([], False),
        ([seen(HTTPS[0])], True),
        ([seen(HTTP[0], "not-found", 404)], True),
        ([seen(HTTP[0], sign=1)], False),
        ([seen(HTTP[0], sign=1), seen(HTTP[0], sign=2)], True),
        ([seen(HTTP[0], "temporary", end=PORTAL)], False),
        ([seen(HTTPS[0], "timeout", None)], False),
        ([seen(HTTPS[0], "tls-chain", None)], False),
        ([replace(seen(HTTPS[0]), attempts=0)], False),
    ],
)
def test_looks_are_believed_once_a_site_has_answered_for_itself(
    looks: list[Observation], *, sure: bool
) -> None:
    assert signs_of(*looks).sure is sure


@pytest.mark.parametrize(
    ("outcome", "effective", "signed"),
    [
        (Response(200, body=b"x"), HTTP[0], True),
        (Response(200, body=b""), HTTP[0], False),
        (Response(404, body=b"x"), HTTP[0], False),  # all servers of a kind say it alike
        (Response(200, body=b"x"), HTTPS[0], False),  # a certificate says more
        (Failure(FailureKind.TIMEOUT), HTTP[0], False),
    ],
)
def test_a_page_is_a_sign_where_nothing_else_shows_who_sent_it(
    outcome: Answer, effective: str, *, signed: bool
) -> None:
    fetch = Fetch(url(HTTP[0]), url(effective), outcome)
    assert (page_sign(fetch) is not None) is signed
    assert page_sign(fetch) == page_sign(fetch)


def test_every_trouble_has_a_sentence_with_a_cure() -> None:
    assert set(TROUBLE) == set(Network) - {Network.UP}
    assert all(sentence[-1] in ".?" for sentence in TROUBLE.values())


def test_hosts_of_which_one_page_is_silent_and_another_answers_are_not_lost() -> None:
    well = state_of_looks("ok")
    assert well is not None
    pages = [f"https://h{host}.example/{page}" for host in range(5) for page in range(2)]
    looks = [look("timeout" if page.endswith("1") else "ok", address=page) for page in pages]
    assert judged(looks, {url(page): well for page in pages}) is Network.UP


def test_a_wrapper_was_not_asked_and_shows_nothing_of_the_network() -> None:
    wrapper = Hop(url("https://www.google.com/url?q=https://a.example/"), None, Via.WRAPPER)
    silent = replace(
        look("connect", address=str(wrapper.url)),
        hops=(wrapper,),
        final_url=url("https://a.example/"),
    )
    assert silent.asked == url("https://a.example/")
    assert not reached(silent)
    answered = replace(silent, verdict=verdict_of("wrapped"), status=200, reached=True)
    signs = Signs()
    signs.take(answered)
    assert signs.sure  # by the certificate of what it holds, which is what was asked


def test_the_first_to_be_asked_is_the_link_itself_if_nothing_is_wrapped() -> None:
    plain = look()
    assert plain.asked == plain.url
    hops = (Hop(plain.url, 301), Hop(url("https://b.example/"), 302))
    assert replace(plain, hops=hops, final_url=url("https://c.example/")).asked == plain.url

"""Rules for pages that answer and are not the resource: each with what must and must not speak."""

import pytest
from fakes import NOON, evidence, url
from hypothesis import given
from hypothesis import strategies as st

from crawler.look import observe
from crawler.model import (
    Confidence,
    Failure,
    FailureKind,
    Fetch,
    Hop,
    Link,
    Outcome,
    PageFacts,
    Response,
    Verdict,
    Via,
)
from crawler.pages import bot_wall
from crawler.verdicts import judge

ASKED = "https://a.example/deep/page-7"
LINKS = "<a href=x>x</a>" * 9
LONG = "<p>" + "The workshop lies by the river. " * 120 + "</p>"
LONGER = LONG * 4


def judged(
    source: str | bytes = "",
    *,
    asked: str = ASKED,
    final: str = "",
    status: int = 200,
    hops: tuple[str, ...] = (),
    **headers: str,
) -> Verdict:
    """Judge an answer; it was led to `final`, over `hops`, if these are given."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = source.encode() if isinstance(source, str) else source
    response = Response(status, {"content-type": "text/html"} | named, body)
    passed = tuple(Hop(url(each), 302) for each in (asked, *hops)) if final else ()
    fetch = Fetch(url(asked), url(final or asked), response, passed)
    return observe(Link(url(asked)), fetch, None, None, NOON).verdict


def reason(
    source: str | bytes = "",
    *,
    asked: str = ASKED,
    final: str = "",
    status: int = 200,
    hops: tuple[str, ...] = (),
) -> str:
    return judged(source, asked=asked, final=final, status=status, hops=hops).reason


# Walls


@pytest.mark.parametrize("status", [200, 202, 403, 404, 429, 503])
@pytest.mark.parametrize(
    "source",
    [
        "<title>Just a moment...</title><p>Wait.",
        "<title>A</title><script>window._cf_chl_opt={}</script>",
        "<title>Security check</title><div class=cf-turnstile></div>",
    ],
)
def test_a_wall_is_one_with_any_status(source: str, status: int) -> None:
    hint = "turnstile" in source
    verdict = judged(source, status=status)
    if hint and status == 404:  # it may have a form with a captcha, and still be missing
        assert verdict.reason == "not-found"
    else:
        assert (verdict.outcome, verdict.reason) == (Outcome.BLOCKED, "bot-wall")


@pytest.mark.parametrize(
    "source",
    [
        f"<title>Just a moment...</title>{LONG}",
        f"<title>A</title>{LONG}<script>window._cf_chl_opt={{}}</script>",
        "<title>Contact</title><form><div class=g-recaptcha></div></form>",
        "<title>Security check</title><p>What we look for.",
        "<title>Access denied</title><p>A film.",
    ],
)
def test_what_only_speaks_of_walls_is_none(source: str) -> None:
    assert reason(source) == "ok"


def test_a_status_that_only_a_wall_uses() -> None:
    assert reason(status=999) == "bot-wall"
    assert reason(status=600) == "unusual-status"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(403, "bot-wall"), (429, "bot-wall"), (200, "ok"), (404, "not-found"), (503, "server-error")],
)
def test_a_vendors_header_counts_where_somebody_refuses(status: int, expected: str) -> None:
    assert judged("<title>T</title>", status=status, x_datadome="protected").reason == expected
    assert judged("<title>T</title>", status=status, server="AkamaiGHost").reason == expected


def test_a_header_of_all_pages_behind_a_network_is_no_sign() -> None:
    assert judged("<title>T</title>", status=403, server="cloudflare").reason == "forbidden"
    assert judged("<title>T</title>", status=404, cf_ray="1").reason == "not-found"


def test_being_led_to_a_wall() -> None:
    wall = "https://www.google.com/sorry/index?continue=x"
    assert reason(f"<title>T</title>{LINKS}", final=wall) == "bot-wall"
    assert reason(f"<title>T</title>{LINKS}", asked=wall) == "ok"
    moved = "https://www.google.com/sorry/index2"
    assert reason(f"<title>T</title>{LINKS}", asked=wall, final=moved) == "temporary"


# Parking


@pytest.mark.parametrize(
    ("asked", "final", "hops", "expected"),
    [
        (ASKED, "https://forsale.godaddy.com/x", (), "parked"),
        (ASKED, "http://www.sedoparking.com/", (), "parked"),
        ("http://kite.net/x", "https://www.hugedomains.com/p.cfm?d=kite.net", (), "parked"),
        ("http://kite.net/x", "https://www.hugedomains.com/p.cfm?d=kites.net", (), "temporary"),
        ("http://kite.net/x", "https://www.hugedomains.com/p.cfm?d=my-kite.net", (), "temporary"),
        (
            "https://bit.ly/x",
            "https://dan.com/buy-domain/Kite.net",
            ("http://kite.net/",),
            "parked",
        ),
        ("https://squadhelp.com/blog/a", "https://www.atom.com/blog/a", (), "temporary"),
        ("https://dan.com/a", "https://www.dan.com/buy-domain/dan.com", (), "temporary"),
        ("http://kite.net/x", "http://ww1.kite.net/x?usid=24", (), "parked"),
        ("http://kite.net/x", "http://ww1.kite.net/x?page=24", (), "temporary"),
        ("http://ww1.kite.net/x", "http://ww1.kite.net/y?usid=24", (), "temporary"),
        ("http://kite.net/x", "http://www.kite.net/y?usid=24", (), "temporary"),
    ],
)
def test_being_led_to_where_domains_are_parked(
    asked: str, final: str, hops: tuple[str, ...], expected: str
) -> None:
    source = f"<title>T</title>{LINKS}{LONG}"
    assert reason(source, asked=asked, final=final, hops=hops) == expected


def test_a_parking_page_under_the_domains_own_name() -> None:
    suspended = "https://a.example/cgi-sys/suspendedpage.cgi"
    assert reason("<title>T</title>", final=suspended) == "parked"
    assert reason(f"<title>T</title>{LONG}", final=suspended) == "temporary"
    assert (
        reason(
            "<title>T</title>", asked="http://a.example/lander", final="https://a.example/lander"
        )
        == "temporary"
    )


def test_a_parking_host_says_nothing_of_the_page_by_its_status() -> None:
    verdict = judged(status=503, final="https://forsale.godaddy.com/x")
    assert (verdict.outcome, verdict.reason) == (Outcome.BROKEN, "parked")
    assert verdict.confidence is Confidence.CERTAIN


@pytest.mark.parametrize(
    ("source", "asked", "expected"),
    [
        ('<html data-adblockkey="x"><title>T</title>', ASKED, "parked"),
        (f'<html data-adblockkey="x"><title>T</title>{LONG}', ASKED, "ok"),
        ("<title>kite.net is for sale</title>", "http://www.kite.net/x", "parked"),
        ("<title>Kite.net is for sale!</title>", "http://www.kite.net/", "parked"),
        ("<title>kite.net is for sale</title>", ASKED, "ok"),
        ("<title>Account Suspended</title>", ASKED, "parked"),
        (f"<title>Account Suspended</title>{LONG}", ASKED, "ok"),
        ("<title>Account suspended</title>", "https://a.example/help/account-suspended", "ok"),
        ("<title>A house is for sale</title>", ASKED, "ok"),
    ],
)
def test_what_a_parked_domain_shows(source: str, asked: str, expected: str) -> None:
    assert reason(source, asked=asked) == expected


# Object stores


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchBucket", "ContainerNotFound"])
@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_store_that_does_not_have_it(code: str, status: int) -> None:
    source = f"<?xml version='1.0'?>\n<Error xmlns='x'><Code>{code}</Code></Error>"
    assert judged(source, status=status, content_type="application/xml").reason == "not-found"


@pytest.mark.parametrize(
    ("source", "status", "expected"),
    [
        ("<Error><Code>AccessDenied</Code></Error>", 403, "forbidden"),
        ("<Error><Code>NoSuchKey</Code></Error>", 200, "ok"),
        ("<p>They say <Error><Code>NoSuchKey</Code></Error>", 403, "forbidden"),
        ("<Error><Code>NoSuchKeyOrSo</Code></Error>", 403, "forbidden"),
    ],
)
def test_a_store_that_refuses_or_has_it(source: str, status: int, expected: str) -> None:
    assert reason(source, status=status) == expected


# Logins


def test_being_led_to_a_login_page() -> None:
    verdict = judged("<title>Log in</title>", final="https://a.example/login?next=/deep/page-7")
    assert (verdict.outcome, verdict.reason) == (Outcome.BLOCKED, "login")
    assert 'HTTP 200; "Log in" at https://a.example/login' in verdict.detail


def test_a_login_page_that_was_asked_for() -> None:
    source = "<title>Log in</title>"
    assert reason(source, asked="https://a.example/login") == "ok"
    moved = "https://a.example/users/sign_in"
    assert reason(source, asked="https://a.example/login", final=moved) == "temporary"
    assert reason(source, final="https://a.example/docs/login") == "temporary"
    assert reason(source, final="https://a.example/login", status=404) == "not-found"


@pytest.mark.parametrize("start", ["https://bit.ly/x", "https://l.example/out?u=y"])
def test_behind_a_shortener_or_a_wrapper_the_address_that_they_hold_was_asked_for(
    start: str,
) -> None:
    via = Via.HTTP if "bit.ly" in start else Via.WRAPPER
    for final, source, expected in (
        ("https://a.example/login", "<title>Log in</title>", Outcome.REDIRECTED),
        ("https://a.example/wiki/HTTP_404", "<title>404</title>", Outcome.REDIRECTED),
        ("https://a.example/page", "<title>Page not found</title>", Outcome.BROKEN),
    ):
        hops = (Hop(url(start), 302, via),)
        answer = Response(200, {"content-type": "text/html"}, source.encode())
        fetch = Fetch(url(start), url(final), answer, hops)
        look = observe(Link(url(start)), fetch, None, None, NOON)
        assert look.verdict.outcome is expected


# Soft 404s


@pytest.mark.parametrize(
    "source",
    [
        # A title that says it, and a second sign
        "<title>Page not found | A</title>",
        f"<title>Page not found</title><meta name=robots content=noindex>{LONGER}",
        f"<title>Page not found</title><h1>Page not found</h1>{LONG}",
        f"<title>Page not found</title><link rel=canonical href=/other>{LONGER}",
        "<title>Page not found | News | A</title><p>Sorry",
        "<title>404 Not Found</title><center><h1>404 Not Found</h1></center>nginx",
        "<title>404 | A</title><p>The page you look for: page not found.",
        "<title>Not Found | A</title><p>The requested URL /deep/page-7 was not found here.",
        f"<title>404</title><meta name=robots content=noindex>{LONG}",
        "<meta property=og:title content='Page not found'>",
        # A heading that says it, under the site's title
        "<title>A</title><h1>Page not found</h1>",
        f"<title>A</title><meta name=robots content=noindex><h1>Page not found</h1>{LONG[:2500]}",
        "<title>A</title><h1>Error404</h1><p>Page not found",
        "<title>A</title><h1>Oops! 404</h1>",
        "<title>A</title><h1>Welcome</h1><h1>Page not found</h1>",
        # Hardly anything else
        "Page not found. Go home.",
        "<title>A</title>Page not found!",
    ],
)
def test_a_page_that_says_that_it_is_missing(source: str) -> None:
    verdict = judged(source)
    assert (verdict.outcome, verdict.reason) == (Outcome.BROKEN, "soft-404")
    assert verdict.confidence is Confidence.LIKELY


@pytest.mark.parametrize(
    "source",
    [
        f"<title>Page not found</title>{LONG}",
        f"<title>Page not found</title><link rel=canonical href=/deep/page-7/its-name>{LONG}",
        f"<title>Page not found</title><h1>Page not found</h1>{LONGER}",
        f"<title>Page not found: what now | Help</title>{LONG}",
        f"<title>Docker | Page not found | Questions</title><h1>Page not found</h1>{LONG}",
        "<title>404 | A</title><h1>404</h1><p>A bus to Keston.",
        f"<title>404 | A</title><h1>404</h1><p>page not found {LONG}",
        f"<title>404 | Bus | Lines | A</title><p>page not found {LONG[:900]}",
        "<title>Page not found | A</title><meta property=og:type content=music.song>",
        "<title>Page not found</title><meta property=article:published_time content=2021-01-01>",
        "<title>404 Media</title>",
        "<title>A</title><h1>How to design a 404 page</h1>",
        f"<title>A</title><h1>Page not found</h1>{LONG}",
        "<title>A</title><h1>404</h1><p>Richmond to Keston.",
        "<title>A</title><p>Page not found is what people read " + "again and " * 20,
        "<title>Gone</title>",
    ],
)
def test_a_page_that_is_only_about_it(source: str) -> None:
    assert reason(source) == "ok"


@pytest.mark.parametrize(
    "asked",
    [
        "https://a.example/wiki/HTTP_404",
        "https://a.example/blog/page-not-found",
        "https://a.example/errors/x",
        "https://404.example.org/x",
        "https://a.example/?s=not+found",
    ],
)
def test_an_address_that_speaks_of_it_is_believed(asked: str) -> None:
    assert reason("<title>Page not found</title><h1>404</h1>", asked=asked) == "ok"


def test_an_address_in_another_language_that_speaks_of_it_is_believed() -> None:
    source = "<title>Página no encontrada</title><h1>Página no encontrada</h1>"
    assert reason(source, asked="https://a.example/pagina-no-encontrada") == "ok"
    assert reason(source) == "soft-404"


@pytest.mark.parametrize(
    ("final", "expected"),
    [
        ("https://a.example/404.html", "soft-404"),
        ("https://a.example/page-not-found?from=x", "soft-404"),
        ("https://a.example/blog/404-pages-that-sell", "temporary"),
        ("https://a.example/other", "temporary"),
    ],
)
def test_being_led_to_an_error_page(final: str, expected: str) -> None:
    assert reason(f"<title>A</title>{LINKS}{LONG}", final=final) == expected


def test_an_error_page_that_was_asked_for() -> None:
    source = f"<title>A</title>{LINKS}"
    assert (
        reason(source, asked="https://a.example/404", final="https://a.example/404/") == "temporary"
    )


def test_a_page_that_has_not_changed_is_what_it_was() -> None:
    asked = url(ASKED)
    fetch = Fetch(asked, asked, Response(304), unchanged=True)
    facts = PageFacts(title="Page not found", titles=(("html", "Page not found"),))
    assert judge(evidence(Response(304), fetch=fetch, facts=facts)).reason == "ok"


def test_the_name_of_a_file_is_no_title() -> None:
    name = 'attachment; filename="404"'
    got = judged(b"%PDF", content_type="application/pdf", content_disposition=name)
    assert got.reason == "ok"


# Placeholders


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<title>Welcome to nginx!</title><h1>Welcome to nginx!</h1>", "placeholder"),
        (f"<title>Apache2 Ubuntu Default Page: It works</title>{LONG}", "placeholder"),
        ("<h1>It works!</h1>", "placeholder"),
        (f"<title>Welcome to nginx!</title>{LONGER}", "ok"),
        ("<title>Our pump</title><h1>It works!</h1>", "ok"),
        ("<title>Index of /</title>", "ok"),
        ("<title>Coming soon</title>", "ok"),
    ],
)
def test_a_servers_own_first_page(source: str, expected: str) -> None:
    assert reason(source) == expected


def test_a_text_about_a_servers_first_page() -> None:
    asked = "https://a.example/blog/welcome-to-nginx"
    assert reason("<title>Welcome to nginx!</title>", asked=asked) == "ok"


# All of them


def test_the_details_of_a_page_are_told() -> None:
    detail = judged("<title>Page not found</title>", final="https://a.example/404").detail
    assert detail.endswith('(HTTP 200; "Page not found" at https://a.example/404)')
    assert judged("Page not found.").detail.endswith("(HTTP 200)")


def test_without_an_answer_there_is_no_page() -> None:
    with pytest.raises(TypeError, match="comes first"):
        bot_wall(evidence(Failure(FailureKind.CONNECT)))


PIECES = (
    "<title>", "</title>", "<h1>", "404", "Page not found", " | ", "<link rel=canonical href='",
    "<meta property=og:title content='", "'>", "//[", "Just a moment...", "{domain}", "a.example",
    " is for sale",
    "<html data-adblockkey=", "\0", "\ud7ff", "it works", "<script>", "-", "_cf_chl_opt",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)), st.sampled_from([200, 202, 304, 403, 404, 503, 999]))
def test_no_heap_of_signs_raises(pieces: list[str], status: int) -> None:
    reason("".join(pieces), status=status)
    reason("".join(pieces), status=status, final="https://b.example/lander?usid=1")


@given(st.binary(), st.text(), st.text())
def test_no_bytes_and_no_addresses_raise(body: bytes, path: str, other: str) -> None:
    asked, final = url("https://a.example/"), url("https://b.example/")
    asked = type(asked)("https", "a.example", f"/{path}")
    final = type(final)("https", "b.example", f"/{other}")
    response = Response(200, {"content-type": "text/html"}, body)
    observe(Link(asked), Fetch(asked, final, response, (Hop(asked, 301),)), None, None, NOON)

"""Advice: what is told to the author of a link that moved, or that hides behind a shortener."""

from dataclasses import replace

import pytest
from fakes import NOON, evidence, url, verdict_of

from crawler import wrappers as unwrapping
from crawler.advice import (
    ADVISORS,
    advise,
    amp,
    archived,
    empty,
    home,
    moved,
    parameters,
    shorteners,
    truncated,
    wrappers,
)
from crawler.look import observe
from crawler.model import (
    Answer,
    Evidence,
    Failure,
    FailureKind,
    Fetch,
    Finding,
    Hop,
    Link,
    PageFacts,
    Response,
    Says,
    Severity,
    Via,
)
from crawler.model import Testimony as Told  # pytest takes what begins with `Test` for a test
from crawler.tables import shorteners as table
from crawler.verdicts import judge

pytestmark = pytest.mark.usefixtures("all_said_in_every_language")


def led(old: str, new: str, *statuses: int, outcome: Answer | None = None) -> Evidence:
    """Evidence of a link that redirects with these statuses led to another address."""
    hops = tuple(Hop(url(old), status) for status in statuses)
    answer = outcome or Response(200)
    return evidence(answer, asked=old, fetch=Fetch(url(old), url(new), answer, hops))


def told(old: str, new: str, *statuses: int, outcome: Answer | None = None) -> tuple[Finding, ...]:
    seen = led(old, new, *(statuses or (301,)), outcome=outcome)
    return advise(seen, judge(seen))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("http://a.example/x", "https://a.example/x", "https-upgrade"),
        ("http://a.example/", "https://a.example/", "https-upgrade"),
        ("https://a.example/x", "https://www.a.example/x", "www"),
        ("http://www.a.example/x", "https://a.example/x", "www"),
        ("https://a.example/x", "https://a.example/x/", "slash"),
        ("http://www.a.example/x/", "https://a.example/x", "slash"),
        ("https://a.example/X", "https://a.example/x", "case"),
        ("https://a.example.org/x", "https://a.example.org/y", "renamed"),
        ("https://docs.example.org/x", "https://example.org/docs/x", "renamed"),
        ("https://a.example:8080/x", "https://a.example/x", "renamed"),
        ("https://a.example/x", "https://b.test/x", "moved"),
        ("https://ann.github.io/x", "https://bob.github.io/x", "moved"),
        ("https://a.co.uk/x", "https://b.co.uk/x", "moved"),
    ],
)
@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_move_is_proposed_by_its_kind(
    old: str, new: str, kind: str, status: int
) -> None:
    assert moved.kind_of_move(url(old), url(new)) == kind
    (finding,) = told(old, new, status)
    assert (finding.name, finding.severity) == ("moved", Severity.ADVICE)
    assert finding.replacement == new
    assert finding.message == f"Moved for good: {moved.CHANGED[kind]}."


def test_a_new_address_is_proposed_without_what_tracks() -> None:
    old, new = "https://a.example/x", "https://www.a.example/x?utm_source=old"
    assert [finding.replacement for finding in told(old, new)] == ["https://www.a.example/x"]
    assert told(old, f"{old}?utm_source=old") == ()


def test_a_new_address_has_the_place_that_a_redirect_names() -> None:
    old, new = "https://a.example/x", "https://a.example/all"
    fetch = Fetch(url(old), url(new), Response(200), (Hop(url(old), 301),), fragment="x")
    seen = evidence(Response(200), asked=old, fetch=fetch)
    assert [finding.replacement for finding in advise(seen, judge(seen))] == [f"{new}#x"]
    short = replace(fetch, url=url("https://bit.ly/x"), hops=(Hop(url("https://bit.ly/x"), 301),))
    seen = evidence(Response(200), asked="https://bit.ly/x", fetch=short)
    assert [finding.replacement for finding in advise(seen, judge(seen))] == [f"{new}#x"]


@pytest.mark.parametrize(
    "target", ["/x;jsessionid=1A2B", "/x?PHPSESSID=1a2b", "/y?a=b&sessionid=1"]
)
def test_an_address_for_one_visitor_is_not_proposed(target: str) -> None:
    assert told("https://a.example/x", f"https://a.example{target}") == ()


@pytest.mark.parametrize("statuses", [(302,), (303,), (307,), (301, 302), (302, 301), (308, 307)])
def test_one_temporary_hop_forbids_to_propose_the_end(statuses: tuple[int, ...]) -> None:
    assert told("http://a.example/x", "https://a.example/x", *statuses) == ()


def test_a_chain_of_permanent_hops_is_proposed_by_its_end() -> None:
    (finding,) = told("http://a.example/x", "https://c.test/y", 301, 308, 301)
    assert finding.replacement == "https://c.test/y"


@pytest.mark.parametrize(
    "outcome", [Response(404), Response(403), Response(500), Failure(FailureKind.TIMEOUT)]
)
def test_a_move_to_a_page_that_is_not_there_is_not_proposed(outcome: Answer) -> None:
    assert told("https://a.example/x", "https://a.example/y", outcome=outcome) == ()


def test_without_a_redirect_there_is_nothing_to_tell() -> None:
    seen = evidence(Response(200))
    assert advise(seen, judge(seen)) == ()


@pytest.mark.parametrize(
    "new",
    [
        "https://a.example/", "https://a.example/en", "https://a.example/en/",
        "https://a.example/pt-BR/", "https://a.example/index.php", "https://a.example/de/home",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_deep_link_sent_to_the_front_page_is_a_warning_without_a_cure(
    new: str, status: int
) -> None:
    (finding,) = told("https://a.example/x/page", new, status)
    assert (finding.name, finding.severity) == ("sent-home", Severity.WARNING)
    assert finding.replacement is None


@pytest.mark.parametrize("new", ["https://b.test/", "https://b.test/DE_de"])
@pytest.mark.parametrize("status", [301, 302])
def test_a_deep_link_sent_to_another_sites_front_page_is_another_warning(
    new: str, status: int
) -> None:
    (finding,) = told("https://a.example/x/page", new, status)
    assert (finding.name, finding.severity) == ("site-moved", Severity.WARNING)
    assert "b.test" in finding.message
    assert finding.replacement is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://a.example/", "https://a.example/en/"),
        ("https://a.example/?p=12", "https://a.example/en/"),
        ("https://a.example/x", "https://a.example/?p=12"),
        ("https://a.example/login", "https://a.example/"),
        ("https://bit.ly/x", "https://b.test/"),
        ("https://a.example/x", "https://a.example/y"),
    ],
)
def test_who_is_not_sent_home(old: str, new: str) -> None:
    assert not {"sent-home", "site-moved"} & {each.name for each in told(old, new, 302)}


def test_what_a_witness_knows_to_be_there_is_not_sent_home() -> None:
    seen = led("https://a.example/x", "https://a.example/", 302)
    witnesses = {says: Told(says, "Ann", "thing", url("https://b.example/")) for says in Says}
    assert {
        says: [each.name for each in home.advise(_told_by(seen, told), judge(seen))]
        for says, told in witnesses.items()
        if says in (Says.THERE, Says.UNKNOWN)
    } == {Says.THERE: [], Says.UNKNOWN: ["sent-home"]}


def _told_by(seen: Evidence, testimony: Told) -> Evidence:
    return replace(seen, fetch=replace(seen.fetch, testimony=testimony))


def test_what_a_wrapper_leads_to_is_its_business() -> None:
    old, new = "https://a.example/out?u=b", "https://b.test/"
    hops = (Hop(url(old), None, Via.WRAPPER),)
    seen = evidence(Response(200), fetch=Fetch(url(old), url(new), Response(200), hops))
    assert not list(home.advise(seen, verdict_of("temporary")))


def test_a_page_that_is_not_there_is_not_at_home() -> None:
    assert not told("https://a.example/x", "https://a.example/", outcome=Response(500))


HTML = {"content-type": "text/html"}


def findings_of(source: bytes, status: int = 200, kind: str = "text/html") -> set[str]:
    response = Response(status, {"content-type": kind}, source)
    asked = url("https://a.example/page")
    look = observe(Link(asked), Fetch(asked, asked, response), None, None, NOON)
    return {finding.name for finding in look.findings}


@pytest.mark.parametrize(
    "source",
    [b"", b" ", b"<html><head></head><body></body></html>", b"<body>-</body>", b"<!-- a -->"],
)
def test_a_page_that_shows_nothing_is_empty(source: bytes) -> None:
    assert findings_of(source) == {"empty"}


@pytest.mark.parametrize(
    "source",
    [
        b"<title>T</title>",
        b"<h1>H</h1>",
        b"<p>" + b"Flour and water. " * 4,
        b"<img src=a.png>",
        b"<a href=a.whl>a.whl</a>",
        b"<frameset><frame src=a></frameset>",
        b"<script src=a.js></script>",
        b"<body>" + b"<a href=x>x</a>" * 9 + b"<title>T</title>",
    ],
)
def test_a_page_that_shows_something_is_not(source: bytes) -> None:
    assert findings_of(source) == set()


def test_only_whole_pages_that_are_there_are_empty() -> None:
    assert findings_of(b"", status=404) == set()
    assert findings_of(b"", kind="application/pdf") == set()
    cut = Response(200, HTML, b"", truncated=True)
    seen = evidence(cut, facts=PageFacts("text/html"))
    assert not list(empty.advise(seen, verdict_of("ok")))
    asked = url("https://a.example/page")
    unchanged = Fetch(asked, asked, Response(304, HTML), unchanged=True)
    seen = evidence(Response(304), fetch=unchanged, facts=PageFacts("text/html"))
    assert not list(empty.advise(seen, verdict_of("ok")))
    nobody = Failure(FailureKind.TIMEOUT)
    assert not list(empty.advise(evidence(nobody, facts=PageFacts("text/html")), verdict_of("ok")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://a.example/", "https://a.example/en/"),
        ("https://a.example/", "https://a.example/welcome"),
        ("https://a.example/en", "https://a.example/de/home"),
        ("https://a.example/", "https://shop.a.example/"),
    ],
)
def test_where_a_front_page_leads_within_its_site_is_the_sites_affair(old: str, new: str) -> None:
    assert told(old.replace("example", "example.org"), new.replace("example", "example.org")) == ()


@pytest.mark.parametrize("page", ["/ok", "/x", "/en/page", "/english", "/en-latn"])
def test_a_short_path_that_is_no_language_is_a_page(page: str) -> None:
    (finding,) = told("https://a.example/old", f"https://a.example{page}")
    assert finding.name == "moved"
    (finding,) = told(f"https://a.example{page}", "https://a.example/new")
    assert finding.name == "moved"


def test_a_front_page_that_left_for_another_site_is_proposed() -> None:
    (finding,) = told("https://a.example/", "https://b.test/")
    assert finding.replacement == "https://b.test/"


@pytest.mark.parametrize(
    "target",
    [
        "/login", "/login?next=/x", "/log-in", "/Login.aspx", "/user/log_in/", "/signin",
        "/sign-in/", "/accounts/login/", "/account/sign_in", "/sso", "/oauth2?x", "/oauth/begin",
        "/consent", "/consent?continue=/x", "/404", "/404.html", "/error-404", "/404page/x",
        "/notfound", "/page-not-found", "/NotFound.aspx", "/en/not-found?from=/x",
    ],
)  # fmt: skip
def test_a_login_a_consent_or_an_error_page_is_no_new_address(target: str) -> None:
    assert told("https://a.example/x", f"https://a.example{target}") == ()


@pytest.mark.parametrize(
    "target",
    ["/blogin", "/loginfo", "/consents-law", "/ssomething", "/y?404", "/y?to=/login", "/i/14042"],
)
def test_a_page_that_only_sounds_alike_is_proposed(target: str) -> None:
    (finding,) = told("https://a.example/x", f"https://a.example{target}")
    assert finding.name == "moved"


@pytest.mark.parametrize(
    "host",
    [
        "doi.org", "dx.doi.org", "hdl.handle.net", "purl.org", "w3id.org", "n2t.net",
        "identifiers.org", "web.archive.org", "archive.ph", "archive.today", "archive.is",
        "arquivo.pt", "perma.cc",
    ],
)  # fmt: skip
def test_an_identifier_made_to_last_is_never_to_be_replaced(host: str) -> None:
    assert not [
        finding
        for finding in told(f"https://{host}/10.1000/1", "https://publisher.example/article")
        if finding.name == "moved"
    ]


def test_a_move_to_a_lasting_identifier_is_proposed() -> None:
    (finding,) = told("https://a.example/x", "https://doi.org/10.1000/1")
    assert finding.replacement == "https://doi.org/10.1000/1"


@pytest.mark.parametrize("statuses", [(301,), (302,), (301, 307)])
def test_a_shortener_is_named_with_the_target_that_was_seen(statuses: tuple[int, ...]) -> None:
    target = "https://a.example/page"
    (finding,) = told("https://bit.ly/abc", target, *statuses)
    assert (finding.name, finding.severity) == ("shortener", Severity.ADVICE)
    assert finding.replacement == target
    assert "bit.ly" in finding.message


@pytest.mark.parametrize("new", ["https://bit.ly/abc", "https://bit.ly/"])
def test_a_shortener_that_leads_to_itself_shows_no_target(new: str) -> None:
    assert told("http://bit.ly/abc", new) == ()


@pytest.mark.parametrize("outcome", [Response(404), Response(403), Failure(FailureKind.TIMEOUT)])
def test_a_target_that_does_not_answer_is_not_proposed(outcome: Answer) -> None:
    assert told("https://bit.ly/abc", "https://a.example/page", outcome=outcome) == ()


@pytest.mark.parametrize("host", ["adf.ly", "adfoc.us"])
def test_a_shortener_behind_advertising_is_a_warning_be_it_alive_or_dead(host: str) -> None:
    seen = evidence(Failure(FailureKind.INTERSTITIAL), asked=f"https://{host}/abc")
    (finding,) = advise(seen, judge(seen))
    assert (finding.name, finding.severity) == ("shortener", Severity.WARNING)
    assert finding.message.startswith(f"{host} hides its target behind advertising")
    assert finding.replacement is None


@pytest.mark.parametrize("outcome", [Failure(FailureKind.DNS_NOT_FOUND), Response(404)])
def test_a_shortener_that_has_closed_is_a_warning(outcome: Answer) -> None:
    assert table()["1.usa.gov"].status == "dead"
    seen = evidence(outcome, asked="https://1.usa.gov/abc")
    (finding,) = shorteners.advise(seen, judge(seen))
    assert finding.severity is Severity.WARNING
    assert "1.usa.gov was a shortener and has closed" in finding.message


def test_what_answers_in_place_of_a_closed_shortener_is_named_and_not_proposed() -> None:
    """The name may be another's by now."""
    (finding,) = told("https://1.usa.gov/abc", "https://www.nasa.example/x")
    assert finding.replacement is None
    assert finding.severity is Severity.WARNING
    assert "https://www.nasa.example/x" in finding.message


def test_a_host_that_is_no_shortener_is_not_named() -> None:
    seen = led("https://a.example/abc", "https://b.test/page", 302)
    assert list(shorteners.advise(seen, judge(seen))) == []


def test_all_advisors_are_asked_in_their_order() -> None:
    family = (
        archived, moved, home, shorteners, wrappers, amp, parameters, truncated, empty,
    )  # fmt: skip
    assert tuple(member.advise for member in family) == ADVISORS
    seen = led("https://a.example/x", "https://a.example/y", 301)
    each = [finding for advisor in ADVISORS for finding in advisor(seen, judge(seen))]
    assert advise(seen, judge(seen)) == tuple(each) != ()


@pytest.mark.parametrize(("is_cut", "said"), [(True, ["truncated"]), (False, [])])
def test_a_page_of_which_only_a_part_was_read_is_named(is_cut: bool, said: list[str]) -> None:
    seen = evidence(Response(200, body=b"12345", truncated=is_cut))
    found = list(truncated.advise(seen, judge(seen)))
    assert [finding.name for finding in found] == said
    assert all("first 5 bytes" in finding.message for finding in found)


def test_nobody_is_told_to_go_back_to_http() -> None:
    seen = led("https://a.example/x", "http://a.example/x", 301)
    assert list(moved.advise(seen, judge(seen))) == []


@pytest.mark.parametrize("since", ["2024-01-02", "2024-01-02T03:04:05Z"])
def test_an_archived_repository_is_named_with_its_day(since: str) -> None:
    seen = replace(evidence(Response(200)), facts=PageFacts(archived=since))
    message = "The repository was archived on 2024-01-02: nobody maintains it."
    assert advise(seen, judge(seen)) == (Finding("archived", Severity.ADVICE, message),)


def test_a_repository_that_is_alive_or_gone_is_not_called_archived() -> None:
    seen = evidence(Response(200))
    assert list(archived.advise(seen, judge(seen))) == []
    gone = replace(evidence(Response(404)), facts=PageFacts(archived="2024-01-02"))
    assert list(archived.advise(gone, judge(gone))) == []


def test_of_a_pdf_nothing_is_said_to_be_cut() -> None:
    response = Response(200, {"content-type": "application/pdf"}, b"%PDF", truncated=True)
    assert list(truncated.advise(evidence(response), judge(evidence(response)))) == []


# Shorteners that are more, or less, than that


@pytest.mark.parametrize(
    "host", ["doi.org", "w3id.org", "n2t.net", "archive.ph", "t.me", "wa.me", "discord.gg"]
)
def test_what_is_made_to_last_or_has_pages_of_its_own_is_no_shortener(host: str) -> None:
    assert told(f"https://{host}/10.1000/1", "https://publisher.example/article", 302) == ()


def test_a_link_that_leads_each_reader_elsewhere_shows_no_target() -> None:
    (finding,) = told("https://geni.us/abc", "https://shop.example/x", 302)
    assert (finding.name, finding.replacement) == ("shortener", None)


@pytest.mark.parametrize(
    "end",
    [
        "https://consent.shop.example/m?x", "https://accounts.shop.example/", "https://a.example/login",
        "https://www.facebook.com/checkpoint/x", "https://a.example/error", "https://a.example/404.html",
    ],
)  # fmt: skip
def test_nobody_has_shortened_a_login_or_an_error(end: str) -> None:
    assert told("https://fb.me/abc", end, 302) == ()


def test_the_target_of_a_shortener_is_proposed_without_what_tracks() -> None:
    (finding,) = told("https://bit.ly/a", "https://b.example/?id=1&utm_source=x&tag=me#x", 301)
    assert finding.replacement == "https://b.example/?id=1&tag=me"


def test_what_looks_like_a_shortener_is_said_once_and_not_called_moved() -> None:
    (finding,) = told("https://abc.io/aB3dE", "https://other.example/page", 301)
    assert (finding.name, finding.replacement) == ("shortener", "https://other.example/page")
    assert "looks like" in finding.message
    assert told("https://abc.io/aB3dE", "https://other.example/login", 302) == ()
    assert told("https://abc.io/aB3dE", "https://other.example/x", 302, outcome=Response(404)) == ()


# Wrappers


def wrapped(
    link: str, outcome: Answer | None = None, canonical: str | None = None
) -> tuple[Finding, ...]:
    """What is told of a wrapper whose target gave this answer."""
    answer = outcome or Response(200)
    held = list(unwrapping.layers(url(link)))
    hops = [Hop(each, None, Via.WRAPPER) for each in [url(link), *(layer.url for layer in held)]]
    end = hops.pop().url
    fetch = Fetch(url(link), end, answer, tuple(hops))
    facts = PageFacts(canonical_url=canonical)
    seen = evidence(answer, asked=link, fetch=fetch, facts=facts)
    return advise(seen, judge(seen))


@pytest.mark.parametrize(
    ("link", "name", "replacement"),
    [
        ("https://www.google.com/url?q=https://b.example/x", "wrapper", "https://b.example/x"),
        ("https://www.google.com/url?q=https://b.example/x%23y", "wrapper", "https://b.example/x#y"),
        (
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fb.example%2F%3Fid%3D1%26fbclid%3D2",
            "wrapper",
            "https://b.example/?id=1",
        ),
        (
            "https://href.li/?https://www.google.com/url?q=https://b.example/",
            "wrapper",
            "https://b.example/",
        ),
        ("https://consent.google.com/m?continue=https://b.example/", "wrapper", "https://b.example/"),
        ("https://go.skimresources.com/?url=https://b.example/", "affiliate", "https://b.example/"),
        ("https://www.google.com/amp/s/b.example/amp", "wrapper", "https://b.example/amp"),
        ("https://b-example.translate.goog/x?_x_tr_sl=en", "translation", None),
    ],
)  # fmt: skip
def test_a_wrapper_is_named_with_what_it_holds(
    link: str, name: str, replacement: str | None
) -> None:
    (finding,) = wrapped(link)
    assert (finding.name, finding.replacement) == (name, replacement)
    assert finding.severity is Severity.ADVICE
    (finding,) = wrapped(link, Response(403))  # not for us: it may well be there
    assert (finding.name, finding.replacement) == (name, replacement)


@pytest.mark.parametrize("outcome", [Response(404), Failure(FailureKind.PRIVATE_ADDRESS)])
def test_what_a_wrapper_holds_is_not_proposed_if_it_is_not_there(outcome: Answer) -> None:
    assert wrapped("https://www.google.com/url?q=https://b.example/x", outcome) == ()


@pytest.mark.parametrize(
    ("canonical", "replacement"),
    [
        ("https://www.b.example.org/page", "https://www.b.example.org/page"),
        ("https://other.test/page", "https://b.example.org/amp"),
        ("nonsense", "https://b.example.org/amp"),
        (None, "https://b.example.org/amp"),
    ],
)
def test_of_a_copy_for_phones_the_page_itself_is_proposed(
    canonical: str | None, replacement: str
) -> None:
    link = "https://www.google.com/amp/s/b.example.org/amp"
    (finding,) = wrapped(link, canonical=canonical)
    assert finding.replacement == replacement
    (finding,) = wrapped(link, Response(403), canonical)
    assert finding.replacement == "https://b.example.org/amp"


def test_a_wrapper_of_a_page_that_has_moved_is_a_wrapper() -> None:
    link, held, end = (
        url("https://www.google.com/url?q=https://b.example/x"),
        url("https://b.example/x"),
        url("https://b.example/y"),
    )
    fetch = Fetch(link, end, Response(200), (Hop(link, None, Via.WRAPPER), Hop(held, 301)))
    seen = evidence(Response(200), asked=str(link), fetch=fetch)
    assert judge(seen).reason == "permanent"
    assert [finding.name for finding in advise(seen, judge(seen))] == ["wrapper"]


def test_a_wrapper_around_advertising_proposes_no_advertising() -> None:
    (finding,) = wrapped("https://href.li/?https://ouo.io/x", Failure(FailureKind.INTERSTITIAL))
    assert (finding.name, finding.severity) == ("shortener", Severity.WARNING)
    assert finding.message.startswith("ouo.io hides its target behind advertising")


def test_a_copy_that_an_archive_keeps_is_named_and_never_replaced() -> None:
    for archive in ("https://web.archive.org/web", "https://wayback.archive-it.org/all"):
        copy = f"{archive}/2013/https://b.example/x?utm_source=y"
        (finding,) = told(copy, f"{archive}/20130101/https://b.example/x", 301)
        assert (finding.name, finding.replacement) == ("kept-copy", None)
        assert "https://b.example/x" in finding.message


# Parameters


def plain(link: str, outcome: Answer | None = None) -> list[tuple[str, str | None]]:
    seen = evidence(outcome or Response(200), asked=link)
    return [(finding.name, finding.replacement) for finding in advise(seen, judge(seen))]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://b.example/?utm_source=x", [("tracking", "https://b.example/")]),
        ("https://b.example/?id=1&utm_source=x&y=2", [("tracking", "https://b.example/?id=1&y=2")]),
        ("https://www.amazon.de/dp/1?tag=me", [("affiliate", "https://www.amazon.de/dp/1")]),
        (
            "https://www.amazon.de/dp/1?tag=me&qid=2",
            [
                ("tracking", "https://www.amazon.de/dp/1?tag=me"),
                ("affiliate", "https://www.amazon.de/dp/1?qid=2"),
            ],
        ),
        ("https://b.example/?id=1", []),
        ("https://b.example/utm_source=x", []),
        ("https://bit.ly/x?utm_source=y", []),
        (
            "https://web.archive.org/web/2013/https://b.example/?utm_source=x",
            [("kept-copy", None)],
        ),
    ],
)  # fmt: skip
def test_parameters_that_say_nothing_of_the_page_are_named(
    link: str, said: list[tuple[str, str | None]]
) -> None:
    assert plain(link) == said
    assert plain(link, Response(404)) == [each for each in said if each[0] == "kept-copy"]


def test_strangers_names_of_parameters_are_kept_short() -> None:
    seen = evidence(Response(200), asked=f"https://b.example/?utm_{'x' * 500}=1&utm_%1b%5b31m=2")
    (finding,) = parameters.advise(seen, judge(seen))
    assert len(finding.message) < 150
    assert "\x1b" not in finding.message


# Versions for phones


OWN = "https://a.example.org/x"


@pytest.mark.parametrize(
    ("asked", "source", "found"),
    [
        ("https://a.example.org/amp/x", "<html>", OWN),
        ("https://amp.a.example.org/x", "<html>", OWN),
        ("https://a.example.org/m/x", "<html amp lang=en>", OWN),
        ("https://a.example.org/m/x", "<!doctype html><html \u26a1>", OWN),
        ("https://a.example.org/m/x", "<html class=amp>", None),
        ("https://a.example.org/x", "<html amp>", None),
        ("https://b.example/amp/x", "<html amp>", None),
    ],
)
def test_a_version_for_phones_names_its_page(asked: str, source: str, found: str | None) -> None:
    text = f"{source}<head><title>A</title><link rel=canonical href={OWN}></head><p>text"
    page = Response(200, {"content-type": "text/html; charset=utf-8"}, text.encode())
    look = observe(Link(url(asked)), Fetch(url(asked), url(asked), page), None, None, NOON)
    told = [each.replacement for each in look.findings if each.name == "amp"]
    assert told == ([found] if found else [])


@pytest.mark.parametrize(
    ("code", "canonical"),
    [
        ("not-found", OWN),
        ("ok", None),
        ("ok", "https://a.example.org/"),
        ("ok", "http://a.example.org/x"),
        ("ok", "https://a.example.org/x?amp=1"),
        ("ok", "mailto:x"),
    ],
)
def test_what_names_no_page_is_no_version(code: str, canonical: str | None) -> None:
    facts = PageFacts("text/html", canonical_url=canonical)
    seen = evidence(Response(200), asked="https://a.example.org/amp/x", facts=facts)
    assert not list(amp.advise(seen, verdict_of(code)))

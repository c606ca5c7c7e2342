"""What `crawl fix` proposes for URLs, and what it refuses and why."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes import NOON, converse, occurrence, to, url, verdict_of
from hypothesis import given
from hypothesis import strategies as st

from crawler.archiving import ArchivedCopy, Basis, Came, Errand
from crawler.assemble import assemble
from crawler.corrections import Correction, Plan, Refusal, Repair
from crawler.look import observe
from crawler.mending import End, Memory
from crawler.model import (
    Answer,
    Failure,
    FailureKind,
    Finding,
    Health,
    Link,
    LinkState,
    Observation,
    Place,
    Response,
    Row,
    Run,
    Severity,
    Via,
)
from crawler.parameters import untracked
from crawler.planning import SAFE, decided, planned, questions
from crawler.probe import probe
from crawler.relinking import Anchored, Renamed, Renaming
from crawler.tables import advertising_hosts
from crawler.urls import Rejected, Rejection, Target, resolve

DAY = timedelta(days=1)
WORDS = " ".join(f"word{each}word" for each in "abcdefghijklmnopqrstuvwxyz").replace("word", "wörd")
NONE = Memory()


def page(title: str = "A page", text: str = WORDS, head: str = "") -> Response:
    source = (
        f"<html lang=en><head><title>{title}</title>{head}</head><body>"
        f"<p id=here>{text} {text}</p>" + "<a href=/>more</a>" * 9 + "</body></html>"
    )
    return Response(200, {"content-type": "text/html; charset=utf-8"}, source.encode())


PAGE = page()


def looked(
    asked: str, *answers: Answer, at: datetime = NOON, state: LinkState | None = None
) -> Observation:
    """Look at a link as a run does, with these answers of the network."""
    target = resolve(asked)
    assert isinstance(target, Target)
    fragments = frozenset(filter(None, (target.fragment,)))
    fetch, _ = converse(probe(target.url, unaskable=advertising_hosts()), *(answers or (PAGE,)))
    return observe(Link(target.url, fragments), fetch, None, state, at)


def row(
    href: str, look: Observation | None, state: LinkState | None = None, ignored: str | None = None
) -> Row:
    """Put a place together with a look, as a report does."""
    target = resolve(href)
    place = Place(occurrence(href), target, ignored)
    looks = {look.url: look} if look else {}
    states = {state.url: state} if state else {}
    return assemble(Run("run", NOON), [place], looks, states, {}).rows[0]


def told(
    href: str,
    *answers: Answer,
    kinds: Collection[Repair] = SAFE,
    memory: Memory = NONE,
    state: LinkState | None = None,
) -> Correction | Refusal | None:
    return decided(row(href, looked(href, *answers), state), kinds, memory)


def after(
    href: str, *answers: Answer, kinds: Collection[Repair] = SAFE, memory: Memory = NONE
) -> tuple[str, str]:
    decision = told(href, *answers, kinds=kinds, memory=memory)
    assert isinstance(decision, Correction), decision
    assert decision.automatic
    return decision.repair, decision.after


def refused(
    href: str,
    *answers: Answer,
    kinds: Collection[Repair] = SAFE,
    memory: Memory = NONE,
    state: LinkState | None = None,
) -> tuple[str, str]:
    decision = told(href, *answers, kinds=kinds, memory=memory, state=state)
    assert isinstance(decision, Refusal), decision
    return decision.repair, decision.why


OLD, NEW = "https://old.example/page", "https://new.example/page"


@pytest.mark.parametrize(
    ("href", "answers", "repair", "written"),
    [
        (OLD, [to(NEW), PAGE], "moved", NEW),
        (f"{OLD}.pdf", [to(f"{NEW}.pdf"), PAGE], "moved", f"{NEW}.pdf"),  # shown in a page
        (f"{OLD}/search?q=a", [to(f"{NEW}/search?q=a"), PAGE], "moved", f"{NEW}/search?q=a"),
        (f"{OLD}#here", [to(NEW, 308), PAGE], "moved", f"{NEW}#here"),
        (f"{OLD}#:~:text=x", [to(NEW), PAGE], "moved", f"{NEW}#:~:text=x"),
        (OLD, [to("https://b.example/"), to(NEW), PAGE], "moved", NEW),
        (OLD, [to(f"{NEW}?utm_source=old&a=1"), PAGE], "moved", f"{NEW}?a=1"),
        (OLD, [to(f"{NEW}#here"), PAGE], "moved", f"{NEW}#here"),
        (OLD, [to("https://new.example/en/page"), PAGE], "moved", "https://new.example/en/page"),
        ("https://a.example/de/x", [to("/en/x"), PAGE], "moved", "https://a.example/en/x"),
        (f"{OLD}?sig=1", [to(f"{NEW}?sig=1"), PAGE], "moved", f"{NEW}?sig=1"),
        (f"{OLD}#other", [to(f"{NEW}#here"), PAGE], "moved", f"{NEW}#here"),
        ("http://a.example/x", [to("http://b.example/x"), PAGE], "moved", "http://b.example/x"),
        ("http://a.example/", [to("https://b.example/"), PAGE], "moved", "https://b.example/"),
        ("http://a.example/é", [to("https://a.example/é"), PAGE], "https", "https://a.example/é"),
        ("HTTP://a.example", [to("https://a.example/"), PAGE], "https", "https://a.example"),
        (
            "http://a.example/x#here", [to("https://a.example/x"), PAGE],
            "https", "https://a.example/x#here",
        ),
        # Slash and `www` are the author's choice, where https leads on by itself.
        (
            "http://a.example/x", [to("https://a.example/x"), to("https://a.example/x/"), PAGE],
            "https", "https://a.example/x",
        ),
        (
            "http://a.example/x", [to("https://www.a.example/x/"), PAGE],
            "https", "https://www.a.example/x/",
        ),
        # What http and https lead to for now is the same.
        (
            "http://a.example/", [to("https://a.example/"), to("/en/", 302), PAGE],
            "https", "https://a.example/",
        ),
        ("http://a.example/x", [to("https://a.example/x", 302), PAGE], "https", "https://a.example/x"),
        (
            "http://a.example/?utm_source=x", [to("https://a.example/?utm_source=x"), PAGE],
            "https", "https://a.example/",
        ),
        (
            "https://www.google.com/url?q=https%3A%2F%2Fa.example%2Fx%23here&sa=D", [PAGE],
            "wrapper", "https://a.example/x#here",
        ),
        (f"https://www.google.com/url?q={OLD}", [to(NEW), PAGE], "wrapper", NEW),
        (f"https://www.google.com/url?q={OLD}", [to(NEW, 302), PAGE], "wrapper", OLD),
        (
            "https://www.google.com/url?q=http://a.example/?fbclid=1%26a=2",
            [to("https://a.example/?fbclid=1&a=2"), PAGE], "wrapper", "https://a.example/?a=2",
        ),
        ("https://bit.ly/3xYz", [to(NEW, 302), PAGE], "shortener", NEW),
        ("https://bit.ly/3xYz#here", [to(NEW), PAGE], "shortener", f"{NEW}#here"),
        ("https://bit.ly/3xYz", [to(f"{NEW}#here"), PAGE], "shortener", f"{NEW}#here"),
        ("https://bit.ly/3xYz", [to(OLD, 302), to(NEW), PAGE], "shortener", NEW),
        ("https://bit.ly/3xYz", [to("https://tinyurl.com/x"), to(NEW), PAGE], "shortener", NEW),
        (
            "https://bit.ly/3xYz", [to(f"https://l.facebook.com/l.php?u={NEW}?utm_source=x"), PAGE],
            "shortener", NEW,
        ),
        ("https://bit.ly/3xYz", [to("https://a.example/"), PAGE], "shortener", "https://a.example/"),
        (f"{NEW}?a=1&utm_source=x&b=%7e#here", [PAGE], "tracking", f"{NEW}?a=1&b=%7e#here"),
        (f"{NEW}?utm_source=x", [PAGE], "tracking", NEW),
    ],
)  # fmt: skip
def test_what_is_proven_is_proposed(
    href: str, answers: list[Answer], repair: str, written: str
) -> None:
    assert after(href, *answers) == (repair, written)


LOGIN, ERROR = "https://new.example/login", "https://new.example/404.html"


@pytest.mark.parametrize(
    ("href", "answers", "repair", "why"),
    [
        (OLD, [to(NEW, 302), PAGE], "moved", "for now only"),
        (OLD, [to("https://b.example/"), to(NEW, 307), PAGE], "moved", "temporarily (307)"),
        (OLD, [to("https://old.example/"), PAGE], "moved", "front page"),
        (OLD, [to("https://old.example/search?q=page"), PAGE], "moved", "searches the site"),
        (OLD, [to("https://new.example/suche.php?s=page"), PAGE], "moved", "searches the site"),
        (f"{OLD}.pdf", [to(NEW), PAGE], "moved", "where a file was asked for"),
        (f"{OLD}/logo.PNG", [to(NEW), PAGE], "moved", "where a file was asked for"),
        (OLD, [to("https://new.example/en/"), PAGE], "moved", "front page"),
        (OLD, [to(ERROR), PAGE], "moved", "was not seen"),
        (OLD, [to("https://consent.new.example/?back=1"), PAGE], "moved", "a question for consent"),
        (OLD, [to(LOGIN), PAGE], "moved", "was not seen"),
        (OLD, [to(f"{NEW};jsessionid=1"), PAGE], "moved", "one visitor alone"),
        (OLD, [to(f"{NEW}?X-Amz-Signature=0a"), PAGE], "moved", "may hold for a while only"),
        (OLD, [to("https://old.example/pt-br/page"), PAGE], "moved", "in one language"),
        (OLD, [to("http://new.example/page"), PAGE], "moved", "not https any more"),
        (OLD, [to(NEW), Response(404)], "moved", "the server says that there is no such page"),
        (OLD, [to(NEW), Response(403)], "moved", "was not seen"),
        (OLD, [to(NEW), Failure(FailureKind.TIMEOUT)], "moved", "was not seen"),
        (f"{OLD}#gone", [to(NEW), PAGE], "moved", "no place that is called #gone"),
        (OLD, [to(NEW), Response(200, {"content-type": "text/html"}, b"<p>")], "moved", "empty"),
        ("https://doi.org/10.1/x", [to(NEW), PAGE], "moved", "made to last"),
        ("http://dx.doi.org/1/x", [to("https://doi.org/1/x"), PAGE], "moved", "made to last"),
        (
            f"https://web.archive.org/web/2020/{OLD}", [to(f"/web/20200101000000/{OLD}"), PAGE],
            "moved", "made to last",
        ),
        ("http://a.example/x", [PAGE], "https", "which was not looked at"),
        ("http://a.example/x", [to("http://a.example/x/"), PAGE], "https", "not looked at"),
        (f"https://www.google.com/url?q={OLD}", [Response(404)], "wrapper", "no such page"),
        ("https://bit.ly/3xYz", [to(NEW), Response(410)], "shortener", "was removed for good"),
        ("https://bit.ly/3xYz", [Failure(FailureKind.TIMEOUT)], "shortener", "is not known"),
        ("https://bit.ly/3x", [to(OLD), to("https://b.example/"), PAGE], "shortener", "front page"),
        ("https://adfoc.us/1234", [], "shortener", "advertising"),
        ("https://doiop.com/x", [to(NEW), PAGE], "shortener", "doiop.com has closed"),
        ("https://x.onelink.me/x", [to(NEW), PAGE], "shortener", "chooses where to lead"),
        ("https://bit.ly/3xYz", [to(f"{NEW}?sessionid=1"), PAGE], "shortener", "one visitor alone"),
        (
            "https://click.linksynergy.com/deeplink?id=1&murl=https%3A%2F%2Fa.example%2F", [PAGE],
            "wrapper", "pays somebody",
        ),
        (
            "https://translate.google.com/translate?sl=de&u=https://a.example/", [PAGE],
            "wrapper", "another language",
        ),
        (f"{NEW}?utm_source=x&X-Amz-Signature=0a", [PAGE], "tracking", "signed"),
        (f"{NEW}?utm_source=x", [Response(403)], "tracking", "was not seen"),
    ],
)  # fmt: skip
def test_what_is_not_proven_is_refused_with_its_reason(
    href: str, answers: list[Answer], repair: str, why: str
) -> None:
    kind, sentence = refused(href, *answers)
    assert kind == repair
    assert why in sentence


HTTPS = frozenset({Repair.HTTPS})


def test_https_that_leads_back_is_refused() -> None:
    way = [to("https://a.example/x"), to("http://a.example/y", 302), PAGE]
    assert "leads back to http://a.example/y" in refused("http://a.example/x", *way, kinds=HTTPS)[1]


@pytest.mark.parametrize(
    ("href", "answers"),
    [
        (OLD, [PAGE]),
        (OLD, [Response(404)]),
        (OLD, [Failure(FailureKind.TIMEOUT)]),
        ("https://a.example/", [to("/en/"), PAGE]),
        ("https://a.example/login", [PAGE]),
        ("https://a.example/x", [to("/x/"), PAGE]),
        ("https://a.example/x", [to("https://www.a.example/x"), PAGE]),
        ("https://a.example/X", [to("/x"), PAGE]),
        (OLD, [to(f"{OLD}?utm_source=x"), PAGE]),
        ("http://a.example:8080/x", [PAGE]),
        ("https://doi.org/10.1/x", [PAGE]),
        (f"https://web.archive.org/web/20200101000000/{OLD}", [PAGE]),
    ],
)
def test_where_nothing_is_to_be_expected_nothing_is_said(href: str, answers: list[Answer]) -> None:
    assert told(href, *answers) is None


@pytest.mark.parametrize(
    ("href", "answers", "kind"),
    [
        (OLD, [to(NEW), PAGE], Repair.MOVED),
        ("http://a.example/x", [to("https://a.example/x"), PAGE], Repair.HTTPS),
        (f"https://www.google.com/url?q={OLD}", [to(NEW), PAGE], Repair.WRAPPER),
        ("https://bit.ly/3xYz", [to(NEW), PAGE], Repair.SHORTENER),
        ("https://bit.ly/3xYz", [Failure(FailureKind.TIMEOUT)], Repair.SHORTENER),
        (f"{NEW}?utm_source=x", [PAGE], Repair.TRACKING),
        (OLD, [to(NEW), Response(404)], Repair.MOVED),
    ],
)
def test_each_kind_can_be_left_out(href: str, answers: list[Answer], kind: Repair) -> None:
    assert told(href, *answers) is not None
    assert told(href, *answers, kinds=frozenset(Repair) - {kind, Repair.ARCHIVE}) is None
    assert told(href, *answers, kinds=()) is None


def test_what_is_known_of_files_is_written_where_somebody_wants_it() -> None:
    moved, lacking = occurrence("a.md"), occurrence("b.md#first-step", 2)
    reasons = {moved: Rejection.FILE_MISSING, lacking: Rejection.FRAGMENT_MISSING}
    rows = [
        Row(Place(place, Rejected(place.raw, reason)), verdict_of(reason))
        for place, reason in reasons.items()
    ]
    memory = Memory(
        renamed={moved: Renamed("a.md", (), (Renaming("a.md", "c.md"),), is_there=True)},
        anchored={lacking: Anchored(frozenset({"first-steps"}))},
    )

    def written(kinds: Collection[Repair]) -> list[str]:
        return [each.after for each in planned(rows, kinds, memory).corrections]

    assert written(SAFE) == ["c.md"]
    assert written(SAFE - {Repair.RENAMED}) == []
    assert written({*SAFE, Repair.FRAGMENT}) == ["c.md", "b.md#first-steps"]
    assert written({Repair.FRAGMENT}) == ["b.md#first-steps"]


def test_each_shortener_tells_its_own_hop_and_what_follows_the_rest() -> None:
    for second, status in (("https://tinyurl.com/x", 301), (OLD, 302)):
        decision = told("https://bit.ly/3xYz", to(second, status), to(NEW), PAGE)
        assert isinstance(decision, Correction)
        assert decision.evidence == (
            f"HTTP {status} from https://bit.ly/3xYz to {second} on 2026-11-22.",
            f"HTTP 301 from {second} to {NEW} on 2026-11-22.",
            f"“A page” at {NEW} on 2026-11-22.",
        )


def test_what_was_a_wrapper_when_it_was_looked_at_and_is_none_now_is_left() -> None:
    look = looked(f"https://www.google.com/url?q={NEW}", PAGE)
    once = url(f"https://nobody.example/url?q={NEW}")
    (hop,) = look.hops
    look = replace(look, url=once, hops=(replace(hop, url=once),))
    assert decided(row(str(once), look), SAFE, NONE) is None


def test_what_the_author_wants_tracked_stays_so() -> None:
    kinds = SAFE - {Repair.TRACKING}
    href = "http://a.example/x?utm_source=me"
    written = after(href, to("https://a.example/x?utm_source=me"), PAGE, kinds=kinds)
    assert written == ("https", "https://a.example/x?utm_source=me")
    assert after(OLD, to(f"{NEW}?utm_source=old"), PAGE, kinds=kinds) == ("moved", NEW)


@pytest.mark.parametrize(
    ("href", "answers", "written"),
    [
        ("https://a.example/x", [to("/x/"), PAGE], "https://a.example/x/"),
        ("https://a.example/X#here", [to("/x"), PAGE], "https://a.example/x#here"),
        ("https://a.example/x", [to("https://www.a.example/x"), PAGE], "https://www.a.example/x"),
        (
            "http://a.example/x", [to("https://a.example/x"), to("https://www.a.example/x/"), PAGE],
            "https://www.a.example/x/",
        ),
    ],
)  # fmt: skip
def test_how_a_site_spells_its_addresses_counts_where_it_is_asked_for(
    href: str, answers: list[Answer], written: str
) -> None:
    assert after(href, *answers, kinds={*SAFE, Repair.COSMETIC})[1] == written


def test_slashes_that_come_and_go_are_left() -> None:
    kinds = {*SAFE, Repair.COSMETIC}
    told = refused("https://a.example/x", to("/x/", 302), PAGE, kinds=kinds)
    assert (told[0], "for now only" in told[1]) == ("cosmetic", True)


def test_a_correction_says_what_was_seen() -> None:
    href = f"https://www.google.com/url?q={OLD}"
    decision = told(href, to(NEW), PAGE)
    assert isinstance(decision, Correction)
    assert decision.occurrence.href == href
    assert decision.why == (
        "Wrapped by Google, which only leads on. It has moved for good: to another site."
    )
    assert decision.evidence == (
        f"HTTP 301 from {OLD} to {NEW} on 2026-11-22.",
        f"“A page” at {NEW} on 2026-11-22.",
    )


def test_what_is_left_of_a_way_is_told() -> None:
    decision = told(f"https://www.google.com/url?q={OLD}", to(NEW, 302), PAGE)
    assert isinstance(decision, Correction)
    assert decision.evidence == (
        f"“A page” at {NEW} on 2026-11-22.",
        f"It leads to {NEW} for now only: {OLD} sends on temporarily (302).",
    )


# What several looks say


def ends(*found: tuple[int, str | None], asked: str = OLD) -> Memory:
    """Remember where looks so many days ago ended."""
    known = [End(NOON - DAY * days, url(final) if final else None) for days, final in found]
    return Memory(ends={url(asked): known})


@pytest.mark.parametrize(
    "memory",
    [ends((0, NEW), (2, NEW)), ends((2, NEW)), ends((1, f"{NEW}?utm_source=x"), (2, OLD)), NONE],
)
def test_two_looks_that_agree_are_believed(memory: Memory) -> None:
    assert after(OLD, to(NEW), PAGE, memory=memory) == ("moved", NEW)


def test_that_two_looks_agree_is_told() -> None:
    decision = told(OLD, to(NEW), PAGE, memory=ends((0, NEW), (2, NEW)))
    assert isinstance(decision, Correction)
    assert decision.evidence[-1] == "It ended there on 2026-11-20 too."


@pytest.mark.parametrize(
    ("memory", "why"),
    [
        (ends(), "Seen once"),
        (Memory(ends={}), "Seen once"),
        (ends((0, NEW)), "a second look will confirm it"),
        (ends((0, NEW), (2, "https://c.example/page")), "it led to https://c.example/page"),
        (ends((0, NEW), (2, None), (3, NEW)), "On 2026-11-20 it was not there"),
    ],
)
def test_one_look_alone_is_not(memory: Memory, why: str) -> None:
    kind, sentence = refused(OLD, to(NEW), PAGE, memory=memory)
    assert kind == "moved"
    assert why in sentence


def test_what_needs_no_second_look_is_done_with_one() -> None:
    memory = Memory(ends={})
    wrapped = f"https://www.google.com/url?q={OLD}"
    assert after(wrapped, to(NEW), PAGE, memory=memory) == ("wrapper", OLD)
    assert after(f"{NEW}?utm_source=x", memory=memory) == ("tracking", NEW)
    for href, way, kind in (
        ("https://bit.ly/3xYz", [to(NEW), PAGE], "shortener"),
        ("http://a.example/x", [to("https://a.example/x"), PAGE], "https"),
        ("http://a.example/x", [to("https://a.example/x/"), PAGE], "https"),
    ):
        assert refused(href, *way, memory=memory)[0] == kind


def state(health: Health, address: str = OLD) -> LinkState:
    return LinkState(url(address), health, NOON - DAY, NOON, NOON - 9 * DAY)


@pytest.mark.parametrize(
    ("health", "why"), [(Health.DRIFTED, "Another page than the one that was linked to")]
)
def test_what_drifted_is_not_followed(health: Health, why: str) -> None:
    assert why in refused(OLD, to(NEW), PAGE, state=state(health))[1]


@pytest.mark.parametrize("name", ["converged", "sent-home", "site-moved"])
def test_where_several_links_end_nothing_is_put_in_their_place(name: str) -> None:
    found = Finding(name, Severity.WARNING, "It leads away.")
    seen = looked(OLD, to(NEW), PAGE)
    seen = replace(seen, findings=(*seen.findings, found))
    decision = decided(row(OLD, seen), SAFE, NONE)
    assert isinstance(decision, Refusal)
    assert decision.why == f"It leads to {NEW}: it leads away."


# Addresses that are asked besides

PLAIN, SECURE = "http://a.example/x", "https://a.example/x"


def beside(*looks: Observation) -> Memory:
    return Memory(looks={each.url: each for each in looks})


def test_https_is_asked_for_where_http_answers_itself() -> None:
    rows = [
        row(PLAIN, looked(PLAIN)),
        row(f"{PLAIN}#here", looked(f"{PLAIN}#here")),
        row(OLD, looked(OLD)),
    ]
    assert questions(rows, SAFE, NONE) == (url(SECURE),)
    memory = beside(looked(SECURE))
    assert questions(rows, SAFE, memory) == ()
    plan = planned(rows, SAFE, memory)
    assert [each.after for each in plan.corrections] == [SECURE, f"{SECURE}#here"]
    assert plan.refusals == ()
    assert plan.corrections[0].evidence[0] == (
        f"{SECURE} showed the same page, “A page”, on 2026-11-22."
    )


@pytest.mark.parametrize(
    ("href", "answers", "ignored"),
    [
        (PLAIN, [Response(404)], None),
        (f"{PLAIN}#gone", [PAGE], None),
        (PLAIN, [PAGE], "crawl: ignore"),
        ("http://doi.org/x", [PAGE], None),
    ],
)
def test_nobody_is_asked_for_nothing(href: str, answers: list[Answer], ignored: str | None) -> None:
    assert questions([row(href, looked(href, *answers), ignored=ignored)], SAFE, NONE) == ()
    assert questions([row(href, None)], SAFE, NONE) == ()


PDF = Response(200, {"content-type": "application/pdf"}, b"%PDF-")


@pytest.mark.parametrize(
    ("plain", "secure"),
    [
        (PAGE, [PAGE]),
        (PAGE, [to("https://www.a.example/x/"), PAGE]),
        (page(text="few words"), [page(text="other few")]),
        (PDF, [PDF]),
    ],
)
def test_the_same_page_is_known(plain: Answer, secure: list[Answer]) -> None:
    memory = beside(looked(SECURE, *secure))
    assert after(PLAIN, plain, memory=memory) == ("https", SECURE)


OTHER_WORDS = " ".join(f"text{each}ual" for each in "abcdefghijklmnopqrstuvwxyz").replace(
    "ual", "ür"
)


@pytest.mark.parametrize(
    ("plain", "secure", "why"),
    [
        (PAGE, [Response(404)], "is not there: the server says"),
        (PAGE, [Failure(FailureKind.TLS_EXPIRED)], "is not there: the site's certificate"),
        (PAGE, [to(PLAIN), PAGE], "leads back to http"),
        (PAGE, [page("Another")], "shows another page: “Another” and not “A page”."),
        (PAGE, [page("")], "shows another page: a page without a title"),
        (page("x"), [PDF], "another kind of file"),
        (PAGE, [page(text=OTHER_WORDS)], "nobody can tell"),
        (PAGE, [to("https://consent.a.example/b/?x=1"), PAGE], "stands before a page"),
        (page(text="few words"), [to("/y"), page(text="few words")], "nobody can tell"),
    ],
)  # fmt: skip
def test_another_page_is_not_put_in_its_place(
    plain: Answer, secure: list[Answer], why: str
) -> None:
    plain_look, memory = looked(PLAIN, plain), beside(looked(SECURE, *secure))
    decision = decided(row(PLAIN, plain_look), SAFE, memory)
    assert isinstance(decision, Refusal)
    assert (decision.repair, decision.after) == ("https", SECURE)
    assert why in decision.why


def of(canonical: str) -> Response:
    return page(head=f"<link rel=canonical href='{canonical}'>")


@pytest.mark.parametrize(
    "phone",
    [
        "https://a.example.org/news/amp", "https://a.example.org/amp/news", "https://a.example.org/news?amp=1",
        "https://amp.a.example.org/news", "https://a.example.org/news.amp.html", "https://a.example.org/news?outputType=amp",
    ],
)  # fmt: skip
def test_of_a_version_for_phones_the_page_itself_is_written(phone: str) -> None:
    own = "https://a.example.org/news"
    seen = row(f"{phone}#here", looked(f"{phone}#here", of(own)))
    assert questions([seen], SAFE, NONE) == (url(own),)
    assert told(phone, of(own)) == Refusal(
        occurrence(phone),
        Repair.AMP,
        f"It may be the same page as {own}, which was not looked at.",
        own,
    )
    memory = beside(looked(own))
    assert after(f"{phone}#here", of(own), memory=memory) == ("amp", f"{own}#here")
    assert "another page" in refused(phone, of(own), memory=beside(looked(own, page("No"))))[1]
    assert told(phone, of(own), kinds=SAFE - {Repair.AMP}) is None


def test_of_a_version_in_a_cache_the_page_itself_is_written() -> None:
    cached = "https://www.google.com/amp/s/a.example.org/amp/news"
    own = "https://a.example.org/news"
    assert questions([row(cached, looked(cached, of(own)))], SAFE, NONE) == (url(own),)
    assert after(cached, of(own), memory=beside(looked(own))) == ("wrapper", own)
    assert after(cached, of(own)) == ("wrapper", "https://a.example.org/amp/news")
    assert after(cached, PAGE) == ("wrapper", "https://a.example.org/amp/news")
    moved = [to("https://a.example.org/amp/olds"), PAGE]
    assert after(cached, *moved) == ("wrapper", "https://a.example.org/amp/olds")
    assert questions([row(cached, looked(cached, *moved))], SAFE, NONE) == ()


@pytest.mark.parametrize(
    ("here", "named"),
    [
        ("https://a.example.org/x", "https://a.example.org/y"),
        ("https://a.example.org/example", "https://a.example.org/y"),
        ("https://a.example.org/amp/x", "https://b.example/x"),
        ("https://a.example.org/amp/x", "https://a.example.org/amp/x"),
        ("https://a.example.org/amp/x", "https://a.example.org/x?amp=1"),
        ("https://a.example.org/amp/x", "http://a.example.org/x"),
    ],
)
def test_what_else_is_canonical_is_not(here: str, named: str) -> None:
    assert told(here, of(named)) is None


# Archived copies

COPY = f"https://web.archive.org/web/20260901000000/{OLD}"
ARCHIVED = ArchivedCopy(
    url(OLD), Errand.FIND, NOON - 9 * DAY, Basis.SEEN, NOON, Came.COPY, url(COPY), NOON - 82 * DAY
)
WITH_ARCHIVE = {*SAFE, Repair.ARCHIVE}


def archived(
    copy: ArchivedCopy | None = ARCHIVED, href: str = OLD, health: Health = Health.BROKEN
) -> Correction | Refusal | None:
    target = resolve(href)
    assert isinstance(target, Target)
    memory = Memory(copies={target.url: [copy]} if copy else {})
    known = state(health, str(target.url))
    return decided(row(href, looked(href, Response(404)), known), WITH_ARCHIVE, memory)


def test_a_copy_takes_the_place_of_what_is_lost() -> None:
    decision = archived(href=f"{OLD}#here")
    assert decision == Correction(
        occurrence(f"{OLD}#here"),
        Repair.ARCHIVE,
        f"{COPY}#here",
        "Archived on 2026-09-01, before the page was lost.",
        (
            "The server says that there is no such page. (HTTP 404)",
            "The page was last well on 2026-11-13.",
        ),
    )  # fmt: skip


def test_a_copy_of_which_nobody_knows_what_it_shows_is_for_people_to_judge() -> None:
    decision = archived(replace(ARCHIVED, basis=Basis.UNKNOWN))
    assert isinstance(decision, Correction)
    assert not decision.automatic


@pytest.mark.parametrize(
    ("copy", "href", "health", "why"),
    [
        (None, OLD, Health.BROKEN, "No archive is known"),
        (ARCHIVED, OLD, Health.SUSPECT, "Not sure yet"),
        (replace(ARCHIVED, wanted_at=NOON - 99 * DAY), OLD, Health.BROKEN, "perhaps too late"),
        (ARCHIVED, "https://doi.org/10.1/x", Health.BROKEN, "made to last"),
        (ARCHIVED, "https://archive.md/20200101/https://a.example/", Health.BROKEN, "made to last"),
    ],
)
def test_where_no_copy_is_put_it_is_said(
    copy: ArchivedCopy | None, href: str, health: Health, why: str
) -> None:
    decision = archived(copy, href, health)
    assert isinstance(decision, Refusal)
    assert (decision.repair, why in decision.why) == ("archive", True)


def test_what_is_well_needs_no_copy() -> None:
    memory = Memory(copies={url(OLD): [ARCHIVED]})
    assert after(OLD, to(NEW), PAGE, kinds=WITH_ARCHIVE, memory=memory) == ("moved", NEW)
    assert decided(row(OLD, None), WITH_ARCHIVE, memory) is None


def test_a_page_that_became_anothers_is_replaced_by_its_copy() -> None:
    lost = replace(state(Health.DRIFTED), last_ok_at=None)
    memory = Memory(copies={url(OLD): [ARCHIVED]})
    decision = decided(row(OLD, looked(OLD, to(NEW), PAGE), lost), WITH_ARCHIVE, memory)
    assert isinstance(decision, Correction)
    assert decision.after == COPY


# Places


def test_what_is_left_out_is_not_touched() -> None:
    assert (
        decided(row(OLD, looked(OLD, to(NEW), PAGE), ignored="crawl: ignore"), SAFE, NONE) is None
    )


def test_what_is_no_url_is_not_touched() -> None:
    for href in ("", "mailto:a@b.example", "https://{host}/x", "#there"):
        assert decided(row(href, None), frozenset(Repair), NONE) is None


@pytest.mark.parametrize(
    ("document", "href", "why"),
    [
        ("https://a.example/docs/", OLD, "on a page of the web"),
        ("a.docx", OLD, "format docx"),
        ("a.md", "page", "in relation to another address"),
        ("a.md", "https://else.example/", f"What was looked at in its place is {OLD}."),
    ],
)
def test_some_places_cannot_be_changed(document: str, href: str, why: str) -> None:
    target = resolve(OLD)
    place = Place(occurrence(href, document=document), target)
    seen = Row(place, verdict_of("permanent"), looked(OLD, to(NEW), PAGE))
    decision = decided(seen, SAFE, NONE)
    assert isinstance(decision, Refusal)
    assert (decision.repair, decision.after, why in decision.why) == ("moved", NEW, True)


def test_a_plan_is_in_order() -> None:
    rows = [row(OLD, looked(OLD, to(NEW), PAGE)), row(NEW, looked(NEW)), row(PLAIN, looked(PLAIN))]
    plan = planned(rows, SAFE, NONE)
    assert [each.after for each in plan.corrections] == [NEW]
    assert [each.after for each in plan.refusals] == [SECURE]
    assert planned([], SAFE, NONE) == Plan()


# The law: what is written was seen to be well


ADDRESSES = st.sampled_from([
    "https://a.example/x", "http://a.example/x", "https://a.example/x/", "https://A.example/X",
    "https://www.a.example/x", "https://b.example/y?utm_source=1", "http://b.example/y", OLD, NEW,
    "https://a.example/", "https://a.example/login", "https://bit.ly/3xYz", "https://doi.org/10.1/x",
    "https://www.google.com/url?q=https://c.example/z%23there", "https://c.example/z;jsessionid=1",
    "https://c.example/z?gclid=1&sig=2", "https://c.example/amp/z", "http://t.co/abc",
    f"https://web.archive.org/web/2020/{OLD}", "https://goo.gl/x", "https://adfoc.us/1",
])  # fmt: skip
STATUSES = st.sampled_from([301, 302, 307, 308])


@given(ADDRESSES, st.lists(st.tuples(ADDRESSES, STATUSES), max_size=4), st.data())
def test_whatever_is_written_was_well(
    href: str, way: list[tuple[str, int]], data: st.DataObject
) -> None:
    end = data.draw(st.sampled_from([PAGE, Response(404), of("https://c.example/z")]))
    answers = [*(to(there, status) for there, status in way), *[end] * 20]
    seen = looked_at_length(href, answers)
    twins = {each: looked(str(each)) for each in questions([row(href, seen)], ALL, NONE)}
    decision = decided(row(href, seen), ALL, Memory(looks=twins))
    if not isinstance(decision, Correction):
        return
    written = resolve(decision.after)
    assert isinstance(written, Target)
    assert seen.verdict.outcome in ("ok", "redirected")
    well = {seen.final_url, *(hop.url for hop in seen.hops), *twins}
    assert written.url in {each for url in well if url for each in (url, untracked(url))}
    assert written.url != seen.url
    assert seen.url.host not in ("doi.org", "web.archive.org")
    again = decided(row(decision.after, looked_at_length(decision.after, [end])), ALL, NONE)
    assert again is None or again.repair in ("https", "amp")


ALL = frozenset(Repair)


def looked_at_length(href: str, answers: Iterable[Answer]) -> Observation:
    """Look at a link, as long as there are answers: they may be more than are asked for."""
    conversation = probe(url(href), unaskable=advertising_hosts())
    try:
        next(conversation)
        for answer in answers:
            conversation.send(answer)
    except StopIteration as end:
        return observe(Link(url(href)), end.value, None, None, NOON)
    raise AssertionError(href)


def test_what_a_page_only_seems_to_say_is_no_proof() -> None:
    seen = looked("https://bit.ly/3xYz", to(NEW), PAGE)
    seen = replace(seen, hops=(replace(seen.hops[0], via=Via.SCRIPT),))
    decision = decided(row("https://bit.ly/3xYz", seen), SAFE, NONE)
    assert isinstance(decision, Refusal)
    assert decision.why == "Where bit.ly leads was guessed from its page."

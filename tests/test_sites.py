"""Witnesses: who is asked beside a page, and what their answers mean."""

import json
import re
import tomllib
from dataclasses import replace
from importlib.resources import files
from typing import Any

import httpx
import pytest
from fakes import FakeClock, converse, evidence, look, to, url
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import serving

from crawler import sites
from crawler.collect import collect
from crawler.fetch import Fetcher
from crawler.look import observe
from crawler.model import (
    Answer,
    Failure,
    FailureKind,
    Fetch,
    Hop,
    Link,
    Outcome,
    PageFacts,
    Request,
    Response,
    Says,
    Verdict,
)
from crawler.model import Testimony as Told  # pytest takes what begins with `Test` for a test
from crawler.practice import document, pages
from crawler.probe import probe
from crawler.settings import ExtractSettings, FetchSettings, PaceSettings
from crawler.sites import own_words, read, side_question
from crawler.tables import Meaning, PathsOfHosts, Witness, voids, witnesses
from crawler.urls import Target, Url, resolve
from crawler.verdicts import judge

TABLE = tomllib.loads(files("crawler").joinpath("data", "sites.toml").read_text("utf-8"))
WITNESSES: list[dict[str, Any]] = TABLE["witness"]
PAGES: list[dict[str, Any]] = TABLE["page"]
VIDEO = url("https://www.youtube.com/watch?v=32o0DnuRjfg")
PACKAGE = url("https://www.npmjs.com/package/left-pad")
INVITATION = url("https://discord.gg/python")
HTML = {"content-type": "text/html"}
JSON = {"content-type": "application/json"}
FOUND = Response(200, HTML, b"<title>- YouTube</title>")
REFUSED = Response(403, HTML, b"<title>Just a moment...</title>")


def data(status: int = 200, **fields: object) -> Response:
    return Response(status, JSON, json.dumps(fields).encode())


def fetched(address: Url, outcome: Answer = FOUND, *hops: Url) -> Fetch:
    return Fetch(address, address, outcome, tuple(Hop(each, 302) for each in hops))


def asked(address: Url | str, outcome: Answer = FOUND, *hops: Url) -> str | None:
    address = url(address) if isinstance(address, str) else address
    question = side_question(fetched(address, outcome, *hops))
    return str(question.request.url) if question else None


def said(fetch: Fetch) -> Says | None:
    return fetch.testimony.says if fetch.testimony else None


# The table


def test_the_table_is_short_and_names_everybody_once() -> None:
    names = [each["name"] for each in (*WITNESSES, *PAGES)]
    assert len(names) == len(set(names)) <= 12
    hosts = [host for each in WITNESSES for paths in each["paths"] for host in paths.split()]
    assert len(hosts) == len(set(hosts))


@pytest.mark.parametrize("entry", WITNESSES, ids=lambda entry: entry["name"])
def test_a_witness_is_asked_about_its_links_and_about_no_others(entry: dict[str, Any]) -> None:
    assert entry.keys() == {
        "name", "thing", "when", "ask", "source", "facts", "answers", "example", "unlike", "paths",
    }  # fmt: skip
    assert entry["when"] in ("always", "refused")
    link, question = entry["example"]
    assert asked(link, REFUSED) == question
    assert asked(link, FOUND) == (question if entry["when"] == "always" else None)
    assert entry["unlike"]
    for other in entry["unlike"]:
        assert asked(other, REFUSED) is None, other
    assert "there" in {each["says"] for each in entry["answers"]}
    assert {each["says"] for each in entry["answers"]} <= {"there", "gone", "private"}
    assert set(entry["facts"]) <= set(PageFacts.__dataclass_fields__)


@pytest.mark.parametrize("entry", WITNESSES, ids=lambda entry: entry["name"])
def test_no_link_can_lead_a_question_elsewhere(entry: dict[str, Any]) -> None:
    beginning = entry["ask"].partition("{")[0]
    patterns = [
        (host, pattern) for hosts, pattern in entry["paths"].items() for host in hosts.split()
    ]

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def check(drawn: st.DataObject) -> None:
        host, pattern = drawn.draw(st.sampled_from(patterns))
        target = drawn.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
        link = resolve(f"https://{host}{target}")
        if isinstance(link, Target) and (question := asked(link.url, REFUSED)):
            assert question.startswith(beginning)
            assert "/.." not in question
            assert question.count("?") == entry["ask"].count("?")
            assert question.count("&") == entry["ask"].count("&")
            assert "#" not in question

    check()


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry["name"])
def test_a_page_of_nothing_has_its_own_links(entry: dict[str, Any]) -> None:
    assert entry.keys() == {"name", "thing", "has", "lacks", "example", "unlike", "paths"}
    body = " ".join(entry["has"]).encode()
    for address in (entry["example"], *entry["unlike"]):
        told = own_words(fetched(url(address), Response(200, HTML, body)))
        assert (told is not None) == (address == entry["example"])


def test_every_host_of_the_table_is_written_as_links_are_normalised() -> None:
    for host in (*witnesses(), *voids()):
        assert url(f"https://{host}/").authority == host


# When somebody is asked


@pytest.mark.parametrize(
    "address",
    [
        "https://youtu.be/32o0DnuRjfg?t=9",
        "https://youtube.com/shorts/32o0DnuRjfg",
        "https://m.youtube.com/watch?list=a&v=32o0DnuRjfg",
        "http://www.youtube.com/embed/32o0DnuRjfg",
        "https://www.youtube.com/live/32o0DnuRjfg?si=x",
    ],
)
def test_a_video_has_many_addresses_and_one_question(address: str) -> None:
    assert asked(address) == asked(VIDEO)


def test_packages_of_a_scope_are_asked_for_whole() -> None:
    assert asked("https://www.npmjs.com/package/@a/b", REFUSED) == (
        "https://registry.npmjs.org/@a/b/latest"
    )


@pytest.mark.parametrize("status", [404, 410, 401, 451, 500, 503, 302])
def test_a_page_that_speaks_for_itself_is_believed(status: int) -> None:
    assert asked(VIDEO, Response(status)) is None
    assert asked(PACKAGE, Response(status)) is None


@pytest.mark.parametrize("kind", [FailureKind.TIMEOUT, FailureKind.DNS_NOT_FOUND])
def test_where_nobody_answers_nobody_else_is_asked(kind: FailureKind) -> None:
    assert asked(VIDEO, Failure(kind)) is None


@pytest.mark.parametrize("status", [403, 406, 429, 999])
def test_a_refusal_is_worth_a_question(status: int) -> None:
    assert asked(PACKAGE, Response(status))
    assert asked(VIDEO, Response(status))
    assert asked("https://a.example/package/left-pad", Response(status)) is None


def test_a_page_that_has_not_changed_says_no_more_than_it_did() -> None:
    assert side_question(Fetch(VIDEO, VIDEO, Response(304), unchanged=True))
    assert asked(VIDEO, Response(304)) is None


def test_somebody_on_the_way_is_asked_when_the_end_refuses() -> None:
    publisher, doi = url("https://publisher.example/182"), url("https://doi.org/10.1000/182")
    assert asked(publisher, REFUSED, url("https://bit.ly/x"), doi) == (
        "https://doi.org/api/handles/10.1000/182?type=URL"
    )
    assert asked(publisher, FOUND, doi) is None


def test_a_question_that_is_no_url_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = witness(VIDEO, ask="https://[{id}")
    monkeypatch.setattr(sites, "witnesses", lambda: nobody)
    assert asked(VIDEO) is None


# What is said


def says(address: Url, answer: Answer, outcome: Answer = REFUSED) -> Told:
    question = side_question(fetched(address, outcome))
    assert question
    return read(question, answer)


@pytest.mark.parametrize(
    ("address", "answer", "said"),
    [
        (VIDEO, data(type="video", title="T"), Says.THERE),
        (VIDEO, data(type="error"), Says.UNKNOWN),
        (VIDEO, Response(200, HTML, b"<p>Before you continue"), Says.UNKNOWN),
        (VIDEO, Response(401), Says.THERE),
        (VIDEO, Response(403), Says.PRIVATE),
        (VIDEO, Response(400), Says.GONE),
        (VIDEO, Response(404), Says.GONE),
        (VIDEO, Response(429), Says.UNKNOWN),
        (VIDEO, Response(500), Says.UNKNOWN),
        (VIDEO, Failure(FailureKind.TIMEOUT), Says.UNKNOWN),
        (PACKAGE, Response(200), Says.THERE),
        (PACKAGE, Response(404), Says.GONE),
        (INVITATION, data(404, message="Unknown Invite", code=10006), Says.GONE),
        (INVITATION, data(404, message="404: Not Found", code=0), Says.UNKNOWN),
        (INVITATION, Response(404, JSON, b"[10006]"), Says.UNKNOWN),
        (url("https://doi.org/10.1000/182"), data(responseCode=1), Says.THERE),
        (url("https://doi.org/10.1000/182"), data(404, responseCode=100), Says.UNKNOWN),
        (url("https://pypi.org/project/x/"), data(404, message="Not Found"), Says.GONE),
        (url("https://pypi.org/project/x/"), Response(404), Says.UNKNOWN),
        (url("https://crates.io/crates/serde"), Response(404), Says.GONE),
        (url("https://x.com/jack/status/20"), data(type="rich"), Says.THERE),
        (url("https://x.com/jack/status/20"), Response(403), Says.PRIVATE),
        (url("https://vimeo.com/76979871"), Response(404), Says.UNKNOWN),
    ],
)
def test_each_answer_means_what_the_table_says(address: Url, answer: Answer, said: Says) -> None:
    assert says(address, answer).says is said


def test_facts_come_clean_from_fields_that_are_texts() -> None:
    told = says(
        VIDEO, data(type="video", title="A\x1b\n title", author_name=["x"], provider_name=" ")
    )
    assert told.facts == {"title": "A title", "title_source": "oembed"}
    told = says(INVITATION, data(guild={"name": "Python", "description": None}))
    assert told.facts == {"title": "Python", "title_source": "api"}
    assert says(VIDEO, data(404, title="T")).facts == {}


@pytest.mark.parametrize(
    "body", [b"", b"[" * 60_000, b"\xff\xfe", b"9" * 5_000, b'{"type":"video"', b"null", b'"type"']
)
def test_what_cannot_be_read_is_no_word(body: bytes) -> None:
    assert says(VIDEO, Response(200, JSON, body)).says is Says.UNKNOWN
    assert says(PACKAGE, Response(200, JSON, body)) == Told(
        Says.THERE, "npm's registry", "package", url("https://registry.npmjs.org/left-pad/latest")
    )


TELEGRAM = url("https://t.me/nobody_there")
NOBODY = (
    b'<meta property="og:title" content="Telegram: Contact @nobody_there"><i class="tgme_page">'
)


@pytest.mark.parametrize(
    ("outcome", "gone"),
    [
        (Response(200, HTML, NOBODY), True),
        (Response(200, HTML, NOBODY + b'<div class="tgme_page_title">'), False),
        (Response(200, HTML, b"<p>made anew"), False),
        (Response(200, HTML, NOBODY, truncated=True), False),
        (Response(404, HTML, NOBODY), False),
        (Failure(FailureKind.TIMEOUT), False),
    ],
)
def test_a_page_of_nobody_gives_itself_away(outcome: Answer, gone: bool) -> None:
    told = own_words(fetched(TELEGRAM, outcome))
    assert told == (Told(Says.GONE, "Telegram", "channel or person", TELEGRAM) if gone else None)


# The conversation


def test_a_witness_is_asked_after_the_page_and_once() -> None:
    fetch, requests = converse(probe(VIDEO), FOUND, data(type="video", title="T"))
    assert [str(each.url) for each in requests] == [str(VIDEO), asked(VIDEO)]
    assert [each.aside for each in requests] == [False, True]
    assert requests[1].headers == {"accept": "application/json"}
    assert said(fetch) is Says.THERE
    assert (fetch.outcome, fetch.effective_url, fetch.hops) == (FOUND, VIDEO, ())


def test_a_page_of_nobody_costs_no_question() -> None:
    fetch, requests = converse(probe(TELEGRAM), Response(200, HTML, NOBODY))
    assert (len(requests), said(fetch)) == (1, Says.GONE)


def test_a_witness_may_lead_to_another_door_of_the_same_host_twice() -> None:
    fetch, requests = converse(
        probe(PACKAGE), REFUSED, to("/other"), to("https://registry.npmjs.org/more"), Response(200)
    )
    assert [str(each.url) for each in requests[2:]] == [
        "https://registry.npmjs.org/other", "https://registry.npmjs.org/more",
    ]  # fmt: skip
    assert all(each.aside for each in requests[1:])
    assert fetch.testimony
    assert fetch.testimony.says is Says.THERE
    assert fetch.testimony.url == url("https://registry.npmjs.org/left-pad/latest")
    assert fetch.hops == ()


@pytest.mark.parametrize(
    "answer",
    [
        to("https://elsewhere.example/"),
        to("http://registry.npmjs.org/left-pad"),
        to("https://registry.npmjs.org:444/"),
        to("mailto:a@b.example"),
        Response(302),
    ],
)
def test_a_witness_who_sends_us_away_has_said_nothing(answer: Response) -> None:
    fetch, requests = converse(probe(PACKAGE), REFUSED, answer)
    assert (len(requests), said(fetch)) == (2, Says.UNKNOWN)


def test_a_witness_who_goes_in_circles_is_left() -> None:
    circle = to("https://registry.npmjs.org/left-pad/latest")
    fetch, requests = converse(probe(PACKAGE), REFUSED, circle, circle, circle)
    assert (len(requests), said(fetch)) == (4, Says.UNKNOWN)


# The verdict


def judged(address: Url, outcome: Answer, answer: Answer, *hops: Url) -> Verdict:
    fetch = fetched(address, outcome, *hops)
    question = side_question(fetch)
    assert question
    told = Fetch(
        fetch.url, fetch.effective_url, outcome, fetch.hops, testimony=read(question, answer)
    )
    return judge(evidence(outcome, fetch=told, facts=PageFacts(title="- YouTube")))


@pytest.mark.parametrize(
    ("verdict", "code", "detail"),
    [
        (judged(VIDEO, FOUND, Response(401)), "ok", "YouTube has this video"),
        (judged(VIDEO, FOUND, Response(404)), "removed-video", "HTTP 200; YouTube has no such"),
        (judged(VIDEO, FOUND, Response(403)), "auth", "YouTube says that this video is private"),
        (judged(VIDEO, FOUND, Response(503)), "removed-video", "(HTTP 200)"),
        (judged(PACKAGE, REFUSED, Response(200)), "vouched", "HTTP 403; npm's registry has this"),
        (judged(PACKAGE, REFUSED, Response(404)), "removed", "has no such package"),
        (judged(PACKAGE, REFUSED, Response(503)), "forbidden", "(HTTP 403)"),
        (judged(PACKAGE, Response(429), Failure(FailureKind.TIMEOUT)), "rate-limited", "(HTTP 4"),
        (judged(PACKAGE, Response(405), Response(200)), "client-error", "HTTP 405; npm's registry"),
        (
            judged(VIDEO, Response(200, {"cf-mitigated": "challenge"}), Response(401)),
            "vouched",
            "HTTP 200; YouTube",
        ),
        (
            judged(VIDEO, FOUND, Response(401), url("https://youtu.be/32o0DnuRjfg")),
            "temporary",
            "(now at https://www.youtube.com/watch?v=32o0DnuRjfg; YouTube has this video)",
        ),
    ],
    ids=lambda value: value.reason if isinstance(value, Verdict) else "",
)
def test_a_witness_is_believed_before_a_page_that_does_not_know(
    verdict: Verdict, code: str, detail: str
) -> None:
    assert verdict.reason == code
    assert detail in verdict.detail


def looked(outcome: Answer, answer: Response) -> PageFacts:
    question = side_question(fetched(VIDEO, outcome))
    assert question
    told = Fetch(VIDEO, VIDEO, outcome, testimony=read(question, answer))
    return observe(Link(VIDEO), told, None, None, FakeClock().now()).facts


def test_what_a_witness_knows_takes_the_place_of_what_the_page_says() -> None:
    page = Response(200, HTML, b'<html lang="es"><title>- YouTube</title>')
    facts = looked(page, data(type="video", title="T", author_name="A", provider_name="YouTube"))
    assert (facts.title, facts.title_source, facts.author, facts.site, facts.language) == (
        "T", "oembed", "A", "YouTube", "es",
    )  # fmt: skip
    assert facts.titles[0] == ("oembed", "T")
    assert looked(page, Response(404)).title == "- YouTube"


def test_a_page_that_has_not_changed_keeps_one_title_of_each_source() -> None:
    before = replace(
        look(address=str(VIDEO)), facts=PageFacts(titles=(("oembed", "T"), ("h1", "H")))
    )
    fetch = Fetch(VIDEO, VIDEO, Response(304), unchanged=True)
    question = side_question(fetch)
    assert question
    told = replace(fetch, testimony=read(question, data(type="video", title="U")))
    facts = observe(Link(VIDEO), told, before, None, FakeClock().now()).facts
    assert facts.titles == (("oembed", "U"), ("h1", "H"))


def test_the_page_of_a_refusal_is_about_something_else() -> None:
    assert looked(REFUSED, data(type="video", title="T")).title == "T"
    assert looked(REFUSED, Response(401)) == PageFacts()
    assert looked(REFUSED, Response(500)).title == "Just a moment..."


# Over the wire


def witness(link: Url, ask: str, says: Says = Says.THERE) -> PathsOfHosts[Witness]:
    found = Witness("Anna", "song", False, ask, (Meaning(says, 200),), {"title": "t"}, "api")  # noqa: FBT003
    return {link.authority: ((re.compile("/.*(?P<id>)"), found),)}


async def test_a_witness_is_asked_over_the_same_guard_and_its_data_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def handler(path: str, writer: Any) -> None:  # noqa: ANN401 - a stream
        kind, body = ("application/json", '{"t": "Song"}') if "ask" in path else ("text/html", "x")
        head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(f"{head}{body}".encode())

    async with serving(handler) as site:
        link = url(f"http://a.example:{site.port}/x")
        monkeypatch.setattr(
            sites, "witnesses", lambda: witness(link, f"http://b.example:{site.port}/ask")
        )
        fetch = await _fetched(link, None, resolve=("*.example:*:127.0.0.1",))
        assert fetch.testimony
        assert (fetch.testimony.says, fetch.testimony.facts["title"]) == (Says.THERE, "Song")
        assert (fetch.attempts, site.paths) == (2, ["/x", "/ask"])
        assert "accept: application/json" in site.heads[1].lower()

        unguarded = await _fetched(link, None, resolve=("a.example:*:127.0.0.1",))
        assert unguarded.outcome == fetch.outcome
        assert said(unguarded) is Says.UNKNOWN


async def _fetched(
    link: Url,
    transport: httpx.AsyncBaseTransport | None,
    **options: Any,  # noqa: ANN401
) -> Fetch:
    settings, pace = FetchSettings(**options), PaceSettings(delay=0)
    async with Fetcher(settings, pace, FakeClock(), transport) as fetcher:
        return await fetcher.fetch(link)


async def test_of_data_little_is_read_and_of_anything_else_nothing() -> None:
    bodies = {
        "/watch": ("text/html", b"<p>page"),
        "/oembed": ("application/json", data(type="video", title="x" * 70_000).body),
    }

    def handler(request: httpx.Request) -> httpx.Response:
        kind, body = bodies[request.url.path]
        return httpx.Response(200, headers={"content-type": kind}, content=body)

    fetch = await _fetched(VIDEO, httpx.MockTransport(handler))
    assert said(fetch) is Says.UNKNOWN  # cut, and so not to be read
    bodies["/oembed"] = ("text/html", b'{"type": "video"}')
    fetch = await _fetched(VIDEO, httpx.MockTransport(handler))
    assert said(fetch) is Says.UNKNOWN
    bodies["/watch"] = ("application/json", b"{}")  # who was not asked for data gives none
    fetch = await _fetched(VIDEO, httpx.MockTransport(handler))
    assert isinstance(fetch.outcome, Response)
    assert fetch.outcome.body == b""


async def test_a_witness_who_limits_us_is_left_alone_and_its_pages_are_not() -> None:
    requests: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        requests.append(request.url.path)
        return httpx.Response(429 if request.url.path == "/oembed" else 200)

    transport, pace = httpx.MockTransport(handler), PaceSettings(delay=0)
    async with Fetcher(FetchSettings(retries=1), pace, FakeClock(), transport) as fetcher:
        found = [
            await fetcher.fetch(url(f"https://www.youtube.com/watch?v={number:011}"))
            for number in range(4)
        ]
        limited = requests.count("/oembed")
        fetcher.forget_hosts()
        await fetcher.fetch(VIDEO)
    assert (limited, requests.count("/oembed")) == (2, 4)
    assert [each.outcome for each in found] == [Response(200)] * 4
    assert {said(each) for each in found} == {Says.UNKNOWN}
    verdicts = {judge(evidence(each.outcome, fetch=each)).outcome for each in found}
    assert verdicts == {Outcome.OK}


def nobody(_request: httpx.Request) -> httpx.Response:
    raise AssertionError


async def test_the_stack_that_is_told_is_that_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    async def exchange(request: Request, _heard: object) -> tuple[Answer, str]:
        return (Response(404), "standard") if request.aside else (FOUND, "fast")

    async with Fetcher(
        FetchSettings(), PaceSettings(delay=0), FakeClock(), httpx.MockTransport(nobody)
    ) as fetcher:
        monkeypatch.setattr(fetcher._exchanger, "exchange", exchange)
        fetch = await fetcher.fetch(VIDEO)
    assert (fetch.http_stack, said(fetch), fetch.attempts) == ("fast", Says.GONE, 2)


async def test_a_witness_who_is_down_takes_no_page_along() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oembed":
            raise httpx.ConnectError("down")
        return httpx.Response(200)

    transport, pace = httpx.MockTransport(handler), PaceSettings(delay=0)
    async with Fetcher(FetchSettings(retries=3), pace, FakeClock(), transport) as fetcher:
        for number in range(9):
            fetch = await fetcher.fetch(url(f"https://www.youtube.com/watch?v={number:011}"))
            assert isinstance(fetch.outcome, Response)
            assert said(fetch) is Says.UNKNOWN


def test_the_practice_web_has_an_answer_to_every_question() -> None:
    web = pages(0)
    links = collect([document()], ExtractSettings()).links
    questions = [asked(link.url) for link in links]
    assert {question for question in questions if question} <= web.keys()
    assert len([question for question in questions if question]) == 7


@given(
    st.sampled_from([VIDEO, PACKAGE, INVITATION]),
    st.sampled_from([FOUND, REFUSED]),
    st.one_of(
        st.builds(Failure, st.sampled_from(FailureKind)),
        st.builds(Response, st.integers(100, 999), st.just(JSON), st.binary(max_size=40)),
    ),
)
def test_any_answer_of_a_witness_ends_the_conversation_and_none_fails_the_link(
    link: Url, page: Response, answer: Answer
) -> None:
    requests: list[Request] = []
    fetch, requests = converse(probe(link), page, answer, answer, answer)
    assert fetch.outcome == page
    assert len(requests) <= 2
    if fetch.testimony is None or fetch.testimony.says is Says.UNKNOWN:
        assert judge(evidence(page, fetch=fetch)).reason in ("ok", "forbidden")

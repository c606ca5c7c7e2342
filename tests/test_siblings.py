"""Made-up addresses beside a page: how they look, and what they tell."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest
from fakes import NOON, FakeClock, url
from hypothesis import given
from hypothesis import strategies as st
from loopback import answering, serving

from crawler import check_links
from crawler.conduct import Conduct
from crawler.crawl import crawl
from crawler.look import observe, observe_sibling
from crawler.model import (
    Answer,
    Failure,
    FailureKind,
    Fetch,
    Hop,
    Link,
    Observation,
    Outcome,
    Response,
    Says,
    Verdict,
)
from crawler.model import Testimony as Told  # pytest takes what begins with `Test` for a test
from crawler.settings import FetchSettings, PaceSettings, SelectSettings, Settings
from crawler.siblings import LITTLE_TEXT, directory, fingerprint, sibling
from crawler.stop import Stop
from crawler.urls import Target, resolve

TODAY = date(2026, 11, 22)
HTML = {"content-type": "text/html; charset=utf-8"}
WORDS = "In the garden behind the old mill there grew a tree that nobody had planted. " * 6
OTHER = "Whoever wants to bake bread at home needs flour, water, salt and a lot of patience. " * 6
PAGE = url("https://a.example/blog/post-1.html?id=7&lang=es")


def html(text: str = WORDS, title: str = "A site", h1: str = "") -> Response:
    head = f"<!doctype html><html><head><title>{title}</title></head>"
    heading = f"<h1>{h1}</h1>" if h1 else ""
    return Response(200, HTML, f"{head}<body>{heading}<p>{text}</p></body></html>".encode())


def made_up(address: str, outcome: Answer | None = None) -> str | None:
    asked = url(address)
    found = sibling(Fetch(asked, asked, outcome or html()), TODAY)
    return str(found) if found else None


# The address


@pytest.mark.parametrize(
    ("address", "pattern"),
    [
        ("https://a.example/blog/post", "/blog/{}"),
        ("https://a.example/blog/post/", "/blog/{}/"),
        ("https://a.example/post", "/{}"),
        ("https://a.example/a/b.tar.gz", "/a/{}.gz"),
        ("https://a.example/blog/post-1.html?id=7&lang=es", "/blog/{}.html?id={}&lang={}"),
        ("https://a.example/item?17&page", "/{}?17&page"),
        ("https://a.example/v1.2.3", "/{}"),
        ("https://a.example:8443/x/1", "/x/{}"),
    ],
)
def test_it_is_like_the_page_s_own(address: str, pattern: str) -> None:
    found = made_up(address)
    assert found
    origin = re.match("https://[^/]+", address)
    assert origin
    expected = re.escape(origin[0] + pattern).replace(r"\{\}", "[a-z2-7]{24}")
    assert re.fullmatch(expected, found)


def test_it_is_the_same_all_day_and_another_tomorrow() -> None:
    fetch = Fetch(PAGE, PAGE, html())
    assert sibling(fetch, TODAY) == sibling(fetch, TODAY)
    assert sibling(fetch, TODAY) != sibling(fetch, date(2026, 11, 23))
    other = url("https://a.example/blog/post-2.html")
    assert sibling(Fetch(other, other, html()), TODAY) != sibling(fetch, TODAY)


@given(st.from_regex(r"/[a-zA-Z0-9._~%&=?/-]{1,40}", fullmatch=True))
def test_whatever_the_page_it_stands_beside_it_and_is_a_url(target: str) -> None:
    page = resolve(f"https://a.example{target}")
    assert isinstance(page, Target)
    found = sibling(Fetch(page.url, page.url, html()), TODAY)
    if found is not None:
        assert resolve(str(found)) == Target(found)
        assert directory(found) == directory(page.url)
        assert found != page.url


@pytest.mark.parametrize(
    "address",
    ["/", "/?p=1", "/index.html", "/index.php?x=1", "/en/", "/pt-BR", "/de/index.htm", "/home/"],
)
def test_a_front_page_has_none(address: str) -> None:
    assert made_up(f"https://a.example{address}") is None


@pytest.mark.parametrize(
    "outcome",
    [
        Failure(FailureKind.TIMEOUT),
        Response(404, HTML),
        Response(304, HTML),
        Response(200, {"content-type": "application/pdf"}),
        Response(200),
    ],
)
def test_what_is_no_page_has_none(outcome: Answer) -> None:
    assert made_up("https://a.example/blog/post", outcome) is None


def test_where_a_witness_has_spoken_none_is_needed() -> None:
    page = url("https://a.example/blog/post")
    fetch = Fetch(page, page, html())
    for says, needed in ((Says.UNKNOWN, True), (Says.THERE, False), (Says.GONE, False)):
        told = replace(fetch, testimony=Told(says, "W", "thing", page))
        assert (sibling(told, TODAY) is not None) == needed


def test_links_of_one_directory_share_it() -> None:
    same = {
        directory(url(f"https://a.example{path}"))
        for path in ("/a/b", "/a/c.html", "/a/d/", "/a/e?x=/y/z")
    }
    assert same == {("https", "a.example", "/a")}
    assert directory(url("https://a.example:444/a/b")) not in same


# The text


def distance(one: str, other: str, address: str = "https://a.example/x") -> int:
    return (fingerprint(one, url(address)) ^ fingerprint(other, url(address))).bit_count()


def test_one_text_has_one_fingerprint_and_a_number_changes_little() -> None:
    assert distance(WORDS, WORDS.upper()) == 0
    assert distance(WORDS + " Visitors: 17", WORDS + " Visitors: 18") <= 3
    assert distance(WORDS, OTHER) > 12
    assert distance("", "") == 0


def test_texts_without_spaces_are_told_apart() -> None:
    chinese = "很久以前在一个小村庄里住着一位老人他每天都到山上去砍柴然后把柴卖给城里的人" * 3
    other = "这个页面不存在请检查您输入的地址是否正确或者返回首页继续浏览其他的内容谢谢" * 3
    assert distance(chinese, chinese + "好") <= 3
    assert distance(chinese, other) > 12


def test_the_name_that_was_asked_for_does_not_count() -> None:
    one = fingerprint(f"{WORDS} There is no post-1 here", url("https://a.example/b/post-1/"))
    other = fingerprint(f"{WORDS} There is no abcdef here", url("https://a.example/b/abcdef"))
    assert (one ^ other).bit_count() <= 3


# The verdict


def judged(page: Answer, beside: Answer, *, to: str = "", beside_to: str = "") -> Verdict:
    made = sibling(Fetch(PAGE, PAGE, html()), TODAY)
    assert made
    hops, beside_hops = (Hop(PAGE, 302),), (Hop(made, 302),)
    fetch = Fetch(PAGE, url(to), page, hops) if to else Fetch(PAGE, PAGE, page)
    other = (
        Fetch(made, url(beside_to), beside, beside_hops) if beside_to else Fetch(made, made, beside)
    )
    return observe(Link(PAGE), fetch, None, None, NOON, observe_sibling(made, other)).verdict


def test_what_is_shown_for_everything_is_not_there() -> None:
    verdict = judged(html(), html())
    assert (verdict.outcome, verdict.reason) == (Outcome.BROKEN, "soft-404")
    assert re.search(
        r"\(HTTP 200; an address that was made up shows the same: https://a\.example/blog/",
        verdict.detail,
    )


@pytest.mark.parametrize(
    ("page", "beside"),
    [
        (html(), Response(404, HTML, html().body)),
        (html(), Response(410)),
        (html(), Response(403, HTML, html().body)),
        (html(), Response(503)),
        (html(), Failure(FailureKind.TIMEOUT)),
        (html(), html(OTHER)),
        (html(), html(title="Not here")),
        (html(h1="The mill"), html(h1="Oh no")),
        (html(), html(WORDS + "<!-- much more -->" * 30)),
        (html("x" * (LITTLE_TEXT - 1)), html("x" * (LITTLE_TEXT - 1))),
        (html(""), html("")),
        (html(), Response(200, {"content-type": "text/plain"}, html().body)),
    ],
)
def test_in_doubt_the_page_is_believed(page: Response, beside: Answer) -> None:
    assert judged(page, beside).reason == "ok"


def test_a_page_that_says_what_was_asked_for_is_still_the_same() -> None:
    made = sibling(Fetch(PAGE, PAGE, html()), TODAY)
    assert made
    name = made.path.rpartition("/")[2]
    mine, others = html(f"{WORDS} No post-1.html here"), html(f"{WORDS} No {name} here")
    assert judged(mine, others).reason == "soft-404"


def test_pages_that_are_led_to_one_place_are_not_there() -> None:
    short = html("Welcome", h1="Home")
    front, other = "https://a.example/", "https://a.example/other"
    assert judged(short, short, to=front, beside_to=front).reason == "soft-404"
    assert judged(short, short, to=front, beside_to=other).reason == "temporary"
    assert judged(short, short, to=front).reason == "temporary"
    assert judged(short, Response(404), to=front, beside_to=front).reason == "temporary"


def test_without_a_made_up_address_nothing_changes() -> None:
    fetch = Fetch(PAGE, PAGE, html())
    assert observe(Link(PAGE), fetch, None, None, NOON).verdict.reason == "ok"


# The run

Answering = Callable[[httpx.Request], httpx.Response]


async def crawled(
    answer: Answering, *addresses: str, probe: bool = True, select: SelectSettings | None = None
) -> tuple[dict[str, str], Counter[str]]:
    """Return the reasons by path, and how often each was asked for; `~` is what was made up."""
    asked: Counter[str] = Counter()
    looks: list[Observation] = []
    own = {url(address).path for address in addresses}

    def handler(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        asked[path if path in own else f"{path.rpartition('/')[0]}/~"] += 1
        return answer(request)

    settings = Settings(
        fetch=FetchSettings(retries=0, probe=probe),
        pace=PaceSettings(delay=0),
        select=select or SelectSettings(),
    )
    conduct = Conduct(settings, FakeClock(), Stop(), looks.append, httpx.MockTransport(handler))
    await crawl([Link(url(address)) for address in addresses], {}, conduct)
    return {look.url.path: look.verdict.reason for look in looks}, asked


def always(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers=HTML, content=html().body)


def honest(request: httpx.Request) -> httpx.Response:
    there = request.url.path.startswith(("/a/page", "/b/page"))
    return always(request) if there else httpx.Response(404)


PAGES = [f"https://a.example/{place}/page{number}" for place in "ab" for number in range(20)]


async def test_one_address_is_made_up_for_all_links_of_a_directory() -> None:
    reasons, asked = await crawled(honest, *PAGES)
    assert set(reasons.values()) == {"ok"}
    assert asked["/a/~"] == asked["/b/~"] == 1
    assert asked.total() == len(PAGES) + 2


async def test_a_server_that_answers_everything_is_seen_through() -> None:
    reasons, asked = await crawled(always, *PAGES, "https://a.example/")
    assert reasons.pop("/") == "ok"
    assert set(reasons.values()) == {"soft-404"}
    assert asked["/a/~"] == asked["/b/~"] == 1


async def test_nothing_is_made_up_unless_it_is_wanted() -> None:
    reasons, asked = await crawled(always, *PAGES, probe=False)
    assert set(reasons.values()) == {"ok"}
    assert asked.total() == len(PAGES)


async def test_what_must_not_be_asked_is_not_made_up() -> None:
    select = SelectSettings(exclude=(r"/a/[a-z2-7]{24}$",))
    reasons, asked = await crawled(always, *PAGES, select=select)
    assert (asked["/a/~"], asked["/b/~"]) == (0, 1)
    assert (reasons["/a/page1"], reasons["/b/page1"]) == ("ok", "soft-404")


@pytest.mark.parametrize("status", [429, 503])
async def test_what_was_made_up_is_held_against_no_link(status: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return always(request) if "/page" in request.url.path else httpx.Response(status)

    reasons, asked = await crawled(answer, *PAGES)
    assert set(reasons.values()) == {"ok"}
    assert asked["/a/~"] <= 1


async def test_over_the_wire_it_is_asked_as_any_page_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n"
    async with serving(answering(head + html().body)) as site:
        links = [f"<http://a.example:{site.port}/blog/{number}>" for number in range(5)]
        Path("a.md").write_text("\n\n".join(links))
        settings = Settings(fetch=FetchSettings(probe=True, resolve=("*:*:127.0.0.1",)))
        report = await check_links(["a.md"], settings)
    assert {row.verdict.reason for row in report.rows} == {"soft-404"}
    beside = [path for path in site.paths if len(path) == len("/blog/") + 24]
    assert len(beside) == 1
    assert len(site.paths) == 6

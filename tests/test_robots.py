"""What a robots.txt allows: RFC 9309, and whatever strangers write into one."""

import time

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Answer, Failure, FailureKind, Fetch, Response
from crawler.robots import (
    MAX_DELAY,
    MAX_SITEMAPS,
    MAX_SIZE,
    MAX_WILDCARDS,
    Robots,
    forbids_following,
    read_robots,
)

HOME = "https://a.example"
AGENT = "link-health-crawler/1.2.3"


def came_of(outcome: Answer) -> Robots:
    there = url(f"{HOME}/robots.txt")
    return read_robots(Fetch(there, there, outcome), AGENT)


def robots(text: str | bytes) -> Robots:
    body = text.encode() if isinstance(text, str) else text
    return came_of(Response(200, {"content-type": "text/plain"}, body))


@pytest.mark.parametrize(
    ("header", "source", "expected"),
    [
        ("", "<p>robots nofollow", False),
        ("nofollow", "", True),
        ("NOINDEX, NoFollow", "", True),
        ("none", "", True),
        ("googlebot: nofollow", "", False),
        ("noindex, googlebot: nofollow, noarchive", "", False),
        ("", '<META NAME="Robots" CONTENT="index,nofollow">', True),
        ("", "<meta content='none' name=robots>", True),
        ("", '<meta name="googlebot" content="nofollow"><meta name="robots">', False),
        ("", '<!-- <meta name="robots" content="nofollow"> -->', False),
        ("", '<script>"<meta name=robots content=nofollow>"</script>', False),
        ("", '<meta name="robots" content="follow">', False),
    ],
)
def test_a_page_may_ask_that_nothing_be_followed(
    header: str, source: str, *, expected: bool
) -> None:
    assert forbids_following({"x-robots-tag": header}, source) == expected


def allowed(text: str | bytes, *targets: str) -> list[bool]:
    return [robots(text).allow(url(HOME + target)) for target in targets]


@pytest.mark.parametrize(
    ("text", "targets", "expected"),
    [
        ("", ["/"], [True]),
        ("<h1>Hello</h1>", ["/"], [True]),
        ("User-agent: *\nDisallow: /", ["/", "/a"], [False, False]),
        ("User-agent: *\nDisallow:", ["/"], [True]),
        ("user-agent: *\r\ndisallow: /a # why\r\n", ["/a", "/ab", "/b"], [False, False, True]),
        # The longest rule counts, and of two that are as long the one that allows.
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", ["/a/c", "/a/b/c"], [False, True]),
        ("User-agent: *\nDisallow: /a\nAllow: /a", ["/a"], [True]),
        ("User-agent: *\nDisallow: /*.pdf$", ["/x.pdf", "/x.pdf?a", "/x"], [False, True, True]),
        ("User-agent: *\nDisallow: /*?", ["/x?a", "/x"], [False, True]),
        # The group that names us counts alone; another's does not.
        ("User-agent: link-health-crawler\nDisallow: /a\n\nUser-agent: *\nDisallow: /b",
         ["/a", "/b"], [False, True]),
        ("User-agent: Link-Health-Crawler\nDisallow: /a", ["/a"], [False]),
        ("User-agent: crawler\nDisallow: /\n\nUser-agent: *\nAllow: /", ["/a"], [True]),
        ("User-agent: x\nUser-agent: *\nDisallow: /a", ["/a"], [False]),
        ("User-agent: *\nDisallow: /caf\u00e9", ["/caf%C3%A9"], [False]),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", ["/a"], [False]),
        (b"User-agent: *\nDisallow: /\xe9\nDisallow: /a", ["/a"], [False]),
        ("User-agent: *\nDisallow: /", ["/robots.txt"], [True]),
    ],
)  # fmt: skip
def test_the_rules_are_those_of_the_standard(
    text: str | bytes, targets: list[str], expected: list[bool]
) -> None:
    assert allowed(text, *targets) == expected


@pytest.mark.parametrize(
    ("outcome", "open_"),
    [
        (Response(404), True),
        (Response(401), True),
        (Response(403), True),
        (Response(429), False),
        (Response(500), False),
        (Response(503), False),
        (Response(304), True),
        (Failure(FailureKind.TIMEOUT), False),
        (Failure(FailureKind.DNS_NOT_FOUND), False),
        (Failure(FailureKind.PRIVATE_ADDRESS), False),
        (Failure(FailureKind.REDIRECT_LOOP), True),
        (Failure(FailureKind.TOO_MANY_REDIRECTS), True),
    ],
)
def test_what_cannot_be_had_shuts_a_site_and_what_is_not_there_does_not(
    outcome: Answer, *, open_: bool
) -> None:
    found = came_of(outcome)
    assert found.allow(url(f"{HOME}/a")) == open_
    assert bool(found.shut) != open_


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2", 2), ("0.5", 0.5), ("86400", MAX_DELAY), ("inf", 0), ("-5", 0), ("nan", 0), ("x", 0)],
)
def test_delays_are_bounded_and_nonsense_is_none(written: str, seconds: float) -> None:
    assert robots(f"User-agent: *\nCrawl-delay: {written}").delay == seconds


def test_sitemaps_are_resolved_and_each_counts_once() -> None:
    found = robots(
        "Sitemap: https://a.example/s.xml\nSitemap: /s.xml\nsitemap: https://b.example/t.xml\n"
        "Sitemap: ftp://a.example/u.xml\nSitemap: http://[\n"
    )
    assert [str(each) for each in found.sitemaps] == [f"{HOME}/s.xml", "https://b.example/t.xml"]
    many = robots("".join(f"Sitemap: /{number}.xml\n" for number in range(MAX_SITEMAPS + 9)))
    assert len(many.sitemaps) == MAX_SITEMAPS


def test_only_whole_lines_of_the_beginning_are_read() -> None:
    filler = "# " + "x" * 98 + "\n"
    beginning = "User-agent: *\n" + filler * ((MAX_SIZE - 100) // len(filler))
    rest = "Disallow: /" + "a" * 500 + "\nDisallow: /b\n"
    assert allowed(beginning + rest, "/a", "/b", "/x") == [True, True, True]
    assert allowed("User-agent: *\n" + rest, "/b") == [False]


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_whatever_is_written_is_read(body: bytes) -> None:
    for each in (body, b"User-agent: *\nDisallow: " + body, b"Sitemap: " + body):
        robots(each).allow(url(f"{HOME}/a?b=c"))


@pytest.mark.parametrize(
    "rule",
    [
        "Disallow: /" + "*a" * 1000,
        "Disallow: /" + "a*" * 2000 + "$",
        "Disallow: /*$*$",
        "Allow: /%2",
    ],
)
def test_hostile_rules_take_no_time(rule: str) -> None:
    lines = MAX_SIZE // (len(rule) + 1) - 1
    found = robots("User-agent: *\n" + f"{rule}\n" * lines)
    begun = time.process_time()
    found.allow(url(f"{HOME}/" + "a" * 1900))
    assert time.process_time() - begun < 2


def test_more_wildcards_than_anybody_means_shut_a_site() -> None:
    many = "".join(f"Disallow: /*a{number}\n" for number in range(MAX_WILDCARDS))
    assert robots(f"User-agent: x\n{many}").allow(url(f"{HOME}/"))
    assert not robots(f"User-agent: x\n{many}User-agent: *\nDisallow: /*\n").allow(url(f"{HOME}/"))
    assert robots(f"User-agent: x\n{many * 2}").allow(url(f"{HOME}/"))

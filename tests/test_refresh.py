"""Pages that lead on by themselves, and the many more that only look like it."""

import time
from html import escape

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Response, Via
from crawler.refresh import MAX_SCRIPTED, onward
from crawler.tables import rows
from crawler.urls import Target, resolve

HERE = "https://a.example/dir/page"
WORDS = "Words that people read. " * 40


def page(body: str | bytes, **headers: str) -> Response:
    sent = body.encode() if isinstance(body, str) else body
    return Response(200, {"content-type": "text/html; charset=utf-8", **headers}, sent)


def led(response: Response, here: str = HERE) -> tuple[str, str] | None:
    found = onward(response, url(here))
    return (found.via.value, str(found.url)) if found else None


def meta(content: str, more: str = "") -> Response:
    return page(f"<html><head><meta http-equiv='refresh' content='{content}'></head>{more}</html>")


def script(program: str, more: str = "") -> Response:
    return page(f"<title>x</title><script>{program}</script>{more}")


# What a refresh says, in a header and in a page

_REFRESHES = [
    ("0; url=/next", "https://a.example/next"),
    ("0;url=next", "https://a.example/dir/next"),
    ("0;URL=next", "https://a.example/dir/next"),
    ("0,url=next", "https://a.example/dir/next"),
    ("0 url=next", "https://a.example/dir/next"),
    ("0; next", "https://a.example/dir/next"),
    ("0; url = next ", "https://a.example/dir/next"),
    ('0; url="/a b"', "https://a.example/a%20b"),
    ('0; url="/next" more', "https://a.example/next"),
    ("00000; url=/next", "https://a.example/next"),
    ("10; url=/next", "https://a.example/next"),
    ("0.5; url=/next", "https://a.example/next"),
    (".5; url=/next", "https://a.example/next"),
    ("  3;url=https://b.example/x#part", "https://b.example/x"),
    ("0; url=//b.example/x", "https://b.example/x"),
    ("0; url=?a=1", "https://a.example/dir/page?a=1"),
    ("0; url=http://127.0.0.1/", "http://127.0.0.1/"),
    ("0; url=https://ann:secret@b.example/", "https://b.example/"),
    ("11; url=/next", None),
    ("300; url=/next", None),
    ("9" * 5000 + "; url=/next", None),
    ("0", None),
    ("5;", None),
    ("0; url=", None),
    ("", None),
    ("url=/next", None),
    ("; url=/next", None),
    ("-1; url=/next", None),
    ("0; url=#part", None),
    ("0; url=page", None),
    ("0; url=page#part", None),
    ("0; url=HTTPS://A.example:443/dir/../dir/page", None),
    ("0; url=javascript:alert(1)", None),
    ("0; url=data:text/html,x", None),
    ("0; url=file:///etc/passwd", None),
    ("0; url=market://details", None),
    ("0; url=mailto:ann@b.example", None),
    ("0; url=http://", None),
    ("0; url=http://[x", None),
]


@pytest.mark.parametrize(("content", "there"), _REFRESHES, ids=lambda text: str(text)[:40])
def test_a_refresh_leads_to_another_page_of_the_web_soon(content: str, there: str | None) -> None:
    by_header = Response(200, {"refresh": content, "content-type": "text/plain"}, b"x")
    assert led(by_header) == (("refresh-header", there) if there else None)
    assert led(meta(content)) == (("meta-refresh", there) if there else None)


def test_a_header_speaks_before_the_page_does() -> None:
    both = page("<meta http-equiv=refresh content='0;url=/page'>", refresh="0;url=/header")
    assert led(both) == ("refresh-header", "https://a.example/header")


@pytest.mark.parametrize(
    "written",
    [
        "<META HTTP-EQUIV=REFRESH CONTENT=0;URL=/next>",
        "<meta content='0;url=/next' http-equiv = \"Refresh\" />",
        '<meta name=x http-equiv="refresh"\n content="0;url=/next">',
        "<meta http-equiv=' refresh ' content='0;url=&#47;next'>",
        "<body><p>" + WORDS + "<meta http-equiv=refresh content='0;url=/next'>",
        "<meta http-equiv=refresh><meta http-equiv=refresh content='0;url=/next'>",
        "<meta http-equiv=refresh content=300><meta http-equiv=refresh content='0;url=/next'>",
    ],
)  # fmt: skip
def test_a_meta_element_is_found_however_it_is_written(written: str) -> None:
    assert led(page(written)) == ("meta-refresh", "https://a.example/next")


@pytest.mark.parametrize(
    "written",
    [
        "<!-- <meta http-equiv=refresh content='0;url=/next'> -->",
        "<script>'<meta http-equiv=refresh content=\"0;url=/next\">'</script>",
        "<textarea><meta http-equiv=refresh content='0;url=/next'></textarea>",
        "<title><meta http-equiv=refresh content='0;url=/next'></title>",
        "&lt;meta http-equiv=refresh content='0;url=/next'&gt;",
        "<noscript><meta http-equiv=refresh content='0;url=/nojs.html'></noscript>",
        "<meta http-equiv=refresh-rate content='0;url=/next'>",
        "<meta name=refresh content='0;url=/next'>",
        "<!--" + " " * 40_000 + "--><meta http-equiv=refresh content='0;url=/next'>",
    ],
)
def test_what_only_looks_like_a_meta_element_leads_nowhere(written: str) -> None:
    assert led(page(written)) is None


def test_a_meta_element_behind_a_noscript_element_counts() -> None:
    body = "<noscript><style></style>x</noscript><meta http-equiv=refresh content='0;url=/next'>"
    assert led(page(body)) == ("meta-refresh", "https://a.example/next")


@pytest.mark.parametrize(
    ("base", "there"),
    [
        ("<base href='https://b.example/x/'>", "https://b.example/x/next"),
        ("<base target=_top><base href='/x/'><base href='/y/'>", "https://a.example/x/next"),
        (f"<base href='{HERE}'>", "https://a.example/dir/next"),
        ("<base href='data:x'>", "https://a.example/dir/next"),
    ],
)
def test_a_page_may_declare_its_own_base(base: str, there: str) -> None:
    assert led(page(f"{base}<meta http-equiv=refresh content='0;url=next'>")) == (
        "meta-refresh", there,
    )  # fmt: skip


def test_a_page_is_read_in_its_own_encoding() -> None:
    body = "<meta charset=windows-1252><meta http-equiv=refresh content='0;url=/ñ'>"
    response = Response(200, {"content-type": "text/html"}, body.encode("windows-1252"))
    assert led(response) == ("meta-refresh", "https://a.example/%C3%B1")


@pytest.mark.parametrize("status", [200, 201, 203, 206])
def test_any_success_may_lead_on(status: int) -> None:
    assert onward(Response(status, {"refresh": "0;url=/next"}), url(HERE)) is not None


@pytest.mark.parametrize("status", [101, 301, 304, 404, 410, 429, 500, 503])
def test_what_is_no_success_says_so_and_leads_nowhere(status: int) -> None:
    body = b"<meta http-equiv=refresh content='0;url=/next'>"
    response = Response(status, {"refresh": "0;url=/next", "content-type": "text/html"}, body)
    assert onward(response, url(HERE)) is None


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "image/svg+xml", "text/css"])
def test_only_pages_are_read(kind: str) -> None:
    body = b"<meta http-equiv=refresh content='0;url=/next'><script>location='/next'</script>"
    assert led(Response(200, {"content-type": kind}, body)) is None


# Scripts

_SCRIPTS = [
    ('window.location.href="/lander"', "https://a.example/lander"),
    ("window.location = 'https://b.example/x'", "https://b.example/x"),
    ("location='/next'", "https://a.example/next"),
    ("location.href = '/next';", "https://a.example/next"),
    ("document.location='/next'", "https://a.example/next"),
    ("self . location . href = '/next'", "https://a.example/next"),
    ("window.document.location='/next'", "https://a.example/next"),
    ('location.replace("/next")', "https://a.example/next"),
    ("window.location.assign ( '/next' )", "https://a.example/next"),
    (r'location.replace("https:\/\/b.example\/x")', "https://b.example/x"),
    (r'location.replace("https://b.example/?a=1\x26b=2\u0026c=3")', "https://b.example/?a=1&b=2&c=3"),
    (r"location='/it\'s'", "https://a.example/it's"),
    ("setTimeout(function(){location.href='/next'}, 10)", "https://a.example/next"),
    ("location='#top';location='relative';location='/next'", "https://a.example/next"),
    (f"location='{HERE}';location='/next'", "https://a.example/next"),
    ("location='//b.example/x'", "https://b.example/x"),
    ("if (location.href == '/x') y()", None),
    ("location.protocol = 'https:'", None),
    ("location.hash = '/x'", None),
    ("my.location = '/x'", None),
    ("mylocation = '/x'", None),
    ("mywindow.location = '/x'", None),
    (" " * 80 + "location = '/next'", "https://a.example/next"),
    ("$location = '/x'", None),
    ("geo-location = '/x'", None),
    ("top.location = '/x'", None),
    ("parent.location.href = '/x'", None),
    ("location = '/x?from=' + here", None),
    ("location.href = next", None),
    ("location = 'javascript:alert(1)'", None),
    ("location = 'market://x'", None),
    (r"location = '/\ud800'", None),
    ("location = '/x\n'", None),
    ("location = '/x", None),
    (f"location = '{HERE}#x'", None),
]  # fmt: skip


@pytest.mark.parametrize(("program", "there"), _SCRIPTS, ids=lambda text: str(text)[:40])
def test_a_script_that_names_its_next_location(program: str, there: str | None) -> None:
    assert led(script(program)) == (("script", there) if there else None)


@pytest.mark.parametrize(
    "body",
    [
        f"<script>location='/next'</script><p>{WORDS}",
        "<script>location='/next'</script>" + "<!-- -->" * (MAX_SCRIPTED // 8),
        "<script type=application/json>location='/next'</script>",
        "<style>location='/next'</style>",
        "<p>location='/next'",
        "<noscript><script>location='/next'</script></noscript>" + WORDS,
        f"<p>{WORDS}<p>{WORDS}<script>location='/next'</script>",
        "<body onload>location='/next'",
        "<script>if (!window.fetch) { location.href = '/old' }</script><div id=root></div>",
        "<script>onerror = function () { location = '/login' }</script><div id=app></div>",
        "<script>function logout() { location.href = '/logout' }</script><p>In a word",
        """<script>var it = {"onclick": "location.href='/next'"}</script><p>In a word""",
    ],
)
def test_a_script_counts_only_where_there_is_nothing_else(body: str) -> None:
    assert led(page(body)) is None


def test_a_script_of_a_page_that_was_cut_does_not_count() -> None:
    body = b"<script>location='/next'</script>"
    headers = {"content-type": "text/html"}
    assert led(Response(200, headers, body)) == ("script", "https://a.example/next")
    assert led(Response(200, headers, body, truncated=True)) is None


@pytest.mark.parametrize(
    "body",
    [
        '<body onload="location.href=&quot;/next&quot;">',
        "<script type='text/javascript'>location='/next'</script>",
        "<script type=module>location='/next'</script>",
        "<style>p { content: '" + WORDS + "' }</style><script>location='/next'</script>",
        "<noscript>" + WORDS + "</noscript><script>location='/next'</script>",
    ],
)
def test_what_people_do_not_see_is_nothing_else(body: str) -> None:
    assert led(page(body)) == ("script", "https://a.example/next")


def test_a_page_with_and_without_scripts_that_says_the_same_twice() -> None:
    """As t.co does for browsers: a refresh in `noscript`, and the same place in a script."""
    body = (
        '<head><noscript><META http-equiv="refresh" content="0;URL=https://b.example/x"></noscript>'
        "<title>https://b.example/x</title></head>"
        r'<script>window.opener = null; location.replace("https:\/\/b.example\/x")</script>'
    )
    assert led(page(body)) == ("meta-refresh", "https://b.example/x")
    assert led(page(f"{body}<p>{WORDS}")) is None
    other = body.replace("/x", "/nojs", 1)
    assert led(page(other)) == ("script", "https://b.example/x")


# Links of pages that show where they lead

_SHOWN = [
    (
        "https://lnkd.in/abc",
        '<a data-tracking-control-name="external_url_click" href="https://b.example/x?a=1&amp;b=2">',
        "https://b.example/x?a=1&b=2",
    ),
    ("https://lnkd.in/abc", '<a href="https://b.example/x">', None),
    ("https://lnkd.in/abc", '<a data-tracking-control-name="external_url_click" href="/x">', None),
    ("https://bit.ly/a", '<a class="preview__continue x" href="https://b.example/">', "https://b.example/"),
    ("https://bitly.com/a", '<a id="action:continue" href="https://b.example/">', "https://b.example/"),
    (
        "https://v.gd/a",
        '<script>x()</script><a href="https://b.example/" class="biglink">',
        "https://b.example/",
    ),
    (
        "https://apple.news/A1",
        '<script>redirectToUrlAfterTimeout("https://b.example/x", 0)</script>' + WORDS,
        "https://b.example/x",
    ),
    ("https://m.tb.cn/h.1", "<script>var url = 'https://b.example/x';</script>", "https://b.example/x"),
    ("https://u.jd.com/a", "<script>var hrl='https://b.example/x' ;</script>", "https://b.example/x"),
    ("https://m.tb.cn/h.1", "<script>var curl = 'https://b.example/x';</script>", None),
    ("https://c.example/", '<a class="biglink" href="https://b.example/">', None),
]  # fmt: skip


@pytest.mark.parametrize(("here", "body", "there"), _SHOWN, ids=lambda text: str(text)[:40])
def test_the_link_that_a_page_shows(here: str, body: str, there: str | None) -> None:
    assert led(page(f"<p>{WORDS}{body}"), here) == (("page-link", there) if there else None)


def test_the_table_of_shown_links_is_sorted_and_tried() -> None:
    table = list(rows("page_links.tsv"))
    assert sorted(table) == table
    assert {where for _, where, _ in table} == {"call", "link", "variable"}
    assert {host for host, *_ in table} <= {url(here).host for here, _, there in _SHOWN if there}


# Laws

_PIECES = st.sampled_from([
    "<meta http-equiv=refresh content='0;url=", "/next'>", "'>", "<noscript>", "</noscript>", "<b",
    "<script>", "</script>", "location=", "location.replace(", "'/x'", '"', "'", "\\", "\\x2",
    "\\u", "https://b.example/", "<base href=//", "&#x2f;", '<body onload="', "0;url=", " ", "é",
    "window.", "javascript:", "//[::1]", "+", "<a class=biglink href=", "var url = ", ")", ";", "=",
])  # fmt: skip


@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30).map("".join), st.booleans())
def test_whatever_a_page_says_it_leads_to_another_page_of_the_web(text: str, known: bool) -> None:
    here = url("https://v.gd/x" if known else HERE)
    headers = {"content-type": "text/html", "refresh": text[:40]}
    for response in (
        Response(200, headers, text.encode("utf-8", "replace")),
        Response(200, {}, text.encode("utf-16", "surrogatepass")),
    ):
        found = onward(response, here)
        if found is not None:
            assert found.url != here
            assert resolve(str(found.url)) == Target(found.url)
            assert found.via in set(Via) - {Via.HTTP, Via.WRAPPER}


@given(st.text(alphabet="0123456789.;,= urlURL'\"/ab", max_size=30))
def test_header_and_page_are_read_alike(content: str) -> None:
    by_header = onward(Response(200, {"refresh": content}), url(HERE))
    by_page = onward(meta(escape(content)), url(HERE))
    assert (by_header and by_header.url) == (by_page and by_page.url)


_SIGN = "<meta http-equiv=refresh>"
_MIB = 2**20
_LONG = {
    "spaces": _SIGN + "<meta http-equiv=refresh content='" + " " * _MIB,
    "digits": _SIGN + "<meta http-equiv=refresh content='" + "9" * _MIB,
    "signs": "http-equiv " * (_MIB // 11),
    "equals": "http-equiv=" * (_MIB // 11),
    "tags": _SIGN * (_MIB // len(_SIGN)),
    "open": _SIGN + "<" * _MIB,
    "noscript": _SIGN + "<noscript>" * (_MIB // 10),
    "attributes": _SIGN + "<a " + "b " * (_MIB // 2),
    "scripts": _SIGN + "<script>location" * (_MIB // 16),
    "windows": _SIGN + "<script>" + "window." * (_MIB // 7),
    "spaced-windows": _SIGN + "<script>" + "window . " * (_MIB // 9),
    "strings": _SIGN + "<script>" + "location='" * (_MIB // 10),
    "other-strings": _SIGN + "<script>" + "location=\"x'" * (_MIB // 12),
    "escapes": _SIGN + "<script>location='" + "\\'" * (_MIB // 2),
    "references": _SIGN + "<meta http-equiv=refresh content='0;url=" + "&#" * (_MIB // 2),
    "owners": _SIGN + "<script>" + "window. " * 9 + "location='/'" * (_MIB // 12),
    "variables": "<script>" + "var url = " * (_MIB // 10),
}


@pytest.mark.parametrize("name", _LONG)
def test_what_is_made_to_take_long_does_not(name: str) -> None:
    begun = time.process_time()
    for here in (HERE, "https://m.tb.cn/x"):
        onward(page(_LONG[name]), url(here))
        onward(page(_LONG[name][:MAX_SCRIPTED]), url(here))
    onward(Response(200, {"refresh": _LONG[name]}), url(HERE))
    assert time.process_time() - begun < 2  # a tenth of a second; quadratic would be minutes

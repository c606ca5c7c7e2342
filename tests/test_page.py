"""Pages: what of them is read, and in how much time."""

import time

import pytest
from fakes import url

from crawler.facts import read_facts
from crawler.model import Response
from crawler.page import MAX_VISIBLE, Page, is_pdf, is_readable, read_page
from crawler.signs import read_signs


@pytest.mark.parametrize(
    ("kind", "readable", "pdf"),
    [
        ("", True, False),
        ("text/html;charset=utf-8", True, False),
        ("application/xhtml+xml", True, False),
        ("application/xml", True, False),
        ("Application/PDF; x=y", True, True),
        ("application/x-pdf", True, True),
        ("text/htmlx", False, False),
        ("text/plain", False, False),
        ("video/mp4", False, False),
        ("text/event-stream", False, False),
    ],
)
def test_what_is_read_depends_on_the_type(kind: str, readable: bool, pdf: bool) -> None:
    response = Response(200, {"content-type": kind}, b"x")
    assert (is_readable(response), is_pdf(response)) == (readable, pdf)
    assert (read_page(response) is not None) == (readable and not pdf)


def test_a_page_is_decoded_whole_only_if_somebody_asks() -> None:
    body = ("<head></head>" + "Größe " * 20_000).encode()
    page = Page(body)
    assert len(page.source) < 30_000
    assert page.text == body.decode()
    short = Page(b"<head></head>x")
    assert short.text == short.source == "<head></head>x"


def test_a_page_that_is_dangerous_to_parse_still_has_its_text() -> None:
    text = "<title>T</title>" + "<div>" * 4000
    page = Page(text.encode())
    assert len(page.source) < len(text)
    assert page.text == text


@pytest.mark.parametrize(
    ("page", "visible"),
    [
        ("<p>a<b>b</b> c</p>\n\n<p>d", "a b c d"),
        ("<nav>menu</nav><main><p>a</p></main><footer>f</footer>b", "a b"),
        ("<script>x</script><style>x</style><noscript>x</noscript><template>x</template>a", "a"),
        ("<svg><title>x</title></svg><select><option>x</select><button>x</button>a", "a"),
        ("<form>some pages are one form</form>", "some pages are one form"),
        ("a &amp; b &lt;c> 1 < 2", "a & b <c> 1 < 2"),
        ("<scripted>a</scripted><navy>b</navy>", "a b"),
        ("<div><header>x</header></div><div><div>a</div></div>b", "a b"),
        ("<title>T</title>", ""),
        ("<!-- c -->a", "a"),
        ("a\x1b\u202eb", "a b"),
        ("", ""),
    ],
)
def test_the_visible_text_is_what_people_read(page: str, visible: str) -> None:
    assert Page(f"<html><body>{page}".encode()).visible == visible


def test_a_frameset_shows_nothing() -> None:
    assert Page(b"<frameset><frame src=a></frameset>").visible == ""


def test_the_visible_text_is_a_beginning() -> None:
    assert len(Page(b"<p>many words </p>" * 5000).visible) == MAX_VISIBLE
    assert Page(b"<head></head>" + b"<p></p>" * 4000 + b"too far").visible == ""


def test_metas_of_one_name_are_counted() -> None:
    page = Page(b"<meta name=a content=1><meta property=A content=2><meta name=a content=' '>" * 30)
    assert page.meta("b", "a") == "1"
    assert page.metas("a") == ("1", "2") * 10
    assert page.metas("b") == ()


MEGABYTE = 2**20
HOSTILE = {
    "deep": b"<div>" * (MEGABYTE // 5),
    "formatting": b"".join(b"<i id=%d>" % number for number in range(90_000)),
    "attributes": b"<p " + b"".join(b"a%d=1 " % number for number in range(120_000)),
    "metas": b"<meta name=a content=b>" * (MEGABYTE // 23),
    "links": b"<link rel=canonical href=/>" * (MEGABYTE // 27),
    "headings": b"<h1>" * (MEGABYTE // 4),
    "heads": b"</head" * (MEGABYTE // 6),
    "head and spaces": b"</head" + b" " * MEGABYTE,
    "brackets": b"<" * MEGABYTE,
    "licences": b'rel="license"' * (MEGABYTE // 13),
    "licence": b"<" * MEGABYTE + b'rel="license"' + b"=" * MEGABYTE,
    "ampersands": b"<title>" + b"&" * MEGABYTE,
    "references": b"<title>" + b"&#" + b"9" * MEGABYTE,
    "separators": b"<title>" + b" | " * (MEGABYTE // 3),
    "blocks": b"<script type=application/ld+json>" * (MEGABYTE // 33),
    "controls": b"<title>" + b"\x1b" * MEGABYTE,
    "legacy": b"<meta charset=windows-1255>" + b"\xff" * MEGABYTE,
    "undeclared": b"\xff\xfd" * (MEGABYTE // 2),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_megabyte_is_read_promptly(body: bytes) -> None:
    response = Response(200, {"content-type": "text/html", "link": "<a>;rel=b," * 9000}, body)
    began = time.process_time()
    page = read_page(response)
    assert page is not None
    read_facts(page, response, url("https://a.example/x"))
    read_signs(page, response)
    assert time.process_time() - began < 2.0

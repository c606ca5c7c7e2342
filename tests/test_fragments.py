"""Fragments of pages: what is missing, and above all what nobody can tell."""

import time
from pathlib import Path

import pytest
from fakes import url
from hypothesis import given
from hypothesis import strategies as st

from crawler import anchors
from crawler.fragments import is_for_scripts, missing_parts, parted
from crawler.model import Response
from crawler.page import read_page

HTML = {"content-type": "text/html; charset=utf-8"}
PAGES = Path(__file__).parent / "cases" / "pages"
TEXT = f"<title>x</title><h2 id=intro>Intro</h2><p>{'Words that people read. ' * 40}</p>"


def missing(
    body: str,
    *asked: str,
    headers: dict[str, str] = HTML,
    status: int = 200,
    truncated: bool = False,
    address: str = "https://a.example/page",
) -> set[str]:
    response = Response(status, headers, body.encode(), truncated)
    page = read_page(response)
    assert page is not None
    return set(missing_parts(asked, response, page, url(address)))


def test_what_a_page_has_not_is_missing_and_nothing_else() -> None:
    assert missing(TEXT, "intro", "intr", "other", "top", "INTRO") == {"intr", "other", "INTRO"}


@pytest.mark.parametrize("path", sorted(PAGES.glob("tells.*.html")), ids=lambda path: path.stem)
def test_a_page_that_shows_its_text_tells_what_it_has_not(path: Path) -> None:
    assert missing(path.read_text("utf-8"), "part-1", "install", "no-such-part") >= {"no-such-part"}


@pytest.mark.parametrize(
    "path", sorted(PAGES.glob("cannot-tell.*.html")), ids=lambda path: path.stem
)
def test_a_page_that_scripts_build_cannot_tell(path: Path) -> None:
    assert not missing(path.read_text("utf-8"), "no-such-part", ":~:text=no%20such%20words")


@pytest.mark.parametrize(
    ("headers", "status", "truncated"),
    [
        (HTML, 404, False),
        (HTML, 304, False),
        (HTML, 200, True),
        ({"content-type": "application/xml"}, 200, False),
        ({"content-type": "text/xml"}, 200, False),
        ({}, 200, False),
    ],
)
def test_only_a_whole_page_of_html_can_tell(
    headers: dict[str, str], status: int, truncated: bool
) -> None:
    assert not missing(TEXT, "no", headers=headers, status=status, truncated=truncated)


def test_xhtml_is_html_too() -> None:
    assert missing(TEXT, "no", headers={"content-type": "application/xhtml+xml"}) == {"no"}


@pytest.mark.parametrize(
    "fragment",
    [
        "/route", "!route", "!/route", "L10", "L10-L20", "L10-20", "L3C4-L5C6", "l7", "lines-10",
        "lines-10:20", "line-3", "10-20", "10:20", "page=3", "t=10", "xywh=1,2,3,4", "heading=h.a1",
        "map=5/1.0/2.0", "gid=0", "comment-12", "comment12", "disqus_thread", "respond",
        "svgView(viewBox(0,0,1,1))", "%2Froute",
    ],
)  # fmt: skip
def test_fragments_for_scripts_are_missing_on_no_page(fragment: str) -> None:
    assert is_for_scripts(fragment)
    assert not missing(TEXT, fragment)


@pytest.mark.parametrize(
    "fragment", ["intro", "L", "line", "commented", "1", "10", "2-a", "method(int)", "a-b.c:d"]
)
def test_fragments_that_look_like_names_are_looked_for(fragment: str) -> None:
    assert not is_for_scripts(fragment, "a.example")
    assert missing("<p>short", fragment) == {fragment}


def test_some_fragments_are_for_the_scripts_of_one_site() -> None:
    assert is_for_scripts("issuecomment-5", "github.com")
    assert is_for_scripts("#room:server", "app.element.io")
    assert not is_for_scripts("issuecomment-5", "a.example")
    assert not is_for_scripts("x", "notfigma.com")


GITHUB = "https://github.com/ann/tool"


def test_a_code_host_that_shows_the_text_has_its_own_anchors_in_it() -> None:
    body = f"{TEXT}<a id=user-content-install>"

    assert missing(body, "install", "Install", "no", address=GITHUB) == {"no"}
    assert not missing(TEXT, "no", address=GITHUB)
    assert not missing(body, "readme-ov-file", "issuecomment-5", "discussion_r7", address=GITHUB)


def test_of_too_many_anchors_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors, "MAX_ANCHORS", 0)
    assert not missing(TEXT, "no")
    assert missing(TEXT, ":~:text=no%20such") == {":~:text=no%20such"}


@pytest.mark.parametrize(
    ("fragment", "parts"),
    [
        ("a", ("a", "")),
        ("", ("", "")),
        (":~:text=x", ("", ":~:text=x")),
        ("a:~:text=x:~:y", ("a", ":~:text=x:~:y")),
    ],
)
def test_directives_are_no_part_of_the_name(fragment: str, parts: tuple[str, str]) -> None:
    assert parted(fragment) == parts


WORDS = (
    "<p>The quick <b>brown</b> fox&nbsp;jumps over the <i>lazy</i>, lazy dog. Caf&eacute; 50%!</p>"
)


@pytest.mark.parametrize(
    "directive",
    [
        "text=quick%20brown%20fox",
        "text=QUICK%20Brown",
        "text=fox%20jumps",
        "text=The,dog",
        "text=the-,lazy",
        "text=fox,over,-the",
        "text=quick-,brown,-fox",
        "text=quick-,brown,lazy,-dog",
        "text=lazy%2C%20lazy",
        "text=cafe",
        "text=caf%C3%A9%2050%25",
        "text=quick&text=dog",
        "selector(type=x)",
        "",
    ],
)
def test_words_that_a_page_shows_are_found(directive: str) -> None:
    assert not missing(WORDS, f":~:{directive}")


@pytest.mark.parametrize(
    "directive",
    [
        "text=quick%20fox",
        "text=dog,The",
        "text=a-,lazy",
        "text=lazy,-cat",
        "text=quick-,fox",
        "text=quick-,brown,cat",
        "text=quick&text=cat",
        "text=quick,dog,-cat",
    ],
)
def test_words_that_a_page_does_not_show_are_missing(directive: str) -> None:
    assert missing(WORDS, f":~:{directive}") == {f":~:{directive}"}
    assert missing(WORDS, f"no:~:{directive}", "top") == {"no", f":~:{directive}"}


def test_words_in_programs_are_not_shown() -> None:
    body = f"{TEXT}<script>say('hidden words')</script><noscript>hidden words</noscript>"
    assert missing(body, ":~:text=hidden%20words") == {":~:text=hidden%20words"}


@given(st.text(), st.text())
def test_any_fragment_is_looked_for_in_any_page(body: str, fragment: str) -> None:
    response = Response(200, HTML, f"<p>{body}".encode("utf-8", "replace"))
    page = read_page(response)
    assert page is not None
    found = missing_parts([fragment], response, page, url("https://a.example/"))
    assert found <= set(parted(fragment)) - {""}


@pytest.mark.parametrize(
    "piece",
    [" id=root", " id=root >", "<p id=app>", "<p id=app><!--", " location", "location.", "<script",
     "<frameset"],
)  # fmt: skip
def test_a_hostile_page_takes_no_square_of_time(piece: str) -> None:
    body = "<p" + piece * ((1 << 18) // len(piece))
    response = Response(200, HTML, body.encode())
    page = read_page(response)
    assert page is not None
    started = time.process_time()
    asked = ["no", ":~:text=" + "a," * 1000, ":~:text=no" * 1000]
    missing_parts(asked, response, page, url("https://a.example/"))
    assert time.process_time() - started < 10  # a square would take minutes

"""Which format an answer of the web is read in."""

import pytest
from fakes import url

from crawler.media import document_of, format_of_answer, is_followed
from crawler.model import Document, Failure, FailureKind, Fetch, Response


def answer(type_: str, body: bytes = b"x", status: int = 200) -> Response:
    return Response(status, {"content-type": type_}, body)


@pytest.mark.parametrize(
    ("type_", "path", "format_"),
    [
        ("text/html; charset=utf-8", "/a.md", "html"),  # what is shown is a page about the file
        ("application/xhtml+xml", "/", "html"),
        ("", "/", "html"),
        ("", "/a.md", "markdown"),
        ("text/markdown", "/a", "markdown"),
        ("text/plain", "/README.md", "markdown"),
        ("text/plain", "/a", "plaintext"),
        ("text/plain", "/a%2Emd?raw=1", "markdown"),
        ("application/octet-stream", "/a.md", "markdown"),
        ("application/octet-stream", "/a", None),
        ("image/png", "/a.md", None),
        ("image/svg+xml", "/a.html", "svg"),
        ("text/css", "/a", "css"),
        ("text/javascript", "/a.js", None),
        ("application/xml", "/sitemap", "xml"),
        ("application/vnd.example+xml", "/a", "xml"),
        ("application/rss+xml", "/news.xml", "feed"),
        ("text/xml", "/news.rss", "feed"),
        ("application/x-gzip", "/sitemap.xml.gz", "gzipped"),
    ],
)
def test_the_media_type_says_and_where_it_is_vague_the_name(
    type_: str, path: str, format_: str | None
) -> None:
    found = format_of_answer(answer(type_), url(f"https://a.example{path}"))
    assert (found.name if found else None) == format_


def test_a_document_is_what_answered() -> None:
    asked, effective = url("https://a.example/"), url("https://b.example/x/")
    body = "<p>\u00f1</p>".encode("latin-1")
    fetch = Fetch(asked, effective, answer("text/html; charset=latin1", body))
    document = document_of(fetch, "https://a.example")
    assert document is not None
    assert (document.name, document.base) == ("https://b.example/x/", "https://b.example/x/")
    assert (document.text, document.source) == ("<p>\u00f1</p>", "https://a.example")


def test_a_document_of_bytes_has_them_and_no_text() -> None:
    there = url("https://a.example/s.xml.gz")
    document = document_of(Fetch(there, there, answer("application/gzip", b"\x1f\x8b")), "")
    assert document is not None
    assert (document.format, document.text, document.data) == ("gzipped", "", b"\x1f\x8b")


@pytest.mark.parametrize(
    ("format_", "text", "followed"),
    [
        ("html", "", True),
        ("xml", "<data><url>https://a.example/</url></data>", False),
        ("xml", "<urlset><url><loc>https://a.example/</loc></url></urlset>", True),
        ("svg", "<svg/>", False),
    ],
)
def test_data_are_followed_only_if_they_list_pages(
    format_: str, text: str, *, followed: bool
) -> None:
    assert is_followed(Document("x", format_, text)) == followed


@pytest.mark.parametrize(
    "outcome",
    [
        Failure(FailureKind.CONNECT),
        answer("text/html", status=404),
        answer("text/html", b""),
        answer("image/png"),
    ],
)
def test_what_cannot_be_read_is_no_document(outcome: Response | Failure) -> None:
    there = url("https://a.example/")
    assert document_of(Fetch(there, there, outcome), "") is None

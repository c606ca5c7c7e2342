"""From an answer of the web to a document: the format that its media type, or its name, says."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from crawler.charset import decode
from crawler.documents import BY_NAME, Format, format_of
from crawler.model import Document, Fetch, Response
from crawler.sitemaps import locations
from crawler.urls import Url

# What a file of that type is usually called; which format that is, the formats themselves say.
_ENDINGS: Final[Mapping[str, str]] = {
    "application/atom+xml": ".atom",
    "application/feed+json": ".json",
    "application/json": ".json",
    "application/rss+xml": ".rss",
    "application/x-ipynb+json": ".ipynb",
    "application/xhtml+xml": ".xhtml",
    "application/xml": ".xml",
    "image/svg+xml": ".svg",
    "text/asciidoc": ".adoc",
    "text/css": ".css",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/tab-separated-values": ".tsv",
    "text/x-markdown": ".md",
    "text/x-org": ".org",
    "text/x-rst": ".rst",
    "text/x-tex": ".tex",
    "text/xml": ".xml",
}
# Servers say this of whatever they do not know: then a name that is known tells more.
_VAGUE: Final = frozenset({
    "", "application/gzip", "application/octet-stream", "application/x-gzip", "application/xml",
    "binary/octet-stream", "text/plain", "text/xml",
})  # fmt: skip


def format_of_answer(response: Response, url: Url) -> Format | None:
    """Return the format in which the answer of a URL can be read for links, if there is one.

    What says nothing of itself, and has no telling name, is a page, as browsers take it.
    """
    declared = response.media_type
    named = format_of(PurePosixPath(unquote(url.path)).name) if declared in _VAGUE else None
    if named is not None:
        return named
    if declared.endswith("+xml") and declared not in _ENDINGS:
        declared = "application/xml"
    ending = _ENDINGS.get(declared or "text/html")
    return format_of(f"x{ending}") if ending else None


def is_followed(document: Document) -> bool:
    """Tell whether a document that others lead to is read too, though nobody has named it.

    Data are not, unless they are a sitemap or a feed: those are lists of pages.
    """
    if not BY_NAME[document.format].on_request:
        return True
    listed = locations(document.data or document.text.encode("utf-8", "replace"))
    return bool(listed.pages or listed.sitemaps)


def document_of(fetch: Fetch, source: str) -> Document | None:
    """Make a document of what was fetched, under the name of the URL that answered.

    None if it holds nothing that is read for links: no success, no body, or no such format.
    """
    response, url = fetch.outcome, fetch.effective_url
    if not isinstance(response, Response) or not response.is_success or not response.body:
        return None
    format_ = format_of_answer(response, url)
    if format_ is None:
        return None
    body, base = response.body, str(url)
    if format_.binary:
        return Document(base, format_.name, "", base, source, body)
    text = decode(body, response.headers.get("content-type", ""))
    return Document(base, format_.name, text, base, source)

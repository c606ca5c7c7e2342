"""Programs in seventy languages: URLs in comments and docstrings, and none of strings."""

from collections.abc import Iterator

from crawler import bare
from crawler.comments import comments, syntax_of, words_of
from crawler.directives import outside
from crawler.found import Found, occurrences
from crawler.markup import unescape
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every bare URL of a comment."""
    return Reading(occurrences(document, _links(document, settings)), code=lambda: _code(document))


def _code(document: Document) -> list[tuple[int, int]]:
    text = document.text
    return outside(comments(text, syntax_of(document.name)), len(text))


def _links(document: Document, settings: ExtractSettings) -> Iterator[Found]:
    text, schemeless = document.text, settings.schemeless
    if not schemeless and "://" not in text:  # most programs: nothing to take apart
        return
    syntax = syntax_of(document.name)
    for start, end in comments(text, syntax):
        if not schemeless and text.find("://", start, end) < 0:
            continue
        for first, last, href in bare.find_hrefs(
            words_of(text, start, end, syntax), schemeless=schemeless
        ):
            at = start + first
            is_attribute = text[at - 2 : at] in ('="', "='")  # of Javadoc's HTML, or of C#'s XML
            yield Found(
                at, start + last, unescape(href) if is_attribute else href, Kind.CODE_COMMENT
            )

"""HTML: every attribute that holds an address, and URLs in text. With or without front matter."""

from crawler import frontmatter, hypertext
from crawler.model import Document, Kind, Occurrence, Reading
from crawler.settings import ExtractSettings
from crawler.spans import Lines
from crawler.text import clean


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read a whole page, or the page that a static site generator makes of a template."""
    text, lines = document.text, Lines(document.text)
    front = frontmatter.read(text)
    body = " " * front.end + text[front.end :]  # so that every offset is one of the document
    links, base = hypertext.read(body, settings)
    links[:0] = [
        hypertext.Found(value.start, value.end, value.href, Kind.FRONTMATTER)
        for value in front.values
    ]
    return Reading(
        (
            Occurrence(
                document.name,
                lines.span(link.start, link.end),
                text[link.start : link.end],
                link.href,
                link.kind,
                clean(link.text),
                link.section,
            )
            for link in links
        ),
        base,
        (front.remark,) if front.remark else (),
    )

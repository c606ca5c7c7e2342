"""HTML: every attribute that holds an address, and URLs in text. With or without front matter."""

from crawler import frontmatter, hypertext
from crawler.found import Found, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read a whole page, or the page that a static site generator makes of a template."""
    text = document.text
    front = frontmatter.read(text)
    body = " " * front.end + text[front.end :]  # so that every offset is one of the document
    links, base = hypertext.read(body, settings)
    links[:0] = [Found(v.start, v.end, v.href, Kind.FRONTMATTER) for v in front.values]
    remarks = (front.remark,) if front.remark else ()
    return Reading(occurrences(document, links), base, remarks)

"""Markdown: CommonMark with GitHub's extensions, front matter, HTML, and URLs in text."""

from itertools import chain

from crawler import commonmark, frontmatter
from crawler.found import Found, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings
from crawler.slugs import Heading, anchors_of_markdown


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every link, image, definition, bare URL and HTML attribute."""
    front = frontmatter.read(document.text)
    found = (Found(v.start, v.end, v.href, Kind.FRONTMATTER) for v in front.values)
    titles: list[Heading] = []
    links = chain(found, commonmark.links(document.text, front.end, settings, titles))
    return Reading(
        occurrences(document, links),
        remarks=(front.remark,) if front.remark else (),
        anchors=lambda: anchors_of_markdown(document.text, titles),
        code=lambda: commonmark.code(document.text, front.end),
    )

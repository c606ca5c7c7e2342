"""MDX: Markdown as in Markdown, and the addresses in attributes of elements (`href`, `src`, `to`).

An attribute is a link if its value is a string, also one in braces; all other code is none.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from crawler import bare, commonmark, frontmatter, hypertext
from crawler.directives import outside
from crawler.found import Found, apart, occurrences
from crawler.jsx import PLACE, Split
from crawler.markup import Tag
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings
from crawler.slugs import Heading, anchors_of_markdown
from crawler.spans import Joined
from crawler.text import clean

_COMPONENT: Final = ("href", "src", "to")
_MAX_LABEL: Final = 600
_INSIDE: Final = re.compile(r"<[^<>]*>|\{[^{}]*\}")


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read front matter, Markdown and elements."""
    text = document.text
    front = frontmatter.read(text)
    parts = Split()
    parts.take(text, front.end)
    titles: list[Heading] = []
    found = [Found(v.start, v.end, v.href, Kind.FRONTMATTER) for v in front.values]
    found += _markdown(text, parts, settings, titles)
    if settings.comments:
        found += _comments(text, parts, settings)
    return Reading(
        occurrences(document, apart(found)),
        remarks=(front.remark,) if front.remark else (),
        anchors=lambda: anchors_of_markdown(text, titles),
        code=lambda: outside([(0, front.end), *parts.comments], len(text)),
    )


def _markdown(
    text: str, parts: Split, settings: ExtractSettings, titles: list[Heading]
) -> Iterator[Found]:
    """Yield the links of Markdown, and those of each tag where the Markdown has its place."""
    if not parts.markdown:
        return
    places = Joined(parts.markdown)
    words = "".join(piece.words for piece in parts.markdown)
    label_end = 0
    for link in commonmark.links(words, 0, settings, titles):
        width = link.end - link.start
        link.start, link.end = places.span(link.start, link.end)
        if width and link.start == link.end and link.href.startswith(PLACE):
            tag = parts.tags[int(link.href.removeprefix(PLACE))]
            for each in _links(text, tag, link.section):
                if tag.name == "a":
                    label_end = _label_end(text, tag)
                yield each
        elif link.kind is not Kind.BARE or link.start >= label_end:  # a label is no second link
            yield link


def _links(text: str, tag: Tag, section: str) -> Iterator[Found]:
    label: list[str] | None = None
    for link in _addresses(tag, section):
        if label is None:
            label = [clean(_INSIDE.sub("", text[tag.end : _label_end(text, tag)]))]
        link.label = link.label or label
        yield link


def _addresses(tag: Tag, section: str) -> Iterator[Found]:
    if tag.name[:1].islower() and "." not in tag.name:
        names = tag.attributes
        if not all(map(str.islower, names)):
            tag = replace(tag, attributes={name.lower(): names[name] for name in names})
        yield from hypertext.links_of(tag, section)
        return
    for name in _COMPONENT:
        if value := tag.attributes.get(name):
            yield Found(value.start, value.start + len(value.raw), value.text, Kind.HTML, section)


def _label_end(text: str, tag: Tag) -> int:
    """Return where the text of an element ends, if it does so soon."""
    if text.startswith("/>", tag.end - len("/>")):
        return tag.end
    return max(tag.end, text.find(f"</{tag.name}", tag.end, tag.end + _MAX_LABEL))


def _comments(text: str, parts: Split, settings: ExtractSettings) -> Iterator[Found]:
    for start, end in parts.comments:
        words = text[start:end].replace("*/", "  ")  # what ends a comment is no part of a URL
        for first, last, href in bare.find_hrefs(words, schemeless=settings.schemeless):
            yield Found(start + first, start + last, href, Kind.BARE)

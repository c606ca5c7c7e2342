"""Links in HTML: what `markup` tokenizes, with the label and the headings around each link.

Serves whole HTML documents and the pieces of HTML inside other formats.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crawler import bare, markup
from crawler.found import Found, Headings
from crawler.markup import Comment, Tag, Text, unescape
from crawler.model import Kind
from crawler.settings import ExtractSettings
from crawler.text import clean

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_CODE: Final = frozenset({"code", "pre", "kbd", "samp", "tt"})


@dataclass(slots=True)
class _Walk:
    text: str
    settings: ExtractSettings
    headings: Headings = field(default_factory=Headings)
    anchor: Found | None = None
    heading: list[str] | None = None
    code: int = 0
    base: str | None = None

    def take(self, token: markup.Token) -> Iterator[Found]:
        match token:
            case Tag(closing=False):
                yield from self._start(token)
            case Tag():
                self._end(token)
            case Text(raw=False):
                yield from self._words(token)
            case Comment() if self.settings.comments:
                yield from self._bare(token.start, token.end)

    def _start(self, tag: Tag) -> Iterator[Found]:
        if tag.name in _HEADINGS:
            self.heading = []
        elif tag.name in _CODE:
            self.code += 1
        elif tag.name == "base" and self.base is None:
            self.base = value.text.strip() if (value := tag.attributes.get("href")) else None
        elif tag.name == "a":
            self.anchor = None
        alternative = value.text if (value := tag.attributes.get("alt")) else ""
        if alternative and self.anchor:
            self.anchor.label.append(alternative)
        for each in links_of(tag, self.headings.path):
            if tag.name == "a":
                self.anchor = each
            yield each

    def _end(self, tag: Tag) -> None:
        if tag.name == "a":
            self.anchor = None
        elif tag.name in _CODE:
            self.code = max(0, self.code - 1)
        elif tag.name in _HEADINGS and self.heading is not None:
            self.headings.enter(_HEADINGS[tag.name], "".join(self.heading))
            self.heading = None

    def _words(self, text: Text) -> Iterator[Found]:
        words = unescape(self.text[text.start : text.end])
        if self.heading is not None:
            self.heading.append(words)
        if self.anchor:
            self.anchor.label.append(words)
        elif not self.code:
            yield from self._bare(text.start, text.end)

    def _bare(self, start: int, end: int) -> Iterator[Found]:
        schemeless = self.settings.schemeless
        for first, last, href in bare.find_hrefs(self.text[start:end], schemeless=schemeless):
            section = self.headings.path
            yield Found(start + first, start + last, unescape(href), Kind.BARE, section)


def links_of(tag: Tag, section: str = "") -> Iterator[Found]:
    """Yield the links that one start tag holds; an image's label is its alternative text."""
    named = tag.attributes.get("alt") or tag.attributes.get("title")
    label = [clean(named.text)] if named and tag.name != "a" else []
    for value in markup.addresses(tag):
        end = value.start + len(value.raw)
        yield Found(value.start, end, value.text, Kind.HTML, section, list(label))


def read(text: str, settings: ExtractSettings) -> tuple[list[Found], str | None]:
    """Return the links of a piece of HTML, and its `<base href>`. Never raises."""
    walk = _Walk(text, settings)
    found = [each for token in markup.tokens(text) for each in walk.take(token)]
    return found, walk.base

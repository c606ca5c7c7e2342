"""Links in HTML: what `markup` tokenizes, with the label and the headings around each link.

Serves whole HTML documents and the pieces of HTML inside other formats.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crawler import bare, elements, markup, stylesheets
from crawler.found import Found, Headings
from crawler.markup import Comment, Tag, Text, unescape
from crawler.model import Kind
from crawler.settings import ExtractSettings
from crawler.spans import Joined
from crawler.text import clean

_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_HEAD: Final = 100
_NETSCAPE: Final = "<!doctype netscape-bookmark-file-"  # browsers' export of bookmarks
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
    style: bool = False
    folders: int | None = None

    def take(self, token: markup.Token) -> Iterator[Found]:
        match token:
            case Tag(closing=False):
                yield from self._start(token)
            case Tag():
                self._end(token)
            case Text(raw=False):
                yield from self._words(token)
            case Text() if self.style:
                sheet = elements.Text(token.start, token.end, verbatim=True)
                yield from _styled(self.text, sheet, self.headings.path)
                self.style = False
            case Comment() if self.settings.comments and self._is_conditional(token):
                yield from self._inside(token)
            case Comment() if self.settings.comments:
                yield from self._bare(token.start, token.end)

    def _is_conditional(self, comment: Comment) -> bool:
        return self.text.startswith("[if", comment.start)  # Internet Explorer's: markup

    def _inside(self, comment: Comment) -> Iterator[Found]:
        """Read a conditional comment: it holds no other, for it ends where the first one ends."""
        for each in read(self.text[comment.start : comment.end], self.settings)[0]:
            each.start += comment.start
            each.end += comment.start
            each.section = self.headings.path
            yield each

    def _start(self, tag: Tag) -> Iterator[Found]:
        self.style = tag.name == "style"
        if tag.name in _HEADINGS:
            self.heading = []
        elif tag.name in _CODE:
            self.code += 1
        elif tag.name == "base" and self.base is None:
            self.base = value.text.strip() if (value := tag.attributes.get("href")) else None
        elif tag.name == "a":
            self.anchor = None
        elif tag.name == "dl" and self.folders is not None:
            self.folders += 1
        alternative = value.text if (value := tag.attributes.get("alt")) else ""
        if alternative and self.anchor:
            self.anchor.label.append(alternative)
        styled = self._style_of(tag)
        for each in links_of(tag, self.headings.path):
            if tag.name == "a":
                self.anchor = each
            while styled and styled[0].start < each.start:
                yield styled.pop(0)
            yield each
        yield from styled

    def _style_of(self, tag: Tag) -> list[Found]:
        value = tag.attributes.get("style")
        if value is None or "(" not in value.raw:
            return []
        style = elements.Text(value.start, value.start + len(value.raw))
        return list(_styled(self.text, style, self.headings.path))

    def _end(self, tag: Tag) -> None:
        if tag.name == "a":
            self.anchor = None
        elif tag.name in _CODE:
            self.code = max(0, self.code - 1)
        elif tag.name in _HEADINGS and self.heading is not None:
            level = _HEADINGS[tag.name] if self.folders is None else self.folders + 1
            self.headings.enter(level, "".join(self.heading))
            self.heading = None
        elif tag.name == "dl" and self.folders:
            self.headings.leave(self.folders)
            self.folders -= 1

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


def _styled(text: str, style: elements.Text, section: str) -> Iterator[Found]:
    """Yield what a style loads; in an attribute its quotes may be written as references."""
    run = list(elements.pieces(text, style))
    places: Joined | None = None
    for first, last, href in stylesheets.addresses("".join(piece.words for piece in run)):
        places = places or Joined(run)
        yield Found(*places.span(first, last), href, Kind.HTML, section)


def read(text: str, settings: ExtractSettings) -> tuple[list[Found], str | None]:
    """Return the links of a piece of HTML, and its `<base href>`. Never raises."""
    is_netscape = text[:_HEAD].lstrip("\ufeff \t\r\n").lower().startswith(_NETSCAPE)
    walk = _Walk(text, settings, folders=0 if is_netscape else None)
    found = [each for token in markup.tokens(text) for each in walk.take(token)]
    return found, walk.base

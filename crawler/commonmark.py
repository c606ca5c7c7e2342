"""Links in Markdown: CommonMark with GitHub's extensions, HTML, and URLs in text.

Serves whole documents and the pieces of Markdown inside other formats. The grammar is the
library's (pulldown-cmark): it says what is a link and what is code. It gives the range of a whole
link; where in it the URL stands is found here, by CommonMark §6.3.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final

import pyromark

from crawler import bare, hypertext, markup
from crawler.found import Found, Headings
from crawler.model import Kind
from crawler.settings import ExtractSettings
from crawler.slugs import Heading
from crawler.spans import Characters, Joined, Piece
from crawler.templates import with_spaces, without_spaces

_OPTIONS: Final = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_GFM
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
)
_LONE_RETURN: Final = re.compile(r"\r(?!\n)")  # ends a line (CommonMark §2.1); not for the library
_MAX_LABEL: Final = 600
"""Characters of a nested label that count for the one around it: else depth takes square time."""
# An escaped bracket does not end the label of a definition: CommonMark §4.7.
_LABEL: Final = re.compile(r"\[(?:[^\\\]]|\\.)*+\]:", re.DOTALL)
_INLINE: Final = frozenset({"Link", "Image", "Emphasis", "Strong", "Strikethrough"})
# White space before a destination; a quoted paragraph repeats its `>` on every line.
_LEAD: Final = re.compile(r"[ \t]*(?:(?:\r\n|\n|\r)[ \t>]*)?")
_PLAIN: Final = re.compile(r"[^\x00-\x20()<>\\]++(?=\))")  # a destination, as most of them are
# What may end a destination (of white space, only ASCII's does), and what is escaped and does not.
_SPECIAL: Final = re.compile(r"\\[^\x00-\x20]|[\x00-\x20()]")


def links(
    text: str,
    begin: int,
    settings: ExtractSettings,
    titles: list[Heading],
    headings: Headings | None = None,
) -> Iterator[Found]:
    """Yield the links of what stands from an offset on, as soon as their order is sure.

    Never raises. `titles` takes the headings on the way; `headings` knows those above it.
    """
    body = without_spaces(_body(text, begin))
    walk = _Walk(body, settings, Characters(body), titles, headings=headings or Headings())
    definitions = pyromark.reference_definitions(body, options=_OPTIONS)
    # How a definition is used is known at the end, and what is written behind it comes after it.
    waits_from = min((each["span"]["start"] for each in definitions.values()), default=inf)
    for event, place in pyromark.events_with_range(body, options=_OPTIONS):
        walk.take(event, place["start"], place["end"])
        if walk.found and not walk.is_open and place["end"] <= waits_from:
            yield from walk.handed_over(begin)
    walk.finish(definitions)
    yield from walk.handed_over(begin)


def code(text: str, begin: int) -> list[tuple[int, int]]:
    """Return where code stands from an offset on: pairs of offsets, in order. Never raises."""
    body = _body(text, begin)
    characters = Characters(body)
    found = []
    for event, place in pyromark.events_with_range(body, options=_OPTIONS):
        name, value = _parts(event)
        if name == "Code" or (name == "Start" and _parts(value)[0] == "CodeBlock"):
            start, end = characters.at(place["start"]), characters.at(place["end"])
            found.append((begin + start, begin + end))
    return found


def _body(text: str, begin: int) -> str:
    body = _LONE_RETURN.sub("\n", text[begin:])
    if not body.isascii():
        body = body.encode("utf-8", "replace").decode()  # no lone surrogates
    return body


@dataclass(slots=True)
class _Frame:
    """A link or image that has begun and not ended."""

    kind: Kind
    form: str
    href: str
    id: str
    start: int
    children_end: int
    label: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """What is known while the events go by. Offsets are in characters, but those of the `run`.

    Most events are text without any link: nothing is translated, joined or made for them.
    """

    body: str
    settings: ExtractSettings
    characters: Characters
    titles: list[Heading]
    found: list[Found] = field(default_factory=list)
    headings: Headings = field(default_factory=Headings)
    frames: list[_Frame] = field(default_factory=list)
    run: list[tuple[str, int, int]] = field(default_factory=list)
    html: list[Piece] = field(default_factory=list)
    anchor: Found | None = None
    heading: list[str] | None = None
    shown: list[str] = field(default_factory=list)
    id: str | None = None
    in_code: bool = False
    uses: dict[str, tuple[str, str]] = field(default_factory=dict)

    def take(self, event: Any, first: int, last: int) -> None:  # noqa: ANN401 - the library's
        """Take note of one event, whose range is in bytes."""
        if event.__class__ is dict and "Text" in event:  # by far the most events
            self._text(event["Text"], first, last)
            return
        if self.run:
            self._scan_run()
        name, value = _parts(event)
        if name == "Start":
            self._begin(*_parts(value), first)
            return
        match name:
            case "End":
                self._end(*_parts(value), first, last)
            case "Html":
                self.html.append(self._piece(first, last))
            case "InlineHtml":
                self._inline_html(_pieces(value, self._piece(first, last)))
            case "Code":
                self._label(value)
            case "SoftBreak" | "HardBreak":
                self._label(" ")
        if self.frames:
            self._ends(last)

    @property
    def is_open(self) -> bool:
        """Whether something may yet be found before, or added to, what was found last."""
        return bool(self.frames or self.run or self.html or self.anchor)

    def handed_over(self, begin: int) -> Iterator[Found]:
        """Yield what was found since the last time, in order, and forget it."""
        found, self.found = self.found, []
        if len(found) > 1:
            found.sort(key=lambda each: (each.start, each.end))
        for link in found:
            link.start += begin
            link.end += begin
            link.href = with_spaces(link.href)
            yield link

    def _begin(self, name: str, values: Any, first: int) -> None:  # noqa: ANN401 - the library's
        match name:
            case "Link":
                self._open(Kind.INLINE, values, first, len("["))
            case "Image":
                self._open(Kind.IMAGE, values, first, len("!["))
            case "Heading":
                self.heading, self.shown, self.id = [], [], values["id"]
            case "CodeBlock":
                self.in_code = True
        if name not in _INLINE:
            self.anchor = None  # whoever forgot its `</a>` meant no more than this block

    def _end(self, name: str, value: Any, first: int, last: int) -> None:  # noqa: ANN401
        match name:
            case "Link" | "Image":
                self._close(self.frames.pop(), self.characters.at(last))
            case "Heading":
                text, shown = "".join(self.heading or ()), "".join(self.shown)
                self.headings.enter(int(value[1]), text)
                source = self._piece(first, last).words
                self.titles.append(Heading(text, shown, source, self.id))
                self.heading = None
            case "CodeBlock":
                self.in_code = False
            case "HtmlBlock":
                self._scan_html()

    def finish(self, definitions: Mapping[str, Any]) -> None:
        """Add the reference definitions, each once: it is the one place that holds the URL."""
        self._scan_run()
        for label, definition in definitions.items():
            start = self.characters.at(definition["span"]["start"])
            end = self.characters.at(definition["span"]["end"])
            opened = _LABEL.search(self.body, start, end)
            first, last = _destination(self.body, opened.end() if opened else start, end)
            used = self.uses.get(_key(label))
            kind = Kind.DEFINITION if used is None else Kind.REFERENCE
            text, section = used or (label, "")
            self.found.append(Found(first, last, definition["dest"], kind, section, [text]))

    def _text(self, words: str, first: int, last: int) -> None:
        if self.in_code:
            return
        self._label(words)
        if self.frames:
            self._ends(last)
        elif not self.anchor:
            self.run.append((words, first, last))

    def _label(self, words: str) -> None:
        if self.frames:
            self.frames[-1].label.append(words)
        if self.heading is not None:
            self.heading.append(words)
            if not (self.frames and self.frames[-1].kind is Kind.IMAGE):
                self.shown.append(words)
        if self.anchor:
            self.anchor.label.append(words)

    def _ends(self, last: int) -> None:
        frame, end = self.frames[-1], self.characters.at(last)
        frame.children_end = max(frame.children_end, end)

    def _open(self, kind: Kind, values: Any, first: int, opening: int) -> None:  # noqa: ANN401
        form, href, label = values["link_type"], values["dest_url"], values["id"]
        start = self.characters.at(first)
        self.frames.append(_Frame(kind, form, href, label, start, start + opening))

    def _close(self, frame: _Frame, end: int) -> None:
        text = "".join(frame.label)
        if self.frames:
            self.frames[-1].label.append(text[:_MAX_LABEL])
        match frame.form:
            case "Inline":
                opened = self.body.find("](", frame.children_end, end)
                first, last = _destination(self.body, opened + 2, end)
                self._add(first, last, frame.href, frame.kind, text)
            case "Autolink":
                self._add(frame.start + 1, end - 1, frame.href, Kind.AUTOLINK, "")
            case "Email":
                href = f"mailto:{frame.href}"
                self._add(frame.start + 1, end - 1, href, Kind.AUTOLINK, "")
            case _:
                self.uses.setdefault(_key(frame.id), (text, self.headings.path))

    def _add(self, start: int, end: int, href: str, kind: Kind, text: str) -> Found:
        link = Found(start, end, href, kind, self.headings.path, [text])
        self.found.append(link)
        return link

    def _scan_run(self) -> None:
        """Look for bare URLs in the text that has gathered; it may stand in several pieces."""
        run, self.run = self.run, []
        text = run[0][0] if len(run) == 1 else "".join(words for words, _, _ in run)
        if found := bare.find_hrefs(text, schemeless=self.settings.schemeless):
            at = self.characters.at
            self._add_bare(
                found, Joined([Piece(words, at(first), at(last)) for words, first, last in run])
            )

    def _add_bare(
        self, found: Iterable[tuple[int, int, str]], places: Joined, offset: int = 0
    ) -> None:
        for first, last, href in found:
            start, end = places.span(offset + first, offset + last)
            self._add(start, end, href, Kind.BARE, "")

    def _piece(self, first: int, last: int) -> Piece:
        start, end = self.characters.at(first), self.characters.at(last)
        return Piece(self.body[start:end], start, end)

    def _inline_html(self, pieces: list[Piece]) -> None:
        text, places = "".join(piece.words for piece in pieces), Joined(pieces)
        for token in markup.tokens(text):
            match token:
                case markup.Tag(name="a"):
                    self.anchor = None
                case markup.Comment() if self.settings.comments:
                    words = text[token.start : token.end]
                    found = bare.find_hrefs(words, schemeless=self.settings.schemeless)
                    self._add_bare(found, places, token.start)
            if isinstance(token, markup.Tag) and not token.closing:
                for link in hypertext.links_of(token, self.headings.path):
                    link.start, link.end = places.span(link.start, link.end)
                    self.found.append(link)
                    self.anchor = link if token.name == "a" else self.anchor

    def _scan_html(self) -> None:
        pieces, self.html = self.html, []
        places = Joined(pieces)
        found, _ = hypertext.read("".join(piece.words for piece in pieces), self.settings)
        for link in found:
            link.start, link.end = places.span(link.start, link.end)
            link.section = self.headings.path
            self.found.append(link)


def _key(label: str) -> str:
    return " ".join(label.casefold().split())  # CommonMark §4.7: labels match case-insensitively


def _parts(event: Any) -> tuple[str, Any]:  # noqa: ANN401 - the library's
    """Return the name of an event or a tag, and what comes with it."""
    return (event, None) if event.__class__ is str else next(iter(event.items()))


def _pieces(words: str, source: Piece) -> list[Piece]:
    """Split HTML into its lines: a quoted paragraph repeats its `>` before each of them."""
    pieces, start = [], source.start
    lines = source.words.splitlines(keepends=True)
    for line, seen in zip(lines, words.splitlines(keepends=True), strict=False):
        lead = max(0, len(line) - len(seen))
        pieces.append(Piece(line[lead:], start + lead, start + len(line)))
        start += len(line)
    return pieces


def _destination(text: str, at: int, end: int) -> tuple[int, int]:
    """Return the offsets of the link destination that begins at or after `at`: CommonMark §6.3."""
    if plain := _PLAIN.match(text, at, end):
        return at, plain.end()
    lead = _LEAD.match(text, at, end)
    at = lead.end() if lead else at
    if text.startswith("<", at):
        return at + 1, _closing_bracket(text, at + 1, end)
    depth = 0
    for special in _SPECIAL.finditer(text, at, end):
        match special[0]:
            case "(":
                depth += 1
            case ")" if depth:
                depth -= 1
            case character if character == ")" or character <= " ":
                return at, special.start()
    return at, end


def _closing_bracket(text: str, at: int, end: int) -> int:
    while at < end and text[at] != ">":
        at += 2 if text[at] == "\\" else 1
    return min(at, end)

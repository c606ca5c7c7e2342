"""Links in XML: what `elements` tokenizes, read by the rules of the document's vocabulary.

Text is gone through once it is whole between two tags, be it in several CDATA sections and full of
references: HTML that is escaped in it is read, and its links stand where the file has them. Linear,
however deep elements are nested, and whatever is not closed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from crawler import bare, hypertext, markup, stylesheets
from crawler.elements import (
    REFERENCE,
    Comment,
    End,
    Instruction,
    Start,
    Text,
    Token,
    Value,
    attributes,
    decoded,
    has_own_entities,
    local,
    pieces,
    tokens,
)
from crawler.found import Found, Headings, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings
from crawler.spans import Joined, Piece
from crawler.text import clean
from crawler.urls import Target, resolve
from crawler.vocabularies import Role, Rule, Vocabulary, Words, is_feed, other, vocabulary

_MAX_BASE: Final = 2048
"""Characters of a base that one further inside may add to: else depth takes square time."""


def reading(document: Document, settings: ExtractSettings) -> Reading:
    """Read a document of any vocabulary. Its own entities are never expanded."""
    walk = _Walk(document.text, settings)
    for token in tokens(document.text):
        walk.take(token)
    base = walk.base or (walk.home if document.base is None else None)
    return Reading(occurrences(document, walk.finished()), base)


@dataclass(slots=True)
class _Open:
    """An element that has begun and not ended."""

    name: str
    rule: Rule
    base: str | None = None
    anchor: Found | None = None
    label: list[str] | None = None
    title: list[str] | None = None


@dataclass(slots=True)
class _Walk:
    text: str
    settings: ExtractSettings
    found: list[Found] = field(default_factory=list)
    headings: Headings = field(default_factory=Headings)
    run: list[Piece] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    open: Counter[str] = field(default_factory=Counter)
    rules: Vocabulary = other
    known: dict[tuple[str, str, bool, bool], Rule] = field(default_factory=dict)
    prefix: str = ""
    is_feed: bool = False
    channel: list[str] = field(default_factory=list)
    base: str | None = None
    home: str | None = None

    def take(self, token: Token) -> None:
        match token:
            case Text():
                self.run.extend(pieces(self.text, token))
            case Start():
                self._flush()
                self._begin(token)
            case End():
                self._flush()
                self._end(token.name)
            case Comment() if self.settings.comments:
                self._flush()
                words = self.text[token.start : token.end]
                self._plain(words, [Piece(words, token.start, token.end)])
            case Instruction(name="xml-stylesheet"):
                values = attributes(token.data, token.data_start)
                if "href" in values:
                    self._add(values["href"], Kind.HTML, [])

    def finished(self) -> Iterable[Found]:
        """Return what was found, once all was taken."""
        self._flush()
        section = clean("".join(self.channel))
        for each in self.found if self.is_feed else ():
            each.section = section
        return self.found

    def _begin(self, start: Start) -> None:
        if not self.stack and not self.open:
            self._root(start)
        around = self.stack[-1] if self.stack else None
        name = start.name.removeprefix(self.prefix)
        rule = self._rule(start, name, around)
        here = _Open(name, rule)
        if around:
            here.base, here.anchor = around.base, around.anchor
            here.label, here.title = around.label, around.title
        if rule.role is Role.ENTRY:
            here.label, here.title = [], None
        if rule.words is Words.TITLE:
            here.title = []
        if "xml:base" in start.rest:
            self._base_of(start, here)
        self.stack.append(here)
        self.open[name] += 1
        if rule.addresses:
            self._addresses(here, start)
        if rule.role is Role.FOLDER and rule.label:
            self.headings.enter(len(self.stack), rule.label)
        if start.is_empty:
            self._close()

    def _rule(self, start: Start, name: str, around: _Open | None) -> Rule:
        """Return the rule of an element; most have no attributes, and are like others."""
        is_code = around is not None and around.rule.words is Words.CODE
        key = (name, around.name if around else "", start.is_empty, is_code)
        is_plain = "=" not in start.rest
        if is_plain and (known := self.known.get(key)):
            return known
        rule = self.rules(start, name, key[1])
        if is_code:
            rule = replace(rule, words=Words.CODE)
        if is_plain:
            self.known[key] = rule
        return rule

    def _root(self, start: Start) -> None:
        self.rules = vocabulary(start.name)
        self.is_feed = is_feed(start.name)
        if self.rules is not other and local(start.name) != "RDF":
            self.prefix = start.name.removesuffix(local(start.name))

    def _base_of(self, start: Start, here: _Open) -> None:
        """Take note of `xml:base`: the root's is the document's, others are of what they hold."""
        if len(here.base or "") > _MAX_BASE:
            return
        written = start.attributes.get("xml:base")
        base = written.text.strip() if written else ""
        if not base or has_own_entities(base):
            return
        if not self.stack:
            self.base = base
            return
        target = resolve(base, here.base or self.base)
        here.base = str(target.url) if isinstance(target, Target) else here.base

    def _addresses(self, here: _Open, start: Start) -> None:
        rule = here.rule
        for value in rule.addresses:
            label = [] if rule.role is Role.ANCHOR or not rule.label else [clean(rule.label)]
            if here.label is not None and (rule.kind is Kind.FEED or rule.role is Role.ENTRY):
                label = here.label
            found = self._add(value, rule.kind, label)
            if rule.role is Role.ANCHOR:
                here.anchor = found
        if self.is_feed and not self.home:
            self._itself(start, rule.addresses[0])

    def _itself(self, start: Start, value: Value) -> None:
        """A feed says where it is: RFC 4287 §4.2.7.2."""
        relation = start.attributes.get("rel") if local(start.name) == "link" else None
        if relation and relation.text.strip() == "self":
            self.home = value.text.strip()

    def _end(self, name: str) -> None:
        name = name.removeprefix(self.prefix)
        if not self.open[name]:
            return
        while self.stack[-1].name != name:  # whoever forgot an end tag meant it to be here
            self._close()
        self._close()

    def _close(self) -> None:
        self.headings.leave(len(self.stack))
        ended = self.stack.pop()
        self.open[ended.name] -= 1
        if ended.rule.words is Words.TITLE and ended.title is not None:
            self._title(ended, _without_tags("".join(ended.title)))

    def _title(self, ended: _Open, words: str) -> None:
        """Give a title to what it is the title of: an entry, a channel, or a part of a text."""
        if ended.label is not None:
            ended.label.append(words)
        elif self.is_feed:
            self.channel.append(words)
        else:
            is_head = bool(self.stack) and self.stack[-1].name == "head"
            self.headings.enter(1 if is_head else len(self.stack), words)

    def _flush(self) -> None:
        """Read the text that has gathered, as the element around it wants it read."""
        if not self.run:
            return
        run, self.run = self.run, []
        if not self.stack:
            return
        here = self.stack[-1]
        words = "".join(piece.words for piece in run)
        if here.title is not None and here.rule.words is not Words.ADDRESS:
            here.title.append(words)
        if here.anchor:
            here.anchor.label.append(words)
            return
        match here.rule.words:
            case Words.ADDRESS:
                self._address(here, words, run)
            case Words.STYLE:
                self._put_all(stylesheets.addresses(words), run, Kind.HTML)
            case Words.HTML if "<" in words:
                self._html(words, run)
            case Words.HTML | Words.PLAIN:
                self._plain(words, run)
            case Words.TITLE if not self.is_feed:
                self._plain(words, run)

    def _address(self, here: _Open, words: str, run: list[Piece]) -> None:
        if not (stripped := words.strip()):
            return
        at = len(words) - len(words.lstrip())
        start, end = Joined(run).span(at, at + len(stripped))
        label = self.channel if here.label is None and self.is_feed else here.label
        self._put(start, end, stripped, Kind.FEED, [] if label is None else label)
        is_home = (
            here.name == "link"
            and here.label is None
            and [each.name for each in self.stack[-2:-1]] == ["channel"]
        )
        if is_home and not self.home:
            self.home = stripped

    def _html(self, words: str, run: list[Piece]) -> None:
        places = Joined(run)
        for each in hypertext.read(words, self.settings)[0]:
            self._put(*places.span(each.start, each.end), each.href, each.kind, each.label)

    def _plain(self, words: str, run: list[Piece]) -> None:
        urls = bare.find_hrefs(words, schemeless=self.settings.schemeless)
        self._put_all(urls, run, Kind.BARE)

    def _put_all(self, found: Iterable[tuple[int, int, str]], run: list[Piece], kind: Kind) -> None:
        places: Joined | None = None
        for first, last, href in found:
            places = places or Joined(run)
            self._put(*places.span(first, last), href, kind, [])

    def _add(self, value: Value, kind: Kind, label: list[str]) -> Found | None:
        stripped = value.raw.strip()
        start = value.start + len(value.raw) - len(value.raw.lstrip())
        return self._put(start, start + len(stripped), decoded(stripped).strip(), kind, label)

    def _put(self, start: int, end: int, href: str, kind: Kind, label: list[str]) -> Found | None:
        end_of_text = REFERENCE.match(self.text, end) if kind is Kind.BARE else None
        if has_own_entities(self.text[start : end_of_text.end() if end_of_text else end]):
            return None  # nobody can tell what it is without expanding them
        base = self.stack[-1].base if self.stack else None
        found = Found(start, end, _joined(href, base), kind, self.headings.path, label)
        self.found.append(found)
        return found


def _joined(href: str, base: str | None) -> str:
    """Resolve against a base that holds for a part of the document alone."""
    if base is None:
        return href
    target = resolve(href, base)
    if not isinstance(target, Target):
        return href
    return f"{target.url}#{target.fragment}" if target.fragment else str(target.url)


def _without_tags(words: str) -> str:
    """Return what a title says, be there HTML in it."""
    if "<" not in words:
        return words
    return "".join(_texts(words))


def _texts(words: str) -> Iterator[str]:
    for token in markup.tokens(words):
        if isinstance(token, markup.Text):
            yield words[token.start : token.end]

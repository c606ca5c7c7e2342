"""Inline markup of reStructuredText: what in a paragraph is a link, a use of a target, or literal.

Works on a *shadow* of the text, in which an escaping backslash is a NUL: it has the same length,
and marks behind a NUL are none. What opens and what closes is told by the characters around it, as
the specification says ("Inline markup recognition rules").
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from crawler import hypertext
from crawler.closings import Closings
from crawler.found import PLACE, Found
from crawler.model import Kind
from crawler.settings import ExtractSettings

# Beside white space, punctuation may stand before and behind marks; of ASCII only some.
_BEFORE: Final = r"(?<![\w\0!#$%&*+,.;=>?@\\\]^`|}~)])"
_BEHIND: Final = r"(?![\w#$%&(*+<=@\[^`{|~])"
_NAME: Final = r"[^\W_]++(?:[-._+:][^\W_]++)*+"
# Letters, up to a URL that nothing separates from them, as in Chinese.
_WORD: Final = r"(?:[^\WhH]|[hH](?!(?i:ttps?://)))++"
_URI: Final = (
    rf"(?:(?<![A-Za-z0-9])(?i:https?://)|{_BEFORE}(?i:ftps?://|mailto:))"
    r"(?:[-\w.!~*'()\[\];/:@&=+$,%?#{}]|\0\S"
    r"|[^\x00-\x7f\s\u201c\u201d\u2018\u2019\u00ab\u00bb\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f])++"
)
_TOKEN: Final = re.compile(
    rf"\0.|(?P<uri>{_URI})"
    rf"|{_BEFORE}(?:(?P<literal>``)(?=\S)|(?P<strong>\*\*)(?=\S)|(?P<emphasis>\*)(?=[^\s*])"
    rf"|(?P<target>_`)(?=\S)|(?P<substitution>\|)(?=[^\s|])"
    rf"|(?::(?P<role>{_NAME}):)?+(?P<quoted>`)(?=[^\s`])"
    rf"|(?P<name>{_NAME})(?P<mark>__?+){_BEHIND}"
    r"|(?P<mail>[A-Za-z0-9][\w.+-]*+@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++))"
    rf"|{_WORD}(?:[-._+:@]++{_WORD})*+",
    re.DOTALL,
)
_CLOSING: Final = {
    "literal": re.compile(rf"(?<!\s)``{_BEHIND}"),
    "strong": re.compile(rf"(?<![\s\0])\*\*{_BEHIND}"),
    "emphasis": re.compile(rf"(?<![\s\0])\*{_BEHIND}"),
    "target": re.compile(rf"(?<![\s\0])`{_BEHIND}"),
    "substitution": re.compile(rf"(?<![\s\0])\|(?P<mark>__?+)?{_BEHIND}"),
    "quoted": re.compile(rf"(?<![\s\0])`(?::(?P<role>{_NAME}):|(?P<mark>__?+))?+{_BEHIND}"),
}
_PAIRS: Final = frozenset({
    "()", "[]", "{}", "<>", '""', "''", "\u201c\u201d", "\u2018\u2019", "«»",
})  # fmt: skip
# The last character of a URI, if nothing but `>` may stand behind any other.
_LAST: Final = re.compile(r"[\w~*/=+}]|[^\x00-\x7f]")
# What is in every paragraph of which anything is to be told: most have none of it.
_SIGN: Final = re.compile(r"[_`@]|:(?:/|(?<=[oO]:))")
_WHITE: Final = re.compile(r"(?<!\0)\s++")
_ESCAPE: Final = re.compile(r"\0(?:\s|(.)|\Z)", re.DOTALL)
_MAIL: Final = re.compile(r"[^\s@:/<>]+@[^\s@:/<>]+\.[^\s@:/<>]+")
_ABSOLUTE: Final = re.compile(r"https?://", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\s*(\d{1,5})\s*(#\S*)?\s*")
_DOCUMENTS: Final = frozenset({"doc", "download"})

Place: TypeAlias = Callable[[int, int], tuple[int, int]]
"""Where in the document a stretch of a cell stands."""


@dataclass(slots=True)
class Target:
    """A hyperlink target with an address: `.. _name: url`, by all the names that lead to it."""

    names: tuple[str, ...]
    found: Found


@dataclass(slots=True)
class Links:
    """What a document has said so far: links, targets, what they are used for, and anchors."""

    settings: ExtractSettings
    found: list[Found] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    anonymous: list[Found] = field(default_factory=list)
    uses: dict[str, tuple[str, str]] = field(default_factory=dict)
    anonymous_uses: list[tuple[str, str]] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    html_roles: set[str] = field(default_factory=set)
    anchors: set[str] = field(default_factory=set)
    titles: list[str] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    is_partial: bool = False
    """Whether other files, or programs, have a say in what anchors there are."""

    def finish(self) -> list[Found]:
        """Return all links in order, each target with the label of its first use."""
        self._follow_aliases()
        for target in self.targets:
            used = next((self.uses[name] for name in target.names if name in self.uses), None)
            self._settle(target.found, used, target.names[0])
        for place, found in enumerate(self.anonymous):
            uses = self.anonymous_uses
            self._settle(found, uses[place] if place < len(uses) else None, "")
        return sorted(self.found, key=PLACE)

    def use(self, name: str, label: str, section: str) -> None:
        """Take note of a reference to a target; the first of each counts."""
        self.uses.setdefault(key(name), (label, section))

    def _follow_aliases(self) -> None:
        for name, used in list(self.uses.items()):
            at = name
            # Each alias is followed once: it is spent then.
            while (following := self.aliases.pop(at, None)) is not None:
                at = following
            self.uses.setdefault(at, used)

    def _settle(self, found: Found, used: tuple[str, str] | None, name: str) -> None:
        found.kind = Kind.DEFINITION if used is None else Kind.REFERENCE
        text, found.section = used or (name, "")
        found.label = [text]
        self.found.append(found)


def shadow_of(text: str) -> str:
    r"""Return a text of the same length in which a backslash that escapes is a NUL.

    >>> shadow_of(r"a\*b\\")
    'a\x00*b\x00\\'
    """
    return re.sub(r"\\(.)", "\0\\1", text, flags=re.DOTALL) if "\\" in text else text


def unescaped(text: str) -> str:
    r"""Return what a stretch of the shadow says: an escaped white space is nothing.

    >>> unescaped("a\0*b\0 c")
    'a*bc'
    """
    return _ESCAPE.sub(r"\1", text) if "\0" in text else text


def address(text: str) -> str:
    """Return the address that a stretch of the shadow says: white space in it is nothing."""
    href = unescaped(_WHITE.sub("", text))
    return f"mailto:{href}" if "@" in href and _MAIL.fullmatch(href) else href


def key(name: str) -> str:
    """Return a name as it is compared: without case, white space folded."""
    return " ".join(name.lower().split())


def shown(title: str) -> str:
    """Return what a title shows, given its shadow.

    >>> shown("The `manual <https://a.example>`_ of ``x``")
    'The manual of x'
    """
    if "`" in title or "*" in title:
        title = re.sub(r"\s*+<[^<>]*+>(?=`)", "", title)
        title = re.sub(r":[\w.+:-]{1,40}:(?=`)|(?<=`)__?|``?|\*\*?(?=\S)|(?<=\S)\*\*?", "", title)
    return unescaped(title)


class Inline:
    """Reads stretches of one text."""

    def __init__(self, text: str, links: Links) -> None:
        self.shadow = shadow_of(text)
        self._links = links

    def has_signs(self, start: int, end: int) -> bool:
        """Tell whether a paragraph may hold anything that `read` tells; most do not."""
        return _SIGN.search(self.shadow, start, end) is not None

    def read(self, start: int, end: int, section: str) -> Iterator[Found]:
        """Yield the links of a paragraph, and take note of the targets that it uses."""
        closings = Closings(self.shadow, end)
        while token := _TOKEN.search(self.shadow, start, end):
            start = token.end()
            match token.lastgroup:
                case None:
                    continue
                case "uri":
                    yield from self._uri(token, end, section)
                case "mail":
                    href = f"mailto:{token['mail']}"
                    yield Found(token.start(), start, href, Kind.BARE, section)
                case "mark":
                    self._use(token["name"], token["name"], token["mark"], section)
                case kind:
                    closing = closings.find(_CLOSING[kind], start + 1)
                    if closing is None or self._is_quoted(token, end):
                        continue
                    yield from self._marked(kind, token, closing, section)
                    start = closing.end()

    def _uri(self, token: re.Match[str], end: int, section: str) -> Iterator[Found]:
        """Yield a standalone hyperlink: its end is no punctuation, unless `>` stands behind it."""
        start, last = token.span()
        scheme = self.shadow.index(":", start)
        if not (last < end and self.shadow[last] == ">"):
            while last > start and not self._may_end(start, last):
                last -= 1
        if last > scheme + 1 and self.shadow[scheme + 1 : last].strip("/"):
            yield Found(start, last, unescaped(self.shadow[start:last]), Kind.BARE, section)

    def _may_end(self, start: int, last: int) -> bool:
        character = self.shadow[last - 1]
        if character == "}":  # of a template, and not of what surrounds the URI
            before = self.shadow.rfind("}", start, last - 1)
            return self.shadow.find("{", max(start, before), last) >= 0
        return _LAST.match(character) is not None

    def _is_quoted(self, token: re.Match[str], end: int) -> bool:
        """Tell whether a mark that opens is the only thing between quotes or brackets."""
        before, behind = token.start() - 1, token.end()
        if before < 0 or behind >= end:
            return False
        return self.shadow[before] + self.shadow[behind] in _PAIRS

    def _marked(
        self, kind: str, token: re.Match[str], closing: re.Match[str], section: str
    ) -> Iterator[Found]:
        start, end = token.end(), closing.start()
        match kind:
            case "target":
                self._links.anchors.add(unescaped(self.shadow[start:end]))
            case "substitution" if closing["mark"]:
                name = self.shadow[start:end]
                self._use(name, name, closing["mark"], section)
            case "quoted" if (role := token["role"] or closing["role"]) is not None:
                yield from self._role(role.rpartition(":")[2].lower(), start, end, section)
            case "quoted" if closing["mark"]:
                yield from self._phrase(start, end, closing["mark"], section)

    def _use(self, name: str, label: str, mark: str, section: str) -> None:
        if mark == "__":
            self._links.anonymous_uses.append((label, section))
        else:
            self._links.use(unescaped(name), label, section)

    def _phrase(self, start: int, end: int, mark: str, section: str) -> Iterator[Found]:
        r"""Read `` `text <address>`_ ``, `` `text <name_>`_ `` and `` `text`_ ``."""
        opened = self._opened(start, end)
        if opened < 0 or (opened > start and not self.shadow[opened - 1].isspace()):
            label = unescaped(self.shadow[start:end])
            self._use(self.shadow[start:end], label, mark, section)
            return
        inside = self.shadow[opened + 1 : end - 1]
        label = unescaped(self.shadow[start:opened].strip())
        is_name = inside.endswith("_") and not inside.endswith("\0_")
        if is_name and not _ABSOLUTE.match(inside):
            self._links.use(unescaped(inside[:-1]), label or inside[:-1], section)
        elif href := address(inside):
            yield Found(opened + 1, end - 1, href, Kind.INLINE, section, [label])
            if label:  # the text is a name for it, too: it is another use of the same address
                self._links.aliases.pop(key(label), None)

    def _opened(self, start: int, end: int) -> int:
        """Return where the `<` stands that the `>` at the end closes, or -1."""
        if self.shadow[end - 1] != ">" or self.shadow[end - 2] == "\0":
            return -1
        opened = self.shadow.rfind("<", start, end)
        while opened > 0 and self.shadow[opened - 1] == "\0":
            opened = self.shadow.rfind("<", start, opened)
        inside = self.shadow[opened + 1 : end - 1]
        return opened if inside and not inside[0].isspace() and ">" not in inside else -1

    def _role(self, role: str, start: int, end: int, section: str) -> Iterator[Found]:
        """Read a role: some name a document, some an address; most name what is no link."""
        if role in self._links.html_roles:
            for link in hypertext.read(self.shadow[start:end], self._links.settings)[0]:
                link.start, link.end = link.start + start, link.end + start
                link.section = section
                yield link
            return
        label, first, last = "", start, end
        if (opened := self._opened(start, end)) > start:
            label, first, last = unescaped(self.shadow[start:opened].strip()), opened + 1, end - 1
        if (href := _of_role(role, unescaped(self.shadow[first:last]), named=bool(label))) is None:
            return
        yield Found(first, last, href, Kind.INLINE, section, [label])


def _of_role(role: str, words: str, *, named: bool) -> str | None:
    """Return the address that a role makes of its words, if it is a link."""
    if role in _DOCUMENTS:
        return words.strip().lstrip("!~") or None
    number = _DIGITS.fullmatch(words) if role in ("pep", "rfc") else None
    if number:
        fragment = number[2] or ""
        if role == "pep":
            return f"https://peps.python.org/pep-{int(number[1]):04}/{fragment}"
        return f"https://datatracker.ietf.org/doc/html/rfc{int(number[1])}{fragment}"
    return words.strip() if named and _ABSOLUTE.match(words.strip()) else None

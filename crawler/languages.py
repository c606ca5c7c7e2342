"""Languages besides English: sentences of ours, with holes for values, and what stands for them.

A language is a file `data/words/TAG.toml` of sections; each entry is a sentence in English and the
same in that language: `"Archived on {day:day}." = "Archivada el {day}."`. A hole has a name and may
say what fits it (`KINDS`). Only holes of the kinds `words`, `perhaps` and `list` hold words of ours
and are translated themselves; what anybody else has written stays as it is, whatever it says.

Law: of several templates that fit a sentence, the one with the longest fixed text counts, and of
equal ones the first by the alphabet. Of several ways in which one fits, that with the shortest
values from the left counts, or else that from the right. All of it takes linear time.
"""

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, Self, TypeAlias

from crawler.words import ENGLISH, Words

KINDS: Final = ("text", "name", "number", "day", "words", "perhaps", "list")
"""What fits a hole: any text; text without white space; digits; a day as ISO 8601 writes it, or in
words of ours; words of ours; those or any text; and several of ours with commas between them."""

_HOLE: Final = re.compile(r"\{([a-z]+)(?::([a-z]+))?\}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BETWEEN: Final = ", "
_DEEPEST: Final = 5  # sentences in sentences
_CACHED: Final = 4096

Entries: TypeAlias = Mapping[str, str]
"""Sentences in English, with holes, and the same in another language."""
Hole: TypeAlias = tuple[str, str]
"""Its name and its kind."""


def parted(template: str) -> tuple[tuple[str, ...], tuple[Hole, ...]]:
    """Return the fixed texts of a template, and the holes between them.

    >>> parted("Archived on {day:day}.")
    (('Archived on ', '.'), (('day', 'day'),))
    """
    pieces = _HOLE.split(template)
    holes = zip(pieces[1::3], pieces[2::3], strict=True)
    return tuple(pieces[::3]), tuple((name, kind or KINDS[0]) for name, kind in holes)


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with holes. `order`: which hole comes next in the other language."""

    fixed: tuple[str, ...]
    kinds: tuple[str, ...]
    target: tuple[str, ...]
    order: tuple[int, ...]

    @classmethod
    def of(cls, english: str, other: str) -> Self:
        """Read an entry. Both sentences have the same holes."""
        fixed, holes = parted(english)
        target, asked = parted(other)
        names = [name for name, _ in holes]
        order = tuple(names.index(name) for name, _ in asked)
        return cls(fixed, tuple(kind for _, kind in holes), target, order)

    @property
    def rank(self) -> tuple[int, tuple[str, ...]]:
        """What puts templates in the order in which they are tried."""
        return -sum(map(len, self.fixed)), self.fixed

    @property
    def whole(self) -> Iterator[str]:
        """Yield the words that stand in every sentence that fits: none that a hole touches."""
        last = len(self.fixed) - 1
        for number, text in enumerate(self.fixed):
            found = text.split(" ")
            yield from found[number > 0 : len(found) - (number < last)]

    def ways(self, sentence: str) -> Iterator[Sequence[str]]:
        """Yield the values of the holes in the ways that count."""
        first, *between, last = self.fixed
        end = len(sentence) - len(last)
        if end <= len(first) or not (sentence.endswith(last) and sentence.startswith(first)):
            return
        inner = sentence[len(first) : end]
        way = _from_left(inner, between)
        if way is not None:
            yield way
            if between:
                yield _from_right(inner, between)

    def filled(self, values: Sequence[str]) -> str:
        """Return the sentence in the other language."""
        pieces = [self.target[0]]
        for hole, fixed in zip(self.order, self.target[1:], strict=True):
            pieces += (values[hole], fixed)
        return "".join(pieces)


class Translation:
    """One language besides English."""

    def __init__(self, language: str, entries: Entries) -> None:
        self.language = language
        whole = {each: other for each, other in entries.items() if not _HOLE.search(each)}
        self._whole = {"": "", **whole}  # where there is nothing to say, nothing is
        self._templates = _ordered(entries)
        self._by_word = _by_word(self._templates)
        self._remembered = lru_cache(_CACHED)(self._said)

    def __call__(self, sentence: str, /) -> str:
        """Return the sentence in this language; as it is where nobody has translated it."""
        return self._remembered(sentence)

    def unknown(self, words: str) -> str:
        """Return what is said in the place of words that nobody has translated: themselves."""
        return words

    def _said(self, sentence: str) -> str:
        found = self._found(sentence, _DEEPEST)
        return self.unknown(sentence) if found is None else found

    def _found(self, sentence: str, depth: int) -> str | None:
        if (whole := self._whole.get(sentence)) is not None:
            return whole
        for template in self._fitting(sentence) if depth else ():
            for way in template.ways(sentence):
                values = self._values(template, way, depth - 1)
                if values is not None:
                    return template.filled(values)
        return None

    def _fitting(self, sentence: str) -> Iterator[Template]:
        """Yield the templates that may fit, in the order in which they are tried."""
        found = list(self._by_word[""])
        for word in self._by_word.keys() & set(sentence.split(" ")):
            found += self._by_word[word]
        return (self._templates[number] for number in sorted(found))

    def _values(self, template: Template, way: Sequence[str], depth: int) -> list[str] | None:
        values = []
        for kind, text in zip(template.kinds, way, strict=True):
            value = self._value(kind, text, depth) if text else None
            if value is None:
                return None
            values.append(value)
        return values

    def _value(self, kind: str, text: str, depth: int) -> str | None:
        match kind:
            case "text":
                return text
            case "name":
                return None if " " in text else text
            case "number":
                return text if text.isascii() and text.isdecimal() else None
            case "day" if _DAY.fullmatch(text):
                return text
            case "list":
                items = [self._found(each, depth) for each in _items(text)]
                known = [each for each in items if each is not None]
                return _BETWEEN.join(known) if len(known) == len(items) else None
        found = self._found(text, depth)
        return self.unknown(text) if found is None and kind == "perhaps" else found


def languages() -> tuple[str, ...]:
    """Return the tags of all languages that reports can be in."""
    names = (file.name for file in (files("crawler") / "data" / "words").iterdir())
    found = (name.removesuffix(".toml") for name in names if name.count(".") == 1)
    return tuple(sorted({ENGLISH.language, *found}))


@cache
def language(tag: str) -> Words:
    """Return one of `languages()`."""
    if tag == ENGLISH.language:
        return ENGLISH
    return Translation(tag, entries(tag))


def entries(tag: str) -> Entries:
    """Read all sentences of a language."""
    told = sections(tag).values()
    return {english: other for section in told for english, other in section.items()}


def sections(tag: str) -> Mapping[str, Entries]:
    """Read the sentences of a language by section."""
    file = files("crawler") / "data" / "words" / f"{tag}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _ordered(told: Entries) -> Sequence[Template]:
    """Return the templates of a language in the order in which they are tried."""
    templates = (Template.of(each, other) for each, other in told.items() if _HOLE.search(each))
    return sorted(templates, key=lambda template: template.rank)


def _by_word(templates: Sequence[Template]) -> Mapping[str, Sequence[int]]:
    """Return the numbers of templates by the rarest of their words; of those without any by none.

    So a sentence is held to a few of them, however many there are.
    """
    common = Counter(word for each in templates for word in {*each.whole})
    groups = defaultdict[str, list[int]](list, {"": []})
    for number, each in enumerate(templates):
        rarest = min(each.whole, key=lambda word: (common[word], word), default="")
        groups[rarest].append(number)
    return groups


def _from_left(text: str, between: Sequence[str]) -> Sequence[str] | None:
    values = []
    for fixed in between:
        value, found, text = text.partition(fixed)
        if not found:
            return None
        values.append(value)
    return (*values, text)


def _from_right(text: str, between: Sequence[str]) -> Sequence[str]:
    """As from the left, where that is known to be possible."""
    values = []
    for fixed in reversed(between):
        text, _, value = text.rpartition(fixed)
        values.append(value)
    return (text, *reversed(values))


def _items(text: str) -> Iterator[str]:
    """Yield what stands between commas; those within brackets are none."""
    item: list[str] = []
    for piece in text.split(_BETWEEN):
        item.append(piece)
        joined = _BETWEEN.join(item)
        if joined.count("(") <= joined.count(")"):
            yield joined
            item = []
    if item:
        yield _BETWEEN.join(item)

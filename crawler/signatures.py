"""What gives away a page that is not the resource: tables in `data/`, and how text is compared.

Whatever is compared with a table is folded first: two spellings that people read alike are one.
Nothing here decides; what a sign is worth stands with the rules.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final


class Mark(StrEnum):
    """What was found in the source of a page that shows little, by `signs.py`."""

    WALL = "wall"
    WALL_HINT = "wall-hint"
    PARKED = "parked"
    BUILT = "built-by-scripts"
    SHOWING = "shows-more-than-text"
    WORK = "a-work"
    LINKING = "links-on"
    AMP = "for-phones"


class Missing(StrEnum):
    """How a phrase says that something is missing: of a page, or in words that mean much else."""

    PAGE = "page"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Walls:
    """Signs of walls against robots. Headers are pairs of a name and a pattern of its value."""

    headers: tuple[tuple[str, re.Pattern[str]], ...]
    vendors: tuple[tuple[str, re.Pattern[str]], ...]
    titles: frozenset[str]
    title_hints: frozenset[str]
    bodies: tuple[str, ...]
    body_hints: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parking:
    """Signs of parked domains. `titles` may hold `{domain}`."""

    hosts: frozenset[str]
    markets: frozenset[str]
    paths: frozenset[str]
    parameters: frozenset[str]
    titles: frozenset[str]
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Logins:
    """Signs of a login page's address."""

    hosts: frozenset[str]
    labels: frozenset[str]
    paths: tuple[str, ...]


@cache
def not_found_phrases() -> Mapping[str, Missing]:
    """Return what error pages say of a missing resource: `data/not_found_phrases.tsv`."""
    return {row[0]: Missing(row[1]) for row in _rows("not_found_phrases.tsv")}


@cache
def walls() -> Walls:
    """Return the signs of walls: `data/bot_walls.tsv`."""
    signs: dict[tuple[str, str], list[str]] = {}
    for place, strength, sign, _ in _rows("bot_walls.tsv"):
        signs.setdefault((place, strength), []).append(sign)
    return Walls(
        headers=tuple(map(_header, signs["header", "sure"])),
        vendors=tuple(map(_header, signs["header", "hint"])),
        titles=frozenset(signs["title", "sure"]),
        title_hints=frozenset(signs["title", "hint"]),
        bodies=tuple(signs["body", "sure"]),
        body_hints=tuple(signs["body", "hint"]),
        addresses=tuple(signs["address", "sure"]),
    )


@cache
def parking() -> Parking:
    """Return the signs of parked domains: `data/parked.tsv`."""
    signs = _by_place("parked.tsv")
    return Parking(
        hosts=frozenset(signs["host"]),
        markets=frozenset(signs["market"]),
        paths=frozenset(signs["path"]),
        parameters=frozenset(signs["query"]),
        titles=frozenset(signs["title"]),
        bodies=tuple(signs["body"]),
    )


@cache
def placeholders() -> frozenset[str]:
    """Return the titles of servers' default pages: `data/placeholders.txt`."""
    return frozenset(row[0] for row in _rows("placeholders.txt"))


@cache
def logins() -> Logins:
    """Return the signs of login pages: `data/logins.tsv`."""
    signs = _by_place("logins.tsv")
    return Logins(frozenset(signs["host"]), frozenset(signs["label"]), tuple(signs["path"]))


def _by_place(name: str) -> Mapping[str, list[str]]:
    signs: dict[str, list[str]] = {}
    for place, sign in _rows(name):
        signs.setdefault(place, []).append(sign)
    return signs


def _rows(name: str) -> list[list[str]]:
    text = files("crawler").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def _header(sign: str) -> tuple[str, re.Pattern[str]]:
    name, _, pattern = sign.partition(": ")
    return name, re.compile(pattern, re.IGNORECASE)


# How text is compared

_PUNCTUATION: Final = re.compile(
    r"""[!¡?¿.,…。、！？،؟"“”„«»()\[\]【】「」『』:：;；|｜·•*#<>_~＿]+|(?<!\w)[-–—/]+|[-–—/]+(?!\w)"""
)
_CJK: Final = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_BETWEEN: Final = re.compile(
    r"[|｜–—·•∙⋅»«›‹<>_。！？]|::|\s[-−~/:]+(?=\s)|[:：.!?](?=\s|$)(?<!\d\.)"
    rf"|-(?:(?<={_CJK}-)|(?={_CJK}))"
)
_MAX_SEGMENT: Final = 100
_STRAIGHT: Final = str.maketrans("’‘ʼ´", "''''")
_FIGURE: Final = re.compile(r"[^\D0-9]")


@lru_cache(maxsize=1024)  # a site's name stands in all its titles, and a title in the heading
def fold(text: str) -> str:
    """Fold a text for comparison: case, forms of letters, digits, punctuation and spaces.

    >>> fold("Oops!  Page Not Found (４０４)")
    'oops page not found 404'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_STRAIGHT))
        text = _FIGURE.sub(lambda found: str(unicodedata.digit(found[0])), text)
    folded = text.casefold().replace("`", "'")
    return " ".join(_PUNCTUATION.sub(" ", folded).split())


def segments(title: str) -> tuple[str, ...]:
    """Return the parts of a title, folded: what the page is called, and whose it is.

    >>> segments("Seite nicht gefunden – Beispiel GmbH")
    ('seite nicht gefunden', 'beispiel gmbh')
    """
    return tuple(filter(None, (fold(part.strip()) for part in _BETWEEN.split(title))))


def missing(segment: str) -> Missing | None:
    """Tell whether a folded text says that something is missing, and nothing else.

    >>> missing("error 404 page not found")
    <Missing.PAGE: 'page'>
    >>> missing("how to design a 404 page")
    """
    phrases = not_found_phrases()
    known = phrases.get(segment)
    if known or len(segment) > _MAX_SEGMENT:
        return known
    core = without_asides(segment)
    if core == segment:
        return None
    if not core:
        return Missing.BARE if "404" in segment else None
    return phrases.get(core)


def without_asides(segment: str) -> str:
    """Return a folded text without what error pages say around their phrase.

    >>> without_asides("oops error 404")
    ''
    """
    asides, glued = _asides()
    words = segment.replace("404", " 404 ").split()
    while words and words[0] in asides:
        words.pop(0)
    while words and words[-1] in asides:
        words.pop()
    core = " ".join(words)
    return core if core.isascii() else glued.sub("", core)


@cache
def _asides() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the words, and how they begin a text of a script without spaces."""
    words = frozenset(row[0] for row in _rows("not_found_asides.txt"))
    glued = "|".join(sorted(word for word in words if re.match(_CJK, word)))
    return words, re.compile(f"^(?:{glued})+")

"""Values of data: which strings are links, under which keys they stand, and where in the file.

Serves every format that is a tree of keys and values. A value is a link when it is an absolute
http(s) URL, and holds links when URLs stand in its text; keys and relative paths are no links.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Final

from crawler import bare
from crawler.found import SECTION_SEPARATOR, Found
from crawler.model import Kind
from crawler.settings import ExtractSettings
from crawler.spans import Joined, Piece
from crawler.tables import rows
from crawler.text import clean

MAX_KEYS: Final = 32
"""Keys that a section shows: else a link would cost as much as it is deep."""

_WHOLE: Final = re.compile(r"https?://[^\s<>\"`]+", re.IGNORECASE)
# What a string must have to hold a URL, or an escape that may hide one. Most have neither.
_SIGN: Final = re.compile(r"https?:[/\\]|\\[uUx\r\n]", re.IGNORECASE)


def links(
    text: str, start: int, end: int, section: str, settings: ExtractSettings
) -> Iterator[Found]:
    """Yield the links of a value that stands in the source as it is meant."""
    for first, last, href in _urls(text[start:end], settings):
        yield Found(start + first, start + last, href, Kind.BARE, section)


def links_of_pieces(
    pieces: list[Piece], section: str, settings: ExtractSettings
) -> Iterator[Found]:
    """Yield the links of a value that is written with escapes."""
    places = Joined(pieces)
    for first, last, href in _urls("".join(piece.words for piece in pieces), settings):
        yield Found(*places.span(first, last), href, Kind.BARE, section)


def pieces_of(
    text: str, start: int, end: int, escape: re.Pattern[str], decode: Callable[[str], str]
) -> list[Piece]:
    """Split what is written into escapes, which have no inside, and what stands between them."""
    pieces = []
    for match in escape.finditer(text, start, end):
        if match.start() > start:
            pieces.append(Piece(text[start : match.start()], start, match.start()))
        pieces.append(Piece(decode(match[0]), match.start(), match.end()))
        start = match.end()
    if start < end:
        pieces.append(Piece(text[start:end], start, end))
    return pieces


def character(digits: str) -> str:
    """Return the character that an escape names in hexadecimal digits; what is none is no URL's."""
    return chr(min(int(digits, 16), 0x10FFFF))


def may_hold_links(text: str, start: int, end: int, settings: ExtractSettings) -> bool:
    """Tell cheaply whether it is worth the while to decode a string."""
    return settings.schemeless or _SIGN.search(text, start, end) is not None


def broken_from(text: str, read: int, at: int) -> int:
    """Return from where to read plain text, given what was read for sure, and the first mistake.

    That is the line of the mistake, for it may stand in the midst of a URL.
    """
    return max(read, text.rfind("\n", read, at) + 1)


def section_of(path: Sequence[str | int]) -> str:
    """Return the keys that lead to a value, without the numbers of items in lists.

    >>> section_of(["tools", 3, "homepage"])
    'tools > homepage'
    """
    keys = [key for key in path[:MAX_KEYS] if isinstance(key, str) and key]
    return clean(SECTION_SEPARATOR.join(keys))


def names_thing(path: Sequence[str | int]) -> bool:
    """Tell whether a key on the way to a value is one of `data/identifier_keys.txt`."""
    known = _identifiers()
    return any(
        key in known or (isinstance(key, str) and key.startswith("xmlns:"))
        for key in (*path[:MAX_KEYS], *path[-1:])
    )


@cache
def _identifiers() -> frozenset[str]:
    return frozenset(key for (key,) in rows("identifier_keys.txt"))


def _urls(words: str, settings: ExtractSettings) -> list[tuple[int, int, str]]:
    """Return what `bare` does, except that a value that is a URL ends where the value does."""
    lead = len(words) - len(words.lstrip())
    if match := _WHOLE.fullmatch(words.strip()):
        return [(lead, lead + len(match[0]), match[0])]
    return bare.find_hrefs(words, schemeless=settings.schemeless)

"""Markdown: how any text is written so that it stays text.

No links, images, tables or HTML come of it, and on a forge it mentions nobody and refers to no
issue.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from crawler.text import clean, readable
from crawler.words import Words

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()<>|~&!])")
# `@name`, `#1`, `GH-1`, `https://`, `www.`, and hashes of commits: forges make links of them.
_REFERENCE: Final = re.compile(
    r"([@#]|\bGH-)(?=\w)|(?<=\w)://|\bwww(?=\.)|\b[0-9a-f]{7}(?=[0-9a-f]{0,33}\b)"
)


def escape(text: str) -> str:
    """Make any text plain text."""
    escaped = _SPECIAL.sub(r"\\\1", clean(readable(text)))
    return _REFERENCE.sub(lambda match: f"{match[0]}\u200b", escaped)


def code(text: str) -> str:
    """Show any text as code, whatever backticks it holds."""
    shown = clean(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def within(pieces: Iterable[tuple[str, int]], room: int, words: Words) -> Iterator[str]:
    """Yield pieces as far as there is room, in bytes, and what is left out by its number.

    Each comes with the number of things that it tells.
    """
    left_out = 0
    for piece, number in pieces:
        room -= len(piece.encode())  # once something does not fit, nothing behind it does
        if room >= 0:
            yield piece
        else:
            left_out += number
    if left_out:
        yield f"\n**{words(f'Left out here, for there is no more room: {left_out}.')}**\n"


def link(url: str) -> str:
    """Show a URL as a link to it."""
    # A normalised URL holds neither white space, angle brackets nor controls: an autolink's text.
    return f"<{url}>"

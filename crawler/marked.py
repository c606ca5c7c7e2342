"""Markdown: how any text is written so that it stays text.

No links, images, tables or HTML come of it, and on a forge it mentions nobody and refers to no
issue.
"""

import re
from typing import Final

from crawler.text import clean, readable

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


def link(url: str) -> str:
    """Show a URL as a link to it."""
    # A normalised URL holds neither white space, angle brackets nor controls: an autolink's text.
    return f"<{url}>"

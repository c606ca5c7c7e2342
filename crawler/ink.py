"""Lines for people, each in pieces with a style; only here styles become codes of a terminal.

What pieces hold was cleaned before: no escape code but those of this module reaches a terminal. A
link shows what it leads to, so that nobody is led elsewhere than they read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from crawler.text import WIDTH, clean, defused, readable

LINK: Final = "link"
"""The word of a style that makes a hyperlink of a piece that is a URL, where that is safe."""

# Pieces of text, each with a style: words of `_CODES` and `LINK`. A text may have line ends.
Line: TypeAlias = tuple[tuple[str, str], ...]

_CODES: Final = {
    "bold": "1", "dim": "2", "underline": "4", "red": "31", "green": "32", "yellow": "33",
    "blue": "34", "magenta": "35", "cyan": "36",
}  # fmt: skip
# All a URL is made of once it is normalised; nothing that could end the code that holds it.
_SAFE: Final = re.compile(r"https?://[!-~]{1,2000}")


@dataclass(frozen=True, slots=True)
class Paper:
    """What is written on: how many columns wide, and whether it takes colour and hyperlinks.

    `width` is that of sentences, which are hard to read in long lines; `columns` are all there are,
    where there are more.
    """

    width: int = WIDTH
    color: bool = False
    links: bool = False
    columns: int = 0

    @property
    def room(self) -> int:
        """How wide a table may be."""
        return max(self.width, self.columns)


PLAIN: Final = Paper()
"""A pipe or a file."""


def escape(text: str) -> str:
    """Make any text safe for a terminal, and readable."""
    return clean(readable(text))


def inked(lines: Iterable[Line], paper: Paper) -> Iterator[str]:
    """Write lines, each with its end, as what they are written on takes them."""
    if not paper.color:  # as a CI has it, whose commands are lines that begin with `::`
        return (defused("".join(text for text, _ in line)) + "\n" for line in lines)
    return ("".join(_colored(*piece, paper) for piece in line) + "\n" for line in lines)


def _colored(text: str, style: str, paper: Paper) -> str:
    codes = ";".join(_CODES[word] for word in style.split() if word != LINK)
    if LINK in style.split() and paper.links and _SAFE.fullmatch(text.strip(" ")):
        url = text.strip(" ")
        before, _, after = text.partition(url)
        text = f"{before}\x1b]8;;{url}\x1b\\{url}\x1b]8;;\x1b\\{after}"
    if not codes:
        return text
    # By line: what shows lines one by one may forget a colour at their ends.
    return "\n".join(f"\x1b[{codes}m{part}\x1b[0m" if part else "" for part in text.split("\n"))

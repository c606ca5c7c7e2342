"""What a stream is good for: colour, hyperlinks, how many columns, which characters.

`NO_COLOR`, `CI` and `TERM=dumb` are respected, and where nothing is known nothing is taken for
granted: a pipe or a file has 80 columns and no colour.
"""

import os
from typing import Final, TextIO

from crawler.ink import PLAIN, Paper
from crawler.text import WIDTH

# What stands between us and the terminal, and may know less than that.
_BETWEEN: Final = ("TMUX", "STY")

_WINDOWS: Final = os.name == "nt"
_OF_WINDOWS: Final = ("ANSICON", "ConEmuANSI", "TERM", "TERM_PROGRAM", "WT_SESSION")

_NARROWEST: Final = 40
_WIDEST: Final = 110  # longer lines are hard to read
# Signs of ours where an encoding has none of them: as wide as they are.
_PLAINER: Final = str.maketrans("→…“”–✓✗·━─", '>~""-+x.=-')  # noqa: RUF001


def are_one(first: TextIO | None, second: TextIO | None) -> bool:
    """Tell whether two streams are known to end in the same terminal, pipe or file."""
    if first is None or second is None:
        return False
    try:
        one, other = os.fstat(first.fileno()), os.fstat(second.fileno())
    except (OSError, ValueError):  # one of them is no stream of the system
        return False
    return one.st_ino != 0 and os.path.samestat(one, other)  # 0: Windows does not number it


def takes_codes(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal that moves its cursor as it is told."""
    env = os.environ
    if stream is None or env.get("CI") or env.get("TERM") == "dumb":
        return False
    if _WINDOWS and not any(map(env.get, _OF_WINDOWS)):  # the old console shows codes as text
        return False
    return stream.isatty()


def wants_color(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal whose user did not say no to colour."""
    return takes_codes(stream) and not os.environ.get("NO_COLOR")


def wants_links(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal that is known to show hyperlinks, and wants colour.

    Where nothing is known of it, none: a code that is not understood stands there as text.
    """
    if not wants_color(stream) or any(map(os.environ.get, _BETWEEN)):
        return False
    from crawler.tables import rows  # noqa: PLC0415 - a pipe needs none of them

    known = rows("hyperlink_terminals.tsv")
    return any(_says(os.environ.get(variable, ""), wanted) for variable, wanted, _ in known)


def _says(value: str, wanted: str) -> bool:
    if wanted.startswith(">="):
        return value.isdecimal() and int(value) >= int(wanted[2:])
    return bool(value) if wanted == "*" else value == wanted


def paper_of(stream: TextIO | None) -> Paper:
    """Return what a stream is to be written on: a terminal has its own width, all else 80."""
    if stream is None or not stream.isatty() or os.environ.get("CI"):
        return PLAIN
    columns = max(_NARROWEST, columns_of(stream))
    return Paper(min(columns, _WIDEST), wants_color(stream), wants_links(stream), columns)


def columns_of(stream: TextIO) -> int:
    """Return how many columns a terminal has now; `COLUMNS` has the last word."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDTH
    except (OSError, ValueError):  # it says that it is a terminal, and is none
        return WIDTH


def encodable(text: str, stream: TextIO) -> str:
    """Return what a stream can write of a text: plainer signs, or a replacement, never an error."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding, stream.errors or "strict")
    except UnicodeEncodeError:
        return text.translate(_PLAINER).encode(encoding, "replace").decode(encoding)
    return text

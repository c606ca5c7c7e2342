"""The text of a page that people see, told from its source in one pass and without a tree.

To which element words belong does not matter for counting them, or for telling their language.
Every pattern here is possessive: linear time, whatever the source is.
"""

import re
from typing import Final

from crawler.markup import unescape

_COMMENT: Final = r"<!--(?:[^-]++|-(?!->))*+(?:-->)?"
_TAG: Final = r"<[a-z/!?][^>]*+>?"
_UNSEEN: Final = "script|style|noscript|template|svg|title|iframe|textarea"
_SHARED: Final = "nav|header|footer|select|button"  # by all pages of a site


def _pattern(names: str) -> re.Pattern[str]:
    """Return what matches tags and comments, and elements of these names with all they hold."""
    element = rf"<({names})\b[^>]*+(?:[^<]++|<(?!/\1\b))*+(?:</\1[^>]*+>?)?"
    return re.compile(rf"{_COMMENT}|{element}|{_TAG}", re.IGNORECASE)


_WINDOWS: Final = (4_096, 16_384, 262_144)

_MARKUP: Final = _pattern(_UNSEEN)
_MARKUP_AND_SHARED: Final = _pattern(f"{_UNSEEN}|{_SHARED}")


def visible_length(source: str, most: int) -> int:
    """Count the characters that people see, white space folded; `most`: more are as good."""
    return min(most, len(" ".join(_MARKUP.sub("", source).split())))


def visible_beginning(source: str, most: int, start: int = 0) -> str:
    """Return what people see first of a page's own text: `most` characters, or somewhat more."""
    shown = ""
    for size in _WINDOWS:  # an element that a window cuts off is unseen as far as it goes
        shown = " ".join(_MARKUP_AND_SHARED.sub(" ", source[start : start + size]).split())
        if len(shown) >= most or start + size >= len(source):
            break
    return unescape(shown)

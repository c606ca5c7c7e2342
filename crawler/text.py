"""Strangers' text: cleaned once, at the border, and made readable for people.

Every title, label, header value and file name passes `clean` before it is stored or shown;
what a report's format needs beyond that is escaped by the one function of that format.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from crawler.breadth import folded

WIDTH: Final = 80
"""Columns of a terminal of which nothing is known, and of a pipe."""
MAX_LENGTH: Final = 300
"""Longer text than this is cut: nobody reads a title of a thousand characters."""

# Trojan Source (CVE-2021-42574): controls that show a text in another order than it is written.
# Zero-width joiners stay: emoji and several scripts are built with them.
_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HARMFUL: Final = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDI}\ud800-\udfff\ufeff\ufffe\uffff]")
_UNSEEN: Final = re.compile(f"[\x00-\x08\x0a-\x1f\x7f-\x9f{_BIDI}\ud800-\udfff\ufeff\ufffe\uffff]")
# Nothing is to be repaired in such a text: each of these letters stands alone, where mojibake has
# two strange characters or more side by side. And no `&`, which may begin an entity.
_SOUND: Final = re.compile("(?:[ -%'-~]++|[¡«»¿ÁÉÍÑÓÚÜàáçèéíñóúüÀÈÖäöß“”…→](?=[ -~]|\\Z))*+")
_COMMAND: Final = re.compile(r"^(\s*)::", re.MULTILINE)


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    r"""Replace controls, bidirectional overrides and lone surrogates; fold white space; cut.

    >>> clean("a\x1b[31m \n\n b\u202e")
    'a [31m b'
    """
    if len(text) <= limit and text.isprintable() and "  " not in text and "##[" not in text:
        return text.strip(" ")  # nothing to replace, fold or cut, as in nearly every text
    # Cut first, generously: folding megabytes of white space is not worth the time.
    text = text[: 8 * limit]
    if not text.isprintable():  # nothing that is to go is printable, nor is any space but one
        text = _HARMFUL.sub(" ", text)
    folded = " ".join(text.split())
    folded = folded.replace("##[", "# #[")  # a command of GitHub's runner, wherever it stands
    return folded if len(folded) <= limit else _cut(folded, limit)


@lru_cache(maxsize=256)  # the places of a document have it in common
def shown_name(name: str) -> str:
    """Clean a file's name: no line that begins with it is a command of a CI (`::error::`)."""
    cleaned = clean(name)
    return f"./{cleaned}" if cleaned.startswith((":", "#", "-")) else cleaned


def wrapped(text: str, first: str, then: str | None = None, width: int = WIDTH) -> str:
    """Fold clean text into lines of so many cells; a word that is longer, as a URL is, stays whole.

    `first` stands before the first line, `then` before the others, or else `first` again. No line
    is a command of a CI (`::error::`), which they find behind white space too.

    >>> wrapped("one two", "  ")
    '  one two'
    """
    return defused("\n".join(folded(text, first, first if then is None else then, width)))


def defused(lines: str) -> str:
    """Let no line be a command of a CI, wherever it begins.

    >>> defused("  ::error::x")
    '  : :error::x'
    """
    return _COMMAND.sub(r"\1: :", lines) if "::" in lines else lines


def without_commands(written: str) -> str:
    r"""Write JSON so that GitHub's runner finds no command in it; it says the same.

    >>> without_commands('"##[error]"')
    '"#\\u0023[error]"'
    """
    return written.replace("##[", "#\\u0023[")


def visible(text: str) -> str:
    r"""Show what `clean` takes away; white space stays as it is, but for the ends of lines.

    >>> visible("a\x1b[31m  b\u202e")
    'a<U+001B>[31m  b<U+202E>'
    """
    return _UNSEEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", text)


def is_clean(text: str) -> bool:
    """Tell whether a text may go to a terminal as it is."""
    return not _HARMFUL.search(text)


def readable(text: str) -> str:
    """Repair mojibake for people's eyes: UTF-8 that was once read as another encoding.

    The data keep what the file says; only reports show this.

    >>> readable("C√≥mo aprender")
    'Cómo aprender'
    """
    if text.isascii() or _SOUND.fullmatch(text):
        return text
    try:  # all of it is UTF-8 that was read as Mac Roman: too sure a sign to weigh any other
        return text.encode("mac_roman").decode("utf-8")
    except UnicodeError:
        pass
    import ftfy  # noqa: PLC0415 - takes 60 ms to import, and most texts never need it

    return ftfy.fix_text(text, uncurl_quotes=False, normalization=None)


def _cut(text: str, limit: int) -> str:
    end = limit - 1
    while end > limit // 2 and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f"):
        end -= 1  # not between a letter and its accent, nor inside an emoji
    return text[:end].rstrip(" \u200d") + "…"

"""Regular expressions of settings, matched within bounds.

A settings file may be a stranger's, and so are the texts: an expression that tries everything
(`(a+)+$`) must not hold up a run for ever.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from crawler.errors import SettingsError

if TYPE_CHECKING:
    import regex

SECONDS: Final = 0.5
"""For one text. What people write takes a microsecond."""

_SHOWN: Final = 80


class PatternError(ValueError):
    """What is no regular expression, and why."""


def search(pattern: str, text: str) -> "regex.Match[str] | None":
    """Return the first match, or None. Raises `PatternError`, and `SettingsError` for one in vain.

    >>> bool(search("^https://a[.]example/", "https://a.example/x"))
    True
    """
    try:
        return compiled(pattern).search(text, timeout=SECONDS)
    except TimeoutError:
        raise SettingsError(
            f"the pattern {pattern[:_SHOWN]!r} takes too long on {text[:_SHOWN]!r}: "
            "write it without repetitions inside repetitions."
        ) from None


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> "regex.Pattern[str]":
    """Read an expression. Raises `PatternError`."""
    import regex  # noqa: PLC0415 - 10 ms that settings without expressions need not pay

    try:
        return regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError) as error:
        raise PatternError(f"is no regular expression: {error}") from error

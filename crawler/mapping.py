r"""What the operator says of addresses: that they stand for others, or for files (`--remap`).

A rule is a regular expression and what takes the place of what it matches, with `\1` or `$1` for
its groups. It is not tied to the beginning of a URL; only its first match is replaced.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from crawler.patterns import PatternError, compiled, search

if TYPE_CHECKING:
    import regex

_GROUP: Final = re.compile(r"\$(?:(\d+)|\{(\w+)\})")
_WEB: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Remap:
    """One rule. `template`: what takes the place of a match, as `re` writes it."""

    pattern: str
    template: str

    @property
    def directory(self) -> str | None:
        """What stands before anything that was matched, in a path; None for a URL."""
        if self.template.lower().startswith(_WEB):
            return None
        literal, group, _ = self.template.partition("\\")
        return literal.rpartition("/")[0] + "/" if group and "/" in literal else literal

    def applied(self, url: str) -> str | None:
        """Return what a URL stands for; None if the rule does not speak of it."""
        match = search(self.pattern, url)
        if match is None:
            return None
        before = "" if self.directory is not None else url[: match.start()]
        return before + match.expand(self.template) + url[match.end() :]


def remap_of(text: str) -> Remap:
    """Read `PATTERN REPLACEMENT`. Raises `ValueError` with words for the operator.

    >>> remap_of("^https://a[.]example/(x|y) https://b.example/$1").applied("https://a.example/x/z")
    'https://b.example/x/z'
    """
    import regex  # noqa: PLC0415 - 10 ms that settings without expressions need not pay

    words = text.split()
    if len(words) != 2:  # noqa: PLR2004 - a pattern and what takes its place
        raise ValueError("must be a pattern, white space and what takes its place")
    pattern, written = words
    template = _GROUP.sub(lambda group: rf"\g<{group[1] or group[2]}>", written)
    try:
        compiled(pattern)
        anywhere = compiled(f"(?:{pattern})|")  # for its groups, whether it matches or not
        _nothing(anywhere).expand(template)
    except (PatternError, regex.error, IndexError) as error:
        raise ValueError(f"is no regular expression, or names no group of it: {error}") from error
    return Remap(pattern, template)


def _nothing(pattern: "regex.Pattern[str]") -> "regex.Match[str]":
    """Return a match of nothing, which knows the pattern's groups."""
    match = pattern.search("")
    assert match is not None  # noqa: S101 - nothing is everywhere
    return match

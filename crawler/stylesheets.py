"""Addresses in CSS: `url(…)` and `@import`, with their places.

By the tokens of CSS Syntax §4: comments, strings and escapes. Names of XML namespaces are none.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# What is never closed goes on: a string to the end of its line, a comment to that of the text.
_ESCAPED: Final = r"\\(?:[0-9A-Fa-f]{0,6}\r\n|.)"
_DOUBLE: Final = rf'(?:[^"\\\n]|{_ESCAPED})*+'
_SINGLE: Final = rf"(?:[^'\\\n]|{_ESCAPED})*+"
_TOKEN: Final = re.compile(
    r"/\*(?:[^*]++|\*(?!/))*+(?:\*/|\Z)|@namespace\b[^;{}]*+"
    r"|(?:(?<![\w-])url\(\s*+|@import\s*+)"
    rf"""(?:"(?P<double>{_DOUBLE})"|'(?P<single>{_SINGLE})')"""
    r"""|(?<![\w-])url\(\s*+(?P<bare>(?:[^"'()\\\s]|\\(?:[0-9A-Fa-f]{1,6}\s?|.))++)\s*+\)"""
    rf"""|"{_DOUBLE}(?:"|(?=\n)|\\?\Z)|'{_SINGLE}(?:'|(?=\n)|\\?\Z)""",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPE: Final = re.compile(
    r"\\(?:([0-9A-Fa-f]{1,6})(?:\r\n|[ \t\r\n\f])?|(\r\n|[\n\r\f])|(.))", re.DOTALL
)
_LAST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


class Address(NamedTuple):
    """Where an address stands in a style sheet, and what it is with its escapes decoded."""

    start: int
    end: int
    href: str


def addresses(text: str) -> Iterator[Address]:
    r"""Yield every address that a style sheet, or a declaration, loads something from.

    Not what it names in the same document (`url(#id)`).

    >>> [each.href for each in addresses("@import 'a.css'; b { c: url(d\\29 .png) url(#e) }")]
    ['a.css', 'd).png']
    """
    for match in _TOKEN.finditer(text):
        written = match[match.lastgroup] if match.lastgroup else ""
        stripped = written.strip()
        if stripped and not stripped.startswith("#"):
            start = match.start(match.lastindex or 0) + len(written) - len(written.lstrip())
            yield Address(start, start + len(stripped), _ESCAPE.sub(_character, stripped))


def _character(match: re.Match[str]) -> str:
    if match[1]:
        number = int(match[1], 16)
        is_one = 0 < number <= _LAST and number not in _SURROGATES
        return chr(number) if is_one else "\ufffd"  # CSS Syntax §4.3.7
    return match[3] or ""

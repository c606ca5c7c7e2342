"""Text in XML: the one function that every format made of XML writes its texts and attributes with.

XML 1.0 cannot hold every character, however it is escaped (§2.2, `Char`), and parsers give up at
the first that it cannot.
"""

import re
from typing import Final

from crawler.text import MAX_LENGTH, clean

_NOT_CHAR: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES: Final = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;",
})  # fmt: skip


def escape(text: str, limit: int = MAX_LENGTH) -> str:
    r"""Make any text fit to stand between tags, or in quotes, on one line.

    >>> escape("<b> & \x1b[1m\ufffe'")
    '&lt;b&gt; &amp; [1m &apos;'
    """
    # No parser has anything to read but what it would show: `clean` leaves little of the rest.
    return _NOT_CHAR.sub(" ", clean(text, limit)).translate(_ESCAPES)

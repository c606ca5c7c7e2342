"""From bytes to text, in the order that the WHATWG standards give: byte order mark, header, meta.

Labels are strangers' text and go through the standard's table only: Python's `codecs` would run
`rot13`, `unicode_escape` or `utf-7` for them.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Mapping
from typing import Final

import webencodings

PRESCAN: Final = 4096
"""Bytes searched for a declaration. The standard says 1,024; real pages are less tidy."""

_BOMS: Final = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
_HEADER: Final = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META: Final = re.compile(
    rb"""<meta\s[^>]{0,512}?charset\s*=\s*["']?\s*([^\s"'/>;]+)""", re.IGNORECASE
)
_XML: Final = re.compile(rb"""\A\s*<\?xml\s[^>]{0,256}?encoding\s*=\s*["']([^"']+)""")
# Encoding Standard, "Legacy encodings": where Python's codec of that name knows fewer characters.
_WIDER: Final[Mapping[str, str]] = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "x-user-defined": "windows-1252",
}
_FALLBACK: Final = "windows-1252"


def decode(body: bytes, content_type: str = "") -> str:
    """Decode a page. Never raises: what is wrong in it becomes U+FFFD."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    name = _declared(body, content_type) or _guessed(body)
    return body.decode(name, "replace")


def codec(label: str) -> str | None:
    """Return the name of Python's codec for an encoding label of the standard, if it is one."""
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name == "replacement":
        return None
    name: str = encoding.name
    return _WIDER.get(name, name)


def _declared(body: bytes, content_type: str) -> str | None:
    if (match := _HEADER.search(content_type)) and (name := codec(match[1])):
        return name
    head = body[:PRESCAN]
    found = _META.search(head) or _XML.match(head)
    name = codec(found[1].decode("latin-1")) if found else None
    # A declaration that we could read as ASCII cannot be in UTF-16: Encoding Standard §6.2.
    return "utf-8" if name and name.startswith("utf-16") else name


def _guessed(body: bytes) -> str:
    try:
        # A character cut off at the very end says that the body was cut, not that it is not UTF-8:
        # an incremental decoder waits for its rest.
        getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return _FALLBACK
    return "utf-8"

"""From bytes to text, in the order that the WHATWG standards give: byte order mark, header, meta.

Where nothing is declared, or UTF-8 is and cannot be meant, the bytes themselves decide.
Labels are strangers' text and go through the standard's table only: Python's `codecs` would run
`rot13`, `unicode_escape` or `utf-7` for them.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from typing import Final

import webencodings

PRESCAN: Final = 4096
"""Bytes searched for a declaration. The standard says 1,024; real pages are less tidy."""

_BOMS: Final = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
# Possessive (`*+`): no white space, however long, is gone through twice.
_HEADER: Final = re.compile(r"""charset\s*+=\s*+["']?\s*+([^\s"';,]++)""", re.IGNORECASE)
_META: Final = re.compile(
    rb"""<meta\s[^>]{0,512}?charset\s*+=\s*+["']?\s*+([^\s"'/>;]++)""", re.IGNORECASE
)
_XML: Final = re.compile(rb"""\A\s*+<\?xml\s[^>]{0,256}?encoding\s*+=\s*+["']([^"']++)""")
_COMMENT: Final = re.compile(rb"<!--(?:-?>|(?:[^-]++|-(?!->))*+(?:-->|\Z))")
# Pages begin with ASCII: a NUL beside each of the first characters is a half of UTF-16.
_SIXTEEN: Final = (
    (re.compile(rb"(?:[\t-~]\0){8}"), "utf-16-le"),
    (re.compile(rb"(?:\0[\t-~]){8}"), "utf-16-be"),
)
# Encoding Standard, "Legacy encodings": where Python's codec of that name knows fewer characters.
_WIDER: Final[Mapping[str, str]] = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "euc-jp": "euc_jis_2004",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "x-mac-cyrillic": "mac-cyrillic",
    "macintosh": "mac-roman",
    "x-user-defined": "windows-1252",
}
FALLBACK: Final = "windows-1252"
# Encodings of the web that text may be in without saying so, by Python's names: a detector that
# has others to choose from finds those of mainframes and of DOS.
_UNDECLARED: Final = (
    "big5hkscs", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "cp1258", "cp874", "cp932", "cp949", "euc_jis_2004", "euc_kr", "gb18030", "iso8859-15",
    "iso8859-2", "iso8859-5", "iso8859-7", "koi8-r", "koi8-u",
)  # fmt: skip
_SAMPLE: Final = 8192
"""Bytes that a detector gets: what is not ASCII, and what stands around it."""

_RUN: Final = re.compile(rb"[^<>\n]+")
# One word in two scripts: nobody writes "\u0419t\u0439" for "\u00c9t\u00e9".
_MIXED: Final = re.compile("[A-Za-z][\u0370-\u0e7f]|[\u0370-\u0e7f][A-Za-z]")
_SHIFTED: Final = b"\x1b$B"  # ISO-2022-JP: what follows is Japanese, in bytes of ASCII
_BAD: Final = "\ufffd"
_BAD_SHARE: Final = 2048
"""A page may have one bad sequence in so many bytes and still be the UTF-8 that it says it is."""


def decode(body: bytes, content_type: str = "") -> str:
    """Decode a page. Never raises: what is wrong in it becomes U+FFFD."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for pattern, name in _SIXTEEN:
        if pattern.match(body):
            return body.decode(name, "replace")
    declared = _declared(body, content_type)
    if declared and declared != "utf-8":
        return body.decode(declared, "replace")
    if not declared and _SHIFTED in body:
        return body.decode("iso2022_jp", "replace")
    text = body.decode("utf-8", "replace")
    least = max(1, len(body) // _BAD_SHARE) if declared else 0
    return body.decode(detected(body) or FALLBACK, "replace") if is_other(text, least) else text


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
    if b"<!--" in head:
        head = _COMMENT.sub(b"", head)
    labels = [match[1] for match in _META.finditer(head)]
    if xml := _XML.match(head):
        labels.append(xml[1])
    name = next(filter(None, (codec(label.decode("latin-1")) for label in labels)), None)
    # A declaration that we could read as ASCII cannot be in UTF-16: Encoding Standard §6.2.
    return "utf-8" if name and name.startswith("utf-16") else name


def is_other(text: str, least: int) -> bool:
    """Tell whether what was read as UTF-8 is another encoding: more is wrong in it than right.

    `least`: as many bad sequences say nothing. One at the very end is a character that was cut.
    """
    bad = text.count(_BAD, 0, -1)
    return bad > least and bad > len(text) - len(text.encode("ascii", "ignore")) - bad


def detected(body: bytes) -> str | None:
    """Return Python's name of the encoding that bytes look like, if any is likely."""
    import chardet  # noqa: PLC0415 - takes a tenth of a second and 30 MB; one page in 50 needs it

    sample = _sample(body)
    found = chardet.detect(sample, include_encodings=_UNDECLARED, compat_names=False)["encoding"]
    if found is None or _MIXED.search(sample.decode(found, "replace")):
        return None
    return str(found)


def _sample(body: bytes) -> bytes:
    """Return the first pieces of text that are not ASCII: markup and programs tell nothing."""
    pieces: list[bytes] = []
    length = 0
    for match in _RUN.finditer(body):
        if length >= _SAMPLE:
            break
        if not match[0].isascii():
            pieces.append(match[0][:_SAMPLE])
            length += len(pieces[-1]) + 1
    return b"\n".join(pieces)[:_SAMPLE]

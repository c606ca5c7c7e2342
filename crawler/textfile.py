"""From the bytes of a file to its text: whatever its author's program wrote it in.

A byte order mark decides, then UTF-8 if it is that, then what the file declares of itself, then
what its bytes look like; windows-1252 is the last resort, and reads anything. What is no text at
all is told by its zero bytes and other controls.
"""

import re
import unicodedata
from codecs import (
    BOM_UTF8,
    BOM_UTF16_BE,
    BOM_UTF16_LE,
    BOM_UTF32_BE,
    BOM_UTF32_LE,
    getincrementaldecoder,
)
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crawler.charset import FALLBACK, codec, detected, is_other

UTF_8: Final = "utf-8"

# That of UTF-32 first: it begins as that of UTF-16 does.
_BOMS: Final = (
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF8, UTF_8),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_PREFIX: Final = 8192
"""Bytes that tell text from what is none. As many as git and grep look at, and more than enough."""
_WIDE: Final = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SURE_SHARE: Final = 0.75
_LEAST_SHARE: Final = 0.01
_LEAST_UNITS: Final = 64
_MAX_CONTROLS: Final = 0.05
# What no text holds: all of C0 but white space, backspace (old manuals) and escape (ISO-2022).
_EVIDENCE: Final = 4
"""Fewer characters that are not ASCII tell nothing: one é is as good a Vietnamese sign."""
_BAD_SHARE: Final = 2048
"""As in a page: one bad sequence in so many bytes, and it still is the UTF-8 that it says it is."""
_CONTROLS: Final = bytes({*range(32)} - {8, 9, 10, 11, 12, 13, 27} | {127})
_NO_TEXT: Final = frozenset({"Cc", "Cn", "Co", "Cs"})
_WHITE: Final = frozenset("\t\n\v\f\r\x85")
_ESCAPE: Final = b"\x1b$"
_SHIFTED: Final = (b"\x1b$B", b"\x1b$@")  # ISO-2022-JP, in bytes that are ASCII

_HEAD: Final = 16_384
_TAIL: Final = 1_024
_LABEL: Final = rb"""["']?([A-Za-z0-9][\w.:+-]{0,40})"""
# In the head, wherever it stands: HTML, gettext (`charset=`); XML; CSS; AsciiDoc; TeX.
_DECLARED: Final = re.compile(
    rb"charset\s{0,9}=\s{0,9}" + _LABEL
    + rb"|<\?xml\s[^>]{0,256}?encoding\s{0,9}=\s{0,9}" + _LABEL
    + rb"|\A@charset\s{1,9}" + _LABEL
    + rb"|^:encoding:\s{1,9}" + _LABEL
    + rb"|^[^%\n]{0,80}?\\usepackage\[([\w-]{1,20})\]\{inputenc\}"
    + rb"|^[^%\n]{0,80}?\\inputencoding\{([\w-]{1,20})\}"
    + rb"|^%\s{0,9}!TEX\s{1,9}encoding\s{0,9}=\s{0,9}" + _LABEL,
    re.IGNORECASE | re.MULTILINE,
)  # fmt: skip
# PEP 263, Emacs and vim, in the first two lines; and at the end, where the latter also look.
_CODING: Final = re.compile(rb"(?:coding|\bfenc)[ \t]{0,9}[:=][ \t]{0,9}" + _LABEL, re.IGNORECASE)
_FIRST_LINES: Final = re.compile(rb"(?:[^\r\n]{0,512}(?:\r\n?|\n|\Z)){1,2}")
_AT_THE_END: Final = re.compile(rb"(?:Local Variables:|\b(?:vim?|ex):)", re.IGNORECASE)
_LINE_ENDS: Final = re.compile("-(?:unix|dos|mac)$")  # Emacs appends how lines end
# Names that editors and TeX have for encodings, and the web has not.
_OTHER_NAMES: Final[Mapping[str, str]] = {
    "ansinew": "windows-1252", "applemac": "mac-roman", "cp437": "cp437", "cp850": "cp850",
    "cp852": "cp852", "cp858": "cp858", "cp865": "cp865", "ibm437": "cp437", "ibm850": "cp850",
    "latin9": "iso8859-15", "latin0": "iso8859-15", "latin10": "iso8859-16",
    "macroman": "mac-roman", "utf8x": UTF_8, "utf8emacs": UTF_8, "mulewith": UTF_8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, Python's codec that it was in (after any mark), and a remark where none is usual.

    `remark` is the rest of a sentence that begins with the file's name, without its full stop.
    """

    text: str
    encoding: str = UTF_8
    remark: str = ""


def decode(data: bytes) -> Decoded | None:
    """Return the text of a file; None for what is no text. Never raises."""
    if mark := mark_of(data):
        name = dict(_BOMS)[mark]
        return Decoded(data[len(mark) :].decode(name, "replace"), name)
    prefix = data[:_PREFIX]
    if b"\0" in prefix:
        return _wide(data)
    if _ESCAPE in data and any(shift in data for shift in _SHIFTED):
        return _read_as(data, "iso2022_jp", "which its escapes tell")
    try:
        return Decoded(data.decode())
    except UnicodeDecodeError as error:
        if len(prefix.translate(None, _CONTROLS)) < len(prefix) * (1 - _MAX_CONTROLS):
            return None
        return _legacy(data, error.start)


def mark_of(data: bytes) -> bytes:
    r"""Return the byte order mark that a file begins with; empty if it has none.

    >>> mark_of(b"\xef\xbb\xbfa")
    b'\xef\xbb\xbf'
    """
    return next((mark for mark, _ in _BOMS if data.startswith(mark)), b"")


def _wide(data: bytes) -> Decoded | None:
    """Read UTF-16 or UTF-32 without a mark: the zero bytes stand where ASCII has none."""
    for name in _WIDE:
        if _is_wide(data[:_PREFIX], name):
            return _read_as(data, name, "which its zero bytes tell")
    return None


def _is_wide(prefix: bytes, name: str) -> bool:
    width, little = int(name[4:6]) // 8, name.endswith("le")
    units = len(prefix) // width
    prefix = prefix[: units * width]
    share = prefix[width - 1 if little else 0 :: width].count(0) / max(units, 1)
    if share < (_SURE_SHARE if units < _LEAST_UNITS else _LEAST_SHARE):
        return False
    try:
        sample = getincrementaldecoder(name)().decode(prefix)
    except UnicodeDecodeError:
        return False
    return all(one in _WHITE or unicodedata.category(one) not in _NO_TEXT for one in set(sample))


def _legacy(data: bytes, bad_at: int) -> Decoded:
    line = data.count(b"\n", 0, bad_at) + 1
    declared = _declared(data)
    if declared and declared != UTF_8:
        return _read_as(data, declared, "which it declares")
    text = data.decode(UTF_8, "replace")
    least = max(1, len(data) // _BAD_SHARE) if declared else 0
    if not is_other(f"{text}\n", least):  # nothing has been cut: the end counts too
        return Decoded(text, UTF_8, f"is not all UTF-8 (first in line {line})")
    name = detected(data) if len(text) - len(text.encode("ascii", "ignore")) >= _EVIDENCE else None
    if name is None:
        words = f"is not UTF-8 (line {line}), and nothing tells what it is; it was read as"
        return Decoded(data.decode(FALLBACK, "replace"), FALLBACK, f"{words} {FALLBACK}")
    return _read_as(data, name, "which its text looks like")


def _read_as(data: bytes, name: str, why: str) -> Decoded:
    shown = re.sub("^cp(?=125|874)", "windows-", name)
    return Decoded(data.decode(name, "replace"), name, f"was read as {shown}, {why}")


def _declared(data: bytes) -> str | None:
    head, tail = data[:_HEAD], data[-_TAIL:]
    lines = _FIRST_LINES.match(head)
    places = [(_CODING, lines[0] if lines else b""), (_DECLARED, head)]
    if _AT_THE_END.search(tail):
        places.append((_CODING, tail))
    for pattern, where in places:
        for match in pattern.finditer(where):
            if name := _known(match[match.lastindex or 0].decode("latin-1")):
                # What can be read as ASCII cannot be in UTF-16.
                return UTF_8 if name.startswith("utf-16") else name
    return None


def _known(label: str) -> str | None:
    """Return Python's codec for what the web, editors or TeX call an encoding.

    >>> _known("iso-latin-1-unix"), _known("ansinew"), _known("rot13")
    ('windows-1252', 'windows-1252', None)
    """
    label = _LINE_ENDS.sub("", label.lower()).replace("iso-latin", "latin")
    plain = re.sub("[-_]", "", label)
    return codec(label) or codec(plain) or _OTHER_NAMES.get(plain)

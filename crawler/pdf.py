"""The title of a PDF, from as much of it as was read.

PDFs are hostile ground: objects refer to each other in circles, and streams unfold without end.
First a bounded search finds the Information dictionary by the trailer's own reference, which works
in the beginning of a file too; pypdf then reads that dictionary alone, or a whole file whose
dictionary is packed. All that pypdf does has a budget of calls, after which it is given up.
"""

import logging
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import FrameType
from typing import Final, TypeVar

from crawler.markup import unescape

T = TypeVar("T")
MAX_CALLS: Final = 200_000
"""Calls that reading one file may take: a quarter of a second."""

MAX_DICTIONARY: Final = 8_192
MAX_UNFOLDED: Final = 4_194_304
"""Bytes that one packed stream of a file may unfold to."""

_MAX_PLACES: Final = 4
_MAX_TRAILERS: Final = 32
_MAX_PACKET: Final = 4_096
_REFERENCE: Final = re.compile(rb"/Info\s{1,9}(\d{1,10}\s\d{1,5})\s{1,9}R")
_TAG: Final = re.compile(rb"<[^<>]{0,500}>")
_LIMITS: Final = {
    "maximum_declared_stream_length": MAX_UNFOLDED,
    "array_based_stream_maximum_output_length": MAX_UNFOLDED,
    "lzw_maximum_output_length": 65_536,  # pure Python, and no dictionary is packed so
    "run_length_maximum_output_length": MAX_UNFOLDED,
    "zlib_maximum_output_length": MAX_UNFOLDED,
    "zlib_maximum_recovery_input_length": 65_536,
    "stream_decoding_work_maximum_length": 2 * MAX_UNFOLDED,
    "stream_filters_maximum_length": 2,
}
# What pypdf raises beside errors of its own, where a file is not what it expects.
TROUBLE: Final = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError,
    RuntimeError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip
# What programs write where nobody gave a title.
_NO_TITLE: Final = re.compile(
    r"(?:untitled|no ?title|title|unknown|document|presentation|slide)[ ._-]*\d*"
    r"|(?:microsoft|power ?point)\b.{0,20}[-–].*|powerpoint presentation"  # noqa: RUF001
    r"|\S.*\.(?:indd?|docx?|dotx?|odt|rtf|tex|dvi|ps|eps|pdf|pptx?|xlsx?|qxd|qxp|pmd|p65|cdr|ai|fm|wpd)",
    re.IGNORECASE | re.DOTALL,
)


class _Spent(BaseException):
    """The budget is spent. No `Exception`: no library shall catch it on the way."""


def pdf_title(body: bytes, *, whole: bool) -> str | None:
    """Return the title that a PDF has been given, as it is written. Never raises.

    `whole`: the body is the whole file and not only its beginning.
    """
    if b"%PDF-" not in body[:1024]:
        return None
    return next((title for written in _titles(body, whole) if (title := _meant(written))), None)


def _titles(body: bytes, whole: bool) -> Iterator[str | None]:  # noqa: FBT001 - as above
    encrypted = b"/Encrypt" in body
    if not encrypted:
        for dictionary in _dictionaries(body):
            yield tried(_read_dictionary, dictionary)
    if whole and (encrypted or b"/ObjStm" in body):
        yield tried(_read_file, body)
    yield _packet(body)


def _meant(title: str | None) -> str | None:
    """Leave out what no author has written."""
    title = " ".join((title or "").split())
    return None if not title or _NO_TITLE.fullmatch(title) else title


def _dictionaries(body: bytes) -> Iterator[bytes]:
    """Yield what the last trailers name as Information dictionary, the latest first."""
    for number in list(dict.fromkeys(_references(body)))[:_MAX_PLACES]:
        at = len(body)
        for _ in range(_MAX_PLACES):
            at = body.rfind(number + b" obj", 0, at)
            if at < 0:
                break
            start = at + len(number) + len(b" obj")
            dictionary = body[start : start + MAX_DICTIONARY].lstrip()
            if not body[at - 1 : at].isdigit() and b"/Title" in dictionary:
                yield dictionary


def _references(body: bytes) -> Iterator[bytes]:
    """Yield the numbers of the objects that trailers name, the last first."""
    at = len(body)
    for _ in range(_MAX_TRAILERS):
        at = body.rfind(b"/Info", 0, at)
        if at < 0:
            return
        if match := _REFERENCE.match(body, at):
            yield match[1]


def _packet(body: bytes) -> str | None:
    """Return the title in the first XMP packet, which stands in a file as it is."""
    start = body.find(b"<dc:title")
    end = body.find(b"</dc:title>", start, start + _MAX_PACKET) if start >= 0 else -1
    if end < 0:
        return None
    return unescape(_TAG.sub(b" ", body[start:end]).decode("utf-8", "replace"))


def _read_dictionary(dictionary: bytes) -> str | None:
    from pypdf.generic import DictionaryObject  # noqa: PLC0415 - takes 0.15 s, for PDFs alone

    title = DictionaryObject.read_from_stream(BytesIO(dictionary), None).get("/Title")
    return title if isinstance(title, str) else None


def _read_file(body: bytes) -> str | None:
    from pypdf import PdfReader  # noqa: PLC0415 - as above

    metadata = PdfReader(BytesIO(body)).metadata
    return metadata.title if metadata else None


def tried(read: Callable[[bytes], T], data: bytes, calls: int | None = None) -> T | None:
    """Let pypdf read, within its bounds and ours; nothing comes of what it cannot read."""
    from pypdf import Configuration, apply_configuration  # noqa: PLC0415 - as above
    from pypdf.errors import DependencyError, PyPdfError  # noqa: PLC0415 - as above

    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # it tells what it repairs
    try:
        with (
            apply_configuration(Configuration().with_overwrites(**_LIMITS)),
            _budget(MAX_CALLS if calls is None else calls),
        ):
            return read(data)
    except (*TROUBLE, DependencyError, PyPdfError, _Spent):
        return None


@contextmanager
def _budget(calls: int) -> Iterator[None]:
    """Give up what is done here after so many calls. A profiler that is at work pauses."""
    left = calls
    before = sys.getprofile()

    # Nothing can trace what traces.
    def count(_frame: FrameType, _event: str, _argument: object) -> None:  # pragma: no cover
        nonlocal left
        left -= 1
        if left < 0:
            raise _Spent

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)

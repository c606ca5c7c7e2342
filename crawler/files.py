"""What a file is called, when it is no page that has a title: by its header, or by its address."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

from crawler.charset import codec
from crawler.text import clean
from crawler.urls import Url

_MAX_HEADER: Final = 2048
# RFC 6266 §4.1 and RFC 8187: `filename*` names its encoding, and goes before `filename`.
_EXTENDED: Final = re.compile(
    r"""(?:^|;)\s*+filename\*\s*+=\s*+"?([\w!#$&+^`{}~-]{1,40})'[^']{0,40}'([^\s;"]++)""",
    re.ASCII | re.IGNORECASE,
)
_PLAIN: Final = re.compile(
    r"""(?:^|;)\s*+filename\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;]*+))""", re.IGNORECASE
)
_QUOTED: Final = re.compile(r"\\(.)", re.DOTALL)
# The type of a file by its media type: whole, else by what stands before the slash.
_TYPES: Final[Mapping[str, str]] = {
    "application/atom+xml": "feed",
    "application/feed+json": "feed",
    "application/rss+xml": "feed",
    "application/epub+zip": "book",
    "application/msword": "document",
    "application/pdf": "document",
    "application/postscript": "document",
    "application/rtf": "document",
    "application/x-pdf": "document",
    "audio": "audio",
    "image": "image",
    "text/calendar": "event",
    "text/csv": "dataset",
    "text/plain": "document",
    "video": "video",
}
_OFFICE: Final = ("application/vnd.oasis.opendocument.", "application/vnd.openxmlformats-office")


def file_name(disposition: str, url: Url) -> str | None:
    """Return a file's name, without any directory: from its `Content-Disposition`, or its URL."""
    name = _given(disposition[:_MAX_HEADER]) or unquote(url.path.rpartition("/")[2])
    return clean(re.split(r"[/\\]", name)[-1]) or None


def file_type(media_type: str) -> str | None:
    """Return our word for what a file of this media type is, if there is one."""
    if media_type.startswith(_OFFICE):
        return "document"
    return _TYPES.get(media_type) or _TYPES.get(media_type.partition("/")[0])


def _given(disposition: str) -> str | None:
    if (match := _EXTENDED.search(disposition)) and (encoding := codec(match[1])):
        return unquote_to_bytes(match[2]).decode(encoding, "replace")
    match = _PLAIN.search(disposition)
    if match is None:
        return None
    written = match[2].strip() if match[1] is None else _QUOTED.sub(r"\1", match[1])
    return unquote(written)  # no standard says so, but that is what people write, and browsers read

"""Gzipped XML, as sitemaps are: read as XML is, unpacked up to 50 MB; places are those inside."""

from dataclasses import replace
from typing import Final

from crawler.charset import decode
from crawler.decoding import unpacked
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings
from crawler.xmllinks import reading

MAX_UNPACKED: Final = 52_428_800
"""Bytes, as many as sitemaps.org allows."""


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read what is in the file, as far as it can be unpacked."""
    data, is_whole = unpacked(document.data, MAX_UNPACKED)
    found = reading(replace(document, text=decode(data)), settings)
    remark = "is not gzip, is cut off or unpacks to too much; what came of it was read."
    return replace(found, remarks=() if is_whole else (remark,))

"""Documents in: one module for each format, each with one `read` function.

To add a format: write `documents/<name>.py` with `read`, add its row to `FORMATS`, and put
examples into `tests/cases/documents/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Protocol

from crawler.documents import html, markdown, plaintext
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings


class Reader(Protocol):
    """Pure and total: reads every link that the text writes, in order of their places."""

    def __call__(self, document: Document, settings: ExtractSettings) -> Reading:
        """Read one document."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, the file name endings that speak for it, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader


FORMATS: Final = (
    Format("markdown", (".md", ".markdown", ".mdown", ".mkd"), markdown.read),
    Format("html", (".html", ".htm", ".xhtml"), html.read),
    Format("plaintext", (".txt", ".text"), plaintext.read),
)
_BY_NAME: Final[Mapping[str, Format]] = {each.name: each for each in FORMATS}


def format_of(name: str) -> str | None:
    """Return the format that a file's name speaks for, if any."""
    suffix = PurePath(name).suffix.lower()
    return next((each.name for each in FORMATS if suffix in each.suffixes), None)


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read a document with the reader of its format."""
    return _BY_NAME[document.format].read(document, settings)

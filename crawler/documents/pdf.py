"""PDF: link annotations, and URLs in text; a line is a page, a column a link of it."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final

from crawler import bare
from crawler.model import Document, Kind, Occurrence, Reading, Span
from crawler.pdf import TROUBLE, tried
from crawler.settings import ExtractSettings

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_CALLS: Final = 2_000_000
"""Calls that the annotations of a file may take, and its text again: two seconds each."""

MAX_PAGES: Final = 10_000
MAX_LINKS: Final = 50_000
_REMARK: Final = "is broken, encrypted or takes too long in parts; what could be read was read."
# A line of print ends where it is full, and a URL goes on in the next: half of it is none.
_GOES_ON: Final = re.compile(r"\n\S")


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read what can be clicked, then what is only printed, as far as time allows."""
    walk = _Walk(settings)
    annotations = tried(walk.annotations, document.data, MAX_CALLS)
    texts = tried(walk.texts, document.data, MAX_CALLS) if annotations is not None else None
    found = []
    for number, links in sorted(walk.pages.items()):
        for column, (href, kind) in enumerate(links.items(), 1):
            span = Span(number, column, number, column)
            section = f"page {number}"
            found.append(Occurrence(document.name, span, href, href, kind, "", section))
    is_whole = bool(annotations) and bool(texts)
    return Reading(found, remarks=() if is_whole else (_REMARK,))


@dataclass(slots=True)
class _Walk:
    """What has been found when the budget is spent: each URL once a page."""

    settings: ExtractSettings
    pages: dict[int, dict[str, Kind]] = field(default_factory=dict)
    number: int = 0

    def annotations(self, data: bytes) -> bool:
        """Read the link annotations of all pages: PDF 32000-1 §12.5.6.5. Tells whether of all."""
        from pypdf.errors import PyPdfError  # noqa: PLC0415 - takes 0.15 s, for PDFs alone

        is_whole = True
        for number, page in self._numbered(data):
            try:
                links = page.get("/Annots")
                for each in links.get_object() if links is not None else ():
                    action = each.get_object().get("/A")
                    uri = action.get_object().get("/URI") if action else None
                    if isinstance(uri, (str, bytes)):
                        written = uri if isinstance(uri, str) else uri.decode("utf-8", "replace")
                        self._add(number, written, Kind.INLINE)
            except (*TROUBLE, PyPdfError):
                is_whole = False
        return is_whole

    def texts(self, data: bytes) -> bool:
        """Read the URLs that are printed. Tells whether all pages could be read."""
        from pypdf.errors import PyPdfError  # noqa: PLC0415 - takes 0.15 s, for PDFs alone

        is_whole = True
        for number, page in self._numbered(data):
            try:
                text = page.extract_text()
            except (*TROUBLE, PyPdfError):
                is_whole = False
                continue
            known = tuple(self.pages.get(number, ()))
            for _, end, href in bare.find_hrefs(text, schemeless=self.settings.schemeless):
                is_shown = any(each.startswith(href) for each in known)
                if not is_shown and not _GOES_ON.match(text, end):
                    self._add(number, href, Kind.BARE)
        return is_whole

    def _add(self, number: int, href: str, kind: Kind) -> None:
        if self.number < MAX_LINKS:
            self.number += 1
            self.pages.setdefault(number, {}).setdefault(href, kind)

    def _numbered(self, data: bytes) -> "list[tuple[int, PageObject]]":
        from pypdf import PdfReader  # noqa: PLC0415 - as above

        pages = PdfReader(BytesIO(data)).pages
        return [(number, pages[number - 1]) for number in range(1, min(len(pages), MAX_PAGES) + 1)]

"""Plain text: URLs that stand in it, and nothing else."""

from crawler import bare
from crawler.model import Document, Kind, Occurrence, Reading
from crawler.settings import ExtractSettings
from crawler.spans import Lines


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every bare URL."""
    text, lines = document.text, Lines(document.text)
    return Reading(
        Occurrence(document.name, lines.span(start, end), text[start:end], href, Kind.BARE)
        for start, end, href in bare.find_hrefs(text, schemeless=settings.schemeless)
    )

"""Plain text: URLs that stand in it, and nothing else."""

from crawler import bare
from crawler.found import Found, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every bare URL."""
    urls = bare.find_hrefs(document.text, schemeless=settings.schemeless)
    return Reading(occurrences(document, (Found(*url, Kind.BARE) for url in urls)))

"""CSS: `url(…)` and `@import`; not what a style names in its own document."""

from crawler import stylesheets
from crawler.found import Found, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings


def read(document: Document, settings: ExtractSettings) -> Reading:  # noqa: ARG001 - as all readers
    """Read every address that the sheet loads something from."""
    urls = stylesheets.addresses(document.text)
    return Reading(occurrences(document, (Found(*url, Kind.DIRECTIVE) for url in urls)))

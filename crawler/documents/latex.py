r"""LaTeX: `\href`, `\url`, `\doi`, images, and URLs in text; nothing in listings."""

from crawler import tex
from crawler.found import occurrences
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every command that holds an address, and every bare URL."""
    links, base = tex.read(document.text, settings)
    return Reading(occurrences(document, links), base, code=lambda: tex.code(document.text))

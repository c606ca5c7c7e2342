"""JSON: URLs in the values; no keys, no relative paths, nothing that names a schema."""

from crawler import jsonwalk
from crawler.found import occurrences
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings
from crawler.spans import Lines


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every value. What is no JSON is read as plain text from where it ceases to be."""
    walk = jsonwalk.Walk(document.text, 0, len(document.text))
    found = list(jsonwalk.links(walk, settings))
    remarks = () if walk.broken is None else (_remark(document.text, walk.broken),)
    return Reading(occurrences(document, found), remarks=remarks)


def _remark(text: str, broken: int) -> str:
    line = Lines(text).span(broken, broken).line
    return f"the JSON is malformed at line {line}; read as plain text from there"

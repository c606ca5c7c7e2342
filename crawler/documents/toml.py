"""TOML: URLs in the values, in whatever strings they are written."""

from collections.abc import Iterator

from crawler import tomlwalk, values
from crawler.found import Found, occurrences
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings
from crawler.spans import Lines


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every value. What is no TOML is read as plain text from where it ceases to be."""
    walk = tomlwalk.Walk(document.text)
    found = list(_links(walk, settings))
    remarks: tuple[str, ...] = ()
    if walk.broken is not None:
        line = Lines(document.text).span(walk.broken, walk.broken).line
        remarks = (f"the TOML is malformed at line {line}; read as plain text from there",)
    return Reading(occurrences(document, found), remarks=remarks)


def _links(walk: tomlwalk.Walk, settings: ExtractSettings) -> Iterator[Found]:
    text = walk.text
    if not values.may_hold_links(text, 0, len(text), settings):
        return
    for scalar in walk.scalars():
        start, end, escapes = scalar
        if not values.may_hold_links(text, start, end, settings) or values.names_thing(walk.path):
            continue
        section = values.section_of(walk.path)
        if escapes and text.find("\\", start, end) >= 0:
            pieces = tomlwalk.pieces(text, scalar)
            yield from values.links_of_pieces(pieces, section, settings)
        else:
            yield from values.links(text, start, end, section, settings)
    if walk.broken is not None:
        yield from values.links(text, walk.broken, len(text), "", settings)

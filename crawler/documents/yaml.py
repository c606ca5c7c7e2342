"""YAML: URLs in the values, in whatever style they are written; also `CITATION.cff`."""

import re
from collections.abc import Iterator
from typing import Final

from crawler import values, yamlwalk
from crawler.found import Found, occurrences
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings

MAX_LENGTH: Final = 1_000_000
"""Characters. What is longer is read as plain text: the parser takes microseconds for each word."""

_MAX_DEPTH: Final = 100  # the parser takes square time on depth; what people write is far below
_BRACKETS: Final = re.compile(r"[\[\]{}]")
_NESTED: Final = re.compile(r"(?:[-?:][ \t]+){64}")


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every value of every document in the file. What is no YAML is read as plain text."""
    text = document.text
    found: list[Found] = []
    remark = "" if _fits(text) else "the YAML is too long or too deep"
    if values.may_hold_links(text, 0, len(text), settings) and not remark:
        try:
            found = list(_links(text, settings))
        except yamlwalk.MALFORMED as error:
            mark = getattr(error, "problem_mark", None)
            remark = f"the YAML is malformed{f' at line {mark.line + 1}' if mark else ''}"
    if remark:
        found = list(values.links(text, 0, len(text), "", settings))
    remarks = (f"{remark}; read as plain text",) if remark else ()
    return Reading(occurrences(document, found), remarks=remarks)


def _links(text: str, settings: ExtractSettings) -> Iterator[Found]:
    walk = yamlwalk.Walk(text)
    for scalar in walk.scalars():
        start, end = scalar.start, scalar.end
        if not values.may_hold_links(text, start, end, settings) or values.names_thing(walk.path):
            continue
        section = values.section_of(walk.path)
        if scalar.style in ("'", '"'):
            pieces = yamlwalk.pieces(text, scalar)
            yield from values.links_of_pieces(pieces, section, settings)
        else:
            yield from values.links(text, start, end, section, settings)


def _fits(text: str) -> bool:
    """Tell whether the parser will be done with a text in good time."""
    if len(text) > MAX_LENGTH or _NESTED.search(text):
        return False
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > _MAX_DEPTH:
            return False
    return True

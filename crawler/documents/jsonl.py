"""JSON Lines: URLs in the values of each line, as in JSON."""

import re
from collections.abc import Iterator
from typing import Final

from crawler import jsonwalk
from crawler.found import Found, occurrences
from crawler.model import Document, Reading
from crawler.settings import ExtractSettings

_LINE: Final = re.compile(r"[^\r\n]+")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read each line for itself: what is no JSON is read as plain text up to the line's end."""
    broken: list[int] = []
    found = list(_links(document.text, settings, broken))
    remarks = (_remark(document.text, broken),) if broken else ()
    return Reading(occurrences(document, found), remarks=remarks)


def _links(text: str, settings: ExtractSettings, broken: list[int]) -> Iterator[Found]:
    for line in _LINE.finditer(text):
        walk = jsonwalk.Walk(text, line.start(), line.end())
        yield from jsonwalk.links(walk, settings)
        if walk.broken is not None:
            broken.append(line.start())


def _remark(text: str, broken: list[int]) -> str:
    first = len(_LINE_END.findall(text, 0, broken[0])) + 1
    lines = "1 line is" if len(broken) == 1 else f"{len(broken)} lines are"
    return f"{lines} malformed, the first of them line {first}; read as plain text from there"

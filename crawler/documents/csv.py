"""CSV and TSV: URLs in the cells, with the name of their column as section."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from crawler import values
from crawler.found import Found, occurrences
from crawler.model import Document, Kind, Reading
from crawler.settings import ExtractSettings
from crawler.text import clean

_DELIMITERS: Final = ",;\t|"
_SAMPLE: Final = 65_536  # characters, and lines of them, that tell what separates cells
_LINES: Final = 20
_LINE: Final = re.compile(r"[^\r\n]+")
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*+"')
_MAX_COLUMNS: Final = 1000
"""Columns whose names are kept."""


def read(document: Document, settings: ExtractSettings) -> Reading:
    """Read every cell. What separates them is told by the file's name, or by its first lines."""
    tabs = document.name.lower().endswith(".tsv")
    delimiter = "\t" if tabs else _delimiter(document.text)
    return Reading(occurrences(document, _links(document.text, delimiter, settings)))


def _links(text: str, delimiter: str, settings: ExtractSettings) -> Iterator[Found]:
    if not values.may_hold_links(text, 0, len(text), settings):
        return
    names: list[str] = []
    for row, column, start, end in _cells(text, delimiter, settings):
        found = []
        if values.may_hold_links(text, start, end, settings):
            name = names[column] if column < len(names) else ""
            found = list(values.links(text, start, end, name, settings))
        if row == 0 and column < _MAX_COLUMNS:  # a cell that holds a link is no column's name
            names.append("" if found else clean(text[start:end].replace('""', '"')))
        yield from (replace(each, kind=Kind.CELL) for each in found)


def _cells(
    text: str, delimiter: str, settings: ExtractSettings
) -> Iterator[tuple[int, int, int, int]]:
    """Yield row, column and the offsets of every cell, without its quotes: RFC 4180.

    Rows that cannot hold a link are passed over as a whole, but for the first.
    """
    whole, cell = _patterns(delimiter)
    for row, line in enumerate(whole.finditer(text)):
        start, end = line.span()
        if row and not values.may_hold_links(text, start, end, settings):
            continue
        for column, match in enumerate(cell.finditer(text, start, end)):
            if match.lastgroup == "plain":
                yield row, column, *match.span("plain")
                continue
            yield row, column, *match.span("quoted")
            if match["rest"]:  # not as it should be: what stands behind the quote
                yield row, column, *match.span("rest")


@cache
def _patterns(delimiter: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what matches a row, and a cell of it."""
    sign = re.escape(delimiter)
    within = rf"[^{sign}\r\n]*+"
    # A quote that is never closed is a character; it costs its scan once, for all others close.
    content = rf' *+"(?P<quoted>(?:[^"]++|"")*+)"(?P<rest>{within})|(?P<plain>{within})'
    ending = r"(?:\r\n|[\r\n]|\Z)"
    unnamed = re.sub(r"\(\?P<\w+>", "(?:", content)
    row = rf"(?:(?>{unnamed}){sign})*+(?>{unnamed}){ending}"
    return re.compile(row), re.compile(rf"(?:{content})(?:{sign}|{ending})")


def _delimiter(text: str) -> str:
    """Return what occurs in most of the first lines equally often, outside of quotes."""
    lines = _LINE.findall(_QUOTED.sub("", text[:_SAMPLE]))[:_LINES]
    scores = {each: _score([line.count(each) for line in lines]) for each in _DELIMITERS}
    return max(_DELIMITERS, key=lambda each: scores[each])


def _score(counts: list[int]) -> tuple[int, int]:
    usual = Counter(filter(None, counts)).most_common(1)
    return (usual[0][1], usual[0][0]) if usual else (0, 0)

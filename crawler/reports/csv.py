"""CSV for spreadsheets: one row a place, or a resource of the catalogue. RFC 4180, lines end in LF.

No cell begins as a formula does: spreadsheets would run what a stranger's page title says.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from itertools import chain
from typing import Any, Final

from crawler.catalogue import chapters
from crawler.model import Report, Transition
from crawler.outline import FIGURED, Aspect, rows_shown
from crawler.records import change_record, resource_record, row_record
from crawler.text import clean
from crawler.words import Words

COLUMNS: Final = (
    "document", "line", "column", "section", "kind", "text", "raw", "url", "fragment", "outcome",
    "reason", "confidence", "detail", "status", "final_url", "title", "language", "content_type",
    "health", "failing_since", "last_ok_at", "checked_at", "attempts", "elapsed_ms", "findings",
    "archived_copy",
)  # fmt: skip
CHANGE_COLUMNS: Final = (
    "kind", "url", "sentence", "reason", "before", "after", "since", "history", "replacement",
    "document", "line", "column", "entry", "text", "at",
)  # fmt: skip
CATALOGUE_COLUMNS: Final = (
    "document", "section", "line", "label", "title", "url", "final_url", "language", "site",
    "author", "published", "modified", "type", "licence", "health", "outcome",
)  # fmt: skip
FIGURE_COLUMNS: Final = (
    "by", "name", "group", "links", "places", "well", "broken", "perhaps_broken", "failing",
    "blocked", "invalid", "not_asked", "drifted", "share_broken", "hosts", "site", "median_ms",
    "broken_since", "share_there", "watched", "deaths", "sites", "years", "low", "high",
)  # fmt: skip

# What begins a formula, in full width too: Excel takes those for the same.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - meant so
_LIMIT: Final = 4_096


def render(report: Report, aspect: Aspect, _words: Words) -> Iterator[str]:
    """Render a row for each place of a link or of a change, each resource or figure, in English.

    A change that has no place has a row too.
    """
    if aspect in FIGURED:
        from crawler.rot import figure_records  # noqa: PLC0415 - 20 ms that no other report need pay

        none = dict.fromkeys(FIGURE_COLUMNS)
        return _table(FIGURE_COLUMNS, (none | each for each in figure_records(report, aspect)))
    if aspect is Aspect.CHANGES:
        return _table(CHANGE_COLUMNS, chain.from_iterable(map(_places, report.changes or ())))
    if aspect is Aspect.CATALOGUE:
        resources = (each for chapter in chapters(report) for each in chapter.resources)
        return _table(CATALOGUE_COLUMNS, map(resource_record, resources))
    return _table(COLUMNS, (_flat(row_record(row)) for row in rows_shown(report, aspect)))


def escape(value: object) -> str:
    """Make any value a cell that is nothing but text."""
    text = "" if value is None else clean(str(value), _LIMIT)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _table(columns: tuple[str, ...], records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield _line(columns)
    for record in records:
        yield _line(escape(record[name]) for name in columns)


def _line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _places(change: Transition) -> Iterator[Mapping[str, Any]]:
    record = change_record(change)
    nowhere = dict.fromkeys(("document", "line", "column", "text"))
    places = record["places"] or (record["ignore"] or {},)
    return ({"entry": None, **nowhere, **place, **record} for place in places)


def _flat(record: Mapping[str, Any]) -> Mapping[str, Any]:
    findings = record["findings"]
    copies = [each["replacement"] for each in findings if each["name"] == "archived-copy"]
    names = " ".join(each["name"] for each in findings)
    return {**record, "findings": names, "archived_copy": next(iter(copies), None)}

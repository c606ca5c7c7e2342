"""JSON Lines: one link an object, one object a line. Only ASCII."""

import json
from collections.abc import Iterable, Iterator

from crawler.catalogue import chapters
from crawler.model import Report
from crawler.outline import FIGURED, Aspect, rows_shown
from crawler.records import Record, change_record, resource_record, row_record
from crawler.text import without_commands
from crawler.words import Words


def render(report: Report, aspect: Aspect, _words: Words) -> Iterator[str]:
    """Render an object for each link, change or resource, in English: machines read it."""
    return map(_line, _records(report, aspect))


def _records(report: Report, aspect: Aspect) -> Iterable[Record]:
    if aspect in FIGURED:
        from crawler.rot import figure_records  # noqa: PLC0415 - 20 ms that no other report need pay

        return figure_records(report, aspect)
    if aspect is Aspect.CHANGES:
        return map(change_record, report.changes or ())
    if aspect is Aspect.CATALOGUE:
        return (resource_record(each) for chapter in chapters(report) for each in chapter.resources)
    return map(row_record, rows_shown(report, aspect))


def _line(record: Record) -> str:
    return without_commands(json.dumps(record, allow_nan=False)) + "\n"

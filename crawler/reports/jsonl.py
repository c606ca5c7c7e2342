"""JSON Lines: one link an object, one object a line. Only ASCII."""

import json
from collections.abc import Iterator

from crawler.catalogue import chapters
from crawler.model import Report
from crawler.outline import Scope
from crawler.records import Record, change_record, resource_record, row_record
from crawler.text import without_commands


def render(report: Report, _scope: Scope) -> Iterator[str]:
    """Render all there is, whatever the scope: machines choose for themselves."""
    return map(_line, map(row_record, report.rows))


def render_changes(report: Report) -> Iterator[str]:
    """Render an object for each change."""
    for each in report.changes or ():
        yield _line(change_record(each))


def render_catalogue(report: Report) -> Iterator[str]:
    """Render an object for each resource."""
    for chapter in chapters(report):
        for each in chapter.resources:
            yield _line(resource_record(each))


def _line(record: Record) -> str:
    return without_commands(json.dumps(record, allow_nan=False)) + "\n"

"""JSON Lines: one link an object, one object a line. Only ASCII."""

import json
from collections.abc import Iterator

from crawler.catalogue import chapters
from crawler.model import Report
from crawler.outline import Scope
from crawler.records import change_record, resource_record, row_record


def render(report: Report, _scope: Scope) -> Iterator[str]:
    """Render all there is, whatever the scope: machines choose for themselves."""
    return (json.dumps(row_record(row), allow_nan=False) + "\n" for row in report.rows)


def render_changes(report: Report) -> Iterator[str]:
    """Render an object for each change."""
    for each in report.changes or ():
        yield json.dumps(change_record(each), allow_nan=False) + "\n"


def render_catalogue(report: Report) -> Iterator[str]:
    """Render an object for each resource."""
    for chapter in chapters(report):
        for each in chapter.resources:
            yield json.dumps(resource_record(each), allow_nan=False) + "\n"

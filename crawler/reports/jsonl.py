"""JSON Lines: one link an object, one object a line. Only ASCII."""

import json
from collections.abc import Iterator

from crawler.model import Report
from crawler.outline import Scope
from crawler.records import row_record


def render(report: Report, _scope: Scope) -> Iterator[str]:
    """Render all there is, whatever the scope: machines choose for themselves."""
    return (json.dumps(row_record(row), allow_nan=False) + "\n" for row in report.rows)

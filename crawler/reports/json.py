"""JSON: the whole report as one object. Only ASCII, so that no control character gets through."""

import json

from crawler.model import Report
from crawler.outline import Scope
from crawler.records import report_record


def render(report: Report, _scope: Scope) -> str:
    """Render all there is, whatever the scope: machines choose for themselves."""
    return json.dumps(report_record(report), indent=1, allow_nan=False) + "\n"

"""reviewdog's diagnostic format (rdjson): a diagnostic a notice, and one a document not read.

Its columns count bytes of UTF-8, ours characters, and of a line the report knows the URL alone: so
a range has columns where the URL begins the line, and else it is of whole lines. A suggestion
needs columns. What concerns the report as a whole has no place there: the exit code tells of that.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from crawler.checkout_paths import path_or_name
from crawler.levels import Level
from crawler.model import Occurrence, Report
from crawler.notices import Notice, alarms, notices
from crawler.outline import Aspect
from crawler.records import array_text
from crawler.text import clean
from crawler.words import Words

_SEVERITIES: Final = {Level.ERROR: "ERROR", Level.WARNING: "WARNING", Level.NOTE: "INFO"}
_LIMIT: Final = 4_096

Object: TypeAlias = dict[str, Any]


def render(report: Report, aspect: Aspect, words: Words) -> Iterator[str]:
    """Render documents that were not read, then all notices, in order."""
    yield '{"source": {"name": "crawl"}, "diagnostics": '
    yield from array_text(_diagnostics(report, aspect, words))
    yield "}\n"


def escape(text: str) -> str:
    """Make any text a message: one line that says no more than it said."""
    return clean(text, _LIMIT)


def _diagnostics(report: Report, aspect: Aspect, words: Words) -> Iterable[Object]:
    for alarm in alarms(report):
        if alarm.document is not None:
            yield {
                "message": escape(words(alarm.sentence)),
                "location": {"path": path_or_name(alarm.document)},
                "severity": "ERROR",
                "code": {"value": "unread"},
            }
    for notice in notices(report, aspect):
        yield _diagnostic(notice, words)


def _diagnostic(notice: Notice, words: Words) -> Object:
    where, fix = _range(notice.place), notice.fix
    fits = fix is not None and "column" in where["start"]
    return {
        "message": escape(notice.message(words)),
        "location": {"path": path_or_name(notice.place.document), "range": where},
        "severity": _SEVERITIES[notice.level],
        "code": {"value": notice.code},
        **({"suggestions": [{"range": where, "text": fix}]} if fits else {}),
    }


def _range(place: Occurrence) -> Object:
    """Return where a URL stands: to the byte if it begins its line, else to the line."""
    span = place.span
    if span.column == 1 and span.line == span.end_line:
        end = 1 + len(place.raw.encode("utf-8", "replace"))
        return {
            "start": {"line": span.line, "column": 1},
            "end": {"line": span.line, "column": end},
        }
    return {"start": {"line": span.line}, "end": {"line": span.end_line}}

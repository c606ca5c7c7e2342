"""reviewdog's diagnostics (rdjson), each with a suggestion: it makes suggested changes of them.

Here documents are at hand, so every range is exact: its columns count bytes of UTF-8, as reviewdog
does. What is only proposed, or refused, is none of them.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from crawler.checkout_paths import path_or_name
from crawler.ink import Paper
from crawler.model import Span
from crawler.records import array_text
from crawler.rewrites import Change, Fixes, Rewrite
from crawler.spans import Lines
from crawler.text import clean

_LIMIT: Final = 4_096

Object: TypeAlias = dict[str, Any]


def render(fixes: Fixes, _paper: Paper, *, verbose: bool) -> Iterator[str]:  # noqa: ARG001 - the protocol's
    """Render one diagnostic for each place that is fixed."""
    yield '{"source": {"name": "crawl"}, "severity": "INFO", "diagnostics": '
    yield from array_text(each for rewrite in fixes.rewrites for each in _diagnostics(rewrite))
    yield "}\n"


def _diagnostics(rewrite: Rewrite) -> Iterable[Object]:
    lines = Lines(rewrite.text_before)
    for change in rewrite.changes:
        where = _range(rewrite.text_before, lines, change.before.span)
        yield {
            "message": _message(change),
            "location": {"path": path_or_name(rewrite.name), "range": where},
            "severity": "INFO",
            "code": {"value": str(change.correction.repair)},
            "suggestions": [{"range": where, "text": change.after.raw}],
        }


def _message(change: Change) -> str:
    correction = change.correction
    return clean(" ".join((correction.why, *correction.evidence)), _LIMIT)


def _range(text: str, lines: Lines, span: Span) -> Object:
    return {
        "start": _point(text, lines, span.line, span.column),
        "end": _point(text, lines, span.end_line, span.end_column),
    }


def _point(text: str, lines: Lines, line: int, column: int) -> Object:
    begin = lines.offset(line, 1)
    before = text[begin : begin + column - 1]
    return {"line": line, "column": len(before.encode("utf-8", "replace")) + 1}

"""JSON: every place that something speaks for changing, as one object. Only ASCII.

Fields may be added and none removed; docs/fix.md says what each is.
"""

from collections.abc import Iterator

from crawler.corrections import Correction, Refusal
from crawler.ink import Paper
from crawler.model import Occurrence
from crawler.records import SCHEMA, Record, whole_text
from crawler.rewrites import Change, Fixes
from crawler.urls import mask
from crawler.version import __version__


def render(fixes: Fixes, _paper: Paper, *, verbose: bool) -> Iterator[str]:  # noqa: ARG001 - the protocol's
    """Render all places in order, whatever is to become of them."""
    head = {
        "schema": SCHEMA,
        "tool": f"crawl {__version__}",
        "fix": fixes.recorded or None,
        "written": fixes.written,
        "unknown": fixes.unknown,
    }
    found = [
        *(_change(each, written=fixes.written) for each in fixes.changes()),
        *map(_proposal, fixes.proposed),
        *map(_refusal, fixes.refused),
    ]
    found.sort(key=lambda each: (each["document"], each["line"], each["column"]))
    return whole_text(head, found, "fixes")


def _change(change: Change, *, written: bool) -> Record:
    correction = change.correction
    return {
        **_place(change.before),
        "state": "written" if written else "fix",
        "after": change.after.raw,
        "url": correction.after,
        **_reasons(correction),
    }


def _proposal(correction: Correction) -> Record:
    return {
        **_place(correction.occurrence),
        "state": "proposed",
        "after": correction.spelled,
        "url": mask(correction.after),
        **_reasons(correction),
    }


def _refusal(refusal: Refusal) -> Record:
    return {
        **_place(refusal.occurrence),
        "state": "refused",
        "after": None,
        "url": None if refusal.after is None else mask(refusal.after),
        "repair": refusal.repair,
        "why": refusal.why,
        "evidence": [],
    }


def _place(place: Occurrence) -> Record:
    span = place.span
    return {
        "document": place.document,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "before": mask(place.raw),
    }


def _reasons(correction: Correction) -> Record:
    return {
        "repair": correction.repair,
        "why": correction.why,
        "evidence": list(correction.evidence),
    }

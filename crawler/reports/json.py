"""JSON: the whole report as one object. Only ASCII, so that no control character gets through."""

from collections.abc import Iterator

from crawler.catalogue import chapters
from crawler.model import Report
from crawler.outline import FIGURED, Aspect, rows_shown
from crawler.records import (
    change_record,
    changes_record,
    repairs_record,
    report_record,
    resource_record,
    row_record,
    stamp,
    whole_text,
)
from crawler.words import Words


def render(report: Report, aspect: Aspect, _words: Words) -> Iterator[str]:
    """Render links, changes or resources, in English: machines read it."""
    if aspect in FIGURED:
        from crawler.rot import figure_records  # noqa: PLC0415 - 20 ms that no other report need pay

        return whole_text(report_record(report), figure_records(report, aspect), "figures")
    if aspect is Aspect.CHANGES:
        return _changes(report)
    return _catalogue(report) if aspect is Aspect.CATALOGUE else _all(report, aspect)


def _all(report: Report, aspect: Aspect) -> Iterator[str]:
    changes = report.changes
    told = None if changes is None else list(map(change_record, changes))
    head = report_record(report) | {"since": stamp(report.since), "changes": told}
    head["repairs"] = repairs_record(report)
    return whole_text(head, map(row_record, rows_shown(report, aspect)))


def _changes(report: Report) -> Iterator[str]:
    """Render what the run has changed as `changes`: hooks are given this too."""
    return whole_text(changes_record(report), map(change_record, report.changes or ()), "changes")


def _catalogue(report: Report) -> Iterator[str]:
    """Render the resources as `resources`, in order; sections stand with each."""
    resources = (each for chapter in chapters(report) for each in chapter.resources)
    return whole_text(report_record(report), map(resource_record, resources), "resources")

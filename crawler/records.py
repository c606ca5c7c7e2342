"""Rows as plain data, for machines: the JSON of the contract, schema 1.

Fields may be added and none removed. Text is what the data say; only reports for people repair it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TypeAlias

from crawler.assemble import counts
from crawler.model import Finding, LinkState, Observation, Occurrence, PageFacts, Place, Report, Row
from crawler.urls import Rejected, Target
from crawler.version import __version__

SCHEMA: Final = 1

Record: TypeAlias = dict[str, Any]


def report_record(report: Report) -> Record:
    """Return a whole report as one object."""
    run = report.run
    return {
        "schema": SCHEMA,
        "tool": f"crawl {__version__}",
        "run": {
            "id": run.id,
            "started_at": stamp(run.started_at),
            "finished_at": stamp(run.finished_at),
            "complete": run.complete,
            "network": run.network,
            "counts": {str(outcome): number for outcome, number in counts(report.rows).items()},
            "remarks": list(report.remarks),
        },
        "links": [row_record(row) for row in report.rows],
    }


def occurrence_record(occurrence: Occurrence) -> Record:
    """Return where and how a link is written."""
    return {
        "document": occurrence.document,
        **asdict(occurrence.span),
        "raw": occurrence.raw,
        "text": occurrence.text,
        "kind": occurrence.kind,
        "section": occurrence.section,
    }


def place_record(place: Place) -> Record:
    """Return where and how a link is written, and what it resolves to."""
    found = place.target if isinstance(place.target, Target) else None
    return {
        **occurrence_record(place.occurrence),
        "url": str(found.url) if found else None,
        "fragment": found.fragment if found else None,
    }


def listed_record(place: Place) -> Record:
    """Return a place as `crawl links` shows it: with the reason for what is not a link."""
    reason = place.target.reason if isinstance(place.target, Rejected) else None
    return place_record(place) | {"rejected": reason}


def row_record(row: Row) -> Record:
    """Return one place with all that is known of its link."""
    target = row.place.target
    fragment = target.fragment if isinstance(target, Target) else None
    return {
        **place_record(row.place),
        **_verdict_record(row),
        **_look_record(row.observation, fragment),
        **_state_record(row.state),
    }


def look_record(look: Observation) -> Record:
    """Return one look by itself."""
    return {"url": str(look.url), **asdict(look.verdict), **_look_record(look)}


def stamp(moment: datetime | None) -> str | None:
    """Return a moment as text: ISO 8601, UTC, seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _verdict_record(row: Row) -> Record:
    verdict = row.verdict
    return {
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "confidence": verdict.confidence,
        "detail": verdict.detail,
    }


def _look_record(look: Observation | None, fragment: str | None = None) -> Record:
    facts: Mapping[str, Any] = asdict(look.facts if look else PageFacts())
    return {
        "status": look.status if look else None,
        "final_url": str(look.final_url) if look and look.final_url else None,
        "hops": [
            {"url": str(hop.url), "status": hop.status, "via": hop.via}
            for hop in (look.hops if look else ())
        ],
        **facts,
        "attempts": look.attempts if look else 0,
        "elapsed_ms": look.elapsed_ms if look else None,
        "checked_at": stamp(look.at) if look else None,
        "http_stack": look.http_stack if look else None,
        "findings": [_finding_record(each, fragment) for each in (look.findings if look else ())],
    }


def _finding_record(finding: Finding, fragment: str | None) -> Record:
    """Return a finding for one place: what replaces its URL keeps the place's own fragment."""
    replacement = finding.replacement
    if replacement and fragment:
        replacement = f"{replacement}#{fragment}"
    return {**asdict(finding), "replacement": replacement}


def _state_record(state: LinkState | None) -> Record:
    return {
        "health": state.health if state else None,
        "failing_since": stamp(state.failing_since) if state else None,
        "last_ok_at": stamp(state.last_ok_at) if state else None,
    }

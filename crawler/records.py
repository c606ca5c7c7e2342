"""Rows as plain data, for machines: the JSON of the contract, schema 1.

Fields may be added and none removed. Text is what the data say; only reports for people repair it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from crawler.beliefs import drift_record
from crawler.bulletin import counted
from crawler.catalogue import Resource
from crawler.model import (
    Finding,
    Ignore,
    LinkState,
    Observation,
    Occurrence,
    Outcome,
    PageFacts,
    Place,
    Report,
    Row,
    Run,
    Span,
    Transition,
    Turnout,
)
from crawler.naming import replacement
from crawler.text import without_commands
from crawler.urls import Rejected, Target, mask
from crawler.version import __version__

if TYPE_CHECKING:
    from crawler.repairs import Repaired

SCHEMA: Final = 1

_TURNOUT: Final = ("asked", "not_due", "put_off", "answered")
_SPAN: Final = tuple(each.name for each in fields(Span))
# What stands for a page's words is of use to us alone.
_FACTS: Final = tuple(each.name for each in fields(PageFacts) if each.name != "content")
_RESOURCE: Final = tuple(each.name for each in fields(Resource) if each.name != "facts")
_JSON: Final = json.JSONEncoder(allow_nan=False).encode
_TEXT: Final = json.encoder.encode_basestring_ascii
_OF_LINKS: Final = "\n   "
_SECONDS: Final = len("2026-11-22T12:00:00")

Record: TypeAlias = dict[str, Any]


def report_record(report: Report) -> Record:
    """Return a report as one object, but for its links."""
    return {
        "schema": SCHEMA,
        "tool": f"crawl {__version__}",
        "run": {
            **_run_record(report.run),
            **_turnout_record(report.turnout),
            "counts": {str(outcome): number for outcome, number in counts(report.rows).items()},
            "chosen": list(report.chosen),
            "remarks": list(report.remarks),
            "unread": [asdict(each) for each in report.unread],
            "ignores": [_ignore_record(each) for each in report.run.ignores],
        },
    }


def changes_record(report: Report) -> Record:
    """Return what is to be said of a run beside its changes; `text` is for people, and ours."""
    return {
        "schema": SCHEMA,
        "tool": f"crawl {__version__}",
        "text": f"crawl: {counted(report.changes or ()) or 'nothing has changed'}.",
        "run": {**_run_record(report.run), "chosen": list(report.chosen)},
        "since": stamp(report.since),
        "repairs": repairs_record(report),
    }


def change_record(change: Transition) -> Record:
    """Return one thing that a run has changed."""
    return {
        "kind": change.kind,
        "url": str(change.url) if change.url else None,
        "sentence": change.sentence,
        "reason": change.code,
        "before": change.before,
        "after": change.after,
        "at": stamp(change.at),
        "since": stamp(change.since),
        "history": change.history,
        "replacement": change.replacement,
        "written": change.written,
        # It may be sent to somebody else, who is not to have what a document holds of secrets.
        "places": [occurrence_record(each) | {"raw": mask(each.raw)} for each in change.places],
        "ignore": _ignore_record(change.ignore) if change.ignore else None,
    }


def repaired_record(repaired: "Repaired") -> Record:
    """Return one place that was repaired, or taken back."""
    names = ("document", "line", "column", "before", "after", "repair", "why", "who", "undoes")
    return {"name": repaired.name, "at": stamp(repaired.at), **_plain(repaired, names)}


def repairs_record(report: Report) -> list[Record] | None:
    """Return what was written into documents, as far as somebody has asked for it."""
    return None if report.repairs is None else list(map(repaired_record, report.repairs))


def whole_text(head: Record, links: Iterable[Record], name: str = "links") -> Iterator[str]:
    """Yield the JSON of one object whose last field, a list, is never in memory as a whole."""
    yield without_commands(json.dumps(head, indent=1, allow_nan=False)).removesuffix("\n}")
    before = f',\n "{name}": ['
    for link in links:
        yield without_commands(f"{before}\n  {{\n{_fields(link)}\n  }}")
        before = ","
    yield "\n ]\n}\n" if before == "," else f"{before}]\n}}\n"


def array_text(items: Iterable[Any]) -> Iterator[str]:
    r"""Yield the JSON of an array, a line an item, that is never in memory as a whole.

    >>> "".join(array_text([{"a": 1}, 2]))
    '[\n{"a": 1},\n2\n]'
    """
    before = "["
    for item in items:
        yield f"{before}\n{without_commands(json.dumps(item, allow_nan=False))}"
        before = ","
    yield "[\n]" if before == "[" else "\n]"


def _fields(record: Record) -> str:
    return ",\n".join([
        # Most are texts: to call for each of those would take a fifth of the time.
        f'   "{name}": {_TEXT(value) if type(value) is str else indented(value, _OF_LINKS)}'
        for name, value in record.items()
    ])  # fmt: skip


def indented(value: Any, pad: str = "\n") -> str:  # noqa: ANN401 - whatever JSON can say
    r"""Write what `json.dumps(value, indent=1)` does, in half the time.

    `pad`: a line end, and what stands before the value in its line. Names are texts.

    >>> indented({"a": [1, None]})
    '{\n "a": [\n  1,\n  null\n ]\n}'
    """
    if isinstance(value, str):
        return _TEXT(value)
    if value is None:
        return "null"
    if type(value) is int:  # which is how JSON writes it, too
        return repr(value)
    if not isinstance(value, list | tuple | dict):
        return _JSON(value)
    inner = f"{pad} "
    if isinstance(value, dict):
        items = [f"{_TEXT(name)}: {indented(each, inner)}" for name, each in value.items()]
        return f"{{{inner}{f',{inner}'.join(items)}{pad}}}" if items else "{}"
    items = [indented(each, inner) for each in value]
    return f"[{inner}{f',{inner}'.join(items)}{pad}]" if items else "[]"


def occurrence_record(occurrence: Occurrence) -> Record:
    """Return where and how a link is written."""
    return {
        "document": occurrence.document,
        **_plain(occurrence.span, _SPAN),
        "raw": occurrence.raw,
        "text": occurrence.text,
        "kind": occurrence.kind,
        "section": occurrence.section,
    }


def place_record(place: Place) -> Record:
    """Return where and how a link is written, and what it resolves to."""
    target = place.target
    return {
        **occurrence_record(place.occurrence),
        "url": str(target.url) if isinstance(target, Target) else None,
        "fragment": place.fragment,
        "path": target.path if isinstance(target, Rejected) else None,
    }


def listed_record(place: Place) -> Record:
    """Return a place as `crawl links` shows it: with the reason for what is not a link."""
    reason = place.target.reason if isinstance(place.target, Rejected) else None
    if place.ignored is not None:
        return place_record(place) | {"rejected": "ignored"}
    return place_record(place) | {"rejected": reason}


def row_record(row: Row) -> Record:
    """Return one place with all that is known of its link."""
    return {
        **place_record(row.place),
        **_verdict_record(row),
        **_look_record(row.observation),
        "findings": [_finding_record(each, row) for each in row.findings],
        **_state_record(row.state),
        "drift": drift(row.state, row.observation),
        "known": row.known or None,
    }


def resource_record(resource: Resource) -> Record:
    """Return one resource of a catalogue: where it stands, what it is, how it is."""
    facts = resource.facts
    return {
        **_plain(resource, _RESOURCE),
        **_plain(facts, ("language", "site", "author", "published", "modified")),
        **_plain(facts, ("type", "licence", "description", "content_type")),
    }


def look_record(look: Observation) -> Record:
    """Return one look by itself."""
    return {
        "url": str(look.url),
        **asdict(look.verdict),
        **_look_record(look),
        "findings": [asdict(finding) for finding in look.findings],
        "missing_fragments": list(look.missing_fragments),
    }


def stamp(moment: datetime | None) -> str | None:
    """Return a moment as text: ISO 8601, UTC, seconds."""
    return f"{moment.isoformat()[:_SECONDS]}Z" if moment else None  # a tenth of `strftime`


def _run_record(run: Run) -> Record:
    return {
        "id": run.id,
        "started_at": stamp(run.started_at),
        "finished_at": stamp(run.finished_at),
        "complete": run.complete,
        "network": run.network,
    }


def _turnout_record(turnout: Turnout | None) -> Record:
    told = {name: turnout and getattr(turnout, name) for name in _TURNOUT}
    return told | {
        "out_of_time": turnout and turnout.late,
        "never_asked": turnout and turnout.never,
    }


def _ignore_record(ignore: Ignore) -> Record:
    until = ignore.until.isoformat() if ignore.until else None
    return {**_plain(ignore, ("document", "line", "entry", "state")), "until": until} | {
        "reason": ignore.reason
    }


def _verdict_record(row: Row) -> Record:
    verdict = row.verdict
    return {
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "confidence": verdict.confidence,
        "detail": verdict.detail,
    }


def _look_record(look: Observation | None) -> Record:
    facts = _plain(look.facts if look else PageFacts(), _FACTS)
    return {
        "status": look.status if look else None,
        "final_url": str(look.final_url) if look and look.final_url else None,
        "hops": [
            {"url": str(hop.url), "status": hop.status, "via": hop.via}
            for hop in (look.hops if look else ())
        ],
        **facts,
        "titles": dict(facts["titles"]),
        "feeds": list(facts["feeds"]),
        "attempts": look.attempts if look else 0,
        "elapsed_ms": look.elapsed_ms if look else None,
        "checked_at": stamp(look.at) if look else None,
        "http_stack": look.http_stack if look else None,
    }


def _plain(noun: object, names: Iterable[str]) -> Record:
    return {name: getattr(noun, name) for name in names}  # a third of the time of `asdict`


def _finding_record(finding: Finding, row: Row) -> Record:
    return {**asdict(finding), "replacement": replacement(finding, row)}


def _state_record(state: LinkState | None) -> Record:
    return {
        "health": state.health if state else None,
        "failing_since": stamp(state.failing_since) if state else None,
        "last_ok_at": stamp(state.last_ok_at) if state else None,
    }


def drift(state: LinkState | None, look: Observation | None) -> Record | None:
    """Return what a page was and what it is now, if it has drifted."""
    record = drift_record(state, look)
    return record and {name: _stamped(value) for name, value in record.items()}


def _stamped(value: Any) -> Any:  # noqa: ANN401 - a value of a record, or a record
    if isinstance(value, dict):
        return {name: _stamped(each) for name, each in value.items()}
    return stamp(value) if isinstance(value, datetime) else value


def counts(rows: Iterable[Row]) -> dict[Outcome, int]:
    """Count rows by outcome; every outcome is there."""
    found = dict.fromkeys(Outcome, 0)
    for row in rows:
        found[row.verdict.outcome] += 1
    return found

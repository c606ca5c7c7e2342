"""A report in JSON that comes from somewhere else: read, held to its schema, made a report again.

Law: nothing of it is believed. Whatever is not as we write it refuses the whole; URLs are
normalised anew, sentences begin with our own, and nothing of it is repeated in an error. What
looks before have said, and what a page says of itself, is not taken over.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from crawler.assemble import BEFORE
from crawler.errors import UsageError
from crawler.explanations import codes
from crawler.model import (
    Finding,
    Kind,
    Network,
    Observation,
    Occurrence,
    Outcome,
    Place,
    Report,
    Row,
    Run,
    Severity,
    Span,
    Unread,
    Verdict,
)
from crawler.reasons import BY_CODE
from crawler.records import SCHEMA
from crawler.urls import Rejected, Rejection, Target, resolve

E = TypeVar("E", bound=StrEnum)

MAX_LINKS: Final = 100_000
_LONGEST: Final = 65_536
_MOST: Final = 1_000_000_000
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
_REJECTIONS: Final = frozenset(map(str, Rejection))


def received(text: str | bytes) -> Report:
    """Return the report that a JSON of ours tells. Raises `UsageError` for everything else."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError("--from-json: this is no JSON.") from None
    told = _object(told, "the report")
    if told.get("schema") != SCHEMA:
        raise UsageError(f"--from-json: this is no report of schema {SCHEMA}.")
    run = _object(told.get("run"), "run")
    finished = _moment(run, "finished_at")
    rows = _list(told, "links", MAX_LINKS)
    return Report(
        Run(
            _text(run, "id"), _moment(run, "started_at"), finished,
            complete=run.get("complete") is True, network=_one_of(Network, run, "network"),
        ),
        tuple(_row(_object(each, "a link"), finished) for each in rows),
        tuple(_strings(run, "remarks")),
        tuple(_unread(_object(each, "unread")) for each in _list(run, "unread")),
        chosen=tuple(_strings(run, "chosen")),
    )  # fmt: skip


def _row(told: Mapping[str, Any], at: datetime) -> Row:
    verdict, place = _verdict(told), _place(told)
    known = BEFORE if told.get("known") else ""
    findings = tuple(_finding(_object(each, "a finding")) for each in _list(told, "findings"))
    if not isinstance(place.target, Target):
        return Row(place, verdict, advice=findings, known=known)
    status = None if told.get("status") is None else _number(told, "status")
    look = Observation(place.target.url, at, verdict, status, findings=findings)
    return Row(place, verdict, look, known=known)


def _place(told: Mapping[str, Any]) -> Place:
    span = Span(*(_number(told, name) for name in ("line", "column", "end_line", "end_column")))
    raw, kind = _text(told, "raw"), _one_of(Kind, told, "kind")
    text, section = _text(told, "text"), _text(told, "section")
    written = Occurrence(_text(told, "document"), span, raw, raw, kind, text, section)
    reason = _text(told, "reason")
    ignored = _text(told, "detail") if reason == "ignored" else None
    if told.get("url") is not None:
        return Place(written, _target(told, "url"), ignored)
    path = None if told.get("path") is None else _text(told, "path")
    why = Rejection(reason) if reason in _REJECTIONS else Rejection.MALFORMED
    return Place(written, Rejected(raw, why, path=path), ignored)


def _target(told: Mapping[str, Any], name: str) -> Target:
    """Return a URL with the fragment that is told beside it."""
    target = resolve(_text(told, name))
    if not isinstance(target, Target):
        raise _refused(name)
    fragment = told.get("fragment") and resolve(f"{target.url}#{_text(told, 'fragment')}")
    return fragment if isinstance(fragment, Target) else target


def _verdict(told: Mapping[str, Any]) -> Verdict:
    """Return a verdict that a rule can give, in the words of its rule."""
    reason, outcome = BY_CODE.get(_text(told, "reason")), _one_of(Outcome, told, "outcome")
    if reason is None or reason.outcome is not outcome:
        raise _refused("reason")
    detail = _text(told, "detail")
    said = detail if detail.startswith(reason.sentence) else reason.sentence
    return Verdict(outcome, reason.code, said, reason.confidence)


def _finding(told: Mapping[str, Any]) -> Finding:
    name = _text(told, "name")
    if name not in codes("advice"):
        raise _refused("name")
    proposed = None if told.get("replacement") is None else resolve(_text(told, "replacement"))
    if isinstance(proposed, Rejected):
        raise _refused("replacement")
    part = f"#{proposed.fragment}" if proposed and proposed.fragment else ""
    written = f"{proposed.url}{part}" if proposed else None
    return Finding(name, _one_of(Severity, told, "severity"), _text(told, "message"), written)


def _unread(told: Mapping[str, Any]) -> Unread:
    return Unread(_text(told, "document"), _text(told, "reason"))


# What JSON holds


def _object(told: object, name: str) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise _refused(name)
    return told


def _list(told: Mapping[str, Any], name: str, most: int = 1_000) -> list[Any]:
    found = told.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise _refused(name)
    return found


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    if not isinstance(found, str) or len(found) > _LONGEST:
        raise _refused(name)
    return found


def _strings(told: Mapping[str, Any], name: str) -> list[str]:
    return [_text({name: each}, name) for each in _list(told, name)]


def _number(told: Mapping[str, Any], name: str) -> int:
    found = told.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= _MOST:
        raise _refused(name)
    return found


def _moment(told: Mapping[str, Any], name: str) -> datetime:
    try:
        return datetime.strptime(_text(told, name), _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        raise _refused(name) from None


def _one_of(kind: type[E], told: Mapping[str, Any], name: str) -> E:
    try:
        return kind(_text(told, name))
    except ValueError:
        raise _refused(name) from None


def _refused(name: str) -> UsageError:
    return UsageError(f"--from-json: {name!r} is not as crawl writes it; nothing of it is used.")

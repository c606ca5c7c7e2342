"""Between nouns and plain values: how a scratch file holds what a run has read and seen.

No format: one process writes and reads it. `rows.py` is the one for the history, which may be a
stranger's. URLs are left out where whoever asks for a value names its URL anyway, and what is of
use only while a look is fresh (`reached`, `page_sign`) is left out too.
"""

from datetime import datetime
from operator import attrgetter
from typing import Final

from crawler.model import (
    Confidence,
    Finding,
    Health,
    Hop,
    Kind,
    LinkState,
    Observation,
    Occurrence,
    Outcome,
    PageFacts,
    Severity,
    Sketch,
    Span,
    Validators,
    Verdict,
    Via,
)
from crawler.scratch import Plain
from crawler.urls import Rejected, Rejection, Target, Url

_SPAN: Final = attrgetter(*Span.__slots__)
_URL: Final = attrgetter(*Url.__slots__)
_FACTS: Final = attrgetter(*PageFacts.__slots__)
_SKETCH: Final = attrgetter(*Sketch.__slots__[1:])


def pack_occurrence(occurrence: Occurrence) -> Plain:
    """Pack where a link is written."""
    written = occurrence
    href = None if written.href == written.raw else written.href
    span: Plain = _SPAN(written.span)
    return (
        written.document, span, written.raw, href, written.kind.value, written.text,
        written.section,
    )  # fmt: skip


def unpack_occurrence(value: Plain) -> Occurrence:
    """Return what was packed."""
    document, span, raw, href, kind, text, section = value
    href = raw if href is None else href
    return Occurrence(document, Span(*span), raw, href, Kind(kind), text, section)


def pack_rejected(rejected: Rejected) -> Plain:
    """Pack what is no link."""
    return rejected.raw, rejected.reason.value, rejected.detail, rejected.path


def unpack_rejected(value: Plain) -> Rejected:
    """Return what was packed."""
    raw, reason, detail, path = value
    return Rejected(raw, Rejection(reason), detail, path)


def pack_target(target: Target | Rejected) -> Plain:
    """Pack what a link resolves to where it is none of those that are asked."""
    if isinstance(target, Rejected):
        return None, pack_rejected(target)
    return _URL(target.url), target.fragment


def unpack_target(value: Plain) -> Target | Rejected:
    """Return what was packed."""
    url, rest = value
    return unpack_rejected(rest) if url is None else Target(Url(*url), rest)


def pack_look(look: Observation) -> Plain:
    """Pack a look, but for its URL."""
    verdict = look.verdict
    return (
        look.at.isoformat(),
        (verdict.outcome.value, verdict.reason, verdict.detail, verdict.confidence.value),
        look.status,
        look.final_url == look.url or (look.final_url and _URL(look.final_url)),
        tuple((_URL(hop.url), hop.status, hop.via.value) for hop in look.hops),
        _FACTS(look.facts),
        tuple((f.name, f.severity.value, f.message, f.replacement) for f in look.findings),
        (look.attempts, look.elapsed_ms, look.http_stack),
        _pack_validators(look.validators),
        look.missing_fragments,
        look.fragments,
    )


def unpack_look(value: Plain, url: Url) -> Observation:
    """Return the look at a URL that was packed."""
    at, judged, status, end, hops, facts, findings, cost, validators, *fragments = value
    outcome, reason, detail, certain = judged
    attempts, elapsed_ms, http_stack = cost
    return Observation(
        url,
        datetime.fromisoformat(at),
        Verdict(Outcome(outcome), reason, detail, Confidence(certain)),
        status,
        url if end is True else end and Url(*end),
        hops and tuple(Hop(Url(*hop), code, Via(via)) for hop, code, via in hops),
        PageFacts(*facts),
        findings and tuple(_finding(each) for each in findings),
        attempts,
        elapsed_ms,
        http_stack,
        validators and _unpack_validators(validators),
        *fragments,
    )


def _pack_validators(validators: Validators | None) -> Plain | None:
    if validators is None:
        return None
    return _URL(validators.url), _text(validators.at), validators.etag, validators.last_modified


def _unpack_validators(value: Plain) -> Validators:
    url, at, etag, last_modified = value
    return Validators(Url(*url), datetime.fromisoformat(at), etag, last_modified)


def _finding(value: Plain) -> Finding:
    name, severity, message, replacement = value
    return Finding(name, Severity(severity), message, replacement)


def pack_state(state: LinkState) -> Plain:
    """Pack what is believed of a link, but for its URL."""
    moments = (state.since, state.checked_at, state.last_ok_at)
    return (
        state.health.value,
        tuple(map(_text, moments)),
        (_text(state.failing_since), state.bad_looks),
        (_text(state.broken_since), state.broken_looks),
        (_text(state.drift_since), state.drift_looks),
        (state.outcome and state.outcome.value, state.trail),
        state.known and (state.known.at.isoformat(), _SKETCH(state.known)),
    )


def unpack_state(value: Plain, url: Url) -> LinkState:
    """Return what is believed of a URL, as it was packed."""
    health, moments, (failing_since, bad), (broken_since, broken), drift, latest, known = value
    since, checked_at, last_ok_at = moments
    (drift_since, drifted), (outcome, trail) = drift, latest
    return LinkState(
        url,
        Health(health),
        datetime.fromisoformat(since),
        datetime.fromisoformat(checked_at),
        _moment(last_ok_at),
        _moment(failing_since),
        bad,
        _moment(broken_since),
        broken,
        outcome and Outcome(outcome),
        trail,
        known and Sketch(datetime.fromisoformat(known[0]), *known[1]),
        _moment(drift_since),
        drifted,
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None

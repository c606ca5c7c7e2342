"""Between nouns and rows: how a history's values are written and read back. No SQL here.

Whoever can change the file can write anything into it: what reads back raises `StoreError`.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from functools import lru_cache, wraps
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

from crawler.errors import StoreError
from crawler.model import (
    Confidence,
    Finding,
    Hop,
    Ignore,
    IgnoreState,
    Kind,
    Network,
    Observation,
    Occurrence,
    Outcome,
    PageFacts,
    Place,
    Run,
    Severity,
    Span,
    Validators,
    Verdict,
    Via,
)
from crawler.reasons import BY_CODE, verdict
from crawler.text import clean
from crawler.urls import Rejected, Rejection, Target, Url, resolve
from crawler.validators import are_proper

SqlRow: TypeAlias = Mapping[str, Any]
P = ParamSpec("P")
T = TypeVar("T")

# A history is read back as a stranger's: it may have come with the checkout.
_MAX_DETAIL: Final = 2_500
FACTS: Final = tuple(each.name for each in fields(PageFacts))
# Facts that are lists of texts, or of pairs of texts: JSON in the history.
_LISTS: Final = frozenset({"feeds"})
_PAIRS: Final = frozenset({"titles"})
_MANY: Final = tuple(name for name in FACTS if name in _LISTS | _PAIRS)
_TEXTS: Final = tuple(name for name in FACTS if name not in _MANY)
_VERDICT: Final = tuple(each.name for each in fields(Verdict))
_WRITTEN: Final = ("document", "raw", "href", "text", "section")
_NONE: Final = "[]"
_SPAN: Final = tuple(each.name for each in fields(Span))


@lru_cache(maxsize=32768)  # a link stands in its places, its looks, its state and its advice
def known_url(text: str) -> Url:
    """Read back a URL that was normalised when it was written. Raises `StoreError`."""
    target = resolve(text)
    if isinstance(target, Rejected):
        raise StoreError(f"the history holds {text!r} as a URL: it was changed by another program.")
    return target.url


def iso(at: datetime) -> str:
    """Write a moment: ISO 8601, UTC, milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read a moment, in UTC. Raises `ValueError`, also for one that does not say its zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def maybe_iso(at: datetime | None) -> str | None:
    """Write a moment, if there is one."""
    return iso(at) if at else None


def maybe_moment(text: str | None) -> datetime | None:
    """Read a moment, if there is one."""
    return moment(text) if text else None


def look_row(look: Observation) -> dict[str, Any]:
    """Return the columns of a look, but for its keys."""
    return {
        "at": iso(look.at),
        **{name: getattr(look.verdict, name) for name in _VERDICT},
        "status": look.status,
        "final_url": str(look.final_url) if look.final_url else None,
        **{name: _written_fact(getattr(look.facts, name)) for name in FACTS},
        "attempts": look.attempts,
        "elapsed_ms": look.elapsed_ms,
        "http_stack": look.http_stack,
        "findings": json.dumps([asdict(finding) for finding in look.findings]),
        "etag": look.validators.etag if look.validators else None,
        "last_modified": look.validators.last_modified if look.validators else None,
        "read_at": iso(look.validators.at) if look.validators else None,
        "missing_fragments": _written_fact(look.missing_fragments),
        "fragments": _written_fact(look.fragments),
    }


def _written_fact(value: str | tuple[object, ...] | None) -> str | None:
    return (
        (json.dumps(value, ensure_ascii=False) if value else None)
        if isinstance(value, tuple)
        else value
    )


def ignores_text(ignores: Iterable[Ignore]) -> str:
    """Return what a run found that links be left out, as its row has it."""
    return json.dumps(
        [asdict(each) | {"until": each.until and each.until.isoformat()} for each in ignores]
    )


def hop_rows(look: Observation, number: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a look's hops."""
    for position, hop in enumerate(look.hops):
        yield {
            "observation_id": number,
            "position": position,
            "url": str(hop.url),
            "status": hop.status,
            "via": hop.via,
        }


def place_row(
    place: Place,
    documents: Mapping[str, int],
    links: Mapping[Url, int],
    unasked: Mapping[Url, Verdict],
) -> dict[str, Any]:
    """Return the row of an occurrence."""
    occurrence, target = place.occurrence, place.target
    row: dict[str, Any] = {
        "place": f"{occurrence.document}:{occurrence.span.line}:{occurrence.span.column}",
        "document_id": documents[occurrence.document],
        "link_id": None,
        **{name: getattr(occurrence.span, name) for name in _SPAN},
        "raw": occurrence.raw,
        "href": occurrence.href,
        "text": occurrence.text,
        "kind": occurrence.kind,
        "section": occurrence.section,
        "fragment": None,
        "unasked": None,
        "unasked_detail": None,
        "path": None,
        "ignored": place.ignored,
    }
    if isinstance(target, Rejected):
        row |= {"unasked": target.reason, "unasked_detail": target.detail or None}
        return row | {"path": target.path}
    row |= {"link_id": links[target.url], "fragment": target.fragment}
    if target.url in unasked and place.ignored is None:
        row["unasked"] = unasked[target.url].reason
    return row


def reads_back(read: Callable[P, T]) -> Callable[P, T]:
    """Say in one sentence what is wrong with what cannot be read back."""

    @wraps(read)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise StoreError(
                f"the history holds a value that crawl never writes ({error}): it was changed by "
                "another program, or written by a newer version of crawl."
            ) from error

    return checked


def _only(kind: type[T], value: Any) -> T:  # noqa: ANN401 - as anybody may have written it
    """Return a value that is of one type; a column's declaration is no proof of it."""
    if type(value) is not kind:
        raise TypeError(value)
    return value


def _perhaps(kind: type[T], value: Any) -> T | None:  # noqa: ANN401 - as above
    return None if value is None else _only(kind, value)


@reads_back
def run_of(row: SqlRow) -> Run:
    """Read a run."""
    return Run(
        _only(str, row["name"]),
        moment(row["started_at"]),
        maybe_moment(row["finished_at"]),
        bool(row["complete"]),
        Network(row["network"] or Network.UP),
        ignores_of(row["ignores"]),
    )


def ignores_of(text: str | None) -> tuple[Ignore, ...]:
    """Read what was found that links be left out. Raises as `run_of` is made to explain."""
    return tuple(map(_ignore, json.loads(text or "[]")))


def _ignore(value: SqlRow) -> Ignore:
    return Ignore(
        clean(value["document"]),
        value["line"] and int(value["line"]),
        value["entry"] and int(value["entry"]),
        IgnoreState(value["state"]),
        date.fromisoformat(value["until"]) if value["until"] else None,
        clean(value["reason"]),
    )


def cleaned(text: str | None) -> str | None:
    """Read a text of a stranger, if there is one."""
    return clean(text, _MAX_DETAIL) if text else None


def _facts(row: SqlRow) -> PageFacts:
    told: dict[str, Any] = {
        name: clean(value, _MAX_DETAIL) for name in _TEXTS if (value := row[name])
    }
    told |= {name: fact(name, value) for name in _MANY if (value := row[name])}
    return PageFacts(**told)


def fact(name: str, value: str | None) -> Any:  # noqa: ANN401 - as the field of that name has it
    """Read a fact of a page."""
    if name in _LISTS:
        return _several(value)
    if name in _PAIRS:
        return (
            tuple((clean(one), clean(other)) for one, other in json.loads(value)) if value else ()
        )
    return cleaned(value)


def _several(value: str | None) -> tuple[str, ...]:
    return tuple(clean(each) for each in json.loads(value)) if value else ()


@reads_back
def fragments_of(text: str | None) -> tuple[str, ...]:
    """Read what a look has looked for on its page: as it was, for it is compared and not shown."""
    return tuple(map(str, json.loads(text))) if text else ()


def _url(text: str | None) -> str | None:
    return str(known_url(text)) if text else None


@reads_back
def hop_of(row: SqlRow) -> Hop:
    """Read a hop."""
    return Hop(known_url(row["url"]), _perhaps(int, row["status"]), Via(row["via"]))


@reads_back
def look_of(row: SqlRow, hops: tuple[Hop, ...] = ()) -> Observation:
    """Read a look."""
    findings = row["findings"]
    final_url = known_url(row["final_url"]) if row["final_url"] else None
    return Observation(
        url=known_url(row["url"]),
        at=moment(row["at"]),
        verdict=verdict_of(row),
        status=_perhaps(int, row["status"]),
        final_url=final_url,
        hops=hops,
        facts=_facts(row),
        findings=() if findings == _NONE else tuple(map(_finding, json.loads(findings))),
        attempts=_only(int, row["attempts"]),
        elapsed_ms=_perhaps(int, row["elapsed_ms"]) or 0,
        http_stack=_perhaps(str, row["http_stack"]),
        validators=_validators(row, final_url),
        missing_fragments=_several(row["missing_fragments"]),
        fragments=fragments_of(row["fragments"]),
    )


def _finding(value: SqlRow) -> Finding:
    return Finding(
        clean(value["name"]),
        Severity(value["severity"]),
        clean(value["message"]),
        _url(value["replacement"]),
    )


def verdict_of(row: SqlRow) -> Verdict:
    """Read the verdict of a look."""
    return _verdict(row["outcome"], row["reason"], row["detail"], row["confidence"])


@lru_cache(maxsize=1024)  # most links share a few
def _verdict(outcome: str, reason: str, detail: str, confidence: str) -> Verdict:
    detail = clean(detail, _MAX_DETAIL)
    return Verdict(Outcome(outcome), BY_CODE[reason].code, detail, Confidence(confidence))


def _validators(row: SqlRow, url: Url | None) -> Validators | None:
    """Read the validators of the URL that finally answered: they are sent as they are."""
    if row["read_at"] is None or url is None:
        return None
    found = Validators(url, moment(row["read_at"]), row["etag"], row["last_modified"])
    if not are_proper(found):
        raise ValueError(f"{row['etag']!r}, {row['last_modified']!r}")
    return found


@reads_back
def unasked_of(row: SqlRow) -> Verdict | None:
    """Read why an occurrence's link is not asked, if it is not."""
    return verdict(row["unasked"]) if row["unasked"] and row["url"] else None


@reads_back
def place_of(row: SqlRow) -> Place:
    """Read an occurrence, joined with its document's name and its link's URL."""
    span = Span(*(_only(int, row[name]) for name in _SPAN))
    document, raw, href, text, section = (_only(str, row[name]) for name in _WRITTEN)
    occurrence = Occurrence(document, span, raw, href, Kind(row["kind"]), text, section)
    ignored = None if row["ignored"] is None else clean(row["ignored"], _MAX_DETAIL)
    if row["url"] is None:
        reason, detail = Rejection(row["unasked"]), row["unasked_detail"] or ""
        path = _perhaps(str, row["path"])
        return Place(occurrence, Rejected(raw, reason, _only(str, detail), path), ignored)
    fragment = _perhaps(str, row["fragment"])
    return Place(occurrence, Target(known_url(row["url"]), fragment), ignored)

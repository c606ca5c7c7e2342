"""What is believed of a link, as a history writes it and reads it back. No SQL here but names.

Beside `rows.py`, which has all other nouns, and says how to read what a stranger may have written.
"""

import json
from dataclasses import fields, replace
from typing import Any, Final

from crawler.model import Health, Hop, LinkState, Observation, Outcome, PageFacts, Sketch
from crawler.rows import (
    FACTS,
    SqlRow,
    cleaned,
    fact,
    iso,
    known_url,
    maybe_iso,
    maybe_moment,
    moment,
    reads_back,
    verdict_of,
)
from crawler.text import clean

_MAX_URL: Final = 2_500
_SKETCH: Final = tuple(each.name for each in fields(Sketch))[2:]
_OF_SKETCHES: Final = tuple(name for name in FACTS if name in _SKETCH)
_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
# Columns of a link: what is believed of it, and what its latest look has said.
_STATE: Final = (
    "health", "since", "checked_at", "last_ok_at", "failing_since", "bad_looks", "broken_since",
    "broken_looks", "trail", "known", "drift_since", "drift_looks", "observation_id",
)  # fmt: skip
_LATEST: Final = ("outcome", "reason", "confidence", "detail", "status", "final_url", *FACTS)
BELIEVED: Final = ", ".join(("id", "url", "outcome", *_STATE))
"""The columns that `state_of` reads, and the key: of all of them a row has three times as many."""

# Reports tell what a page was like only where another stands in its place.
REPORTED: Final = "links.url, iif(drift_since is null, null, known) as known, " + ", ".join(
    f"links.{name}" for name in (*_STATE, *_LATEST) if name != "known"
)


def link_row(state: LinkState, row: SqlRow) -> dict[str, Any]:
    """Return the columns of a link after a look: its state, and the look's facts."""
    return {
        "id": row["link_id"],
        "health": state.health,
        "since": iso(state.since),
        "checked_at": iso(state.checked_at),
        "last_ok_at": maybe_iso(state.last_ok_at),
        "failing_since": maybe_iso(state.failing_since),
        "bad_looks": state.bad_looks,
        "broken_since": maybe_iso(state.broken_since),
        "broken_looks": state.broken_looks,
        "trail": state.trail,
        "known": _written_sketch(state.known),
        "drift_since": maybe_iso(state.drift_since),
        "drift_looks": state.drift_looks,
        "observation_id": row["id"],
        **{name: row[name] for name in _LATEST},
    }


def stateless_row(number: int) -> dict[str, Any]:
    """Return the columns of a link that nobody has looked at."""
    return {"id": number, **dict.fromkeys((*_STATE, *_LATEST))}


def _written_sketch(sketch: Sketch | None) -> str | None:
    if sketch is None:
        return None
    known = {name: value for name in _SKETCH if (value := getattr(sketch, name)) is not None}
    told = {"at": iso(sketch.at), "final_url": sketch.final_url, **known}
    return json.dumps(told, ensure_ascii=False)


@reads_back
def state_of(row: SqlRow) -> LinkState:
    """Read what is believed of a link."""
    return LinkState(
        known_url(row["url"]),
        Health(row["health"]),
        moment(row["since"]),
        moment(row["checked_at"]),
        maybe_moment(row["last_ok_at"]),
        maybe_moment(row["failing_since"]),
        int(row["bad_looks"]),
        maybe_moment(row["broken_since"]),
        int(row["broken_looks"]),
        Outcome(row["outcome"]),
        _trail(row["trail"]),
        _sketch(row["known"]),
        maybe_moment(row["drift_since"]),
        int(row["drift_looks"]),
    )


def _trail(text: str) -> str:
    if set(text) - {"+", "-"}:
        raise ValueError(text)
    return text


def _sketch(text: str | None) -> Sketch | None:
    if text is None:
        return None
    known = json.loads(text)
    if not isinstance(known, dict):
        raise TypeError(text)
    told = {name: cleaned(known.get(name)) for name in _SKETCH}
    return Sketch(moment(known["at"]), clean(known["final_url"], _MAX_URL), **told)


@reads_back
def judged_of(row: SqlRow, hops: tuple[Hop, ...] = ()) -> Observation:
    """Read of a look what the health of its link depends on.

    Whose it is, when it was had, its verdict, and what a sketch of the page is made of.
    """
    judged = Observation(known_url(row["url"]), moment(row["at"]), verdict_of(row))
    if judged.verdict.outcome not in _THERE or row["final_url"] is None:
        return judged
    facts = PageFacts(**{name: fact(name, row[name]) for name in _OF_SKETCHES})
    return replace(judged, final_url=known_url(row["final_url"]), hops=hops, facts=facts)

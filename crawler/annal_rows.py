"""What a run leaves of itself beside its looks, as a history writes it and reads it back.

That is what it told, and how many links of each health there were. No SQL here; beside `rows.py`,
which has the nouns of looks and places.
"""

import json
from collections.abc import Mapping
from typing import Final

from crawler.model import Change, Health, Transition
from crawler.rows import (
    SqlRow,
    cleaned,
    ignores_of,
    ignores_text,
    known_url,
    maybe_iso,
    maybe_moment,
    moment,
    reads_back,
)
from crawler.text import clean

_MAX_TEXT: Final = 2_500


def transition_row(change: Transition) -> dict[str, str | None]:
    """Return the columns of what was told, with the URL in the place of the link's number."""
    return {
        "url": str(change.url) if change.url else None,
        "kind": change.kind,
        "at": maybe_iso(change.at),
        "sentence": change.sentence,
        "before": change.before,
        "after": change.after,
        "code": change.code,
        "since": maybe_iso(change.since),
        "history": change.history,
        "replacement": change.replacement,
        "ignores": ignores_text([change.ignore]) if change.ignore else None,
    }


@reads_back
def transition_of(row: SqlRow) -> Transition:
    """Read what was told, without its places: it is about a link, or about an ignore."""
    url = known_url(row["url"]) if row["url"] else None
    ignores = ignores_of(row["ignores"])
    if (url is None) != (len(ignores) == 1):
        raise ValueError(row["ignores"])
    return Transition(
        Change(row["kind"]),
        url,
        clean(row["sentence"], _MAX_TEXT),
        cleaned(row["before"]),
        clean(row["after"], _MAX_TEXT),
        clean(row["code"]),
        maybe_moment(row["since"]),
        clean(row["history"], _MAX_TEXT),
        replacement=str(known_url(row["replacement"])) if row["replacement"] else None,
        ignore=ignores[0] if ignores else None,
        at=moment(row["at"]),
    )


def healths_text(healths: Mapping[Health, int]) -> str:
    """Return how many links of each health there are, as the row of a run has it."""
    return json.dumps(healths)


@reads_back
def healths_of(text: str | None) -> Mapping[Health, int] | None:
    """Read how many links of each health there were; None for a run of an older version."""
    if text is None:
        return None
    found = json.loads(text)
    if not isinstance(found, dict) or not all(type(number) is int for number in found.values()):
        raise TypeError(text)
    return {Health(name): number for name, number in found.items()}

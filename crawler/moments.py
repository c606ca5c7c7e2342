"""What an operator writes for a moment in the past: `7d`, `2026-11-01`, `last`. Pure.

What is counted back is counted from the end of the latest run and not from now, for reports ask no
clock: the same history says the same.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from crawler.errors import UsageError

LAST: Final = "last"
DEFAULT: Final = "7d"
"""What a report looks back to unless told otherwise."""

_BACK: Final = re.compile("([0-9]{1,9})([hdw])")
_UNITS: Final = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
# No weeks, no days of a year, no other signs between date and time: one way to write each.
_WRITTEN: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)


def duration(text: str) -> timedelta:
    """Return how long is meant by `24h`, `7d` or `2w`. Raises `ValueError`.

    >>> duration("36h")
    datetime.timedelta(days=1, seconds=43200)
    """
    back = _BACK.fullmatch(text.strip())
    if back is None:
        raise ValueError(text)
    try:
        return int(back[1]) * _UNITS[back[2]]
    except OverflowError as error:
        raise ValueError(text) from error


def ago(text: str, now: datetime) -> datetime:
    """Return the moment that lies so long before another; the first of all if it is beyond that.

    Raises `ValueError`.
    """
    try:
        return now - duration(text)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def moment(text: str, latest: datetime, before: datetime | None = None) -> datetime:
    """Return the moment that is meant, in UTC. Raises `UsageError`.

    `latest`: when the latest run ended, `before`: when the one before that did. What names no zone
    is UTC, and what names no hour the beginning of its day.

    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> moment("36h", noon).isoformat()
    '2026-11-21T00:00:00+00:00'
    >>> moment("2026-11-01", noon).isoformat()
    '2026-11-01T00:00:00+00:00'
    """
    said = text.strip()
    try:
        if said.casefold() == LAST:
            return before or latest
        if _BACK.fullmatch(said):
            return latest - duration(said)
        if _WRITTEN.fullmatch(said):
            at = datetime.fromisoformat(said)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UsageError(
        f"{text!r} is no moment: write how long ago (24h, 7d, 2w), a date (2026-11-01), "
        f"a time (2026-11-01T03:00Z), or {LAST!r} for the end of the run before the latest."
    )

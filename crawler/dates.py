"""Dates as pages write them, made ISO 8601: what cannot be one for certain is none.

A year alone stays a year and a month a month: a day that nobody wrote would be a lie. Times with
an offset become UTC. `01/02/2026` is left out: nobody can tell which is the month.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

MAX_LENGTH: Final = 64
"""Longer text than this is no date."""

FIRST_YEAR: Final = 1500
"""Of printed books there is metadata; what is older is a default, or a joke."""

LAST_YEAR: Final = 2100

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_NAME: Final = r"(?P<name>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})\.?"
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_TIME: Final = (
    r"(?:(?:t|,? )(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r" ?(?P<zone>z|utc|gmt|(?P<offset>[+-]\d\d)(?::?(?P<rest>\d\d))?)?)?"
)
_WEEKDAY: Final = r"(?:[a-z]{3,9},? )?"
_YEAR: Final = r"(?P<year>\d{4})"
_FORMS: Final = tuple(
    re.compile(form + _TIME, re.ASCII | re.IGNORECASE)
    for form in (
        rf"{_YEAR}([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)",
        rf"{_WEEKDAY}{_DAY}[ -]{_NAME},?[ -]{_YEAR}",
        rf"{_WEEKDAY}{_NAME} {_DAY},? {_YEAR}",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\." + _YEAR,
    )
)
_MONTH_ALONE: Final = re.compile(rf"{_YEAR}(?:[-/.](?P<month>\d{{1,2}}))?", re.ASCII)
_NOTHING: Final = "1970-01-01"  # what a program writes that knows no date


def iso_date(text: str) -> str | None:
    """Return a date in ISO 8601, as exact as it is written, if it is one and can be true.

    >>> iso_date("Thu, 1 Jan 2026 12:00:00 +0100")
    '2026-01-01T11:00:00Z'
    >>> iso_date("2026/1/2")
    '2026-01-02'
    """
    text = " ".join(text[: MAX_LENGTH + 1].split())
    if len(text) > MAX_LENGTH:
        return None
    for form in _FORMS:
        if match := form.fullmatch(text):
            return _moment(match)
    match = _MONTH_ALONE.fullmatch(text)
    return _month(match) if match else None


def _moment(match: re.Match[str]) -> str | None:
    part = match.groupdict()
    name = part.get("name")
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(part["month"])
    year, day = int(part["year"]), int(part["day"])
    try:
        if part["hour"] is None:
            written = date(year, month, day).isoformat()
        else:
            hour, minute, second = (int(part[unit] or 0) for unit in ("hour", "minute", "second"))
            # A leap second is counted as the one before it: `datetime` knows none.
            time = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(part))
            written = _text(time)
    except (ValueError, OverflowError):
        return None
    return written if _is_plausible(year) and not written.startswith(_NOTHING) else None


def _zone(part: dict[str, str | None]) -> timezone | None:
    if not part["zone"]:
        return None
    hours, minutes = int(part["offset"] or 0), int(part["rest"] or 0)
    sign = -1 if (part["offset"] or "").startswith("-") else 1
    return timezone(timedelta(hours=hours, minutes=sign * minutes))


def _text(time: datetime) -> str:
    if time.tzinfo is None:
        return time.isoformat()
    return time.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _month(match: re.Match[str]) -> str | None:
    year, month = match["year"], match["month"]
    if not _is_plausible(int(year)):
        return None
    if month is None:
        return year
    return f"{year}-{int(month):02}" if 1 <= int(month) <= len(_MONTHS) else None


def _is_plausible(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR

"""What we believe of a link over time, given one more look at it.

Every transition of `LinkState` is in this file. It never asks what time it is; the look says.

| look | needed to call the link broken |
|---|---|
| broken, certain (404, gone …) | one look |
| broken, name does not exist | two looks |
| broken, likely | `likely_looks` spanning `likely_hours` |
| failing | `failing_looks` spanning `failing_hours` |
| ok, redirected | healthy at once |
| blocked, unsafe, skipped, invalid | nothing changes |
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from crawler.model import Confidence, Health, LinkState, Observation, Outcome, Verdict
from crawler.settings import HealthSettings

_GOOD: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_BAD: Final = frozenset({Outcome.BROKEN, Outcome.FAILING})


def advance(state: LinkState | None, look: Observation, settings: HealthSettings) -> LinkState:
    """Return what we believe after one more look. Pure; the fold of a history is its state."""
    before = state or LinkState(look.url, Health.UNKNOWN, look.at, look.at)
    if look.verdict.outcome in _GOOD:
        after = replace(
            before, health=Health.HEALTHY, last_ok_at=look.at, failing_since=None, bad_looks=0
        )
    elif look.verdict.outcome in _BAD:
        after = _after_bad(before, look, settings)
    else:
        after = before
    since = before.since if after.health is before.health else look.at
    return replace(after, since=since, checked_at=look.at)


def _after_bad(before: LinkState, look: Observation, settings: HealthSettings) -> LinkState:
    failing_since = min(before.failing_since or look.at, look.at)  # clocks may have gone back
    bad_looks = before.bad_looks + 1
    confirmed = before.health is Health.BROKEN or _confirms(
        look.verdict, bad_looks, look.at - failing_since, settings
    )
    return replace(
        before,
        health=Health.BROKEN if confirmed else Health.SUSPECT,
        failing_since=failing_since,
        bad_looks=bad_looks,
    )


def _confirms(verdict: Verdict, looks: int, span: timedelta, settings: HealthSettings) -> bool:
    if verdict.outcome is Outcome.FAILING:
        needed, hours = settings.failing_looks, settings.failing_hours
    elif verdict.confidence is Confidence.LIKELY:
        needed, hours = settings.likely_looks, settings.likely_hours
    else:
        needed, hours = (2 if verdict.reason == "dns-not-found" else 1), 0.0
    return looks >= needed and span >= timedelta(hours=hours)


def days_between(start: datetime, end: datetime) -> int:
    """Return whole days from one moment to a later one; never negative."""
    return max(0, (end - start).days)

"""What we believe of a link over time, given one more look at it.

Every transition of `LinkState` is in this file. It never asks what time it is; the look says.

| look | needed to call the link broken |
|---|---|
| broken, certain (404, gone …) | one look |
| broken, name does not exist | two looks that call it broken |
| broken, likely | `likely_looks` that call it broken, spanning `likely_hours` |
| failing | `failing_looks` bad ones spanning `failing_hours` |
| ok, redirected | healthy at once |
| blocked, unsafe, skipped, invalid | nothing changes |
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from crawler.model import Confidence, Health, LinkState, Observation, Outcome, Verdict
from crawler.settings import HealthSettings

_GOOD: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_BAD: Final = frozenset({Outcome.BROKEN, Outcome.FAILING})


def advance(state: LinkState | None, look: Observation, settings: HealthSettings) -> LinkState:
    """Return what we believe after one more look. Pure; the fold of a history is its state."""
    before = state or LinkState(look.url, Health.UNKNOWN, look.at, look.at)
    if look.verdict.outcome in _GOOD:
        after = LinkState(before.url, Health.HEALTHY, before.since, look.at, last_ok_at=look.at)
    elif look.verdict.outcome in _BAD:
        after = _after_bad(before, look, settings)
    else:
        after = before
    since = before.since if after.health is before.health else look.at
    return replace(after, since=since, checked_at=look.at)


def _after_bad(before: LinkState, look: Observation, settings: HealthSettings) -> LinkState:
    failing_since = min(before.failing_since or look.at, look.at)  # clocks may have gone back
    after = replace(before, failing_since=failing_since, bad_looks=before.bad_looks + 1)
    if look.verdict.outcome is Outcome.BROKEN:
        broken_since = min(before.broken_since or look.at, look.at)
        after = replace(after, broken_since=broken_since, broken_looks=before.broken_looks + 1)
    confirmed = before.health is Health.BROKEN or _confirms(after, look, settings)
    return replace(after, health=Health.BROKEN if confirmed else Health.SUSPECT)


def _confirms(state: LinkState, look: Observation, settings: HealthSettings) -> bool:
    if look.verdict.outcome is Outcome.FAILING:  # any bad look speaks for it
        looks, since = state.bad_looks, state.failing_since
        needed, hours = settings.failing_looks, settings.failing_hours
    else:  # only looks that called it broken do
        looks, since = state.broken_looks, state.broken_since
        needed, hours = _needed(look.verdict, settings)
    return looks >= needed and look.at - (since or look.at) >= timedelta(hours=hours)


def _needed(verdict: Verdict, settings: HealthSettings) -> tuple[int, float]:
    if verdict.confidence is Confidence.LIKELY:
        return settings.likely_looks, settings.likely_hours
    return (2 if verdict.reason == "dns-not-found" else 1), 0.0

"""What we believe of a link over time, given one more look at it.

Every transition of `LinkState` is in this file. It never asks what time it is; the look says.

| look | needed to call the link broken |
|---|---|
| broken, certain (404, gone …) | one look |
| broken, name does not exist | two looks that call it broken |
| broken, likely | `likely_looks` that call it broken, spanning `likely_hours` |
| failing | `failing_looks` bad ones spanning `failing_hours` |
| any of these, of a flaky link | `flaky_looks` bad ones in a row, and then as any other link |
| ok, redirected | neither suspect nor broken any more |
| blocked, unsafe, skipped, invalid | nothing changes but when we looked, and what came of it |

| believed | while |
|---|---|
| broken | it was confirmed, and no look has been good since |
| flaky | good and bad took turns `flaky_turns` times in `TRAIL` looks, until `flaky_looks` agree |
| drifted | `likely_looks` good ones spanning `likely_hours` found another page (`drift.py`) |
| suspect | the latest look of the upper rows was bad |
| healthy | it was good |
| unknown | there was none |

The first that applies counts. A drift ends with the first good look that finds the page that was
known, or with somebody's word that the page is what it should be (`accepted`). A broken link that
another page comes back on is healthy and still keeps its streak of bad looks, until it is known
whose page that is (`returns_as_another`): the next bad look finds it broken as before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from crawler.drift import has_drifted, sketch_of, tells_as_much
from crawler.model import Confidence, Health, LinkState, Observation, Outcome, Sketch
from crawler.settings import HealthSettings
from crawler.trail import longer, returns_as_another, turns

Drift: TypeAlias = tuple[Sketch | None, datetime | None, int]
"""What was known of a page, since when it is another, and on how many looks."""

_GOOD: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_BAD: Final = frozenset({Outcome.BROKEN, Outcome.FAILING})


def advance(state: LinkState | None, look: Observation, settings: HealthSettings) -> LinkState:
    """Return what we believe after one more look. Pure; the fold of a history is its state."""
    before = state or LinkState(look.url, Health.UNKNOWN, look.at, look.at)
    if look.verdict.outcome in _GOOD:
        after = _after_good(before, look, settings)
    elif look.verdict.outcome in _BAD:
        after = _after_bad(before, look, settings)
    else:
        after = before
    since = before.since if after.health is before.health else look.at
    return replace(after, since=since, checked_at=look.at, outcome=look.verdict.outcome)


def accepted(state: LinkState, at: datetime, latest: Sketch | None) -> LinkState:
    """Return what we believe once somebody has said that what a page is now is right.

    `latest`: what the page was like at the last good look.
    """
    if returns_as_another(state):
        state = replace(state, failing_since=None, bad_looks=0, broken_since=None, broken_looks=0)
    known = replace(state, known=latest or state.known, drift_since=None, drift_looks=0)
    if state.health is not Health.DRIFTED:
        return known
    return replace(known, health=Health.SUSPECT if state.bad_looks else Health.HEALTHY, since=at)


def fold(
    looks: Iterable[Observation], accepted_at: Sequence[datetime], settings: HealthSettings
) -> LinkState | None:
    """Return what all looks at a link come to; None without any.

    Both are in order. A word counts after the looks of its own moment.
    """
    state: LinkState | None = None
    for _, state in steps(looks, accepted_at, settings):  # noqa: B007 - the last is what counts
        pass
    return state


def steps(
    looks: Iterable[Observation], accepted_at: Sequence[datetime], settings: HealthSettings
) -> Iterator[tuple[Observation | datetime, LinkState]]:
    """Yield each look, or word, with what we believed once it was counted, as `fold` does."""
    state: LinkState | None = None
    latest: Sketch | None = None
    words = list(reversed(accepted_at))
    for look in looks:
        while state and words and words[-1] < look.at:
            at = words.pop()
            state = accepted(state, at, latest)
            yield at, state
        state = advance(state, look, settings)
        yield look, state
        if look.verdict.outcome in _GOOD:
            latest = sketch_of(look) or latest
    while state and words:
        at = words.pop()
        state = accepted(state, at, latest)
        yield at, state


def _after_good(before: LinkState, look: Observation, settings: HealthSettings) -> LinkState:
    known, drift_since, drift_looks = _compared(before, look)
    after = LinkState(
        before.url,
        Health.HEALTHY,
        before.since,
        look.at,
        last_ok_at=look.at,
        trail=longer(before.trail, "+"),
        known=known,
        drift_since=drift_since,
        drift_looks=drift_looks,
    )
    if _is_flaky(before, after.trail, settings):
        return replace(after, health=Health.FLAKY)
    if drift_looks and _enough(drift_looks, drift_since, look.at, _likely(settings)):
        return replace(after, health=Health.DRIFTED)
    if drift_looks and (before.health is Health.BROKEN or returns_as_another(before)):
        return replace(
            after,
            failing_since=before.failing_since,
            bad_looks=before.bad_looks,
            broken_since=before.broken_since,
            broken_looks=before.broken_looks,
        )
    return after


def _compared(before: LinkState, look: Observation) -> Drift:
    """Hold the page beside what was known of it."""
    known, now = before.known, sketch_of(look)
    if now is not None and known is not None and has_drifted(known, now):
        return known, min(before.drift_since or look.at, look.at), before.drift_looks + 1
    if now is not None and tells_as_much(now, known):
        return now, None, 0
    return known, before.drift_since, before.drift_looks  # neither what was known nor another


def _after_bad(before: LinkState, look: Observation, settings: HealthSettings) -> LinkState:
    broken_since, broken_looks = before.broken_since, before.broken_looks
    if look.verdict.outcome is Outcome.BROKEN:
        broken_since = min(broken_since or look.at, look.at)
        broken_looks += 1
    after = replace(
        before,
        trail=longer(before.trail, "-"),
        failing_since=min(before.failing_since or look.at, look.at),  # clocks may have gone back
        bad_looks=before.bad_looks + 1,
        broken_since=broken_since,
        broken_looks=broken_looks,
    )
    if before.health is Health.BROKEN or returns_as_another(before):
        return replace(after, health=Health.BROKEN)
    if _is_flaky(before, after.trail, settings):
        return replace(after, health=Health.FLAKY)
    if _confirms(after, look, settings):
        return replace(after, health=Health.BROKEN)
    drifted = before.health is Health.DRIFTED
    return replace(after, health=Health.DRIFTED if drifted else Health.SUSPECT)


def _is_flaky(before: LinkState, trail: str, settings: HealthSettings) -> bool:
    """Tell whether good and bad take turns. That begins at a turn, and lasts until looks agree."""
    if before.health is Health.FLAKY:
        latest = trail[-settings.flaky_looks :]
        return len(latest) < settings.flaky_looks or turns(latest) > 0
    return turns(trail[-2:]) > 0 and turns(trail) >= settings.flaky_turns


def _confirms(state: LinkState, look: Observation, settings: HealthSettings) -> bool:
    if look.verdict.outcome is Outcome.FAILING:  # any bad look speaks for it
        needed = (settings.failing_looks, settings.failing_hours)
        return _enough(state.bad_looks, state.failing_since, look.at, needed)
    # Only looks that called it broken do.
    needed = _needed(look, settings)
    return _enough(state.broken_looks, state.broken_since, look.at, needed)


def _needed(look: Observation, settings: HealthSettings) -> tuple[int, float]:
    if look.verdict.confidence is Confidence.LIKELY:
        return _likely(settings)
    return (2 if look.verdict.reason == "dns-not-found" else 1), 0.0


def _likely(settings: HealthSettings) -> tuple[int, float]:
    return settings.likely_looks, settings.likely_hours


def _enough(looks: int, since: datetime | None, now: datetime, needed: tuple[int, float]) -> bool:
    least, hours = needed
    return looks >= least and now - (since or now) >= timedelta(hours=hours)

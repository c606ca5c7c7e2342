"""When a link is to be looked at again, and which of several comes first.

| believed | looked at again after |
|---|---|
| nothing yet | no time at all |
| suspect, or drifting and not confirmed | a day |
| healthy | as long as it has been healthy so far, a day at least |
| broken | as long as it has been broken so far, a day at least and two weeks at most |
| flaky | two days |
| drifted | a week |

Where the latest look proved nothing, as it was blocked, it is half as long as none has proved
anything, a week at least, or a day for a suspect. `max_days` bounds all that.

Every link comes somewhat earlier, by a share of its own, so that links that were looked at together
part, and a nightly run that is some minutes early is no night late.
"""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import floor, log2
from typing import Final, assert_never

from crawler.model import Health, LinkState, Outcome
from crawler.settings import ScheduleSettings
from crawler.urls import Url

_DAY: Final = timedelta(days=1)
_FLAKY: Final = timedelta(days=2)
_WEEK: Final = timedelta(days=7)
_FORTNIGHT: Final = timedelta(days=14)

# Shares of an interval. Those of a day, 18 to 22.8 hours, let a nightly run be an hour early, and
# have an hourly one ask twice a day at most.
_LATEST: Final = 0.95
_SPREAD: Final = 0.2
_SOONEST: Final = 0.75 * 86_400  # seconds

_PROVES_NOTHING: Final = frozenset({
    Outcome.BLOCKED, Outcome.INVALID, Outcome.SKIPPED, Outcome.UNSAFE,
})  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_END: Final = datetime.max.replace(tzinfo=UTC)
_ROOM: Final = timedelta(days=2)  # more than any two time zones are apart

_NEW: Final = 0
_PENDING: Final = 1
# Links that are overdue by the same eighth of a doubling of their interval are alike: so those of
# one host can be looked at one after the other.
_STEPS: Final = 8
_MOST_STEPS: Final = 100


def is_due(state: LinkState | None, now: datetime, settings: ScheduleSettings) -> bool:
    """Tell whether a link is to be looked at now.

    It is as if nothing were known where the last look lies ahead: a clock has jumped since.
    """
    return state is None or state.checked_at > now or due_at(state, settings) <= now


def due_at(state: LinkState, settings: ScheduleSettings) -> datetime:
    """Return from when on a link is to be looked at again, counted from its latest look."""
    longest = timedelta(days=settings.max_days)
    interval = min(_interval(state, longest), longest)
    if state.checked_at > _END - _ROOM - interval:  # no clock has ever said so
        return _END
    seconds = interval.total_seconds()  # numbers, for of these there are many
    latest = seconds * _LATEST
    # Who need not be asked more often has one time of the whole cycle for its own.
    settled = state.health is Health.HEALTHY and interval == longest
    cycle = latest if settled else seconds * _SPREAD
    at = (state.checked_at - _EPOCH).total_seconds() + latest
    early = (at - cycle * _share(state.url)) % cycle
    return state.checked_at + timedelta(seconds=max(latest - early, _SOONEST))


def rank(state: LinkState | None, now: datetime, settings: ScheduleSettings) -> int:
    """Return how long a link may wait, the lowest first.

    New ones come first, then those of which something is suspected, then those that are the most
    overdue for their interval.
    """
    if state is None or state.checked_at > now:
        return _NEW
    if _is_pending(state):
        return _PENDING
    interval = max((due_at(state, settings) - state.checked_at).total_seconds(), _SOONEST)
    late = (now - state.checked_at).total_seconds() / interval
    steps = floor(_STEPS * log2(max(late, 1 / _STEPS)))
    return _PENDING + 1 + _MOST_STEPS - min(steps, _MOST_STEPS)


def _interval(state: LinkState, longest: timedelta) -> timedelta:
    so_far = state.checked_at - state.since
    if state.outcome in _PROVES_NOTHING:
        return _without_proof(state, longest)
    if _is_pending(state):
        return _DAY
    match state.health:
        case Health.HEALTHY | Health.BROKEN:
            most = _FORTNIGHT if state.health is Health.BROKEN else longest
            return min(max(so_far, _DAY), most)
        case Health.FLAKY:
            return _FLAKY
        case Health.DRIFTED:
            return _WEEK
        case Health.UNKNOWN | Health.SUSPECT:
            return _DAY
        case never:
            assert_never(never)


def _is_pending(state: LinkState) -> bool:
    """Tell whether more looks are to confirm what one has seen."""
    drifts = state.drift_since is not None and state.health is Health.HEALTHY
    return drifts or state.health is Health.SUSPECT


def _without_proof(state: LinkState, longest: timedelta) -> timedelta:
    if state.health is Health.UNKNOWN and state.outcome is not Outcome.BLOCKED:
        return longest
    since = state.since
    proved = max(since, state.last_ok_at or since, state.failing_since or since)
    least = _DAY if state.health is Health.SUSPECT else _WEEK
    return max((state.checked_at - proved) / 2, least)


def _share(url: Url) -> float:
    """Return a number from 0 to 1 that is as good as drawn, and always the same for a URL."""
    return int.from_bytes(blake2b(str(url).encode(), digest_size=6).digest()) / 2**48

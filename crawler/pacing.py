"""Politeness: may we ask this host now? How often can it bear it?

Holds state, performs nothing. The caller says what time it is and does the waiting. A turn is
booked when it is taken, not when it is wished for: a request that waits elsewhere in between
cannot spoil the interval.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, TypeAlias

START_INTERVAL: Final = 0.05
"""Seconds between the first requests to a host that nothing is known of."""
MAX_INTERVAL: Final = 10.0

_QUICKER: Final = 0.8
_SLOWER: Final = 1.25
_ENOUGH_ANSWERS: Final = 5
# So many good answers in a row, and it is tried whether the host bears a little more.
_LONG_TIME: Final = 8
_A_LITTLE: Final = 0.9
_SMOOTHING: Final = 0.2
# A host is laden when answers take much longer than its best ones: by factor and by seconds.
_LADEN_FACTOR: Final = 3.0
_LADEN_SECONDS: Final = 0.25
_LADEN_INTERVAL: Final = 1.0

Known: TypeAlias = tuple[float, float, float, int, float, float, float]
"""What is known of one host, in seconds, with moments as seconds from now."""


@dataclass(slots=True)
class _Pace:
    interval: float
    least: float
    free_at: float = 0.0
    answers: int = 0
    complained_at: float = -math.inf
    best: float = math.inf
    usual: float = 0.0

    def slow_down(self, now: float) -> None:
        """Ask about as often as it has answered since it complained before, or half as often.

        That finds what a host bears in few steps, whatever it counts by: buckets, windows.
        """
        since = now - self.complained_at
        known = self.answers >= _ENOUGH_ANSWERS and math.isfinite(since)
        slower = since / self.answers * _A_LITTLE if known else self.interval * 2
        self.interval = max(self.interval, min(max(slower, START_INTERVAL), MAX_INTERVAL))
        self.complained_at, self.answers = now, 0

    def speed_up(self) -> None:
        """Ask a little more often: with every answer, unless it has complained."""
        self.answers += 1
        if math.isinf(self.complained_at):
            self.interval = max(self.least, self.interval * _QUICKER)
        elif self.answers % _LONG_TIME == 0:
            self.interval = max(self.least, self.interval * _A_LITTLE)


@dataclass(slots=True)
class Pacer:
    """When each host may be asked next.

    `delay`: least seconds between two requests to one host. The interval begins above it, shrinks
    to it while the host is well, and grows when it complains or gets slow.

    `sharers`: how many ask a host at the same time without knowing of each other, us included. Each
    is so much slower, so that all together are as polite as one.
    """

    delay: float
    sharers: Callable[[str], int] = lambda _: 1
    _paces: dict[str, _Pace] = field(default_factory=dict)

    def take_turn(self, host: str, now: float) -> float:
        """Take the host's turn and return 0, or return how many seconds to wait for it."""
        pace = self._pace(host)
        if now < pace.free_at:
            return pace.free_at - now
        pace.free_at = now + pace.interval
        return 0.0

    def interval(self, host: str) -> float:
        """Return how many seconds lie between two turns of the host as it is now."""
        return self._pace(host).interval

    def back_off(self, host: str, now: float, seconds: float) -> None:
        """Leave the host alone for a while. Nonsense (negative, not a number) is no while."""
        if math.isfinite(seconds) and seconds > 0:
            pace = self._pace(host)
            pace.free_at = max(pace.free_at, now + seconds)

    def keep_apart(self, host: str, seconds: float) -> None:
        """Take in how many seconds a host wants between two requests at least."""
        pace = self._pace(host)
        pace.least = max(pace.least, seconds)
        pace.interval = max(pace.interval, pace.least)

    def answered(self, host: str, seconds: float) -> None:
        """Take in that the host answered well, and how long that took."""
        pace = self._pace(host)
        pace.usual += (seconds - pace.usual) * (_SMOOTHING if pace.usual else 1.0)
        pace.best = min(pace.best, pace.usual)
        if pace.usual > pace.best * _LADEN_FACTOR + _LADEN_SECONDS:
            self.strained(host)
        else:
            pace.speed_up()

    def strained(self, host: str) -> None:
        """Take in that the host has trouble (slow answers, 503): a little slower, for now."""
        pace = self._pace(host)
        slower = max(pace.interval, START_INTERVAL) * _SLOWER
        pace.interval = max(pace.interval, min(slower, _LADEN_INTERVAL))

    def complained(self, host: str, asked_at: float, now: float) -> None:
        """Take in that the host says we ask too often (429).

        Requests that were under way when it said so the last time say nothing new.
        """
        pace = self._pace(host)
        if asked_at >= pace.complained_at:
            pace.slow_down(now)

    def handed_over(self, now: float) -> Mapping[str, Known]:
        """Return what is known of the hosts' pace, for whoever asks them next, by another clock."""
        return {
            host: (
                pace.interval, pace.least, pace.free_at - now, pace.answers,
                pace.complained_at - now, pace.best, pace.usual,
            )
            for host, pace in self._paces.items()
        }  # fmt: skip

    def take_over(self, known: Mapping[str, Known], now: float) -> None:
        """Go on from what somebody else knew, whose turn it was before."""
        for host, (interval, least, free_in, answers, complained, *times) in known.items():
            self._paces[host] = _Pace(
                interval, least, now + free_in, answers, now + complained, *times
            )

    def _pace(self, host: str) -> _Pace:
        if host not in self._paces:
            sharers = self.sharers(host)
            start = max(self.delay, min(START_INTERVAL, self.delay * 10))
            self._paces[host] = _Pace(start * sharers, self.delay * sharers)
        return self._paces[host]


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read `Retry-After`, seconds or date (RFC 9110 §10.2.3); None if there is none to be read.

    A date is relative to the answer's own `Date`, so that a wrong clock does no harm.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    then, start = _date(value), _date(headers.get("date", "")) or now
    return max(0.0, (then - start).total_seconds()) if then else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)

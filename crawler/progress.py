"""How far a run is: one line that changes on a terminal, else a plain line now and then.

What is left is told by how the last links came, and goes up while none come: a few silent hosts
may take longer than all that was before.
"""

import asyncio
import sys
from collections import Counter, deque
from typing import Final, Self

from crawler.breadth import breadth, cut_end
from crawler.clock import Clock
from crawler.model import Observation, Outcome
from crawler.streams import columns_of, takes_codes
from crawler.terminal import lift, say, stand

_REDRAWN: Final = 0.1
_TICK: Final = 1.0
# Lines of a log come ever less often: after so many seconds, or so much of the time so far.
_LINE_SECONDS: Final = 5.0
_LINE_SHARE: Final = 0.1
_LINE_MOST: Final = 60.0
_RECENT: Final = 100
_FEWEST: Final = 5
_BAR: Final = 20
_MINUTES: Final = 120  # more seconds than that are told as minutes, and more of those as hours


class Progress:
    """Tells how far a run is. Use it as a context manager, in a running loop or without any."""

    def __init__(self, total: int, clock: Clock, *, shown: bool) -> None:
        self._total = total
        self._clock = clock
        self._shown = shown and total > 0
        self._stands = False
        self._counts: Counter[Outcome] = Counter()
        self.ahead: Counter[Outcome] = Counter()
        """Looks that have been had elsewhere, and will be taken later."""
        self._begun = self._told = clock.monotonic()
        self._recent: deque[float] = deque([self._begun], maxlen=_RECENT)
        self._ticking: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._stands = self._shown and takes_codes(sys.stderr)
        if self._stands:
            self._draw()
        if self._shown:
            self._tick()
        return self

    def __exit__(self, *_: object) -> None:
        if self._ticking:
            self._ticking.cancel()
        if self._stands:
            lift()

    def expect(self, links: int) -> None:
        """Take in that more links were found, or that fewer are to be asked."""
        self._total += links

    def take(self, look: Observation) -> None:
        """Count one more look."""
        self._counts[look.verdict.outcome] += 1
        self._recent.append(self._clock.monotonic())
        self._tell()

    def line(self) -> str:
        """Return how far the run is, in one line."""
        done, left = self._done(), self._left()
        left = f", {left} left" if left else ""
        return f"{done:,} of {self._total:,} links, {self._rate():.1f}/s{left}: {self._words()}"

    def _tell(self) -> None:
        now = self._clock.monotonic()
        if self._stands and now - self._told >= _REDRAWN:
            self._draw()
        if self._shown and not self._stands:
            share = _LINE_SHARE * (now - self._begun)
            if now - self._told >= min(max(_LINE_SECONDS, share), _LINE_MOST):
                self._told = now
                say(self.line())

    def _tick(self) -> None:
        """Tell it each second too, as long as there is a loop: nothing may come for a while."""
        if self._ticking:
            self._tell()
        try:
            self._ticking = asyncio.get_running_loop().call_later(_TICK, self._tick)
        except RuntimeError:  # there is none
            self._ticking = None

    def _draw(self) -> None:
        self._told = self._clock.monotonic()
        columns = columns_of(sys.stderr)
        stand(self._fitting(columns - 1), columns)

    def _fitting(self, width: int) -> str:
        """Return as much as fits one line; what matters least goes first."""
        done, left = self._done(), self._left()
        told = f"{done:,}/{self._total:,}"
        rate, words = f"{self._rate():.1f}/s", self._words()
        for pieces in (
            (self._bar(), told, rate, left, words),
            (told, rate, left, words),
            (told, left, words),
            (told, left),
        ):
            line = "  ".join(filter(None, pieces))
            if breadth(line) <= width:
                return line
        return cut_end(told, width)

    def _bar(self) -> str:
        done = _BAR * self._done() // max(self._total, 1)
        return ("━" * min(done, _BAR)).ljust(_BAR, "─")

    def _done(self) -> int:
        return self._counts.total() + self.ahead.total()

    def _rate(self) -> float:
        return self._done() / max(self._clock.monotonic() - self._begun, 0.001)

    def _left(self) -> str:
        """Return how much time is left, by how the last links came; nothing while few did."""
        left = self._total - self._done()
        if left <= 0 or self._done() < _FEWEST:
            return ""
        if self.ahead:  # by name, be it none at the moment: they come many at once
            return _spoken(left / self._rate())
        took = self._clock.monotonic() - self._recent[0]
        return _spoken(left * took / (len(self._recent) - 1))

    def _words(self) -> str:
        counts = self._counts + self.ahead
        found = (f"{counts[one]:,} {one}" for one in Outcome if counts[one])
        return ", ".join(found)


def _spoken(seconds: float) -> str:
    """Say how long something takes, no more exactly than anybody can know.

    >>> _spoken(95.2), _spoken(150), _spoken(3 * 3600)
    ('about 96 s', 'about 3 min', 'about 3 h')
    """
    if seconds <= _MINUTES:
        return f"about {-(-seconds // 1):.0f} s"
    minutes = -(-seconds // 60)
    return f"about {minutes:.0f} min" if minutes <= _MINUTES else f"about {-(-minutes // 60):.0f} h"

"""Politeness: may we ask this host now?

Holds state, performs nothing. The caller says what time it is and does the waiting. A turn is
booked when it is taken, not when it is wished for: a request that waits elsewhere in between
cannot spoil the delay.
"""

import math
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pacer:
    """When each host may be asked next. `delay`: seconds between two requests to one host."""

    delay: float
    _free_at: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def take_turn(self, host: str, now: float) -> float:
        """Take the host's turn and return 0, or return how many seconds to wait for it."""
        free_at = self._free_at[host]
        if now < free_at:
            return free_at - now
        self._free_at[host] = now + self.delay
        return 0.0

    def back_off(self, host: str, now: float, seconds: float) -> None:
        """Leave the host alone for a while. Nonsense (negative, not a number) is no while."""
        if math.isfinite(seconds) and seconds > 0:
            self._free_at[host] = max(self._free_at[host], now + seconds)

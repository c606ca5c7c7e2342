"""Slots: how many may do something at once, and who is the next."""

import asyncio
from heapq import heappop, heappush
from itertools import count


class Slots:
    """So many slots. Who has more to do behind it goes first; among equals, who came first."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._numbers = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    async def acquire(self, behind: int) -> None:
        """Wait for a slot. `behind`: how much else waits for this to be done."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (-behind, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it had the slot already
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back."""
        while self._waiting:
            turn = heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

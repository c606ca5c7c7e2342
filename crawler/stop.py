"""A way to end a run early and in order."""

import asyncio


class Stop:
    """Asked by a signal or by the clock. `reason`: the code for links not asked any more."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.reason: str | None = None

    def ask(self, reason: str) -> None:
        """Ask for the end; the first reason counts."""
        self.reason = self.reason or reason
        self._asked.set()

    async def wait(self) -> None:
        """Wait until somebody asks."""
        await self._asked.wait()

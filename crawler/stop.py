"""A way to end a run early and in order."""

import asyncio
from collections.abc import Coroutine


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


async def first_of(*works: Coroutine[None, None, object]) -> None:
    """Wait until one of several ends, and give the others up."""
    async with asyncio.TaskGroup() as tasks:
        working = [tasks.create_task(work) for work in works]
        await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        for task in working:
            task.cancel()

"""A second attempt beside a first one that is silent, so that two cost the time of one.

Whatever is still under way when there is a result is given up.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def race(
    attempt: Callable[[], Coroutine[None, None, T]],
    other: Callable[[], Coroutine[None, None, T]],
    good: Callable[[T], bool],
    seconds: float,
    second_after: float,
) -> T | None:
    """Attempt it one way, and the other way too if there is no result after `second_after` seconds.

    Returns the first good result; without any, a bad one; None if there was none within `seconds`.
    """
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + seconds
    results: list[T] = []
    rivals: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as tasks:
        limit = asyncio.timeout(None)  # until there is a rival: one timer is enough for most

        async def rival() -> None:
            results.append(await other())
            if good(results[-1]) and not limit.expired() and not timer.cancelled():
                limit.reschedule(loop.time())  # the first one need not go on

        def halfway() -> None:
            limit.reschedule(ends_at)
            if second_after < seconds:
                rivals.append(tasks.create_task(rival()))

        timer = loop.call_later(second_after, halfway)
        try:
            with suppress(TimeoutError):
                async with limit:
                    results.append(await attempt())  # in this very task: nearly always alone
        finally:
            timer.cancel()
        if rivals and not any(map(good, results)):
            await asyncio.wait(rivals, timeout=max(0.0, ends_at - loop.time()))
        for racer in rivals:
            racer.cancel()
    return next(filter(good, results), results[-1] if results else None)

"""Slots are given to whom most waits for."""

import asyncio

import pytest

from crawler.slots import Slots


async def test_no_more_than_so_many_at_once_and_the_longest_queue_first() -> None:
    slots, order, now, most = Slots(2), [], 0, 0

    async def work(name: str, behind: int) -> None:
        nonlocal now, most
        await slots.acquire(behind)
        now, most = now + 1, max(most, now + 1)
        order.append(name)
        await asyncio.sleep(0)
        now -= 1
        slots.release()

    given = [("a", 0), ("b", 0), ("c", 0), ("d", 5), ("e", 0), ("f", 9)]
    await asyncio.gather(*(work(*each) for each in given))
    assert most == 2
    assert order == ["a", "b", "f", "d", "c", "e"]


@pytest.mark.parametrize("had", [True, False])
async def test_who_gives_up_waiting_loses_no_slot(had: bool) -> None:
    slots = Slots(1)
    await slots.acquire(0)
    waiting = asyncio.create_task(slots.acquire(0))
    await asyncio.sleep(0)
    if had:
        slots.release()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    if not had:
        slots.release()
    async with asyncio.timeout(5):
        await slots.acquire(0)

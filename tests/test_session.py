"""One call of a command: what comes out of work that many tasks do."""

import asyncio

import pytest

from crawler.awaiting import awaited
from crawler.errors import SettingsError


async def fails(error: Exception) -> None:
    raise error


async def nested(error: Exception) -> None:
    async with asyncio.TaskGroup() as outer, asyncio.TaskGroup() as inner:
        inner.create_task(fails(error))
        outer.create_task(asyncio.sleep(5))


def test_what_the_operator_did_wrong_is_raised_by_itself() -> None:
    with pytest.raises(SettingsError, match="a pattern"):
        awaited(nested(SettingsError("a pattern")))


def test_a_mistake_of_ours_stays_what_it_is() -> None:
    with pytest.raises(ExceptionGroup):
        awaited(nested(ZeroDivisionError()))

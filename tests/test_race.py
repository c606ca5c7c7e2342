"""Two attempts in the time of one."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator

import pytest

from crawler.race import race

Attempt = Callable[[], Coroutine[None, None, str]]


def attempts(*scripts: tuple[float, str]) -> tuple[Attempt, list[str]]:
    """Each attempt takes so many seconds and comes to so much; returns what was given up, too."""
    waiting: Iterator[tuple[float, str]] = iter(scripts)
    ended: list[str] = []

    async def attempt() -> str:
        seconds, result = next(waiting)
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            ended.append(f"{result} given up")
            raise
        ended.append(result)
        return result

    return attempt, ended


def good(result: str | None) -> bool:
    return result is not None and result.startswith("good")


@pytest.mark.parametrize(
    ("scripts", "result", "ended"),
    [
        ([(0, "good")], "good", ["good"]),
        ([(0, "bad")], "bad", ["bad"]),
        ([(60, "good"), (0, "good2")], "good2", ["good2", "good given up"]),
        ([(0.1, "good"), (60, "good2")], "good", ["good", "good2 given up"]),
        ([(0.1, "bad"), (0.1, "good2")], "good2", ["bad", "good2"]),
        ([(60, "good"), (0, "bad2")], "bad2", ["bad2", "good given up"]),
        ([(0.1, "bad"), (60, "good2")], "bad", ["bad", "good2 given up"]),
        ([(60, "good"), (60, "good2")], None, ["good given up", "good2 given up"]),
    ],
)
async def test_the_first_good_result_wins(
    scripts: list[tuple[float, str]], result: str | None, ended: list[str]
) -> None:
    attempt, seen = attempts(*scripts)
    begun = time.monotonic()
    won: str | None = await race(attempt, attempt, good, 0.3, 0.05)
    assert won == result
    assert time.monotonic() - begun < 30
    assert seen == ended


async def test_without_a_second_attempt_the_first_has_all_the_time() -> None:
    attempt, seen = attempts((60, "good"))
    assert await race(attempt, attempt, good, 0.05, 0.05) is None
    assert seen == ["good given up"]


async def test_who_gives_up_the_race_gives_up_both() -> None:
    attempt, seen = attempts((60, "good"), (60, "good2"))
    racing = asyncio.create_task(race(attempt, attempt, good, 60, 0.01))
    await asyncio.sleep(0.1)
    racing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await racing
    assert sorted(seen) == ["good given up", "good2 given up"]


async def test_a_bug_in_an_attempt_is_shown() -> None:
    async def attempt() -> str:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        await race(attempt, attempt, good, 1, 0.5)

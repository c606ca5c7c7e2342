"""Happy eyeballs (RFC 8305 §5): several addresses of one host are tried, the first to connect wins.

Attempts start a moment after each other, or at once when the one before has failed; whatever is
still under way when one has connected is given up and closed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import httpcore

from crawler.obstacles import causes

STAGGER: Final = 0.25  # RFC 8305 §8: "Connection Attempt Delay"

Stream: TypeAlias = httpcore.AsyncNetworkStream
_FAILED: Final = (httpcore.ConnectError, httpcore.ConnectTimeout)


@dataclass(frozen=True, slots=True)
class Won:
    """The connection, where it leads, and the addresses that were tried before in vain.

    Each of these with its error, or None if it was merely silent until the race was over.
    """

    place: str
    stream: Stream
    lost: Mapping[str, BaseException | None]


async def first_to_connect(
    places: Sequence[str], connect: Callable[[str], Awaitable[Stream]], stagger: float = STAGGER
) -> Won:
    """Connect to the first of some addresses that lets us; raise the most telling error if none."""
    waiting = deque(places)
    attempts: dict[str, asyncio.Task[Stream]] = {}
    failed: dict[str, BaseException] = {}
    won: Won | None = None
    try:
        while won is None and (waiting or len(failed) < len(attempts)):
            if waiting:
                place = waiting.popleft()
                attempts[place] = asyncio.create_task(_awaited(connect(place)))  # ended below
            running = [task for place, task in attempts.items() if place not in failed]
            patience = stagger if waiting else None
            await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            won = _winner(attempts, failed)
    finally:
        try:
            await _give_up(
                each for place, each in attempts.items() if not won or place != won.place
            )
        except asyncio.CancelledError:  # the winner is wanted by nobody any more
            if won is not None:
                await won.stream.aclose()
            raise
    if won is None:
        raise _most_telling(list(failed.values()))
    return won


async def _awaited(connecting: Awaitable[Stream]) -> Stream:
    return await connecting


def _winner(
    attempts: Mapping[str, asyncio.Task[Stream]], failed: dict[str, BaseException]
) -> Won | None:
    """Return the first that has connected, if one has; note those that have failed."""
    for place, task in attempts.items():
        if place in failed or not task.done():
            continue
        error = task.exception()
        if error is None:
            lost = {other: failed.get(other) for other in attempts if other != place}
            return Won(place, task.result(), lost)
        if not isinstance(error, _FAILED):
            raise error
        failed[place] = error
    return None


async def _give_up(tasks: Iterable[asyncio.Task[Stream]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(outcome, BaseException):  # it connected at the very last moment
            await outcome.aclose()


def _most_telling(errors: Sequence[BaseException]) -> BaseException:
    """Prefer a refusal, which is an answer, to silence, and silence to having no way there."""
    refused = (error for error in errors if has_cause(error, ConnectionRefusedError))
    silent = (error for error in errors if isinstance(error, httpcore.ConnectTimeout))
    return next(refused, None) or next(silent, None) or errors[0]


def has_cause(error: BaseException, type_: type[OSError], *numbers: int) -> bool:
    """Tell whether an error goes back to one of a type, and with one of some numbers, if any."""
    return any(
        isinstance(cause, type_) and (not numbers or cause.errno in numbers)
        for cause in causes(error)
    )

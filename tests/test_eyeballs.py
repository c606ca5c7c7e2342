"""Happy eyeballs: the first address to connect wins, and nothing of the others is left."""

import asyncio

import httpcore
import pytest

from crawler.eyeballs import Won, first_to_connect

SILENT = "silent"


class FakeStream(httpcore.AsyncNetworkStream):
    def __init__(self, place: str) -> None:
        self.place = place
        self.closed = False

    async def aclose(self) -> None:
        self.closed = True


class Doors:
    """Addresses that open, stay silent or fail, by what they were told; and what was tried."""

    def __init__(self, **told: BaseException | str | asyncio.Event | None) -> None:
        self.told = told
        self.tried: list[str] = []
        self.given_up: list[str] = []
        self.opened: list[FakeStream] = []
        self.all_tried = asyncio.Event()

    async def __call__(self, place: str) -> FakeStream:
        self.tried.append(place)
        if len(self.tried) == len(self.told):
            self.all_tried.set()
        told = self.told[place]
        try:
            if isinstance(told, BaseException):
                raise told
            if told is SILENT:
                await asyncio.Event().wait()
            if isinstance(told, asyncio.Event):
                await told.wait()
        except asyncio.CancelledError:
            self.given_up.append(place)
            raise
        self.opened.append(FakeStream(place))
        return self.opened[-1]

    async def race(self, stagger: float = 0.01) -> Won:
        return await first_to_connect(list(self.told), self, stagger)


def refused() -> httpcore.ConnectError:
    error = httpcore.ConnectError("x")
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = ConnectionRefusedError(111, "x")
    return error


async def test_the_first_address_that_connects_at_once_is_the_only_one_asked() -> None:
    doors = Doors(a=None, b=None)
    won = await doors.race(stagger=60)
    assert (won.place, doors.tried, dict(won.lost)) == ("a", ["a"], {})


async def test_a_silent_first_address_costs_a_moment_and_is_given_up() -> None:
    doors = Doors(a=SILENT, b=None, c=None)
    won = await doors.race()
    assert (won.place, dict(won.lost)) == ("b", {"a": None})
    assert (doors.tried, doors.given_up) == (["a", "b"], ["a"])


async def test_a_failure_makes_the_next_start_at_once() -> None:
    error = refused()
    doors = Doors(a=error, b=None)
    won = await asyncio.wait_for(doors.race(stagger=60), 5)
    assert (won.place, dict(won.lost)) == ("b", {"a": error})


async def test_the_slow_one_may_win_after_all() -> None:
    ready = asyncio.Event()
    doors = Doors(a=ready, b=SILENT, c=refused())
    race = asyncio.create_task(doors.race(stagger=0))
    await doors.all_tried.wait()
    await asyncio.sleep(0.01)  # the last one has failed meanwhile
    ready.set()
    won = await race
    assert won.place == "a"
    assert won.lost["b"] is None
    assert doors.given_up == ["b"]


async def test_of_two_that_connect_at_the_same_time_one_is_closed() -> None:
    ready = asyncio.Event()
    doors = Doors(a=ready, b=ready)
    race = asyncio.create_task(doors.race(stagger=0))
    await doors.all_tried.wait()
    ready.set()
    won = await race
    assert [stream.place for stream in doors.opened if not stream.closed] == [won.place]
    assert len(doors.opened) == 2


@pytest.mark.parametrize("order", [["r", "t", "u"], ["u", "t", "r"], ["t", "u", "r"]])
async def test_if_none_connects_the_most_telling_error_is_told(order: list[str]) -> None:
    errors: dict[str, BaseException] = {
        "r": refused(),
        "t": httpcore.ConnectTimeout(),
        "u": httpcore.ConnectError(),
    }
    for among in (order, [name for name in order if name != "r"], ["u"]):
        with pytest.raises((httpcore.ConnectError, httpcore.ConnectTimeout)) as caught:
            await Doors(**{name: errors[name] for name in among}).race()
        assert caught.value is errors[min(among)]


async def test_a_bug_is_a_bug() -> None:
    with pytest.raises(ZeroDivisionError):
        await Doors(a=ZeroDivisionError(), b=None).race()


async def test_a_race_that_is_called_off_leaves_nothing_open() -> None:
    doors = Doors(a=SILENT, b=SILENT)
    race = asyncio.create_task(doors.race(stagger=0))
    await doors.all_tried.wait()
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    assert doors.given_up == ["a", "b"]


async def test_a_winner_that_nobody_wants_any_more_is_closed() -> None:
    opened, lingering = FakeStream("b"), asyncio.Event()

    async def connect(place: str) -> FakeStream:
        if place == "b":
            return opened
        try:
            await asyncio.Event().wait()
        finally:
            lingering.set()
            await asyncio.sleep(0.01)
        raise AssertionError

    racing = asyncio.create_task(first_to_connect(["a", "b"], connect, 0.001))
    await lingering.wait()
    racing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await racing
    assert opened.closed

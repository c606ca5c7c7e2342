"""A cluster whose workers are threads of this process, in the place of Dask's."""

import asyncio
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self, TypeVar

import pytest

from crawler import coordinator, worker
from crawler.parcels import Asked, Batch, Parcel, unpack_asked
from crawler.urls import Url

Hear = Callable[[int, Mapping[str, int]], None]
Thing = TypeVar("Thing", Parcel, Batch)


@dataclass
class Threads:
    """The workers, and what they were handed, in order.

    `before` and `after` are called around each shard that is looked at, and may raise.
    """

    slots: int = 2
    threads: int = 2
    before: Callable[[Parcel], None] = lambda _: None
    after: Callable[[Parcel, Batch], None] = lambda *_: None
    place: Callable[[Parcel], str] = lambda _: "here"
    """The machine that looks at a shard."""
    places: frozenset[str] = frozenset({"here"})
    shunned: set[str] = field(default_factory=set)
    deaf: bool = False
    """Whether they do not hear that a run is to end."""
    parcels: list[Parcel] = field(default_factory=list)
    batches: dict[int, Batch] = field(default_factory=dict)
    halted: list[str] = field(default_factory=list)
    out: int = 0
    most_out: int = 0
    open: bool = False
    run: str = ""

    def __call__(self, _settings: object, run: str, hear: Hear) -> Self:
        self.run, self._hear = run, hear
        self._free = asyncio.Semaphore(self.slots)
        return self

    async def __aenter__(self) -> Self:
        self.open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.open = False

    async def look_at(self, parcel: Parcel) -> Batch:
        assert self.open
        self.parcels.append(parcel)
        self.out += 1
        self.most_out = max(self.most_out, self.out)
        try:
            self.before(parcel)
            async with self._free:
                batch = await self._looked_at(parcel)
            batch = replace(batch, place=self.place(parcel))
            self.after(parcel, batch)
        finally:
            self.out -= 1
        self.batches[parcel.number] = batch
        return batch

    def shun(self, place: str) -> None:
        self.shunned.add(place)

    async def halt(self, reason: str) -> None:
        self.halted.append(reason)
        if not self.deaf:
            await asyncio.to_thread(worker.halt, self.run, reason)

    def tell(self, number: int, counts: Mapping[str, int]) -> None:
        self._hear(number, counts)

    async def _looked_at(self, parcel: Parcel) -> Batch:
        loop = asyncio.get_running_loop()

        def tell(counts: Mapping[str, int]) -> None:
            loop.call_soon_threadsafe(self._hear, parcel.number, dict(counts))

        batch = await asyncio.to_thread(worker.look_at, _sent(parcel), tell)
        return _sent(batch)


def _sent(thing: Thing) -> Thing:
    there: Thing = pickle.loads(pickle.dumps(thing))  # noqa: S301 - made in this line
    return there


async def until(condition: Callable[[], object]) -> None:
    """Wait for what comes about in another thread, or in what one asks."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - none of these knows of events
            await asyncio.sleep(0.01)


def links_in(parcel: Parcel) -> list[Asked]:
    return list(unpack_asked(parcel.links))


def urls_in(parcel: Parcel) -> list[Url]:
    return [each.link.url for each in links_in(parcel)]


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Threads:
    """Let shards be looked at by threads; small ones, for there are few links."""
    workers: Final = Threads()
    monkeypatch.setattr(coordinator, "Cluster", workers)
    monkeypatch.setattr("crawler.shards.FEW", 4)
    monkeypatch.setattr(worker, "_halted", {})
    return workers

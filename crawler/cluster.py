"""A cluster of Dask: who has workers, how shards get there, and what comes back.

The only module that speaks Dask. Tasks are named by run and number alone, and parcels show nothing
of themselves, so that neither its logs nor its pages know what is asked or how.
"""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, Self

from distributed import Client, KilledWorker, LocalCluster, get_worker
from distributed.client import FutureCancelledError
from distributed.comm.addressing import get_address_host

from crawler.errors import ImpossibleError
from crawler.parcels import Batch, Parcel
from crawler.settings import ScaleSettings
from crawler.worker import differences, halt, look_at, made_with

THREADS: Final = 2
"""Shards that one process of this machine looks at at once."""
WAIT_SECONDS: Final = 30.0
"""How long a scheduler, or the first of its workers, is waited for."""
HALT_SECONDS: Final = 10.0
CLOCK_SECONDS: Final = 60.0
"""How far the clock of a worker may be off: its looks say when they were."""

OnUnderWay = Callable[[int, Mapping[str, int]], None]


class ClusterError(ImpossibleError):
    """The cluster cannot be used, or has gone away."""


class LostError(Exception):
    """Whoever looked at a shard died of it, time and again."""


class Cluster:
    """Workers to which shards are handed. Use it as an async context manager.

    `on_under_way` is told how many looks of a shard there are so far, by outcome, each second.
    """

    def __init__(self, settings: ScaleSettings, run: str, on_under_way: OnUnderWay) -> None:
        self._settings = settings
        self._run = run
        self._on_under_way = on_under_way
        self._opened = AsyncExitStack()
        self._client: Client
        self._workers: dict[str, str] = {}  # by their address: the machine
        self.shunned: set[str] = set()
        self.slots = 0

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._opened.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()

    async def look_at(self, parcel: Parcel, attempt: int = 0) -> Batch:
        """Have a shard looked at. Raises `LostError`, `ClusterError`.

        A worker that dies is replaced, and its shards are asked again, up to three times.
        """
        key = f"crawl-{parcel.run}-{parcel.number}-{attempt}"
        future = self._client.submit(_task, parcel, key=key, pure=False, workers=self._allowed())
        try:
            batch: Batch = await future
        except KilledWorker as error:
            raise LostError(str(parcel.number)) from error
        except FutureCancelledError as error:
            raise ClusterError("the cluster has gone away; what had been seen was kept.") from error
        finally:
            future.release()
        if batch.obstacle:
            raise ClusterError(f"a worker cannot look at links: {batch.obstacle}")
        await self._count()
        return batch

    @property
    def places(self) -> frozenset[str]:
        """The machines that there are workers on."""
        return frozenset(self._workers.values())

    def shun(self, place: str) -> None:
        """Hand out no more shards to the workers of a machine."""
        self.shunned.add(place)

    async def halt(self, reason: str) -> None:
        """Have all shards of this run come back as they are, soon."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(HALT_SECONDS):
                await self._client.run(halt, self._run, reason, on_error="ignore")

    async def _open(self) -> None:
        where = self._settings.scheduler
        if where is None:
            cluster = await self._opened.enter_async_context(_local(self._settings.workers))
            self._client = await self._opened.enter_async_context(
                Client(cluster, asynchronous=True)
            )
        else:
            try:
                self._client = await self._opened.enter_async_context(
                    Client(where, asynchronous=True, timeout=WAIT_SECONDS)
                )
            except (OSError, TimeoutError) as error:
                raise ClusterError(f"no scheduler answers at {where}.") from error
        await self._greet()
        self._client.subscribe_topic(_topic(self._run), self._hear)

    async def _greet(self) -> None:
        """Wait for workers, and hold them to what is run here."""
        try:
            # What it is said to return is what it returns to programs without a loop.
            await self._client.wait_for_workers(1, timeout=WAIT_SECONDS)  # type: ignore[misc, func-returns-value]
        except TimeoutError as error:
            raise ClusterError("the scheduler has no workers.") from error
        here = made_with()
        now = datetime.now(UTC)
        for worker, there in (await self._client.run(_greeting, on_error="return")).items():
            name = f"the worker {worker}"
            if isinstance(there, Exception):
                raise ClusterError(f"{name} has no crawl: install {here['crawl']} on all of them.")
            versions, clock = there
            if differing := differences(here, versions):
                raise ClusterError(f"{name} has another version: {differing}.")
            if abs((datetime.fromisoformat(clock) - now).total_seconds()) > CLOCK_SECONDS:
                raise ClusterError(f"the clock of {name} is off: it says {clock}.")
        await self._count()

    async def _count(self) -> None:
        threads: Mapping[str, int] = await self._client.nthreads()
        self._workers = {address: _place(address) for address in threads}
        self.slots = max(1, sum(threads.values()))

    def _allowed(self) -> list[str] | None:
        """Return the workers that may be asked, by their addresses; None if all may be."""
        if not self.shunned:
            return None
        allowed = [each for each, place in self._workers.items() if place not in self.shunned]
        if not allowed:
            raise ClusterError("no worker is left whose network is to be believed.")
        return allowed

    def _hear(self, event: tuple[float, Any]) -> None:
        number, counts = event[1]
        self._on_under_way(number, counts)


@asynccontextmanager
async def _local(workers: int | None) -> AsyncIterator["LocalCluster"]:
    """Yield a cluster of processes of this machine, which nobody else on it can talk to."""
    with _deaf():
        cluster = await LocalCluster(
            n_workers=workers or os.cpu_count() or 1,
            threads_per_worker=THREADS,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            asynchronous=True,
            silence_logs=logging.CRITICAL,
            security=True,
        )
    async with cluster:
        yield cluster


@contextmanager
def _deaf() -> Iterator[None]:
    """Have processes that are begun meanwhile not hear Ctrl-C, which a terminal sends to all.

    It is the coordinator who ends a run: they are to hand in what they have seen.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _task(parcel: Parcel) -> Batch:
    """Look at a shard; in a worker."""
    worker, topic = get_worker(), _topic(parcel.run)
    batch = look_at(parcel, lambda counts: worker.log_event(topic, (parcel.number, dict(counts))))
    return replace(batch, place=_place(worker.address))


def _place(address: str) -> str:
    """Return the machine of an address.

    >>> _place("tls://10.0.0.7:40123")
    '10.0.0.7'
    """
    return get_address_host(address)


def _greeting() -> tuple[dict[str, str], str]:
    return made_with(), datetime.now(UTC).isoformat()


def _topic(run: str) -> str:
    return f"crawl-{run}"

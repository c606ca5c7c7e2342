"""A cluster of Dask: who has workers, how shards get there, and what comes back.

The only module that speaks Dask. Tasks are named by run and number alone, and parcels show nothing
of themselves, so that neither its logs nor its pages know what is asked or how.
"""

import asyncio
import logging
import os
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import resource_tracker
from typing import Any, Final, Self

import dask
from distributed import Client, KilledWorker, LocalCluster, Security, get_worker
from distributed.client import ClosedClientError, FutureCancelledError
from distributed.comm.addressing import get_address_host
from distributed.versions import VersionMismatchWarning

from crawler.errors import ImpossibleError
from crawler.parcels import Batch, Parcel
from crawler.settings import ScaleSettings
from crawler.worker import differences, halt, look_at, made_with

THREADS: Final = 2
"""Shards that one process of this machine looks at at once."""
WAIT_SECONDS: Final = 30.0
"""How long a scheduler, or the first of its workers, is waited for."""
HALT_SECONDS: Final = 10.0
CLOCK_OFF: Final = timedelta(minutes=1)
"""How far the clock of a worker may be off: its looks say when they were."""

_QUIET: Final[Mapping[str, object]] = {
    # What Dask shows over http it shows to everybody.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # It watches itself up to a hundred times a second, for nobody: a seventh of a core.
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.cycle": "10s",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "30s",
    "distributed.worker.memory.monitor-interval": "5s",
    "distributed.worker.profile.enabled": False,
}
"""What is set for the processes of this machine."""

OnUnderWay = Callable[[int, Mapping[str, int]], None]


class ClusterError(ImpossibleError):
    """The cluster cannot be used, or has gone away."""


class LostError(Exception):
    """Whoever looked at a shard died of it, time and again."""


class BugError(Exception):
    """Something is wrong with the program, and a worker has met it: where, and no more."""


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
        self.places: frozenset[str] = frozenset()
        """The machines that there are workers on."""
        self.shunned: set[str] = set()
        self.slots = 0
        """Shards that are looked at at once, by all workers."""
        self.threads = 1
        """The same, by the process that has most of them."""

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._opened.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._opened.aclose()

    async def look_at(self, parcel: Parcel) -> Batch:
        """Have a shard looked at. Raises `LostError`, `ClusterError`.

        A worker that dies is replaced, and its shards are asked again, up to three times.
        """
        allowed = self._allowed()
        try:
            batch = await self._fetched(parcel, allowed)
            await self._count()
        except KilledWorker as error:
            raise LostError(str(parcel.number)) from error
        except (FutureCancelledError, ClosedClientError, OSError) as error:  # by when it has gone
            raise ClusterError("the cluster has gone away; what had been seen was kept.") from error
        if batch.obstacle:
            raise ClusterError(f"a worker cannot look at links: {batch.obstacle}")
        return batch

    async def _fetched(self, parcel: Parcel, workers: list[str] | None) -> Batch:
        key = f"crawl-{parcel.run}-{parcel.number}"
        future = self._client.submit(_task, parcel, key=key, pure=False, workers=workers)
        try:
            batch: Batch = await future
        finally:
            future.release()
        return batch

    def shun(self, place: str) -> None:
        """Hand out no more shards to the workers of a machine."""
        self.shunned.add(place)

    async def halt(self, reason: str) -> None:
        """Have all shards of this run come back as they are, soon."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(HALT_SECONDS):
                await self._client.run(halt, self._run, reason, on_error="ignore")

    async def _open(self) -> None:
        where, security = self._settings.scheduler, None
        if where is None:
            local = await self._opened.enter_async_context(_local(self._settings.workers))
            where, security = local.scheduler_address, local.security
        self._client = await self._opened.enter_async_context(_client(where, security))
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
        now = _now()
        for worker, there in (await self._client.run(_greeting, on_error="return")).items():
            name = f"the worker {worker}"
            if isinstance(there, OSError):  # it has gone meanwhile
                continue
            if isinstance(there, Exception):
                need = f"all of them need crawl {here['crawl']}"
                raise ClusterError(f"{name} cannot be used: {need}.") from there
            versions, clock = there
            if differing := differences(here, versions):
                raise ClusterError(f"{name} has another version: {differing}.")
            if abs(datetime.fromisoformat(clock) - now) > CLOCK_OFF:
                raise ClusterError(f"the clock of {name} is off: it says {clock}.")
        await self._count()

    async def _count(self) -> None:
        threads: Mapping[str, int] = await self._client.nthreads()
        self.places = frozenset(map(_place, threads))
        self.slots = max(1, sum(threads.values()))
        self.threads = max(threads.values(), default=1)

    def _allowed(self) -> list[str] | None:
        """Return the machines that may be asked, also by workers to come; None if all may be."""
        if not self.shunned:
            return None
        allowed = sorted(self.places - self.shunned)
        if not allowed:
            raise ClusterError("no worker is left whose network is to be believed.")
        return allowed

    def _hear(self, event: tuple[float, Any]) -> None:
        number, counts = event[1]
        self._on_under_way(number, counts)


@asynccontextmanager
async def _client(where: str, security: Security | None) -> AsyncIterator[Client]:
    """Yield what speaks to a scheduler; without `security` as Dask's own configuration says."""
    client = Client(
        where, security=security, asynchronous=True, timeout=WAIT_SECONDS, set_as_default=False
    )
    try:
        with warnings.catch_warnings():
            # We say it ourselves, in a sentence: see `_greet`.
            warnings.simplefilter("ignore", VersionMismatchWarning)
            await client
    except asyncio.CancelledError:
        await client.close()
        raise
    except (OSError, TimeoutError) as error:
        await client.close()
        raise ClusterError(f"no scheduler answers at {where}.") from error
    except (TypeError, ValueError, ImportError) as error:  # an address, certificates, a version
        await client.close()
        raise ClusterError(f"the scheduler at {where} cannot be used: {error}.") from error
    async with client:
        yield client


@asynccontextmanager
async def _local(workers: int | None) -> AsyncIterator[LocalCluster]:
    """Yield a cluster of processes of this machine, which nobody else on it can talk to.

    Its scheduler has a thread of its own, and does not wait while a history is written.
    """
    with tempfile.TemporaryDirectory(prefix="crawl-", ignore_cleanup_errors=True) as directory:
        try:
            cluster = await asyncio.to_thread(_begun, workers or os.cpu_count() or 1, directory)
        except RuntimeError as error:
            raise ClusterError("the processes of this machine cannot be begun.") from error
        try:
            yield cluster
        finally:
            await asyncio.to_thread(cluster.close)


def _begun(workers: int, directory: str) -> LocalCluster:
    settings = {**_QUIET, "temporary-directory": directory}
    _begin_to_tidy()
    with _deaf(), dask.config.set(settings):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=THREADS,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # else 8787, and a warning
            silence_logs=logging.CRITICAL,
            security=True,
        )


def _begin_to_tidy() -> None:
    """Begin what clears away what killed processes leave: it is none of its user's concern.

    The thread that begins it hears Ctrl-C from then on.
    """
    quietly = "ignore:resource_tracker:UserWarning"
    sys.warnoptions.append(quietly)
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(quietly)


@contextmanager
def _deaf() -> Iterator[None]:
    """Have threads that are begun meanwhile, and their processes, not hear Ctrl-C.

    A terminal sends it to all. It is the coordinator who ends a run: workers are to hand in what
    they have seen, also those that take the place of others later.
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
    try:
        batch = look_at(
            parcel, lambda counts: worker.log_event(topic, (parcel.number, dict(counts)))
        )
        return replace(batch, place=_place(worker.address))
    except BaseException as error:  # noqa: BLE001 - it is raised again, as far as logs may know it
        bug = "".join(_where(error))
    raise BugError(bug)


def _where(error: BaseException) -> Iterator[str]:
    """Yield where a bug is, and not what it says: that may name a link, or a secret."""
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__name__}\n"
    within = error.exceptions if isinstance(error, BaseExceptionGroup) else (error.__cause__,)
    for each in filter(None, within):
        yield from _where(each)


def _place(address: str) -> str:
    """Return the machine of an address.

    >>> _place("tls://10.0.0.7:40123")
    '10.0.0.7'
    """
    return get_address_host(address)


def _greeting() -> tuple[dict[str, str], str]:
    return made_with(), _now().isoformat()


def _now() -> datetime:
    return datetime.now(UTC)


def _topic(run: str) -> str:
    return f"crawl-{run}"

"""What a link costs the coordinator: a whole run by the cluster's engine, but for the cluster.

Who takes its place answers at once, with looks like those at real pages; what that costs is not
counted. So there is no network, and nobody who waits.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from unittest.mock import patch

from bench import past, table
from crawler import runs
from crawler.clock import SystemClock
from crawler.collect import collect
from crawler.conduct import Conduct
from crawler.model import Document, Run
from crawler.parcels import Batch, Parcel, pack_looks, unpack_asked
from crawler.proper import DASK
from crawler.settings import ExtractSettings, ScaleSettings, Settings
from crawler.stop import Stop
from crawler.store import Store


@dataclass(slots=True)
class Ledger:
    """CPU time (seconds since the process began) of some moments, and what was not ours."""

    began: float = 0.0
    first: float = 0.0
    last: float = 0.0
    ended: float = 0.0
    aside: float = 0.0
    parcels: int = 0
    there: int = 0
    back: int = 0

    @contextmanager
    def not_ours(self) -> Iterator[None]:
        """Leave out what is done meanwhile: workers do it."""
        begun = time.process_time()
        self.first = self.first or begun
        yield
        self.aside += time.process_time() - begun


class _Nobody:
    """A cluster of one machine with two slots, where every link is looked at in no time."""

    slots = 2
    threads = 2
    places = frozenset({"127.0.0.1"})
    shunned = frozenset[str]()

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._ledger.last = time.process_time()  # all is taken in

    async def look_at(self, parcel: Parcel) -> Batch:
        """Return a look at each link of a shard."""
        await asyncio.sleep(0)
        with self._ledger.not_ours():
            numbers = (
                int(str(each.link.url).rpartition("-")[2][:-5])
                for each in unpack_asked(parcel.links)
            )
            at = SystemClock().now()
            looks = [
                replace(past.look(number, 0, at), page_sign=number, reached=True)
                for number in numbers
            ]
            batch = Batch(pack_looks(looks))
            self._ledger.parcels += 1
            self._ledger.there += len(parcel.links)
            self._ledger.back += len(batch.looks)
        return batch


def measure(links: int) -> None:
    """Measure a first run over so many links, and print what each part of it costs a link."""
    table.title(f"The coordinator alone: {links:,} links, recorded")
    with TemporaryDirectory() as name:
        ledger = Ledger(began=time.process_time())
        asyncio.run(_run(Path(name) / "crawl.db", links, ledger))
        size = (Path(name) / "crawl.db").stat().st_size
    between = ledger.last - ledger.first - ledger.aside
    for words, seconds in (
        ("before: documents, agenda, plan", ledger.first - ledger.began),
        ("between: hand out, take in, record", between),
        ("after: beliefs, places, report", ledger.ended - ledger.last),
    ):
        table.note(f"{words}: {1000 * seconds / links:.3f} ms CPU a link")
    table.note(
        f"{links / ledger.parcels:.0f} links a shard; on the line {ledger.there / links:.0f} bytes "
        f"a link there and {ledger.back / links:.0f} back; {size / links:.0f} bytes in the history"
    )
    _record(links)


async def _run(path: Path, links: int, ledger: Ledger) -> None:
    text = "".join(f"- [{number}]({past.address(number)})\n" for number in range(links))
    document = Document("links.md", "markdown", text, source="links.md")
    extract = ExtractSettings(max_document_links=links, max_links=links)
    settings = Settings(scale=ScaleSettings(engine=DASK), extract=extract)
    collection = collect([document], extract)
    with Store(path) as store:
        conduct = Conduct(settings, SystemClock(), Stop(), on_look=lambda _: None)
        with patch("crawler.coordinator.Cluster", lambda *_: _Nobody(ledger)):
            report, error = await runs.run(collection, store, conduct)
        if error or len(report.rows) != links:
            raise SystemExit(f"not all was recorded: {error or len(report.rows)}")
        ledger.ended = time.process_time()


def _record(links: int) -> None:
    """Print how many looks a second a history takes, and does nothing else."""
    at = SystemClock().now()
    looks = [past.look(number, 0, at) for number in range(links)]
    with TemporaryDirectory() as name, Store(Path(name) / "crawl.db") as store:
        begun = store.begin(Run("20260101T030000Z-0001", at), "digest", at)
        wall, cpu = time.perf_counter(), time.process_time()
        for first in range(0, links, 100):
            store.record(begun.number, looks[first : first + 100])
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    table.note(
        f"the history by itself: {links / wall:,.0f} looks a second by the clock, "
        f"{1000 * cpu / links:.3f} ms CPU each"
    )

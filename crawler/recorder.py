"""How looks get from a run into its history: in batches, and not before they are to be trusted."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from crawler.clock import Clock
from crawler.collect import Collection
from crawler.contents import Contents
from crawler.errors import BusyError, RecordingError, StoreError
from crawler.model import Network, Observation, Report, Verdict
from crawler.seen import Seen
from crawler.settings import Settings
from crawler.urls import Url

if TYPE_CHECKING:
    from crawler.store import Begun, Store

BATCH: Final = 100  # looks one by one would cost forty times as much
BATCH_SECONDS: Final = 1.0
# Reasons that hold for the next report too; "interrupted" says something of one run only.
_NOTHING: Final = Contents((), ())
_LASTING: Final = frozenset({"excluded", "robots"})


class Recorder:
    """Hands looks to the store in batches, once the network is known to tell the truth.

    Use it as a context manager, around whatever has looks taken.
    """

    def __init__(self, store: "Store", begun: "Begun", seen: Seen, clock: Clock) -> None:
        self.error: StoreError | None = None
        self._store = store
        self._begun = begun
        self._seen = seen
        self._clock = clock
        self._pending: list[Url] = []
        self._later: list[Url] = []
        self._online = False
        self._put_off = False
        self._flushed_at = clock.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Write what is pending, whatever has come between: what was seen is not lost."""
        self.flush()

    def take(self, look: Observation, *, later: bool = False) -> None:
        """Take a look. `later`: it is written at the end, be the run killed before or not.

        Pages of sites that are read must be read again by a run that goes on, and more of them may
        be asked for than was known when they were looked at.
        """
        (self._later if later else self._pending).append(look.url)
        self._online = self._online or self._seen.signs.sure
        old = self._clock.monotonic() - self._flushed_at >= BATCH_SECONDS
        if self._online and (old or (len(self._pending) >= BATCH and not self._put_off)):
            self.attempt(self._write_if_free)

    def flush(self) -> None:
        """Write what is pending, unless it is not to be trusted yet."""
        if self._online:
            self.attempt(self._write)

    def _write_if_free(self) -> None:
        """Write what is pending, or do it later: the web is being asked, and its clocks go on."""
        self._put_off = True
        with suppress(BusyError), self._store.hurried():
            self._write()
            self._put_off = False

    def _write(self) -> None:
        self._flushed_at = self._clock.monotonic()
        while self._pending:
            looks = map(self._seen.looks.get, self._pending[:BATCH])
            self._store.record(self._begun.number, [look for look in looks if look])
            del self._pending[:BATCH]

    def finish(
        self,
        report: Report,
        collection: Collection,
        unasked: Mapping[Url, Verdict],
        settings: Settings,
    ) -> None:
        """Make the run count, or forget it where the network was not up."""
        if report.run.network is not Network.UP:
            self.attempt(lambda: self._store.abandon(self._begun))
            return
        self._online = True
        # Of documents that were read in part the history keeps what it knows.
        held = _NOTHING if collection.partial else _contents(collection, unasked)
        self._pending += self._later
        self.flush()
        self.attempt(
            lambda: self._store.finish(
                self._begun.number,
                report.run,
                held,
                settings.health,
                report.changes or (),
            )
        )
        if self._seen.undated and self.error is None:
            clock = f"the clock says {report.run.started_at:%Y-%m-%d}, before most of the last runs"
            self.error = RecordingError(f"{clock}: nothing recorded; more runs tell who is right.")

    def attempt(self, write: Callable[[], None]) -> None:
        """Do something with the history, unless it has failed before."""
        if self.error:
            return
        try:
            write()
        except StoreError as error:
            self.error = error


def _contents(collection: Collection, unasked: Mapping[Url, Verdict]) -> Contents:
    return Contents(
        collection.documents,
        collection.places,
        {url: verdict for url, verdict in unasked.items() if verdict.reason in _LASTING},
        frozenset(each.document for each in collection.unread) | collection.missed,
        collection.missed,
    )

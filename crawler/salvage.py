"""What becomes of lost links once a run is over: the archive of the web is asked for copies."""

from crawler import terminal
from crawler.archiving import ARCHIVE
from crawler.assemble import archived
from crawler.conduct import Conduct
from crawler.errands import tasks
from crawler.errors import CrawlerError, InterruptError, StoreError
from crawler.model import Report
from crawler.stop import Stop
from crawler.store import Store


async def with_copies(
    report: Report, store: Store, conduct: Conduct, begun: float
) -> tuple[Report, CrawlerError | None]:
    """Ask the archive what is wished for, once the run is over, and tell of what it has."""
    settings, clock = conduct.settings, conduct.clock
    error: CrawlerError | None = None
    try:
        asked = tasks(report, store.archive.copies(), settings, clock.now())
        if asked and conduct.stop.reason is None:
            from crawler import archivist  # noqa: PLC0415 - most runs ask nothing of it

            if not settings.talk.quiet:
                terminal.say(f"asking {ARCHIVE} about {len(asked)} of the links.")
            most = settings.pace.max_time
            left = None if most is None else most - (clock.monotonic() - begun)
            await archivist.consult(asked, store, conduct, left)
            error = _cut_short(conduct.stop)
        return archived(report, store.archive.copies()), error
    except StoreError as error:
        return report, error


def _cut_short(stop: Stop) -> CrawlerError | None:
    """Return what to say if somebody has ended the questions to the archive."""
    return InterruptError(f"{ARCHIVE} was not asked about all of them.") if stop.reason else None

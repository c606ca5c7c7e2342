"""crawl as a library: the check, from a program."""

import asyncio
from collections.abc import Sequence

from crawler import session, sources, terminal
from crawler.clock import SystemClock
from crawler.conduct import Conduct
from crawler.model import Report
from crawler.settings import Settings
from crawler.stop import Stop


async def check(names: Sequence[str], settings: Settings) -> Report:
    """Look at every link of the documents that `names` name, and record nothing.

    Reads the history that the settings name, if there is one. Raises `CrawlerError` for sources
    and settings that cannot be used; whatever is wrong with a link is in the report.
    """
    clock = SystemClock()
    stdin, today = terminal.standard_input(), clock.now().date()
    # Beside the loop, which has something else to do, and where git may be asked in one of its own.
    collection = await asyncio.to_thread(
        sources.gather, names, stdin, "standard-input.md", settings, today
    )
    conduct = Conduct(settings, clock, Stop(), lambda _look: None)
    return await session.check(collection, conduct, quiet=True)

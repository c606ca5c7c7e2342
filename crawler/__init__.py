"""Link-health and resource-metadata crawler.

from crawler import check_links

report = await check_links(["README.md"])
for row in report.rows:
    print(row.place.occurrence.span.line, row.verdict.outcome, row.verdict.detail)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.version import __version__

if TYPE_CHECKING:
    from crawler.model import Report
    from crawler.settings import Settings

__all__ = ["__version__", "check_links", "check_links_sync"]


async def check_links(sources: Sequence[str], settings: "Settings | None" = None) -> "Report":
    """Look at every link of some documents, and return the report; nothing is recorded.

    `sources`: files, directories or patterns, as on the command line. `settings`: defaults if
    none are given, no settings file is read. Raises `crawler.errors.CrawlerError` for sources that
    cannot be used; whatever is wrong with a link is in the report.
    """
    from crawler import library  # noqa: PLC0415 - `crawl --help` need not pay for it
    from crawler.settings import Settings  # noqa: PLC0415

    return await library.check(sources, settings or Settings())


def check_links_sync(sources: Sequence[str], settings: "Settings | None" = None) -> "Report":
    """Do what `check_links` does, for programs without an event loop."""
    import asyncio  # noqa: PLC0415

    return asyncio.run(check_links(sources, settings))

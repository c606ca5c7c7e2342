"""Work that waits, done from where nothing does: and what comes of it when it fails."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from crawler.errors import CrawlerError

T = TypeVar("T")


def awaited(work: Coroutine[Any, Any, T]) -> T:
    """Do a piece of work; what the operator did wrong is raised by itself, wherever it came out."""
    try:
        return asyncio.run(work)
    except BaseExceptionGroup as group:
        wrong = group.subgroup(CrawlerError)
        if wrong is None:
            raise
        raise next(_leaves(wrong)) from None


def _leaves(group: BaseExceptionGroup[CrawlerError]) -> Iterator[CrawlerError]:
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _leaves(each)
        else:
            yield each

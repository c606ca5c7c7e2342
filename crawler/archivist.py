"""Asks the archive of the web, politely, once all links have been looked at. Shell: it waits.

One question at a time, seconds apart, and no more at the first sign that it is too much. Each
answer is in the history before the next question is asked. What is asked, and what the answers
mean, is `archiving`'s; about which links, is that of `errands`.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crawler import git
from crawler.archiving import ArchivedCopy, Errand, Welcome, order, saved, seek, wish
from crawler.conduct import Conduct
from crawler.errands import Task
from crawler.errors import StoreError
from crawler.fetch import Fetcher
from crawler.guard import Guard, NameLookupError, UnsafeAddressError
from crawler.model import Answer, Response
from crawler.pacing import retry_after
from crawler.settings import FetchSettings
from crawler.stop import first_of
from crawler.urls import Url

if TYPE_CHECKING:
    from crawler.store import Store

MOST_SECONDS: Final = 900.0
"""How long a run goes on for the archive's sake alone."""

# Seconds between two requests, and for one answer: the archive visits a page that it is to keep.
_APART: Final = {Errand.FIND: 1.0, Errand.SAVE: 5.0}
_PATIENCE: Final = {Errand.FIND: 0.0, Errand.SAVE: 120.0}
_MOST_PAUSE: Final = 60.0
_GIT_SECONDS: Final = 60.0


async def consult(
    asked: Sequence[Task], store: "Store", conduct: Conduct, seconds: float | None
) -> None:
    """Ask about links, and keep the answers. Raises `StoreError` if they cannot be kept.

    It ends after `seconds`, if there is a limit, and when a stop is asked.
    """
    if conduct.stop.reason is not None:
        return
    limit = [] if seconds is None else [conduct.clock.sleep(max(seconds, 0.0))]
    work = _Work(store, conduct)
    await first_of(work.all(asked), conduct.stop.wait(), *limit)
    if work.error:  # raised here: what a task raises comes in a group
        raise work.error


class _Work:
    """What is asked after one run, one question after the other."""

    def __init__(self, store: "Store", conduct: Conduct) -> None:
        self.error: StoreError | None = None
        self._archive = store.archive
        self._conduct = conduct
        self._clock = conduct.clock
        self._welcome = Welcome()
        self._until = conduct.clock.monotonic() + MOST_SECONDS

    async def all(self, asked: Sequence[Task]) -> None:
        """Ask about all of them, as long as we are welcome."""
        allowed = await _public(asked, self._conduct.settings.fetch)
        finds = [task for task in allowed if task.errand is Errand.FIND]
        saves = [task for task in allowed if task.errand is Errand.SAVE]
        now = self._clock.now()
        written = await _written([task for task in finds if task.well_at is None], now)
        try:
            if finds:
                await self._find(finds, written)
            if saves:
                await self._save(saves)
        except StoreError as error:
            self.error = error

    async def _find(self, finds: Sequence[Task], written: Mapping[Url, datetime]) -> None:
        async with self._asking(Errand.FIND) as fetcher:
            for task in finds:
                if self._is_over:
                    return
                now = self._clock.now()
                wanted = wish(task.url, task.well_at, written.get(task.url), now)
                conversation = seek(wanted, now)
                question = next(conversation)
                try:
                    while True:
                        question = conversation.send(await self._ask(fetcher, question))
                except StopIteration as end:
                    copy: ArchivedCopy = end.value
                self._archive.keep(copy)

    async def _save(self, saves: Sequence[Task]) -> None:
        async with self._asking(Errand.SAVE) as fetcher:
            for task in saves:
                if self._is_over:
                    return
                answer, now = await self._ask(fetcher, order(task.url)), self._clock.now()
                self._archive.keep(saved(task.url, answer, task.well_at or now, now))

    @property
    def _is_over(self) -> bool:
        late = self._clock.monotonic() >= self._until
        return late or self._welcome.is_over or self._conduct.stop.reason is not None

    @asynccontextmanager
    async def _asking(self, errand: Errand) -> AsyncIterator[Fetcher]:
        """Ask as links are asked, by the same ways, but one at a time and without a second try."""
        fetch, pace = self._conduct.settings.fetch, self._conduct.settings.pace
        seconds = max(fetch.timeout, _PATIENCE[errand])
        fetch = replace(
            fetch, retries=0, max_body=0, max_retry_after=_MOST_PAUSE, timeout=seconds,
            deadline=seconds,
        )  # fmt: skip
        pace = replace(pace, concurrency=1, per_host=1, delay=max(pace.delay, _APART[errand]))
        async with Fetcher(fetch, pace, self._clock, self._conduct.transport) as fetcher:
            yield fetcher

    async def _ask(self, fetcher: Fetcher, question: Url) -> Answer:
        fetcher.forget_hosts()  # whether to go on is ours to say, and not after one failure
        answer = await fetcher.ask_aside(question)
        headers = answer.headers if isinstance(answer, Response) else {}
        self._welcome.take(answer, retry_after(headers, self._clock.now()), _MOST_PAUSE)
        return answer


async def _public(asked: Sequence[Task], settings: FetchSettings) -> Sequence[Task]:
    """Leave out hosts of a private network that the operator lets us ask: nobody else is told.

    A name that cannot be looked up may be one of those.
    """
    if not settings.allow_address:
        return asked
    guard = Guard(replace(settings, allow_address=()))
    allowed = []
    try:
        for task in asked:
            try:
                await guard.places(task.url.host, task.url.port)
            except (NameLookupError, UnsafeAddressError):
                continue
            allowed.append(task)
    finally:
        await guard.close()
    return allowed


async def _written(asked: Sequence[Task], now: datetime) -> Mapping[Url, datetime]:
    """Return when the oldest line that holds a link was written, where git knows."""
    spots: defaultdict[str, dict[git.Spot, Url]] = defaultdict(dict)
    for task in asked:
        for place in task.places:
            spots[place.document][place.span.line, place.raw] = task.url
    found: dict[Url, datetime] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(_GIT_SECONDS):
            for document, there in spots.items():
                for spot, at in (await git.written(Path(document), there, now)).items():
                    found[there[spot]] = min(at, found.get(there[spot], at))
    return found

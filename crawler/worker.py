"""What a worker of a cluster does: it looks at the links of one shard, as a run of its own would.

Several shards may be looked at in one process, each in a thread and an event loop of its own: while
one waits for its last hosts another goes on. Nothing here knows what moves parcels.
"""

import asyncio
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Final, TypeAlias

from crawler.awaiting import awaited
from crawler.clock import SystemClock
from crawler.conduct import Conduct
from crawler.crawl import crawl
from crawler.errors import CrawlerError
from crawler.model import Observation
from crawler.pacing import Pacer
from crawler.parcels import Batch, Parcel, pack_looks, unpack_asked
from crawler.stop import Stop
from crawler.tables import registrable_domain
from crawler.urls import Url
from crawler.version import __version__

Tell: TypeAlias = Callable[[Mapping[str, int]], None]

TELL_SECONDS: Final = 1.0
# What reads and judges pages: another version of one of these may see another thing; and what has
# to understand what the coordinator's says.
_PARTS: Final = (
    "ada-url", "chardet", "distributed", "httpx", "publicsuffixlist", "pypdf", "pyreqwest",
    "selectolax",
)  # fmt: skip

_under_way: Final[dict[str, set[Callable[[str], None]]]] = {}
"""By the name of a run: how to stop each of its shards that is looked at in this process."""
_halted: Final[dict[str, str]] = {}
"""Runs that have been stopped, and why: shards of theirs may still come."""
_REMEMBERED: Final = 100  # runs that have been stopped: of older ones nothing comes any more
_lock: Final = Lock()  # for both: whoever is to be stopped must not end meanwhile


def made_with() -> dict[str, str]:
    """Return the versions on which it depends what is seen, by what they are of."""
    found = {"crawl": __version__, "Python": ".".join(platform.python_version_tuple()[:2])}
    for name in _PARTS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """Say in which versions a worker differs from the coordinator; nothing if in none.

    >>> differences({"crawl": "1.2"}, {"crawl": "1.3"})
    'crawl 1.3 (here 1.2)'
    """
    return ", ".join(
        f"{name} {there.get(name, 'none')} (here {own})"
        for name, own in here.items()
        if there.get(name) != own
    )


def look_at(parcel: Parcel, tell: Tell = lambda _: None) -> Batch:
    """Look at the links of a shard, in an event loop of this thread.

    `tell` is called each second with how many looks there are so far, by outcome. What the operator
    did wrong is an obstacle; a bug is raised.
    """
    if differing := differences(parcel.made_with, made_with()):
        return Batch(obstacle=f"it has another version: {differing}.")
    try:
        return awaited(_looked_at(parcel, tell))
    except CrawlerError as error:
        return Batch(obstacle=str(error))


def halt(run: str, reason: str) -> None:
    """Stop all shards of a run that are looked at in this process, and those still to come."""
    with _lock:
        _halted[run] = reason
        if len(_halted) > _REMEMBERED:
            del _halted[next(iter(_halted))]
        for stop in _under_way.get(run, ()):
            stop(reason)


async def _looked_at(parcel: Parcel, tell: Tell) -> Batch:
    asked, looks = list(unpack_asked(parcel.links)), list[Observation]()
    clock, stop = SystemClock(), Stop()
    pacer = Pacer(parcel.settings.pace.delay, _sharers(parcel, (each.link.url for each in asked)))
    pacer.take_over(parcel.paces, clock.monotonic())
    conduct = Conduct(
        parcel.settings,
        clock,
        stop,
        looks.append,
        recall={each.link.url: each.before for each in asked}.get,
        pacer=pacer,
        witnesses=parcel.witnesses,
    )
    states = {each.link.url: each.state for each in asked if each.state}
    telling = asyncio.create_task(_told(looks, tell))
    try:
        with _stoppable(parcel.run, stop):
            await crawl([each.link for each in asked], states, conduct)
    finally:
        telling.cancel()
    paces = pacer.handed_over(clock.monotonic()) if parcel.hands_on else {}
    return Batch(pack_looks(looks), stopped=stop.reason, paces=paces)


def _sharers(parcel: Parcel, urls: Iterable[Url]) -> Callable[[str], int]:
    """Return how many shards ask a host at once: of those that are at home here, this one does."""
    at_home = {_domain(url) for url in urls}

    def sharers(authority: str) -> int:
        return 1 if _domain(Url("https", authority, "/")) in at_home else parcel.sharers

    return sharers


def _domain(url: Url) -> str:
    return registrable_domain(url.host.removesuffix("."))  # that is the same name


@contextmanager
def _stoppable(run: str, stop: Stop) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def ask(reason: str) -> None:
        loop.call_soon_threadsafe(stop.ask, reason)

    with _lock:
        _under_way.setdefault(run, set()).add(ask)
        if run in _halted:
            stop.ask(_halted[run])
    try:
        yield
    finally:
        with _lock:
            _under_way[run].remove(ask)
            if not _under_way[run]:
                del _under_way[run]


async def _told(looks: list[Observation], tell: Tell) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        tell(Counter(look.verdict.outcome.value for look in looks))

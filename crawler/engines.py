"""Which engine looks at the links of a run: one event loop, or many on a cluster.

What is a matter of all looks of a run, whoever had them and in whatever order, is here.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from crawler import crawl
from crawler.agenda import Agenda
from crawler.conduct import Conduct, Looks
from crawler.errors import UsageError
from crawler.homing import Homing
from crawler.model import Link, LinkState, Observation
from crawler.proper import DASK
from crawler.views import Lookup

if TYPE_CHECKING:
    from crawler.following import Following

Engine: TypeAlias = Callable[..., Awaitable[Looks]]
"""What looks at links: of the form of `crawl.crawl`."""


async def look(
    links: Iterable[Link],
    states: Lookup[LinkState],
    conduct: Conduct,
    following: "Following | None" = None,
    agenda: Agenda | None = None,
) -> Looks:
    """Look at links by the engine that is wanted; hand looks on once they are judged to their end.

    Links that were sent to a front page wait for others of their host.
    """
    homing, hand_on = Homing(conduct.sent_home), conduct.on_look

    def take(seen: Observation) -> None:
        for each in homing.feed(seen):
            hand_on(each)

    engine: Engine = crawl.crawl
    if conduct.settings.scale.engine == DASK:
        engine = _of_dask()
    looks = await engine(links, states, replace(conduct, on_look=take), following, agenda)
    for each in homing.release():
        hand_on(each)
    return looks


def _of_dask() -> Engine:
    if find_spec("distributed") is None:
        raise UsageError("--engine dask needs an extra: pip install 'link-health-crawler[dask]'.")
    from crawler import coordinator  # noqa: PLC0415 - as said

    return coordinator.crawl

"""How a run is to be done, and what became of its links: the nouns that whole runs go by.

Apart from what does it (`crawl.py`): where nothing is to be asked, none of that is loaded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.agenda import Asks
from crawler.clock import Clock
from crawler.model import Link, Observation, Outcome, Verdict
from crawler.settings import Settings
from crawler.stop import Stop
from crawler.urls import Url

if TYPE_CHECKING:
    import httpx

    from crawler.pacing import Pacer


@dataclass(slots=True)
class Looks:
    """Which links one run saw, each of them once, what it did not ask, and what is to be told."""

    seen: list[Url] = field(default_factory=list)
    unasked: dict[Url, Verdict] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a run is to be done.

    `on_look` is called with each look as soon as it is had; `stop` ends the run early;
    `transport` takes the place of the network, for tests and for practice; `recall` returns the
    last look at a link, if it means what one of this run would; `sent_home`: links that their last
    look found at a front page, and which; `on_found` is told how many links were found while the
    run goes on, or fewer are to be asked than there are. `asks` says which links are asked;
    `latest` returns the last looks at some, whatever they mean, and `looked_for` the fragments that
    the last look at a link has looked for; `answers` the looks at some that spare them; `paces` how
    many seconds hosts took for a look; `ahead` is where it stands how many looks of each outcome
    have been had elsewhere and will be handed in later; `elsewhere` takes the links that are to be
    looked at there, and leaves those whose pages are read for links.

    Of a run that is a part of another, `pacer` knows the pace of hosts that others ask too, and
    `witnesses` are who answered them last: those are asked before the last looks are believed that
    reached nobody, for it may be the network that has gone, and no other look comes after them.
    """

    settings: Settings
    clock: Clock
    stop: Stop
    on_look: Callable[[Observation], None]
    transport: "httpx.AsyncBaseTransport | None" = None
    recall: Callable[[Url], Observation | None] = lambda _: None
    sent_home: Sequence[tuple[Url, Url]] = ()
    on_found: Callable[[int], None] = lambda _: None
    asks: Asks = Asks.ALL
    latest: Callable[[Iterable[Url]], Iterable[Observation]] = lambda _: ()
    looked_for: Callable[[Url], frozenset[str]] = lambda _: frozenset()
    answers: Callable[[Sequence[Link]], Iterable[Observation]] = lambda _: ()
    paces: Callable[[], Mapping[str, float]] = dict
    ahead: Counter[Outcome] = field(default_factory=Counter)
    elsewhere: Callable[[Sequence[Link]], None] | None = None
    pacer: "Pacer | None" = None
    witnesses: tuple[Url, ...] = ()

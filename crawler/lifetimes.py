"""How long links last, as far as looks and lines tell: from links to lives, and what comes of them.

| a link | its life |
|---|---|
| is broken, and was well once | ended at the first of the looks that agree on it |
| is broken, and never was well | had ended before; counts where its line tells its age |
| anything else, and was well once | goes on, as far as its last good look tells |
| never was well | tells nothing: whoever refuses to answer may be dead or not |

A life begins when its line was written, or with the first look, whichever was earlier.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from crawler.model import Health, LinkState, Origins
from crawler.survival import Curve, End, Estimate, Life, curve, half_life, median, rate
from crawler.tables import registrable_domain
from crawler.urls import Url
from crawler.weighing import Standing, Weighed

YEAR: Final = timedelta(days=365.25)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """What was found of how long links last, in years.

    `by_curve`: the age that a half outlives, if any link was watched for so long; `by_rate`: the
    half-life if death is as likely at every age. `bygone`: links that were dead at their first look
    and of unknown age; `silent`: those that were never seen well. Neither is among the lives.
    """

    lives: tuple[Life, ...]
    curve: Curve
    by_curve: Estimate | None
    by_rate: Estimate | None
    bygone: int = 0
    silent: int = 0

    @property
    def deaths(self) -> int:
        """How many have died while they were watched, or were found dead and are of known age."""
        return sum(life.end is not End.NONE for life in self.lives)

    @property
    def found_dead(self) -> int:
        """How many of them were found dead."""
        return sum(life.end is End.FOUND_DEAD for life in self.lives)

    @property
    def bereft(self) -> int:
        """How many sites those belong to."""
        return len({life.group for life in self.lives if life.end is not End.NONE})

    def watched(self, age: float) -> int:
        """Return how many were watched when they were of an age."""
        return sum(life.entry < age <= life.exit for life in self.lives if _is_watched(life))


def lifetimes(links: Iterable[Weighed], origins: Origins) -> Lifetimes:
    """Return how long links last. Each URL has one life, be it asked for under many fragments."""
    lives, bygone, silent = [], 0, 0
    for url, state, born in _asked(links, origins):
        first = origins.seen.get(url)
        life = _life(url, state, born, first) if born and first else None
        if life:
            lives.append(life)
        elif state.health is Health.BROKEN:
            bygone += 1
        else:
            silent += 1
    found = curve(lives)
    of_rate = rate(lives)
    by_rate = half_life(of_rate) if of_rate else None
    return Lifetimes(tuple(lives), found, median(lives, found), by_rate, bygone, silent)


def _asked(
    links: Iterable[Weighed], origins: Origins
) -> list[tuple[Url, LinkState, datetime | None]]:
    found: dict[Url, tuple[LinkState, datetime | None]] = {}
    for link in links:
        if link.url is None or link.state is None or link.standing is Standing.NOT_ASKED:
            continue
        _, before = found.get(link.url, (None, None))
        births = (each for each in (link.born(origins), before) if each)
        found[link.url] = (link.state, min(births, default=None))
    return [(url, *told) for url, told in sorted(found.items())]


def _life(url: Url, state: LinkState, born: datetime, first: datetime) -> Life | None:
    site, entry = registrable_domain(url.host), (first - born) / YEAR
    lost = state.failing_since if state.health is Health.BROKEN else None
    if lost is None:
        last = state.last_ok_at
        return Life(entry, max((last - born) / YEAR, entry), End.NONE, site) if last else None
    if state.last_ok_at:
        return Life(entry, max((lost - born) / YEAR, entry), End.DEATH, site)
    age = (lost - born) / YEAR
    return Life(0.0, age, End.FOUND_DEAD, site) if age > 0 and born < first else None


def _is_watched(life: Life) -> bool:
    return life.end is not End.FOUND_DEAD

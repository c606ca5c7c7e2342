"""A simulated web as data: who there is, what they answer, when, and what is the truth of it.

Pure: the same seed gives the same web. `serving.py` serves it, `web.py` measures with it.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

T = TypeVar("T")

MEDIAN_LATENCY: Final = 0.120
SPREAD: Final = 0.8  # of the logarithm: the slowest twentieth takes half a second and more


class Manner(StrEnum):
    """How a host behaves towards everybody."""

    ANSWERING = "answering"
    LIMITING = "limiting"  # 429 and Retry-After for who asks too quickly
    HANGING = "hanging"  # takes the connection and says nothing, ever
    REFUSING = "refusing"
    NAMELESS = "nameless"  # there is no such name


class Fate(StrEnum):
    """What becomes of a link, if its host answers."""

    PAGE = "page"
    MOVED = "moved"
    HICCUP = "503 first"  # every second request is answered as it should be
    NOT_FOUND = "not found"
    MOVED_AWAY = "moved, not found"  # a redirect to what is not there


# Shares of all links, and of the hosts of one link each.
FATES: Final[Mapping[Fate, float]] = {
    Fate.MOVED: 0.15,
    Fate.HICCUP: 0.04,
    Fate.NOT_FOUND: 0.08,
    Fate.MOVED_AWAY: 0.02,
}
UNREACHABLE: Final[Mapping[Manner, float]] = {Manner.REFUSING: 0.02, Manner.NAMELESS: 0.03}


@dataclass(frozen=True, slots=True)
class Host:
    """A host; `rate` and `pause` are a limiting one's requests a second and Retry-After."""

    name: str
    manner: Manner = Manner.ANSWERING
    rate: float = 0.0
    pause: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered after `delay` seconds; every second time only, if `hiccup`."""

    status: int
    delay: float
    location: tuple[str, str] | None = None  # host and path
    hiccup: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the document, and the truth about it."""

    host: Host
    path: str
    fate: Fate

    @property
    def alive(self) -> bool:
        """Tell whether somebody with patience gets the page."""
        answers = self.host.manner in (Manner.ANSWERING, Manner.LIMITING)
        return answers and self.fate in (Fate.PAGE, Fate.MOVED, Fate.HICCUP)

    @property
    def why(self) -> str:
        """Say what makes it so."""
        match self.host.manner:
            case Manner.ANSWERING:
                return self.fate.value
            case Manner.LIMITING:
                return f"{self.fate.value}, limiting host"
            case manner:
                return f"{manner.value} host"

    def url(self, port: int, closed: int) -> str:
        """Write it; `closed` is a port that refuses."""
        where = closed if self.host.manner is Manner.REFUSING else port
        return f"http://{self.host.name}:{where}{self.path}"


@dataclass(frozen=True, slots=True)
class Web:
    """Links in the order of the document, and every reply by host and path."""

    links: tuple[Link, ...]
    hosts: Mapping[str, Host]
    replies: Mapping[tuple[str, str], Reply]


@dataclass(slots=True)
class Limiter:
    """A token bucket, as servers have it: `rate` a second, and so many at once."""

    rate: float
    _tokens: float = field(init=False)
    _at: float = field(init=False, default=-math.inf)

    def __post_init__(self) -> None:
        self._tokens = self.rate

    def admits(self, now: float) -> bool:
        """Tell whether a request now is within the limit; one that is not costs nothing."""
        self._tokens = min(self.rate, self._tokens + (now - self._at) * self.rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def address(index: int) -> str:
    """Return a loopback address: a host of its own to every program. Raises for too many."""
    high, low = divmod(index, 250)
    if high >= 250 * 100:
        raise ValueError("there are not so many hosts")
    return f"127.{1 + high // 250}.{high % 250}.{low + 1}"


def simulate(seed: int, number: int, hanging: float = 0.0) -> Web:
    """Make a web of so many links: a third on few hosts, the others on a host each.

    `hanging` is the share of hosts that never answer. Moved pages of the many have a host of
    their own, so that 1,000 links touch about 800 hosts.
    """
    chance = random.Random(seed)  # noqa: S311 - a web, not a secret
    heavy = list(_heavy(number // 3))
    many = number - sum(share for _, share in heavy)
    hosts = [host for host, share in heavy for _ in range(share)]
    hosts += _many(many, len(heavy), hanging, chance)
    fates = _dealt(FATES, number, Fate.PAGE, chance)
    links = [
        Link(host, f"/{index}", fate)
        for index, (host, fate) in enumerate(zip(hosts, fates, strict=True))
    ]
    chance.shuffle(links)
    replies = dict(_replies(links, len(heavy) + many, chance))
    known = {link.host.name: link.host for link in links}
    return Web(tuple(links), known, replies)


def _heavy(number: int) -> Iterator[tuple[Host, int]]:
    """Yield the few hosts with many links each, by Zipf's law; every third one limits."""
    count = max(2, number // 67)
    whole = sum(1 / (rank + 1) for rank in range(count))
    for rank in range(count):
        share = max(1, round(number / whole / (rank + 1)))
        limits = rank % 3 == 1
        host = Host(
            address(rank),
            Manner.LIMITING if limits else Manner.ANSWERING,
            rate=(4.0, 6.0, 9.0)[rank // 3 % 3] if limits else 0.0,
            pause=1 + rank // 3 % 2 if limits else 0,
        )
        yield host, share


def _many(number: int, first: int, hanging: float, chance: random.Random) -> list[Host]:
    shares = {**UNREACHABLE, **({Manner.HANGING: hanging} if hanging else {})}
    manners = _dealt(shares, number, Manner.ANSWERING, chance)
    return [
        # RFC 9476: nobody will ever find such a name; of `.invalid` lychee knows without asking.
        Host(f"gone-{index}.alt" if manner is Manner.NAMELESS else address(first + index), manner)
        for index, manner in enumerate(manners)
    ]


def _dealt(shares: Mapping[T, float], number: int, rest: T, chance: random.Random) -> list[T]:
    """Deal each its share of `number`, at least one, in any order."""
    dealt = [value for value, share in shares.items() for _ in range(max(1, round(share * number)))]
    dealt += [rest] * (number - len(dealt))
    chance.shuffle(dealt)
    return dealt


def _replies(
    links: Sequence[Link], first: int, chance: random.Random
) -> Iterator[tuple[tuple[str, str], Reply]]:
    counted = Counter(link.host.name for link in links)
    for index, link in enumerate(links):
        here = (link.host.name, link.path)
        if link.fate in (Fate.MOVED, Fate.MOVED_AWAY):
            alone = counted[link.host.name] == 1
            there = (address(first + index) if alone else link.host.name, f"{link.path}/new")
            status = chance.choice((301, 302, 307, 308))
            yield here, Reply(status, _latency(chance), there)
            yield there, Reply(200 if link.fate is Fate.MOVED else 404, _latency(chance))
        elif link.fate is Fate.NOT_FOUND:
            yield here, Reply(chance.choice((404, 404, 410)), _latency(chance))
        else:
            yield here, Reply(200, _latency(chance), hiccup=link.fate is Fate.HICCUP)


def _latency(chance: random.Random) -> float:
    return chance.lognormvariate(math.log(MEDIAN_LATENCY), SPREAD)

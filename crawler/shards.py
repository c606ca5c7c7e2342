"""Shards: which links go together to one worker, and in which order they are handed out.

Performs nothing, and the same links give the same plan. Laws: every link is in one shard. What is
of one registrable domain is in one shard too, or in shards that are handed out one after the
other, so that nobody else asks that domain meanwhile. How long it takes: `estimates.py`.

Whoever has one host with many links alone has nearly all its connections idle. So a shard is as
long as its longest domain, and others fill it: first such as are about as long, for each would make
another shard as long, then the shortest. By the model it ends no later for that. Until it has the
fair share of a slot and no more: the other slots want to be busy too. Hosts that are known to be
silent have their part of each such shard and not more, so that others beside them answer: a worker
that nobody answers cannot tell whether its network is there.
"""

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from sys import maxsize
from typing import Final, TypeAlias

from crawler.estimates import PROCESSOR, Domains, Means, Need, Numbers, Piece
from crawler.urls import Url

LONGEST: Final = 60.0
"""Seconds that a shard is to take at most: a worker that is killed loses no more."""
FEW: Final = 256
"""Links of a shard, about, if there are that many: half a second of the processor, beside which
it does not matter that a shard takes 0.03 s to begin."""
ROUNDS: Final = 4
"""Shards that each slot gets at least, if there are that many links: the last ones make up for
what was expected wrongly. But none is shorter for that than we wait for an answer: nearly every
shard has a host that nobody knows to be silent, and its slot waits for it at the end."""

_SLOW: Final = 0.5  # so much of a shard are the longest domains


@dataclass(frozen=True, slots=True)
class Shard:
    """Links that one worker asks and no other does meanwhile, nor any of the same domains.

    `number`: its place in the plan. `links`: numbers of links; those of one domain stand together,
    in the order in which they come. `seconds`: how long it is expected to take. `after`: the number
    of the shard that must be done before, for it has links of the same domains.
    """

    number: int
    links: Numbers
    seconds: float
    after: int | None = None


def plan(
    urls: Iterable[Url],
    means: Means,
    seconds_of: Callable[[str], float | None] = lambda _: None,
    ranks: Sequence[int] | None = None,
) -> tuple[Shard, ...]:
    """Return the shards of some links, in the order in which they are handed out.

    `seconds_of`: how long a look at a host has taken, as far as that is known. `ranks`: how long
    each link may wait, the lowest first; without it what takes longest comes first.
    """
    domains = Domains(urls, means, seconds_of, ranks)
    chains = list(_chains(domains, means))
    del domains
    return tuple(_numbered(chains, ranks))


class _Step:
    """A shard that is being filled."""

    def __init__(self) -> None:
        self.links: Numbers = array("I")
        self.load = 0.0
        self._longest = self._work = 0.0

    @property
    def seconds(self) -> float:
        return max(self._longest, self._work, len(self.links) * PROCESSOR)

    def take(self, piece: Piece) -> None:
        self.links += piece.links
        self.load += piece.load
        self._longest = max(self._longest, piece.longest)
        self._work += piece.work


Chain: TypeAlias = list[_Step]
"""Shards that are handed out one after the other. Most have one alone."""


class _Filling:
    """A chain that takes domains in, as long as none of its shards gets longer than is usual."""

    def __init__(self, domains: Domains, first: int, usual: float, longest: float) -> None:
        self._domains = domains
        pieces = domains.pieces(first, domains.need(first, longest).steps)
        self.chain: Chain = [_Step() for _ in pieces]
        self.load = 0.0
        self._free = 0  # the first shard that may have room
        self._put(pieces)
        self._bound = max(usual, *(step.seconds for step in self.chain))

    @property
    def room(self) -> float:
        """How much it holds in all, with what it has."""
        return self._bound * len(self.chain)

    def takes(self, domain: int) -> bool:
        """Take a domain in, in pieces if need be, if there is room for them."""
        need = self._domains.need(domain, self._bound)
        if not self._has_room(need):
            return False
        self._put(self._domains.pieces(domain, need.steps))
        return True

    def _has_room(self, need: Need) -> bool:
        while self._free + need.steps <= len(self.chain):
            end = self._free + need.steps
            if all(self._fits(step, need) for step in self.chain[self._free : end]):
                return True
            if need.steps > 1:
                return False
            self._free += 1
        return False

    def _fits(self, step: _Step, need: Need) -> bool:
        return step.load + need.load <= self._bound and need.longest <= self._bound

    def _put(self, pieces: Iterable[Piece]) -> None:
        for at, piece in enumerate(pieces, self._free):
            self.chain[at].take(piece)
            self.load += piece.load


class _Waiting:
    """Domains that have no shard yet: the most urgent first, and of one rank what takes longest."""

    def __init__(self, domains: Domains) -> None:
        self._domains = domains
        self._ranks = deque(map(deque, domains.ranked()))
        self._load = sum(map(domains.load, range(len(domains))))
        self._silence = sum(map(domains.silence, range(len(domains))))

    def __bool__(self) -> bool:
        return bool(self._ranks)

    @property
    def longest(self) -> int:
        """The one of the first rank that takes longest."""
        return self._ranks[0][0]

    @property
    def shortest(self) -> int:
        """The one of the first rank that takes shortest."""
        return self._ranks[0][-1]

    @property
    def silent_part(self) -> float:
        """How much of what is to be done are hosts that do not answer."""
        return self._silence / self._load if self else 0.0

    def leave(self, domain: int) -> None:
        """Let one of the two go."""
        rank = self._ranks[0]
        if domain == rank[0]:
            rank.popleft()
        else:
            rank.pop()
        if not rank:
            self._ranks.popleft()
        self._load -= self._domains.load(domain)
        self._silence -= self._domains.silence(domain)


def _chains(domains: Domains, means: Means) -> Iterator[Chain]:
    """Yield domains in chains of shards: what takes longest begins one, and others fill it."""
    total = sum(map(domains.load, range(len(domains))))
    share = total / means.slots
    least = max(min(share, means.patience), total * FEW / max(1, domains.links))
    usual = min(LONGEST, max(share / ROUNDS, least))
    waiting = _Waiting(domains)
    while waiting:
        first = waiting.longest
        # A look that waits as long as it may cannot be parted.
        filling = _Filling(domains, first, usual, max(LONGEST, means.patience))
        waiting.leave(first)
        enough = min(filling.room, max(share, usual))
        slow = enough * max(_SLOW, waiting.silent_part)
        while waiting and filling.load < slow and filling.takes(one := waiting.longest):
            waiting.leave(one)
        while waiting and filling.load < enough and filling.takes(one := waiting.shortest):
            waiting.leave(one)
        yield filling.chain


def _numbered(chains: Sequence[Chain], ranks: Sequence[int] | None) -> Iterator[Shard]:
    """Yield shards in the order in which they are handed out.

    The most urgent come first, by themselves or by what waits for them; of these, those that have
    most behind them.
    """
    order: list[tuple[int, float, int, int]] = []
    for number, chain in enumerate(chains):
        urgency, seconds = maxsize, 0.0  # of what waits for a shard, and of itself
        for at in reversed(range(len(chain))):
            step = chain[at]
            urgency = min(urgency, *map(ranks.__getitem__, step.links)) if ranks else 0
            seconds += step.seconds
            order.append((urgency, -seconds, number, at))
    last: dict[int, int] = {}  # of each chain, the shard that was numbered last
    for number, (_, _, chain_number, at) in enumerate(sorted(order)):
        step = chains[chain_number][at]
        yield Shard(number, step.links, step.seconds, last.get(chain_number))
        last[chain_number] = number

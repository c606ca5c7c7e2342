"""What a run keeps of links and places: in memory only what it needs of every link at once.

That is the URL, its number and the fragments asked for; all else is in a scratch file.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from sys import intern
from typing import Final, Generic, TypeVar

from crawler.model import Link, LinkState, Observation, Place
from crawler.packing import (
    pack_look,
    pack_occurrence,
    pack_rejected,
    pack_state,
    pack_target,
    unpack_look,
    unpack_occurrence,
    unpack_rejected,
    unpack_state,
    unpack_target,
)
from crawler.scratch import Plain, Scratch
from crawler.urls import Rejected, Rejection, Target, Url
from crawler.views import View

T = TypeVar("T")

FEW: Final = 20_000
"""So many places, looks and states are held as they are, in 60 MB and half of the time."""


class Links:
    """Distinct links, in the order in which they were first written.

    `fragments`: whether what is asked for on their pages is kept too.
    """

    def __init__(self, *, fragments: bool = True) -> None:
        self._asks_fragments = fragments
        self._numbers: dict[Url, int] = {}
        self._urls: list[Url] = []
        self._fragments: dict[int, set[str]] = {}
        self._besides: Mapping[Url, frozenset[str]] = {}

    def __len__(self) -> int:
        return len(self._urls)

    def __iter__(self) -> Iterator[Link]:
        yield from map(self.link, range(len(self._urls)))

    def __contains__(self, url: object) -> bool:
        return url in self._numbers

    def add(self, target: Target) -> int:
        """Return the number of a target's URL, a new one for a URL that is new."""
        number = self._numbers.get(target.url)
        if number is None:
            number = len(self._urls)
            url = Url(intern(target.url.scheme), intern(target.url.authority), target.url.target)
            self._numbers[url] = number
            self._urls.append(url)
        if target.fragment and self._asks_fragments:
            self._fragments.setdefault(number, set()).add(target.fragment)
        return number

    def number(self, url: Url) -> int | None:
        """Return the number of a URL, if it is one of them."""
        return self._numbers.get(url)

    def url(self, number: int) -> Url:
        """Return the URL of a number."""
        return self._urls[number]

    def link(self, number: int) -> Link:
        """Return the link of a number, with the fragments that were asked for so far."""
        url = self._urls[number]
        written, besides = self._fragments.get(number), self._besides.get(url)
        if not (written or besides):
            return Link(url)  # nearly all: an empty set of its own would be most of a link's size
        return Link(url, frozenset().union(written or (), besides or ()))

    def ask_besides(self, besides: Mapping[Url, frozenset[str]]) -> None:
        """Ask pages, also of links yet to come, for what documents ask for that are not read now.

        So the last look at a page has looked for all that is asked for, whoever had it.
        """
        if self._asks_fragments:
            self._besides = besides


class Places:
    """Places in the order in which they come, and the links that they write."""

    def __init__(self, *, fragments: bool = True) -> None:
        self.scratch = Scratch()
        self.links = Links(fragments=fragments)
        self._tickets = array("Q")

    def add(self, place: Place) -> int:
        """Keep one more place, and return its number."""
        self._tickets.append(self._kept(place))
        return len(self._tickets) - 1

    def resolve(self, number: int, reason: Rejection, detail: str = "") -> None:
        """Say of a place what could not be told before its document had ended."""
        place = self._place(number)
        path = place.target.path if isinstance(place.target, Rejected) else None
        target = Rejected(place.occurrence.raw, reason, detail, path)
        self._tickets[number] = self._kept(replace(place, target=target))

    def __len__(self) -> int:
        return len(self._tickets)

    def view(self, stretches: Sequence[range] | None = None) -> View[Place]:
        """Return all that have come so far, or those of some stretches, one after the other."""
        if stretches is None:
            return View(len(self._tickets), self._place)
        starts = list(accumulate(map(len, stretches), initial=0))

        def place(index: int) -> Place:
            stretch = bisect_right(starts, index) - 1
            return self._place(stretches[stretch][index - starts[stretch]])

        return View(starts[-1], place)

    def _kept(self, place: Place) -> int:
        target = place.target
        if place.ignored is not None:  # its URL is none of the links
            packed: Plain = (None, pack_target(target), place.ignored)
        elif isinstance(target, Rejected):
            packed = (None, pack_rejected(target))
        else:
            packed = (self.links.add(target), target.fragment)
        return self.scratch.keep((pack_occurrence(place.occurrence), *packed))

    def _place(self, index: int) -> Place:
        packed, number, rest, *ignored = self.scratch.value(self._tickets[index])
        occurrence = unpack_occurrence(packed)
        if ignored:
            return Place(occurrence, unpack_target(rest), *ignored)
        target = unpack_rejected(rest) if number is None else Target(self.links.url(number), rest)
        return Place(occurrence, target)


class ByLink(Generic[T]):
    """One value for each link that has one. What is no link of those is not kept."""

    def __init__(
        self,
        links: Links,
        scratch: Scratch,
        pack: Callable[[T], Plain],
        unpack: Callable[[Plain, Url], T],
    ) -> None:
        self._links, self._scratch = links, scratch
        self._pack, self._unpack = pack, unpack
        self._tickets = array("Q")  # 0: nothing yet

    def put(self, url: Url, value: T) -> None:
        """Keep a value in the place of what there was."""
        number = self._links.number(url)
        if number is not None:
            if number >= len(self._tickets):  # links may still come while looks are had
                self._tickets.frombytes(bytes(8 * (len(self._links) - len(self._tickets))))
            self._tickets[number] = self._scratch.keep(self._pack(value))

    def get(self, url: Url, /) -> T | None:
        """Return the value of a URL, if it has one."""
        ticket = self._ticket(url)
        return self._unpack(self._scratch.value(ticket), url) if ticket else None

    def __contains__(self, url: Url) -> bool:
        return self._ticket(url) > 0

    def _ticket(self, url: Url) -> int:
        number = self._links.number(url)
        if number is None or number >= len(self._tickets):
            return 0
        return self._tickets[number]


class Held(Generic[T]):
    """One value for each link, as it is: for so few that memory may hold them."""

    def __init__(self) -> None:
        self._values: dict[Url, T] = {}
        self.put = self._values.__setitem__
        self.get = self._values.get

    def __contains__(self, url: Url) -> bool:
        return url in self._values


def looks_at(links: Links, scratch: Scratch) -> ByLink[Observation]:
    """Return room for a look at each link."""
    return ByLink(links, scratch, pack_look, unpack_look)


def states_of(links: Links, scratch: Scratch) -> ByLink[LinkState]:
    """Return room for what is believed of each link."""
    return ByLink(links, scratch, pack_state, unpack_state)


class HeldPlaces:
    """Places in the order in which they come, as they are: for so few that memory may hold them."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self.add = self._places.append

    def view(self) -> Sequence[Place]:
        """Return all."""
        return self._places


def places_for(number: int) -> HeldPlaces | Places:
    """Return room for so many places; what they ask for on their pages is not kept apart."""
    return HeldPlaces() if number <= FEW else Places(fragments=False)


def room_for(
    places: HeldPlaces | Places,
) -> tuple[Held[Observation] | ByLink[Observation], Held[LinkState] | ByLink[LinkState]]:
    """Return room for a look at each link, and for what is believed of it."""
    if isinstance(places, HeldPlaces) or len(places.links) <= FEW:
        return Held(), Held()
    return looks_at(places.links, places.scratch), states_of(places.links, places.scratch)

"""Vantage points: the machines that links are looked at from, and which of them are to be believed.

A machine behind a login page, or one without a network, must not speak for links that others can
see. So what comes from a place is held back until a site has answered there for itself; if instead
the network there turns out not to be up, and others are sure of theirs, they are asked again.

Holds state, performs nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from crawler.model import LinkState, Network, Observation
from crawler.network import Signs
from crawler.views import Lookup

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sorted(Generic[T]):
    """What may be believed by now, and what is to be asked again, elsewhere."""

    believed: list[T] = field(default_factory=list)
    again: list[T] = field(default_factory=list)


@dataclass(slots=True)
class _Place(Generic[T]):
    signs: Signs = field(default_factory=Signs)
    held: list[T] = field(default_factory=list)
    shut: bool = False

    @property
    def is_sure(self) -> bool:
        return self.signs.sure and not self.shut

    def release(self) -> list[T]:
        held, self.held = self.held, []
        return held


class Vantages(Generic[T]):
    """Places by name, and what was seen there in pieces of any kind."""

    def __init__(self) -> None:
        self._places: dict[str, _Place[T]] = {}

    @property
    def shut(self) -> frozenset[str]:
        """The places that are not to be asked any more."""
        return frozenset(name for name, place in self._places.items() if place.shut)

    def take(
        self, name: str, looks: Iterable[Observation], known: Lookup[LinkState], piece: T
    ) -> Sorted[T]:
        """Take a piece that was seen at a place, with its looks."""
        place = self._places.setdefault(name, _Place())
        for look in looks:
            place.signs.take(look, known.get(look.url))
        place.held.append(piece)
        if place.is_sure:
            return Sorted(believed=place.release())
        if place.shut:
            return Sorted(again=place.release())
        return self._judged(name)

    def lose(self, name: str) -> None:
        """Take in that a place has lost its network."""
        self._places.setdefault(name, _Place()).shut = True

    def settle(self) -> Sorted[T]:
        """Return all that is still held, when nothing else is under way."""
        end: Sorted[T] = Sorted()
        for name in self._places:
            judged = self._judged(name)
            end.again.extend(judged.again)
            end.believed.extend(self._places[name].release())
        return end

    def _judged(self, name: str) -> Sorted[T]:
        """Shut a place whose network is not up, if others are sure of theirs."""
        place = self._places[name]
        if place.signs.network() is Network.UP or not self._others_are_sure(name):
            return Sorted()
        place.shut = True
        return Sorted(again=place.release())

    def _others_are_sure(self, name: str) -> bool:
        return any(place.is_sure for other, place in self._places.items() if other != name)

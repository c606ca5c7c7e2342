"""Views: what looks like a sequence or a mapping, and need not hold what it shows."""

from collections.abc import Callable, Iterator, Sequence
from operator import eq
from typing import Protocol, TypeVar, overload

from crawler.urls import Url

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Lookup(Protocol[T_co]):
    """What is known of a URL, if anything; a `dict` will do."""

    def get(self, url: Url, /) -> T_co | None:
        """Return what is known."""
        ...


class View(Sequence[T]):
    """A sequence whose items are made each time that they are looked at.

    As a list it is equal to whatever holds the same items, and has no hash.
    """

    __hash__ = None  # type: ignore[assignment] # as a list's: what it is equal to may have another

    def __init__(self, length: int, item: Callable[[int], T]) -> None:
        self._length = length
        self._item = item

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        numbers = range(self._length)[index]
        return self._item(numbers) if isinstance(numbers, int) else tuple(map(self._item, numbers))

    def __iter__(self) -> Iterator[T]:
        return map(self._item, range(self._length))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(eq, self, other))

    def __repr__(self) -> str:
        return f"View of {self._length}"

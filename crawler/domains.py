"""Which entries of a table concern a host.

Tables name hosts in three ways, and nowhere else is it said what they mean: `example.org` is that
host and no other, `.example.org` it and all below it, and `.example.*` the same under the ending
of any country. Looking up costs as much as the host has labels, not as the table has entries.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

Entry = TypeVar("Entry")

# The endings under which one owner has his name in every country: .com, .de, .co.uk, .com.br.
_COUNTRY: Final = re.compile(r"\.(?:com|cat|(?:com?\.)?[a-z]{2})\Z", re.ASCII)


class ByHost(Generic[Entry]):
    """Entries under patterns of hosts, in the order in which they were given."""

    def __init__(self, entries: Iterable[tuple[str, Entry]]) -> None:
        self._at: dict[str, list[Entry]] = {}
        for pattern, entry in entries:
            self._at.setdefault(pattern, []).append(entry)

    def of(self, host: str) -> tuple[Entry, ...]:
        """Return what concerns a host, the closest pattern first."""
        return tuple(entry for name in _patterns(host) for entry in self._at.get(name, ()))


def _patterns(host: str) -> Iterator[str]:
    yield host
    yield from _above(f".{host}")
    if ending := _COUNTRY.search(host):
        name = f"{host[: ending.start()]}.*"
        yield name
        yield from _above(f".{name}")


def _above(host: str) -> Iterator[str]:
    """Yield `.a.b.c`, `.b.c` and `.c` for `.a.b.c`."""
    while host:
        yield host
        dot = host.find(".", 1)
        host = host[dot:] if dot > 0 else ""

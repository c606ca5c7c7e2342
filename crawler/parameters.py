"""Parameters of a URL that say nothing of which page is meant: who came by, and who is paid.

Only what stands in `data/parameters.tsv` is ever left out; all else of the URL stays as it is
written, byte by byte. Of a URL that is signed nothing is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final
from urllib.parse import unquote

from crawler.domains import ByHost
from crawler.tables import rows
from crawler.urls import Url

_ANY: Final = "*"


class Burden(StrEnum):
    """What a parameter is there for."""

    TRACKING = "tracking"
    AFFILIATE = "affiliate"


@dataclass(frozen=True, slots=True)
class Carried:
    """The names of the parameters of one class that a URL carries, and the URL without them."""

    names: tuple[str, ...]
    without: Url


@dataclass(frozen=True, slots=True)
class _Known:
    burden: Burden
    name: str
    path: re.Pattern[str] | None

    def means(self, name: str, path: str) -> bool:
        if self.name.endswith(_ANY) and not name.startswith(self.name[:-1]):
            return False
        return self.path is None or self.path.match(path) is not None


@dataclass(frozen=True, slots=True)
class _Table:
    """What is known of the parameters of one host."""

    whole: Mapping[str, tuple[_Known, ...]]
    begun: tuple[_Known, ...]

    def burdens(self, name: str, path: str) -> set[Burden]:
        known = (*self.whole.get(name, ()), *self.begun)
        return {each.burden for each in known if each.means(name, path)}


def carried(url: Url, burden: Burden) -> Carried | None:
    """Return what a URL carries of one class; None, as for nearly all, if that is nothing."""
    found = held(url, burden)
    return None if found and is_signed(url) else found


def held(url: Url, burden: Burden) -> Carried | None:
    """Return the same, be the URL signed or not: then it does not work without."""
    path, mark, query = url.target.partition("?")
    if not mark:
        return None
    names, kept = [], []
    for pair in query.split("&"):
        name = unquote(pair.partition("=")[0])
        if burden in _table(url.host).burdens(name, path):
            names.append(name)
        else:
            kept.append(pair)
    if not names:
        return None
    target = f"{path}?{'&'.join(kept)}" if kept else path
    return Carried(tuple(dict.fromkeys(names)), Url(url.scheme, url.authority, target))


def is_signed(url: Url) -> bool:
    """Tell whether its server would know it if anything of a URL were left out."""
    pairs = url.target.partition("?")[2].split("&")
    return any(unquote(pair.partition("=")[0]).casefold() in _signing() for pair in pairs)


def untracked(url: Url) -> Url:
    """Return a URL without what only tracks readers; who is paid is the author's choice."""
    found = carried(url, Burden.TRACKING)
    return found.without if found else url


@cache
def _signing() -> frozenset[str]:
    return frozenset(name for name, *_ in rows("signing_parameters.txt"))


@lru_cache(maxsize=1024)
def _table(host: str) -> _Table:
    whole: dict[str, tuple[_Known, ...]] = {}
    begun = []
    for known in (*_by_host().of(host), *_by_host().of(_ANY)):
        if known.name.endswith(_ANY):
            begun.append(known)
        else:
            whole[known.name] = (*whole.get(known.name, ()), known)
    return _Table(whole, tuple(begun))


@cache
def _by_host() -> ByHost[_Known]:
    return ByHost(_entries())


def _entries() -> Iterator[tuple[str, _Known]]:
    for host, burden, name, *path in rows("parameters.tsv"):
        pattern = re.compile(path[0], re.ASCII) if path else None
        yield host, _Known(Burden(burden), name, pattern)

"""Constant tables that ship with the package: text files in `data/`, one fact a line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.domains import ByHost

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@dataclass(frozen=True, slots=True)
class Shortener:
    """A host whose links only ever lead elsewhere."""

    host: str
    kind: str
    status: str


@dataclass(frozen=True, slots=True)
class ScriptFragment:
    """Fragments that scripts make sense of; `host` may be `*`, any."""

    host: str
    pattern: re.Pattern[str]


def rows(name: str) -> Iterator[list[str]]:
    """Yield the rows of a table of ours, as lists of their fields. Total: it ships with us."""
    text = files("crawler").joinpath("data", name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


@cache
def shorteners() -> Mapping[str, Shortener]:
    """Return the known shorteners by host: `data/shorteners.tsv`."""
    return {row[0].removeprefix("."): _shortener(row) for row in rows("shorteners.tsv")}


@lru_cache(maxsize=4096)
def shortener_of(host: str) -> Shortener | None:
    """Return the shortener that a host belongs to; some give each customer a name of his own."""
    return next(iter(_shorteners_by_host().of(host.removeprefix("www."))), None)


@cache
def _shorteners_by_host() -> ByHost[Shortener]:
    return ByHost((row[0], _shortener(row)) for row in rows("shorteners.tsv"))


def _shortener(row: list[str]) -> Shortener:
    host, kind, status, *_ = row
    return Shortener(host.removeprefix("."), kind, status)


@cache
def script_fragments() -> tuple[ScriptFragment, ...]:
    """Return what fragments scripts make sense of: `data/script_fragments.tsv`."""
    found = rows("script_fragments.tsv")
    return tuple(ScriptFragment(host, re.compile(pattern)) for host, pattern, *_ in found)


@cache
def advertising_hosts() -> frozenset[str]:
    """Return the shorteners that hide their target: they are named and never asked."""
    return frozenset(each.host for each in shorteners().values() if each.kind == "ad")


@cache
def public_suffixes() -> "PublicSuffixList":
    """Return Mozilla's list of the names under which anybody can register one."""
    # A large table, rarely needed.
    from publicsuffixlist import PSLFILE, PublicSuffixList, encode_idn  # noqa: PLC0415

    lines = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("//")]
    # Our hosts are encoded. By itself the library encodes all 10,000 rules, and not only those
    # 500 that need it: that takes twice as long.
    encoded = [rule if rule.isascii() else encode_idn(rule) for rule in rules]
    return PublicSuffixList(encoded, accept_unknown=False, accept_encoded_idn=False)


@lru_cache(maxsize=4096)
def registrable_domain(host: str) -> str:
    """Return the name that somebody registered: `example.co.uk` for `www.example.co.uk`.

    An address, or a name under no known suffix, is its own.
    """
    return public_suffixes().privatesuffix(host) or host

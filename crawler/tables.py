"""Constant tables that ship with the package: text files in `data/`, one fact a line."""

import re
import tomllib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from crawler.domains import ByHost
from crawler.model import Says

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@dataclass(frozen=True, slots=True)
class Scripts:
    """Blocks of Unicode in order (`firsts`, `lasts` and their scripts), and who writes in them."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    names: tuple[str, ...]
    languages: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ngrams:
    """How much each n-gram speaks for each language of a script: a row has an octet for each.

    `rows` are to be gone through once.
    """

    languages: tuple[str, ...]
    rows: Iterator[tuple[bytes, bytes]]


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
def site_generators() -> frozenset[str]:
    """Return the names of files by which site generators are known: `data/site_generators.tsv`."""
    return frozenset(name for name, *_ in rows("site_generators.tsv"))


def rst_directives() -> Mapping[str, str]:
    """Return what the directives of reStructuredText hold, by their names."""
    return {row[0]: row[1] for row in rows("rst_directives.tsv")}


@cache
def advertising_hosts() -> frozenset[str]:
    """Return the shorteners that hide their target: they are named and never asked."""
    return frozenset(each.host for each in shorteners().values() if each.kind == "ad")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer says: that of a status and, if `field` is named, of its value."""

    says: Says
    status: int
    field: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody who knows whether a thing is there, when its page does not say.

    `ask`: the URL of the question, with the names of groups of the link's pattern in braces;
    `only_if_refused`: the page is asked first, and believed if it lets us in; `facts`: paths of
    fields by the names of facts.
    """

    name: str
    thing: str
    only_if_refused: bool
    ask: str
    answers: tuple[Meaning, ...]
    facts: Mapping[str, str]
    source: str


@dataclass(frozen=True, slots=True)
class Void:
    """A site's page for what is not there: all of `has` is in its source, and `lacks` is not."""

    name: str
    thing: str
    has: tuple[bytes, ...]
    lacks: bytes


T = TypeVar("T")
# By authority: the paths, whole with the query, that something is known of.
PathsOfHosts: TypeAlias = Mapping[str, tuple[tuple[re.Pattern[str], T], ...]]


@cache
def witnesses() -> PathsOfHosts[Witness]:
    """Return who is to be asked about the links of which hosts: `data/sites.toml`."""
    return _by_host(_sites().get("witness", []), _witness)


@cache
def voids() -> PathsOfHosts[Void]:
    """Return how pages of some hosts look that are of nothing: `data/sites.toml`."""
    return _by_host(_sites().get("page", []), _void)


@cache
def page_types() -> Mapping[str, str]:
    """Return what kinds of pages are called, in lower case, and our word: `data/page_types.tsv`."""
    return {row[0]: row[1] for row in rows("page_types.tsv")}


@cache
def takeover_words() -> tuple[str, ...]:
    """Return what is sold where a domain has become another's: `data/takeover_words.txt`."""
    return tuple(word for (word,) in rows("takeover_words.txt"))


@cache
def scripts() -> Scripts:
    """Return the scripts of the world: `data/scripts.tsv`."""
    firsts, lasts, names, spoken = zip(*(row[:4] for row in rows("scripts.tsv")), strict=True)
    languages = {
        name: () if each == "-" else tuple(each.split())
        for name, each in zip(names, spoken, strict=True)
    }
    return Scripts(
        tuple(int(first, 16) for first in firsts),
        tuple(int(last, 16) for last in lasts),
        names,
        languages,
    )


def ngrams(script: str) -> Ngrams:
    """Return the table of a script: `data/ngrams/`, as `docs/language_model.py` describes it."""
    head, _, data = zlib.decompress(_packed(script)).partition(b"\n")
    languages = tuple(head.decode("ascii").split())
    return Ngrams(languages, _ngrams(data, len(languages)))


def ngram_languages(script: str) -> tuple[str, ...]:
    """Return the languages of a table, without the rest of it."""
    head = zlib.decompressobj().decompress(_packed(script), 1024)
    return tuple(head.partition(b"\n")[0].decode("ascii").split())


def _packed(script: str) -> bytes:
    return files("crawler").joinpath("data", "ngrams", f"{script}.bin").read_bytes()


def _ngrams(data: bytes, width: int) -> Iterator[tuple[bytes, bytes]]:
    start, length = 0, 1
    while start < len(data):
        first = start + 4
        end = first + length * int.from_bytes(data[start:first], "little")
        for number, at in enumerate(range(first, end, length)):
            row = end + number * width
            yield data[at : at + length], data[row : row + width]
        start = end + (end - first) // length * width
        length += 1


@cache
def language_labels() -> Mapping[str, Mapping[str, str]]:
    """Return the words of labels that name languages, by kind: `data/language_labels.tsv`."""
    kinds: dict[str, dict[str, str]] = {}
    for kind, word, language in rows("language_labels.tsv"):
        kinds.setdefault(kind, {})[word] = language
    return kinds


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


@cache
def _sites() -> Mapping[str, list[Mapping[str, Any]]]:
    text = files("crawler").joinpath("data", "sites.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _by_host(
    entries: list[Mapping[str, Any]], made: Callable[[Mapping[str, Any]], T]
) -> PathsOfHosts[T]:
    found: defaultdict[str, list[tuple[re.Pattern[str], T]]] = defaultdict(list)
    for entry in entries:
        for hosts, pattern in entry["paths"].items():
            for host in hosts.split():
                found[host].append((re.compile(pattern, re.ASCII), made(entry)))
    return {host: tuple(pairs) for host, pairs in found.items()}


def _witness(entry: Mapping[str, Any]) -> Witness:
    return Witness(
        name=entry["name"],
        thing=entry["thing"],
        only_if_refused=entry["when"] == "refused",
        ask=entry["ask"],
        answers=tuple(Meaning(**{**each, "says": Says(each["says"])}) for each in entry["answers"]),
        facts=entry["facts"],
        source=entry["source"],
    )


def _void(entry: Mapping[str, Any]) -> Void:
    has = tuple(text.encode() for text in entry["has"])
    return Void(entry["name"], entry["thing"], has, entry["lacks"].encode())

"""The baseline: trouble that somebody has written down, so that a check tells of it and passes.

An entry is about one link of one document and one kind of trouble, and ends with a day. It excuses
what is no worse than what was written down: a dead page may be dead in another way, or silent for
once; a page that only lacked a place, and now is gone, is news. Reads and writes the text of the
file; where that is, `baseline_file.py` knows.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from crawler.checkout_paths import path_of
from crawler.errors import SettingsError
from crawler.model import Outcome, Row
from crawler.reasons import BY_CODE
from crawler.settings import PolicySettings

_HEAD: Final = """\
# Links that were broken when this was written: `crawl check` tells of them, and passes.
# Written by `crawl check --write-baseline`, which keeps `note`, `since` and `until`.
"""
_DAYS: Final = ("since", "until")
_TEXTS: Final = ("document", "url", "reason", "note")
_KEYS: Final = ("document", "url", "reason", "since", "until", "note")
_TABLE: Final = re.compile(r"^[ \t]*\[\[[ \t]*link[ \t]*\]\]", re.MULTILINE)
_QUIET: Final = frozenset({Outcome.OK, Outcome.REDIRECTED, Outcome.SKIPPED})
# Trouble that is no worse than that of a link that is broken: its server may say anything.
_NO_WORSE: Final = frozenset({Outcome.FAILING, Outcome.BLOCKED})
_PLACE: Final = "fragment-missing"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `until` is the last day it counts, `note` is whatever somebody wrote there."""

    document: str
    url: str
    reason: str
    since: date
    until: date
    note: str = ""

    def excuses(self, reason: str) -> bool:
        """Tell whether trouble of a reason is no worse than this."""
        had, has = _grade(self.reason), _grade(reason)
        return had == has or (had == Outcome.BROKEN and has in _NO_WORSE)


class Standing(StrEnum):
    """What has become of an entry. OPEN: nobody has looked, or there is other trouble now."""

    HOLDS = "holds"
    EXPIRED = "expired"
    MENDED = "mended"
    WORSE = "worse"
    OPEN = "open"


class Baseline:
    """The entries of a file, by what they are about. `name`: the file's; `today`: in UTC."""

    def __init__(self, entries: Iterable[Entry], name: str, today: date, top: str = "") -> None:
        self.name = name
        self.entries = tuple(entries)
        self._today = today
        self._top = top
        self._by_place: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        for each in self.entries:
            self._by_place[each.document, each.url].append(each)

    def of(self, row: Row) -> Entry | None:
        """Return the entry for the trouble of a row, expired or not; None without any."""
        if row.verdict.outcome in _QUIET:
            return None
        found = self._by_place.get(self.place(row), ())
        fitting = (each for each in found if each.excuses(row.verdict.reason))
        return max(fitting, key=lambda each: each.until, default=None)

    def place(self, row: Row) -> tuple[str, str]:
        """Return the names of a row's document and link in the file."""
        written = row.place.occurrence
        return self.named(written.document), _unicode(written.href)

    def named(self, document: str) -> str:
        """Return the name of a document in the file: its path from where crawl was started."""
        inside = document.removeprefix(f"{self._top}/") if self._top else document
        return _unicode(path_of(inside) or document)

    def is_over(self, entry: Entry) -> bool:
        """Tell whether an entry has expired."""
        return entry.until < self._today

    def standings(self, rows: Iterable[Row], whole: frozenset[str]) -> Mapping[Entry, Standing]:
        """Return what has become of each entry. `whole`: documents that were read as a whole."""
        read = frozenset(map(self.named, whole))
        told = defaultdict[Entry, set[Standing]](set)
        for row in rows:
            for each in self._by_place.get(self.place(row), ()):
                told[each].add(self._standing(each, row))
        return {each: _worst(told[each], is_read=each.document in read) for each in self.entries}

    def _standing(self, entry: Entry, row: Row) -> Standing:
        if row.verdict.outcome is Outcome.SKIPPED:
            return Standing.OPEN
        if row.verdict.outcome in _QUIET:
            return Standing.MENDED
        if not entry.excuses(row.verdict.reason):
            return Standing.WORSE
        return Standing.EXPIRED if self.is_over(entry) else Standing.HOLDS

    def renewed(
        self,
        rows: Sequence[Row],
        whole: frozenset[str],
        policy: PolicySettings,
        exists: Callable[[str], bool],
    ) -> "Renewal":
        """Return the entries that are to be written, given what a whole check has found.

        `whole`: documents that were read as a whole; `exists`: whether one that was not is there.
        """
        standings = self.standings(rows, whole)
        until = self._today + timedelta(days=policy.baseline_days)
        keeps = {Standing.HOLDS, Standing.EXPIRED, Standing.OPEN}
        entries = {
            each: replace(each, until=until) if standing is Standing.EXPIRED else each
            for each, standing in standings.items()
            if standing in keeps and (standing is not Standing.OPEN or exists(each.document))
        }
        new: dict[tuple[str, str, str], Entry] = {}
        for row in rows:
            if row.verdict.outcome in policy.failing and self.of(row) is None:
                reason, place = row.verdict.reason, self.place(row)
                new.setdefault((*place, _grade(reason)), Entry(*place, reason, self._today, until))
        expired = sum(each is not old for old, each in entries.items())
        gone = len(self.entries) - len(entries)
        written = tuple(sorted((*entries.values(), *new.values()), key=_order))
        return Renewal(written, len(new), len(entries) - expired, expired, gone)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a baseline is to hold, and how many entries came, stayed, were renewed and went."""

    entries: tuple[Entry, ...]
    new: int
    kept: int
    renewed: int
    removed: int

    def __str__(self) -> str:
        """Say it in one sentence, without its full stop."""
        links = f"{len(self.entries)} link{'' if len(self.entries) == 1 else 's'} known"
        own = f"{self.new} new, {self.kept} kept, {self.renewed} renewed"
        return f"{links}: {own}; {self.removed} removed"


def parsed(text: str, name: str) -> tuple[Entry, ...]:
    """Read the text of a baseline. Raises `SettingsError`, which says where."""
    try:
        told = tomllib.loads(text)
    except RecursionError as error:
        raise SettingsError(f"{name}: is nested too deeply for a baseline.") from error
    except ValueError as error:  # also of numbers and days that are none
        raise SettingsError(f"{name}: is not valid TOML: {error}.") from error
    for key in told:
        if key != "link":
            raise SettingsError(f"{name}: is no baseline: there is {key!r}; it has [[link]] alone.")
    tables = told.get("link", [])
    if not isinstance(tables, list):
        raise SettingsError(f"{name}: is no baseline: write [[link]].")
    lines = [text.count("\n", 0, found.start()) + 1 for found in _TABLE.finditer(text)]
    if len(lines) != len(tables):  # some stand in a text, or they are written in another way
        wheres = [f"entry {number}" for number in range(1, len(tables) + 1)]
    else:
        wheres = [f"line {line}" for line in lines]
    pairs = zip(tables, wheres, strict=True)
    return tuple(_entry(each, f"{name}, {where}") for each, where in pairs)


def written(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the text of a baseline, as `parsed` reads it."""
    yield _HEAD
    for each in entries:
        told = {key: getattr(each, key) for key in _KEYS}
        lines = (f"{key} = {_value(value)}\n" for key, value in told.items())
        yield f"\n[[link]]\n{''.join(lines)}"


def _entry(value: object, where: str) -> Entry:
    if not isinstance(value, Mapping):
        raise SettingsError(f"{where}: must be a table.")
    for key in value:
        if key not in _KEYS:
            raise SettingsError(f"{where}: there is no {key!r}; there are {', '.join(_KEYS)}.")
    texts = {key: _text(value, key, where) for key in _TEXTS}
    if texts["reason"] not in BY_CODE:
        raise SettingsError(f"{where}: there is no reason {texts['reason']!r}: docs/reasons.md.")
    since, until = (_day(value, key, where) for key in _DAYS)
    return Entry(texts["document"], texts["url"], texts["reason"], since, until, texts["note"])


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "" if key == "note" else None)
    if not isinstance(value, str):
        raise SettingsError(f"{where}: {key!r} must be a text.")
    return value


def _day(table: Mapping[str, Any], key: str, where: str) -> date:
    value = table.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise SettingsError(f"{where}: {key!r} must be a day such as 2027-01-31.")
    return value


def _value(value: str | date) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f'"{"".join(map(_character, value))}"'


def _character(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    # Also what turns text around, or is not to be seen: a person is to read this.
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04X}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08X}"  # noqa: PLR2004


def _unicode(text: str) -> str:
    """Return a text that a file can hold: a name may have bytes that are none."""
    return text.encode("utf-8", "backslashreplace").decode()


def _grade(reason: str) -> str:
    return _PLACE if reason == _PLACE else BY_CODE[reason].outcome


def _worst(told: set[Standing], *, is_read: bool) -> Standing:
    if not told:  # nobody writes it any more, or nobody has looked
        return Standing.MENDED if is_read else Standing.OPEN
    order = (Standing.HOLDS, Standing.EXPIRED, Standing.WORSE, Standing.OPEN, Standing.MENDED)
    return min(told, key=order.index)


def _order(entry: Entry) -> tuple[str, str, str]:
    return entry.document, entry.url, entry.reason

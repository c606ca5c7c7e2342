"""The roll of links: every link of a report once, with what a page about all of them shows.

It is taken down while the outline goes through the rows, for rows may be a view of more than
memory holds: of links that are simply well it keeps a line, of others the row that speaks for them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from crawler.levels import KNOWN, PERHAPS, standing
from crawler.model import Health, LinkState, Occurrence, Outcome, Report, Row
from crawler.naming import named, whole, written
from crawler.outline import identity
from crawler.urls import Target, Url
from crawler.views import View
from crawler.words import Words

KINDS: Final = (
    Outcome.BROKEN,
    PERHAPS,
    Outcome.INVALID,
    Health.DRIFTED,
    Health.FLAKY,
    Outcome.FAILING,
    Outcome.UNSAFE,
    Outcome.BLOCKED,
    KNOWN,
    Outcome.REDIRECTED,
    Outcome.OK,
    Outcome.SKIPPED,
)
"""What a link may be, the worst first: what the summary counts, and two beliefs over time."""

LABELS: Final[Mapping[str, str]] = {
    Outcome.BROKEN: "broken",
    PERHAPS: "perhaps broken",
    Outcome.INVALID: "not a link",
    Health.DRIFTED: "drifted",
    Health.FLAKY: "flaky",
    Health.SUSPECT: "suspect",
    Health.HEALTHY: "well",
    Health.UNKNOWN: "unknown",
    Outcome.FAILING: "no answer",
    Outcome.UNSAFE: "unsafe",
    Outcome.BLOCKED: "not for us",
    KNOWN: "known before",
    Outcome.REDIRECTED: "redirected",
    Outcome.OK: "well",
    Outcome.SKIPPED: "not asked",
}
"""What kinds and healths are called in a list; behind a number, by `counted`."""

SHOWN_PLACES: Final = 3
"""Places of a link that the roll keeps; the entry of one that is not well has more."""

_RANKS: Final = {kind: rank for rank, kind in enumerate(KINDS)}
_THERE: Final = (Outcome.OK, Outcome.REDIRECTED)
_OVER_TIME: Final = (Health.DRIFTED, Health.FLAKY)


@dataclass(slots=True)
class Line:
    """One link. `documents`: the numbers of those that have it, in the order of their first link.

    `followable`: `name` is a URL of the web; `since`: when what is wrong with it began;
    `at_once`: it is broken, and not for what its looks have come to together.
    """

    name: str
    kind: str
    followable: bool
    code: str = ""
    host: str = ""
    status: int | None = None
    seen: datetime | None = None
    since: datetime | None = None
    places: list[Occurrence] = field(default_factory=list)
    written: int = 0
    documents: list[int] = field(default_factory=list)
    ignored: bool = False
    at_once: bool = False


@dataclass(slots=True)
class Roll:
    """What has gone by. `rows`: those that may have something to tell, by each of their names."""

    remembers: bool
    documents: dict[str, int] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    _lines: dict[Url | str, Line] = field(default_factory=dict)

    def take(self, row: Row) -> Row:
        """Take down a row, and return it."""
        key, place = identity(row), row.place.occurrence
        line = self._lines.get(key)
        if line is None or (line.ignored and row.place.ignored is None):
            # A place that is left out does not speak for its link.
            line = self._lines[key] = _line(row, self.remembers, line)
            if _may_have_an_entry(row):
                for name in (written(row), named(row), whole(row)):
                    self.rows.setdefault(name, row)
        line.written += 1
        if line.written <= SHOWN_PLACES:
            line.places.append(place)
        document = self.documents.setdefault(place.document, len(self.documents))
        if document not in line.documents[-1:]:
            line.documents.append(document)
        return row

    def lines(self) -> list[Line]:
        """Return all links, the worst first, and as the documents have them."""
        return sorted(self._lines.values(), key=lambda line: _RANKS[line.kind])

    def line_of(self, row: Row) -> Line:
        """Return the line of a row that has gone by."""
        return self._lines[identity(row)]

    def of_host(self, host: str, code: str) -> list[Line]:
        """Return the links of a host whose verdicts have a reason in common."""
        lines = self._lines.values()
        return [line for line in lines if line.host == host and line.code == code]

    def kinds(self) -> Counter[str]:
        """Count the links of each kind."""
        return Counter(line.kind for line in self._lines.values())

    @property
    def at_once(self) -> int:
        """How many links are broken for a place or a file that is missing: nobody waits for more.

        What is believed of their pages, if they have any, does not say so.
        """
        return sum(line.at_once for line in self._lines.values())

    @property
    def places(self) -> int:
        """How many places all links are written at."""
        return sum(line.written for line in self._lines.values())


def taken_down(report: Report, roll: Roll) -> Report:
    """Return the same report; whoever goes through its rows, once, fills the roll."""
    rows = report.rows
    return replace(report, rows=View(len(rows), lambda index: roll.take(rows[index])))


def counted(number: int, kind: str, words: Words) -> str:
    """Say how many links, or looks at one, are of a kind."""
    return words(f"{number} {LABELS[kind]}")


def labelled(kind: str, number: int, words: Words) -> str:
    """Return what a kind is called beside a number, to which words may have to bend."""
    return counted(number, kind, words).partition(" ")[2]


def since(state: LinkState | None) -> datetime | None:
    """Return when that began which is wrong with a link; None if nothing is."""
    if state is None or state.health in (Health.HEALTHY, Health.UNKNOWN):
        return None
    if state.health is Health.DRIFTED:
        return state.drift_since
    return state.failing_since or state.since


def _line(row: Row, remembers: bool, before: Line | None) -> Line:  # noqa: FBT001 - a report's own field
    line = before or Line("", "", followable=False)
    look = row.observation
    line.name, line.kind = written(row), _kind(row, standing(row, remembers=remembers))
    target = row.place.target
    line.followable = isinstance(target, Target)
    line.code, line.host = row.verdict.reason, target.url.host if isinstance(target, Target) else ""
    line.status, line.seen = (look.status, look.at) if look else (None, None)
    line.since, line.ignored = since(row.state), row.place.ignored is not None
    believed = row.state is not None and row.state.health is Health.BROKEN
    line.at_once = line.kind == Outcome.BROKEN and not believed
    return line


def _kind(row: Row, standing: str) -> str:
    believed = row.state.health if row.state else Health.UNKNOWN
    return believed if standing in _THERE and believed in _OVER_TIME else standing


def _may_have_an_entry(row: Row) -> bool:
    believed = row.state.health if row.state else Health.HEALTHY
    calm = row.verdict.outcome is Outcome.OK and believed is Health.HEALTHY
    return not calm or bool(row.findings)


def pairs(counts: Counter[str]) -> Iterator[tuple[str, int]]:
    """Yield the kinds that there are, with their numbers, the worst first."""
    return ((kind, counts[kind]) for kind in KINDS if counts[kind])

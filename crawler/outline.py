"""What a report says, before it has a format: sections of entries, the worst first.

One URL is one entry with all its places, however often it is written.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from crawler.drafts import (
    Drafts,
    Entry,
    entries,
    entries_by_host,
    first_of_each,
    take_advice,
    take_belief,
    take_trouble,
)
from crawler.levels import KNOWN, PERHAPS, standing
from crawler.model import Health, Outcome, Report, Row
from crawler.naming import lacks_fragment, written
from crawler.notes import notes_of
from crawler.urls import Target, Url


class Aspect(StrEnum):
    """What of a report is shown."""

    TROUBLE = "trouble"
    ALL = "all"
    BROKEN = "broken"
    CHANGES = "changes"
    HOSTS = "hosts"
    IGNORED = "ignored"
    CATALOGUE = "catalogue"
    WEIGHT = "weight"


FIGURED: Final = frozenset({Aspect.HOSTS, Aspect.WEIGHT})
"""What is told in tables of figures: `rot.py`."""


@dataclass(frozen=True, slots=True)
class Section:
    """Entries that have something in common. `outcome`: the one that it stands for, if any.

    `by_document`: each entry goes under the name of the document of its first place.
    """

    title: str
    words: str
    entries: tuple[Entry, ...]
    outcome: Outcome | None = None
    by_document: bool = False

    def groups(self) -> Iterator[tuple[str, Iterator[Entry]]]:
        """Yield the entries of one document after the other, or all under no name."""
        return groupby(self.entries, self._document)

    def _document(self, entry: Entry) -> str:
        return entry.places[0].document if self.by_document else ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole report in words.

    `summary` in one sentence: the `total`, and the `figures` that it is made of.
    """

    heading: str
    sections: tuple[Section, ...]
    summary: str
    notes: tuple[str, ...] = ()
    total: str = ""
    figures: tuple[tuple[int, str], ...] = ()


_IGNORED: Final = "ignored"
# Confirmed first; then what may be; then what is not for us to know.
_TROUBLES: Final = (
    (Outcome.BROKEN, "Broken", "These links lead nowhere."),
    (Health.DRIFTED, "Drifted", "The page is another's, or about another thing, now."),
    (Outcome.INVALID, "Not a link", "What is written cannot be followed."),
    (
        PERHAPS,
        "Perhaps broken",
        "The last look says so; it takes more of them, on other days, to be sure.",
    ),
    (
        Outcome.FAILING,
        "No answer this time",
        "It may pass: only several looks over days make a link broken.",
    ),
    (Health.FLAKY, "Flaky", "Good and bad looks take turns."),
    (
        Outcome.UNSAFE,
        "Not asked for safety",
        "These lead out of the public web, or of the project.",
    ),
    (
        Outcome.BLOCKED,
        "Not for us",
        "Something answered, but not for a program: a person may well get through.",
    ),
    (KNOWN, "Known before", "They are no news, and fail nothing."),
    (_IGNORED, "Left out", "By comments of the documents, or by the settings."),
)
# What is believed of links over time, whatever the latest look says.
_BELIEVED: Final = frozenset({Health.DRIFTED, Health.FLAKY})
_COUNTED: Final = (
    Outcome.OK,
    Outcome.REDIRECTED,
    Outcome.BROKEN,
    PERHAPS,
    KNOWN,
    *list(Outcome)[3:],
)
_ADVICE: Final = (
    ("moved", "Moved for good", "Every redirect on the way is a permanent one."),
    ("sent-home", "Sent to the front page", "The page itself may be gone."),
    ("site-moved", "Sent to another site's front page", "The site may be gone."),
    ("converged", "Led together", "Once these led to pages of their own; are those gone?"),
    ("empty", "Nothing to see", "The page answers, and shows nothing."),
    ("text-missing", "Text not found", "The page does not show the words that the link leads to."),
    ("shortener", "Behind a shortener", "If the service closes, the target is lost with it."),
    ("wrapper", "Wrapped", "The target stands inside the link and can be linked to directly."),
    ("amp", "A version for phones", "The page that it is made of is for all readers."),
    ("tracking", "With tracking parameters", "The page is the same without them."),
    ("affiliate", "Somebody is paid for it", "Nothing is wrong with that if it is meant."),
    ("archived", "Archived", "It can still be read; questions and repairs find nobody any more."),
    (
        "language-mismatch",
        "In another language",
        "It is not the one that the label names.",
    ),
)
_OUTCOMES: Final = frozenset(Outcome)
_COLOURS: Final[Mapping[str, Outcome]] = {PERHAPS: Outcome.FAILING}
_SURE: Final = frozenset({Outcome.BROKEN, Health.DRIFTED, Outcome.INVALID})
_TOLD: Final = frozenset(key for key, _, _ in _TROUBLES) - {Health.FLAKY, _IGNORED}
TOPICS: Final[Mapping[str, tuple[str, str]]] = {
    str(key): (title, words) for key, title, words in (*_TROUBLES, *_ADVICE)
}
"""What a section may be about, by its key: its title, and a sentence on all its entries."""
SHOWN: Final[Mapping[Aspect, frozenset[str]]] = {
    Aspect.TROUBLE: _TOLD,
    Aspect.BROKEN: _SURE,
    Aspect.IGNORED: frozenset({_IGNORED}),
    Aspect.ALL: _TOLD | {Health.FLAKY} | {name for name, _, _ in _ADVICE},
}
"""The topics of each aspect that has sections."""


def outline(report: Report, aspect: Aspect = Aspect.ALL) -> Outline:
    """Put a report in order. Rows are gone through once; what has no entry is only counted."""
    seen = _Seen(aspect, remembers=report.remembers)
    for row in report.rows:
        seen.take(row)
    when = report.run.finished_at or report.run.started_at
    number = _number(len(seen.documents), "document")
    heading = f"Links of {number}, {when:%Y-%m-%d %H:%M} UTC"
    total, figures = seen.total(), tuple(seen.figures())
    told = ", ".join(f"{found} {name}" for found, name in figures)
    summary = f"{total}: {told}." if figures else f"{total}."
    sections, notes = tuple(seen.sections()), tuple(notes_of(report))
    return Outline(heading, sections, summary, notes, total, figures)


def rows_shown(report: Report, aspect: Aspect) -> Iterator[Row]:
    """Yield the rows of an aspect, for formats that tell of every row what there is to tell.

    What is only sure, and what is left out, are some of them; any other aspect has all.
    """
    if aspect not in (Aspect.BROKEN, Aspect.IGNORED):
        yield from report.rows
        return
    for row in report.rows:
        left_out = row.place.ignored is not None
        sure = not left_out and _is_sure(row, remembers=report.remembers)
        if left_out if aspect is Aspect.IGNORED else sure:
            yield row


def _is_sure(row: Row, *, remembers: bool) -> bool:
    drifted = row.state is not None and row.state.health is Health.DRIFTED
    return drifted or standing(row, remembers=remembers) in _SURE


def identity(row: Row) -> Url | str:
    """Return what makes a row's link one link with those of other rows, wherever it is written."""
    target = row.place.target
    return target.url if isinstance(target, Target) and not lacks_fragment(row) else written(row)


class _Seen:
    """What is known of a report's rows once they have gone by."""

    def __init__(self, aspect: Aspect, *, remembers: bool) -> None:
        self._remembers = remembers
        self.documents: set[str] = set()
        self._drafts: dict[str, Drafts] = {key: {} for key in SHOWN[aspect]}
        self._places = 0
        # By URL, or by what is written where there is none; what many have in common, they share.
        self._links: dict[Url | str, tuple[str, str | None]] = {}
        self._kinds: dict[tuple[str, str | None], tuple[str, str | None]] = {}

    def take(self, row: Row) -> None:
        """Take note of the next row."""
        outcome = standing(row, remembers=self._remembers)
        self._count(row, outcome)
        if row.place.ignored is not None:
            outcome = _IGNORED
        if outcome in self._drafts:
            take_trouble(self._drafts[outcome], row, remembers=self._remembers)
        if row.state and row.state.health in _BELIEVED & self._drafts.keys():
            take_belief(self._drafts[row.state.health], row, row.state)
        for finding in first_of_each(row, self._drafts):
            take_advice(self._drafts[finding.name], row, finding)

    def _count(self, row: Row, outcome: str) -> None:
        skipped = row.verdict.reason if row.verdict.outcome is Outcome.SKIPPED else None
        url, kind = identity(row), (outcome, skipped)
        kind = self._kinds.setdefault(kind, kind)
        if row.place.ignored is None:
            self._links[url] = kind
        else:  # it may be asked and judged at another place
            self._links.setdefault(url, kind)
        self.documents.add(row.place.occurrence.document)
        self._places += 1

    def sections(self) -> Iterator[Section]:
        """Yield the sections that have entries, the worst first."""
        many = len(self.documents) > 1
        for key, title, words in (*_TROUBLES, *_ADVICE):
            if drafts := self._drafts.get(key):
                outcome = Outcome(key) if key in _OUTCOMES else _COLOURS.get(key)
                told = entries_by_host(drafts) if key == Outcome.BLOCKED else entries(drafts)
                by_document = many and key in _SURE
                yield Section(title, words, told, outcome, by_document)

    def total(self) -> str:
        """Return how many links there are, and in how many places."""
        if not self._links:
            return "No links"
        links, places = _number(len(self._links), "link"), _number(self._places, "place")
        return f"{links} in {places}"

    def figures(self) -> Iterator[tuple[int, str]]:
        """Yield how many links are what, and why some were skipped."""
        kinds = Counter(self._links.values())
        found = Counter[str]()
        for (outcome, _), number in kinds.items():
            found[outcome] += number
        skipped = {code: number for (_, code), number in kinds.items() if code}
        for outcome in filter(found.get, _COUNTED):
            why = _why_skipped(skipped) if outcome == Outcome.SKIPPED else ""
            yield found[outcome], f"{outcome}{why}"


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _why_skipped(codes: Mapping[str, int]) -> str:
    if len(codes) == 1:
        return f" ({next(iter(codes))})"
    return f" ({', '.join(f'{number} {code}' for code, number in sorted(codes.items()))})"

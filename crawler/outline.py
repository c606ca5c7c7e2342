"""What a report says, before it has a format: sections of entries, the worst first.

One URL is one entry with all its places, however often it is written.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from crawler.beliefs import drift_words, history_of, is_broken, is_unconfirmed
from crawler.model import (
    Finding,
    Health,
    Ignore,
    IgnoreState,
    LinkState,
    Network,
    Occurrence,
    Outcome,
    Report,
    Row,
    Unread,
)
from crawler.naming import lacks_fragment, named, whole, written
from crawler.network import NOTHING_RECORDED, TROUBLE
from crawler.text import clean
from crawler.turnout import turnout_notes
from crawler.urls import Target, Url

MAX_PLACES: Final = 20
"""Places of one link that an entry holds; further ones are counted."""
MAX_UNREAD: Final = 20
"""Documents that could not be read and are named; the JSON has all of them."""

MAX_IGNORES: Final = 20
"""Ignores without effect that are named; the JSON has all of them."""


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a section: `code` is the reason's, or the finding's name.

    `places` are the first of `written` places; `followable`: `url` is a URL, and not something
    written that is none; `copy`: an archive's, where the page is lost.
    """

    url: str
    code: str
    sentence: str
    places: tuple[Occurrence, ...]
    written: int
    followable: bool = True
    history: str = ""
    replacement: str | None = None
    copy: Finding | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Entries that have something in common. `outcome`: the one that it stands for, if any."""

    title: str
    words: str
    entries: tuple[Entry, ...]
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole report in words."""

    heading: str
    sections: tuple[Section, ...]
    summary: str
    notes: tuple[str, ...] = ()


_PERHAPS: Final = "perhaps broken"
_TROUBLES: Final = (
    (Outcome.BROKEN, "Broken", "These links lead nowhere."),
    (
        _PERHAPS,
        "Perhaps broken",
        "The last look says so; it takes more of them, on other days, to be sure.",
    ),
    (Outcome.INVALID, "Not a link", "What is written cannot be followed."),
    (
        Outcome.FAILING,
        "No answer this time",
        "It may pass: only several looks over days make a link broken.",
    ),
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
)
_COUNTED: Final = (Outcome.OK, Outcome.REDIRECTED, Outcome.BROKEN, _PERHAPS, *list(Outcome)[3:])
# What is believed of links over time, whatever the latest look says.
_DRIFTED: Final = (Health.DRIFTED, "Drifted", "The page is another's, or about another thing, now.")
_FLAKY: Final = (Health.FLAKY, "Flaky", "Good and bad looks take turns.")
_BELIEVED: Final = {Aspect.TROUBLE: (_DRIFTED,), Aspect.ALL: (_DRIFTED, _FLAKY)}
_ADVICE: Final = (
    ("moved", "Moved for good", "Every redirect on the way is a permanent one."),
    ("sent-home", "Sent to the front page", "The page itself may be gone."),
    ("site-moved", "Sent to another site's front page", "The site may be gone."),
    ("converged", "Led together", "Once these led to pages of their own; are those gone?"),
    ("empty", "Nothing to see", "The page answers, and shows nothing."),
    ("text-missing", "Text not found", "The page does not show the words that the link leads to."),
    ("shortener", "Behind a shortener", "If the service closes, the target is lost with it."),
    ("wrapper", "Wrapped", "The target stands inside the link and can be linked to directly."),
    ("tracking", "With tracking parameters", "The page is the same without them."),
    ("affiliate", "Somebody is paid for it", "Nothing is wrong with that if it is meant."),
    ("archived", "Archived", "It can still be read; questions and repairs find nobody any more."),
    (
        "language-mismatch",
        "In another language",
        "It is not the one that the label names.",
    ),
)

_IGNORES: Final[Mapping[IgnoreState, str]] = {
    IgnoreState.EXPIRED: "this ignore ended with {}; its links are asked again.",
    IgnoreState.UNUSED: "this ignore leaves no link out.",
}
_ONE_LOOK: Final = "As the latest look saw it; reports add up looks for whole pages only."


def outline(report: Report, aspect: Aspect = Aspect.ALL) -> Outline:
    """Put a report in order. Rows are gone through once; what has no entry is only counted."""
    seen = _Seen(aspect, remembers=report.remembers)
    for row in report.rows:
        seen.take(row)
    when = report.run.finished_at or report.run.started_at
    number = _number(len(seen.documents), "document")
    heading = f"Links of {number}, {when:%Y-%m-%d %H:%M} UTC"
    return Outline(heading, tuple(seen.sections()), seen.summary(), tuple(_notes(report)))


@dataclass(slots=True)
class _Draft:
    """An entry on its way; its row is forgotten, and its places add up."""

    code: str
    sentence: str
    followable: bool = True
    history: str = ""
    replacement: str | None = None
    copy: Finding | None = None
    places: list[Occurrence] = field(default_factory=list)
    written: int = 0

    def add(self, place: Occurrence) -> None:
        self.written += 1
        if self.written <= MAX_PLACES:
            self.places.append(place)


Drafts: TypeAlias = dict[str, _Draft]


class _Seen:
    """What is known of a report's rows once they have gone by."""

    def __init__(self, aspect: Aspect, *, remembers: bool) -> None:
        self._remembers = remembers
        self.documents: set[str] = set()
        self._troubles: dict[str, Drafts] = {outcome: {} for outcome, _, _ in _TROUBLES}
        names = [name for name, _, _ in _ADVICE] if aspect is Aspect.ALL else []
        self._advice: dict[str, Drafts] = {name: {} for name in names}
        self._believed: dict[Health, Drafts] = {health: {} for health, _, _ in _BELIEVED[aspect]}
        self._places = 0
        # By URL, or by what is written where there is none; what many have in common, they share.
        self._links: dict[Url | str, tuple[str, str | None]] = {}
        self._kinds: dict[tuple[str, str | None], tuple[str, str | None]] = {}

    def take(self, row: Row) -> None:
        """Take note of the next row."""
        # As the sections count them: what all looks together call broken is broken.
        outcome: str = Outcome.BROKEN if is_broken(row) else row.verdict.outcome
        if self._remembers and is_unconfirmed(row):
            outcome = _PERHAPS
        skipped = row.verdict.reason if row.verdict.outcome is Outcome.SKIPPED else None
        target = row.place.target
        lacking = lacks_fragment(row)
        url = target.url if isinstance(target, Target) and not lacking else written(row)
        kind = (outcome, skipped)
        kind = self._kinds.setdefault(kind, kind)
        if row.place.ignored is None:
            self._links[url] = kind
        else:  # it may be asked and judged at another place
            self._links.setdefault(url, kind)
        self.documents.add(row.place.occurrence.document)
        self._places += 1
        if outcome in self._troubles:
            _take_trouble(self._troubles[outcome], row, remembers=self._remembers)
        if row.state and row.state.health in self._believed:
            _take_belief(self._believed[row.state.health], row, row.state)
        for finding in _first_of_each(row, self._advice):
            _take_advice(self._advice[finding.name], row, finding)

    def sections(self) -> Iterator[Section]:
        """Yield the sections that have entries, the worst first."""
        for outcome, title, words in _TROUBLES:
            if drafts := self._troubles[outcome]:
                kind = Outcome.FAILING if outcome == _PERHAPS else Outcome(outcome)
                yield Section(title, words, _entries(drafts), kind)
        for health, title, words in _BELIEVED[Aspect.ALL]:
            if drafts := self._believed.get(health, {}):
                yield Section(title, words, _entries(drafts))
        for name, title, words in _ADVICE:
            if drafts := self._advice.get(name, {}):
                yield Section(title, words, _entries(drafts))

    def summary(self) -> str:
        """Return all there is, in numbers."""
        if not self._links:
            return "No links."
        kinds = Counter(self._links.values())
        found = Counter[str]()
        for (outcome, _), number in kinds.items():
            found[outcome] += number
        parts = [f"{found[outcome]} {outcome}" for outcome in _COUNTED if found[outcome]]
        skipped = {code: number for (_, code), number in kinds.items() if code}
        links, places = _number(len(self._links), "link"), _number(self._places, "place")
        return f"{links} in {places}: {', '.join(parts)}{_why_skipped(skipped)}."


def _take_trouble(drafts: Drafts, row: Row, *, remembers: bool) -> None:
    url, verdict, state = written(row), row.verdict, row.state
    if url not in drafts:  # the first row speaks for it
        followable = isinstance(row.place.target, Target)
        # Without a history the only look there is has said everything.
        more = state is not None and (remembers or len(state.trail) > 1)
        history = history_of(state) if state and more else ""
        if followable and lacks_fragment(row):
            history = _ONE_LOOK  # the URL's own would be that of a page that is well
        copy = _copy_of(row)
        drafts[url] = _Draft(verdict.reason, verdict.detail, followable, history, copy=copy)
    drafts[url].add(row.place.occurrence)


def _take_belief(drafts: Drafts, row: Row, state: LinkState) -> None:
    url, look = named(row), row.observation
    told = drift_words(state, look) if look else ""
    draft = _Draft(state.health, told or row.verdict.detail, copy=_copy_of(row))
    draft.history = history_of(state)
    drafts.setdefault(url, draft).add(row.place.occurrence)


def _take_advice(drafts: Drafts, row: Row, finding: Finding) -> None:
    url = whole(row) if finding in row.advice else written(row)
    draft = drafts.setdefault(url, _Draft(finding.name, finding.message))
    draft.sentence, draft.replacement = finding.message, finding.replacement
    draft.add(row.place.occurrence)


def _copy_of(row: Row) -> Finding | None:
    return next((each for each in row.findings if each.name == "archived-copy"), None)


def _entries(drafts: Drafts) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            url, draft.code, draft.sentence, tuple(draft.places), draft.written, draft.followable,
            draft.history, draft.replacement, draft.copy,
        )
        for url, draft in drafts.items()
    )  # fmt: skip


def _first_of_each(row: Row, names: Container[str]) -> Iterator[Finding]:
    first = {finding.name: finding for finding in reversed(row.findings)}
    return (finding for finding in first.values() if finding.name in names)


def _number(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _why_skipped(codes: Mapping[str, int]) -> str:
    if not codes:
        return ""
    if len(codes) == 1:
        return f" ({next(iter(codes))})"
    return f" ({', '.join(f'{number} {code}' for code, number in sorted(codes.items()))})"


def _notes(report: Report) -> Iterator[str]:
    if report.run.network is not Network.UP:
        trouble = TROUBLE[report.run.network]
        yield f"{trouble[0].upper()}{trouble[1:]} {NOTHING_RECORDED}"
    elif not report.run.complete:
        yield "This report is partial: the run ended before all links were seen."
    yield from turnout_notes(report)
    yield from report.remarks
    yield from unread_notes(report.unread)
    yield from ignore_notes(report.run.ignores)


def unread_notes(unread: Sequence[Unread]) -> Iterator[str]:
    """Yield a sentence on each of the first that could not be read, and one on all others."""
    for each in unread[:MAX_UNREAD]:
        yield f"Not read: {clean(each.document)} {each.reason}."
    if len(unread) > MAX_UNREAD:
        yield f"Not read: {len(unread) - MAX_UNREAD} more."


def ignore_notes(ignores: Iterable[Ignore]) -> Iterator[str]:
    """Yield a sentence on each comment or entry that has no effect, up to a number."""
    told = [each for each in ignores if each.state is not IgnoreState.ACTIVE]
    for each in told[:MAX_IGNORES]:
        yield f"{named_ignore(each)}: {_IGNORES[each.state].format(each.until)}"
    if len(told) > MAX_IGNORES:
        yield f"{_number(len(told) - MAX_IGNORES, 'more ignore')} expired or unused."


def named_ignore(ignore: Ignore) -> str:
    """Say where an ignore stands."""
    where = clean(ignore.document)
    return f"{where}:{ignore.line}" if ignore.line else f"{where}: 'ignore', entry {ignore.entry}"

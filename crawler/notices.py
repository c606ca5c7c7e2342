"""What a report tells programs: notices, one a place and topic, and alarms about the report itself.

The topics are those that a report for people has sections for. Sentences are in English, each to
be handed to `Words` as a whole.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, Literal, TypeAlias

from crawler.beliefs import drift_words, history_of
from crawler.drafts import copy_of, past, trouble_explained
from crawler.explanations import cure
from crawler.levels import KNOWN, Level, advised, level_of, standing
from crawler.model import Finding, Health, LinkState, Network, Occurrence, Outcome, Report, Row
from crawler.naming import named, replacement, whole, written
from crawler.notes import ignore_notes, run_notes, unread_notes
from crawler.outline import SHOWN, TOPICS, Aspect
from crawler.turnout import turnout_notes
from crawler.urls import Target, resolve
from crawler.words import Words

Kind: TypeAlias = Literal["reasons", "advice", "beliefs"]
"""What explains a notice: see `explanations.KINDS`."""

_BELIEVED: Final = frozenset({Health.DRIFTED, Health.FLAKY})
_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
# What these put there leads to the same page; what others do is for the author to weigh.
_SAME: Final = frozenset({"moved", "shortener", "tracking", "wrapper"})
# Wherever a URL may stand, in documents of any format, these stand for themselves.
_PLAIN: Final = re.compile(r"[A-Za-z0-9:/.-]")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell of one place of a row.

    `topic`: the section that it belongs to; `kind` and `name`: the code that it is explained by;
    `about`: the URL, or what is written where there is none; `nth`: how many alike the document had
    before; `proposed`: what to write instead; `fix`: the same where it can be put on the very span,
    with nothing to weigh or to escape; `copy`: an archive's, where the page is lost.
    """

    topic: str
    kind: Kind
    name: str
    about: str
    sentences: tuple[str, ...]
    row: Row
    nth: int = 0
    proposed: str | None = None
    fix: str | None = None
    copy: Finding | None = None

    @property
    def code(self) -> str:
        """What programs call the matter: a finding's name may be a reason's too."""
        return f"advice-{self.name}" if self.kind == "advice" else self.name

    @property
    def level(self) -> Level:
        """How loud it is."""
        return level_of(self.topic)

    @property
    def place(self) -> Occurrence:
        """Where it is."""
        return self.row.place.occurrence

    @property
    def fingerprint(self) -> str:
        """What stays the same when lines move: of the document, the link, the code, and `nth`."""
        parts = (self.place.document, self.about, self.code, str(self.nth))
        told = "\0".join(parts).encode("utf-8", "backslashreplace")
        return hashlib.sha256(told).hexdigest()[:32]

    def title(self, words: Words) -> str:
        """Return a headline."""
        title = words(TOPICS[self.topic][0])
        return f"{title} ({self.code})" if self.kind == "reasons" else title

    def message(self, words: Words) -> str:
        """Return which link it is about, and all that there is to say."""
        told = [f"{self.about}:", *map(words, self.sentences)]
        if self.proposed:
            told.append(words(f"Write {self.proposed} instead."))
        else:
            told.append(self._cure(words))
        if self.copy and self.copy.replacement:
            told += [words(self.copy.message), self.copy.replacement]
        return " ".join(filter(None, told))

    def _cure(self, words: Words) -> str:
        kind, code = (
            trouble_explained(self.row) if self.kind == "reasons" else (self.kind, self.name)
        )
        return cure(code, words, kind)


@dataclass(frozen=True, slots=True)
class Alarm:
    """Why a report says less than it should; `document`: the one that it lacks, if it is one."""

    sentence: str
    document: str | None = None


def notices(report: Report, aspect: Aspect) -> Iterator[Notice]:
    """Yield what is to be told of all places, in their order; goes through every row."""
    return chain.from_iterable(told for _, told in by_row(report, aspect))


def by_row(report: Report, aspect: Aspect) -> Iterator[tuple[Row, tuple[Notice, ...]]]:
    """Yield every row with what is to be told of it, if anything is."""
    shown, remembers = SHOWN[aspect], report.remembers
    seen: Counter[tuple[str, str]] = Counter()
    document = None
    for row in report.rows:
        if row.place.occurrence.document != document:
            document = row.place.occurrence.document
            seen.clear()
        told = tuple(_of_row(row, shown, remembers=remembers))
        yield row, tuple(replace(each, nth=seen[each.about, each.code]) for each in told)
        seen.update((each.about, each.code) for each in told)


def alarms(report: Report) -> Iterator[Alarm]:
    """Yield why the report says less than it should: its run, and each document not read."""
    yield from map(Alarm, run_notes(report))
    for each in report.unread:
        yield Alarm("".join(unread_notes((each,))), each.document)


def asides(report: Report) -> Iterator[str]:
    """Yield what else is to be said of a report as a whole, a sentence each."""
    yield from report.chosen
    yield from turnout_notes(report)
    yield from report.remarks
    yield from ignore_notes(report.run.ignores)


def is_whole(report: Report) -> bool:
    """Tell whether a report says all that it should."""
    return report.run.network is Network.UP and report.run.complete and not report.unread


def _of_row(row: Row, shown: frozenset[str], *, remembers: bool) -> Iterator[Notice]:
    if row.place.ignored is not None:
        return
    topic, state = standing(row, remembers=remembers), row.state
    if topic in shown:
        yield _trouble(row, topic, remembers=remembers)
    if state and state.health in _BELIEVED and state.health in shown:
        yield _belief(row, state)
    for finding in advised(row):
        if finding.name in shown:
            yield _advice(row, finding)


def _trouble(row: Row, topic: str, *, remembers: bool) -> Notice:
    """Tell of a verdict, why it is no news if it is none, and of the looks before."""
    known = row.known if topic == KNOWN else ""
    told = _sentences(row.verdict.detail, known, past(row, remembers=remembers))
    reason = row.verdict.reason
    return Notice(topic, "reasons", reason, written(row), told, row, copy=copy_of(row))


def _belief(row: Row, state: LinkState) -> Notice:
    """Tell what is believed of a link, whatever the latest look says."""
    look, health = row.observation, state.health
    changed = drift_words(state, look) if look else ""
    told = _sentences(changed or row.verdict.detail, history_of(state))
    return Notice(health, "beliefs", health, named(row), told, row, copy=copy_of(row))


def _advice(row: Row, finding: Finding) -> Notice:
    about = whole(row) if finding in row.advice else written(row)
    proposed, name = replacement(finding, row), finding.name
    fix = proposed if proposed and _is_safe(row, finding, proposed) else None
    return Notice(name, "advice", name, about, (finding.message,), row, 0, proposed, fix)


def _sentences(*told: str) -> tuple[str, ...]:
    return tuple(filter(None, told))


def _is_safe(row: Row, finding: Finding, proposed: str) -> bool:
    """Tell whether an address can be put on the span of a place as it is.

    It leads to the same page; what stands there is this very URL, with nothing that its format has
    escaped; and the new one has no character that might need to be, unless the old one has it too.
    """
    place = row.place.occurrence
    if finding.name not in _SAME or row.verdict.outcome not in _THERE or place.raw != place.href:
        return False
    target, there = resolve(place.href), row.place.target
    itself = isinstance(target, Target) and isinstance(there, Target) and target.url == there.url
    strange = set(_PLAIN.sub("", proposed)) - set(place.raw) | set(proposed) & {"&"}
    return itself and not strange and proposed[-1] not in ".:-"

"""Entries of a report on their way: one a link, whose places add up as rows go by."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final, TypeAlias

from crawler.beliefs import drift_words, history_of, is_broken
from crawler.levels import KNOWN, standing
from crawler.model import Finding, LinkState, Occurrence, Outcome, Row
from crawler.naming import lacks_fragment, named, replacement, whole, written
from crawler.urls import Target

MAX_PLACES: Final = 20
"""Places of one link that an entry holds; further ones are counted."""

_EACH_ITS_OWN: Final = "Keep at each place what stands behind its #."
_ONE_LOOK: Final = "As the latest look saw it; reports add up looks for whole pages only."


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a section: `code` is the reason's, or the finding's name.

    `places` are the first of `written` places; `followable`: `url` is a URL, and not something
    written that is none, or a host that several links have in common; `copy`: an archive's, where
    the page is lost; `explained`: what says what to do about it, a kind (`explanations.KINDS`) and
    a code of that.
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
    explained: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Draft:
    """An entry on its way; its row is forgotten, and its places add up.

    `several`: its places lead to several parts of the page, each its own.
    """

    code: str
    sentence: str
    followable: bool = True
    history: str = ""
    replacement: str | None = None
    copy: Finding | None = None
    explained: tuple[str, str] = ("", "")
    host: str = ""
    places: list[Occurrence] = field(default_factory=list)
    written: int = 0
    several: bool = False

    def add(self, place: Occurrence) -> None:
        """Take note of one more place."""
        self.written += 1
        if self.written <= MAX_PLACES:
            self.places.append(place)


Drafts: TypeAlias = dict[str, Draft]
"""By URL, or by what is written where there is none; in the order of their first places."""


def take_trouble(drafts: Drafts, row: Row, *, remembers: bool) -> None:
    """Take note of a row whose verdict is to be told. `remembers`: as of a `Report`."""
    url, verdict, target = written(row), row.verdict, row.place.target
    if url not in drafts:  # the first row speaks for it
        followable, history = isinstance(target, Target), past(row, remembers=remembers)
        if row.known and standing(row, remembers=remembers) == KNOWN:
            history = row.known
        draft = Draft(verdict.reason, verdict.detail, followable, history, copy=copy_of(row))
        draft.explained = trouble_explained(row)
        draft.host = target.url.host if isinstance(target, Target) else ""
        drafts[url] = draft
    drafts[url].add(row.place.occurrence)


def take_belief(drafts: Drafts, row: Row, state: LinkState) -> None:
    """Take note of a row for what is believed of its link."""
    url, look = named(row), row.observation
    told = drift_words(state, look) if look else ""
    draft = Draft(state.health, told or row.verdict.detail, copy=copy_of(row))
    draft.history, draft.explained = history_of(state), ("beliefs", state.health)
    drafts.setdefault(url, draft).add(row.place.occurrence)


def take_advice(drafts: Drafts, row: Row, finding: Finding) -> None:
    """Take note of a row for the advice there is."""
    url, proposed = whole(row) if finding in row.advice else written(row), replacement(finding, row)
    explained = ("advice", finding.name)
    draft = Draft(finding.name, "", replacement=proposed, explained=explained)
    draft = drafts.setdefault(url, draft)
    draft.several = draft.several or draft.replacement != proposed
    draft.sentence = f"{finding.message} {_EACH_ITS_OWN}" if draft.several else finding.message
    draft.replacement = finding.replacement if draft.several else proposed
    draft.add(row.place.occurrence)


def past(row: Row, *, remembers: bool) -> str:
    """Say what the looks before say of a row whose verdict is told. `remembers`: as above."""
    if isinstance(row.place.target, Target) and lacks_fragment(row):
        # The URL's own would be that of a page that is well; of one look nothing needs to be said.
        return _ONE_LOOK if remembers else ""
    # Without a history the only look there is has said everything.
    more = row.state is not None and (remembers or len(row.state.trail) > 1)
    return history_of(row.state) if row.state and more else ""


def trouble_explained(row: Row) -> tuple[str, str]:
    """Return what says what to do about the trouble of a row: a kind and a code of that.

    Of what all looks call broken, the latest look's own reason says only why it was no help.
    """
    if is_broken(row) and row.verdict.outcome is not Outcome.BROKEN:
        return "beliefs", Outcome.BROKEN
    return "reasons", row.verdict.reason


def copy_of(row: Row) -> Finding | None:
    """Return where an archive has a page that is lost, if it is known."""
    return next((each for each in row.findings if each.name == "archived-copy"), None)


def first_of_each(row: Row, names: Container[str]) -> Iterator[Finding]:
    """Yield the first finding of each name that is to be told."""
    first = {finding.name: finding for finding in reversed(row.findings)}
    return (finding for finding in first.values() if finding.name in names)


def entries(drafts: Drafts) -> tuple[Entry, ...]:
    """Return an entry for each draft."""
    return tuple(_entry(url, draft) for url, draft in drafts.items())


def entries_by_host(drafts: Drafts) -> tuple[Entry, ...]:
    """Return an entry for all links of a host that have a reason in common, and say how many."""
    numbers = {url: number for number, url in enumerate(drafts)}
    alike = sorted(drafts.items(), key=lambda item: (item[1].host, item[1].code, numbers[item[0]]))
    groups = [list(each) for _, each in groupby(alike, lambda item: (item[1].host, item[1].code))]
    groups.sort(key=lambda group: numbers[group[0][0]])
    return tuple(_together(group) for group in groups)


def _together(group: list[tuple[str, Draft]]) -> Entry:
    url, first = group[0]
    if len(group) == 1:
        return _entry(url, first)
    sentence = f"{len(group)} links. {first.sentence}"
    places = [place for _, draft in group for place in draft.places]
    return replace(
        _entry(first.host, first),
        sentence=sentence,
        places=tuple(places[:MAX_PLACES]),
        written=sum(draft.written for _, draft in group),
        followable=False,
        history="",
        copy=None,
    )


def _entry(url: str, draft: Draft) -> Entry:
    return Entry(
        url, draft.code, draft.sentence, tuple(draft.places), draft.written, draft.followable,
        draft.history, draft.replacement, draft.copy, draft.explained,
    )  # fmt: skip

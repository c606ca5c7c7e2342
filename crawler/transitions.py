"""What a run has changed in what is believed: what is news of a look and of ignores, in order.

Laws: a look that changes no belief is no news, and neither is one that proves nothing (blocked,
unsafe, skipped). Of a link's very first look it is news only that it is broken: all others would
be a list of the documents' links. What is news of one run is none of the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final, TypeAlias

from crawler.beliefs import history_of
from crawler.drafts import MAX_PLACES
from crawler.model import (
    Change,
    Finding,
    Health,
    Ignore,
    IgnoreState,
    LinkState,
    Observation,
    Occurrence,
    Place,
    Transition,
)
from crawler.text import clean
from crawler.trail import TRAIL, returns_as_another, turns
from crawler.urls import Target, Url, resolve

# What is told when it begins and when it ends. That a link turns about no more is no news.
_TOLD: Final = frozenset({Health.BROKEN, Health.DRIFTED})
_RANKS: Final = {kind: rank for rank, kind in enumerate(Change)}
_MOVED: Final = "moved"
_MAX_TITLE: Final = 80

Key: TypeAlias = tuple[str, date | None, str]


@dataclass(frozen=True, slots=True)
class Past:
    """What, beside its state, it may take of a link's history to tell what is news.

    `good`: its last good look; `signs`: its looks that proved something, the oldest first, `+` for
    a good one and `-` for a bad one.
    """

    good: Observation | None = None
    signs: str = ""


def of_look(
    before: LinkState | None, after: LinkState, look: Observation, past: Past
) -> tuple[Transition, ...]:
    """Return what a look has changed. Pure; `past` matters only where `needs_past` says so."""
    found = (_of_health(before, after, look, past), _of_move(before, look, past.good))
    return tuple(replace(each, at=look.at) for each in found if each)


def needs_past(before: LinkState | None, after: LinkState, look: Observation) -> bool:
    """Tell whether more than the state before has to be known to tell what is news of a look."""
    turns_now = before is not None and after.health is Health.FLAKY is not before.health
    return turns_now or (before is not None and _move_of(look) is not None)


def _move_of(look: Observation) -> Finding | None:
    """Return the finding that a page has moved for good, if a look has it."""
    return next((each for each in look.findings if each.name == _MOVED), None)


def of_ignores(
    now: Iterable[Ignore], earlier: Iterable[Sequence[Ignore]]
) -> tuple[Transition, ...]:
    """Return which ignores have expired since a run last told of them.

    `earlier` are those of earlier runs, the latest first; no more of them are gone through than
    needed. They may be of other documents, for these share a history. An ignore is known by what it
    says: its line changes with every edit. One that is met expired for the first time is no news.
    """
    expired = [each for each in now if each.state is IgnoreState.EXPIRED]
    wanted, counted = {ignore_key(each) for each in expired}, dict[Key, IgnoreState]()
    for ignores in earlier if wanted else ():
        for each in ignores:
            if ignore_key(each) in wanted:
                counted[ignore_key(each)] = each.state
        wanted -= counted.keys()
        if not wanted:
            break
    return tuple(
        _of_ignore(each, counted[ignore_key(each)])
        for each in expired
        if counted.get(ignore_key(each), IgnoreState.EXPIRED) is not IgnoreState.EXPIRED
    )


def in_order(found: Iterable[Transition], places: Iterable[Place]) -> tuple[Transition, ...]:
    """Give each change its places, and put them in order: the worst first, then as documents are.

    What is not written anywhere any more comes last of its kind.
    """
    changes = tuple(found)
    if not changes:
        return ()
    written = _written(changes, places)
    end = len(changes) + max((each.first for each in written.values()), default=0)

    def rank(change: Transition) -> tuple[int, int]:
        known = change.url and written.get(change.url)
        return _RANKS[change.kind], known.first if known else end

    return tuple(sorted((_placed(each, written) for each in changes), key=rank))


def placed(found: Iterable[Transition], places: Iterable[Place]) -> tuple[Transition, ...]:
    """Give each change its places, and leave them in the order in which they are."""
    changes = tuple(found)
    written = _written(changes, places) if changes else {}
    return tuple(_placed(each, written) for each in changes)


@dataclass(slots=True)
class _Written:
    """Where a link is written: at which place first, and the first of so many occurrences."""

    first: int
    places: list[Occurrence] = field(default_factory=list)
    number: int = 0


def _written(changes: Iterable[Transition], places: Iterable[Place]) -> Mapping[Url, _Written]:
    wanted, written = {each.url for each in changes if each.url}, dict[Url, _Written]()
    for position, place in enumerate(places):
        url = place.target.url if isinstance(place.target, Target) else None
        if url in wanted and place.ignored is None:
            known = written.setdefault(url, _Written(position))
            known.number += 1
            if known.number <= MAX_PLACES:
                known.places.append(place.occurrence)
    return written


def _placed(change: Transition, written: Mapping[Url, _Written]) -> Transition:
    known = change.url and written.get(change.url)
    return replace(change, places=tuple(known.places), written=known.number) if known else change


def _of_health(
    before: LinkState | None, after: LinkState, look: Observation, past: Past
) -> Transition | None:
    was = believed(before) if before else None
    if believed(after) is was:
        return None
    if after.health is Health.BROKEN:
        return _broken(was, after, look)
    if before is None:
        return None
    if after.health is Health.DRIFTED:
        return _drifted(before, after, look)
    if after.health is Health.FLAKY and was is not Health.BROKEN:
        known = was not in _TOLD and _has_turned(past.signs, turns(after.trail))
        return None if known else _flaky(before, after, look)
    # A suspect proves nothing yet; it is no news either that one of those is well again.
    again = was in _TOLD and after.health is not Health.SUSPECT
    return _recovered(before, after, look) if again else None


def believed(state: LinkState) -> Health:
    """Return what is told of a link: broken too while nobody knows whose page came back."""
    return Health.BROKEN if returns_as_another(state) else state.health


def _broken(was: Health | None, after: LinkState, look: Observation) -> Transition:
    return Transition(
        Change.BROKEN,
        look.url,
        look.verdict.detail,
        was,
        after.health,
        look.verdict.reason,
        after.failing_since,
        history_of(after),
    )


def _drifted(before: LinkState, after: LinkState, look: Observation) -> Transition:
    known, facts = before.known, look.facts
    now = _page(facts.title, facts.language, str(look.final_url or look.url))
    then = _page(known.title, known.language, known.final_url) if known else "what it was"
    return Transition(
        Change.DRIFTED,
        look.url,
        f"It answers, with {now} in the place of {then}.",
        believed(before),
        after.health,
        look.verdict.reason,
        after.drift_since,
    )


def _flaky(before: LinkState, after: LinkState, look: Observation) -> Transition:
    return Transition(
        Change.FLAKY,
        look.url,
        "It answers at one look and not at the next.",
        before.health,
        after.health,
        look.verdict.reason,
        after.since,
        f"Good and bad took turns: {after.trail}, the latest last.",
    )


def _recovered(before: LinkState, after: LinkState, look: Observation) -> Transition:
    was_another = before.health is Health.DRIFTED
    again = "It is the page that it was." if was_another else "It is there again."
    if after.health is Health.FLAKY:
        again = "It is there again, though not at every look."
    since = (before.drift_since if was_another else before.failing_since) or before.since
    looks = f", on {before.bad_looks} looks" if before.bad_looks > 1 else ""
    return Transition(
        Change.RECOVERED,
        look.url,
        again,
        believed(before),
        after.health,
        look.verdict.reason,
        since,
        f"It had {'drifted' if was_another else 'been broken'} since {since:%Y-%m-%d}{looks}.",
    )


def _has_turned(signs: str, often: int) -> bool:
    """Tell whether a link has turned about so often before: then that is no news.

    One that fails at one look in ten begins to be flaky eight times a year.
    """
    ends = range(1, len(signs) + 1)
    return any(turns(signs[max(0, end - TRAIL) : end]) >= often for end in ends)


def _page(title: str | None, language: str | None, url: str) -> str:
    """Name a page by what tells whose it is."""
    named = f"“{clean(title, _MAX_TITLE)}”" if title else "a page without a title"
    return f"{named} ({', '.join(filter(None, (language, _host(url))))})"


def _host(url: str) -> str:
    target = resolve(url)
    return target.url.host if isinstance(target, Target) else url


def _of_move(
    before: LinkState | None, look: Observation, last: Observation | None
) -> Transition | None:
    moved = _move_of(look)
    if moved is None or before is None or (last and _move_of(last)):
        return None
    return Transition(
        Change.MOVED,
        look.url,
        moved.message,
        str((last and last.final_url) or look.url),
        str(look.final_url or look.url),
        look.verdict.reason,
        look.at,
        replacement=moved.replacement,
    )


def ignore_key(ignore: Ignore) -> Key:
    """Return what an ignore is known by from run to run."""
    return ignore.document, ignore.until, ignore.reason


def _of_ignore(ignore: Ignore, before: IgnoreState) -> Transition:
    return Transition(
        Change.IGNORE_EXPIRED,
        None,
        f"It ended with {ignore.until}: its links are asked again.",
        before,
        ignore.state,
        Change.IGNORE_EXPIRED,
        history=f"It says: {ignore.reason}" if ignore.reason else "",
        ignore=ignore,
    )

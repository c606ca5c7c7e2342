"""What of all that was told since a moment is news for somebody who reads it now. Pure.

Law: a link is told of once for how it is, and once for where it leads, and only if it is now what
it was not then. One that broke and is well again was well before: that is no news; it is kept
apart, so that it can be counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from crawler.model import Change, Health, Ignore, IgnoreState, LinkState, Report, Transition
from crawler.transitions import Key, believed, ignore_key
from crawler.urls import Url

_RANKS: Final = {kind: rank for rank, kind in enumerate(Change)}
_LOST: Final = (Health.BROKEN, Health.DRIFTED)
Family: TypeAlias = tuple[bool, Url | Key | None]
"""What one word is enough on: how a link is, where it leads, or an ignore."""


@dataclass(frozen=True, slots=True)
class News:
    """What is otherwise than it was, and what was so for a while: the last word on each.

    All are in the order in which those came; `before` is what was believed at first. `unwritten`:
    the last words on links that no document has any more, however they are.
    """

    changes: tuple[Transition, ...] = ()
    passed: tuple[Transition, ...] = ()
    unwritten: tuple[Transition, ...] = ()


def net(
    told: Iterable[Transition],
    known: Callable[[Url], LinkState | None],
    ignores: Iterable[Ignore] = (),
) -> News:
    """Return what all changes come to. They are in order of time, with their places.

    `known`: what is believed of a link now, `ignores`: what the latest run found of them. So what
    somebody has mended or accepted meanwhile is told no more.
    """
    families: dict[Family, list[Transition]] = {}
    for each in told:
        family = _family(each)
        families[family] = [*families.pop(family, ()), each]
    expired = {ignore_key(each) for each in ignores if each.state is IgnoreState.EXPIRED}
    changes, passed, unwritten = list[Transition](), list[Transition](), list[Transition]()
    for several in families.values():
        last = replace(several[-1], before=several[0].before)
        if last.ignore is not None:
            holds = ignore_key(last.ignore) in expired
        elif last.url is None or not last.written:
            unwritten.append(last)
            continue
        else:
            holds = _holds(last, known(last.url))
        (changes if holds else passed).append(last)
    return News(tuple(changes), tuple(passed), tuple(unwritten))


def netted(
    report: Report, states: Callable[..., Iterable[LinkState]], began: datetime | None
) -> Report:
    """Return the report whose changes are what all since a moment comes to, the worst first.

    `states` returns what is believed of some links; `began`: when the first of all runs had ended,
    for what that one found is no news but where everything stands. What came and went is counted in
    a remark.
    """
    told = [each for each in report.changes or () if not _is_first(each, began)]
    if not told:
        return report if report.changes is None else replace(report, changes=())
    urls = {each.url for each in told if each.url is not None}
    known = {state.url: state for state in states(*urls)}
    news = net(told, known.get, report.run.ignores)
    changes = sorted(news.changes, key=lambda each: _RANKS[each.kind])
    remarks = report.remarks
    if passed := len(news.passed):
        were = (
            "1 link was otherwise for a while, and is"
            if passed == 1
            else (f"{passed} links were otherwise for a while, and are")
        )
        remarks = (*remarks, f"{were} as before.")
    return replace(report, changes=tuple(changes), remarks=remarks)


def _is_first(change: Transition, began: datetime | None) -> bool:
    """Tell whether a change is of the first look at a link, and that of the first run."""
    if change.before is not None or began is None or change.at is None:
        return False
    return change.at <= began


def _family(change: Transition) -> Family:
    about = change.url if change.ignore is None else ignore_key(change.ignore)
    return change.kind is Change.MOVED, about


def _holds(change: Transition, state: LinkState | None) -> bool:
    """Tell whether a link is now as the last word on it says, and was not so at first."""
    now = believed(state) if state else None
    match change.kind:
        case Change.MOVED:
            return change.before != change.after
        case Change.RECOVERED:
            return change.before in _LOST and now not in _LOST
        case _:
            return change.before != now and str(change.kind) == now

"""The way that a look at a link went: where it began, what led on, and what is told of it.

`final` is where it ended; hop after hop leads there.
"""

from typing import Final

from crawler.advice.moved import kind_of_move
from crawler.drift import is_short
from crawler.model import Hop, Observation, Via
from crawler.parameters import untracked
from crawler.urls import Target, Url, resolve

_PERMANENT: Final = frozenset({301, 308})


def start_of(look: Observation, final: Url) -> Url:
    """Return the first address of a way whose job is not to lead on: what was asked for there."""
    own = (hop.url for hop in look.hops if hop.via is not Via.WRAPPER and not is_short(hop.url))
    return next(own, final)


def kind_of(old: Url, new: Url) -> str:
    """Name what is different besides what only tracks; nothing if that is all."""
    old, new = untracked(old), untracked(new)
    return kind_of_move(old, new) if old != new else ""


def is_for_good(hop: Hop) -> bool:
    """Tell whether what has led on will do so for ever."""
    return hop.via is Via.WRAPPER or (hop.via is Via.HTTP and hop.status in _PERMANENT)


def next_of(look: Observation, final: Url, at: int) -> Url:
    """Return what a hop of the way leads to, by its number."""
    return look.hops[at + 1].url if at + 1 < len(look.hops) else final


def told(look: Observation, final: Url, begin: int, end: int | None = None) -> tuple[str, ...]:
    """Say of each hop of a part of the way what it was."""
    day = f"{look.at:%Y-%m-%d}"
    hops = range(begin, len(look.hops) if end is None else end)
    return tuple(_of_hop(look.hops[at], next_of(look, final, at), day) for at in hops)


def _of_hop(hop: Hop, there: Url, day: str) -> str:
    led = f"HTTP {hop.status}" if hop.via is Via.HTTP else f"Led on ({hop.via})"
    return f"{led} from {hop.url} to {there} on {day}."


def advised(look: Observation, name: str) -> Url | None:
    """Return the address that a piece of advice proposes, if it was given."""
    told = next((each.replacement for each in look.findings if each.name == name), None)
    target = resolve(told) if told else None
    return target.url if isinstance(target, Target) else None


def landing(look: Observation, there: Url) -> str | None:
    """Return the place on its page that a way has led to, if it was one and advice has kept it."""
    proposed = (each.replacement for each in look.findings if each.name in ("moved", "shortener"))
    targets = (resolve(each) for each in proposed if each)
    return next(
        (
            each.fragment
            for each in targets
            if isinstance(each, Target) and each.url in (there, untracked(there))
        ),
        None,
    )

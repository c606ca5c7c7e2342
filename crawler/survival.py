"""How long lives last of which most have not ended: the estimators, and nothing of links.

Ages are in whatever unit the lives have. Lives of one group may end together, as the links of one
site do: intervals are made for that, by adding up what a group says before it is squared (Lin and
Wei 1989). They are approximate, with the 95 % of a normal law.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import exp, expm1, inf, log, sqrt
from typing import Final, NamedTuple

LEAST: Final = 10
"""With fewer lives at risk no curve goes on, and deaths of fewer groups are too few to tell."""

_NORMAL: Final = 1.959964
_STEPS: Final = 40
_TINY: Final = 1e-5
_HUGE: Final = 300.0  # the square of its `exp` is still a number


class End(StrEnum):
    """How far a life was seen to go."""

    NONE = "none"
    DEATH = "death"
    FOUND_DEAD = "found-dead"


class Life(NamedTuple):
    """One life: watched from the age `entry` to the age `exit`, where it ended, or was last seen.

    Of one that was `FOUND_DEAD` at its exit nothing is known but that it had ended before.
    """

    entry: float
    exit: float
    end: End
    group: str


class Step(NamedTuple):
    """An age at which some died, how many had been at risk, and the share that outlived it."""

    age: float
    deaths: int
    at_risk: int
    share: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that outlives an age, by steps. Nothing is known of ages after `until`."""

    steps: tuple[Step, ...]
    until: float

    def share(self, age: float) -> float | None:
        """Return the share that outlives an age; None where too few were ever so old."""
        if age > self.until:
            return None
        return next((step.share for step in reversed(self.steps) if step.age <= age), 1.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, and the bounds of the interval in which 95 of 100 such estimates have the truth."""

    value: float
    low: float
    high: float


def curve(lives: Iterable[Life], least: int = LEAST) -> Curve:
    """Return the product-limit curve (Kaplan and Meier 1958), also of lives that were entered late.

    A life counts from the age at which it was first watched (Tsai, Jewell and Wang 1987): what had
    died before it could be seen is no part of it. The curve is that of all ages from zero on, and
    ends where fewer than `least` are at risk; where that is so at the beginning, there is none.
    """
    watched = [each for each in lives if each.end is not End.FOUND_DEAD and each.entry < each.exit]
    entries, exits = sorted(each.entry for each in watched), sorted(each.exit for each in watched)
    deaths = sorted(each.exit for each in watched if each.end is End.DEATH)
    steps: list[Step] = []
    until, share = 0.0, 1.0
    for age in sorted({each for each in (*entries, *exits) if each > 0}):
        at_risk = bisect_left(entries, age) - bisect_left(exits, age)
        if at_risk < least:
            break
        until = age
        if died := bisect_right(deaths, age) - bisect_left(deaths, age):
            share *= 1 - died / at_risk
            steps.append(Step(age, died, at_risk, share))
    return Curve(tuple(steps), until)


def median(lives: Iterable[Life], found: Curve) -> Estimate | None:
    """Return the age that a half outlives, if the curve of these lives comes so far.

    Its interval has the ages at which a half lies within that of the share (Brookmeyer and Crowley
    1982); where the curve ends before, there is no upper bound.
    """
    steps, spread = found.steps, _Spread(lives, found)
    middle = bisect_left(steps, 1, key=lambda step: step.share <= 1 / 2)
    if middle == len(steps):
        return None
    # Errors are costly: not of every step, for where the share falls its interval does.
    low = bisect_left(
        steps[:middle], 1, key=lambda step: step.share - _NORMAL * spread.at(step) <= 1 / 2
    )
    high = bisect_left(
        steps, 1, middle, key=lambda step: step.share + _NORMAL * spread.at(step) < 1 / 2
    )
    last = steps[high].age if high < len(steps) else inf
    return Estimate(steps[middle].age, steps[low].age, last)


def rate(lives: Iterable[Life], least: int = LEAST) -> Estimate | None:
    """Return how many die in a unit of time, if that is the same at every age.

    It is deaths by lived time. Every life counts from its beginning: those that had ended before
    they were watched are among them, found dead, with the chance that this has happened, as in
    data of current status. Newton's steps find the most likely rate, for the likelihood's logarithm
    is concave in that of the rate. None if the deaths are of fewer than `least` groups, or no life
    was seen to last.
    """
    groups: defaultdict[str, list[Life]] = defaultdict(list)
    every = []
    for life in lives:
        groups[life.group].append(life)
        every.append(life)
    bereft = sum(any(life.end is not End.NONE for life in group) for group in groups.values())
    whole = _sum(every)
    if bereft < max(least, 1) or not whole.time:
        return None
    found = log((whole.deaths + len(whole.before)) / (whole.time + sum(whole.before)))
    for _ in range(_STEPS):
        step = _score(whole, exp(found)) / _information(whole, exp(found))
        found += max(-1.0, min(step, 1.0))
    squares = sum(_score(_sum(group), exp(found)) ** 2 for group in groups.values())
    few = len(groups) / max(len(groups) - 1, 1)
    away = _NORMAL * sqrt(squares * few) / _information(whole, exp(found))
    return Estimate(exp(found), exp(found - away), exp(found + away))


def half_life(of_rate: Estimate) -> Estimate:
    """Return after how long a half has died, at a rate that is the same at every age."""
    return Estimate(log(2) / of_rate.value, log(2) / of_rate.high, log(2) / of_rate.low)


class _Sum(NamedTuple):
    """What lives come to: deaths, time lived, and the ages at which others were found dead."""

    deaths: int
    time: float
    before: tuple[float, ...]


def _sum(lives: Iterable[Life]) -> _Sum:
    deaths, time, before = 0, 0.0, []
    for life in lives:
        if life.end is End.FOUND_DEAD:
            before.append(life.exit)
        else:
            deaths += life.end is End.DEATH
            time += life.exit
    return _Sum(deaths, time, tuple(before))


def _score(lives: _Sum, rate_: float) -> float:
    """Return the slope of the likelihood's logarithm, in that of the rate."""
    return lives.deaths - rate_ * lives.time + sum(_chance(rate_ * age) for age in lives.before)


def _information(lives: _Sum, rate_: float) -> float:
    """Return how that slope falls."""
    return rate_ * lives.time + sum(_fall(rate_ * age) for age in lives.before)


def _chance(expected: float) -> float:
    """Return what a life adds to the slope that was dead where so many deaths are expected."""
    expected = min(expected, _HUGE)
    return expected / expm1(expected) if expected > _TINY else 1 - expected / 2


def _fall(expected: float) -> float:
    expected = min(expected, _HUGE)
    over = expm1(expected)
    # Where it is half of what is expected floats have no room for the rest.
    return expected * (expected * (over + 1) - over) / over**2 if expected > _TINY else expected / 2


class _Spread:
    """The standard error of a curve: what each life did to it, added up by group, and squared.

    Where each life is a group of its own it is Greenwood's, if nobody was lost from sight.
    """

    def __init__(self, lives: Iterable[Life], found: Curve) -> None:
        self._lives = [each for each in lives if each.end is not End.FOUND_DEAD]
        self._ages = [step.age for step in found.steps]
        self._spared = [step.at_risk - step.deaths or inf for step in found.steps]
        pairs = zip(found.steps, self._spared, strict=True)
        burdens = (step.deaths / (step.at_risk * spared) for step, spared in pairs)
        self._burdens = list(accumulate(burdens, initial=0.0))

    def at(self, step: Step) -> float:
        """Return the standard error of the share at a step."""
        groups: defaultdict[str, float] = defaultdict(float)
        for life in self._lives:
            groups[life.group] += self._influence(life, step.age)
        return step.share * sqrt(sum(each * each for each in groups.values()))

    def _influence(self, life: Life, age: float) -> float:
        last = bisect_right(self._ages, min(life.exit, age))
        gained = self._burdens[last] - self._burdens[bisect_right(self._ages, life.entry)]
        died = life.end is End.DEATH and life.exit <= age
        return max(gained, 0.0) - (1 / self._spared[last - 1] if died else 0.0)

"""Charts as inline SVG: geometry in, markup out. No colour is named here: the style knows them.

All are as wide as there is room. What is drawn is stretched, what is written stands beside it at
the same share of the width; so they serve a phone and a desk alike, without a script.
Whoever cannot see them has the same in words: every chart has a name that tells what it shows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from crawler.model import Glance, Headcount, Health, Outcome
from crawler.scales import counts, days, thinned
from crawler.tags import Markup, joined, slug, tag
from crawler.words import Words

MOST_RUNS: Final = 366
"""Runs of a timeline that are drawn; of more of them, as many, evenly chosen."""

MOST_LOOKS: Final = 30
"""Looks of one link that are drawn, the latest."""

TROUBLES: Final = (Health.BROKEN, Health.DRIFTED, Health.FLAKY, Health.SUSPECT)
"""What a timeline shows, from the bottom up. Links that are well would dwarf all others."""

_LEAST: Final = 0.5  # percent: one link of twenty thousand is seen, too
_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_BAD: Final = frozenset({Outcome.BROKEN, Outcome.INVALID})
_WIDE, _HIGH = 1000, 100
_PLOT: Final = 150  # pixels high
_STEP, _BAR, _TALL = 5, 4, 16


def proportions(parts: Sequence[tuple[str, int]], name: str) -> Markup:
    """Draw shares of a whole as one bar: pairs of a kind and its number, and what it is called.

    No share is too small to be seen.
    """
    whole = sum(number for _, number in parts) or 1
    widths = [max(_LEAST, 100 * number / whole) for _, number in parts]
    scale = 100 / (sum(widths) or 1)
    pieces, x = [], 0.0
    for (kind, _), width in zip(parts, widths, strict=True):
        pieces.append(
            tag("rect", x=f"{x:.2f}%", width=f"{width * scale:.2f}%", height="100%",
                class_=class_of(kind))
        )  # fmt: skip
        x += width * scale
    return tag("svg", *pieces, class_="bar", width="100%", height="16", role="img", aria_label=name)


def class_of(kind: str) -> str:
    """Return the class that gives a kind of link, or a health, its colour.

    >>> class_of("perhaps broken")
    'k-perhaps-broken'
    """
    return f"k-{slug(kind)}"


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where moments and numbers stand: percent of the width, and of the height from the top."""

    first: datetime
    seconds: float
    top: int

    def x(self, at: datetime) -> float:
        return 100 * (at - self.first).total_seconds() / self.seconds

    def y(self, number: float) -> float:
        return 100 - 100 * number / self.top


def timeline(runs: Sequence[Headcount], name: str, words: Words) -> Markup:
    """Draw how many links were not well after each run, as steps: what is believed lasts."""
    shown = thinned(runs, MOST_RUNS)
    first, last = shown[0].at, shown[-1].at
    span = (last - first).total_seconds()
    # The last run has a width too: that of the others.
    span += max(span / max(len(shown) - 1, 1), 1)
    lines = counts(max(troubled(each) for each in shown))
    plane = _Plane(first, span, lines[-1])
    drawn = tag(
        "svg", *_areas(shown, plane), *_columns(shown, plane, words),
        y=_TOP, width="100%", height=_PLOT, viewBox=f"0 0 {_WIDE} {_HIGH}",
        preserveAspectRatio="none",
    )  # fmt: skip
    marked = days(first, last, max(1, int(_MOST_DAYS * plane.x(last) / 100)))
    return tag(
        "svg", drawn, *_grid(lines, plane), *_calendar(marked, plane),
        *_ticks(shown, plane),
        class_="timeline", width="100%", height=_TOP + _PLOT + 26, role="img", aria_label=name,
    )  # fmt: skip


_MOST_DAYS: Final = 5
"""Days that have room in a timeline; where its runs end before it does, there are fewer."""
_TOP: Final = 16  # room for the highest number


def troubled(run: Headcount) -> int:
    """Return how many links were not well."""
    return sum(run.healths.get(health, 0) for health in TROUBLES)


def _areas(runs: Sequence[Headcount], plane: _Plane) -> Iterator[Markup]:
    below = [0] * len(runs)
    edges = [plane.x(run.at) * 10 for run in runs] + [float(_WIDE)]
    for health in TROUBLES:
        above = [low + run.healths.get(health, 0) for low, run in zip(below, runs, strict=True)]
        if above != below:
            there, back = _steps(edges, above, plane), _steps(edges, below, plane)
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in [*there, *reversed(back)]) + "Z"
            yield tag("path", d=path, class_=class_of(health))
        below = above


def _steps(
    edges: Sequence[float], values: Sequence[int], plane: _Plane
) -> list[tuple[float, float]]:
    """Return the corners of steps, each as high as its value from its edge to the next."""
    corners = []
    for value, numbers in groupby(range(len(values)), values.__getitem__):
        several = list(numbers)
        y = plane.y(value)
        corners += [(edges[several[0]], y), (edges[several[-1] + 1], y)]
    return corners


def _columns(runs: Sequence[Headcount], plane: _Plane, words: Words) -> Iterator[Markup]:
    """Yield what says, to whoever points at it, what was at each run."""
    edges = [plane.x(run.at) * 10 for run in runs] + [float(_WIDE)]
    for run, x, end in zip(runs, edges[:-1], edges[1:], strict=True):
        told = tag("title", f"{run.at:%Y-%m-%d %H:%M}: {tally(run.healths, words)}")
        yield tag("rect", told, x=x, width=end - x, height=_HIGH, class_="spot")


def tally(healths: Mapping[Health, int], words: Words) -> str:
    """Say how many links have which health, but for those that are well if others are not."""
    parts = [words(f"{number} {health}") for health in TROUBLES if (number := healths.get(health))]
    return ", ".join(parts) or words("nothing wrong")


def _grid(lines: Sequence[int], plane: _Plane) -> Iterator[Markup]:
    for number in (0, *lines):
        y = _TOP + plane.y(number) * _PLOT / 100
        yield tag("line", x1="0", x2="100%", y1=y, y2=y, class_="rule" if number else "base")
        if number:
            yield tag("text", str(number), x="0", y=y - 4)


def _calendar(moments: Iterable[datetime], plane: _Plane) -> Iterator[Markup]:
    for number, at in enumerate(moments):
        x = plane.x(at)
        y = _TOP + _PLOT
        spare = "spare" if number % 2 else None  # on a phone there is room for half of them
        yield tag("line", x1=f"{x:.2f}%", x2=f"{x:.2f}%", y1=y, y2=y + 9, class_="day")
        anchor = "start" if x < 8 else "end" if x > 92 else "middle"  # noqa: PLR2004 - half a date
        yield tag("text", f"{at:%Y-%m-%d}", x=f"{x:.2f}%", y=y + 22, text_anchor=anchor,
                  class_=spare)  # fmt: skip


def _ticks(runs: Sequence[Headcount], plane: _Plane) -> Iterator[Markup]:
    """Yield a mark for each run: where there are none, nobody looked."""
    y = _TOP + _PLOT
    for run in runs:
        x = f"{plane.x(run.at):.2f}%"
        yield tag("line", x1=x, x2=x, y1=y, y2=y + 5, class_="tick")


def looks(glances: Sequence[Glance], name: str) -> Markup:
    """Draw the latest looks at one link, side by side: good ones low, bad ones tall."""
    shown = glances[-MOST_LOOKS:]
    paths = dict[str, str]()
    for number, glance in enumerate(shown):
        height = _height(glance.outcome)
        bar = f"M{number * _STEP} {_TALL}v-{height}h{_BAR}v{height}z"
        paths[glance.outcome] = paths.get(glance.outcome, "") + bar
    width = len(shown) * _STEP - (_STEP - _BAR)
    drawn = [tag("path", d=path, class_=class_of(outcome)) for outcome, path in paths.items()]
    return tag(
        "svg", *drawn, class_="looks", width=width, height=_TALL, viewBox=f"0 0 {width} {_TALL}",
        role="img", aria_label=name,
    )  # fmt: skip


def _height(outcome: Outcome) -> int:
    if outcome in _THERE:
        return 5
    return _TALL if outcome in _BAD else 10


def key(kind: str, *shown: str) -> Markup:
    """Show a kind with the colour that it has in charts."""
    return joined(tag("i", class_=f"dot {class_of(kind)}", aria_hidden="true"), *shown)

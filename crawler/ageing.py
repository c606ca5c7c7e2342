"""How old links are and how long they last: in tables, and in words on what these can tell."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from math import inf
from typing import Final

from crawler.figures import Cell, Column, Form, Said, Table, years
from crawler.lifetimes import YEAR, Lifetimes
from crawler.model import Origins
from crawler.ranking import COUNTS, cells, number
from crawler.survival import LEAST, Estimate
from crawler.weighing import Weighed, Weights, total

# Ages in years: a class ends where the next begins.
_CLASSES: Final = (0, 1, 2, 4, 8, inf)
_MARKS: Final = (
    (1 / 12, "1 month"), (1 / 4, "3 months"), (1 / 2, "6 months"), (1, "1 year"), (2, "2 years"),
    (4, "4 years"), (8, "8 years"), (16, "16 years"),
)  # fmt: skip


def ages(weights: Weights, origins: Origins, now: datetime) -> Table:
    """Return the figures of links by their age; all links are in one of its rows."""
    if origins.lines is None:
        words = (
            "By the first look of this history at a link, which may be much older; "
            "with --blame it goes by when its line was written."
        )
    else:
        words = (
            "By when the line was last written in which a link stands, as git tells, or by the "
            "first look at it, whichever was earlier; of a link in several lines by the oldest."
        )
    groups: dict[str, list[Weighed]] = {name: [] for name in (*_CLASS_NAMES, _NO_AGE)}
    for link in weights.links.values():
        groups[_class_of(link.born(origins), now)].append(link)
    rows = tuple((Said(name), *cells(total(links))) for name, links in groups.items() if links)
    columns = (Column("age", "Age", Form.NAME), *COUNTS)
    return Table("age", "Ages", (words,), columns, rows, len(rows))


def _class_of(born: datetime | None, now: datetime) -> str:
    if born is None:
        return _NO_AGE
    age = max((now - born) / YEAR, 0)
    return next(name for name, end in zip(_CLASS_NAMES, _CLASSES[1:], strict=True) if age < end)


def _class_name(begin: float, end: float) -> str:
    if not begin:
        return f"under {number(int(end), 'year')}"
    return f"{begin} years and more" if end == inf else f"{begin} to {end} years"


_CLASS_NAMES: Final = tuple(_class_name(*each) for each in pairwise(_CLASSES))
_NO_AGE: Final = "of unknown age"


def survival(found: Lifetimes, origins: Origins) -> Table:
    """Return what share of links is there after how long, as far as enough of them were watched."""
    columns = (
        Column("after", "After", Form.NAME),
        Column("share_there", "Still there", Form.SHARE),
        Column("watched", "Links watched"),
    )
    rows = tuple(
        (Said(name), still, found.watched(age))
        for age, name in _MARKS
        if (still := found.curve.share(age)) is not None
    )
    words = tuple(_told(found, origins))
    return Table("survival", "How long links last", words, columns, rows, len(rows))


def _told(found: Lifetimes, origins: Origins) -> Iterator[str]:
    """Say what is known of how long links last, what it was made of, and what it leaves out."""
    if found.by_curve:
        yield f"Half of the links are gone after {_interval(found.by_curve)}: their curve says so."
    elif found.by_rate:
        yield (
            f"Half of the links are gone after {_interval(found.by_rate)}, "
            "if they die as easily at any age."
        )
        if found.by_rate.value > max(life.exit for life in found.lives):
            yield "None of them is so old: that goes beyond all that was seen."
    else:
        yield (
            f"Too few have died to tell how long links last: {number(found.deaths, 'link')} of "
            f"{number(found.bereft, 'site')}; it takes {LEAST} sites."
        )
    if found.lives:
        time = years(sum(life.exit for life in found.lives))
        yield (
            f"That is of {number(len(found.lives), 'link')}, whose ages come to {time} years; "
            f"{found.deaths} of them died."
        )
    if found.found_dead:
        yield f"Of these, {found.found_dead} had died before the first look: nobody knows when."
    if found.bygone:
        yield f"Left out: {number(found.bygone, 'link')}, dead at the first look, of unknown age."
    if found.silent:
        yield f"Left out: {number(found.silent, 'link')}, never seen well nor broken."
    if origins.lines is not None:
        yield (
            "A line that was changed looks younger than its link, and dead links that somebody has "
            "taken out are in no document any more: links last less long than this says."
        )


def _interval(found: Estimate) -> str:
    bound = "or more" if found.high == inf else f"to {years(found.high)}"
    return f"{years(found.value)} years (95 %: {years(found.low)} {bound})"


def half_lives(found: Lifetimes) -> Table:
    """Return the half-life for machines; people are told in words."""
    columns = (
        Column("half_life", "Half-life", Form.NAME),
        Column("links", "Links"),
        Column("deaths", "Deaths"),
        Column("sites", "Sites"),
        Column("years", "Years", Form.YEARS),
        Column("low", "From", Form.YEARS),
        Column("high", "To", Form.YEARS),
    )
    estimates = (("curve", found.by_curve), ("rate", found.by_rate))
    rows = tuple(
        (Said(name), len(found.lives), found.deaths, found.bereft, *_numbers(each))
        for name, each in estimates
    )
    return Table("half-life", "", (), columns, rows, 0)


def _numbers(found: Estimate | None) -> tuple[Cell, ...]:
    return (found.value, found.low, found.high) if found else (None, None, None)

"""Repairs that were written, as a history keeps them: who, when, where, from what to what.

The noun, and its columns. No SQL here; `repair_history.py` has the table.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from crawler.corrections import Repair
from crawler.rows import SqlRow, iso, moment, reads_back
from crawler.text import clean

MAX_RAW: Final = 65_536
"""Characters of what stood at a place, and stands there now."""
MAX_TEXT: Final = 2_500

_Key: TypeAlias = tuple[str, str, str, str]
"""A call, a document, and what stood there before and stands there after."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """One place that was repaired, or taken back. `name`: the call's that did it; `who`: cleaned.

    `line` and `column`, from 1, are where `after` stands since, which took the place of `before`;
    both are what the document has, to the character. `undoes`: the call that was taken back, if
    this took one back.
    """

    name: str
    position: int
    at: datetime
    who: str
    document: str
    line: int
    column: int
    before: str
    after: str
    repair: Repair
    why: str
    undoes: str | None = None


def repaired_row(repaired: Repaired) -> dict[str, Any]:
    """Return the columns of a repair."""
    return {
        "name": repaired.name,
        "position": repaired.position,
        "at": iso(repaired.at),
        "who": repaired.who,
        "document": repaired.document,
        "line": repaired.line,
        "column": repaired.column,
        "before": repaired.before,
        "after": repaired.after,
        "repair": repaired.repair,
        "why": repaired.why,
        "undoes": repaired.undoes,
    }


@reads_back
def repaired_of(row: SqlRow) -> Repaired:
    """Read a repair back: what is to be written into a document again stays as it is."""
    line, column, position = row["line"], row["column"], row["position"]
    if min(line, column) < 1 or position < 0:
        raise ValueError(line, column, position)
    before, after = row["before"], row["after"]
    if max(len(before), len(after)) > MAX_RAW:
        raise ValueError(before, after)
    return Repaired(
        clean(row["name"]),
        position,
        moment(row["at"]),
        clean(row["who"]),
        row["document"],
        line,
        column,
        before,
        after,
        Repair(row["repair"]),
        clean(row["why"], MAX_TEXT),
        None if row["undoes"] is None else clean(row["undoes"]),
    )


def standing(repairs: Iterable[Repaired]) -> tuple[Repaired, ...]:
    """Return repairs without those that were taken back, and without what says so.

    What was taken back of earlier ones stays: that is news of its own.
    """
    told = tuple(repairs)
    back = Counter(map(_taken, filter(_is_back, told)))
    ended = Counter[_Key]()
    for each in told:
        if ended[_made(each)] < back[_made(each)]:
            ended[_made(each)] += 1
    repairs_left, words_left = ended.copy(), ended.copy()
    left = list[Repaired]()
    for each in told:
        if repairs_left[_made(each)]:
            repairs_left[_made(each)] -= 1
        elif _is_back(each) and words_left[_taken(each)]:
            words_left[_taken(each)] -= 1
        else:
            left.append(each)
    return tuple(left)


def _is_back(repaired: Repaired) -> bool:
    return repaired.undoes is not None


def _made(repaired: Repaired) -> _Key:
    return repaired.name, repaired.document, repaired.before, repaired.after


def _taken(repaired: Repaired) -> _Key:
    """Return what a word that something was taken back is about."""
    return repaired.undoes or "", repaired.document, repaired.after, repaired.before

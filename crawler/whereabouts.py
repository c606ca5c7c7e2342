"""Where a link is written, for people: `path:line:column`, as editors and terminals take it.

A few places of a document have a line each; many of them stand together.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

from crawler.breadth import breadth, cut_end
from crawler.ink import Line
from crawler.model import Occurrence
from crawler.text import shown_name, wrapped
from crawler.words import Words

Label: TypeAlias = Callable[[Occurrence], str]
"""What is said of a place beside where it is: clean text, or nothing."""

_FEW: Final = 3
_FAR: Final = 40  # labels stand one below the other, but not at the end of the screen


@dataclass(frozen=True, slots=True)
class Room:
    """What there is room for: lines of so many cells, as many as that, each behind an indent."""

    indent: str
    width: int
    lines: int


def whereabouts(
    places: Sequence[Occurrence], written: int, label: Label, room: Room, words: Words
) -> Iterator[Line]:
    """Yield lines for places, the first of `written`; those of one document follow each other."""
    groups, shown = _fitting(places, room.lines)
    alone = [_where(each) for group in groups if len(group) <= _FEW for each in group]
    far = min(max(map(breadth, alone), default=0), _FAR)
    for group in groups:
        if len(group) > _FEW:
            yield from _together(group, label, room)
            continue
        for each in group:
            where, said = _where(each), label(each)
            yield from _alone(where, said, max(far, breadth(where)), room)
    if written > shown:
        more = written - shown
        told = f"and {more} more places" if more > 1 else "and one more place"
        yield ((f"{room.indent}{words(told)}", "dim"),)


def _fitting(places: Sequence[Occurrence], lines: int) -> tuple[list[list[Occurrence]], int]:
    """Return the first places, by document, as many as there are lines for, and their number."""
    groups = list[list[Occurrence]]()
    for _, group in groupby(places, key=lambda each: each.document):
        found = list(group)
        few = found[:lines] if len(found) <= _FEW else found
        lines -= len(few) if len(found) <= _FEW else 1
        groups.append(few)
        if lines <= 0:
            break
    return groups, sum(map(len, groups))


def _where(place: Occurrence) -> str:
    return f"{shown_name(place.document)}:{place.span.line}:{place.span.column}"


def _alone(where: str, said: str, far: int, room: Room) -> Iterator[Line]:
    fits = not said or len(room.indent) + far + 2 + breadth(said) <= room.width
    space = " " * (far - breadth(where) + 2)
    yield (f"{room.indent}{where}", "dim"), (f"{space}{said}" if said and fits else "", "")
    if not fits:
        yield ((wrapped(said, f"{room.indent}  ", width=room.width), ""),)


def _together(group: Sequence[Occurrence], label: Label, room: Room) -> Iterator[Line]:
    rest = (f"{each.span.line}:{each.span.column}" for each in group[1:])
    told, deeper = ", ".join((_where(group[0]), *rest)), f"{room.indent}  "
    yield ((wrapped(told, room.indent, deeper, room.width), "dim"),)
    if labels := "; ".join(dict.fromkeys(filter(None, map(label, group)))):
        yield ((cut_end(f"{deeper}{labels}", room.width), ""),)

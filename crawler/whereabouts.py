"""Where a link is written, for people: `path:line:column`, as editors and terminals take it.

A few places of a document have a line each; many of them stand together.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from crawler.breadth import breadth, cut_end
from crawler.ink import Line
from crawler.model import Occurrence
from crawler.text import shown_name, wrapped

Label: TypeAlias = Callable[[Occurrence], str]
"""What is said of a place beside where it is: clean text, or nothing."""

_FEW: Final = 3
_FAR: Final = 40  # labels stand one below the other, but not at the end of the screen


def whereabouts(
    places: Sequence[Occurrence], written: int, label: Label, indent: str, width: int
) -> Iterator[Line]:
    """Yield lines for places, the first of `written`; those of one document follow each other."""
    groups = [list(group) for _, group in groupby(places, key=lambda each: each.document)]
    alone = [_where(each) for group in groups if len(group) <= _FEW for each in group]
    far = min(max(map(breadth, alone), default=0), _FAR)
    for group in groups:
        if len(group) > _FEW:
            yield from _together(group, label, indent, width)
            continue
        for each in group:
            where, said = _where(each), label(each)
            space = " " * max(2, far - breadth(where) + 2)
            yield (f"{indent}{where}", "dim"), (f"{space}{said}" if said else "", "")
    if written > len(places):
        yield ((f"{indent}and {written - len(places)} more places", "dim"),)


def _where(place: Occurrence) -> str:
    return f"{shown_name(place.document)}:{place.span.line}:{place.span.column}"


def _together(group: Sequence[Occurrence], label: Label, indent: str, width: int) -> Iterator[Line]:
    rest = (f"{each.span.line}:{each.span.column}" for each in group[1:])
    yield ((wrapped(", ".join((_where(group[0]), *rest)), indent, f"{indent}  ", width), "dim"),)
    if labels := "; ".join(dict.fromkeys(filter(None, map(label, group)))):
        yield ((cut_end(f"{indent}  {labels}", width), ""),)

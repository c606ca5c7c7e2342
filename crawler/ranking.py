"""Tables of groups of links: the worst first, and what is left out of them in sentences."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from crawler.figures import Cell, Column, Form, Room, Said, Table
from crawler.weighing import Count

Row: TypeAlias = tuple[Cell, Count, tuple[Cell, ...]]
"""What a row is of, its figures, and what the table has besides."""
Rows: TypeAlias = Sequence[Row]


COUNTS: Final = (
    Column(
        "links", "Links",
        note="Links are counted once, however often they are written.",
    ),
    Column("places", "Places", note="Places are all that is written."),
    Column("well", "Well", room=Room.WIDE),
    Column("broken", "Broken"),
    Column(
        "in_doubt", "In doubt", room=Room.NARROW,
        note="In doubt: perhaps broken, no answer this time, or none for a program.",
    ),
    Column(
        "perhaps_broken", "Perhaps", room=Room.WIDE,
        note="Perhaps: broken by the last look, which others have not confirmed yet.",
    ),
    Column("failing", "Silent", room=Room.WIDE, note="Silent: no answer this time."),
    Column(
        "blocked", "Blocked", room=Room.WIDE,
        note="Blocked: an answer, but none for a program.",
    ),
    Column("invalid", "No link", room=Room.WIDE, note="No link: it cannot be followed."),
    Column(
        "not_asked", "Not asked", room=Room.WIDE,
        note="Not asked: left out, or nothing that a server can be asked for.",
    ),
    Column(
        "drifted", "Drifted",
        note="Drifted: the page is another's now; they are also counted as what they answer.",
    ),
    Column(
        "share_broken", "Share", Form.SHARE,
        note="The share is that of broken links among those that were asked.",
    ),
)  # fmt: skip
"""Figures that every table of groups has."""

_HEADS: Final = {"author": "Author", "document": "Document", "host": "Host", "site": "Site"}


def ranked(
    name: str,
    title: str,
    words: tuple[str, ...],
    rows: Rows,
    most: int,
    besides: tuple[Column, ...] = (),
) -> Table:
    """Return a table of groups of which people see so many.

    Groups of one link that is well they do not see, unless there are but a few groups at all.
    """
    ordered = sorted(rows, key=_rank)
    calm = sum(_is_calm(count) for _, count, _ in ordered)
    head = min(most, len(ordered) if len(ordered) <= most // 2 else len(ordered) - calm)
    return Table(
        name,
        title,
        words,
        (Column(name, _HEADS[name], Form.NAME), *COUNTS, *besides),
        tuple((cell, *cells(count), *more) for cell, count, more in ordered),
        head,
        tuple(_rest(name, [count for _, count, _ in ordered[head:]])),
    )


def _rank(row: Row) -> tuple[object, ...]:
    """Order the worst first, then what is sure to be worst, then the largest, then by name."""
    name, count, _ = row
    trouble = (count.broken, count.share_broken or 0.0, count.invalid, count.perhaps_broken)
    others = (count.drifted, count.failing, count.blocked, not _is_calm(count), count.links)
    return (*(-each for each in (*trouble, *others)), isinstance(name, Said), str(name))


def _is_calm(count: Count) -> bool:
    """Tell whether there is nothing but one link that is well."""
    return count.links == count.well == 1 and not count.drifted


def cells(count: Count) -> Iterator[Cell]:
    """Return the cells of the columns that every table of groups has."""
    return (getattr(count, column.name) for column in COUNTS)


def _rest(noun: str, counts: Sequence[Count]) -> Iterator[str]:
    """Count what is not shown, in sentences."""
    broken = [count for count in counts if count.broken]
    calm = [count for count in counts if _is_calm(count)]
    others = len(counts) - len(broken) - len(calm)
    if broken:
        links = sum(count.broken for count in broken)
        yield f"And {number(len(broken), f'more {noun}')} with {number(links, 'broken link')}."
    if others:
        yield f"And {number(others, f'more {noun}')} without a broken link."
    if calm:
        each = " each" if len(calm) > 1 else ""
        yield f"And {number(len(calm), f'more {noun}')} with one well link{each}."


def number(many: int, noun: str) -> str:
    """Return a number of things, in words.

    >>> number(2, "host")
    '2 hosts'
    """
    return f"{many} {noun}" if many == 1 else f"{many} {noun}s"

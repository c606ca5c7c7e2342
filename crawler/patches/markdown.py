"""Markdown: what was fixed and on what evidence, for the text of a pull request.

Strangers' text goes through `marked`, so that it stays text.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from crawler.corrections import Correction, Refusal
from crawler.ink import Paper
from crawler.marked import code, escape
from crawler.model import Occurrence
from crawler.rewrites import Change, Fixes

MAX_TABLE: Final = 24_000
"""Characters of a table: a forge takes 65,536 of a text, and no more."""

_HEAD: Final = "| where | link | why |\n|---|---|---|\n"
_CELL: Final = 300


def render(fixes: Fixes, _paper: Paper, *, verbose: bool) -> Iterator[str]:
    """Render a table of what is fixed, one of what is proposed, and what is left, by reason."""
    changes = tuple(fixes.changes())
    done = "put back" if fixes.undoes else "fixed"
    title = f"Links {done if fixes.written else 'to fix'} ({len(changes)})"
    yield f"## {title if changes else 'Nothing to fix'}\n"
    yield from _table([_changed(each) for each in changes])
    if fixes.proposed:
        yield f"\n### For you to weigh ({len(fixes.proposed)})\n"
        yield from _table([_proposed(each) for each in fixes.proposed])
    if fixes.refused:
        yield f"\n### Left as they are ({len(fixes.refused)})\n"
        yield from _table(list(map(_refused, fixes.refused))) if verbose else _counted(fixes)


def _counted(fixes: Fixes) -> Iterator[str]:
    yield "\n"
    for why, number in fixes.reasons():
        yield f"- {number}: {escape(why)}\n"


def _table(rows: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    yield f"\n{_HEAD}"
    sizes = accumulate(map(len, rows))
    shown = sum(size <= MAX_TABLE for size in sizes)
    yield from rows[:shown]
    if more := len(rows) - shown:
        yield f"\nand {more:,} more.\n"


def _changed(change: Change) -> str:
    correction = change.correction
    link = f"{_code(change.before.raw)}<br>→ {_code(change.after.raw)}"
    return _row(change.before, link, (correction.why, *correction.evidence))


def _proposed(correction: Correction) -> str:
    link = f"{_code(correction.occurrence.raw)}<br>→ {_code(correction.after)}"
    return _row(correction.occurrence, link, (correction.why, *correction.evidence))


def _refused(refusal: Refusal) -> str:
    after = f"<br>→ {_code(refusal.after)}" if refusal.after is not None else ""
    return _row(refusal.occurrence, f"{_code(refusal.occurrence.raw)}{after}", (refusal.why,))


def _row(place: Occurrence, link: str, why: Iterable[str]) -> str:
    where = _code(f"{place.document}:{place.span.line}")
    return f"| {where} | {link} | {'<br>'.join(map(escape, why))} |\n"


def _code(text: str) -> str:
    # In a table a bar ends the cell, in code too: GFM §4.10.
    return code(text if len(text) <= _CELL else f"{text[:_CELL]}…").replace("|", "\\|")

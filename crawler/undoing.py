"""Repairs taken back: what stood there before is put in the place of what was written. Pure.

Law: the text is as it was, to the character, where it was repaired, and as it is everywhere else;
and its reader finds the same links but for those. What has been touched since is left.

Not by `amending.py`: what was written there may be more than an address, such as quotes around it,
and is to go as a whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from crawler import documents
from crawler.corrections import Correction, Refusal
from crawler.model import Document, Kind, Occurrence, Span
from crawler.repairs import Repaired
from crawler.rewrites import Change
from crawler.settings import ExtractSettings
from crawler.spans import Lines
from crawler.spelling import verbatim

Read: TypeAlias = tuple[str, Sequence[Occurrence]]
"""A text, and the links that are read in it."""

GONE: Final = "What was written here is not here any more: the document has changed since."
OTHERWISE: Final = "Taken back, the document would be read otherwise in other places too."


@dataclass(frozen=True, slots=True)
class Undone:
    """A document's text without some repairs, what was taken back, and what was left."""

    text: str = field(repr=False)
    changes: tuple[Change, ...] = ()
    refused: tuple[Refusal, ...] = ()


def undone(document: Document, repairs: Sequence[Repaired], settings: ExtractSettings) -> Undone:
    """Take back repairs of one document, which are in order of their places."""
    lines = Lines(document.text)
    old = tuple(documents.read(document, settings).occurrences)
    there = {lines.offset(each.span.line, each.span.column): each.raw for each in old}
    found, refused, end = list[tuple[int, Repaired]](), list[Refusal](), 0
    for each in repairs:
        start, written = _offset(lines, each), verbatim(each.after)
        is_gone = start is None or start < end or not document.text.startswith(each.after, start)
        # It may only begin what stands there: somebody has put back what was left out of it.
        if (
            start is None
            or is_gone
            or there.get(start + written.quotes, written.url) != written.url
        ):
            refused.append(_refusal(document, each, GONE))
            continue
        found.append((start, each))
        end = start + len(each.after)
    text = "".join(_pieces(document.text, found))
    if not found:
        return Undone(text, (), tuple(refused))
    new = tuple(documents.read(replace(document, text=text), settings).occurrences)
    changes = _changes((document.text, old), (text, new), found)
    if changes is None:
        refused += [_refusal(document, each, OTHERWISE) for _, each in found]
        refused.sort(key=lambda each: (each.occurrence.span.line, each.occurrence.span.column))
        return Undone(document.text, (), tuple(refused))
    return Undone(text, changes, tuple(refused))


def _offset(lines: Lines, repaired: Repaired) -> int | None:
    try:
        return lines.offset(repaired.line, repaired.column)
    except IndexError:  # there are not so many lines any more
        return None


def _pieces(text: str, found: Iterable[tuple[int, Repaired]]) -> Iterator[str]:
    at = 0
    for start, each in found:
        yield text[at:start]
        yield each.before
        at = start + len(each.after)
    yield text[at:]


def _changes(
    before: Read, after: Read, found: Sequence[tuple[int, Repaired]]
) -> tuple[Change, ...] | None:
    """Return what is read otherwise, one for each repair; None if that is not the same."""
    (text, old), (new_text, new) = before, after
    if len(old) != len(new):
        return None
    lines, new_lines = Lines(text), Lines(new_text)
    at, moved, changes = 0, 0, list[Change]()
    for one, other in zip(old, new, strict=True):
        offset = lines.offset(one.span.line, one.span.column)
        while at < len(found) and offset >= found[at][0] + len(found[at][1].after):
            moved += len(found[at][1].before) - len(found[at][1].after)
            at += 1
        inside = at < len(found) and offset >= found[at][0]
        if inside and len(changes) == at:
            start, repaired = found[at]
            new_offset = new_lines.offset(other.span.line, other.span.column)
            if one.kind is not other.kind or not _is_all(one, offset - start, repaired.after):
                return None
            if not _is_all(other, new_offset - start - moved, repaired.before):
                return None
            changes.append(_change(one, other, repaired))
        elif (one.raw, one.href, one.kind) != (other.raw, other.href, other.kind):
            return None
    return tuple(changes) if len(changes) == len(found) else None


def _is_all(link: Occurrence, offset: int, written: str) -> bool:
    """Tell whether a link is all that is written, but for quotes: more may be in a history.

    It may be a stranger's, who would like to have other things written.
    """
    spelling = verbatim(written)
    return (offset, link.raw) == (spelling.quotes, spelling.url)


def _change(now: Occurrence, then: Occurrence, repaired: Repaired) -> Change:
    why = f"Taken back: {repaired.why}"
    correction = Correction(now, repaired.repair, then.href, why, spelled=repaired.before)
    start = repaired.column
    place = replace(now, raw=repaired.after, span=_span(repaired.line, start, repaired.after))
    return Change(correction, place, then)


def _refusal(document: Document, repaired: Repaired, why: str) -> Refusal:
    span = _span(repaired.line, repaired.column, repaired.after)
    place = Occurrence(document.name, span, repaired.after, repaired.after, Kind.BARE)
    return Refusal(place, repaired.repair, why, repaired.before)


def _span(line: int, column: int, raw: str) -> Span:
    return Span(line, column, line, column + len(raw))

"""The law of corrections: whether a changed document says what it said, but for what was meant.

Whoever reads it finds the same links as before, each where it was, with the same kind, label and
section; those that were to be changed lead where they were meant to, and no other has changed.

A label that repeats an address stays as it is, for it is text; where the address is its own label,
as in a bare URL, it follows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote

from crawler import documents
from crawler.corrections import Correction
from crawler.model import Document, Occurrence
from crawler.settings import ExtractSettings
from crawler.spans import Lines
from crawler.spelling import Spelling
from crawler.synonyms import is_same
from crawler.templates import definitions, fill
from crawler.urls import Target, resolve


@dataclass(frozen=True, slots=True)
class Look:
    """All that reading a document tells."""

    occurrences: tuple[Occurrence, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    base: str | None
    remarks: tuple[str, ...]
    anchors: frozenset[str] | None


def look_at(document: Document, settings: ExtractSettings) -> Look:
    """Read a document to its end."""
    reading = documents.read(document, settings)
    found = tuple(reading.occurrences)
    lines = Lines(document.text)
    return Look(
        found,
        tuple(lines.offset(each.span.line, each.span.column) for each in found),
        tuple(lines.offset(each.span.end_line, each.span.end_column) for each in found),
        reading.base,
        reading.remarks,
        reading.anchors(),
    )


@dataclass(slots=True, eq=False)
class Edit:
    """A correction at its place, and the spelling that is tried."""

    index: int
    start: int
    end: int
    correction: Correction
    tried: list[Spelling]
    rest: Iterator[Spelling]
    at: int = 0

    @property
    def spelling(self) -> Spelling:
        """What is put there."""
        return self.tried[self.at]

    def advance(self) -> bool:
        """Go on to the next spelling; tell whether there is one."""
        self.at += 1
        if self.at == len(self.tried):
            self.tried += islice(self.rest, 1)
        return self.at < len(self.tried)


def pieces_of(text: str, edits: Iterable[Edit]) -> Iterator[tuple[str, str]]:
    """Yield the text piece by piece: what was there, and what is there now."""
    at = 0
    for edit in edits:
        yield text[at : edit.start], text[at : edit.start]
        yield text[edit.start : edit.end], edit.spelling.written
        at = edit.end
    yield text[at:], text[at:]


def culprits_of(before: Look, after: Look, edits: Sequence[Edit]) -> list[Edit] | None:
    """Return the corrections that are not read as they are meant; None if others suffer, too."""
    if len(before.occurrences) != len(after.occurrences) or before.remarks != after.remarks:
        return None
    by_index = {edit.index: edit for edit in edits}
    follows = _Following(edits, after.occurrences)
    beside = _Beside(before, after)
    culprits, moved = [], 0
    for at, (old, new) in enumerate(zip(before.occurrences, after.occurrences, strict=True)):
        start, end = before.starts[at] + moved, before.ends[at] + moved
        edit = by_index.get(at)
        if edit:
            moved += len(edit.spelling.written) - len(old.raw)
            start += edit.spelling.quotes
            end = start + len(edit.spelling.url)
        is_right = (
            (after.starts[at], after.ends[at]) == (start, end)
            and old.kind is new.kind
            and follows(old.text, new.text)
            and follows(old.section, new.section)
        )
        if edit is None:
            if not (is_right and (old.raw, old.href) == (new.raw, new.href) and beside(old)):
                return None
        elif not (is_right and _is_meant(new.href, edit.correction.after) and beside(new)):
            culprits.append(edit)
    return culprits


class _Beside:
    """Tells whether a link leads where it did, whatever else the document says of its links.

    Its base may be one of its links (the home page of a feed), and the name of a heading may be
    made of an address in it.
    """

    def __init__(self, before: Look, after: Look) -> None:
        self._bases = None if before.base == after.base else (before.base, after.base)
        known = before.anchors is not None and after.anchors is not None
        self._lost = (
            (before.anchors or frozenset()) - (after.anchors or frozenset()) if known else ()
        )

    def __call__(self, link: Occurrence) -> bool:
        if self._lost and link.href.startswith("#"):
            name = link.href[1:]
            return not {name, unquote(name)} & set(self._lost)
        if self._bases is None:
            return True
        one, other = (resolve(link.href, _absolute(base)) for base in self._bases)
        return one == other


def _absolute(base: str | None) -> str | None:
    target = resolve(base or "")
    return str(target.url) if isinstance(target, Target) else None


def _is_meant(href: str, after: str) -> bool:
    """Tell whether a link leads where it should, and no part of it is a template now."""
    return is_same(href, after) and fill(href, definitions(())) == href


class _Following:
    """Tells whether a text is the same as before but for the addresses that it repeats."""

    def __init__(self, edits: Sequence[Edit], after: Sequence[Occurrence]) -> None:
        self._edits = edits
        self._after = after
        self._known: dict[tuple[str, str], bool] = {}

    def __call__(self, old: str, new: str) -> bool:
        if old == new:
            return True
        key = (old, new)
        if key not in self._known:
            self._known[key] = self._replaced(old) == new
        return self._known[key]

    def _replaced(self, text: str) -> str:
        for edit in self._edits:
            was, now = edit.correction.occurrence, self._after[edit.index]
            for old, new in ((was.raw, now.raw), (was.href, now.href)):
                if old in text:
                    text = text.replace(old, new)
                    break
        return text

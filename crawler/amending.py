"""Another URL on exactly the span of a link: what a document's text and bytes are then.

Outside of the spans no byte changes, and the result obeys the law of `lawful.py`. That is not
argued but tried: the result is read by the reader of its format, and what does not obey is done
otherwise, or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from crawler import documents
from crawler.corrections import Correction, Refusal
from crawler.lawful import Edit, Look, culprits_of, look_at, pieces_of
from crawler.model import Document, Kind, Occurrence
from crawler.settings import ExtractSettings
from crawler.spelling import Spot, spellings, verbatim
from crawler.synonyms import says_itself
from crawler.templates import definitions, fill
from crawler.textfile import decode, mark_of
from crawler.urls import mask

NOT_EDITABLE: Final = "This format is only read: nothing can be put in the place of its links."
NOT_TEXT: Final = "Its bytes are not all text of its encoding, and could not be written back."
CHANGED: Final = "The document has changed since it was checked."
TWICE: Final = "Another correction is made at this place."
MASKED: Final = "The link has a user or a password in it, which is kept nowhere."
TEMPLATE: Final = "A template is a part of the address."
SHORTENED: Final = "The address is so long that only its beginning is kept."
INDIRECT: Final = "The address is not written here as it is: something stands for a part of it."
IN_PIECES: Final = "The address is written in several pieces, with something else between them."
UNCHANGED: Final = "It is written so already."
NOT_SPELLED: Final = "No way of writing the new address here would be read as that address alone."
TOO_MANY: Final = "Too many corrections of this document cannot be written: it was given up."

_MAX_LOOKS: Final = 160
"""Times that a document is read: with nothing to complain of it is two."""


@dataclass(frozen=True, slots=True)
class Amended:
    """A document with corrections made. `document` is what it was.

    `text` and `data` are what it is now, in the same encoding and with the same mark; `applied`:
    what was done, each with the text that was put there; `written`: those places as they are read
    now; `refused`: what was not done.
    """

    document: Document
    text: str = field(repr=False)
    data: bytes = field(repr=False)
    applied: tuple[Correction, ...] = ()
    written: tuple[Occurrence, ...] = ()
    refused: tuple[Refusal, ...] = ()


def amended(
    document: Document,
    corrections: Sequence[Correction],
    settings: ExtractSettings,
    data: bytes,
) -> Amended:
    """Make those corrections that the law allows. `data`: the bytes that the document was read of.

    `settings` are those with which its links were found.
    """
    why = _unfit(document, data)
    if why:
        return _refused(document, data, corrections, why)
    look = look_at(document, settings)
    edits, refused = _matched(document, look, corrections)
    attempt = _Attempt(document, settings, look)
    attempt.settle(edits)
    refused += attempt.refused
    made = attempt.made
    if not made:
        return Amended(document, document.text, data, refused=_in_order(refused))
    pieces = list(pieces_of(document.text, made))
    mark = mark_of(data)
    before = mark + b"".join(piece.encode(document.encoding) for piece, _ in pieces)
    after = mark + b"".join(new.encode(document.encoding) for _, new in pieces)
    text = "".join(new for _, new in pieces)
    told = decode(after)
    if before != data or told is None or (told.text, told.encoding) != (text, document.encoding):
        return _refused(document, data, corrections, NOT_TEXT)
    corrected = tuple(replace(each.correction, spelled=each.spelling.written) for each in made)
    written = tuple(attempt.look.occurrences[each.index] for each in made)
    return Amended(document, text, after, corrected, written, _in_order(refused))


# 1. What a document is, and where the corrections belong in it


def _unfit(document: Document, data: bytes) -> str:
    """Return why nothing at all can be written into a document; empty if something can."""
    if not documents.BY_NAME[document.format].editable:
        return NOT_EDITABLE
    told = decode(data)
    if told is None or (told.text, told.encoding) != (document.text, document.encoding):
        return CHANGED
    again = _encoded(document.text, document.encoding)
    return "" if again is not None and mark_of(data) + again == data else NOT_TEXT


def _refused(
    document: Document, data: bytes, corrections: Iterable[Correction], why: str
) -> Amended:
    refused = _in_order(_refusal(each, why) for each in corrections)
    return Amended(document, document.text, data, refused=refused)


def _refusal(correction: Correction, why: str) -> Refusal:
    return Refusal(correction.occurrence, correction.repair, why, correction.after)


def _in_order(refused: Iterable[Refusal]) -> tuple[Refusal, ...]:
    return tuple(
        sorted(refused, key=lambda each: (each.occurrence.span.line, each.occurrence.span.column))
    )


def _advanced(edits: Iterable[Edit]) -> bool:
    """Go on with each, and tell whether all could."""
    return min([edit.advance() for edit in edits])


def _matched(
    document: Document, look: Look, corrections: Iterable[Correction]
) -> tuple[list[Edit], list[Refusal]]:
    """Find the places of corrections in a document, and say what cannot be done at once."""
    by_span = {each.span: at for at, each in enumerate(look.occurrences)}
    edits: dict[int, Edit] = {}
    refused = []
    for correction in corrections:
        at = by_span.get(correction.occurrence.span)
        why = CHANGED if at is None else _objection(correction, look.occurrences[at])
        if at is not None and not why and at in edits:
            why = TWICE
        if at is None or why:
            refused.append(_refusal(correction, why))
            continue
        if edit := _edit(document, look, at, correction):
            edits[at] = edit
        else:
            refused.append(_refusal(correction, NOT_SPELLED))
    return [edits[at] for at in sorted(edits)], refused


def _objection(correction: Correction, found: Occurrence) -> str:
    """Return why what stands at a place is not to be replaced; empty if it can be."""
    told = correction.occurrence
    if mask(found.raw) != found.raw or mask(found.href) != found.href:
        return MASKED
    if found.raw != told.raw:
        return SHORTENED if found.raw.startswith(told.raw) else CHANGED
    if found.href != told.href or fill(found.href, definitions(())) != found.href:
        return TEMPLATE
    if not says_itself(found.raw, found.href):
        return INDIRECT
    if found.kind is Kind.BARE and any(map(str.isspace, found.raw)):  # roff joins arguments
        return IN_PIECES
    return UNCHANGED if correction.after == found.href else ""


def _edit(document: Document, look: Look, at: int, correction: Correction) -> Edit | None:
    """Return what a correction does at its place, if there is a way of writing it."""
    found, start, end = look.occurrences[at], look.starts[at], look.ends[at]
    if correction.spelled is None:
        is_unicode = document.encoding.startswith("utf")
        spot = Spot(document.format, document.text, start, found, is_unicode)
        proposed = spellings(spot, correction.after)
    else:
        proposed = iter((verbatim(correction.spelled),))
    rest = (
        each
        for each in proposed
        if each.written != found.raw and _encoded(each.written, document.encoding) is not None
    )
    first = next(rest, None)
    return Edit(at, start, end, correction, [first], rest) if first else None


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


# 2. What is tried, and whether it obeys the law


@dataclass(slots=True)
class _Attempt:
    """Makes as many corrections as obey the law together, and knows how the document reads then."""

    document: Document
    settings: ExtractSettings
    before: Look
    made: list[Edit] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    look: Look = field(init=False)
    looks: int = 0

    def __post_init__(self) -> None:
        self.look = self.before

    def settle(self, edits: Sequence[Edit]) -> None:
        """Add corrections to those that are made: together, else by halves."""
        while edits:
            if self.looks == _MAX_LOOKS:
                self.refused += (_refusal(each.correction, TOO_MANY) for each in edits)
                return
            culprits = self._try(edits)
            if culprits == []:
                return
            if len(edits) == 1:
                if not edits[0].advance():
                    self.refused.append(_refusal(edits[0].correction, NOT_SPELLED))
                    return
            elif culprits is None or not _advanced(culprits):
                break
        for each in edits:
            each.at = 0
        middle = len(edits) // 2
        if middle:
            self.settle(edits[:middle])
            self.settle(edits[middle:])

    def _try(self, edits: Sequence[Edit]) -> list[Edit] | None:
        """Make corrections beside those that are made, if that is lawful.

        Return those that are not read as they are meant; None if others suffer, too.
        """
        self.looks += 1
        together = sorted((*self.made, *edits), key=lambda edit: edit.start)
        text = "".join(new for _, new in pieces_of(self.document.text, together))
        look = look_at(replace(self.document, text=text), self.settings)
        culprits = culprits_of(self.before, look, together)
        if culprits == []:
            self.made, self.look = together, look
        return None if culprits is None or set(culprits) & set(self.made) else culprits

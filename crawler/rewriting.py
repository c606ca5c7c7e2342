"""From corrections to documents in which links read otherwise, and from those to files.

What is to be written `planning.py` decides, how `amending.py` tells, and `overwriting.py` does it.
Law: a document is written whole or not at all, and each that was written is in the history, where
that is wanted: its record counts the moment that its file does.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from crawler import disk, overwriting
from crawler.amending import amended
from crawler.collect import Collection
from crawler.corrections import Correction, Plan, Refusal
from crawler.disk import Unreadable
from crawler.model import Document, Occurrence
from crawler.overwriting import Unwritable
from crawler.repairs import Repaired
from crawler.rewrites import Change, Fixes, Rewrite
from crawler.settings import ExtractSettings
from crawler.text import clean
from crawler.undoing import undone

if TYPE_CHECKING:
    from crawler.store import Store

Chosen: TypeAlias = Callable[[Fixes], Iterable[Change]]
"""Whoever is asked which of some changes are to be made."""

Read: TypeAlias = Callable[[str], bytes]
"""Whoever reads the file of a document, by its name. Raises `Unreadable`."""

STREAM: Final = "It is in standard input, where nothing can be written."
PAGE: Final = "It is in a page of the web, where nothing can be written."
_STANDARD_INPUT: Final = "-"
_MAX_WHO: Final = 80


@dataclass(frozen=True, slots=True)
class By:
    """Who writes, and when; `name`: what the call is called, `undoes`: what is taken back."""

    name: str
    at: datetime
    who: str
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What came of writing: the fixes that were written, and a sentence on each other document."""

    fixes: Fixes
    problems: tuple[str, ...] = ()


def by(now: datetime, who: str, undoes: str | None = None) -> By:
    """Name a call: by the moment, and so that no other has the name."""
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    return By(name, now, clean(who, _MAX_WHO) or "nobody", undoes)


# 1. What is to be written


def fixes_of(
    collection: Collection, plan: Plan, settings: ExtractSettings, read: Read = disk.read_bytes
) -> Fixes:
    """Make the corrections that are automatic, in documents as `read` reads them now."""
    automatic = [each for each in plan.corrections if each.automatic]
    fixes = _amended(collection, automatic, settings, read)
    proposed = tuple(each for each in plan.corrections if not each.automatic)
    refused = in_order((*plan.refusals, *fixes.refused))
    return replace(fixes, proposed=proposed, refused=refused)


def agreed(collection: Collection, plan: Plan, settings: ExtractSettings, choose: Chosen) -> Fixes:
    """Make the corrections that somebody agrees to, proposed ones too; those are shown as spelled.

    `choose` is asked once, with all that can be written.
    """
    trial = _amended(collection, plan.corrections, settings)
    wanted = [each.correction for each in choose(trial)]
    fixes = _amended(collection, wanted, settings)
    return replace(fixes, refused=in_order((*plan.refusals, *trial.refused, *fixes.refused)))


def in_order(refused: Iterable[Refusal]) -> tuple[Refusal, ...]:
    """Put what is refused in order of document, line and column."""
    return tuple(sorted(refused, key=lambda each: _place(each.occurrence)))


def _place(occurrence: Occurrence) -> tuple[str, int, int]:
    return occurrence.document, occurrence.span.line, occurrence.span.column


def _amended(
    collection: Collection,
    corrections: Iterable[Correction],
    settings: ExtractSettings,
    read: Read = disk.read_bytes,
) -> Fixes:
    known = {each.name: each for each in collection.documents}
    rewrites, refused = list[Rewrite](), list[Refusal]()
    ordered = sorted(corrections, key=lambda each: _place(each.occurrence))
    for name, group in groupby(ordered, key=lambda each: each.occurrence.document):
        several = tuple(group)
        rewrite, left = _document_amended(known.get(name), several, settings, read)
        rewrites += [rewrite] if rewrite else []
        refused += left
    return Fixes(tuple(rewrites), refused=tuple(refused))


def _document_amended(
    known: Document | None,
    corrections: Sequence[Correction],
    settings: ExtractSettings,
    read: Read,
) -> tuple[Rewrite | None, Iterable[Refusal]]:
    if known is None or known.base is not None:
        return None, [_refusal(each, PAGE) for each in corrections]
    if known.source == _STANDARD_INPUT:
        return None, [_refusal(each, STREAM) for each in corrections]
    try:
        data = read(known.name)
        document = disk.document(known.name, known.format, data, known.source, [])
    except Unreadable as error:
        return None, [_refusal(each, f"The document {error}.") for each in corrections]
    made = amended(document, corrections, settings, data)
    if not made.applied:
        return None, made.refused
    changes = tuple(
        Change(each, each.occurrence, after)
        for each, after in zip(made.applied, made.written, strict=True)
    )
    texts = (document.text, made.text)
    name, encoding = document.name, document.encoding
    return Rewrite(name, known.name, encoding, data, made.data, *texts, changes), made.refused


def _refusal(correction: Correction, why: str) -> Refusal:
    return Refusal(correction.occurrence, correction.repair, why, correction.after)


# 2. What was written, and is taken back


def undone_fixes(
    repairs: Iterable[Repaired], inside: Callable[[str], bool], settings: ExtractSettings
) -> tuple[Fixes, tuple[str, ...]]:
    """Take repairs back in documents as they are now; also return sentences on those not read.

    `inside`: tells whether a document is one of those that are meant.
    """
    rewrites, refused, problems = list[Rewrite](), list[Refusal](), list[str]()
    ordered = sorted(repairs, key=lambda each: (each.document, each.line, each.column))
    for name, group in groupby(ordered, key=lambda each: each.document):
        if not inside(name):
            continue
        try:
            data = disk.read_bytes(name, follow=False)
            document = disk.document(name, "plaintext", data, name, [])
        except Unreadable as error:
            problems.append(f"{clean(name)}: {error}; nothing of it was taken back.")
            continue
        made = undone(document, tuple(group), settings)
        refused += made.refused
        after = _encoded(document, data, made.text)
        if made.changes and after is not None:
            texts = (document.text, made.text)
            rewrite = Rewrite(name, name, document.encoding, data, after, *texts, made.changes)
            rewrites.append(rewrite)
    return Fixes(tuple(rewrites), refused=tuple(refused), undoes=True), tuple(problems)


def _encoded(document: Document, data: bytes, text: str) -> bytes | None:
    """Return a text as the bytes of its document are; None if those cannot be told from it."""
    from crawler.textfile import mark_of  # noqa: PLC0415

    mark = mark_of(data)
    with suppress(UnicodeEncodeError):
        if mark + document.text.encode(document.encoding) == data:
            return mark + text.encode(document.encoding)
    return None


# 3. Writing it


def write(
    fixes: Fixes, store: "Store | None", call: By, wanted: Callable[[], bool] = lambda: True
) -> Written:
    """Write one document after the other, and into the history, if there is one.

    `wanted`: tells, before each, whether to go on.
    """
    done, problems, position = list[Rewrite](), list[str](), 0
    for rewrite in fixes.rewrites:
        if not wanted():
            problems.append(f"{clean(rewrite.name)}: was not written: you ended it.")
            continue
        rows = tuple(_rows(rewrite, call, position))
        try:
            _write(rewrite, rows, store)
        except Unwritable as error:
            problems.append(f"{clean(rewrite.name)}: {error}; it is left as it is.")
            continue
        done.append(rewrite)
        position += len(rows)
    recorded = call.name if done and store is not None else ""
    return Written(
        replace(fixes, rewrites=tuple(done), written=True, recorded=recorded), tuple(problems)
    )


def _write(rewrite: Rewrite, rows: Sequence[Repaired], store: "Store | None") -> None:
    old = overwriting.original(Path(rewrite.path))
    if old.data != rewrite.before:
        raise Unwritable(overwriting.CHANGED)
    if store is None:
        overwriting.replace(old, rewrite.after)
        return
    replaced = False
    try:
        with store.repairs.keeping(rows):
            overwriting.replace(old, rewrite.after)
            replaced = True
    except BaseException:
        if replaced:  # what is not recorded is not to be there
            now = overwriting.original(old.path)
            if now.data == rewrite.after:  # else somebody has worked on it since: that is not lost
                overwriting.replace(now, rewrite.before)
        raise


def _rows(rewrite: Rewrite, call: By, first: int) -> Iterator[Repaired]:
    for position, change in enumerate(rewrite.changes, first):
        correction, after = change.correction, change.after
        put = correction.spelled if correction.spelled is not None else after.raw
        quotes = max(0, put.find(after.raw))  # what was put there may be more than the address
        yield Repaired(
            call.name,
            position,
            call.at,
            call.who,
            rewrite.name,
            after.span.line,
            after.span.column - quotes,
            change.before.raw,
            put,
            correction.repair,
            correction.why,
            call.undoes,
        )

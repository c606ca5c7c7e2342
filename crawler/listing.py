"""The list of links that documents hold, before anything is asked."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import Final

from crawler.columns import lined_up
from crawler.model import Document, Place
from crawler.records import SCHEMA, listed_record, whole_text
from crawler.text import clean, readable, shown_name, without_commands
from crawler.urls import Rejected
from crawler.version import __version__

TOOL: Final = f"crawl {__version__}"
_TOGETHER: Final = 1000  # places that are held, to be measured


def list_text(places: Iterable[Place]) -> Iterator[str]:
    """Yield a line for each place: what it is, and where, in columns as wide as the document needs.

    URLs are whole, however long: they are to be selected, and searched for.
    """
    for _, found in groupby(places, key=lambda place: place.occurrence.document):
        while rows := [_cells(place) for place in islice(found, _TOGETHER)]:
            yield from (f"{line}\n" for line in lined_up(rows))


def list_json(places: Iterable[Place]) -> Iterator[str]:
    """Yield one object, piece by piece."""
    head = {"schema": SCHEMA, "tool": TOOL}
    return whole_text(head, map(listed_record, places))


def list_jsonl(places: Iterable[Place]) -> Iterator[str]:
    """Yield an object for each place, each on its line."""
    return (f"{without_commands(json.dumps(listed_record(place)))}\n" for place in places)


def list_documents(documents: Iterable[Document], format_: str) -> Iterator[str]:
    """Yield what documents there are, with their formats and encodings, in one of `FORMATS`."""
    records = (
        {"document": each.name, "format": each.format, "encoding": each.encoding}
        for each in documents
    )
    if format_ == "json":
        yield from whole_text({"schema": SCHEMA, "tool": TOOL}, records, "documents")
    for record in records if format_ == "jsonl" else ():
        yield f"{without_commands(json.dumps(record))}\n"
    if format_ == "text":
        rows = [
            (shown_name(each["document"]), each["format"], each["encoding"]) for each in records
        ]
        yield from (f"{line}\n" for line in lined_up(rows))


FORMATS: Final[Mapping[str, Callable[[Iterable[Place]], Iterator[str]]]] = {
    "text": list_text,
    "json": list_json,
    "jsonl": list_jsonl,
}


def _cells(place: Place) -> tuple[str, str, str]:
    occurrence, target = place.occurrence, place.target
    where = f"{shown_name(occurrence.document)}:{occurrence.span.line}:{occurrence.span.column}"
    if isinstance(target, Rejected):
        what = f"{clean(occurrence.raw, 2048)} ({target.reason}{_file(place)})"
    else:
        what = f"{target.url}#{target.fragment}" if target.fragment else str(target.url)
        what = clean(what, 2 * 2048)
    if place.ignored is not None:
        what += " (ignored)"
    label = clean(readable(occurrence.text))
    return where, occurrence.kind, f"{what}  {label}" if label else what


def _file(place: Place) -> str:
    target = place.target
    path = target.path if isinstance(target, Rejected) else None
    return "" if path is None or path == place.occurrence.raw else f": {shown_name(path)}"

"""The lines of an exported history: one JSON object each. No SQL here.

Each says which `record` it is; its other fields are the columns of that table, with names in the
place of numbers, lists as lists, and without what is null. docs/history.md says what there is.

Whoever hands over a file can write anything into it: what is read becomes the noun that it stands
for, and what is stored is what crawl would write of that noun. Raises `StoreError`.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from crawler.annal_rows import healths_of, healths_text, transition_of
from crawler.archiving import ArchivedCopy
from crawler.copy_rows import copy_of
from crawler.errors import StoreError
from crawler.model import Observation, Outcome, Place, Transition, Verdict
from crawler.repairs import Repaired, repaired_of
from crawler.rows import (
    SqlRow,
    hop_of,
    ignores_text,
    iso,
    known_url,
    look_of,
    moment,
    place_of,
    reads_back,
    run_of,
    unasked_of,
)
from crawler.text import clean, without_commands
from crawler.urls import Url

Entry: TypeAlias = dict[str, Any]
Columns: TypeAlias = Mapping[str, type]
"""Names of fields, and what their values are: `str` or `int`."""

HEADER: Final = "crawl"
_JSON: Final = frozenset({
    "counts", "feeds", "findings", "fragments", "healths", "ignores", "missing_fragments", "titles",
})  # fmt: skip
_BIGGEST: Final = 2**31
_HALVES: Final = re.compile("[\ud800-\udfff]")  # of characters: no text can be written with them
_HOP: Final[Columns] = {"url": str, "status": int, "via": str}
_REQUIRED: Final = {
    "run": ("name", "tool", "settings", "started_at", "finished_at", "complete"),
    "document": ("name", "format", "source", "run"),
    "place": ("document", "line", "column", "end_line", "end_column", "raw", "href", "text",
              "kind", "section"),
    "acceptance": ("url", "at"),
    "copy": ("url", "errand", "wanted_at", "basis", "asked_at", "came"),
    "transition": ("run", "position", "kind", "at", "sentence", "after", "code", "history"),
    "repair": ("name", "position", "at", "who", "document", "line", "column", "before",
               "after", "repair", "why"),
    "look": ("url", "run", "at", "outcome", "reason", "confidence", "detail", "attempts"),
    "hop": ("url", "via"),
}  # fmt: skip


def header(schema: int, tool: str) -> Entry:
    """Return the first line: whose file this is, and by which version of the schema."""
    return {"record": HEADER, "schema": schema, "tool": tool}


def check_header(entry: Entry, schema: int) -> None:
    """Raise `StoreError` for the first line of anything that is no history that we can read."""
    version = entry.get("schema")
    if entry.get("record") != HEADER or type(version) is not int:
        raise StoreError("this is no history that `crawl db export` has written.")
    if version > schema:
        raise StoreError("it was written by a newer version of crawl: update crawl.")


@reads_back
def entry_of(kind: str, row: SqlRow) -> Entry:
    """Return the object of a row, whose numbers were replaced by names."""
    filled = {name: value for name, value in row.items() if value is not None}
    for name in _JSON & filled.keys():
        filled[name] = json.loads(filled[name])
    return {"record": kind, **{name: value for name, value in filled.items() if value != []}}


@reads_back
def written(entry: Entry) -> str:
    """Return the line of an object: only ASCII, so that it is one line to every program."""
    return without_commands(json.dumps(entry, allow_nan=False)) + "\n"


def read(line: bytes) -> Entry:
    """Read a line. Raises `StoreError` if it is no object of plain values."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise StoreError("this is not JSON, or nothing that crawl can read.") from error
    if not isinstance(entry, dict) or type(entry.get("record")) is not str:
        raise StoreError("this is no object with a `record`.")
    return entry


def run_in(entry: Entry, columns: Columns) -> SqlRow:
    """Return the row of a run. Raises `StoreError`."""
    row = _row_in(entry, columns)
    run, counts, healths = run_of(row), counts_in(row["counts"]), healths_of(row["healths"])
    return {
        "name": clean(run.id), "tool": clean(row["tool"]), "settings": clean(row["settings"]),
        "started_at": iso(run.started_at), "finished_at": iso(run.finished_at or run.started_at),
        "complete": int(run.complete), "network": run.network,
        "counts": json.dumps(counts), "ignores": ignores_text(run.ignores),
        "healths": None if healths is None else healths_text(healths),
    }  # fmt: skip


def document_in(entry: Entry, columns: Columns) -> SqlRow:
    """Return the row of a document, with the name of the run that last read it as `run`."""
    return _row_in(entry, columns)


def place_in(entry: Entry, columns: Columns) -> tuple[Place, Verdict | None]:
    """Return a place, and why its link was not asked, if it was not. Raises `StoreError`."""
    row = _row_in(entry, columns)
    return place_of(row), unasked_of(row)


@reads_back
def acceptance_in(entry: Entry, columns: Columns) -> tuple[Url, datetime]:
    """Return whose page was accepted, and when. Raises `StoreError`."""
    row = _row_in(entry, columns)
    at = moment(row["at"])
    return known_url(row["url"]), at


def copy_in(entry: Entry, columns: Columns) -> ArchivedCopy:
    """Return what an archive said of a link. Raises `StoreError`."""
    return copy_of(_row_in(entry, columns))


def transition_in(entry: Entry, columns: Columns) -> tuple[str, int, Transition]:
    """Return the name of a run, and what it told, with its place among that. May raise."""
    row = _row_in(entry, columns)
    return row["run"], row["position"], transition_of(row)


def repair_in(entry: Entry, columns: Columns) -> Repaired:
    """Return what was repaired. Raises `StoreError`."""
    return repaired_of(_row_in(entry, columns))


def look_in(entry: Entry, columns: Columns) -> tuple[str, Observation]:
    """Return the name of a run and one of its looks. Raises `StoreError`."""
    hops = entry.pop("hops", [])
    if not isinstance(hops, list) or not all(isinstance(hop, dict) for hop in hops):
        raise StoreError("hops is no list of objects.")
    row = _row_in(entry, columns)
    led = tuple(hop_of(_row_in(hop | {"record": "hop"}, _HOP)) for hop in hops)
    return row["run"], look_of(row, led)


def _row_in(entry: Entry, columns: Columns) -> SqlRow:
    """Return the row of an object, with every column of its kind."""
    kind = entry["record"]
    row: dict[str, Any] = dict.fromkeys(columns) | {"findings": "[]"}
    for name, value in entry.items():
        if name not in columns:
            if name != "record":
                raise StoreError(f"{clean(name)} is no field of a {kind}.")
        elif name in _JSON:
            row[name] = json.dumps(value)
        else:
            row[name] = _plain(name, value, columns[name])
    if missing := [name for name in _REQUIRED[kind] if row[name] is None]:
        raise StoreError(f"a {kind} without {missing[0]}.")
    return row


def counts_in(text: str | None) -> Mapping[str, int]:
    """Read how many looks of a run had which outcome. Raises `StoreError`."""
    try:
        counts = json.loads(text or "{}")
    except (ValueError, RecursionError):
        counts = None
    if not (isinstance(counts, dict) and set(counts) <= set(Outcome) and _are_numbers(counts)):
        raise StoreError("counts has a value that crawl never writes.")
    return counts


def _are_numbers(counts: Mapping[str, object]) -> bool:
    return all(type(number) is int for number in counts.values())


def _plain(name: str, value: object, expected: type) -> object:
    fits = type(value) is expected
    if fits and isinstance(value, int):
        fits = 0 <= value < _BIGGEST
    elif fits and isinstance(value, str) and not value.isascii():
        fits = not _HALVES.search(value)
    if not fits and value is not None:
        raise StoreError(f"{name} has a value that crawl never writes.")
    return value

"""A history as objects, one after the other, in an order that only depends on what is in it.

Runs by name, documents and their places, acceptances, archived copies, what each run told, what was
repaired, and each run's looks by URL; of finished runs only. So two histories that hold the same
are exported as the same bytes. `merging.py` reads them back.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from crawler.bulk import batches, hops_of
from crawler.connection import Connection
from crawler.entries import Columns, Entry, entry_of, header
from crawler.rows import SqlRow
from crawler.version import __version__

_RUNS: Final = "select * from runs where finished_at is not null order by name"
_DOCUMENTS: Final = """
    select documents.*, runs.name as run from documents
    join runs on runs.id = documents.run_id order by documents.name
"""
_PLACES: Final = """
    select occurrences.*, documents.name as document, links.url from documents
    join occurrences on occurrences.document_id = documents.id
    left join links on links.id = occurrences.link_id
    order by documents.name, occurrences.line, occurrences."column"
"""
_WORDS: Final = """
    select links.url, acceptances.at from acceptances
    join links on links.id = acceptances.link_id order by links.url, acceptances.at
"""
_COPIES: Final = """
    select archived_copies.*, links.url from archived_copies
    join links on links.id = archived_copies.link_id order by links.url, archived_copies.errand
"""
_TOLD: Final = """
    select transitions.*, links.url, runs.name as run from transitions
    join runs on runs.id = transitions.run_id
    left join links on links.id = transitions.link_id
    order by runs.name, transitions.position
"""
_REPAIRS: Final = "select * from repairs order by name, position"
_LOOKS: Final = """
    select observations.*, links.url, ? as run from observations
    join links on links.id = observations.link_id
    where observations.run_id = ? order by links.url
"""
# What of a table is not in a file: numbers that mean something in this history only.
_NUMBERS: Final = {
    "run": {"id"},
    "document": {"id", "run_id"},
    "place": {"id", "place", "document_id", "link_id"},
    "acceptance": {"id", "link_id"},
    "copy": {"id", "link_id"},
    "transition": {"id", "run_id", "link_id"},
    "repair": {"id"},
    "look": {"id", "run_id", "link_id"},
}
_TABLES: Final = {
    "run": "runs",
    "document": "documents",
    "place": "occurrences",
    "acceptance": "acceptances",
    "copy": "archived_copies",
    "transition": "transitions",
    "repair": "repairs",
    "look": "observations",
}
_TYPES: Final = {"INTEGER": int, "TEXT": str}
_NAMES: Final[dict[str, Columns]] = {
    "run": {},
    "document": {"run": str},
    "place": {"document": str, "url": str},
    "acceptance": {"url": str},
    "copy": {"url": str},
    "transition": {"run": str, "url": str},
    "repair": {},
    "look": {"url": str, "run": str},
}


def columns_of(db: Connection) -> dict[str, Columns]:
    """Return the fields of each kind of record, as this version of the schema has them."""
    found: dict[str, Columns] = {}
    for kind, table in _TABLES.items():
        rows = db.query("select name, type from pragma_table_info(?)", [table])
        columns = {row["name"]: _TYPES[row["type"]] for row in rows}
        own = {name: columns[name] for name in columns if name not in _NUMBERS[kind]}
        found[kind] = {**_NAMES[kind], **own}
    return found


def exported(db: Connection) -> Iterator[Entry]:
    """Yield the whole history, the header first. Keep one transaction open meanwhile."""
    yield header(db.execute("pragma user_version").fetchone()[0], f"crawl {__version__}")
    runs = list(db.query(_RUNS))
    yield from (_entry("run", row) for row in runs)
    yield from (_entry("document", row) for row in db.query(_DOCUMENTS))
    yield from (_entry("place", row) for row in db.query(_PLACES))
    yield from (_entry("acceptance", row) for row in db.query(_WORDS))
    yield from (_entry("copy", row) for row in db.query(_COPIES))
    yield from (_entry("transition", row) for row in db.query(_TOLD))
    yield from (_entry("repair", row) for row in db.query(_REPAIRS))
    for run in runs:
        looks = db.query(_LOOKS, [run["name"], run["id"]])
        for rows in batches(looks):
            yield from _looks(db, rows)


def _looks(db: Connection, rows: Sequence[SqlRow]) -> Iterator[Entry]:
    hops: dict[int, list[dict[str, Any]]] = {}
    numbers = [row["id"] for row in rows]
    for hop in hops_of(db, numbers):
        kept = {name: hop[name] for name in ("url", "status", "via") if hop[name] is not None}
        hops.setdefault(hop["observation_id"], []).append(kept)
    for row in rows:
        entry = _entry("look", row)
        if row["id"] in hops:
            entry["hops"] = hops[row["id"]]
        yield entry


def _entry(kind: str, row: SqlRow) -> Entry:
    numbers = _NUMBERS[kind]
    return entry_of(kind, {name: value for name, value in row.items() if name not in numbers})

"""A history as objects, one after the other, in an order that only depends on what is in it.

Runs by name, documents and their places, acceptances, archived copies, what each run told, what was
repaired, and each run's looks by URL; of finished runs only. So two histories that hold the same
are exported as the same bytes. `merging.py` reads them back.

Or as typed columns, which are there to be asked and not to be read back: see `columnar.py`.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from crawler.bulk import batches, hops_of
from crawler.columnar import FILES, Batch, File, batch_of
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
_LINKS: Final = """
    select * from links
    where observation_id is not null
       or exists (select 1 from occurrences where occurrences.link_id = links.id)
    order by url
"""
_MONTHS: Final = "select distinct substr(at, 1, 7) from observations order by 1"
# Link by link, by the indexes: nothing is sorted that is as large as the looks are.
_LOOKS_OF_MONTH: Final = """
    select observations.*, links.url, links.host, runs.name as run
    from links
    cross join observations on observations.link_id = links.id
    cross join runs on runs.id = observations.run_id
    where observations.at between :month and :month || '~' and substr(at, 1, 7) = :month
      and runs.finished_at is not null
    order by links.url, observations.at, runs.name
"""
_OF_FILES: Final = {
    "runs": _RUNS,
    "documents": _DOCUMENTS,
    "places": _PLACES,
    "links": _LINKS,
    "acceptances": _WORDS,
    "copies": _COPIES,
    "transitions": _TOLD,
    "repairs": _REPAIRS,
}
_ROWS: Final = 2_000  # at once: as columns the most are three times as quick as few are

Tabled: TypeAlias = Iterator[tuple[File, Iterator[Batch]]]

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
    hops = _hops(db, [row["id"] for row in rows])
    for row in rows:
        entry = _entry("look", row)
        if row["id"] in hops:
            entry["hops"] = hops[row["id"]]
        yield entry


def _hops(db: Connection, looks: Sequence[int]) -> dict[int, list[Entry]]:
    """Return the hops of those looks that have any."""
    found: dict[int, list[Entry]] = {}
    for hop in hops_of(db, looks):
        kept = {name: hop[name] for name in ("url", "status", "via") if hop[name] is not None}
        found.setdefault(hop["observation_id"], []).append(kept)
    return found


def _entry(kind: str, row: SqlRow) -> Entry:
    numbers = _NUMBERS[kind]
    return entry_of(kind, {name: value for name, value in row.items() if name not in numbers})


def tabled(db: Connection) -> Tabled:
    """Yield every file of the whole history, with its rows. Keep one transaction open meanwhile."""
    for file in FILES:
        yield file, _looks_by_month(db, file) if file.name == "looks" else _batches(db, file)


def _batches(db: Connection, file: File) -> Iterator[Batch]:
    cursor = db.execute(_OF_FILES[file.name])
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(_ROWS):
        yield batch_of(file, names, rows)


def _looks_by_month(db: Connection, file: File) -> Iterator[Batch]:
    """Yield the looks of each month by their URLs: as one asks for them, and alike side by side."""
    for (month,) in db.execute(_MONTHS).fetchall():
        cursor = db.execute(_LOOKS_OF_MONTH, {"month": month})
        names = [column[0] for column in cursor.description]
        id_ = names.index("id")
        while rows := cursor.fetchmany(_ROWS):
            hops = _hops(db, [row[id_] for row in rows])
            whole = [(*row, hops.get(row[id_], [])) for row in rows]
            yield batch_of(file, [*names, "hops"], whole, month)

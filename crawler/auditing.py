"""Whether a history says what crawl would have written: every value of it, and what is believed.

SQLite tells whether a file is sound (`upkeep.py`); here its rows are read as reports read them, and
the states of links are held beside the fold of their looks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from crawler.annal_rows import healths_of, transition_of
from crawler.bulk import batches
from crawler.connection import Connection
from crawler.copy_rows import copy_of
from crawler.entries import counts_in
from crawler.errors import StoreError
from crawler.folding import folded
from crawler.repairs import repaired_of
from crawler.rows import (
    SqlRow,
    hop_of,
    iso,
    known_url,
    look_of,
    place_of,
    run_of,
    unasked_of,
)
from crawler.settings import HealthSettings
from crawler.state_rows import link_row, state_of, stateless_row

_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)

_ROWS: Final = {
    "runs": "select * from runs",
    "links": "select * from links",
    "occurrences": """
        select occurrences.*, documents.name as document, links.url from occurrences
        join documents on documents.id = occurrences.document_id
        left join links on links.id = occurrences.link_id
    """,
    "observations": """
        select observations.*, links.url from observations
        join links on links.id = observations.link_id
    """,
    "hops": "select * from hops",
    "archived_copies": """
        select archived_copies.*, links.url from archived_copies
        join links on links.id = archived_copies.link_id
    """,
    "transitions": """
        select transitions.*, links.url from transitions
        left join links on links.id = transitions.link_id
    """,
    "repairs": "select * from repairs",
}
# What names a row, so that there is one of it.
_LABELS: Final = {
    "runs": "name",
    "documents": "name",
    "links": "url",
    "occurrences": "place",
    "observations": "run_id, link_id",
    "hops": "observation_id, position",
    "acceptances": "link_id, at",
    "archived_copies": "link_id, errand",
    "transitions": "run_id, position",
    "repairs": "name, position",
}
# Times are compared as text, so they are written in one way.
_MOMENT: Final = "NNNN-NN-NNTNN:NN:NN.NNNZ".replace("N", "[0-9]")
_MOMENTS: Final = {
    "runs": ("started_at", "finished_at"),
    "links": ("since", "checked_at", "last_ok_at", "failing_since", "broken_since", "drift_since"),
    "observations": ("at", "read_at"),
    "acceptances": ("at",),
    "archived_copies": ("wanted_at", "asked_at", "copy_at"),
    "transitions": ("at", "since"),
    "repairs": ("at",),
}
# Looks of finished runs that are not counted, though no later run was there to leave them out.
_MISSED: Final = """
    select url from links where exists (
        select 1 from observations
        where link_id = links.id and at > coalesce(links.checked_at, '') and at <= min(:now, (
            select finished_at from runs where finished_at is not null order by id desc limit 1
        )) and run_id in (select id from runs where finished_at is not null)
    ) order by url limit :most
"""
_BY_SETTINGS: Final = frozenset({"health", "since"})


def audited(
    db: Connection,
    settings: HealthSettings,
    now: datetime,
    most: int,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Iterator[str]:
    """Yield what is wrong with a history that SQLite calls sound, a sentence each; `most` a kind.

    `on_progress` is told how many rows were read. Keep one transaction open meanwhile.
    """
    found = list(_first(_unreadable(db, on_progress), most))
    for table, names in _MOMENTS.items():
        for name in names:
            found += _first(_untimely(db, table, name), most)
    yield from found
    for table, label in _LABELS.items():
        yield from _first(_twice(db, table, label), most)
    if not found:  # what cannot be read cannot be folded
        yield from _first(_unbelievable(db, settings, now), most)
        for row in db.query(_MISSED, {"now": iso(now), "most": most}):
            yield f"{row['url']} has looks that what is believed of it does not count."


def _first(sentences: Iterable[str], most: int) -> Iterator[str]:
    return (each for _, each in zip(range(most), sentences, strict=False))


def _unreadable(db: Connection, on_progress: Callable[[int], None]) -> Iterator[str]:
    """Tell of rows that cannot be read back as nouns."""
    read = 0
    for table, query in _ROWS.items():
        for rows in batches(db.query(query)):
            for row in rows:
                try:
                    _READERS[table](row)
                except StoreError as error:
                    yield f"row {row['id']} of {table}: {error}"
            read += len(rows)
            on_progress(read)


def _untimely(db: Connection, table: str, name: str) -> Iterator[str]:
    query = f"select id from {table} where {name} not glob ?"  # noqa: S608 - names of ours
    for row in db.query(query, [_MOMENT]):
        yield f"row {row['id']} of {table}: {name} is no time in UTC as crawl writes it."


def _twice(db: Connection, table: str, label: str) -> Iterator[str]:
    query = f"select min(id) as id from {table} group by {label} having count(*) > 1"  # noqa: S608 - names of ours
    for row in db.query(query):
        yield f"row {row['id']} of {table} is there more than once, by its {label}."


def _unbelievable(db: Connection, settings: HealthSettings, now: datetime) -> Iterator[str]:
    """Tell of links whose state is not the fold of their looks, up to the last that it counts."""
    for rows in batches(db.query("select * from links")):
        stored = {int(row["id"]): row for row in rows}
        wrong = _wrong(db, settings, stored, now)
        # A word may lie in the future, if a clock was ahead when it was said: it may count by now.
        stored = {number: stored[number] for number in wrong}
        for number, names in _wrong(db, settings, stored, _FOR_EVER).items():
            by = " by the settings of now" if _BY_SETTINGS.issuperset(names) else ""
            yield (
                f"what is believed of {stored[number]['url']} is not what its looks come to{by}: "
                f"{', '.join(names)}."
            )


def _wrong(
    db: Connection, settings: HealthSettings, stored: Mapping[int, SqlRow], words_until: datetime
) -> dict[int, list[str]]:
    """Return which columns of links are not as their looks make them."""
    states = folded(db, settings, list(stored), None, words_until)
    made = {latest["link_id"]: link_row(state, latest) for state, latest in states}
    wrong = {}
    for number, row in stored.items():
        expected = made.get(number) or stateless_row(number)
        if names := [name for name, value in expected.items() if row[name] != value]:
            wrong[number] = names
    return wrong


def _read_run(row: SqlRow) -> None:
    run_of(row)
    counts_in(row["counts"])
    healths_of(row["healths"])


def _read_link(row: SqlRow) -> None:
    if row["health"] is None:
        known_url(row["url"])
    else:
        state_of(row)


def _read_place(row: SqlRow) -> None:
    place_of(row)
    unasked_of(row)


# What is text alone, or a moment, needs no reading: the tables are strict.
_READERS: Final[Mapping[str, Callable[[SqlRow], object]]] = {
    "runs": _read_run,
    "links": _read_link,
    "occurrences": _read_place,
    "observations": look_of,
    "hops": hop_of,
    "archived_copies": copy_of,
    "transitions": transition_of,
    "repairs": repaired_of,
}

"""Rows in bulk: many are inserted, or looked up by what they are called, at the cost of few."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, TypeVar

from crawler.connection import Connection
from crawler.rows import SqlRow
from crawler.urls import Url

T = TypeVar("T")

BATCH: Final = 500


def batches(items: Iterable[T]) -> Iterator[Sequence[T]]:
    """Yield items in lists, none of which is long."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def insert(db: Connection, table: str, rows: Iterable[SqlRow], otherwise: str = "") -> None:
    """Insert rows of the same columns, the first of which tells their names."""
    rest = iter(rows)
    if first := next(rest, None):
        names = ", ".join(f'"{name}"' for name in first)
        values = ", ".join(f":{name}" for name in first)
        statement = f"insert {otherwise} into {table} ({names}) values ({values})"  # noqa: S608 - names of ours
        db.conn.executemany(statement, chain([first], rest))


def links_at(db: Connection, urls: Iterable[str], columns: str = "*") -> Iterator[SqlRow]:
    """Yield the rows of those links that there are."""
    for batch in batches(urls):
        marks = ", ".join("?" * len(batch))
        yield from db.query(f"select {columns} from links where url in ({marks})", batch)  # noqa: S608 - names of ours


def hops_of(db: Connection, looks: Sequence[int]) -> Iterator[SqlRow]:
    """Yield the rows of the hops of looks, those of each look in order."""
    marks = ", ".join("?" * len(looks))
    query = f"select * from hops where observation_id in ({marks}) order by position"  # noqa: S608 - marks
    return db.query(query, looks)


def link_ids(db: Connection, urls: Iterable[Url]) -> dict[Url, int]:
    """Return the numbers of links; those that are new get one."""
    known = {str(url): url for url in urls}
    rows = ({"url": text, "host": url.host} for text, url in known.items())
    insert(db, "links", rows, "or ignore")
    return {known[row["url"]]: row["id"] for row in links_at(db, known, "id, url")}


def next_id(db: Connection, table: str) -> int:
    """Return the number that the next row of a table will have."""
    query = f"select coalesce(max(id), 0) + 1 from {table}"  # noqa: S608 - a name of ours
    return int(db.execute(query).fetchone()[0])


def forget_run(db: Connection, number: int, last_look: int = 0) -> None:
    """Delete the looks of a run behind one of them; and the run, if that are all of its looks."""
    forget_looks(db, number, last_look)
    if not last_look:
        db.execute("delete from runs where id = ?", [number])


def forget_looks(db: Connection, number: int, last_look: int = 0) -> None:
    """Delete the looks of a run behind one of them, or all."""
    values = [number, last_look]
    looks = "select id from observations where run_id = ? and id > ?"
    db.execute(f"delete from hops where observation_id in ({looks})", values)  # noqa: S608 - text of ours
    db.execute("delete from observations where run_id = ? and id > ?", values)

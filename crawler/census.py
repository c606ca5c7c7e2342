"""What a history holds, in numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crawler.columns import Column, table
from crawler.connection import Connection
from crawler.model import Health, Run
from crawler.rows import maybe_iso, maybe_moment, reads_back, run_of
from crawler.text import clean

MONTHS: Final = 12
HOSTS: Final = 10

_COUNTS: Final = {
    "documents": "select count(*) from documents",
    "places": "select count(*) from occurrences",
    "links": "select count(*) from links",
    "runs": "select count(*) from runs where finished_at is not null",
    "looks": "select count(*) from observations",
    "redirects": "select count(*) from hops",
}
# What a run has had that has not finished, which is no history yet.
_UNFINISHED: Final = {
    "looks": """
        select count(*) from observations
        where run_id in (select id from runs where finished_at is null)
    """,
    "redirects": """
        select count(*) from hops where observation_id in (
            select id from observations
            where run_id in (select id from runs where finished_at is null)
        )
    """,
}
_LAST_RUN: Final = """
    select * from runs where finished_at is not null order by finished_at desc, id desc limit 1
"""
_COUNTED: Final = "run_id not in (select id from runs where finished_at is null)"
_HOSTS: Final = """
    select host, count(*) as links, coalesce(sum(health = 'broken'), 0) as broken
    from links group by host order by links desc, host limit ?
"""


@dataclass(frozen=True, slots=True)
class Host:
    """A host of many links: how many, and how many of them are broken."""

    name: str
    links: int
    broken: int


@dataclass(frozen=True, slots=True)
class Census:
    """Rows a table, links by what is believed of them, and looks a month, of finished runs.

    `free` are bytes that the file holds and does not need. `months` are the last with any look.
    """

    rows: Mapping[str, int]
    health: Mapping[str, int]
    months: Mapping[str, int]
    hosts: tuple[Host, ...]
    size: int
    free: int
    unfinished: int
    last_run: Run | None
    first_look: datetime | None
    last_look: datetime | None


@reads_back
def census(db: Connection) -> Census:
    """Count what there is. Keep one transaction open meanwhile. Raises `StoreError`."""
    unfinished = _number(db, "select count(*) from runs where finished_at is null")
    rows = {name: _number(db, query) for name, query in _COUNTS.items()}
    where = ""  # so that an index has all that is asked for, which is most of the time
    if unfinished:
        where = f"where {_COUNTED}"
        for name, query in _UNFINISHED.items():
            rows[name] -= _number(db, query)
    months = db.query(f"""
        select substr(at, 1, 7) as month, count(*) as looks, min(at) as first, max(at) as last
        from observations {where} group by month order by month desc
    """)  # noqa: S608 - text of ours
    found = list(months)
    health = "select coalesce(health, 'unknown') as health, count(*) as n from links group by 1"
    return Census(
        rows=rows,
        health={Health(row["health"]): row["n"] for row in db.query(f"{health} order by 1")},
        months={clean(row["month"]): row["looks"] for row in reversed(found[:MONTHS])},
        hosts=tuple(
            Host(clean(name), *numbers)
            for name, *numbers in (row.values() for row in db.query(_HOSTS, [HOSTS]))
        ),
        size=_number(db, "pragma page_count") * _number(db, "pragma page_size"),
        free=_number(db, "pragma freelist_count") * _number(db, "pragma page_size"),
        unfinished=unfinished,
        last_run=next(map(run_of, db.query(_LAST_RUN)), None),
        first_look=maybe_moment(found[-1]["first"]) if found else None,
        last_look=maybe_moment(found[0]["last"]) if found else None,
    )


def census_record(found: Census) -> dict[str, Any]:
    """Return what `crawl db stats --format json` prints."""
    last = found.last_run
    return {
        **found.rows,
        "health": dict(found.health),
        "unfinished_runs": found.unfinished,
        "last_run": last
        and {
            "name": last.id,
            "started_at": maybe_iso(last.started_at),
            "finished_at": maybe_iso(last.finished_at),
            "complete": last.complete,
        },
        "first_look": maybe_iso(found.first_look),
        "last_look": maybe_iso(found.last_look),
        "looks_by_month": dict(found.months),
        "hosts": [
            {"host": each.name, "links": each.links, "broken": each.broken} for each in found.hosts
        ],
        "bytes": found.size,
        "free_bytes": found.free,
    }


def census_text(found: Census) -> str:
    """Return what `crawl db stats` prints."""
    pieces = [_table(found.rows), _table({f"links {k}": n for k, n in found.health.items()})]
    if found.hosts:
        most = max(len(f"{each.links:,}") for each in found.hosts)
        rows = [
            (f"{each.links:,}", each.name, f"{each.broken:,} broken" if each.broken else "")
            for each in found.hosts
        ]
        pieces.append(
            "\n".join(["Links by host", *table(_BY_HOST, rows, indent=" " * (11 - most))])
        )
    if found.months:
        longest = max(found.months.values())
        told = [
            f"{looks:>11,}  {month}  {'#' * max(1, round(looks * _WIDTH / longest))}"
            for month, looks in found.months.items()
        ]
        pieces.append("\n".join(["Looks by month", *told]))
    return "\n\n".join([*pieces, "\n".join(_sentences(found))]) + "\n"


_WIDTH: Final = 40
_BY_HOST: Final = (Column(number=True), Column(), Column(number=True))


def _sentences(found: Census) -> list[str]:
    said = [f"{found.size:,} bytes, {found.free:,} of them free."]
    if found.first_look and found.last_look:
        said.append(f"Looks from {found.first_look:%Y-%m-%d} to {found.last_look:%Y-%m-%d}.")
    if found.last_run and found.last_run.finished_at:
        short = "" if found.last_run.complete else "; it was cut short"
        said.append(
            f"The last run ended at {found.last_run.finished_at:%Y-%m-%d %H:%M} UTC{short}."
        )
    if found.unfinished:
        said.append("A run has not finished: the next one goes on with it, or forgets it.")
    return said


def _table(numbers: Mapping[str, int]) -> str:
    return "\n".join(f"{number:>11,}  {name}" for name, number in numbers.items())


def _number(db: Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])

"""A copy of the history in Datasette: its settings, its words and questions, and our templates.

The one module that knows Datasette. Pages hold no script and ask nobody else for anything.
"""

import sqlite3
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from itertools import groupby
from typing import Any, Final, TypeAlias

from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from markupsafe import Markup

from crawler import cells, guide
from crawler.model import Health
from crawler.snapshot import Snapshot

Pages: TypeAlias = Datasette

NAME: Final = "history"
"""What the database is called in addresses."""

MAX_VALUE: Final = 10_000_000
"""Bytes of one value that a query may make: `zeroblob(1e9)` is no question to a history."""

_SETTINGS: Final = {
    "allow_download": False,  # `crawl db backup` makes a copy that is whole
    "default_page_size": 50,
    "default_facet_size": 8,
    "facet_time_limit_ms": 500,
    "max_csv_mb": 0,
    "max_returned_rows": 1_000,
    "sql_time_limit_ms": 3_000,
    "suggest_facets": False,  # a query for each of thirty columns; those worth having are named
}
_ORDER: Final = ("broken", "suspect", "flaky", "drifted", "healthy", "unknown")


def pages(snapshot: Snapshot, *, alone: bool) -> Pages:
    """Return the pages of a copy, an ASGI application by `app()`.

    `alone`: nobody but this machine can ask, so whoever asks may write SQL of their own. They can
    read no more by it, but keep a processor busy.
    """
    _register()
    data = files("crawler") / "data" / "browser"
    counts = {name: {"count": number} for name, number in snapshot.rows.items()}
    made = Datasette(
        [],
        immutables=[str(snapshot.path)],
        # What it would find out by reading all of the file. The hash tells copies apart.
        inspect_data={
            NAME: {"hash": f"{snapshot.at:%s%f}", "size": snapshot.size, "tables": counts}
        },
        metadata={"title": "Link history", "databases": {NAME: _metadata(snapshot)}},
        settings=_SETTINGS | {"default_allow_sql": alone},
        static_mounts=[("browser", str(data / "static"))],
        template_dir=str(data / "templates"),
    )
    made.connections = []
    _without_thread(made.databases["_internal"], made.connections)
    made.jinja_env.globals.update(
        snapshot=snapshot,
        refers=cells.REFERS,
        words=guide.tables(),
        health=[(name, snapshot.health.get(name, 0)) for name in _shown(snapshot.health)],
        questions=[(group, list(each)) for group, each in groupby(guide.questions(), _group)],
        cell=lambda value, column: Markup(cells.cell(value, column) or ""),  # noqa: S704 - escaped
    )
    return made


def closed(made: Pages) -> None:
    """Close the files of pages that nobody looks at any more, and end their threads."""
    made.executor.shutdown(wait=True, cancel_futures=True)
    for connection in made.connections:
        connection.close()


@hookimpl  # type: ignore[untyped-decorator] # Datasette has no types
def render_cell(value: object, column: str) -> Markup | None:
    """Return what a value looks like."""
    shown = cells.cell(value, column)
    return None if shown is None else Markup(shown)  # noqa: S704 - `cells` escapes all of it


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Pages) -> None:
    """Bound what a query, and a schema that a stranger has written, can do."""
    datasette.connections.append(conn)
    if database != NAME:  # Datasette's notes for itself, which it writes
        return
    conn.execute("pragma trusted_schema = off")
    conn.execute("pragma query_only = on")
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def _without_thread(notes: Any, connections: list[sqlite3.Connection]) -> None:  # noqa: ANN401
    """Have Datasette's notes on schemas written at once: its thread for that would never end."""
    connection = notes.connect(write=True)
    connections.append(connection)

    async def write(work: Callable[[sqlite3.Connection], object], **_: object) -> object:
        return work(connection)

    notes.execute_write_fn = write


def _register() -> None:
    # Else each mistyped query fills a screen with its traceback.
    pm.get_plugin("datasette.handle_exception").rich = None
    if not pm.has_plugin("crawl"):
        pm.register(sys.modules[__name__], "crawl")


def _metadata(snapshot: Snapshot) -> dict[str, Any]:
    tables = guide.tables()
    unknown = {name: {"hidden": True} for name in snapshot.rows.keys() - tables.keys()}
    return {
        "title": "Tables and questions",
        "tables": {name: _table(table) for name, table in tables.items()} | unknown,
        "queries": {
            each.name: {
                "title": each.title,
                "description": each.about,
                "sql": each.sql.strip(),
                "hide_sql": True,
            }
            for each in guide.questions()
        },
    }


def _table(table: guide.Table) -> dict[str, Any]:
    wanted = {
        "description": table.about,
        "columns": table.columns,
        "label_column": table.label,
        "facets": list(table.facets),
        "hidden": table.hidden,
        ("sort_desc" if table.descending else "sort"): table.sort,
    }
    return {name: value for name, value in wanted.items() if value}


def _shown(health: Mapping[str, int]) -> list[str]:
    """Return the kinds of health in their order: the usual ones, and what else there is."""
    return [name for name in _ORDER if name in health or name in set(Health)]


def _group(question: guide.Question) -> str:
    return question.group

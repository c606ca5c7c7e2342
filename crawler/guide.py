"""What a history holds, in words, and what it is often asked.

The words stand in `data/history.toml`, one source for the pages of `crawl serve` and for
docs/schema.md; the questions in `data/questions.toml`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

_JSON: Final = "JSON: "


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view of the history; `columns` has the words for each, in the schema's order.

    `sort` is the column that the rows are shown by, and `descending` the greatest first.
    """

    name: str
    about: str
    columns: Mapping[str, str]
    label: str | None = None
    sort: str | None = None
    descending: bool = False
    facets: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A question in a person's words, and the SQL that answers it."""

    name: str
    group: str
    title: str
    about: str
    sql: str


@cache
def tables() -> Mapping[str, Table]:
    """Return every table and view by its name."""
    return {name: _table(name, entry) for name, entry in _read("history.toml")["table"].items()}


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions, in the order in which they are shown."""
    return tuple(Question(**entry) for entry in _read("questions.toml")["question"])


@cache
def json_columns() -> frozenset[str]:
    """Return the names of the columns that hold JSON: a name means the same everywhere."""
    return frozenset(
        name
        for table in tables().values()
        for name, words in table.columns.items()
        if words.startswith(_JSON)
    )


def _table(name: str, entry: Mapping[str, Any]) -> Table:
    sort: str = entry.get("sort", "")
    return Table(
        name,
        entry["about"],
        entry["columns"],
        entry.get("label"),
        sort.removeprefix("-") or None,
        descending=sort.startswith("-"),
        facets=tuple(entry.get("facets", ())),
        hidden=entry.get("hidden", False),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("crawler") / "data" / name).read_text("utf-8"))

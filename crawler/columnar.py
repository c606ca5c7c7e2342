"""A history as typed columns, a table a file: which there are, of what type, and in which words.

Pure: the rows come from `exporting.py`, and `parquet.py` knows the library that writes them. As in
the lines of `entries.py`, what is a number in one history only is a name here, so that the files of
several histories can be asked together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias

from crawler import guide
from crawler.rows import reads_back
from crawler.tables import registrable_domain

ENDING: Final = ".parquet"
"""How the name of a directory of such files ends, and that of each file in it."""


class Type(StrEnum):
    """What the values of a column are, as docs/parquet.md calls it."""

    TEXT = "text"
    WORD = "word"
    NUMBER = "number"
    FLAG = "true or false"
    MOMENT = "moment"
    TEXTS = "list of texts"
    RECORDS = "list of records"
    JSON = "JSON"


@dataclass(frozen=True, slots=True)
class File:
    """A file: its name without the ending, the table it is made of, and how its rows are sorted."""

    name: str
    table: str
    keys: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    @property
    def columns(self) -> Mapping[str, Type]:
        """Return the type of each column by its name: the keys first, then those of the table."""
        return {name: type_of(name) for name in self.words}

    @property
    def words(self) -> Mapping[str, str]:
        """Return what each column means."""
        return _words(self.table, self.keys)


Values: TypeAlias = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file: the values of each column by its name, in the order of `columns`.

    `part`: rows of several parts are never in one group of rows.
    """

    columns: Mapping[str, Values]
    part: str = ""


_PAGE: Final = ("url", "host", "domain")
FILES: Final = (
    File("runs", "runs", order=("name",)),
    File("documents", "documents", ("run",), order=("name",)),
    File("places", "occurrences", ("document", "url"), order=("document", "line", "column")),
    File("links", "links", _PAGE, order=("url",)),
    File("acceptances", "acceptances", ("url",), order=("url", "at")),
    File("copies", "archived_copies", ("url",), order=("url", "errand")),
    File("transitions", "transitions", ("run", "url"), order=("run", "position")),
    File("repairs", "repairs", order=("name", "position")),
    File("looks", "observations", ("run", *_PAGE, "hops"), order=("month of `at`", "url", "at")),
)
"""Every file, in the order in which they are written."""

# Numbers that mean something in one history only, and what other columns say already.
_LEFT_OUT: Final = frozenset({"id", "run_id", "document_id", "link_id", "observation_id", "place"})
# What is here and in no table, or not as the table has it.
_OWN: Final = {
    "run": "the name of the run",
    "document": "the name of the document",
    "url": "the URL of the link, normalised, without fragment",
    "host": "the host that the URL names",
    "domain": "what of the host somebody has registered; the host itself where nobody can have",
    "hops": "the redirects in order: what led on, with which HTTP status, and how",
    "complete": "whether it was not cut short",
}
_ALIKE: Final = "as in links"
_NONE: Final = "[]"

_MOMENTS: Final = frozenset({
    "asked_at", "at", "broken_since", "checked_at", "copy_at", "drift_since", "failing_since",
    "finished_at", "last_ok_at", "read_at", "since", "started_at", "wanted_at",
})  # fmt: skip
_NUMBERS: Final = frozenset({
    "attempts", "bad_looks", "broken_looks", "column", "drift_looks", "elapsed_ms", "end_column",
    "end_line", "line", "position", "status",
})  # fmt: skip
# Of closed sets, which are ours: there are few of each.
_WORDS: Final = frozenset({
    "basis", "came", "code", "confidence", "errand", "format", "health", "http_stack", "kind",
    "language_source", "network", "outcome", "reason", "repair", "title_source", "unasked",
})  # fmt: skip
_FLAGS: Final = frozenset({"complete"})
_TEXTS: Final = frozenset({"feeds", "fragments", "missing_fragments"})
RECORDS: Final[Mapping[str, Mapping[str, Type]]] = {
    "findings": {
        "name": Type.TEXT, "severity": Type.TEXT, "message": Type.TEXT, "replacement": Type.TEXT,
    },
    "hops": {"url": Type.TEXT, "status": Type.NUMBER, "via": Type.TEXT},
    "titles": {"source": Type.TEXT, "text": Type.TEXT},
}  # fmt: skip
"""The fields of each column that holds lists of records."""


def type_of(name: str) -> Type:
    """Return the type of a column: a name means the same in every table."""
    if name in RECORDS:
        return Type.RECORDS
    if name in _TEXTS:
        return Type.TEXTS
    if name in guide.json_columns():
        return Type.JSON
    for type_, names in _PLAIN.items():
        if name in names:
            return type_
    return Type.TEXT


_PLAIN: Final = {
    Type.MOMENT: _MOMENTS, Type.NUMBER: _NUMBERS, Type.WORD: _WORDS, Type.FLAG: _FLAGS,
}  # fmt: skip


@cache
def _words(table: str, keys: tuple[str, ...]) -> Mapping[str, str]:
    found, links = dict.fromkeys(keys, ""), guide.tables()["links"].columns
    for name, words in guide.tables()[table].columns.items():
        if name not in _LEFT_OUT:
            found[name] = links[name] if words.endswith(_ALIKE) else words
    return {name: _OWN.get(name, words).removeprefix("JSON: ") for name, words in found.items()}


@reads_back
def batch_of(file: File, names: Sequence[str], rows: Sequence[Values], part: str = "") -> Batch:
    """Return rows of values, which stand in the order of `names`, as the columns of a file.

    `rows` is not empty; those of more names than the file has columns are cut to these. Raises
    `StoreError` for what crawl never writes.
    """
    given: dict[str, Values] = dict(zip(names, zip(*rows, strict=True), strict=True))
    if "domain" in file.keys:
        given["domain"] = [registrable_domain(host) if host else None for host in given["host"]]
    return Batch(
        {name: _valued(name, type_, given[name]) for name, type_ in file.columns.items()}, part
    )


def _valued(name: str, type_: Type, values: Values) -> Values:
    match type_:
        case Type.FLAG:
            return [_flag(value) for value in values]
        case Type.TEXTS:
            return [value and json.loads(value) for value in values]
        case Type.RECORDS if name == "titles":
            return [value and list(map(_title, json.loads(value))) for value in values]
        case Type.RECORDS if name == "findings":
            return [[] if value == _NONE else json.loads(value) for value in values]
        case _:
            return values


def _flag(value: object) -> bool:
    if value not in (0, 1):
        raise ValueError(value)
    return bool(value)


def _title(pair: Sequence[str]) -> Mapping[str, str]:
    source, text = pair
    return {"source": source, "text": text}

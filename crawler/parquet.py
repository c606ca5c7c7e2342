"""Tables as Parquet, a file each in a directory: written whole or not at all.

The only module that knows PyArrow, which not everybody has: it is imported where it is needed.
Laws: memory holds one group of rows, however many there are; nobody meets a directory of which one
file is newer than another; and nothing is ever replaced that crawl has not written.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
from pyarrow import parquet as pq

from crawler.columnar import ENDING, FILES, RECORDS, Batch, File, Type
from crawler.connection import VERSION
from crawler.errors import ImpossibleError, UsageError
from crawler.rows import reads_back
from crawler.version import __version__

GROUP: Final = 65_536
"""Rows of a group at most: what a reader leaves out or reads as a whole, and what memory holds."""

Table: TypeAlias = Any  # as mypy sees it: PyArrow tells no types

_SCHEMA: Final = b"crawl-schema"
_MARKS: Final = {b"crawl": __version__.encode(), _SCHEMA: str(VERSION).encode()}
_NAMES: Final = frozenset(f"{file.name}{ENDING}" for file in FILES)
_WORD: Final = pa.dictionary(pa.int32(), pa.string())
_MOMENT: Final = pa.timestamp("ms", tz="UTC")
_OF_TYPES: Final[Mapping[Type, Any]] = {
    Type.TEXT: pa.string(),
    Type.WORD: _WORD,
    Type.NUMBER: pa.int32(),
    Type.FLAG: pa.bool_(),
    Type.MOMENT: _MOMENT,
    Type.TEXTS: pa.list_(pa.string()),
    Type.JSON: pa.string(),
}


def write(tables: Iterable[tuple[File, Iterable[Batch]]], directory: Path) -> None:
    """Write tables in the place of those that a directory held.

    Raises `UsageError` for a directory with anything else in it, before anything is read, and
    `ImpossibleError`; then it is as it was.
    """
    target = directory.resolve()  # a symbolic link stays one
    _check(target, directory)
    try:
        # Beside it, so that it is on the same disk, and under a name that nobody can foresee.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as made:
            new = Path(made) / "new"
            new.mkdir()
            for file, batches in tables:
                _write(file, batches, new / f"{file.name}{ENDING}")
            _take_the_place(new, target, Path(made) / "old")
    except OSError as error:
        reason = error.strerror or "the library says no more"
        raise ImpossibleError(f"{directory}: cannot be written ({reason}).") from error


# The directory


def _check(target: Path, directory: Path) -> None:
    """Raise if there is something in the way that is not ours to replace."""
    if not os.path.lexists(target):
        return
    if not target.is_dir():
        raise UsageError(f"{directory} is no directory: move it away, or name another.")
    for each in sorted(target.iterdir()):
        if each.name not in _NAMES or not _is_ours(each):
            raise UsageError(
                f"{directory} holds {each.name}, which crawl has not written: "
                "move it away, or name another directory."
            )


def _is_ours(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        return _SCHEMA in (pq.read_schema(path).metadata or {})
    except (OSError, pa.ArrowException):
        return False


def _take_the_place(new: Path, target: Path, old: Path) -> None:
    """Put a directory in the place of another, or of none.

    A machine that dies between the two names leaves both directories whole, beside the place.
    """
    if not target.exists():
        new.rename(target)
        return
    new.chmod(target.stat().st_mode & 0o777)
    target.rename(old)
    try:
        new.rename(target)
    finally:
        if not target.exists():
            old.rename(target)


# A file


def schema_of(file: File) -> Any:  # noqa: ANN401 - PyArrow tells no types
    """Return a file's columns as PyArrow has them, with the marks by which it is ours."""
    fields = [(name, _type_of(name, type_)) for name, type_ in file.columns.items()]
    return pa.schema(fields, metadata=_MARKS)


def _type_of(name: str, type_: Type) -> Any:  # noqa: ANN401 - as above
    if type_ is Type.RECORDS:
        return pa.list_(pa.struct([(each, _OF_TYPES[of]) for each, of in RECORDS[name].items()]))
    return _OF_TYPES[type_]


def _write(file: File, batches: Iterable[Batch], path: Path) -> None:
    schema = schema_of(file)
    with path.open("xb") as opened, pq.ParquetWriter(opened, schema, compression="zstd") as writer:
        for group in _groups(batches, schema):
            writer.write_table(group, row_group_size=GROUP)


def _groups(batches: Iterable[Batch], schema: Any) -> Iterator[Table]:  # noqa: ANN401 - as above
    """Yield rows in groups, as full as may be, but of one part each."""
    waiting, part, rows = list[Any](), "", 0
    for batch in batches:
        made = _record_batch(batch, schema)
        if waiting and (batch.part != part or rows + made.num_rows > GROUP):
            yield pa.Table.from_batches(waiting)
            waiting, rows = [], 0
        waiting.append(made)
        part, rows = batch.part, rows + made.num_rows
    if waiting:
        yield pa.Table.from_batches(waiting)


@reads_back
def _record_batch(batch: Batch, schema: Any) -> Any:  # noqa: ANN401 - as above
    arrays = []
    for field in schema:
        values = batch.columns[field.name]
        if field.type == _MOMENT:  # as texts, whose reading is a third of the work so
            arrays.append(pa.array(values, pa.string()).cast(_MOMENT))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)

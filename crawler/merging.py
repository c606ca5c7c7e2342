"""Two histories made one: what either has seen, the merged one has.

Runs are the same if their names are, looks if their run and their link are; what is there already
stays as it is. Of a document, what the later finished run has read of it wins; of what an archive
said of a link, the later answer. It does not matter which history is merged into which, in what
order, or how often.

A file may be a stranger's: it is read to its end before anything of it counts.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from sqlite3 import IntegrityError
from typing import Final, TypeAlias, TypeVar

from crawler.annals import append
from crawler.archiving import ArchivedCopy
from crawler.bulk import batches, forget_run, insert, link_ids, next_id
from crawler.connection import Connection
from crawler.copy_rows import copy_row
from crawler.entries import (
    Entry,
    acceptance_in,
    check_header,
    copy_in,
    document_in,
    look_in,
    place_in,
    repair_in,
    run_in,
    transition_in,
)
from crawler.errors import StoreError
from crawler.exporting import columns_of
from crawler.model import Observation, Place, Transition, Verdict
from crawler.repair_history import append as append_repairs
from crawler.repairs import Repaired
from crawler.rows import hop_rows, iso, look_row, place_row
from crawler.urls import Target, Url

T = TypeVar("T")
Numbered: TypeAlias = Sequence[tuple[int, Entry]]
"""Objects of one type, with the numbers of their lines."""

_RUN: Final = "select id, finished_at, name from runs where name = ?"
_COUNTED: Final = """
    update runs set healths = :healths where name = :name and coalesce(healths, '') < :healths
"""
_DOCUMENT: Final = """
    select documents.id, runs.finished_at, runs.name from documents
    left join runs on runs.id = documents.run_id where documents.name = ?
"""
_WRITTEN: Final = """
    select links.url from occurrences join links on links.id = occurrences.link_id
    where document_id = ?
"""
# The later answer wins; of two of one moment the greater, whichever was here first.
_ANSWERED: Final = """
    insert into archived_copies
        (link_id, errand, wanted_at, basis, asked_at, came, copy_url, copy_at)
    values (:link_id, :errand, :wanted_at, :basis, :asked_at, :came, :copy_url, :copy_at)
    on conflict (link_id, errand) do update set
        wanted_at = excluded.wanted_at, basis = excluded.basis, asked_at = excluded.asked_at,
        came = excluded.came, copy_url = excluded.copy_url, copy_at = excluded.copy_at
    where (excluded.asked_at, excluded.wanted_at, excluded.basis, excluded.came,
           coalesce(excluded.copy_url, ''), coalesce(excluded.copy_at, ''))
        > (archived_copies.asked_at, archived_copies.wanted_at, archived_copies.basis,
           archived_copies.came, coalesce(archived_copies.copy_url, ''),
           coalesce(archived_copies.copy_at, ''))
"""
_RENEWED: Final = "update documents set format = ?, source = ?, run_id = ? where id = ?"


@dataclass(slots=True)
class Merged:
    """How much was new.

    `strangers`: documents of one name that link to nothing in common here and there.
    """

    runs: int = 0
    looks: int = 0
    documents: int = 0
    strangers: set[str] = field(default_factory=set)


class Merging:
    """Takes the objects of another history into a database, inside of one transaction.

    The numbers of links whose looks are new are in the temporary table `touched` afterwards:
    what is believed of them is to be folded anew.
    """

    def __init__(self, db: Connection, on_progress: Callable[[int], None]) -> None:
        self.merged = Merged()
        self._db = db
        self._tell = on_progress
        self._columns = columns_of(db)
        self._documents: dict[str, int | None] = {}  # None: what we have of it is newer
        self._held: dict[str, set[str]] = {}  # what ours link to, as long as theirs share none
        self._run = lru_cache(maxsize=64)(self._finished_run)
        self._take: Mapping[str, Callable[[Numbered], None]] = {
            "run": self._take_runs,
            "document": self._take_documents,
            "place": self._take_places,
            "acceptance": self._take_acceptances,
            "copy": self._take_copies,
            "transition": self._take_transitions,
            "repair": self._take_repairs,
            "look": self._take_looks,
        }
        db.execute("create temp table touched (id integer primary key)")

    def take(self, lines: Iterable[T], read: Callable[[T], Entry], schema: int) -> None:
        """Take in all objects, the header first. Raises `StoreError` that names the line."""
        entries = _numbered(lines, read)
        _, first = next(entries, (1, {}))
        with _at(1):
            check_header(first, schema)
        for kind, alike in groupby(entries, key=lambda each: each[1]["record"]):
            for batch in batches(alike):
                with _at(batch[0][0]):
                    if kind not in self._take:
                        raise StoreError("a record that nobody knows.")
                try:
                    self._take[kind](batch)
                except IntegrityError as error:
                    with _at(batch[0][0]):
                        raise StoreError("what begins here is there twice.") from error
                self._tell(batch[-1][0])

    def _take_runs(self, batch: Numbered) -> None:
        for number, entry in batch:
            with _at(number):
                row = run_in(entry, self._columns["run"])
            known = self._db.execute(_RUN, [row["name"]]).fetchone()
            if known and known[1] is None:  # here it is half a run, and there it is a whole one
                forget_run(self._db, known[0])
            elif known and row["healths"]:  # it may have come here by way of an older version
                self._db.execute(_COUNTED, row)
            if known is None or known[1] is None:
                insert(self._db, "runs", [{"id": next_id(self._db, "runs"), **row}])
                self.merged.runs += 1

    def _finished_run(self, name: str) -> tuple[int, str, str]:
        found: tuple[int, str | None, str] | None = self._db.execute(_RUN, [name]).fetchone()
        if found is None or found[1] is None:
            raise StoreError("it names a run that was not named before.")
        return found[0], found[1], found[2]

    def _take_documents(self, batch: Numbered) -> None:
        for number, entry in batch:
            with _at(number):
                row = document_in(entry, self._columns["document"])
                run, *theirs = self._run(row["run"])
            name, format_, source = row["name"], row["format"], row["source"]
            known = self._db.execute(_DOCUMENT, [name]).fetchone()
            if known is None:
                new = {"id": next_id(self._db, "documents"), "name": name}
                insert(self._db, "documents", [new | {"format": format_, "source": source}])
            elif theirs <= (ours := [known[1] or "", known[2] or ""]):
                if theirs != ours:
                    self._hold(name, known[0])
                self._documents.setdefault(name, None)
                continue
            else:
                self._hold(name, known[0])
            id_ = self._documents[name] = known[0] if known else new["id"]
            self._db.execute("delete from occurrences where document_id = ?", [id_])
            self._db.execute(_RENEWED, [format_, source, run, id_])
            self.merged.documents += 1

    def _hold(self, name: str, number: int) -> None:
        self._held[name] = {row[0] for row in self._db.execute(_WRITTEN, [number])}

    def _meet(self, place: Place) -> None:
        """Hold a place of theirs beside what our document of that name links to."""
        name, target = place.occurrence.document, place.target
        if isinstance(target, Target) and (ours := self._held.get(name)):
            if str(target.url) in ours:
                del self._held[name]
                self.merged.strangers.discard(name)
            else:
                self.merged.strangers.add(name)

    def _take_places(self, batch: Numbered) -> None:
        places: list[tuple[int, Place, Mapping[Url, Verdict]]] = []
        for number, entry in batch:
            with _at(number):
                place, reason = place_in(entry, self._columns["place"])
                name = place.occurrence.document
                if name not in self._documents:
                    raise StoreError("a place in a document that was not named before.")
            self._meet(place)
            id_ = self._documents[name]
            if id_ is not None:
                places.append((id_, place, _unasked(place, reason)))
        links = link_ids(self._db, _urls_of(place for _, place, _ in places))
        rows = (
            place_row(place, {place.occurrence.document: id_}, links, unasked)
            for id_, place, unasked in places
        )
        insert(self._db, "occurrences", rows)

    def _take_acceptances(self, batch: Numbered) -> None:
        said: list[tuple[Url, datetime]] = []
        for number, entry in batch:
            with _at(number):
                said.append(acceptance_in(entry, self._columns["acceptance"]))
        links = link_ids(self._db, (url for url, _ in said))
        rows = [{"link_id": links[url], "at": iso(at)} for url, at in said]
        insert(self._db, "acceptances", rows, "or ignore")
        self._touch(links.values())

    def _take_copies(self, batch: Numbered) -> None:
        copies: list[ArchivedCopy] = []
        for number, entry in batch:
            with _at(number):
                copies.append(copy_in(entry, self._columns["copy"]))
        links = link_ids(self._db, (copy.url for copy in copies))
        rows = [copy_row(copy) | {"link_id": links[copy.url]} for copy in copies]
        self._db.conn.executemany(_ANSWERED, rows)

    def _take_transitions(self, batch: Numbered) -> None:
        told: list[tuple[int, int, Transition]] = []
        for number, entry in batch:
            with _at(number):
                run, position, change = transition_in(entry, self._columns["transition"])
                told.append((self._run(run)[0], position, change))
        append(self._db, told, "or ignore")

    def _take_repairs(self, batch: Numbered) -> None:
        repaired: list[Repaired] = []
        for number, entry in batch:
            with _at(number):
                repaired.append(repair_in(entry, self._columns["repair"]))
        append_repairs(self._db, repaired, "or ignore")

    def _take_looks(self, batch: Numbered) -> None:
        looks: list[tuple[int, Observation]] = []
        for number, entry in batch:
            with _at(number):
                run, look = look_in(entry, self._columns["look"])
                looks.append((self._run(run)[0], look))
        links = link_ids(self._db, (look.url for _, look in looks))
        for run, alike in groupby(looks, key=itemgetter(0)):
            self._append(run, {links[look.url]: look for _, look in alike})

    def _append(self, run: int, looks: Mapping[int, Observation]) -> None:
        """Append the looks of a run that it has not had, by the numbers of their links."""
        marks = ", ".join("?" * len(looks))
        query = f"select link_id from observations where run_id = ? and link_id in ({marks})"  # noqa: S608 - marks
        had = {row[0] for row in self._db.execute(query, [run, *looks])}
        fresh = [(link, look) for link, look in looks.items() if link not in had]
        numbered = list(enumerate(fresh, next_id(self._db, "observations")))
        insert(self._db, "observations", (
            look_row(look) | {"id": id_, "run_id": run, "link_id": link}
            for id_, (link, look) in numbered
        ))  # fmt: skip
        insert(self._db, "hops", (
            row for id_, (_, look) in numbered for row in hop_rows(look, id_)
        ))  # fmt: skip
        self._touch(link for link, _ in fresh)
        self.merged.looks += len(fresh)

    def _touch(self, links: Iterable[int]) -> None:
        insert(self._db, "touched", ({"id": link} for link in links), "or ignore")


def _unasked(place: Place, reason: Verdict | None) -> Mapping[Url, Verdict]:
    return {place.target.url: reason} if reason and isinstance(place.target, Target) else {}


def _urls_of(places: Iterable[Place]) -> Iterator[Url]:
    return (place.target.url for place in places if isinstance(place.target, Target))


def _numbered(lines: Iterable[T], read: Callable[[T], Entry]) -> Iterator[tuple[int, Entry]]:
    for number, line in enumerate(lines, 1):
        with _at(number):
            entry = read(line)
        yield number, entry


@contextmanager
def _at(line: int) -> Iterator[None]:
    """Say in which line it was that something was wrong."""
    try:
        yield
    except StoreError as error:
        raise StoreError(f"line {line}: {error}") from error

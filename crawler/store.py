"""A history, as runs write it. `history.py` is what is read of one.

Laws: looks are appended and never changed. A run's looks count once it is finished: until then
they are in the file and nobody sees them. A link's state is the fold of its finished looks
(`folding.py`).
One transaction a batch; `BEGIN IMMEDIATE`, for a read that turns into a write fails at once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from crawler import annals, earlier
from crawler.bulk import batches, forget_looks, forget_run, insert, link_ids, next_id
from crawler.connection import Connection
from crawler.contents import Contents
from crawler.database import Tell, impatient, writing
from crawler.folding import believed, fold_run, is_behind, rows_of_run
from crawler.history import History
from crawler.model import Ignore, LinkState, Observation, Run, Transition
from crawler.rows import hop_rows, ignores_text, iso, look_row, place_row, run_of
from crawler.settings import HealthSettings
from crawler.transitions import Past
from crawler.urls import Target, Url
from crawler.version import __version__

TOOL: Final = f"crawl {__version__}"

_UNFINISHED: Final = "select * from runs where finished_at is null order by id desc"
_FINISH: Final = """
    update runs set finished_at = :finished_at, complete = :complete, network = :network,
                    ignores = :ignores, counts = :counts
    where id = :id
"""
_LATEST: Final = """
    select observations.*, links.url from links
    join observations on observations.id = links.observation_id
"""
_DOCUMENT: Final = """
    insert into documents (name, format, source, run_id) values (:name, :format, :source, :run_id)
    on conflict (name)
    do update set format = excluded.format, source = excluded.source, run_id = excluded.run_id
"""


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that has begun, or goes on; `last_look` is the number of the last that it has had."""

    number: int
    run: Run
    last_look: int = 0


class Store(History):
    """A history that is written. Every failure of SQLite becomes a `StoreError`."""

    def __init__(self, path: Path, *, read_only: bool = False, tell: Tell | None = None) -> None:
        super().__init__(path, read_only=read_only, tell=tell)

    # A run

    def begin(self, run: Run, digest: str, resumable_after: datetime) -> Begun:
        """Begin a run, or go on with one of the same settings that was killed since a moment.

        Others that never finished are forgotten: half a run is no history.
        """
        with self._writing() as db:
            unfinished = list(db.query(_UNFINISHED))
            fresh = [
                row
                for row in unfinished
                if row["settings"] == digest
                and iso(resumable_after) <= row["started_at"] <= iso(run.started_at)
            ][:1]
            for row in unfinished:
                if row not in fresh:
                    forget_run(self._db, row["id"])
            if fresh:
                number = fresh[0]["id"]
                return Begun(number, run_of(fresh[0]), self._last_look(number))
            number = next_id(self._db, "runs")
            insert(db, "runs", [{
                "id": number, "name": run.id, "tool": TOOL, "settings": digest,
                "started_at": iso(run.started_at), "complete": 0,
            }])  # fmt: skip
            return Begun(number, run)

    def looks(self, begun: Begun) -> Iterator[Observation]:
        """Yield the looks that a run which goes on has already had."""
        with self._reading():
            for rows in rows_of_run(self._db, begun.number):
                yield from self._looks_of(rows)

    def record(self, number: int, looks: Sequence[Observation]) -> None:
        """Append looks to a run, in one transaction."""
        with self._writing():
            links = link_ids(self._db, [look.url for look in looks])
            numbered = list(enumerate(looks, next_id(self._db, "observations")))
            rows = (
                look_row(look) | {"id": id_, "run_id": number, "link_id": links[look.url]}
                for id_, look in numbered
            )
            insert(self._db, "observations", rows)
            insert(self._db, "hops", (row for id_, look in numbered for row in hop_rows(look, id_)))

    def hurried(self) -> AbstractContextManager[None]:
        """Wait for nobody meanwhile: `BusyError` is raised at once."""
        return impatient(self._db)

    def finish(
        self,
        number: int,
        run: Run,
        held: Contents,
        settings: HealthSettings,
        changes: Iterable[Transition] = (),
    ) -> None:
        """Make a run count, all at once: its looks, unless its clock is behind, and the places.

        `changes`: what it tells.
        """
        with self._writing() as db:
            dated = not is_behind(db, run.started_at)
            if not dated:
                forget_looks(db, number)
            self._replace_places(number, held)
            outcomes = db.query(
                "select outcome, count(*) as n from observations where run_id = ? group by outcome",
                [number],
            )
            finished_at = run.finished_at or run.started_at
            db.execute(_FINISH, {
                "id": number, "finished_at": iso(finished_at),
                "complete": int(run.complete), "network": run.network,
                "ignores": ignores_text(run.ignores),
                "counts": json.dumps({row["outcome"]: row["n"] for row in outcomes}),
            })  # fmt: skip
            if dated:
                fold_run(db, number, settings, finished_at)
                annals.close(db, number, changes)

    def abandon(self, begun: Begun) -> None:
        """Forget the looks since a run began, or went on; and the run, if there is nothing else."""
        with self._writing():
            forget_run(self._db, begun.number, begun.last_look)

    # What is known

    def believed(self, settings: HealthSettings, now: datetime, *urls: Url) -> Iterator[LinkState]:
        """Yield what is believed `now`, which is another thing only where a clock has jumped."""
        with self._reading() as db:
            yield from believed(db, settings, now, self._links(urls))

    def ahead(self, now: datetime) -> Iterator[LinkState]:
        """Yield what a run told of links whose latest look lies in the future of `now`."""
        return earlier.ahead(self._db, self._path, now)

    def recall(self, url: Url, digest: str) -> Observation | None:
        """Return the latest look at a link if it has validators, without its hops.

        Only one that this version had under the same settings: else facts may mean another thing.
        """
        return earlier.with_validators(self._db, self._path, str(url), digest, TOOL)

    def recent(self, urls: Iterable[Url], digest: str, since: datetime) -> list[Observation]:
        """Return the latest looks at some links, without their hops, that are young enough.

        Only those that this version had under the same settings.
        """
        return earlier.recent(self._db, self._path, urls, since, digest, TOOL)

    def is_behind(self, now: datetime) -> bool:
        """Tell whether a clock that says `now` is behind those of most of the last runs."""
        with self._reading():
            return is_behind(self._db, now)

    def past(self, url: Url) -> Past:
        """Return what it may take to tell what is news of a link."""
        return earlier.past(self._db, self._path, url)

    def sent_home(self) -> list[tuple[Url, Url]]:
        """Return the links that their latest look found sent to a front page, and to which."""
        return earlier.sent_home(self._db, self._path)

    def paces(self) -> dict[str, float]:
        """Return how many seconds the latest looks at links have taken, on average, by host."""
        return earlier.paces(self._db, self._path)

    def troubled(self) -> frozenset[tuple[str, str]]:
        """Return documents, and how they write links that are known to be broken there."""
        return earlier.troubled(self._db, self._path)

    def ignores(self) -> Iterator[tuple[Ignore, ...]]:
        """Yield what runs had to say of ignores, the latest run first."""
        return earlier.ignores(self._db, self._path)

    def latest(self, urls: Iterable[Url]) -> Iterator[Observation]:
        """Yield the latest look at each of some links that was ever looked at."""
        with self._reading():
            for batch in batches(map(str, urls)):
                where = f"where links.url in ({', '.join('?' * len(batch))})"
                yield from self._looks(f"{_LATEST} {where}", batch)

    def last_ends(
        self, urls: Iterable[Url]
    ) -> Iterator[tuple[Url, list[tuple[datetime, Url | None]]]]:
        """Yield where the last looks at each of some links ended, the latest first."""
        return earlier.last_ends(self._db, self._path, urls)

    def looked_for(self, url: Url) -> frozenset[str]:
        """Return the fragments that the latest look at a link has looked for."""
        return earlier.fragments(self._db, self._path, url)

    def asked_besides(self, names: Iterable[str]) -> Mapping[Url, frozenset[str]]:
        """Return the fragments that documents of other names ask for, by their links."""
        return earlier.besides(self._db, self._path, names)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with writing(self._db, self._path):
            yield self._db

    # Pieces of writing

    def _replace_places(self, number: int, held: Contents) -> None:
        """Write what the documents hold now; forget documents that their source holds no more.

        What could not be read this time is there all the same: it keeps its places.
        """
        db, documents = self._db, held.documents
        names, sources = {d.name for d in documents}, {d.source for d in documents} - held.missed
        for row in list(db.query("select * from documents")):
            gone = row["source"] in sources and not held.lacks(row["name"])
            if gone or row["name"] in names:
                db.execute("delete from occurrences where document_id = ?", [row["id"]])
                if row["name"] not in names:
                    db.execute("delete from documents where id = ?", [row["id"]])
        known = (
            {"name": each.name, "format": each.format, "source": each.source, "run_id": number}
            for each in documents
        )
        db.conn.executemany(_DOCUMENT, known)
        ids = {row["name"]: row["id"] for row in db.query("select id, name from documents")}
        for batch in batches(held.places):
            targets = (place.target for place in batch)
            links = link_ids(self._db, (each.url for each in targets if isinstance(each, Target)))
            rows = (place_row(place, ids, links, held.unasked) for place in batch)
            insert(self._db, "occurrences", rows)

    # Pieces of reading

    def _last_look(self, number: int) -> int:
        query = "select coalesce(max(id), 0) from observations where run_id = ?"
        return int(self._db.execute(query, [number]).fetchone()[0])

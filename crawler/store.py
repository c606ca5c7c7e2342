"""History in SQLite: with `database.py`, `earlier.py` and `migrations.py`, all that speaks SQL.

Laws: looks are appended and never changed. A run's looks count once it is finished: until then
they are in the file and nobody sees them. A link's state is the fold of its finished looks
(`folding.py`).
One transaction a batch; `BEGIN IMMEDIATE`, for a read that turns into a write fails at once.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from crawler import earlier
from crawler.archive_history import ArchiveHistory
from crawler.assemble import archived, assemble, told
from crawler.bulk import (
    batches,
    forget_looks,
    forget_run,
    hops_of,
    insert,
    link_ids,
    links_at,
    next_id,
)
from crawler.connection import Connection
from crawler.converging import converged
from crawler.database import Tell, explained, impatient, opened, snapshot, writing
from crawler.errors import StoreError
from crawler.folding import believed, fold_run, is_behind, rows_of_run
from crawler.kept import Places, room_for
from crawler.model import Contents, Hop, Ignore, LinkState, Observation, Report, Run, Verdict
from crawler.rows import (
    SqlRow,
    hop_of,
    hop_rows,
    ignores_text,
    iso,
    look_of,
    look_row,
    place_of,
    place_row,
    run_of,
    unasked_of,
)
from crawler.settings import HealthSettings
from crawler.state_rows import state_of
from crawler.story import Story
from crawler.transitions import Past
from crawler.urls import Target, Url
from crawler.version import __version__

TOOL: Final = f"crawl {__version__}"
_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)

_PLACES: Final = """
    select occurrences.*, documents.name as document, links.url
    from occurrences
    join documents on documents.id = occurrences.document_id
    left join links on links.id = occurrences.link_id
"""
_IN_ORDER: Final = 'order by documents.name, occurrences.line, occurrences."column", occurrences.id'
_UNFINISHED: Final = "select * from runs where finished_at is null order by id desc"
_FINISH: Final = """
    update runs set finished_at = :finished_at, complete = :complete, network = :network,
                    ignores = :ignores, counts = :counts
    where id = :id
"""
_LAST_RUN: Final = """
    select * from runs where finished_at is not null
    order by finished_at > ?, finished_at desc, id desc limit 1
"""
_LATEST: Final = """
    select observations.*, links.url from links
    join observations on observations.id = links.observation_id
"""
# A link has the facts of its latest look itself; only the rest must be fetched from there.
_KNOWN: Final = """
    select links.*, observations.at, observations.attempts, observations.elapsed_ms,
           observations.http_stack, observations.findings, observations.etag,
           observations.last_modified, observations.read_at, observations.missing_fragments,
           observations.fragments
    from links join observations on observations.id = links.observation_id
"""
_OF_LINK: Final = """
    select observations.*, links.url from observations
    join links on links.id = observations.link_id
    join runs on runs.id = observations.run_id
    where links.url = ? and runs.finished_at is not null order by observations.at, observations.id
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


class Store:
    """A history. Use it as a context manager; every failure of SQLite becomes a `StoreError`."""

    def __init__(self, path: Path, *, read_only: bool = False, tell: Tell | None = None) -> None:
        self._path = path
        self._db = opened(path, read_only=read_only, tell=tell)
        self.archive = ArchiveHistory(self._db, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

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
    ) -> None:
        """Make a run count, all at once: its looks, unless its clock is behind, and the places."""
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

    def abandon(self, begun: Begun) -> None:
        """Forget the looks since a run began, or went on; and the run, if there is nothing else."""
        with self._writing():
            forget_run(self._db, begun.number, begun.last_look)

    # What is known

    def states(self, *urls: Url) -> Iterator[LinkState]:
        """Yield what the latest run has left to be believed of every link, or of some."""
        with self._reading():
            yield from (state_of(row) for row in self._links(urls) if row["health"])

    def believed(self, settings: HealthSettings, now: datetime, *urls: Url) -> Iterator[LinkState]:
        """Yield what is believed `now`, which is another thing only where a clock has jumped."""
        with self._reading() as db:
            yield from believed(db, settings, now, self._links(urls))

    def ahead(self, now: datetime) -> Iterator[LinkState]:
        """Yield what a run told of links whose latest look lies in the future of `now`."""
        return earlier.ahead(self._db, self._path, now)

    def _links(self, urls: tuple[Url, ...]) -> Iterable[SqlRow]:
        return links_at(self._db, map(str, urls)) if urls else self._db.query("select * from links")

    def recall(self, url: Url, digest: str) -> Observation | None:
        """Return the latest look at a link if it has validators, without its hops.

        Only one that this version had under the same settings: else facts may mean another thing.
        """
        return earlier.with_validators(self._db, self._path, str(url), digest, TOOL)

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

    def ignores(self) -> Iterator[tuple[Ignore, ...]]:
        """Yield what runs had to say of ignores, the latest run first."""
        return earlier.ignores(self._db, self._path)

    def latest(self, urls: Iterable[Url]) -> Iterator[Observation]:
        """Yield the latest look at each of some links that was ever looked at."""
        with self._reading():
            for batch in batches(map(str, urls)):
                where = f"where links.url in ({', '.join('?' * len(batch))})"
                yield from self._looks(f"{_LATEST} {where}", batch)

    def looked_for(self, url: Url) -> frozenset[str]:
        """Return the fragments that the latest look at a link has looked for."""
        return earlier.fragments(self._db, self._path, url)

    def asked_besides(self, names: Iterable[str]) -> Mapping[Url, frozenset[str]]:
        """Return the fragments that documents of other names ask for, by their links."""
        return earlier.besides(self._db, self._path, names)

    def last_run(self, now: datetime = _FOR_EVER) -> Run | None:
        """Return the latest finished run; one from the future only where there is no other.

        By its time and not by its number: an imported run may be older than those before it.
        """
        with self._reading() as db:
            return next((run_of(row) for row in db.query(_LAST_RUN, [iso(now)])), None)

    def report(self, now: datetime = _FOR_EVER) -> Report:
        """Return every known place with the latest look at its link. Raises without any run."""
        places, unasked = Places(), dict[Url, Verdict]()
        with self._reading() as db, snapshot(db):
            run = self.last_run(now)
            if run is None:
                raise StoreError(f"{self._path} holds no finished run yet: run `crawl run` first.")
            for row in db.query(f"{_PLACES} {_IN_ORDER}"):
                place, reason = place_of(row), unasked_of(row)
                places.add(place)
                if reason and isinstance(place.target, Target):
                    unasked[place.target.url] = reason
            looks, states = room_for(places)
            for rows in batches(db.query(_KNOWN)):
                for row, look in zip(rows, self._looks_of(rows, "observation_id"), strict=True):
                    states.put(look.url, state_of(row))
                    if look.url not in unasked:  # what is left out now was perhaps asked once
                        looks.put(look.url, look)
            copies = self.archive.copies()
            together = converged(earlier.courses(self._db, self._path))
        report = told(assemble(run, places.view(), looks, states, unasked), together)
        return archived(replace(report, remembers=True), copies)

    def story(self, url: Url) -> Story:
        """Return all that is known of one link: its places, and every look that counts."""
        with self._reading() as db, snapshot(db):
            rows = db.query(f"{_PLACES} where links.url = ? order by documents.name", [str(url)])
            places = tuple(place_of(row).occurrence for row in rows)
            states = [state_of(row) for row in links_at(self._db, [str(url)]) if row["health"]]
            looks = tuple(self._looks(_OF_LINK, [str(url)]))
        return Story(url, looks, places, states[0] if states else None, self.archive.of(url))

    def similar(self, text: str, limit: int = 5) -> list[str]:
        """Return known URLs that hold a text, for those who remember a piece of one."""
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = (  # not by a view: a stranger may have written another of that name
            "select url from links where url like ? escape '\\' and (observation_id is not null "
            "or id in (select link_id from occurrences)) order by url limit ?"
        )
        with self._reading() as db:
            return [row["url"] for row in db.query(query, [f"%{escaped}%", limit])]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with writing(self._db, self._path):
            yield self._db

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self._path):
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

    def _looks(self, query: str, values: Sequence[Any] = ()) -> Iterator[Observation]:
        for rows in batches(self._db.query(query, values)):
            yield from self._looks_of(rows)

    def _looks_of(self, rows: Sequence[SqlRow], key: str = "id") -> Iterator[Observation]:
        hops: dict[int, list[Hop]] = {}
        for hop in hops_of(self._db, [row[key] for row in rows]):
            hops.setdefault(hop["observation_id"], []).append(hop_of(hop))
        for row in rows:
            yield look_of(row, tuple(hops.get(row[key], ())))

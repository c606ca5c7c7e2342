"""What a history knows, for those who read it: reports, the story of a link, what is believed.

Loaded by commands that are to answer at once; `store.py` is for those that write one.
"""

from collections.abc import (
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeAlias

from crawler.archive_history import ArchiveHistory
from crawler.bulk import batches, hops_of, links_at
from crawler.connection import Connection
from crawler.database import Tell, explained, opened, snapshot
from crawler.errors import StoreError
from crawler.model import (
    Chronicle,
    Hop,
    LinkState,
    Observation,
    Place,
    Report,
    Run,
    Transition,
    Verdict,
)
from crawler.repair_history import RepairHistory
from crawler.repairs import standing
from crawler.rows import (
    SqlRow,
    hop_of,
    iso,
    known_url,
    look_of,
    moment,
    place_of,
    run_of,
    unasked_of,
)
from crawler.state_rows import BELIEVED, REPORTED, state_of
from crawler.story import Story
from crawler.urls import Target, Url

if TYPE_CHECKING:
    from crawler.collect import Collection
    from crawler.kept import HeldPlaces, Places

_Unasked: TypeAlias = dict[Url, Verdict]

_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)
_A_SECOND: Final = timedelta(seconds=1)
_MOMENTS: Final = timedelta(minutes=1)
"""What passes until a history can be read: a run that has ended meanwhile is none of the future."""

_PLACES: Final = """
    select occurrences.*, documents.name as document, links.url
    from occurrences
    join documents on documents.id = occurrences.document_id
    left join links on links.id = occurrences.link_id
"""
_IN_ORDER: Final = 'order by documents.name, occurrences.line, occurrences."column", occurrences.id'
_LAST_RUNS: Final = """
    select * from runs where finished_at is not null
    order by finished_at > ?, finished_at desc, id desc limit ?
"""
# By its number: a run that another machine had, or one whose clock was wrong, changes nothing.
_FIRST_RUN: Final = "select * from runs where finished_at is not null order by id limit 1"
# A link has the facts of its latest look itself; only the rest must be fetched from there.
_KNOWN: Final = f"""
    select {REPORTED}, observations.at, observations.attempts, observations.elapsed_ms,
           observations.http_stack, observations.findings, observations.etag,
           observations.last_modified, observations.read_at, observations.missing_fragments,
           observations.fragments
    from links join observations on observations.id = links.observation_id
"""  # noqa: S608 - names of ours
_OF_LINK: Final = """
    select observations.*, links.url from observations
    join links on links.id = observations.link_id
    join runs on runs.id = observations.run_id
    where links.url = ? and runs.finished_at is not null
    order by observations.at, observations.id
"""
_ACCEPTED: Final = """
    select at from acceptances where link_id in (select id from links where url = ?) order by at
"""
# The index on links and times has the first at hand; of most links it counts.
_FIRST_LOOKS: Final = """
    select links.url, (
        select observations.at from observations join runs on runs.id = observations.run_id
        where observations.link_id = links.id and runs.finished_at is not null
        order by observations.at limit 1
    ) as first
    from links
"""


class History:
    """A history. Use it as a context manager; every failure of SQLite becomes a `StoreError`."""

    def __init__(self, path: Path, *, read_only: bool = True, tell: Tell | None = None) -> None:
        self._path = path
        self._db = opened(path, read_only=read_only, tell=tell)
        self.archive = ArchiveHistory(self._db, path)
        self.repairs = RepairHistory(self._db, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def states(self, *urls: Url) -> Iterator[LinkState]:
        """Yield what the latest run has left to be believed of every link, or of some."""
        with self._reading():
            yield from (state_of(row) for row in self._links(urls) if row["health"])

    def last_run(self, now: datetime = _FOR_EVER) -> Run | None:
        """Return the latest finished run; one from the future only where there is no other.

        By its time and not by its number: an imported run may be older than those before it.
        """
        return next(iter(self._last_runs(now, 1)), None)

    def origin(self) -> str:
        """Return the name of the run that began this history; nothing before one has finished."""
        with self._reading() as db:
            return next((row["name"] for row in db.query(_FIRST_RUN)), "")

    def began(self) -> datetime | None:
        """Return when the run ended that began this history; None before one has."""
        with self._reading() as db:
            return next((run_of(row).finished_at for row in db.query(_FIRST_RUN)), None)

    def ends(self, now: datetime = _FOR_EVER) -> tuple[datetime, datetime]:
        """Return when the latest run ended, and when the one before that did. Raises without any.

        Before the first of all runs lies the second in which it had not begun.
        """
        latest, *before = self._last_runs(now, 2) or self._none()
        ended = before[0].finished_at if before else None
        return latest.finished_at or now, ended or latest.started_at - _A_SECOND

    def report(
        self, now: datetime = _FOR_EVER, since: datetime | None = None, *, chronicle: bool = False
    ) -> Report:
        """Return every known place with the latest look at its link. Raises without any run.

        What a page was like when it was itself is among what is believed where it has drifted.
        `since`: also all that the runs told that ended after that moment, as far as it is known;
        `chronicle`: also how it came to what is said.
        """
        from crawler.assemble import archived, assemble, told  # noqa: PLC0415 - a story needs none
        from crawler.converging import converged  # noqa: PLC0415
        from crawler.earlier import courses  # noqa: PLC0415
        from crawler.kept import room_for  # noqa: PLC0415
        from crawler.transitions import placed  # noqa: PLC0415

        with self._reading() as db, snapshot(db):
            run, *_ = self._last_runs(now, 1) or self._none()
            until = max(now, run.finished_at or now)
            since, news = self._news(since, until)
            places, unasked, written = self._places({each.url for each in news or ()})
            looks, states = room_for(places)
            for row, look in self._known():
                states.put(look.url, state_of(row))
                if look.url not in unasked:  # what is left out now was perhaps asked once
                    looks.put(look.url, look)
            copies, origin = self.archive.copies(), self.origin()
            together = converged(courses(self._db, self._path))
            past = self._chronicle(until) if chronicle else None
            repairs = None if since is None else standing(self.repairs.since(since, until))
        report = told(assemble(run, places.view(), looks, states, unasked), together)
        changes = None if news is None else placed(news, written)
        report = replace(report, changes=changes, since=since, repairs=repairs)
        report = replace(report, remembers=True, origin=origin, chronicle=past)
        return archived(report, copies)

    def report_on(self, collection: "Collection", now: datetime = _FOR_EVER) -> Report:
        """Return the places of some documents as they are now with the latest looks at their links.

        Raises without any run.
        """
        from crawler.assemble import archived, assemble, told  # noqa: PLC0415 - as above
        from crawler.converging import converged  # noqa: PLC0415
        from crawler.earlier import courses  # noqa: PLC0415
        from crawler.kept import looks_at, states_of  # noqa: PLC0415

        links, scratch = collection.links, collection.scratch
        looks, states = looks_at(links, scratch), states_of(links, scratch)
        with self._reading() as db, snapshot(db):
            run, *_ = self._last_runs(now, 1) or self._none()
            for row, look in self._known():
                states.put(look.url, state_of(row))
                looks.put(look.url, look)
            together = converged(courses(self._db, self._path))
            copies = self.archive.copies()
        report = told(assemble(run, collection.places, looks, states, {}), together)
        return archived(replace(report, remembers=True), copies)

    def first_looks(self) -> Mapping[Url, datetime]:
        """Return when each link was first looked at."""
        with self._reading() as db:
            rows = ((row["url"], row["first"]) for row in db.query(_FIRST_LOOKS) if row["first"])
            return {known_url(url): moment(first) for url, first in rows}

    def story(self, url: Url) -> Story:
        """Return all that is known of one link: its places, and every look that counts."""
        with self._reading() as db, snapshot(db):
            rows = db.query(f"{_PLACES} where links.url = ? order by documents.name", [str(url)])
            places = tuple(map(place_of, rows))
            states = [state_of(row) for row in links_at(self._db, [str(url)]) if row["health"]]
            looks = tuple(self._looks(_OF_LINK, [str(url)]))
            said = tuple(moment(row["at"]) for row in db.query(_ACCEPTED, [str(url)]))
        copies = self.archive.of(url)
        written = tuple(each.occurrence for each in places)
        left_out = {each.occurrence: each.ignored for each in places if each.ignored is not None}
        state = states[0] if states else None
        return Story(url, looks, written, state, copies, said, left_out)

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
    def _reading(self) -> Iterator[Connection]:
        with explained(self._path):
            yield self._db

    # Pieces of reading

    def _last_runs(self, now: datetime, number: int) -> list[Run]:
        soon = min(now, _FOR_EVER - _MOMENTS) + _MOMENTS
        with self._reading() as db:
            return [run_of(row) for row in db.query(_LAST_RUNS, [iso(soon), number])]

    def _none(self) -> NoReturn:
        raise StoreError(f"{self._path} holds no finished run yet: run `crawl run` first.")

    def _news(
        self, since: datetime | None, until: datetime
    ) -> tuple[datetime | None, Sequence[Transition] | None]:
        """Return what runs told since a moment, and since when that is known."""
        if since is None:
            return None, None
        from crawler.annals import told, told_since  # noqa: PLC0415 - a story needs none

        return told_since(self._db, since, until), tuple(told(self._db, since, until))

    def _places(
        self, wanted: Container[Url | None]
    ) -> tuple["HeldPlaces | Places", _Unasked, list[Place]]:
        """Return all places, why links are not asked, and once more the places of those wanted."""
        from crawler.kept import places_for  # noqa: PLC0415 - a story needs none

        number = self._db.execute("select count(*) from occurrences").fetchone()[0]
        places, unasked, written = places_for(number), dict[Url, Verdict](), list[Place]()
        for row in self._db.query(f"{_PLACES} {_IN_ORDER}"):
            place, reason = place_of(row), unasked_of(row)
            places.add(place)
            if isinstance(place.target, Target):
                if reason:
                    unasked[place.target.url] = reason
                if place.target.url in wanted:
                    written.append(place)
        return places, unasked, written

    def _known(self) -> Iterator[tuple[SqlRow, Observation]]:
        """Yield every link that was looked at: its row, and its latest look."""
        for rows in batches(self._db.query(_KNOWN)):
            yield from zip(rows, self._looks_of(rows, "observation_id"), strict=True)

    def _chronicle(self, until: datetime) -> Chronicle:
        from crawler.annals import glances, headcounts  # noqa: PLC0415 - a story needs none

        return Chronicle(tuple(headcounts(self._db, until)), glances(self._db))

    def _links(self, urls: tuple[Url, ...]) -> Iterable[SqlRow]:
        if urls:
            return links_at(self._db, map(str, urls), BELIEVED)
        return self._db.query(f"select {BELIEVED} from links")  # noqa: S608 - names of ours

    def _looks(self, query: str, values: Sequence[Any] = ()) -> Iterator[Observation]:
        for rows in batches(self._db.query(query, values)):
            yield from self._looks_of(rows)

    def _looks_of(self, rows: Sequence[SqlRow], key: str = "id") -> Iterator[Observation]:
        hops: dict[int, list[Hop]] = {}
        for hop in hops_of(self._db, [row[key] for row in rows]):
            hops.setdefault(hop["observation_id"], []).append(hop_of(hop))
        for row in rows:
            yield look_of(row, tuple(hops.get(row[key], ())))

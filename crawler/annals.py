"""What runs leave of themselves beside their looks: what each told, and how many links were well.

SQL alone; `annal_rows.py` has the values. Law: what a run told is written when the run counts, and
never changed. So it says what was told, once, also where another thing is believed by now: a clock
was wrong, looks were merged, or somebody has said that a page is right.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final

from crawler.annal_rows import healths_of, healths_text, transition_of, transition_row
from crawler.bulk import insert, link_ids, next_id
from crawler.connection import Connection
from crawler.entries import counts_in
from crawler.model import Glance, Headcount, Health, Outcome, Transition
from crawler.rows import iso, known_url, moment, reads_back
from crawler.urls import Url

# In the documents as they are now, and where it is not ignored: as a report counts.
_HEALTHS: Final = """
    select health, count(*) as links from links
    where health is not null and id in (select link_id from occurrences where ignored is null)
    group by health
"""
# By when a run ended, for its looks did not count before.
_TOLD: Final = """
    select transitions.*, links.url from runs
    join transitions on transitions.run_id = runs.id
    left join links on links.id = transitions.link_id
    where runs.finished_at > ? and runs.finished_at <= ?
    order by runs.finished_at, runs.id, transitions.position
"""
_UNTOLD: Final = """
    select max(finished_at) from runs
    where healths is null and finished_at > ? and finished_at <= ?
"""

_RUNS: Final = """
    select finished_at, counts, healths from runs where finished_at <= ? order by finished_at, id
"""
# Of links that a report has an entry for, as far back as so many looks of each.
_GLANCES: Final = """
    select links.url, observations.at, observations.outcome from links
    join observations on observations.link_id = links.id
    where (links.health in ('suspect', 'broken', 'flaky', 'drifted')
           or links.outcome not in ('ok', 'redirected'))
      and links.id in (select link_id from occurrences where ignored is null)
      and observations.at <= links.checked_at
      and observations.at >= coalesce((
          select at from observations where link_id = links.id and at <= links.checked_at
          order by at desc limit 1 offset ?
      ), '')
      and observations.run_id in (select id from runs where finished_at is not null)
    order by links.id, observations.at
"""
_OUTCOMES: Final = {str(each): each for each in Outcome}  # a tenth of the time of `Outcome(…)`
MAX_GLANCES: Final = 60
"""Looks at one link that a chart goes back."""


def close(db: Connection, number: int, changes: Iterable[Transition]) -> None:
    """Write what a run told, and how many links of each health there are. Its looks count by now.

    Within a transaction.
    """
    append(db, ((number, position, change) for position, change in enumerate(changes)))
    text = healths_text(healths(db))
    db.execute("update runs set healths = ? where id = ?", [text, number])


def append(
    db: Connection, told: Iterable[tuple[int, int, Transition]], otherwise: str = ""
) -> None:
    """Write what runs told, each with the number of its run and its place among what that told."""
    known = list(told)
    links = link_ids(db, (change.url for _, _, change in known if change.url))
    rows = (
        {
            "id": id_,
            "run_id": run,
            "position": position,
            "link_id": change.url and links[change.url],
        }
        | {name: value for name, value in transition_row(change).items() if name != "url"}
        for id_, (run, position, change) in enumerate(known, next_id(db, "transitions"))
    )
    insert(db, "transitions", rows, otherwise)


@reads_back
def healths(db: Connection) -> Mapping[Health, int]:
    """Return how many links that documents have now are of each health."""
    return {Health(row["health"]): row["links"] for row in db.query(_HEALTHS)}


def told(db: Connection, since: datetime, until: datetime) -> Iterator[Transition]:
    """Yield what runs told that ended after a moment: run by run, each in its own order."""
    yield from map(transition_of, db.query(_TOLD, [iso(since), iso(until)]))


@reads_back
def told_since(db: Connection, since: datetime, until: datetime) -> datetime:
    """Return since when it is known what runs told: a moment, or the end of an older version's."""
    latest = db.execute(_UNTOLD, [iso(since), iso(until)]).fetchone()[0]
    return moment(latest) if latest else since


@reads_back
def headcounts(db: Connection, until: datetime) -> list[Headcount]:
    """Return how many links were how well when each run had ended; the oldest first."""
    return [
        Headcount(
            moment(row["finished_at"]),
            sum(counts_in(row["counts"]).values()),
            healths_of(row["healths"]) or {},
        )
        for row in db.query(_RUNS, [iso(until)])
    ]


@reads_back
def glances(db: Connection) -> Mapping[Url, tuple[Glance, ...]]:
    """Return the last looks at each link that is not simply well; the oldest first."""
    rows = db.execute(_GLANCES, [MAX_GLANCES - 1])
    return {
        known_url(url): tuple([Glance(moment(at), _OUTCOMES[outcome]) for _, at, outcome in looks])
        for url, looks in groupby(rows, key=itemgetter(0))
    }

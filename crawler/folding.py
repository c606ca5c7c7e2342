"""The states of links, made of what a history holds: SQL around the fold of `health.py`.

What is believed of a link is the fold of its looks, of finished runs, in order of time and then
of their runs' names, and of the words of its acceptances. Looks that lie in the future, as a clock
saw them that was wrong, are left out until time has passed them.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from crawler.bulk import BATCH, batches
from crawler.connection import Connection
from crawler.drift import is_short
from crawler.health import advance, fold
from crawler.model import Hop, LinkState, Observation
from crawler.rows import SqlRow, hop_of, iso, known_url, maybe_iso, moment
from crawler.settings import HealthSettings
from crawler.state_rows import judged_of, link_row, state_of, stateless_row

_LAST_RUNS: Final = 9  # that are asked whether a clock is behind
_NO_RUN: Final = 0  # their numbers begin with 1
_FEWEST: Final = 3  # two that are ahead may well have had the wrong clock themselves

_LOOKS: Final = """
    select observations.*, links.url from observations
    join links on links.id = observations.link_id
    join runs on runs.id = observations.run_id
    where observations.link_id in (select value from json_each(?))
      and observations.at <= coalesce(?, links.checked_at) and runs.finished_at is not null
    order by observations.link_id, observations.at, runs.name
"""
_OF_RUN: Final = """
    select observations.*, links.url from observations
    join links on links.id = observations.link_id
    where +observations.run_id = ? and observations.id > ?
    order by observations.id limit ?
"""  # `+`: by number, as they were appended, and not by the index, which would have to be sorted
_STATES: Final = """
    select links.*, (
        select max(at) from acceptances where acceptances.link_id = links.id
    ) as said_at from links where id in (select value from json_each(?))
"""
_WORDS: Final = """
    select link_id, at from acceptances
    where link_id in (select value from json_each(?)) order by link_id, at
"""
_HOPS: Final = """
    select * from hops where observation_id in (select value from json_each(?))
    order by observation_id, position
"""
_ENDS: Final = """
    select finished_at from runs where finished_at is not null order by id desc limit ?
"""
# Links of which what is believed does not count all that lies in the past by now, beside what a run
# itself has seen: looks and words that lay in the future, or so said a clock, when it was made.
_CAUGHT_UP: Final = """
    select id from links where exists (
        select 1 from observations
        where link_id = links.id and at > coalesce(links.checked_at, '') and at <= :now
          and run_id in (select id from runs where id <> :run and finished_at is not null)
    )
    union
    select link_id from acceptances join links on links.id = acceptances.link_id
    where at > links.checked_at and at <= :now
"""


def fold_run(db: Connection, number: int, settings: HealthSettings, now: datetime) -> None:
    """Take the looks of a run that has finished `now` into the states of their links.

    One step for each look, but for links that had later ones, or words: those begin from nothing.
    """
    anew = {row["id"] for row in db.query("select id from links where checked_at > ?", [iso(now)])}
    anew |= _caught_up(db, number, now)
    for rows in rows_of_run(db, number):
        states = _states(db, [row["link_id"] for row in rows])
        judged = zip(rows, _judged(db, rows), strict=True)
        steps = list[SqlRow]()
        for row, look in judged:
            state, said_at = states.get(row["link_id"], (None, ""))
            in_order = state is None or state.checked_at < look.at
            if in_order and said_at < row["at"] <= iso(now):
                steps.append(link_row(advance(state, look, settings), row))
            else:
                anew.add(row["link_id"])
        _write(db, steps)
        known_url.cache_clear()  # a run has each link once: all that it kept would be in vain
    refold(db, settings, now, sorted(anew))


def believed(
    db: Connection, settings: HealthSettings, now: datetime, rows: Iterable[SqlRow]
) -> Iterator[LinkState]:
    """Yield what is believed `now` of links, given by their rows; nothing is written.

    It is what a run that begins now will have begun with once it has finished: where a clock has
    jumped, that is not what the rows hold. A clock that is behind knows no better than they do.
    """
    moment_now, behind = iso(now), is_behind(db, now)
    caught_up = set() if behind else _caught_up(db, _NO_RUN, now)
    anew = []
    for row in rows:
        ahead = row["health"] and row["checked_at"] > moment_now
        if row["id"] in caught_up or (ahead and not behind):
            anew.append(row["id"])
        elif row["health"]:
            yield state_of(row)
    for numbers in batches(anew):
        yield from (state for state, _ in folded(db, settings, numbers, now, now))


def _caught_up(db: Connection, number: int, now: datetime) -> set[int]:
    """Return the links whose looks lay ahead when the run before this one ended, and do no more."""
    return {row["id"] for row in db.query(_CAUGHT_UP, {"run": number, "now": iso(now)})}


def is_behind(db: Connection, now: datetime) -> bool:
    """Tell whether a clock that says `now` is behind: most of the last runs ended later.

    Where few of them did, it is theirs that were ahead.
    """
    ends: list[str] = [row["finished_at"] for row in db.query(_ENDS, [_LAST_RUNS])]
    later = sum(end > iso(now) for end in ends)
    return later >= _FEWEST and 2 * later > len(ends)


def refold(
    db: Connection, settings: HealthSettings, now: datetime, link_ids: Iterable[int] | None = None
) -> None:
    """Make the states of links anew, of some or of all, from all looks up to `now`.

    A link without any has no state. To be called within a transaction.
    """
    if link_ids is None:
        link_ids = [row["id"] for row in db.query("select id from links order by id")]
    for numbers in batches(link_ids):
        states = [link_row(*each) for each in folded(db, settings, numbers, now, now)]
        without = set(numbers).difference(row["id"] for row in states)
        _write(db, states)
        _write(db, [stateless_row(number) for number in without])


def folded(
    db: Connection,
    settings: HealthSettings,
    numbers: Sequence[int],
    until: datetime | None,
    words_until: datetime,
) -> Iterator[tuple[LinkState, SqlRow]]:
    """Yield the state of each link that has looks up to a moment, and the latest of these.

    Without `until`: up to the latest that is counted already.
    """
    known = json.dumps(numbers)
    words: dict[int, list[datetime]] = {}
    for row in db.query(_WORDS, [known]):
        words.setdefault(row["link_id"], []).append(moment(row["at"]))
    rows = db.query(_LOOKS, [known, maybe_iso(until)])
    for _, group in groupby(rows, key=lambda row: int(row["link_id"])):
        looks = list(group)
        said = [at for at in words.get(looks[0]["link_id"], ()) if at <= words_until]
        state = fold(_judged(db, looks), said, settings)
        if state is not None:
            yield state, looks[-1]


def rows_of_run(db: Connection, number: int) -> Iterator[Sequence[SqlRow]]:
    """Yield the looks of a run in batches, none of which is open while it is worked on."""
    query = "select coalesce(min(id), 0) - 1 from observations where run_id = ?"
    last = db.execute(query, [number]).fetchone()[0]
    while rows := list(db.query(_OF_RUN, [number, last, BATCH])):
        yield rows
        last = rows[-1]["id"]


def _states(db: Connection, numbers: Sequence[int]) -> dict[int, tuple[LinkState | None, str]]:
    """Return what is believed of links, and when somebody last had a word to say of each."""
    found = db.query(_STATES, [json.dumps(numbers)])
    return {
        row["id"]: (state_of(row) if row["health"] else None, row["said_at"] or "") for row in found
    }


def _judged(db: Connection, rows: Sequence[SqlRow]) -> Iterator[Observation]:
    """Read looks as far as health depends on them: of hops, those of shorteners' links."""
    short = [row["id"] for row in rows if is_short(known_url(row["url"]))]
    hops: dict[int, list[Hop]] = {}
    if short:
        for row in db.query(_HOPS, [json.dumps(short)]):
            hops.setdefault(row["observation_id"], []).append(hop_of(row))
    return (judged_of(row, tuple(hops.get(row["id"], ()))) for row in rows)


def _write(db: Connection, rows: Sequence[SqlRow]) -> None:
    if rows:
        setters = ", ".join(f"{name} = :{name}" for name in rows[0] if name != "id")
        db.conn.executemany(f"update links set {setters} where id = :id", rows)  # noqa: S608 - names of ours

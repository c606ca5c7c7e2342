"""What a run asks of its history while it goes on. SQL, for `store.py`.

Law: whatever cannot be read at once is not known; no run ends of that.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from crawler.bulk import batches
from crawler.connection import Connection
from crawler.converging import Course
from crawler.database import explained, impatient
from crawler.errors import StoreError
from crawler.fragments import parted
from crawler.model import Ignore, LinkState, Observation, Outcome
from crawler.reasons import REASONS
from crawler.rows import SqlRow, fragments_of, iso, known_url, look_of, moment, run_of
from crawler.state_rows import state_of
from crawler.transitions import Past
from crawler.urls import Url

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_FEW: Final = 3
"""Looks at a link of which it is told where they ended."""

# Only one that this version had under the same settings: else facts may mean another thing.
_WITH_VALIDATORS: Final = """
    select observations.*, links.url from links
    join observations on observations.id = links.observation_id
    join runs on runs.id = observations.run_id
    where links.url = ? and runs.settings = ? and runs.tool = ? and observations.read_at is not null
"""
# Only those that mean the same; what is believed knows none that lie ahead.
_RECENT: Final = """
    select observations.*, links.url from links
    join observations on observations.id = links.observation_id
    join runs on runs.id = observations.run_id
    where links.url in (select value from json_each(?))
      and runs.settings = ? and runs.tool = ? and observations.at >= ?
"""
_LOOKS: Final = """
    from links
    join observations on observations.link_id = links.id
    join runs on runs.id = observations.run_id
    where links.url = ? and runs.finished_at is not null
"""
_FRAGMENTS: Final = """
    select observations.fragments from links
    join observations on observations.id = links.observation_id where links.url = ?
"""
_FAILING: Final = frozenset({Outcome.BROKEN, Outcome.INVALID})
# What is asked for on pages by other documents than those of some names.
_BESIDES: Final = """
    select distinct links.url, occurrences.fragment from occurrences
    join links on links.id = occurrences.link_id
    join documents on documents.id = occurrences.document_id
    where occurrences.fragment is not null and occurrences.ignored is null
      and documents.name not in (select value from json_each(?))
"""
_ENDS: Final = """
    select links.url, observations.at, observations.outcome, observations.final_url from links
    join observations on observations.link_id = links.id
    where links.url in ({}) and observations.id in (
        select looks.id from observations as looks join runs on runs.id = looks.run_id
        where looks.link_id = links.id and runs.finished_at is not null
        order by looks.at desc, looks.id desc limit ?
    )
    order by links.url, observations.at desc, observations.id desc
"""
_SENT_HOME: Final = """
    select links.url, links.final_url from links
    join observations on observations.id = links.observation_id
    where observations.findings like '%"sent-home"%' and links.final_url is not null
"""
# A look that asked nobody says nothing of how long its host takes.
_PACES: Final = """
    select links.host, avg(observations.elapsed_ms) / 1000 as seconds from links
    join observations on observations.id = links.observation_id
    where observations.attempts > 0 and observations.elapsed_ms is not null
    group by links.host
"""
# Links whose end is that of two others of their host at least, and where each ended before.
_COURSES: Final = """
    with ends as (
        select host, final_url from links
        where outcome in ('ok', 'redirected') and final_url is not null
        group by host, final_url having count(*) >= 3
    )
    select links.url, links.final_url, (
        select observations.final_url from observations
        join runs on runs.id = observations.run_id
        where observations.link_id = links.id and runs.finished_at is not null
              and observations.outcome in ('ok', 'redirected')
              and observations.final_url <> links.final_url
        order by observations.at desc limit 1
    ) as before
    from links
    join ends on ends.host = links.host and ends.final_url = links.final_url
    where links.outcome in ('ok', 'redirected')
"""
# As they came, and not by their time: a clock that was ahead for a night would be so for long.
_BACKWARDS: Final = "order by observations.id desc"
_GOOD: Final = f"""
    select observations.*, links.url {_LOOKS}
    and observations.outcome in ('ok', 'redirected') {_BACKWARDS} limit 1
"""
_SIGNS: Final = f"""
    select iif(observations.outcome in ('ok', 'redirected'), '+', '-') as sign {_LOOKS}
    and observations.outcome in ('ok', 'redirected', 'broken', 'failing') {_BACKWARDS} limit ?
"""
_AHEAD: Final = "select * from links where checked_at > ? and health is not null"
# What was wrong at a place, by its link's latest look or by all of them, or by itself.
_TROUBLED: Final = """
    select documents.name, occurrences.href, occurrences.fragment, observations.missing_fragments,
           links.health = 'broken' or links.outcome = 'broken' or links.id is null as bad
    from occurrences
    join documents on documents.id = occurrences.document_id
    left join links on links.id = occurrences.link_id
    left join observations on observations.id = links.observation_id
    where occurrences.ignored is null and (
        links.health = 'broken' or links.outcome = 'broken'
        or (occurrences.fragment is not null and observations.missing_fragments is not null)
        or (links.id is null and occurrences.unasked in (select value from json_each(?)))
    )
"""
MAX_SIGNS: Final = 100
"""Looks of one link that are gone back over to tell whether it has been like this before."""

_RUNS: Final = "select * from runs where finished_at is not null order by finished_at desc, id desc"


def with_validators(db: Connection, path: Path, *wanted: str) -> Observation | None:
    """Return the latest look, by URL, digest and tool, if it has validators; without its hops."""
    return _look(db, path, _WITH_VALIDATORS, *wanted)


def recent(
    db: Connection, path: Path, urls: Iterable[Url], since: datetime, *meaning: str
) -> list[Observation]:
    """Return the latest looks at some links, without their hops, that are no older than a moment.

    `meaning`: the digest of their settings, and the tool.
    """
    found: list[Observation] = []
    with suppress(StoreError), explained(path), impatient(db):
        for batch in batches(map(str, urls)):
            rows = db.query(_RECENT, [json.dumps(batch), *meaning, iso(since)])
            found += map(look_of, rows)
    return found


def past(db: Connection, path: Path, url: Url) -> Past:
    """Return what it may take to tell what is news of a link; its look is without hops."""
    good, signs = _look(db, path, _GOOD, str(url)), ""
    with suppress(StoreError), explained(path), impatient(db):
        rows = db.query(_SIGNS, [str(url), MAX_SIGNS])
        signs = "".join(row["sign"] for row in rows)[::-1]
    return Past(good, signs)


def fragments(db: Connection, path: Path, url: Url) -> frozenset[str]:
    """Return what the latest look at a link has looked for on its page."""
    with suppress(StoreError), explained(path), impatient(db):
        row = db.execute(_FRAGMENTS, [str(url)]).fetchone()
        return frozenset(fragments_of(row[0]) if row else ())
    return frozenset()


def besides(db: Connection, path: Path, names: Iterable[str]) -> Mapping[Url, frozenset[str]]:
    """Return what other documents than some ask for on pages."""
    found: dict[Url, set[str]] = {}
    with suppress(StoreError), explained(path), impatient(db):
        for row in db.query(_BESIDES, [json.dumps(list(names))]):
            found.setdefault(known_url(row["url"]), set()).add(row["fragment"])
    return {url: frozenset(asked) for url, asked in found.items()}


def sent_home(db: Connection, path: Path) -> list[tuple[Url, Url]]:
    """Return the links that their latest look found sent to a front page, and to which."""
    with suppress(StoreError), explained(path), impatient(db):
        rows = db.query(_SENT_HOME)
        return [(known_url(row["url"]), known_url(row["final_url"])) for row in rows]
    return []


def paces(db: Connection, path: Path) -> dict[str, float]:
    """Return how many seconds the latest looks at links have taken, on average, by their hosts."""
    with suppress(StoreError), explained(path), impatient(db):
        return {row["host"]: row["seconds"] for row in db.query(_PACES)}
    return {}


def troubled(db: Connection, path: Path) -> frozenset[tuple[str, str]]:
    """Return the documents, and how they write the links that were broken there."""
    codes = [each.code for each in REASONS if each.outcome in _FAILING]
    with suppress(StoreError), explained(path), impatient(db):
        return frozenset(
            (row["name"], row["href"])
            for row in db.query(_TROUBLED, [json.dumps(codes)])
            if row["bad"] or _lacks(row["fragment"], row["missing_fragments"])
        )
    return frozenset()


def _lacks(fragment: str | None, missing: str | None) -> bool:
    return fragment is not None and parted(fragment)[0] in fragments_of(missing)


def courses(db: Connection, path: Path) -> list[Course]:
    """Return where links have led that end together, if they ever led elsewhere."""
    with suppress(StoreError), explained(path), impatient(db):
        rows = [row for row in db.query(_COURSES) if row["before"]]
        names = ("url", "before", "final_url")
        return [Course(*(known_url(row[name]) for name in names)) for row in rows]
    return []


def last_ends(
    db: Connection, path: Path, urls: Iterable[Url]
) -> Iterator[tuple[Url, list[tuple[datetime, Url | None]]]]:
    """Yield where the last looks at each of some links ended, the latest first; None: nowhere."""
    with explained(path):
        for batch in batches(map(str, urls)):
            marks = ", ".join("?" * len(batch))
            rows = db.query(_ENDS.format(marks), [*batch, _FEW])
            for url, looks in groupby(rows, key=itemgetter("url")):
                yield known_url(url), [(moment(each["at"]), _end(each)) for each in looks]


def _end(row: SqlRow) -> Url | None:
    return known_url(row["final_url"] or row["url"]) if row["outcome"] in _THERE else None


def ahead(db: Connection, path: Path, now: datetime) -> Iterator[LinkState]:
    """Yield the states of links whose latest look lies in the future of `now`."""
    with suppress(StoreError), explained(path), impatient(db):
        yield from map(state_of, db.query(_AHEAD, [iso(now)]))


def ignores(db: Connection, path: Path) -> Iterator[tuple[Ignore, ...]]:
    """Yield what finished runs had to say of ignores, the latest run first."""
    with suppress(StoreError), explained(path), impatient(db):
        yield from (run_of(row).ignores for row in db.query(_RUNS))


def _look(db: Connection, path: Path, query: str, *values: str) -> Observation | None:
    with suppress(StoreError), explained(path), impatient(db):
        return next(map(look_of, db.query(query, values)), None)
    return None

"""Which links the archive is asked about in a run, and what for. Pure: a report in, tasks out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crawler.archiving import (
    CONFIRMED,
    ArchivedCopy,
    Copies,
    Errand,
    is_due,
    is_to_be_saved,
    last_well,
    may_be_told,
)
from crawler.model import Health, Network, Occurrence, Outcome, Report, Row
from crawler.settings import Settings
from crawler.urls import Target, Url, mask

MOST_PLACES: Final = 20
"""Places of a link that git is asked about."""

_GOOD: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_NOT_ASKED: Final = frozenset({Outcome.INVALID, Outcome.SKIPPED, Outcome.UNSAFE})


@dataclass(frozen=True, slots=True)
class Task:
    """A link that the archive is to be asked about. `well_at`: when its page was last itself."""

    url: Url
    errand: Errand
    well_at: datetime | None = None
    known: ArchivedCopy | None = None
    places: list[Occurrence] = field(default_factory=list, compare=False)


def tasks(
    report: Report, copies: Mapping[Url, Copies], settings: Settings, now: datetime
) -> list[Task]:
    """Return what is to be asked after a run, given what is known: what is lost comes first."""
    mode = settings.archive.archive
    if mode == "off" or settings.select.offline or report.run.network is not Network.UP:
        return []
    due = [each for each in _found(report, copies) if _is_due(each, now, saves=mode == "save")]
    return sorted(due, key=_rank)[: settings.archive.archive_limit]


def _found(report: Report, copies: Mapping[Url, Copies]) -> Iterator[Task]:
    found: dict[Url, Task] = {}
    secret: set[Url] = set()
    for row in report.rows:
        target, place = row.place.target, row.place.occurrence
        if not isinstance(target, Target) or row.place.ignored is not None:
            continue
        url = target.url
        if mask(place.href) != place.href:  # a page for those who have its password
            secret.add(url)
        if url not in found and (task := _task(row, url, copies.get(url, ()), report)):
            found[url] = task
        if url in found and len(found[url].places) < MOST_PLACES:
            found[url].places.append(place)
    return (task for url, task in found.items() if url not in secret)


def _task(row: Row, url: Url, copies: Copies, report: Report) -> Task | None:
    state, look, outcome = row.state, row.observation, row.verdict.outcome
    if state is None or outcome in _NOT_ASKED or not may_be_told(url):
        return None
    known = {each.errand: each for each in copies}
    if state.health in CONFIRMED:
        return Task(url, Errand.FIND, last_well(state), known.get(Errand.FIND))
    seen = look is not None and look.at >= report.run.started_at and outcome in _GOOD
    if seen and state.health is Health.HEALTHY and state.drift_since is None:
        return Task(url, Errand.SAVE, state.checked_at, known.get(Errand.SAVE))
    return None


def _is_due(task: Task, now: datetime, *, saves: bool) -> bool:
    if task.errand is Errand.SAVE:
        return saves and is_to_be_saved(task.known, now)
    return is_due(task.known, task.well_at, now)


def _rank(task: Task) -> tuple[bool, float, str]:
    """What is lost comes first, then what was never asked about, then what was long ago."""
    asked_at = task.known.asked_at.timestamp() if task.known else 0.0
    return task.errand is Errand.SAVE, asked_at, str(task.url)

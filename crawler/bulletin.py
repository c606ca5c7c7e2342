"""What a run has changed, before it has a format: sections of entries, the worst first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from crawler.drafts import Entry
from crawler.model import Change, Outcome, Report, Transition
from crawler.notes import named_ignore
from crawler.outline import Outline, Section

MAX_IN_REPORT: Final = 20
"""Changes that a whole report begins with; the bulletin has all of them."""

_SECTIONS: Final = (
    (Change.BROKEN, "Newly broken", "They were well or new, and lead nowhere now."),
    (Change.DRIFTED, "Another page than before", "They answer, and show something else."),
    (Change.FLAKY, "Now there, now not", "What one look at them says is worth little."),
    (Change.MOVED, "Newly moved for good", "Every redirect on the way is a permanent one."),
    (Change.IGNORE_EXPIRED, "Ignores that ended", "Give them a later day, or take them out."),
    (Change.RECOVERED, "Recovered", "They are there again."),
)
_MOMENT: Final = "%Y-%m-%d %H:%M"
_COUNTED: Final = {Change.IGNORE_EXPIRED: "ignored no longer"}


def bulletin(report: Report) -> Outline:
    """Put what has changed in order; nothing else is said."""
    changes = report.changes or ()
    sections = []
    for kind, title, words in _SECTIONS:
        if entries := tuple(_entry(each) for each in changes if each.kind is kind):
            outcome = Outcome.BROKEN if kind is Change.BROKEN else None
            sections.append(Section(title, words, entries, outcome))
    when = report.run.finished_at or report.run.started_at
    heading = f"What has changed, {when:{_MOMENT}} UTC"
    return Outline(heading, tuple(sections), _summary(report), _notes(report))


def _summary(report: Report) -> str:
    """Say how much has changed, and since when if that is not the run before."""
    since = f" since {report.since:{_MOMENT}} UTC" if report.since else ""
    changes = report.changes
    return f"Changed{since}: {counted(changes)}." if changes else f"Nothing has changed{since}."


def _notes(report: Report) -> tuple[str, ...]:
    """Return what tells a report of what has changed from one of all that has."""
    return (*report.chosen, *(report.remarks if report.since else ()))


def with_changes(said: Outline, report: Report) -> Outline:
    """Return a whole report that begins with what has changed.

    In that of a single run, broken links that are new to the history are left to the section of all
    that are broken.
    """
    changes = [each for each in report.changes or () if report.since or each.before is not None]
    if not changes:
        return said
    first = tuple(map(_shortly, changes[:MAX_IN_REPORT]))
    more = len(changes) - len(first)
    known = f"{report.since:{_MOMENT}} UTC" if report.since else "the looks before this run"
    are = "is" if more == 1 else "are"
    words = f"Since {known}{f'; {more} more {are} left out here' if more else ''}."
    return replace(said, sections=(Section("Changed", words, first), *said.sections))


def _shortly(change: Transition) -> Entry:
    """Return an entry for what has one further down too, with its places."""
    history = "" if change.kind is Change.BROKEN else change.history
    return replace(_entry(change), places=(), written=0, history=history)


def counted(changes: Iterable[Transition]) -> str:
    """Count changes, in words of ours alone: `2 broken, 1 recovered`."""
    numbers = Counter(each.kind for each in changes)
    return ", ".join(
        f"{numbers[kind]} {_COUNTED.get(kind, kind)}" for kind in Change if numbers[kind]
    )


def _entry(change: Transition) -> Entry:
    name = named_ignore(change.ignore) if change.ignore else str(change.url)
    return Entry(
        name,
        change.kind if change.kind is not Change.BROKEN else change.code,
        change.sentence,
        change.places,
        change.written,
        followable=change.url is not None,
        history=change.history,
        replacement=change.replacement,
    )

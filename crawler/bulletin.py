"""What a run has changed, before it has a format: sections of entries, the worst first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from crawler.corrections import Repair
from crawler.drafts import MAX_PLACES, Entry
from crawler.model import Change, Kind, Occurrence, Outcome, Report, Span, Transition
from crawler.notes import named_ignore
from crawler.outline import Aspect, Outline, Section, outline

if TYPE_CHECKING:
    from crawler.repairs import Repaired

MAX_IN_REPORT: Final = 20
"""Changes that a whole report begins with; the bulletin has all of them."""
MAX_REPAIRS: Final = 5
"""What each call has repaired, likewise."""

_SECTIONS: Final = (
    (Change.BROKEN, "Newly broken", "They were well or new, and lead nowhere now."),
    (Change.DRIFTED, "Another page than before", "They answer, and show something else."),
    (Change.FLAKY, "Now there, now not", "What one look at them says is worth little."),
    (Change.MOVED, "Newly moved for good", "Every redirect on the way is a permanent one."),
    (Change.IGNORE_EXPIRED, "Ignores that ended", "Give them a later day, or take them out."),
    (Change.RECOVERED, "Recovered", "They are there again."),
)
_REPAIRED: Final = ("Repaired", "Written")
_TAKEN_BACK: Final = ("Repairs taken back", "Taken back")
_WHY: Final[Mapping[str, str]] = {
    Repair.MOVED: "It had moved for good.",
    Repair.HTTPS: "The same page is there with https.",
    Repair.WRAPPER: "It led through a service that only leads on.",
    Repair.SHORTENER: "It was behind a shortener.",
    Repair.TRACKING: "It had parameters that are only for tracking readers.",
    Repair.AMP: "It was the AMP version of the page.",
    Repair.COSMETIC: "It was written a little otherwise.",
    Repair.ARCHIVE: "The page is lost, and an archive has a copy.",
    Repair.RENAMED: "The file has another name now.",
    Repair.FRAGMENT: "The place on the page has another name now.",
}
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
    sections += _repairs(report)
    when = report.run.finished_at or report.run.started_at
    heading = f"What has changed, {when:{_MOMENT}} UTC"
    return Outline(heading, tuple(sections), _summary(report), _notes(report))


def _summary(report: Report) -> str:
    """Say how much has changed, and since when if that is not the run before."""
    since = f" since {report.since:{_MOMENT}} UTC" if report.since else ""
    told = ", ".join(filter(None, (counted(report.changes or ()), *_repairs_counted(report))))
    return f"Changed{since}: {told}." if told else f"Nothing has changed{since}."


def _notes(report: Report) -> tuple[str, ...]:
    """Return what tells a report of what has changed from one of all that has."""
    return (*report.chosen, *(report.remarks if report.since else ()))


def with_changes(report: Report, aspect: Aspect) -> Outline:
    """Return a report in words that begins with what has changed.

    What is left out has no part in that: where it is shown alone, nothing else is told. In the
    report of a single run, broken links that are new to the history are left to the section of all
    that are broken.
    """
    said = outline(report, aspect)
    if aspect is Aspect.IGNORED:
        return said
    changes = [each for each in report.changes or () if report.since or each.before is not None]
    repairs = tuple(_repairs(report, MAX_REPAIRS))
    if not changes:
        return replace(said, sections=(*repairs, *said.sections)) if repairs else said
    first = tuple(map(_shortly, changes[:MAX_IN_REPORT]))
    more = len(changes) - len(first)
    known = f"{report.since:{_MOMENT}} UTC" if report.since else "the looks before this run"
    words = f"Since {known}{_and_more(more)}."
    return replace(said, sections=(Section("Changed", words, first), *repairs, *said.sections))


def _and_more(number: int) -> str:
    return f"; {number} more {'is' if number == 1 else 'are'} left out here" if number else ""


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


def _repairs(report: Report, most: int | None = None) -> Iterator[Section]:
    """Yield what each call has written into documents, or taken back; the latest comes first."""
    calls: dict[str, list[Repaired]] = {}
    for each in report.repairs or ():
        calls.setdefault(each.name, []).append(each)
    for several in reversed(calls.values()):
        one = several[0]
        alike: dict[tuple[str, str], list[Repaired]] = {}
        for each in several:
            alike.setdefault((each.before, each.after), []).append(each)
        entries = tuple(map(_repair, alike.values()))[:most]
        title, verb = _TAKEN_BACK if one.undoes else _REPAIRED
        words = f"{verb} by {one.who} on {one.at:%Y-%m-%d}, as {one.name}"
        yield Section(title, f"{words}{_and_more(len(alike) - len(entries))}.", entries)


def _repair(alike: "list[Repaired]") -> Entry:
    one, places = alike[0], tuple(map(_where, alike))
    shown = places[:MAX_PLACES]
    return Entry(
        one.before, one.repair, _WHY[one.repair], shown, len(places), followable=False,
        replacement=one.after,
    )  # fmt: skip


def _where(repaired: "Repaired") -> Occurrence:
    line, column, raw = repaired.line, repaired.column, repaired.after
    span = Span(line, column, line, column + len(raw))
    return Occurrence(repaired.document, span, raw, raw, Kind.BARE)


def _repairs_counted(report: Report) -> Iterator[str]:
    repairs = report.repairs or ()
    if number := sum(each.undoes is None for each in repairs):
        yield f"{number} repaired"
    if back := sum(each.undoes is not None for each in repairs):
        yield f"{back} taken back"

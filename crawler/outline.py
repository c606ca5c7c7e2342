"""What a report says, before it has a format: sections of entries, the worst first.

One URL is one entry with all its places, however often it is written.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from crawler.model import (
    Finding,
    Health,
    LinkState,
    Network,
    Occurrence,
    Outcome,
    Report,
    Row,
)
from crawler.network import NOTHING_RECORDED, TROUBLE
from crawler.urls import Target, mask


class Scope(StrEnum):
    """How much a report says."""

    TROUBLE = "trouble"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of a section: `code` is the reason's, or the finding's name.

    `followable`: `url` is a URL, and not something written that is none.
    """

    url: str
    code: str
    sentence: str
    places: tuple[Occurrence, ...]
    followable: bool = True
    history: str = ""
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Entries that have something in common. `outcome`: the one that it stands for, if any."""

    title: str
    words: str
    entries: tuple[Entry, ...]
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole report in words."""

    heading: str
    sections: tuple[Section, ...]
    summary: str
    notes: tuple[str, ...] = ()


Chooser: TypeAlias = Callable[[Row], bool]


def outline(report: Report, scope: Scope = Scope.ALL) -> Outline:
    """Put a report in order."""
    sections = [section for section in _troubles(report.rows) if section.entries]
    if scope is Scope.ALL:
        sections += [section for section in _advice(report.rows) if section.entries]
    return Outline(_heading(report), tuple(sections), _summary(report), tuple(_notes(report)))


def is_broken(row: Row) -> bool:
    """Tell whether a link is broken, by the latest look or by what all looks together say."""
    if row.verdict.outcome is Outcome.BROKEN:
        return True
    believed = row.state is not None and row.state.health is Health.BROKEN
    return believed and row.verdict.outcome in (Outcome.FAILING, Outcome.BLOCKED)


def _troubles(rows: Sequence[Row]) -> Iterator[Section]:
    def outcome(wanted: Outcome) -> Chooser:
        return lambda row: row.verdict.outcome is wanted and not is_broken(row)

    for wanted, title, words, choose in (
        (Outcome.BROKEN, "Broken", "These links lead nowhere.", is_broken),
        (Outcome.INVALID, "Not a link", "What is written cannot be followed.", None),
        (
            Outcome.FAILING,
            "No answer this time",
            "It may pass: only several looks over days make a link broken.",
            None,
        ),
        (Outcome.UNSAFE, "Not asked for safety", "These lead out of the public web.", None),
        (
            Outcome.BLOCKED,
            "Not for us",
            "Something answered, but not for a program: a person may well get through.",
            None,
        ),
    ):
        chosen = filter(choose or outcome(wanted), rows)
        yield Section(title, words, _by_verdict(chosen), wanted)


def _advice(rows: Sequence[Row]) -> Iterator[Section]:
    for name, title, words in (
        ("moved", "Moved for good", "Every redirect on the way is a permanent one."),
        ("sent-home", "Sent to the front page", "The page itself may be gone."),
        ("shortener", "Behind a shortener", "If the service closes, the target is lost with it."),
    ):
        yield Section(title, words, _by_finding(rows, name))


def _by_verdict(rows: Iterable[Row]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for url, same in _grouped(rows).items():
        verdict, state = same[0].verdict, same[0].state
        entries.append(
            Entry(
                url,
                verdict.reason,
                verdict.detail,
                tuple(row.place.occurrence for row in same),
                followable=isinstance(same[0].place.target, Target),
                history=history_of(state) if state else "",
            )
        )
    return tuple(entries)


def _by_finding(rows: Iterable[Row], name: str) -> tuple[Entry, ...]:
    found = [(row, finding) for row in rows if (finding := _finding(row, name))]
    findings = {written(row): finding for row, finding in found}
    return tuple(
        Entry(
            url,
            name,
            findings[url].message,
            tuple(row.place.occurrence for row in same),
            replacement=findings[url].replacement,
        )
        for url, same in _grouped(row for row, _ in found).items()
    )


def _finding(row: Row, name: str) -> Finding | None:
    findings = row.observation.findings if row.observation else ()
    return next((finding for finding in findings if finding.name == name), None)


def _grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(written(row), []).append(row)
    return groups


def written(row: Row) -> str:
    """Return the URL of a row, or what is written where there is none."""
    target = row.place.target
    return str(target.url) if isinstance(target, Target) else mask(target.raw)


def history_of(state: LinkState) -> str:
    """Say since when and on how many looks a link is bad; nothing if it is not."""
    if state.failing_since is None:
        return ""
    looks = "one look" if state.bad_looks == 1 else f"{state.bad_looks} looks"
    good = f"; last good {state.last_ok_at:%Y-%m-%d}" if state.last_ok_at else ""
    if state.health is Health.BROKEN:
        # The first look at a link that is certainly gone: there is no history to tell.
        first = state.bad_looks == 1 and not good
        return "" if first else f"Broken on {looks} since {state.failing_since:%Y-%m-%d}{good}."
    return f"Bad on {looks} since {state.failing_since:%Y-%m-%d}, not confirmed yet{good}."


def _heading(report: Report) -> str:
    documents = {row.place.occurrence.document for row in report.rows}
    when = report.run.finished_at or report.run.started_at
    number = "1 document" if len(documents) == 1 else f"{len(documents)} documents"
    return f"Links of {number}, {when:%Y-%m-%d %H:%M} UTC"


def _summary(report: Report) -> str:
    links = {written(row): row for row in report.rows}
    if not links:
        return "No links."
    # As the sections count them: what all looks together call broken is broken.
    found = Counter(
        Outcome.BROKEN if is_broken(row) else row.verdict.outcome for row in links.values()
    )
    parts = [f"{found[outcome]} {outcome}" for outcome in Outcome if found[outcome]]
    why = _why_skipped(links.values())
    number = "1 link" if len(links) == 1 else f"{len(links)} links"
    places = "1 place" if len(report.rows) == 1 else f"{len(report.rows)} places"
    return f"{number} in {places}: {', '.join(parts)}{why}."


def _why_skipped(rows: Iterable[Row]) -> str:
    codes = Counter(row.verdict.reason for row in rows if row.verdict.outcome is Outcome.SKIPPED)
    if not codes:
        return ""
    if len(codes) == 1:
        return f" ({next(iter(codes))})"
    return f" ({', '.join(f'{number} {code}' for code, number in sorted(codes.items()))})"


def _notes(report: Report) -> Iterator[str]:
    if report.run.network is not Network.UP:
        trouble = TROUBLE[report.run.network]
        yield f"{trouble[0].upper()}{trouble[1:]} {NOTHING_RECORDED}"
    elif not report.run.complete:
        yield "This report is partial: the run ended before all links were seen."
    yield from report.remarks

"""What is to be said of a report as a whole: of its run, of what was not read, of its ignores."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from crawler.model import Ignore, IgnoreState, Network, Report, Unread
from crawler.network import NOTHING_RECORDED, TROUBLE
from crawler.text import clean
from crawler.turnout import missed_note, turnout_notes

MAX_UNREAD: Final = 20
"""Documents that could not be read and are named; the JSON has all of them."""

MAX_IGNORES: Final = 20
"""Ignores without effect that are named; the JSON has all of them."""

_IGNORES: Final[Mapping[IgnoreState, str]] = {
    IgnoreState.EXPIRED: "this ignore ended with {}; its links are asked again.",
    IgnoreState.UNUSED: "this ignore leaves no link out.",
}


def notes_of(report: Report) -> Iterator[str]:
    """Yield what is to be said of a report as a whole, a sentence each."""
    yield from run_notes(report)
    yield from report.chosen
    yield from turnout_notes(report)
    yield from report.remarks
    yield from unread_notes(report.unread)
    yield from ignore_notes(report.run.ignores)


def run_notes(report: Report) -> Iterator[str]:
    """Yield why a run says less than it should, if it does."""
    run, turnout = report.run, report.turnout
    if run.network is not Network.UP:
        trouble = TROUBLE[run.network]
        yield f"{trouble[0].upper()}{trouble[1:]} {NOTHING_RECORDED}"
    elif turnout and turnout.late:
        yield missed_note(turnout)
    elif not run.complete:
        yield "This report is partial: the run ended before all links were seen."


def unread_notes(unread: Sequence[Unread]) -> Iterator[str]:
    """Yield a sentence on each of the first that could not be read, and one on all others."""
    for each in unread[:MAX_UNREAD]:
        yield f"Not read: {clean(each.document)} {each.reason}."
    if len(unread) > MAX_UNREAD:
        yield f"Not read: {len(unread) - MAX_UNREAD} more."


def ignore_notes(ignores: Iterable[Ignore]) -> Iterator[str]:
    """Yield a sentence on each comment or entry that has no effect, up to a number."""
    told = [each for each in ignores if each.state is not IgnoreState.ACTIVE]
    for each in told[:MAX_IGNORES]:
        yield f"{named_ignore(each)}: {_IGNORES[each.state].format(each.until)}"
    if len(told) > MAX_IGNORES:
        more = len(told) - MAX_IGNORES
        yield f"{more} more ignore{'' if more == 1 else 's'} expired or unused."


def named_ignore(ignore: Ignore) -> str:
    """Say where an ignore stands."""
    where = clean(ignore.document)
    return f"{where}:{ignore.line}" if ignore.line else f"{where}: 'ignore', entry {ignore.entry}"

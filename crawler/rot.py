"""How much has rotted: a report in figures, by host, document, age and author."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from crawler.ageing import ages, half_lives, survival
from crawler.figures import Column, Figures, Form, Room, Said, Table, records, share
from crawler.lifetimes import lifetimes
from crawler.model import Origins, Report, Undated
from crawler.notes import notes_of
from crawler.outline import Aspect
from crawler.ranking import Rows, number, ranked
from crawler.tables import registrable_domain
from crawler.weighing import Count, Weights

FIRST: Final = 20
"""Rows that people see of a table, and all of one that has hardly more."""
FIRST_HOSTS: Final = 40
"""Hosts that people see where all is about hosts."""

_UNDATED: Final[Mapping[Undated, tuple[str, str]]] = {
    Undated.ABSENT: ("not here", "in documents that are not here, seen from the working directory"),
    Undated.UNTRACKED: ("not in git", "in documents that git does not have"),
    Undated.UNTOLD: ("not told", "in lines of which git tells nothing"),
    Undated.UNCOMMITTED: ("not committed yet", "in lines that are not committed as they are"),
    Undated.CUT_OFF: ("before the clone", "in lines that are older than what this clone has"),
    Undated.UNBELIEVABLE: ("of no date", "in lines with a date that cannot be"),
}
_MEDIAN: Final = "Median, ms: how long a link of that host takes to answer."
# Names of documents are long, and what their links are since is one more column.
_ROOM: Final[Mapping[str, Room]] = {"places": Room.WIDE}
_NOWHERE: Final = Said("no host: files, mail …")


def figures(report: Report, aspect: Aspect) -> Figures:
    """Put a report in figures: of hosts, or of all that has its part in how much has rotted."""
    weights = Weights(report)
    when = report.run.finished_at or report.run.started_at
    summary, notes = _summary(weights.whole), tuple(notes_of(report))
    if aspect is Aspect.HOSTS:
        heading = f"Links by host, {when:%Y-%m-%d %H:%M} UTC"
        return Figures(heading, summary, (_sites(weights), _hosts(weights, FIRST_HOSTS)), notes)
    origins = report.origins or Origins({})
    found = lifetimes(weights.links.values(), origins)
    tables = (
        ages(weights, origins, when),
        survival(found, origins),
        half_lives(found),
        _documents(weights),
        *([_authors(weights)] if origins.lines is not None else []),
        _hosts(weights, FIRST),
    )
    heading = f"How much has rotted, {when:%Y-%m-%d %H:%M} UTC"
    return Figures(heading, summary, tables, (*_undated(weights), *notes))


def figure_records(report: Report, aspect: Aspect) -> Iterator[dict[str, Any]]:
    """Yield all figures as plain data, one row of one table after the other."""
    return chain.from_iterable(map(records, figures(report, aspect).tables))


def _summary(whole: Count) -> str:
    if not whole.links:
        return "No links."
    links, places = number(whole.links, "link"), number(whole.places, "place")
    rotten = whole.share_broken
    broken = f"{whole.broken} of {whole.links - whole.not_asked} that were asked are broken"
    told = "none was asked" if rotten is None else f"{broken}, {share(rotten)}"
    return f"{links} in {places}: {told}."


# Groups, the worst first


def _hosts(weights: Weights, most: int) -> Table:
    answers = weights.answers()
    rows = [
        (host or _NOWHERE, count, (registrable_domain(host) if host else None, answers.get(host)))
        for host, count in weights.hosts().items()
    ]
    besides = (
        Column("site", "Site", Form.NAME, Room.WIDE),
        Column("median_ms", "Median, ms", room=Room.WIDE, note=_MEDIAN),
    )
    return ranked("host", "Hosts", (), rows, most, besides)


def _sites(weights: Weights) -> Table:
    """Hosts under one registered name, for people only where there are several."""
    sites: dict[str, tuple[Count, int]] = {}
    for host, count in weights.hosts().items():
        site = registrable_domain(host) if host else ""
        before, hosts = sites.get(site, (Count(), 0))
        sites[site] = (before + count, hosts + 1)
    rows: Rows = [(site or _NOWHERE, count, (hosts,)) for site, (count, hosts) in sites.items()]
    several = [row for row in rows if row[2] != (1,)]
    single = [row for row in rows if row[2] == (1,)]
    title = "Sites of several hosts" if several else ""
    words = "Hosts under one name that somebody has registered."
    columns = (Column("hosts", "Hosts"),)
    shown = ranked("site", title, (words,), several, FIRST, columns)
    unshown = ranked("site", title, (), single, 0, columns)
    rest = (f"And {number(len(single), 'more site')} of one host.",) if single else ()
    return replace(shown, rows=shown.rows + unshown.rows, rest=shown.rest + rest)


def _documents(weights: Weights) -> Table:
    rows = [(name, group.count, (group.broken_since,)) for name, group in weights.documents.items()]
    words = "A link that stands in several documents counts in each."
    since = (Column("broken_since", "Since", Form.DAY),)
    found = ranked("document", "Documents", (words,), rows, FIRST, since)
    columns = (replace(each, room=_ROOM.get(each.name, each.room)) for each in found.columns)
    return replace(found, columns=tuple(columns))


def _authors(weights: Weights) -> Table:
    rows: Rows = [
        (Said(_UNDATED[name][0]) if isinstance(name, Undated) else name, group.count, ())
        for name, group in weights.authors.items()
    ]
    words = (
        "Who has last written the lines where links stand, as git tells. A link that stands in "
        "lines of several people counts for each. That it is broken now is nobody's fault."
    )
    return ranked("author", "Authors", (words,), rows, FIRST)


def _undated(weights: Weights) -> Iterator[str]:
    """Say of how many places nobody knows when they were written, and why."""
    for reason, (_, words) in _UNDATED.items():
        if places := weights.undated.get(reason):
            yield f"Of unknown date: {number(places, 'place')} {words}."

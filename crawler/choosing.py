"""Which places a report is about, where somebody wants to see some of them only.

Words of one kind add up (`--host a --host b` are both), kinds narrow each other down.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from crawler.beliefs import is_broken
from crawler.model import Health, Outcome, Report, Row
from crawler.text import clean
from crawler.urls import Target, Url
from crawler.views import View
from crawler.wildcards import rules

_ALIKE: Final = 0.8
"""How much of two names is the same, if one may be meant for the other: all hosts end alike."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen by. Empty: by nothing of the kind.

    `documents`: names, directories or patterns as in `.gitignore`; `hosts`: names, each with all
    below it, with no full stop at the end; `healths`: what is believed; `outcomes`: of the latest
    look, and broken also what all looks together call so.
    """

    documents: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    healths: tuple[Health, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether anything is chosen by."""
        return any((self.documents, self.hosts, self.healths, self.outcomes))

    def words(self) -> Iterable[str]:
        """Yield what is chosen by, kind by kind."""
        kinds = (
            ("document", self.documents),
            ("host", self.hosts),
            ("health", self.healths),
            ("outcome", self.outcomes),
        )
        return (f"{kind} {' or '.join(map(clean, given))}" for kind, given in kinds if given)


def choose(report: Report, choice: Choice) -> Report:
    """Return the report of what is chosen, which says that it is not all. Rows are gone through.

    What has changed is chosen by its link; what is no link's is nothing that anybody chose.
    """
    if not choice:
        return report
    rows = report.rows
    taken, urls = list[int](), set[Url]()
    for number, row in enumerate(rows):
        if _is_chosen(row, choice):
            taken.append(number)
            target = row.place.target
            urls |= {target.url} if isinstance(target, Target) else set()
    changes = report.changes
    if changes is not None:
        changes = tuple(each for each in changes if each.url in urls)
    repairs = report.repairs
    if repairs is not None:  # they are of documents, and of no link that is there now
        beside = choice.hosts or choice.healths or choice.outcomes
        repairs = tuple(
            each for each in repairs if not beside and _is_in(each.document, choice.documents)
        )
    chosen = [f"Only {', '.join(choice.words())}: {len(taken)} of {len(rows)} places."]
    if not taken:
        chosen += _missed(rows, choice) or ["No link is like that."]
    shown = View(len(taken), lambda index: rows[taken[index]])
    return replace(report, rows=shown, changes=changes, repairs=repairs, chosen=tuple(chosen))


def _missed(rows: Iterable[Row], choice: Choice) -> list[str]:
    """Say of each name that no link has anything to do with it, and which one is near."""
    documents, hosts = set[str](), set[str]()
    for row in rows:
        documents.add(row.place.occurrence.document)
        hosts.add(_host(row))
    return [
        *(
            f"No link is in {_with_near(wanted, documents)}."
            for wanted in choice.documents
            if not any(_is_in(each, (wanted,)) for each in documents)
        ),
        *(
            f"No link leads to {_with_near(wanted, hosts)}."
            for wanted in choice.hosts
            if not any(_is_below(each, wanted) for each in hosts)
        ),
    ]


def _with_near(wanted: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - needed for a mistake only

    near = get_close_matches(wanted, sorted(known), n=1, cutoff=_ALIKE)
    return f"{clean(wanted)}; there is {clean(near[0])}" if near else clean(wanted)


def _is_chosen(row: Row, choice: Choice) -> bool:
    return (
        _is_in(row.place.occurrence.document, choice.documents)
        and _is_at(row, choice.hosts)
        and (not choice.healths or _health(row) in choice.healths)
        and _came_to(row, choice.outcomes)
    )


@lru_cache(maxsize=1024)  # the places of a document have it in common
def _is_in(document: str, wanted: tuple[str, ...]) -> bool:
    if not wanted:
        return True
    name, asked = _plain(document), tuple(map(_plain, wanted))
    # A name is one, whatever brackets and stars it has that a pattern would mean something by.
    if any(name == each or name.startswith(f"{each.rstrip('/')}/") for each in asked):
        return True
    return rules(asked).ignore(name)


def _plain(name: str) -> str:
    return name.removeprefix("./")


def _is_at(row: Row, hosts: tuple[str, ...]) -> bool:
    return not hosts or any(_is_below(_host(row), each) for each in hosts)


def _host(row: Row) -> str:
    target = row.place.target
    return target.url.host.removesuffix(".") if isinstance(target, Target) else ""


def _is_below(host: str, wanted: str) -> bool:
    return host == wanted or host.endswith(f".{wanted}")


def _health(row: Row) -> Health:
    return row.state.health if row.state else Health.UNKNOWN


def _came_to(row: Row, outcomes: tuple[Outcome, ...]) -> bool:
    if not outcomes or row.verdict.outcome in outcomes:
        return True
    return Outcome.BROKEN in outcomes and is_broken(row)

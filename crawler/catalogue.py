"""A catalogue of the resources that documents link to: what a maintainer can publish.

One resource is one URL in one section of a document, in the order of the document. Images, mail
addresses and what is no link are no resources. A page that did not answer as itself is called by
the author's label: the title of an error page is not the resource's. As it is made for people,
mojibake of the document is repaired in it, whatever the format.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from crawler.beliefs import is_broken, is_unconfirmed
from crawler.model import Health, Kind, Outcome, PageFacts, Report, Row
from crawler.text import readable
from crawler.urls import Target

_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
_WORD: Final = re.compile(r"[^\W\d_]{2}")  # labels such as `*` and `3` name nothing
_TROUBLE: Final = {
    Health.BROKEN: "broken",
    Health.SUSPECT: "not there at the last look",
    Health.FLAKY: "not always there",
    Health.DRIFTED: "another page than it was",
}
_DAY: Final = len("2026-11-22")
_RESOURCES: Final = frozenset({*_THERE, Outcome.BROKEN, Outcome.BLOCKED, Outcome.FAILING})


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource. `title` may be empty; `health` is `broken` wherever a report says so.

    `url` has the fragment that is asked for; `final_url` is where it was found.
    """

    document: str
    section: str
    line: int
    label: str
    title: str
    url: str
    final_url: str | None
    health: Health
    outcome: Outcome
    facts: PageFacts

    @property
    def name(self) -> str:
        """What to call it: its title, else the author's label, else its URL."""
        telling = self.label if _WORD.search(self.label) else ""
        return self.title or telling or self.url

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader wants to know beside its name, as its page says it."""
        facts = self.facts
        when = (facts.published or facts.modified or "")[:_DAY]
        return tuple(filter(None, (facts.site, facts.author, facts.language, when)))

    @property
    def trouble(self) -> str:
        """What is wrong with it, in words of ours; nothing if it is well."""
        return _TROUBLE.get(self.health, "")


@dataclass(frozen=True, slots=True)
class Chapter:
    """The resources of one section of a document."""

    document: str
    section: str
    resources: tuple[Resource, ...]


def chapters(report: Report) -> Iterator[Chapter]:
    """Yield the chapters that have resources. Rows are gone through once, in their order."""
    for (document, section), rows in groupby(report.rows, _chapter):
        resources: dict[str, Resource] = {}
        for row in rows:
            if _is_resource(row) and (resource := _resource(row)):
                resources.setdefault(resource.url, resource)
        if resources:
            yield Chapter(document, readable(section), tuple(resources.values()))


def _chapter(row: Row) -> tuple[str, str]:
    return row.place.occurrence.document, row.place.occurrence.section


def _is_resource(row: Row) -> bool:
    facts = row.observation.facts if row.observation else PageFacts()
    image = (facts.content_type or "").startswith("image/")
    shown = row.place.occurrence.kind is Kind.IMAGE or image
    return row.verdict.outcome in _RESOURCES and not shown


def _resource(row: Row) -> Resource | None:
    target, look, place = row.place.target, row.observation, row.place.occurrence
    if not isinstance(target, Target) or look is None:
        return None
    there = row.verdict.outcome in _THERE
    facts = look.facts if there else PageFacts()
    return Resource(
        document=place.document,
        section=readable(place.section),
        line=place.span.line,
        label=readable(place.text),
        title=facts.title or "",
        url=f"{target.url}#{target.fragment}" if target.fragment else str(target.url),
        final_url=str(look.final_url) if look.final_url else None,
        health=_health(row),
        outcome=row.verdict.outcome,
        facts=facts,
    )


def _health(row: Row) -> Health:
    if is_broken(row) and not is_unconfirmed(row):
        return Health.BROKEN
    return row.state.health if row.state else Health.UNKNOWN

"""What documents wrote before a change, as their readers saw it.

What a line says depends on others: a fence that goes makes links of an example, an attribute or a
base leads old lines elsewhere, and a comment that left a link out may be gone. So a line that is as
it was proves nothing of its links; that they were links before, to the same, is what counts.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from crawler import documents
from crawler.collect import base_of, kept_href, resolved
from crawler.ignores import Ignores
from crawler.model import Document, Occurrence, Place
from crawler.settings import ExtractSettings
from crawler.templates import definitions
from crawler.urls import Rejected, Rejection, resolve

_BASE: Final = "<base"
_NONE: Final = frozenset[str]()

_Written: TypeAlias = tuple[str, str]
"""Where a written link starts from, as far as that is told of it here, and how it is written."""


@dataclass(frozen=True, slots=True)
class Held:
    """What links a document held: as they are written, those left out not; and its own base."""

    hrefs: frozenset[str] = _NONE
    base: str | None = None

    def has(self, place: Place, *, rebased: bool) -> bool:
        """Tell whether a link is one of them. `rebased`: relative ones lead elsewhere now."""
        href = place.occurrence.href
        return href in self.hrefs and not (rebased and is_relative(href))


@dataclass(frozen=True, slots=True)
class Known:
    """Links that were written before a change, in any document that it has touched.

    A relative one is the same only in the same directory. `rebased`: documents whose base is not
    what it was.
    """

    written: frozenset[_Written] = frozenset()
    rebased: frozenset[str] = _NONE

    def __contains__(self, occurrence: object) -> bool:
        if not isinstance(occurrence, Occurrence):
            return False
        if occurrence.document in self.rebased and is_relative(occurrence.href):
            return False
        return _written(occurrence.document, occurrence.href) in self.written


def held(old: Document, settings: ExtractSettings, today: date | None) -> Held:
    """Return what links a document held that a check would have looked at on that day."""
    reading = documents.read(old, settings)
    ignores = Ignores(settings.ignore, today).within(old.name, documents.directives(old, reading))
    base, known = base_of(old, reading.base), definitions(settings.define)
    found = set[str]()
    for each in reading.occurrences:
        occurrence, target = resolved(each, base, known)
        if ignores and ignores.judged(Place(occurrence, target)).ignored is not None:
            continue
        found.add(kept_href(occurrence.href))
    return Held(frozenset(found), reading.base)


def known(helds: Mapping[str, Held], rebased: frozenset[str]) -> Known:
    """Return all that documents held, by their names of now."""
    pairs = ((name, href) for name, each in helds.items() for href in each.hrefs)
    return Known(frozenset(_written(*pair) for pair in pairs), rebased)


def is_rebased(before: Held, document: Document, settings: ExtractSettings) -> bool:
    """Tell whether a document declares another base than it did. Few declare any."""
    if before.base is None and _BASE not in document.text.lower():
        return False
    return documents.read(document, settings).base != before.base


def is_relative(href: str) -> bool:
    """Tell whether it depends on where a document is what a link leads to."""
    target = resolve(href)
    return isinstance(target, Rejected) and target.reason is Rejection.RELATIVE


def _written(document: str, href: str) -> _Written:
    if href.strip().startswith("#"):
        return document, href
    return posixpath.dirname(document) if is_relative(href) else "", href

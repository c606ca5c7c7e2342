"""Which links to files a change breaks: what they lead to was there before, and is not now.

A link is looked up twice, among the files of then and among those of now, and counts only if what
it led to is among what the change took away. So nothing is said of links that were broken before.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import accumulate, islice
from typing import Final, TypeAlias

from crawler import documents
from crawler.collect import base_of, resolved
from crawler.elsewhere import whether_there
from crawler.fragments import parted
from crawler.local import Ground
from crawler.mentions import Lost
from crawler.model import Document, Occurrence, Span
from crawler.published import Found, shown
from crawler.settings import ExtractSettings
from crawler.stored import StoredTree
from crawler.templates import definitions
from crawler.urls import Rejection, Target
from crawler.walk import Parts

Standing: TypeAlias = Callable[[Document], Ground | None]
"""Tells where a document stands."""

Became: TypeAlias = Callable[[str], str]
"""Tells what a file that the change took away is called now; nothing if nobody knows."""

_Came: TypeAlias = Found | Target | None

_GONE: Final = frozenset({Rejection.FILE_MISSING, Rejection.FILE_CASE})


class Breaking:
    """What a change took away, and where documents stood before it and stand now."""

    def __init__(
        self, lost: Lost, before: Standing, now: Standing, became: Became, settings: ExtractSettings
    ) -> None:
        self._files = frozenset(map(_shown, lost.files))
        self._anchors = lost.anchors or {}
        self._before, self._now, self._became = before, now, became
        self._settings = settings
        self._known = definitions(settings.define)

    def spans(self, document: Document, was: str, path: str) -> Mapping[Span, str]:
        """Return where a document writes links that the change breaks, and what they lead to now.

        Of a file that got another name that is said, as reports call it; of all others nothing.
        `was`: the name that the document had, if that was another one; `path`: its own from the
        repository's top.
        """
        before = self._before(replace(document, name=was, path="") if was else document)
        now = self._now(document)
        if before is None or now is None:
            return {}
        found = dict[Span, str]()
        reading = documents.read(document, self._settings)
        base = base_of(document, reading.base)
        for written in islice(reading.occurrences, self._settings.max_document_links):
            occurrence, target = resolved(written, base, self._known)
            if occurrence.href.strip().startswith("#"):
                became = "" if self._lacks(path, occurrence) else None
            else:
                then = before.found(occurrence, target, reading.base)
                after = now.found(occurrence, target, reading.base)
                became = self._broken(then, after, occurrence, moved=bool(was))
            if became is not None:
                found[occurrence.span] = became
        return found

    def _broken(self, was: _Came, now: _Came, occurrence: Occurrence, *, moved: bool) -> str | None:
        """Return what a link leads to now that led to something; None if it still does."""
        if not isinstance(was, Found) or not isinstance(now, Found):
            return None
        if was.reason is not Rejection.LOCAL or not isinstance(was.tree, StoredTree):
            return None
        file = None if was.file is None else was.tree.path(was.file)
        if now.reason in _GONE:
            became = self._became_of(was, was.tree.below, file)
            return "" if became is None and moved else became
        if now.reason is not Rejection.LOCAL or file is None or now.file != was.file:
            return None
        return "" if self._lacks(file, occurrence) else None

    def _became_of(self, was: Found, below: Parts, file: str | None) -> str | None:
        """Return what is known of something that is lost; None if it is not."""
        if file is not None and self._is_lost(_shown(file)):
            return _from(self._became(file), below)
        # A directory, or a symbolic link on the way.
        named = "/".join((*map(_shown, below), was.path or ""))
        return _from(self._became(named), below) if self._is_lost(named) else None

    def _is_lost(self, path: str) -> bool:
        """Tell whether a path is lost, or a symbolic link on the way."""
        ways = accumulate(path.split("/"), "{}/{}".format)
        return not self._files.isdisjoint(ways)

    def _lacks(self, path: str, occurrence: Occurrence) -> bool:
        """Tell whether a document has lost what a link asks for in it."""
        name = parted(occurrence.href.strip().partition("#")[2])[0]
        anchors = self._anchors.get(path)
        return (
            anchors is not None
            and whether_there(name, anchors.before) is Rejection.ANCHOR
            and whether_there(name, anchors.now) is Rejection.FRAGMENT_MISSING
        )


def _from(path: str, top: Parts) -> str:
    """Return a path of the repository as reports call it; nothing if it is not in the project."""
    inside = tuple(path.split("/"))
    return shown(inside[len(top) :]) if path and inside[: len(top)] == top else ""


def _shown(path: str) -> str:
    return shown(tuple(path.split("/")))

"""Which links to files a change breaks: what they lead to was there before, and is not now.

A link is looked up twice, among the files of then and among those of now, and counts only if what
it led to is among what the change took away. So nothing is said of links that were broken before.
"""

from collections.abc import Callable
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

Standing: TypeAlias = Callable[[Document], Ground | None]
"""Tells where a document stands."""

_Came: TypeAlias = Found | Target | None

_GONE: Final = frozenset({Rejection.FILE_MISSING, Rejection.FILE_CASE})


class Breaking:
    """What a change took away, and where documents stood before it and stand now."""

    def __init__(
        self, lost: Lost, before: Standing, now: Standing, settings: ExtractSettings
    ) -> None:
        self._files = frozenset(map(_shown, lost.files))
        self._anchors = lost.anchors or {}
        self._before, self._now = before, now
        self._settings = settings
        self._known = definitions(settings.define)

    def spans(self, document: Document, was: str, path: str) -> frozenset[Span]:
        """Return where a document writes links that the change breaks.

        `was`: the name that it had, if that was another one; `path`: its own from the repository's
        top.
        """
        before = self._before(replace(document, name=was, path="") if was else document)
        now = self._now(document)
        if before is None or now is None:
            return frozenset()
        found = set[Span]()
        reading = documents.read(document, self._settings)
        base = base_of(document, reading.base)
        for written in islice(reading.occurrences, self._settings.max_document_links):
            occurrence, target = resolved(written, base, self._known)
            if occurrence.href.strip().startswith("#"):
                broken = self._lacks(path, occurrence)
            else:
                then = before.found(occurrence, target, reading.base)
                after = now.found(occurrence, target, reading.base)
                broken = self._breaks(then, after, occurrence, moved=bool(was))
            if broken:
                found.add(occurrence.span)
        return frozenset(found)

    def _breaks(self, was: _Came, now: _Came, occurrence: Occurrence, *, moved: bool) -> bool:
        """Tell whether a link led to something, and does not any more, or not to that place."""
        if not isinstance(was, Found) or not isinstance(now, Found):
            return False
        if was.reason is not Rejection.LOCAL or not isinstance(was.tree, StoredTree):
            return False
        file = None if was.file is None else was.tree.path(was.file)
        if now.reason in _GONE:
            named = "/".join((*map(_shown, was.tree.below), was.path or ""))
            return (
                moved or self._is_lost(named) or (file is not None and self._is_lost(_shown(file)))
            )
        if now.reason is not Rejection.LOCAL or file is None or now.file != was.file:
            return False
        return self._lacks(file, occurrence)

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


def _shown(path: str) -> str:
    return shown(tuple(path.split("/")))

"""Which links somebody wants left out, by a comment or by the ignore list, and what came of it.

Law: nothing is left out that nobody asked for. What cannot be read as it stands is remarked on and
counts for nothing; what has expired, or leaves nothing out, is told.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeAlias

from crawler.directives import MARK, Directive
from crawler.ignorelist import Entry, day
from crawler.model import Ignore, IgnoreState, Place, Span
from crawler.patterns import search
from crawler.text import clean
from crawler.urls import Target
from crawler.wildcards import rules

_SAME: Final = "ignore"
_NEXT: Final = "ignore-next-line"
_START: Final = "ignore-start"
_END: Final = "ignore-end"
_FILE: Final = "ignore-file"
_WORDS: Final = (_SAME, _NEXT, _START, _END, _FILE)
_FIELD: Final = re.compile(r"""\s+(until|reason)=(?:"([^"]*)"|'([^']*)'|([^\s"']+))(?!\S)""")
_EXAMPLE: Final = 'write until=2027-01-31 and reason="…"'
_MAX_QUOTED: Final = 60

_Place: TypeAlias = tuple[int, int]  # line and column


@dataclass(slots=True)
class _Rule:
    """One word that links be left out; `state` tells what has become of it so far."""

    told: Ignore

    def leave_out(self, place: Place) -> Place:
        """Return a place that is left out, for this rule's reason."""
        if self.told.state is IgnoreState.UNUSED:
            self.told = replace(self.told, state=IgnoreState.ACTIVE)
        until = f"until {self.told.until}" if self.told.until else ""
        return replace(place, ignored="; ".join(filter(None, (self.told.reason, until))))

    @property
    def counts(self) -> bool:
        """Whether it has not expired."""
        return self.told.state is not IgnoreState.EXPIRED


@dataclass(slots=True)
class Hidden:
    """How many links that count otherwise comments leave out, and where the first of them is."""

    number: int = 0
    first: str = ""


class Ignores:
    """What is to be left out of the documents of a run. Without `today` nothing expires."""

    def __init__(self, entries: Sequence[Entry], today: date | None = None) -> None:
        self.hidden = Hidden()
        self._today = today
        self._entries = [_Listed(each, today) for each in entries]
        self._rules: list[_Rule] = []

    def within(self, document: str, comments: Sequence[Directive]) -> "Within | None":
        """Return what is to be left out of one document; None, as mostly, if nothing is."""
        listed = [each for each in self._entries if each.fits(document)]
        if not comments and not listed:
            return None
        found = Within(document, comments, listed, self._today, self.hidden)
        self._rules += found.rules
        return found

    def told(self) -> tuple[Ignore, ...]:
        """Return what has become of each, those in documents first.

        Of entries for documents that were not read nothing is known, and nothing is said.
        """
        listed = [each.rule for each in self._entries if each.has_fitted]
        return tuple(rule.told for rule in (*self._rules, *listed))


class Within:
    """What is to be left out of one document.

    The narrowest word counts: that on a line before a region's, the file's and the list's.
    """

    def __init__(
        self,
        document: str,
        comments: Sequence[Directive],
        listed: Sequence["_Listed"],
        today: date | None,
        hidden: Hidden,
    ) -> None:
        self.rules: list[_Rule] = []
        self.remarks: list[str] = []
        self._document = document
        self._listed = [each for each in listed if each.rule.counts]
        self._today = today
        self._hidden = hidden
        self._lines: dict[int, _Rule] = {}
        self._regions: list[tuple[_Place, _Place, _Rule]] = []
        self._file: _Rule | None = None
        self._read(comments)

    def judged(self, place: Place) -> Place:
        """Return a place as it is, or left out."""
        rule = self._covering(place.occurrence.span) or self._listing(place)
        return rule.leave_out(place) if rule else place

    def count(self, place: Place) -> None:
        """Count a place that is one of those looked at, if a comment leaves it out."""
        span = place.occurrence.span
        if place.ignored is not None and self._covering(span):
            self._hidden.first = self._hidden.first or f"{self._document}:{span.line}"
            self._hidden.number += 1

    def _covering(self, span: Span) -> _Rule | None:
        if rule := self._lines.get(span.line):
            return rule
        where = (span.line, span.column)
        index = bisect_right(self._regions, where, key=lambda region: region[0]) - 1
        if index >= 0 and where < self._regions[index][1]:
            return self._regions[index][2]
        return self._file

    def _listing(self, place: Place) -> _Rule | None:
        if not self._listed:
            return None
        target = place.target
        if isinstance(target, Target):
            written = f"{target.url}#{target.fragment}" if target.fragment else str(target.url)
        else:
            written = place.occurrence.href
        return next((each.rule for each in self._listed if search(each.url, written)), None)

    def _read(self, comments: Iterable[Directive]) -> None:
        opened: tuple[Directive, _Said] | None = None
        for comment in comments:
            said = _said(comment)
            if isinstance(said, str):
                self._remark(comment, said)
            elif said.word == _START and opened:
                self._remark(comment, f"a region is open since line {opened[0].line} already")
            elif said.word == _START:
                opened = comment, said
            elif said.word == _END and opened:
                self._region(*opened, comment)
                opened = None
            elif said.word == _END:
                self._remark(comment, f"'{MARK} {_END}' ends nothing: no region is open")
            else:
                self._one(comment, said)
        if opened:
            self._remark(opened[0], f"'{MARK} {_START}' never ends, so it counts for nothing")
        self.rules.sort(key=lambda rule: rule.told.line or 0)

    def _one(self, comment: Directive, said: "_Said") -> None:
        rule = self._rule(comment, said)
        if not rule.counts:
            return
        if said.word == _FILE:
            self._file = self._file or rule
        else:
            own = said.word == _SAME and not comment.alone
            self._lines.setdefault(comment.line if own else comment.next_line, rule)

    def _region(self, start: Directive, said: "_Said", end: Directive) -> None:
        rule = self._rule(start, said)
        if rule.counts:
            self._regions.append(((start.line, start.column), (end.line, end.column), rule))

    def _rule(self, comment: Directive, said: "_Said") -> _Rule:
        state = _state(said.until, self._today)
        rule = _Rule(Ignore(self._document, comment.line, None, state, said.until, said.reason))
        self.rules.append(rule)
        return rule

    def _remark(self, comment: Directive, words: str) -> None:
        self.remarks.append(f"{self._document}:{comment.line}: {words}.")


class _Listed:
    """An entry of the ignore list at work."""

    def __init__(self, entry: Entry, today: date | None) -> None:
        until, reason = entry.until, entry.reason
        state = _state(until, today)
        self.rule = _Rule(Ignore(entry.where, None, entry.number, state, until, reason))
        self.url = entry.url
        self.has_fitted = False
        self._names = rules([entry.document]) if entry.document else None

    def fits(self, document: str) -> bool:
        """Tell whether it is about a document, and remember if it was about any."""
        fits = self._names is None or self._names.ignore(document)
        self.has_fitted = self.has_fitted or fits
        return fits


@dataclass(frozen=True, slots=True)
class _Said:
    """What a comment says: a word, and until when and why it counts."""

    word: str
    until: date | None = None
    reason: str = ""


def _said(comment: Directive) -> _Said | str:
    """Read what a comment says; a text tells why it cannot be read."""
    word, *_ = comment.words.split(None, 1) or ("",)
    name = repr(f"{MARK} {word[:_MAX_QUOTED]}".strip())
    if word not in _WORDS:
        return f"there is no {name}; there are {', '.join(_WORDS)}"
    if not comment.closed:
        return f"the comment of {name} must end on its line; it counts for nothing"
    given = _fields(comment.words, len(word))
    if isinstance(given, str):
        return f"{name} cannot be read from {given!r} on; {_EXAMPLE}"
    if given and word == _END:
        return f"{name} takes nothing: what its region needs stands at the start"
    until = day(given["until"]) if "until" in given else None
    if "until" in given and until is None:
        return f"{name} has {given['until'][:_MAX_QUOTED]!r} for a day; {_EXAMPLE}"
    return _Said(word, until, clean(given.get("reason", "")))


def _fields(words: str, at: int) -> dict[str, str] | str:
    """Return what stands from an offset on, by name; a text is where it cannot be read."""
    given: dict[str, str] = {}
    while (match := _FIELD.match(words, at)) and match[1] not in given:
        given[match[1]] = match[match.lastindex or 0]
        at = match.end()
    return words[at:].strip()[:_MAX_QUOTED] or given


def _state(until: date | None, today: date | None) -> IgnoreState:
    expired = until is not None and today is not None and today > until
    return IgnoreState.EXPIRED if expired else IgnoreState.UNUSED

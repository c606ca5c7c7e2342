"""Documents with other addresses in them, to be shown or written: what `crawl fix` has made.

Values only; `fixing.py` makes them, `patches/` shows them, `overwriting.py` writes them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crawler.corrections import Correction, Refusal
from crawler.model import Occurrence

_URL: Final = re.compile(r"https?://[^\s,;)]*[^\s,;).:]")


@dataclass(frozen=True, slots=True)
class Change:
    """One place that reads otherwise: as it was in the document, and as it is in the new one."""

    correction: Correction
    before: Occurrence
    after: Occurrence


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One document as it was and as it shall be, in bytes and as text; `path`: its file's.

    `encoding`: Python's codec of both, behind a byte order mark if there is one.
    """

    name: str
    path: str
    encoding: str
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    text_before: str = field(repr=False)
    text_after: str = field(repr=False)
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixes:
    """All that there is to write, what somebody has to weigh first, and what is left as it is.

    Each is in order of document, line and column. `unknown`: links that the history has never seen.
    `written`: the documents read so by now; `recorded`: what the history calls that, if it does;
    `undoes`: what was written before is taken back.
    """

    rewrites: tuple[Rewrite, ...] = ()
    proposed: tuple[Correction, ...] = ()
    refused: tuple[Refusal, ...] = ()
    unknown: int = 0
    written: bool = False
    recorded: str = ""
    undoes: bool = False

    def reasons(self) -> list[tuple[str, int]]:
        """Return why links are left as they are, and how many, the most frequent first.

        Sentences that only differ in the addresses in them are one, which has none.
        """
        several = dict[str, list[str]]()
        for each in self.refused:
            several.setdefault(_URL.sub("…", each.why), []).append(each.why)
        found = (
            (why if len(set(alike)) > 1 else alike[0], len(alike)) for why, alike in several.items()
        )
        return sorted(found, key=lambda each: -each[1])

    def changes(self) -> Iterator[Change]:
        """Yield every place that shall read otherwise."""
        for rewrite in self.rewrites:
            yield from rewrite.changes

"""Where in a stretch of text the next closing mark stands: each is looked for only once.

Marks that open and never close make a search of all that follows for each of them; remembered, it
is one search for all.
"""

import re


class Closings:
    """The closing marks of one stretch of text, which is read from its beginning on."""

    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._end = end
        self._next: dict[re.Pattern[str], re.Match[str] | None] = {}

    def find(self, mark: re.Pattern[str], at: int) -> re.Match[str] | None:
        """Return the first match that begins at `at` or behind it; never ask for one before."""
        if mark in self._next:
            known = self._next[mark]
            if known is None or known.start() >= at:
                return known
        self._next[mark] = found = mark.search(self._text, at, self._end)
        return found

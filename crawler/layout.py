"""The lines of a text for readers that go by them: where each begins and ends, and its column."""

import re
from typing import Final

_LINE: Final = re.compile(r"([ \t\f\v]*+)([^\r\n]*+)(\r\n|\r|\n|)")
_TAB: Final = 8


class Layout:
    """The lines of one text, by their numbers from 0 on.

    `starts` are offsets behind the indentation, `ends` those before the line's end; `columns` says
    how wide the indentation is, and -1 of a line on which there is nothing.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.columns: list[int] = []
        at = 0
        for white, words, ending in _LINE.findall(text):  # tuples: there may be a million lines
            width = len(white)
            start = at + width
            end = start + len(words)
            at = end + len(ending)
            self.starts.append(start)
            self.ends.append(end)
            if "\t" in white:
                width = len(white.expandtabs(_TAB))
            self.columns.append(width if words else -1)

    def __len__(self) -> int:
        return len(self.starts)

    def says(self, line: int) -> bool:
        """Tell whether there is such a line, with something on it."""
        return line < len(self.columns) and self.columns[line] >= 0

    def words(self, line: int) -> str:
        """Return what a line says."""
        return self.text[self.starts[line] : self.ends[line]].rstrip()

    def margin(self, line: int) -> int:
        """Return the offset at which a line begins, with its indentation."""
        start = self.starts[line]
        while start > 0 and self.text[start - 1] in " \t\f\v":
            start -= 1
        return start

    def block_end(self, line: int, column: int) -> int:
        """Return the line behind a block: it holds what is indented more, and empty lines."""
        line += 1
        while line < len(self.columns) and not 0 <= self.columns[line] <= column:
            line += 1
        return line

    def paragraph_end(self, line: int, column: int) -> int:
        """Return the line behind a paragraph: it holds what is indented more, without a gap."""
        line += 1
        while line < len(self.columns) and self.columns[line] > column:
            line += 1
        return line

    def next_said(self, line: int) -> int:
        """Return the first line from this one on with something on it, or how many there are."""
        while line < len(self.columns) and self.columns[line] < 0:
            line += 1
        return line

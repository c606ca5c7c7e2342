"""Comments that speak to us (`crawl: …`): where they stand in a document of any format.

Readers hand no comments over, so they are looked for in the text, once and in linear time; a
document without the mark costs one search for it. The mark must be what the comment begins with.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, TypeAlias

MARK: Final = "crawl:"

Ranges: TypeAlias = Sequence[tuple[int, int]]

# By what they begin with: the pattern of that, and of what ends them (else the line does).
_SYNTAXES: Final = {
    "<!--": ("<!--", "-->"),
    "/*": (r"/\*+", r"\*/"),
    "{/*": (r"\{\{?-?[ \t]?/\*+", r"\*/[ \t]?-?\}\}?"),  # MDX; with two brackets Hugo
    "{#": (r"\{#-?", r"-?#\}"),  # Jinja
    "{%": (r"\{%-?[ \t]*comment[ \t]*-?%\}", r"\{%-?[ \t]*endcomment[ \t]*-?%\}"),  # Liquid
    "[//]: #": (r"^[ \t>]*\[[^\]\[]{1,20}\]:[ \t]+(?:#|<>)[ \t]+[(\"']", r"[)\"'][ \t]*$"),
    "..": (r"^[ \t]*\.\.[ \t]", ""),
    "#": (r"(?<!\S)#+", ""),
    "//": (r"(?<!\S)//+", ""),
    "%": ("%+", ""),  # TeX: behind anything
    ";": (r"(?<!\S);+", ""),
    "--": (r"(?<!\S)--+", ""),
    "@c": (r"(?<!@)@c(?:omment)?(?=[ \t])", ""),
    '.\\"': (r"(?:^[.'][ \t]*)?\\[\"#]", ""),  # roff: behind anything
}
# In JSON and in most languages a quote within a string is written as roff begins a comment.
ANY: Final = tuple(name for name in _SYNTAXES if name != '.\\"')
"""The comments of every language but roff."""

_LINE: Final = re.compile(r"([^\r\n]*+)(?:\r\n|\n|\r|\Z)")
_NOTHING: Final = re.compile(r"[\s>]*+")  # a line of a Markdown quote begins with `>`
_FENCE: Final = re.compile(r"(?:---|\+\+\+)[ \t]*+")
_FENCE_END: Final = re.compile(r"(?:---|\.\.\.|\+\+\+)[ \t]*+")


@dataclass(slots=True)
class Directive:
    """One comment: `words` are what follows the mark. Lines and columns are 1-based.

    `next_line` is the next that is neither blank nor a comment to us, 0 if there is none; `alone`:
    nothing else stands on its line; `closed`: it ends on its line.
    """

    line: int
    column: int
    words: str
    alone: bool
    closed: bool
    next_line: int = 0


def find(text: str, syntaxes: tuple[str, ...], code: Callable[[], Ranges]) -> list[Directive]:
    """Return every comment to us, in order. `code` returns where code stands, which holds none."""
    return _Search(syntaxes, code).through(text) if MARK in text else []


def outside(ranges: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Return what of a text is in none of some stretches: for readers that know its comments."""
    found, at = [], 0
    for start, end in sorted(ranges):
        if start > at:
            found.append((at, start))
        at = max(at, end)
    return [*found, (at, length)]


@dataclass(slots=True)
class _Search:
    syntaxes: tuple[str, ...]
    code: Callable[[], Ranges]
    found: list[Directive] = field(default_factory=list)
    waiting: list[Directive] = field(default_factory=list)
    ranges: Ranges | None = None

    def through(self, text: str) -> list[Directive]:
        in_front = False
        for number, line in enumerate(_LINE.finditer(text), 1):
            words = line[1]
            # Front matter is YAML or TOML, whatever stands behind it.
            in_front = (
                bool(_FENCE.fullmatch(words))
                if number == 1
                else (in_front and not _FENCE_END.fullmatch(words))
            )
            syntaxes = (*self.syntaxes, "#") if in_front else self.syntaxes
            here = list(self._on(words, line.start(), number, syntaxes)) if MARK in words else []
            if not (here and here[0].alone) and not _NOTHING.fullmatch(words):
                for comment in self.waiting:
                    comment.next_line = number
                self.waiting.clear()
            self.waiting += here
            self.found += here
        return self.found

    def _on(
        self, words: str, start: int, number: int, syntaxes: tuple[str, ...]
    ) -> Iterator[Directive]:
        lead = _NOTHING.match(words)
        begin = lead.end() if lead else 0
        for match in _pattern(syntaxes).finditer(words):
            told = next(
                number for number, group in enumerate(match.groups(), 1) if group is not None
            )
            if self._is_code(start + match.start(told)):
                continue
            alone = match.start() <= begin and bool(_NOTHING.fullmatch(words, match.end()))
            cut_off = (match.lastgroup or "").startswith("told")
            yield Directive(number, match.start() + 1, match[told].strip(), alone, not cut_off)

    def _is_code(self, offset: int) -> bool:
        if self.ranges is None:
            self.ranges = self.code()
        index = bisect_right(self.ranges, offset, key=lambda each: each[0]) - 1
        return index >= 0 and offset < self.ranges[index][1]


@cache
def _pattern(syntaxes: tuple[str, ...]) -> re.Pattern[str]:
    """Return what matches a comment; its last group is `told…` if something has not ended it."""
    patterns = []
    for number, name in enumerate(syntaxes):
        opening, closing = _SYNTAXES[name]
        told = rf"(?P<told{number}>(?:(?!{closing}).)*+)(?P<end{number}>{closing})?"
        patterns.append(rf"{opening}[ \t]*+{MARK}{told if closing else f'(?P<line{number}>.*+)'}")
    return re.compile(rf"(?<!\\)(?:{'|'.join(patterns)})")

"""The grammar of reStructuredText's blocks: what lines begin with, and the head of a directive."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from crawler.layout import Layout

EXPLICIT: Final = re.compile(r"\.\.(?:[ \t]+|(?=[\r\n]|\Z))")
ANONYMOUS: Final = re.compile(r"__[ \t]+")
LIST: Final = re.compile(r"(?:[-+*\u2022\u2023\u2043]|\|)(?:[ \t]+|(?=[\r\n]|\Z))")
ENUMERATED: Final = re.compile(r"\(?(?:\d{1,9}|[a-zA-Z]|[ivxlcdmIVXLCDM]{1,15}|#)[.)](?:[ \t]+)")
FIELD: Final = re.compile(
    r":(?![: ])((?:[^:\\\r\n]|\\[^\r\n]|:(?![ \t`\r\n]|\Z))++)(?<! ):(?:[ \t]+|(?=[\r\n]|\Z))"
)
# All that a line may begin with, in one: most begin with none of it.
OPENING: Final = re.compile(
    rf"(?P<explicit>{EXPLICIT.pattern})|(?P<anonymous>{ANONYMOUS.pattern})"
    rf"|(?P<field>{FIELD.pattern})|(?P<item>{LIST.pattern})|(?P<enumerated>{ENUMERATED.pattern})"
)
DOCTEST: Final = re.compile(r">>>(?:[ \t]|[\r\n]|\Z)")
MARK: Final = re.compile(r"[!-/:-@\[-`{-~]")
_RULE: Final = re.compile(
    rf"(?:^|(?<=\r))[ \t\f\v]*+(?P<line>(?P<mark>{MARK.pattern})(?P=mark)*+)[ \t]*+(?=[\r\n]|\Z)",
    re.MULTILINE,
)
TARGET: Final = re.compile(
    r"_(?![ _])(?:`((?:[^`\0\r\n]|\0.)++)`|((?:[^:\0\r\n]|\0.|:(?![ \t\r\n]|\Z))++))"
    r":(?:[ \t]+|(?=[\r\n]|\Z))"
)
NAMELESS: Final = re.compile(r"__:?(?:[ \t]+|(?=[\r\n]|\Z))")
INDIRECT: Final = re.compile(r"`([^`]++)`_|([^\W_]++(?:[-._+:][^\W_]++)*+)_")
NOTE: Final = re.compile(r"\[(#?[^\]\s]{0,200}|\*)\](?:[ \t]+|(?=[\r\n]|\Z))")
DIRECTIVE: Final = re.compile(
    r"(?:\|(?:[^|\r\n]++)\|[ \t]+)?([^\W_]++(?:[-._+:][^\W_]++)*+) ?::(?:[ \t]+|(?=[\r\n]|\Z))"
)
ENTRY: Final = re.compile(r"[^\r\n]*?<([^<>\r\n]++)>[ \t]*\Z|[^\r\n]++")
_SPECIAL_PAGES: Final = frozenset({"self", "genindex", "modindex", "search"})
PATTERN: Final = re.compile(r"[*?\[\]]")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a directive's argument, the line behind its options, and where those stand."""

    end: int
    behind: int
    options: Mapping[str, tuple[int, int]]


def head(layout: Layout, line: int, at: int, column: int) -> Head:
    """Read the head of a directive whose argument begins at an offset."""
    end = layout.ends[line]
    options: dict[str, tuple[int, int]] = {}
    last = ""
    line += 1
    while layout.says(line) and layout.columns[line] > column:
        if option := FIELD.match(layout.text, layout.starts[line]):
            last = option[1].lower()
            options[last] = (option.end(), layout.ends[line])
        elif last:
            options[last] = (options[last][0], layout.ends[line])
        elif at < end:
            end = layout.ends[line]
        else:
            break  # there is neither: the text begins
        line += 1
    return Head(end, line, options)


def rules_of(text: str) -> dict[int, str]:
    """Return what underlines titles: lines of one character, by the offsets where they begin."""
    return {rule.start("line"): rule["mark"] for rule in _RULE.finditer(text)}


def entries(layout: Layout, line: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield where the entries of a table of contents stand, and their titles."""
    for each in range(line, end):
        entry = ENTRY.match(layout.text, layout.starts[each], layout.ends[each])
        if not entry:
            continue
        start, last = entry.span(1) if entry[1] else entry.span()
        name = layout.text[start:last].strip()
        if name and name not in _SPECIAL_PAGES and not PATTERN.search(name):
            yield start, last, entry[0].partition("<")[0].strip() if entry[1] else ""

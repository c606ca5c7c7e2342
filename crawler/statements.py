"""Which places of a page's program everybody gets to who loads the page.

It is told by braces and by the words before them; no program is run. In doubt nobody does: that a
program leads on for old browsers, after a logout or on an error says nothing of the page.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

_HEAD: Final = 80
"""Characters before a brace or a place that are looked at."""

_END: Final = re.compile(r"[{};]")
_WORD: Final = r"(?<![\w$.])(?:{})(?![\w$])"
_CHOOSES: Final = re.compile(
    _WORD.format("if|else|while|for|switch|case|catch")
    # An operand of a choice, a value in an object, or a text that is no program.
    + r"""|(?:[?&|]|(?<!javascript):|(?<!setTimeout\()["'`])\s*+\Z"""
)
_RETURNS: Final = re.compile(_WORD.format("return|throw"))
_FUNCTION: Final = (
    r"(?:async\s++)?+(?:function\s*+([\w$]*+)\s*+\([^()]*+\)|\([^()]*+\)\s*+=>)\s*+\Z"
)
_ENTERED: Final = re.compile(
    rf"""\A\s*+(?:try\s*+)?+\Z
    |(?:(?:\A|[^\w$\s])\s*+[(!]|(?:setTimeout|\$|jQuery|ready)\s*+\(
      |(?:DOMContentLoaded|load|pageshow)["']\s*+,|onload\s*+=)\s*+{_FUNCTION}""",
    re.VERBOSE,
)
_NAMED: Final = re.compile(r"(?<![\w$.])function\s++([\w$]++)\s*+\([^()]*+\)\s*+\Z")
_CALLS: Final = re.compile(
    r"""(?:\A|[;}\n])[ \t]*+(?!setTimeout\b)([\w$]++)\s{0,9}+\(
    |(?:setTimeout\(|onload\s{0,9}+=)\s{0,9}+["']?+([\w$]++)""",
    re.VERBOSE,
)


def reached(program: str, places: Iterable[int]) -> Iterator[int]:
    """Yield those of some places, given in their order, that nothing but loading the page leads to.

    In linear time, whatever the program is.
    """
    begin = depth = 0
    doubtful: int | None = None  # the depth of the outermost block that not everybody gets into
    ends = _END.finditer(program)
    end = next(ends, None)
    for place in places:
        while end is not None and end.start() < place:
            head = program[max(begin, end.start() - _HEAD) : end.start()]
            if end[0] == "{":
                depth += 1
                if doubtful is None and not _is_entered(head, program):
                    doubtful = depth
            elif depth and _RETURNS.search(head):
                doubtful = 1  # what follows is for some
            if end[0] == "}":
                depth = max(0, depth - 1)
                doubtful = None if doubtful is None or depth < doubtful else doubtful
            begin, end = end.end(), next(ends, None)
        if doubtful is None and not _CHOOSES.search(program[max(begin, place - _HEAD) : place]):
            yield place


def _is_entered(head: str, program: str) -> bool:
    if _ENTERED.search(head):
        return True
    named = _NAMED.search(head)
    return named is not None and named[1] in _called(program)


@lru_cache(maxsize=1)  # a program may have many functions
def _called(program: str) -> frozenset[str]:
    """Return the names that a program calls by itself, or has called when the page is there."""
    return frozenset(name for call in _CALLS.findall(program) for name in call if name)

"""YAML with places: every scalar of a text, and the path of keys that leads to it.

It walks the parser's events, not the tree: no recursion, no aliases to expand. The parser is
libyaml's where PyYAML has it, which is ten times as fast and tells the same places.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import yaml

from crawler.spans import Piece
from crawler.values import character, pieces_of

MALFORMED: Final = (yaml.YAMLError, ValueError, OverflowError)
"""What walking raises: beside its own errors, the parser lets numbers out of range fall through."""

LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTIES: Final = re.compile(r"(?:(?:[&!]\S*|#.*)\s+)*")  # before a value: `&anchor !!tag`
_DOUBLED: Final = re.compile("''")
_ESCAPE: Final = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?:\r\n|[\r\n])[ \t]*+|.)", re.DOTALL
)
_NAMED: Final = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r",
    "e": "\x1b", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_BYTE_ORDER_MARK: Final = "\ufeff"


class Scalar(NamedTuple):
    """A value: the offsets of what is written, without quotes and properties, and what it says."""

    start: int
    end: int
    style: str
    value: str


@dataclass(slots=True)
class Walk:
    """A walk over a text. While it goes on, `path` has the keys and numbers of what is read."""

    text: str
    path: list[str | int] = field(default_factory=list)
    _keys: list[bool] = field(default_factory=list)  # of each collection: is a key next?

    def scalars(self) -> Iterator[Scalar]:
        """Yield every value that is no collection. Raises one of `MALFORMED`."""
        lead = self.text.startswith(_BYTE_ORDER_MARK)  # for libyaml it has no place
        for event in yaml.parse(self.text[lead:], Loader=LOADER):
            match event:
                case yaml.ScalarEvent():
                    if self._turn():
                        self.path[-1] = event.value
                    elif event.value:
                        yield _scalar(self.text, event, int(lead))
                case yaml.CollectionStartEvent():
                    self._turn()
                    is_mapping = isinstance(event, yaml.MappingStartEvent)
                    self.path.append("" if is_mapping else -1)
                    self._keys.append(is_mapping)
                case yaml.CollectionEndEvent():
                    self.path.pop()
                    self._keys.pop()
                case yaml.AliasEvent():
                    self._turn()

    def _turn(self) -> bool:
        """Take note of one node; tell whether it is a key."""
        if not self.path:
            return False
        last = self.path[-1]
        if isinstance(last, int):
            self.path[-1] = last + 1
            return False
        self._keys[-1] = not self._keys[-1]
        return not self._keys[-1]


def pieces(text: str, scalar: Scalar) -> list[Piece]:
    """Return what a quoted scalar says, and where each part of it stands; white space is as is."""
    escape, decode = (_ESCAPE, _decode) if scalar.style == '"' else (_DOUBLED, _doubled)
    return pieces_of(text, scalar.start, scalar.end, escape, decode)


def _scalar(text: str, event: yaml.ScalarEvent, lead: int) -> Scalar:
    start, end = (mark.index + lead for mark in (event.start_mark, event.end_mark) if mark)
    if text[start] in "&!":
        start = end - len(_PROPERTIES.sub("", text[start:end], count=1))
    quotes = len(event.style or "") if event.style in ("'", '"') else 0
    return Scalar(start + quotes, end - quotes, event.style or "", event.value)


def _decode(escape: str) -> str:
    sign = escape[1]
    if sign in "xuU":
        return character(escape[2:]) if escape[2:] else sign
    return "" if sign in "\r\n" else _NAMED.get(sign, sign)


def _doubled(_: str) -> str:
    return "'"

"""What a block of front matter holds: the links in its values, YAML or TOML.

A value is a link when it is an absolute http(s) URL, when it holds one in running text, or when it
is a path and its key says that it names a resource (`canonical_url: /about/`).
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from crawler import bare, yamlwalk

MAX_LENGTH: Final = 65_536
"""Characters. What is longer is data and no front matter; it is read as plain text."""

_ABSOLUTE: Final = re.compile(r"https?://", re.IGNORECASE)
_PATH: Final = re.compile(r"(?:/|\.{1,2}/)[^\s]*")
# `permalink`, `redirect_from` and `aliases` are the page's own addresses and not links.
_NAMES_RESOURCE: Final = re.compile(
    r"(?:^|[_.-])(?:canonical|url|uri|href|link|src|image|img|teaser|thumbnail|cover|logo|avatar)$",
    re.IGNORECASE,
)
_ASSIGNMENT: Final = re.compile(
    r"""^[ \t]*(?P<key>[\w."'-]+)[ \t]*=[ \t]*(?P<quote>["'])(?P<value>[^"'\r\n]*)(?P=quote)""",
    re.MULTILINE,
)

# Both parsers take quadratic time on depth, or recurse. What people write stays far below these.
_MAX_DEPTH: Final = 64
_MAX_DOTS: Final = 200
_BRACKETS: Final = re.compile(r"[\[\]{}]")
_KEYS_END: Final = re.compile(r"[=\r\n]")


@dataclass(frozen=True, slots=True)
class Value:
    """A link in a front matter value: what it says, and the offsets of its text."""

    href: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """The links of a block and what was wrong with it; `is_prose`: it is none at all."""

    values: tuple[Value, ...] = ()
    remark: str | None = None
    is_prose: bool = False


def read_block(text: str, start: int, end: int, *, is_yaml: bool) -> Block:
    """Read what stands between two fences; as plain text if it is malformed, or too large."""
    block = text[start:end]
    if len(block) > MAX_LENGTH or _is_deep(block):
        return Block(_running(text, start, end))
    try:
        if is_yaml and _is_prose(block):
            return Block(is_prose=True)
        return Block(tuple((_yaml if is_yaml else _toml)(block, start)))
    except yamlwalk.MALFORMED as error:
        remark = f"the front matter is malformed{_where(error)}; read as plain text"
        return Block(_running(text, start, end), remark)


def _is_deep(block: str) -> bool:
    depth = 0
    for bracket in _BRACKETS.findall(block):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        if depth > _MAX_DEPTH:
            return True
    return any(part.count(".") > _MAX_DOTS for part in _KEYS_END.split(block))


def _is_prose(block: str) -> bool:
    """Tell whether the block is no mapping: its `---` was a rule, or underlines a heading."""
    events = yaml.parse(block, Loader=yamlwalk.LOADER)
    node = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    return node is not None and not isinstance(node, yaml.MappingStartEvent)


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" at line {mark.line + 2}" if mark else ""  # after the opening line, counted from 1


def _yaml(block: str, offset: int) -> Iterator[Value]:
    walk = yamlwalk.Walk(block)
    for scalar in walk.scalars():
        key = next((key for key in reversed(walk.path) if isinstance(key, str)), "")
        yield from _scalar(block, offset, scalar, key)


def _scalar(block: str, offset: int, scalar: yamlwalk.Scalar, key: str) -> Iterator[Value]:
    start, end, style, value = scalar
    if style not in ("|", ">") and _is_link(value.strip(), key):
        lead = len(block[start:end]) - len(block[start:end].lstrip())
        raw = block[start:end].strip()
        yield Value(value.strip(), offset + start + lead, offset + start + lead + len(raw))
    else:
        yield from _running(block, start, end, offset)


def _toml(block: str, offset: int) -> Iterator[Value]:
    """TOML's parser keeps no places: let it judge the block, and find the strings by their form."""
    tomllib.loads(block)
    at = 0
    for match in _ASSIGNMENT.finditer(block):
        if _is_link(match["value"], match["key"].strip("\"'")):
            start, end = match.span("value")
            yield from _running(block, at, start, offset)
            yield Value(match["value"], offset + start, offset + end)
            at = end
    yield from _running(block, at, len(block), offset)


def _is_link(value: str, key: str) -> bool:
    if _ABSOLUTE.match(value):
        return not any(map(str.isspace, value))
    return bool(_PATH.fullmatch(value) and _NAMES_RESOURCE.search(key))


def _running(text: str, start: int, end: int, offset: int = 0) -> tuple[Value, ...]:
    block = text[start:end]
    return tuple(
        Value(block[first:last], offset + start + first, offset + start + last)
        for first, last in bare.find(block)
    )

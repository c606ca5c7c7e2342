"""What a page says of itself in JSON-LD (schema.org), read without expanding any context.

Pages are strangers: a block that is no JSON, too large or too deep costs itself and nothing else.
Values may be of any type in any place; only text is taken, as it is written.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, TypeAlias

from crawler.tables import page_types

MAX_LENGTH: Final = 131_072
"""Characters of all blocks of a page together."""

MAX_BLOCKS: Final = 8
MAX_NODES: Final = 100
MAX_AUTHORS: Final = 10

MARK: Final = "application/ld+json"
_OPENING: Final = 512  # characters that the start tag of a block may have on either side
# What hid scripts from the browsers and the XML parsers of old.
_BEFORE: Final = ("//", "<![CDATA[", "<!--")
_BEHIND: Final = (";", "]]>", "//", "-->")
# Numbers stay text: one of a million digits is not computed, and nobody needs their value.
_DECODER: Final = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)
# What surrounds the thing that a page is about.
_PAGES: Final = frozenset({"webpage", "itempage", "aboutpage", "contactpage", "collectionpage"})
_PAGE: Final = "page"
_FRAMES: Final = frozenset({"website", "organisation", "person", "image", "place"})

Node: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found, as written: nothing is cleaned, resolved or believed."""

    type: str | None = None
    headline: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: str | None = None
    modified: str | None = None
    image: str | None = None
    licence: str | None = None


def read_linked(source: str) -> Linked:
    """Return what the blocks of a page's source say of the page. Never raises."""
    nodes = [node for block in _blocks(source) for node in _nodes(_parsed(block))]
    if not nodes:
        return Linked()
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    kinds = [(_kind(node), node) for node in nodes]
    about = [node for kind, node in kinds if kind not in _FRAMES and kind not in (None, _PAGE)]
    about += [node for kind, node in kinds if kind == _PAGE]
    frame = [node for kind, node in kinds if kind in _FRAMES]
    sites = [node for kind, node in kinds if kind == "website"]
    find = _Finder(named)
    return Linked(
        type=next((kind for node in about + frame if (kind := _kind(node)) != _PAGE), None),
        headline=find.text(about, "headline", "name"),
        description=find.text(about, "description"),
        authors=find.people(about, "author", "creator"),
        publisher=find.text(about, "publisher") or find.text(sites, "name"),
        published=find.text(about, "datePublished", "dateCreated"),
        modified=find.text(about, "dateModified"),
        image=find.address(about, "image"),
        licence=find.address(about, "license"),
    )


class _Finder:
    """Finds values in nodes. What a value only refers to is looked up in `named`."""

    def __init__(self, named: Mapping[str, Node]) -> None:
        self._named = named

    def text(self, nodes: Iterable[Node], *keys: str) -> str | None:
        """Return the first text of these, which may be the name of a thing."""
        return next(self._texts(nodes, keys, ("name", "@value")), None)

    def address(self, nodes: Iterable[Node], *keys: str) -> str | None:
        """Return the first address of these, which may be that of a thing."""
        return next(self._texts(nodes, keys, ("url", "contentUrl", "@id")), None)

    def people(self, nodes: Iterable[Node], *keys: str) -> tuple[str, ...]:
        """Return the names that the first node that has any gives."""
        for node in nodes:
            if names := tuple(self._texts([node], keys, ("name", "@value"))):
                return tuple(dict.fromkeys(names))[:MAX_AUTHORS]
        return ()

    def _texts(
        self, nodes: Iterable[Node], keys: Iterable[str], inner: Iterable[str]
    ) -> Iterator[str]:
        for node, key in product(nodes, keys):
            value = node.get(key)
            for each in value[:MAX_NODES] if isinstance(value, list) else [value]:
                if found := self._text(each, inner):
                    yield found

    def _text(self, value: object, inner: Iterable[str]) -> str | None:
        if isinstance(value, str):
            return value.strip()
        if not isinstance(value, dict):
            return None
        reference = value.get("@id")
        thing = {**self._named.get(reference, {}), **value} if isinstance(reference, str) else value
        texts = (thing[key] for key in inner if isinstance(thing.get(key), str))
        return next((text.strip() for text in texts), None)


def _blocks(source: str) -> Iterator[str]:
    """Yield the contents of the script elements that say they are JSON-LD, within the bounds."""
    left = MAX_LENGTH
    at = -1
    for _ in range(MAX_BLOCKS):
        at = source.find(MARK, at + 1)
        if at < 0:
            return
        opened = source.rfind("<", max(0, at - _OPENING), at)
        begin = source.find(">", at, at + _OPENING)
        if opened < 0 or begin < 0 or source[opened + 1 : opened + 7].lower() != "script":
            continue
        end = source.find("</", begin, begin + left + 1)
        while end >= 0 and source[end + 2 : end + 8].lower() != "script":
            end = source.find("</", end + 1, begin + left + 1)
        if end < 0:
            continue  # cut, or more than may be read
        left -= end - begin
        yield source[begin + 1 : end]


def _parsed(block: str) -> object:
    text = block.strip()
    for mark in _BEFORE:
        text = text.removeprefix(mark).lstrip()
    for mark in _BEHIND:
        text = text.removesuffix(mark).rstrip()
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):  # the library's own guard against nesting
        return None


def _nodes(parsed: object) -> Iterator[Node]:
    """Yield the nodes of a block, at most `MAX_NODES`: itself, those of its list, of its graph."""
    waiting = [parsed]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting[:0] = value[:MAX_NODES]
        elif isinstance(value, dict):
            yield value
            waiting += [value.get("@graph"), value.get("mainEntity")]


def _kind(node: Node) -> str | None:
    """Return our word for the first type of a node that has one; `_PAGE` for any page."""
    written = node.get("@type")
    names = written[:MAX_NODES] if isinstance(written, list) else [written]
    local = [re.split("[/#:]", name)[-1].lower() for name in names if isinstance(name, str)]
    words = (page_types().get(name, _PAGE if name in _PAGES else None) for name in local)
    return next(filter(None, words), None)

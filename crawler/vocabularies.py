"""Vocabularies of XML: what each element of feeds, OPML, sitemaps, SVG and others holds of links.

A rule is chosen by the root of the document, and told element by element. What only names
something, and leads nobody anywhere, is left out: namespaces, schemas, identifiers, documents'
types.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Protocol

from crawler.elements import Start, Value, local
from crawler.model import Kind


class Words(Enum):
    """What the text directly inside an element is."""

    NOTHING = auto()
    CODE = auto()
    """Nothing, and nor is the text of the elements inside."""

    PLAIN = auto()
    HTML = auto()
    STYLE = auto()
    ADDRESS = auto()
    TITLE = auto()
    """What the element around it is called."""


class Role(Enum):
    """What an element is to the links in it."""

    OTHER = auto()
    ANCHOR = auto()
    """Its text is the label of its address."""

    ENTRY = auto()
    """Its title is the label of all that it links to."""

    FOLDER = auto()
    """Its label is a heading above what stands in it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element holds."""

    words: Words = Words.NOTHING
    addresses: tuple[Value, ...] = ()
    label: str = ""
    role: Role = Role.OTHER
    kind: Kind = Kind.FEED


class Vocabulary(Protocol):
    """Tells the rule of an element by its tag, its name, and the name of the one around it."""

    def __call__(self, start: Start, name: str, parent: str) -> Rule:
        """Return the rule."""
        ...


_NOTHING: Final = Rule()
_ADDRESSES: Final = frozenset({"href", "src", "url"})
_LABELS: Final = ("title", "alt", "navtitle", "name", "text", "label")
_ANCHORS: Final = frozenset({"a", "ext-link", "link", "olink", "ulink", "uri", "xref"})
_CODE: Final = frozenset({
    "code", "codeblock", "codeph", "command", "computeroutput", "filename", "filepath", "kbd",
    "literal", "literallayout", "pre", "programlisting", "samp", "screen", "synopsis",
    "systemoutput", "tt", "userinput",
})  # fmt: skip
_HTML: Final = frozenset({
    "a", "area", "audio", "blockquote", "embed", "iframe", "img", "object", "q", "source", "track",
    "video",
})  # fmt: skip

_ENTRIES: Final = frozenset({"entry", "item"})
_CHANNELS: Final = frozenset({"channel", "feed"})
# Elements of feeds whose text is an address, and those around them where others mean something
# else by the name.
_ADDRESS_TEXT: Final[Mapping[str, frozenset[str] | None]] = {
    "comments": None,
    "creativeCommons:license": None,
    "feedburner:origLink": None,
    "guid": None,
    "icon": None,
    "itunes:new-feed-url": None,
    "link": None,
    "logo": None,
    "uri": frozenset({"author", "contributor", "source"}),
    "url": frozenset({"image"}),
    "wfw:comment": None,
    "wfw:commentRss": None,
}
# They identify, or say what made the feed: nobody reads them.
_NAMES: Final = frozenset({
    "category", "cloud", "docs", "generator", "guid", "id", "itunes:category", "link",
    "managingEditor", "media:hash", "uri", "url", "webMaster",
})  # fmt: skip
_CONSTRUCTS: Final = frozenset({"content", "rights", "subtitle", "summary", "title"})
_PERSONS: Final = frozenset({"author", "contributor", "source"})
# Ends of protocols, as the action of a form is: to ask them is not to read them.
_ENDPOINTS: Final = frozenset({"edit", "edit-media", "hub"})
_LISTED: Final = frozenset({
    "image:loc", "loc", "video:content_loc", "video:player_loc", "video:thumbnail_loc",
})  # fmt: skip
_OUTLINES: Final = ("xmlUrl", "htmlUrl", "url")


def vocabulary(root: str) -> Vocabulary:
    """Return the rules of the documents whose root has this name."""
    return _VOCABULARIES.get(local(root), other)


def is_feed(root: str) -> bool:
    """Tell whether a document with this root is a feed: then its title is above all."""
    return _VOCABULARIES.get(local(root)) in (rss, atom)


def rss(start: Start, name: str, parent: str) -> Rule:
    """RSS 0.9 to 2.0 and RDF Site Summary: any text may be HTML."""
    if name in _ENTRIES:
        return Rule(role=Role.ENTRY)
    if name == "title" and parent in _ENTRIES | _CHANNELS:
        return Rule(Words.TITLE)
    found = start.attributes
    if name == "link" and parent.lower() == "textinput":  # where a form is sent to
        return _NOTHING
    words = Words.ADDRESS if _is_address(name, parent, found) else Words.HTML
    if words is Words.HTML and name in _NAMES:
        words = Words.NOTHING
    return Rule(words, tuple(_feed_addresses(name, found)))


def atom(start: Start, name: str, parent: str) -> Rule:
    """Atom (RFC 4287): a text says what it is, and its XHTML stands in it as it is."""
    if name in _CONSTRUCTS and parent in _ENTRIES | _CHANNELS:
        return _construct(start, name)
    is_inside = parent not in _ENTRIES | _CHANNELS | _PERSONS
    if is_inside and (":" not in name or local(name) in _HTML | _CODE):
        return other(start, name, parent)
    return rss(start, name, parent)


def opml(start: Start, name: str, parent: str) -> Rule:
    """OPML: outlines with addresses of feeds, of their sites, and of anything."""
    if name == "title" and parent == "head":
        return Rule(Words.TITLE)
    if name != "outline":
        return _NOTHING
    found = start.attributes
    addresses = tuple(value for key, value in found.items() if key in _OUTLINES)
    label = _first(found, ("text", "title"))
    role = Role.OTHER if start.is_empty else Role.FOLDER
    return Rule(Words.NOTHING, addresses, label, role)


def sitemap(start: Start, name: str, parent: str) -> Rule:  # noqa: ARG001 - as all are called
    """Sitemaps and their indexes, with images, videos and other languages."""
    if name in _LISTED:
        return Rule(Words.ADDRESS)
    return Rule(addresses=tuple(_addresses(start.attributes))) if name == "xhtml:link" else _NOTHING


def svg(start: Start, name: str, parent: str) -> Rule:
    """SVG: what it shows, links to or is styled with; not what it names in itself."""
    if name == "metadata":
        return Rule(Words.CODE)
    if name == "style":
        return Rule(Words.STYLE, kind=Kind.HTML)
    rule = other(start, name, parent)
    if name == "a":
        return rule
    outside = tuple(each for each in rule.addresses if not each.raw.lstrip().startswith("#"))
    return Rule(rule.words, outside, rule.label, kind=Kind.HTML)


def other(start: Start, name: str, parent: str) -> Rule:
    """Any other: `href`, `src` and `url`, and URLs in text outside of code."""
    last = local(name)
    found = start.attributes if "=" in start.rest else {}
    addresses = tuple(_addresses(found))
    if last in _CODE:
        return Rule(Words.CODE, addresses, kind=Kind.HTML)
    if last == "title" and parent:
        return Rule(Words.TITLE, addresses, kind=Kind.HTML)
    role = Role.ANCHOR if addresses and last in _ANCHORS else Role.OTHER
    if last == "bookmark":  # XBEL
        role = Role.ENTRY
    return Rule(Words.PLAIN, addresses, _first(found, _LABELS), role, Kind.HTML)


def _construct(start: Start, name: str) -> Rule:
    found = start.attributes
    kind = found["type"].text.strip().lower() if "type" in found else "text"
    addresses = tuple(_addresses(found))
    if name == "title":
        return Rule(Words.TITLE)
    match kind:
        case "html" | "text/html":
            return Rule(Words.HTML, addresses)
        case "text" | "text/plain" | "xhtml":
            return Rule(Words.PLAIN, addresses)
    return Rule(Words.CODE, addresses)


def _is_address(name: str, parent: str, found: Mapping[str, Value]) -> bool:
    around = _ADDRESS_TEXT.get(name, frozenset())
    if around is not None and parent not in around:
        return False
    permanent = found.get("isPermaLink")
    return name != "guid" or permanent is None or permanent.text.strip().lower() != "false"


def _feed_addresses(name: str, found: Mapping[str, Value]) -> Iterator[Value]:
    relations = found["rel"].text.lower().split() if "rel" in found else ()
    if name not in _NAMES - {"link"} and _ENDPOINTS.isdisjoint(relations):
        yield from _addresses(found)


def _addresses(found: Mapping[str, Value]) -> Iterator[Value]:
    for key, value in found.items():
        if key in _ADDRESSES or (key.endswith(":href") and not key.startswith("xmlns:")):
            yield value


def _first(found: Mapping[str, Value], keys: tuple[str, ...]) -> str:
    return next((found[key].text for key in keys if key in found), "")


_VOCABULARIES: Final[Mapping[str, Vocabulary]] = {
    "RDF": rss,
    "feed": atom,
    "opml": opml,
    "rss": rss,
    "sitemapindex": sitemap,
    "svg": svg,
    "urlset": sitemap,
}

"""How a URL is written in a format, at the place where another one stands.

Proposals only, the likeliest first: what the author's own style tells, then what the format asks
for, then what saves an address that the place cannot hold as it is. Which of them says what is
meant, and nothing else, the format's own reader tells (`amending.py`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crawler.escapes import escapes_of
from crawler.model import Kind, Occurrence
from crawler.synonyms import synonyms


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a URL stands: in which format, and from which offset of which text.

    `is_unicode`: any character can be written there.
    """

    format: str
    text: str
    start: int
    occurrence: Occurrence
    is_unicode: bool = True

    @property
    def end(self) -> int:
        """The offset behind what is written."""
        return self.start + len(self.occurrence.raw)


@dataclass(frozen=True, slots=True)
class Spelling:
    """What to write in the place of a URL; `quotes`: so many characters at each end are not it."""

    written: str
    quotes: int = 0

    @property
    def url(self) -> str:
        """The text of the URL itself, as a reader will find it."""
        return self.written[self.quotes : len(self.written) - self.quotes]


def spellings(spot: Spot, after: str) -> Iterator[Spelling]:
    """Yield how an address could be written at a place, each once, the likeliest first."""
    old = spot.occurrence
    forms = synonyms(after, old.raw, old.href, is_unicode=spot.is_unicode)
    escapes = escapes_of(spot.format, old.kind, old.raw, old.href)
    tried = set[str]()
    for form, escape in ((form, escape) for form in forms for escape in escapes):
        for spelling in _quoted(spot, escape(form)):
            if spelling.written not in tried and not _is_hazardous(spot, spelling.written):
                tried.add(spelling.written)
                yield spelling


def verbatim(written: str) -> Spelling:
    """Return what was written once, and is to be put there again.

    >>> verbatim('"/a,b"').url, verbatim("/a").url
    ('/a,b', '/a')
    """
    match = re.fullmatch(r"(\+\+|[\"']).*\1", written, re.DOTALL)
    return Spelling(written, len(match[1]) if match else 0)


# 1. Quotes: where a place has none, and needs some

_BEFORE: Final = 256  # characters that tell where in its format a URL stands
_ATTRIBUTE: Final = re.compile(r"=\s*\Z", re.ASCII)
_YAML_BEFORE: Final = re.compile(r"(?:(?:\A|[\r\n])[ \t]*|[:?-][ \t]+|[\[{,][ \t]*)\Z")
_YAML_BEHIND: Final = re.compile(r"[ \t]*(?:\Z|[\r\n]|[,\]}]| #)")
_FLOW_BEFORE: Final = re.compile(r"[\[{,][ \t]*\Z")
_FLOW_BEHIND: Final = re.compile(r"[ \t]*[,\]}]")
_FLOW_SIGNS: Final = re.compile(r"[?,\[\]{}]")
_SEPARATORS: Final = re.compile(r"[,;\t|]")
_NEEDS_QUOTES: Final = re.compile(r"[ \"'<>`]")


def _quoted(spot: Spot, written: str) -> Iterator[Spelling]:
    """Yield a spelling as it is, and in quotes where a value is written without, as it may need."""
    before, behind = (
        spot.text[max(0, spot.start - _BEFORE) : spot.start],
        spot.text[spot.end : spot.end + 1],
    )
    plain = Spelling(written)
    if spot.format == "csv" and _is_cell(before[-1:], behind) and _SEPARATORS.search(written):
        yield Spelling(f'"{written}"', 1)
        yield plain
    elif spot.occurrence.kind is Kind.HTML and _ATTRIBUTE.search(before):
        quoted = Spelling(f'"{written}"', 1)
        yield from (quoted, plain) if _NEEDS_QUOTES.search(written) else (plain, quoted)
    elif spot.format == "yaml" or spot.occurrence.kind is Kind.FRONTMATTER:
        is_value = _YAML_BEFORE.search(before) and _YAML_BEHIND.match(spot.text, spot.end)
        # Many parsers end a plain scalar here, though the standard lets some of these be.
        is_flow = _FLOW_BEFORE.search(before) or _FLOW_BEHIND.match(spot.text, spot.end)
        if not (is_value and is_flow and _FLOW_SIGNS.search(written)):
            yield plain
        if is_value:
            yield Spelling(f"'{written}'", 1)
            yield Spelling(f'"{written}"', 1)
    elif spot.format == "asciidoc" and before.endswith("link:") and behind == "[":
        yield plain
        yield Spelling(f"++{written}++", 2)
    else:
        yield plain


def _is_cell(before: str, behind: str) -> bool:
    return all(not each or each in ",;\t|\r\n" for each in (before, behind))


# 2. Hazards: what the reader does not mind, and others do

# Asciidoctor sets these in type before it looks for links.
_TYPESET: Final = re.compile(
    r"__|\*\*|##|``|\+\+|--|\.\.\.|\((?:C|R|TM)\)|\w'\w|[-=]>|<[-=]|\^\S+\^|~\S+~"
)
# What ends a comment in some language: the reader may take it for a part of the address.
_CLOSING: Final = re.compile(r"""\*[/)]|\]\]|[-%]\}|\|#|=#|\+/|\"{3}|'{3}""")
_OF_XML: Final = frozenset({"docbook", "feed", "html", "markdown", "mdx", "svg", "xml"})


def _is_hazardous(spot: Spot, written: str) -> bool:
    """Tell whether other programs would make something else of a spelling, and not of the old."""
    sign = {"asciidoc": _TYPESET, "source": _CLOSING}.get(spot.format)
    if sign and not written.startswith("++"):
        return bool(sign.search(written)) and not sign.search(spot.occurrence.raw)
    if spot.format in _OF_XML and "--" in written:  # XML §2.5: no comment holds it
        text, start = spot.text, spot.start
        return text.rfind("<!--", 0, start) > text.rfind("-->", 0, start)
    return False

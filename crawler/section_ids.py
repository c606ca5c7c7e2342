"""What renderers of other formats than Markdown call the anchors of sections.

docutils and Sphinx, Asciidoctor, and the exporter of Org; and GitHub, which shows all of them.
Which of them will show a document, the document does not say: an anchor is there if any of them
makes it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from crawler.rst_inline import Links
from crawler.slugs import Heading, anchors_of_headings

MAX_TITLES: Final = 20_000
"""Sections whose anchors are told; of a document with more, nothing is said."""

_NOT_AN_ID: Final = re.compile(r"[^a-z0-9]+")
_NOT_AT_FIRST: Final = re.compile(r"^[-0-9]+|-+$")
# Ids wherever they stand: in blocks' attributes, in text, in bibliographies.
_ASCIIDOC_IDS: Final = re.compile(
    r"\[\[\[?([\w:][^\],\n]{0,200})[\],]|\[[\w.%,-]{0,100}#([\w:.-]{1,200})"
    r"|(?<!\w)id=[\"']?([\w:.-]{1,200})|anchor:([\w:.-]{1,200})\["
)
_ORG_TARGET: Final = re.compile(r"<<<?([^<>\n]{1,200})>>")
# What no decomposition turns into ASCII, as docutils does it.
_LETTERS: Final = str.maketrans({
    "ø": "o", "đ": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ŧ": "t", "ƒ": "f", "ß": "sz", "æ": "ae",
    "œ": "oe", "ȸ": "db", "ȹ": "qp",
})  # fmt: skip


def anchors_of_restructuredtext(links: Links) -> frozenset[str] | None:
    """Return all that a fragment may name in a document; None where others have a say in it."""
    if links.is_partial or len(links.titles) > MAX_TITLES:
        return None
    names = {*links.titles, *links.anchors}
    generated = {f"id{number}" for number in range(1, len(names) + len(links.titles) + 50)}
    ids = {docutils_id(name) for name in names}
    footnotes = {f"footnote-{number}" for number in range(1, 50)} if links.anchors else set()
    slugs = anchors_of_headings(Heading(title, title) for title in links.titles)
    return frozenset(slugs | ids | links.anchors | generated | footnotes) - {""}


def anchors_of_asciidoc(
    text: str, titles: Sequence[str], attributes: Mapping[str, str]
) -> frozenset[str] | None:
    """Return all that a fragment may name in a document; a title names its section, too."""
    if len(titles) > MAX_TITLES or "include::" in text or "\n++++" in text:
        return None
    own = (attributes.get("idprefix", "_"), attributes.get("idseparator", "_"))
    anchors = {anchor for found in _ASCIIDOC_IDS.findall(text) for anchor in found if anchor}
    for prefix, separator in {own, ("_", "_"), ("", "-"), ("_", "-")}:
        anchors.update(_asciidoctor(titles, prefix, separator))
    anchors |= anchors_of_headings(Heading(title, title) for title in titles)
    return frozenset(anchors | set(titles) | {title.lower() for title in titles}) - {""}


def _asciidoctor(titles: Sequence[str], prefix: str, separator: str) -> Iterator[str]:
    seen = Counter[str]()
    for title in titles:
        text = re.sub(r"[^ \w.\-]", "", title.lower())
        text = re.sub(r"[ .\-]+", separator[:1], text).strip(separator[:1] or None)
        anchor = prefix + text
        seen[anchor] += 1
        yield anchor if seen[anchor] == 1 else f"{anchor}{separator[:1]}{seen[anchor]}"


def anchors_of_org(text: str, titles: Sequence[str], ids: Collection[str]) -> frozenset[str] | None:
    """Return all that a fragment, or a link to a heading (`*Title`), may name in a document."""
    if len(titles) > MAX_TITLES or re.search(
        r"^[ \t]*#\+include:", text, re.MULTILINE | re.IGNORECASE
    ):
        return None
    anchors = set(ids) | set(_ORG_TARGET.findall(text))
    anchors |= anchors_of_headings(Heading(title, title) for title in titles)
    for title in titles:
        named = f"*{' '.join(title.split())}"
        anchors |= {named, named.lower()}
    return frozenset(anchors) - {""}


def docutils_id(name: str) -> str:
    """Return the id that docutils makes of a name.

    >>> docutils_id("2. Füße & more")
    'fusze-more'
    """
    text = " ".join(name.lower().translate(_LETTERS).split())
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_AT_FIRST.sub("", _NOT_AN_ID.sub("-", text))

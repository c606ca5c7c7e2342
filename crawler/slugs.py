"""What renderers of Markdown call the anchors of headings: GitHub's rules, and those of others.

Which of them will show a document, the document does not say: an anchor is there if any of them
makes it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from crawler.markup import unescape


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document, with and without its images' alternative text; its source and id."""

    text: str
    shown: str
    source: str = ""
    id: str | None = None


_IDS: Final = re.compile(
    r"""[\s"'](?:id|name)\s{0,9}+=\s{0,9}+\{?(?:"([^"]*+)"|'([^']*+)'|([^\s>"'{}]++))""",
    re.IGNORECASE,
)
# Attribute lists of kramdown, Pandoc and Python-Markdown: `{#id .class}`, `{: #id}`.
_ATTRIBUTE_LIST: Final = re.compile(r"\{:?[^{}#\n]{0,200}+#([^\s{}]++)")
_HTML_HEADING: Final = re.compile(
    r"<h([1-6])(?=[\s>])[^<>]*+>((?:[^<]++|<(?!/?h\1))*+)</h\1", re.IGNORECASE
)
_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
# What puts text of other files, or of programs, into a document: its headings are not all here.
_INCLUDES: Final = re.compile(
    r"\{%|\{\{[<%]|--8<--|\{include\}|@include|^\{!|^import\s.{0,200}\.mdx?[\"']", re.MULTILINE
)
# A block that programs write out (`::: package.module`); one that ends (`::: tip`) is none.
_WRITTEN_OUT: Final = re.compile(r"^:::[ \t]+[\w.-]+[ \t]*$", re.MULTILINE)
_BLOCK_END: Final = re.compile(r"^:::+[ \t]*$", re.MULTILINE)
_FOOTNOTE: Final = re.compile(r"(?:user-content-)?fn(?:ref)?(?:[:_-].*|\d+)")
# What the rules of Python-Markdown and kramdown leave out of a text.
_NO_SLUG: Final = re.compile(r"[^\w\s-]")
_GAP: Final = re.compile(r"[-\s]+")
_KRAMDOWN: Final = re.compile(r"\A[^a-zA-Z]+|[^a-zA-Z0-9 -]")

Rule: TypeAlias = Callable[[Iterable[Heading]], Iterator[str]]

# Letters that no decomposition turns into ASCII.
_LATIN: Final = str.maketrans({
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "\u0131": "i",
})  # fmt: skip
# GitLab leaves out which of its own products a section is about.
_PRODUCT: Final = re.compile(
    r"(?<![\s*])\s*+\**+\((?:core|starter|premium|ultimate|free|bronze|silver|gold)"
    r"(?: (?:only|saas|self|sm))?\)\**"
)


def anchors_of_markdown(text: str, headings: Iterable[Heading]) -> frozenset[str] | None:
    """Return all that a fragment may name in a document, given its headings in their order.

    None where other files have a say in it. An id in a sample of code counts too: nobody is told
    of a mistake that is none.
    """
    if _INCLUDES.search(text) or (_WRITTEN_OUT.search(text) and not _BLOCK_END.search(text)):
        return None
    html = [unescape(_TAG.sub("", found[2])).strip() for found in _HTML_HEADING.finditer(text)]
    ids = {unescape("".join(found)) for found in _IDS.findall(text)}
    listed = set(_ATTRIBUTE_LIST.findall(text))
    titles = (*headings, *(Heading(title, title) for title in html))
    return anchors_of_headings(titles) | ids | listed


def names_footnote(fragment: str) -> bool:
    """Tell whether a fragment is what some renderer calls a footnote, or the way back from it."""
    return _FOOTNOTE.fullmatch(fragment) is not None


def anchors_of_headings(headings: Iterable[Heading]) -> frozenset[str]:
    """Return every anchor that some renderer gives to the headings of a document, in their order.

    >>> sorted(anchors_of_headings([Heading("1. Café & bar", "1. Café & bar")]))
    ['1-cafe-bar', '1-café--bar', '1-café-bar', 'caf--bar', 'cafe--bar']
    """
    written = tuple(headings)
    texts = [written]
    if any(each.text != each.shown for each in written):
        texts.append(tuple(replace(each, text=each.shown) for each in written))
    anchors = {anchor for rule in RULES for each in texts for anchor in rule(each)}
    return frozenset(anchors | {each.id for each in written if each.id})


def github(headings: Iterable[Heading]) -> Iterator[str]:
    """Follow GitHub's rule, which Jekyll's GFM, Docusaurus, Hugo, Gitea and VS Code share."""
    return _numbered((_words(each.text.lower()).replace(" ", "-") for each in headings), "-")


def gitlab(headings: Iterable[Heading]) -> Iterator[str]:
    """Follow GitLab's rule: hyphens in a row are one, and a number alone gets a word before it."""
    slugs = (_gitlab(each.text) for each in headings)
    counts = Counter[str]()
    for slug in slugs:
        yield f"{slug}-{counts[slug]}" if counts[slug] else slug
        counts[slug] += 1


def kramdown(headings: Iterable[Heading]) -> Iterator[str]:
    """Follow kramdown's rule: of the source, ASCII alone, from the first letter on."""
    return _kramdown([_plain(each) for each in headings])


def kramdown_of_text(headings: Iterable[Heading]) -> Iterator[str]:
    """Follow kramdown's rule for the text that is shown."""
    return _kramdown([each.text for each in headings])


def kramdown_transliterated(headings: Iterable[Heading]) -> Iterator[str]:
    """Follow kramdown's rule with `transliterated_header_ids`."""
    return _kramdown([_ascii(each.text) for each in headings])


def python_markdown(headings: Iterable[Heading]) -> Iterator[str]:
    """Follow Python-Markdown's rule, MkDocs' default: ASCII alone, and `_1` for the second."""
    slugs = (_NO_SLUG.sub("", _decomposed(each.text)) for each in headings)
    return _numbered((_GAP.sub("-", slug.strip().lower()) for slug in slugs), "_")


RULES: Final[tuple[Rule, ...]] = (
    github,
    gitlab,
    kramdown,
    kramdown_of_text,
    kramdown_transliterated,
    python_markdown,
)


def _numbered(slugs: Iterable[str], sign: str) -> Iterator[str]:
    """Number slugs that were there before; a number that is taken too is passed over."""
    seen: dict[str, int] = {}
    for slug in slugs:
        anchor = slug
        while anchor in seen:
            seen[slug] += 1
            anchor = f"{slug}{sign}{seen[slug]}"
        seen[anchor] = 0
        yield anchor


def _words(text: str) -> str:
    """Keep what Ruby calls a word, hyphens and spaces."""
    return "".join(filter(_is_word, text))


def _is_word(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in "_- "
    kind = unicodedata.category(character)
    return kind[0] in "LM" or kind in ("Nd", "Nl", "Pc") or "\u24b6" <= character <= "\u24e9"


def _gitlab(text: str) -> str:
    slug = _words(_PRODUCT.sub("", text.strip().lower())).replace(" ", "-")
    slug = re.sub("-{2,}", "-", slug)
    return f"anchor-{slug}" if slug.isdigit() else slug


def _kramdown(texts: Iterable[str]) -> Iterator[str]:
    used: dict[str, int] = {}
    for text in texts:
        slug = _KRAMDOWN.sub("", text).replace(" ", "-").lower() or "section"
        if slug in used:
            used[slug] += 1
            yield f"{slug}-{used[slug]}"
        else:
            used[slug] = 0
            yield slug


def _plain(heading: Heading) -> str:
    """Return the source of a heading without its marks and its attributes."""
    line = heading.source.strip().partition("\n")[0].strip("# \t\r")
    if line.endswith("}") and "{" in line:
        line = line[: line.rindex("{")].rstrip("# \t")
    return line or heading.text


def _ascii(text: str) -> str:
    return _decomposed(text.translate(_LATIN))


def _decomposed(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()

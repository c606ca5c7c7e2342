"""Resource metadata: from a response to `PageFacts`.

A page that cannot be read costs facts and nothing else. Trees are built only of input that cannot
hurt: building one is quadratic in nesting and in attributes, and nothing can interrupt it.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

from crawler import markup
from crawler.charset import decode
from crawler.model import PageFacts, Response
from crawler.text import clean
from crawler.urls import Target, Url, resolve

MAX_PARSED: Final = 262_144
"""Characters of a page that are parsed: 99.75 % of titles stand before, says a measurement."""

MAX_UNCLOSED: Final = 2_000
MAX_TAGS: Final = 25_000
"""Tags that are counted: nothing else gets on meanwhile, and it takes a third of a second."""
MAX_TAG_LENGTH: Final = 16_384
_HEAD_ONLY: Final = 8_192
_BODY_PARSED: Final = 16_384
_TITLED: Final = re.compile(r"<title[\s>][^<]*\S", re.IGNORECASE)
_HEAD_END: Final = re.compile(r"</head\s*>|<body[\s>]", re.IGNORECASE)

_HTML: Final = frozenset({"text/html", "application/xhtml+xml", "application/xml", "text/xml", ""})
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_DESCRIPTION_LIMIT: Final = 500
# Country codes and other mistakes found where a language should stand, in real pages.
_MEANT: Final[Mapping[str, str]] = {
    "jp": "ja", "cz": "cs", "gr": "el", "dk": "da", "ua": "uk", "kr": "ko", "cn": "zh", "iw": "he",
}  # fmt: skip
_NO_LANGUAGE: Final = frozenset({"und", "mul", "zxx", "x"})


class _Page:
    """A parsed page, and the contents of its meta elements: the first of each name or property."""

    def __init__(self, text: str) -> None:
        # As browsers that run scripts do: else an image in the head's noscript ends the head.
        self.tree = LexborHTMLParser(text, scripting=True)
        self._metas: dict[str, str] = {}
        for node in self.tree.css("meta[content]"):  # once: a query for each name costs more
            attributes = node.attributes
            content = (attributes.get("content") or "").strip()
            for key in ("property", "name"):
                if content and (name := attributes.get(key)):
                    self._metas.setdefault(name.strip().lower(), content)

    def meta(self, *names: str) -> str | None:
        """Return the content of the first of these names that the page has."""
        return next((self._metas[name] for name in names if name in self._metas), None)


Finder: TypeAlias = Callable[[_Page], str | None]


def media_type(response: Response) -> str:
    """Return the media type of a response without its parameters, lower case; empty if unknown."""
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_facts(response: Response, url: Url) -> PageFacts:
    """Read what a response says of its resource. Never raises. `url`: the one that answered."""
    kind = clean(media_type(response)) or None
    if kind is not None and kind not in _HTML:
        title = _file_title(response)
        return PageFacts(kind, title, "file-name" if title else None)
    if not response.body:
        return PageFacts(kind)
    text = decode(response.body, response.headers.get("content-type", ""))
    page = _Page(_harmless(text))
    title, title_source = _first(page, _TITLES)
    language, language_source = _language(page, response)
    return PageFacts(
        content_type=kind,
        title=title,
        title_source=title_source,
        language=language,
        language_source=language_source,
        description=_description(page),
        canonical_url=_canonical(page.tree, url),
        site=_cleaned(page.meta("og:site_name")),
        author=_cleaned(page.meta("author", "citation_author", "article:author")),
        published=_cleaned(page.meta("article:published_time", "citation_date", "date")),
    )


def _harmless(text: str) -> str:
    """Return the part of a page that is worth parsing, and safe to.

    What we look for stands in the head or soon after it. A tree is built only where no tag is
    open too deep and none has too many attributes; a cheap count tells for nearly all pages.
    """
    head = _HEAD_END.search(text, 0, MAX_PARSED)
    end = head.end() if head else MAX_PARSED
    if head and not _TITLED.search(text, 0, end):  # the body may have what stands for a title
        end = min(MAX_PARSED, end + _BODY_PARSED)
    text = text[:end]
    parts = text.split("<")
    plain = len(parts) <= MAX_UNCLOSED and max(map(len, parts)) <= MAX_TAG_LENGTH
    return text if plain or _is_harmless(text) else text[:_HEAD_ONLY]


def _is_harmless(text: str) -> bool:
    opened: Counter[str] = Counter()
    depth = 0
    tags = (token for token in markup.tokens(text) if isinstance(token, markup.Tag))
    for number, token in enumerate(tags):
        if number > MAX_TAGS or token.end - token.start > MAX_TAG_LENGTH:
            return False
        if not token.closing:
            opened[token.name] += 1
            depth += 1
        elif opened[token.name]:  # `</b>` closes no `<div>`
            opened[token.name] -= 1
            depth -= 1
        if depth > MAX_UNCLOSED:
            return False
    return True


def _first(page: _Page, finders: Mapping[str, Finder]) -> tuple[str | None, str | None]:
    for name, find in finders.items():
        if value := _cleaned(find(page)):
            return value, name
    return None, None


def _element(selector: str) -> Finder:
    def find(page: _Page) -> str | None:
        for node in page.tree.css(selector):
            if text := node.text().strip():
                return text
        return None

    return find


def _cleaned(text: str | None) -> str | None:
    return (clean(text) or None) if text else None


_TITLES: Final[Mapping[str, Finder]] = {
    "og": lambda page: page.meta("og:title"),
    # An SVG's title may come first in a page: the document's own stands in the head, or it is
    # one that no drawing holds.
    "html": _element("head > title"),
    "html-body": _element("body > title, main > title, div > title"),
    "twitter": lambda page: page.meta("twitter:title"),
    "citation": lambda page: page.meta("citation_title"),
    "h1": _element("h1"),
}


def _description(page: _Page) -> str | None:
    text = page.meta("og:description", "description", "twitter:description")
    return (clean(text, _DESCRIPTION_LIMIT) or None) if text else None


def _canonical(tree: LexborHTMLParser, url: Url) -> str | None:
    node = tree.css_first('link[rel~="canonical" i]')
    written = node.attributes.get("href") if node else None
    target = resolve(written, str(url)) if written else None
    if not isinstance(target, Target) or _mistaken(target, url):
        return None
    return str(target.url)


def _mistaken(canonical: Target, url: Url) -> bool:
    """Recognise what sites name by mistake: this is no other address of the page."""
    named = canonical.url
    if named == url:
        return canonical.fragment is not None
    if named.target == "/" and url.path != "/":
        return True  # all pages of a site name its front page
    # The machine on which the site was built. A host whose last label is a number is an address.
    last = named.host.rpartition(".")[2]
    built = last == "localhost" or last.endswith("]") or last.isdigit()
    return built and named.host != url.host


def _language(page: _Page, response: Response) -> tuple[str | None, str | None]:
    html = page.tree.css_first("html")
    declared = (
        ("html", html.attributes.get("lang") if html else None),
        ("og", page.meta("og:locale")),
        ("meta", _meta_equivalent(page.tree, "content-language")),
        ("header", response.headers.get("content-language")),
    )
    for source, value in declared:
        if language := normalised_language(value or ""):
            return language, source
    return None, None


def _meta_equivalent(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f'meta[http-equiv="{name}" i]')
    return node.attributes.get("content") if node else None


def normalised_language(declared: str) -> str | None:
    """Return the language of a declared tag: `es` for `es_ES`, `ja` for the mistaken `jp`."""
    match = _LANGUAGE.fullmatch(declared.partition(",")[0].strip())
    if not match:
        return None
    language = re.split("[-_]", match[0])[0].lower()
    language = _MEANT.get(language, language)
    return None if language in _NO_LANGUAGE else language


_FILE_NAME: Final = re.compile(r"""filename\*?\s*=\s*(?:UTF-8'[^']*')?"?([^";]+)""", re.IGNORECASE)


def _file_title(response: Response) -> str | None:
    match = _FILE_NAME.search(response.headers.get("content-disposition", ""))
    return _cleaned(unquote(match[1])) if match else None

"""The language of a page: what it declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from crawler.model import Response
from crawler.page import Page

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
# Country codes and other mistakes found where a language should stand, in real pages.
_MEANT: Final[Mapping[str, str]] = {
    "jp": "ja", "cz": "cs", "gr": "el", "dk": "da", "ua": "uk", "kr": "ko", "cn": "zh", "iw": "he",
}  # fmt: skip
_NO_LANGUAGE: Final = frozenset({"und", "mul", "zxx", "x"})


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """What we believe (`language`, and from where), what is declared and what was detected."""

    language: str | None = None
    source: str | None = None
    declared: str | None = None
    detected: str | None = None


def read_language(page: Page, response: Response) -> PageLanguage:
    """Return the language of a page. Never raises."""
    html = page.tree.css_first("html")
    declared = (
        ("html", html.attributes.get("lang") if html else None),
        ("og", page.meta("og:locale")),
        ("meta", _meta_equivalent(page.tree, "content-language")),
        ("header", response.headers.get("content-language")),
    )
    for source, value in declared:
        if language := normalised_language(value or ""):
            return PageLanguage(language, source, language)
    return PageLanguage()


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

"""The language of a page: what it declares, what its text is in, and which of them we believe."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from crawler.detection import MANY, Guess, alike, allows, detect
from crawler.model import Response
from crawler.page import Page
from crawler.urls import Url

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
# Country codes and other mistakes found where a language should stand, in real pages.
_MEANT: Final[Mapping[str, str]] = {
    "jp": "ja", "cz": "cs", "gr": "el", "dk": "da", "ua": "uk", "kr": "ko", "cn": "zh", "iw": "he",
}  # fmt: skip
_NO_LANGUAGE: Final = frozenset({"und", "mul", "zxx", "x"})
_SHORT: Final = 50  # characters; a shorter text can be anything
_MALAY: Final = frozenset({"bn", "my", "sg"})

Declared: TypeAlias = tuple[str, str]
"""A language and where it is declared: `html`, `og`, `meta` or `header`."""


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """What we believe (`language`, and from where), what is declared and what was detected.

    `detected` is None unless the text tells its language reliably.
    """

    language: str | None = None
    source: str | None = None
    declared: str | None = None
    detected: str | None = None


def read_language(page: Page, response: Response, url: Url) -> PageLanguage:
    """Return the language of a page. Never raises. `url`: the one that answered."""
    text = f"{_title(page)} {page.visible}"
    return reconcile(_declared(page, response), detect(text), len(text), url.host)


def reconcile(
    declared: Declared | None, guess: Guess | None, length: int, host: str = ""
) -> PageLanguage:
    """Decide between what a page declares and what its text of some length seems to be in.

    Nearly all pages that declare another language than English are right, and one in twelve of
    those that declare English is not: a text that is long enough to tell is believed.
    """
    language, source = declared or (None, None)
    if guess is None or (guess.by == "detected" and length < _SHORT):
        return PageLanguage(language, source, language)
    if guess.language == MANY and declared is None:
        return PageLanguage(MANY, guess.by, None)
    if not guess.reliable:
        return PageLanguage(language, source, language)
    if language is not None and allows(guess, language):
        detected = language if guess.by == "script" or language in alike(guess.language) else None
        return PageLanguage(language, source, language, detected)
    detected = _of_its_host(guess.language, host)
    return PageLanguage(detected, guess.by, language, detected)


def _of_its_host(language: str, host: str) -> str:
    """Tell Indonesian from Malay, as which it is detected, by where a page is."""
    if language == "ms" and host.rpartition(".")[2] not in _MALAY:
        return "id"  # spoken by ten times as many
    return language


def _title(page: Page) -> str:
    return page.titles[0].text() if page.titles else page.meta("og:title") or ""


def _declared(page: Page, response: Response) -> Declared | None:
    html = page.tree.root
    written = (
        ("html", html.attributes.get("lang") if html else None),
        ("og", page.meta("og:locale")),
        ("meta", page.header("content-language")),
        ("header", response.headers.get("content-language")),
    )
    for source, value in written:
        if language := normalised_language(value or ""):
            return language, source
    return None


def normalised_language(declared: str) -> str | None:
    """Return the language of a declared tag: `es` for `es_ES`, `ja` for the mistaken `jp`."""
    match = _LANGUAGE.fullmatch(declared.partition(",")[0].strip())
    if not match:
        return None
    language = re.split("[-_]", match[0])[0].lower()
    language = _MEANT.get(language, language)
    return None if language in _NO_LANGUAGE else language

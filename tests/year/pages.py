"""What servers answer, as values, and the pages that they show."""

import random
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from html import escape
from typing import Final

from year.words import WORDS


class Trouble(StrEnum):
    """Ways to have no answer."""

    NO_NAME = "no such name"
    NAME_SERVER = "the name server fails"
    REFUSED = "connection refused"
    RESET = "connection reset"
    SILENT = "never an answer"
    EXPIRED = "certificate expired"
    WRONG_NAME = "certificate of somebody else"


@dataclass(frozen=True, slots=True)
class Page:
    """A page. `subject` makes its text: two pages of one subject say the same.

    `layout` stands for all that is around the text; `bare`: it shows its title and no text;
    `voice`: whose words it has, if not the ordinary ones of its language.
    """

    title: str
    subject: int = 0
    site: str = ""
    language: str = "en"
    voice: str = ""
    layout: int = 0
    anchors: tuple[str, ...] = ()
    bare: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, or none. The first `busy` requests of a night are answered 503 instead."""

    status: int = 200
    page: Page | None = None
    location: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    trouble: Trouble | None = None
    busy: int = 0
    tagged: bool = False  # with a validator, so that it may say "not modified"

    @property
    def is_there(self) -> bool:
        """Tell whether a checker that looks at the status alone is content."""
        return self.trouble is None and self.status < 400


NOT_FOUND: Final = Reply(404, Page("Not Found", bare=True))

_MENUS: Final = (
    "Home · Articles · About · Contact",
    "Start here | Latest | Archive | People | Search | Sign in | Newsletter | Shop",
)
_SENTENCES: Final = 24


@lru_cache(maxsize=4096)
def html(page: Page) -> bytes:
    title, site = escape(page.title, quote=False), escape(page.site)
    head = f'<meta property="og:site_name" content="{site}">' if site else ""
    menu = _MENUS[page.layout % len(_MENUS)]
    body = "" if page.bare else "".join(f"<p>{each}</p>" for each in _paragraphs(page))
    body += "".join(f'<h2 id="{each}">{each}</h2>' for each in page.anchors)
    around = "" if page.bare else f'<nav class="l{page.layout}">{menu}</nav>'
    return (
        f'<!doctype html><html lang="{page.language}"><head><meta charset="utf-8">'
        f"<title>{title}</title>{head}{page.head}</head>"
        f"<body>{around}<main><h1>{title}</h1>{body}</main></body></html>"
    ).encode()


def _paragraphs(page: Page) -> list[str]:
    words = WORDS[page.voice or page.language]
    chance = random.Random(f"{page.voice or page.language} {page.subject}")  # noqa: S311 - a text, not a secret
    nouns = chance.sample(words.nouns, 8)
    sentences = [
        chance.choice(words.sentences).format(*chance.sample(nouns, 3)) for _ in range(_SENTENCES)
    ]
    return [" ".join(sentences[start : start + 4]) for start in range(0, _SENTENCES, 4)]

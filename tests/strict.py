"""A language that forgives nothing: what nobody has translated is a failure of the test."""

from typing import Final

from crawler.languages import Translation, entries, languages
from crawler.words import ENGLISH

OTHERS: Final = tuple(tag for tag in languages() if tag != ENGLISH.language)


class Strict(Translation):
    """As the language itself, with a memory of what it does not know."""

    def __init__(self, language: str) -> None:
        super().__init__(language, entries(language))
        self.unknown_words: list[str] = []

    def unknown(self, words: str) -> str:
        self.unknown_words.append(words)
        return words


def untranslated(*sentences: str, language: str = "es") -> list[str]:
    """Return what of some sentences a language does not know."""
    words = Strict(language)
    for each in sentences:
        words(each)
    return words.unknown_words

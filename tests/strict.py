"""A language that forgives nothing: what nobody has translated is a failure of the test."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import pytest

from crawler.collect import Collection
from crawler.languages import Translation, entries, languages
from crawler.model import Finding, Reading, Transition, Unread
from crawler.words import ENGLISH

OTHERS: Final = tuple(tag for tag in languages() if tag != ENGLISH.language)


_entries = cache(entries)  # a file of a thousand sentences, and hundreds of tests ask for it


class Strict(Translation):
    """As the language itself, with a memory of what it does not know."""

    def __init__(self, language: str) -> None:
        super().__init__(language, _entries(language))
        self.unknown_words: list[str] = []

    def unknown(self, words: str) -> str:
        self.unknown_words.append(words)
        return words


def untranslated(*sentences: str) -> list[str]:
    """Return what of some sentences any language does not know."""
    return [words for tag in OTHERS for each in sentences for words in _unknown(tag, each)]


_strict = cache(Strict)


@cache
def _unknown(language: str, sentence: str) -> tuple[str, ...]:
    """Return what of one sentence a language does not know: most tests say the same ones."""
    words = _strict(language)
    words.unknown_words.clear()
    words(sentence)
    return tuple(words.unknown_words)


@contextmanager
def all_said(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold whatever is found, has changed or is remarked on to what all languages can say."""
    said = set[str]()

    def watch(kind: Any, sentences: Callable[[Any], Iterable[str]]) -> None:  # noqa: ANN401 - any class
        made = kind.__init__

        def make(self: Any, *values: Any, **fields: Any) -> None:  # noqa: ANN401 - as it is made
            made(self, *values, **fields)
            said.update(sentences(self))

        monkeypatch.setattr(kind, "__init__", make)

    watch(Finding, lambda found: (found.message,))
    watch(Transition, lambda change: (change.sentence, change.history))
    watch(Reading, lambda reading: [f"a file.md: {each}" for each in reading.remarks])
    watch(Collection, lambda collection: collection.remarks)
    watch(Unread, lambda unread: (f"Not read: {unread.document} {unread.reason}.",))
    yield
    if unknown := untranslated(*sorted(said)):
        pytest.fail(f"Nobody has translated: {unknown}")

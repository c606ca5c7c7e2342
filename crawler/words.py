"""The language in which a report speaks to people. English is what the program writes itself.

A report is made in English, sentence by sentence; whoever renders it hands each sentence that is
ours to `Words` just before it is written. What strangers or authors wrote never goes through it.
"""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

_LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts
_PLAIN: Final = frozenset({"c", "posix"})


class Words(Protocol):
    """One language: from a sentence in English to the same in that language."""

    language: str
    """Its tag: `en`."""

    def __call__(self, sentence: str, /) -> str:
        """Return the sentence in this language; as it is where nobody has translated it."""
        ...


class _English:
    language = "en"

    def __call__(self, sentence: str, /) -> str:
        return sentence


ENGLISH: Final[Words] = _English()


def wanted(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield the tags of languages that the environment asks for, the best first, as gettext does.

    `LANGUAGE` has several and comes first, but for a locale that is `C` or `POSIX`: that is a wish
    for none of them.

    >>> list(wanted({"LANGUAGE": "pt_BR:es", "LANG": "es_MX.UTF-8"}))
    ['pt-br', 'pt', 'es']
    """
    locale = next(filter(None, map(environment.get, _LOCALES)), "")
    if _tag(locale) in _PLAIN:
        return
    for each in (environment.get("LANGUAGE") or locale).split(":"):
        tag = _tag(each)
        if tag:
            yield tag
        if "-" in tag:
            yield tag.partition("-")[0]


def _tag(locale: str) -> str:
    """Return the tag of a locale: `es-mx` of `es_MX.UTF-8@euro`."""
    return locale.partition("@")[0].partition(".")[0].replace("_", "-").lower()

"""The language in which a report speaks to people. English is what the program writes itself.

A report is made in English, sentence by sentence; whoever renders it hands each sentence that is
ours to `Words` just before it is written. What strangers or authors wrote never goes through it.
"""

from typing import Final, Protocol


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

"""What stands behind a code that a report shows: its sentence, its cure and a longer explanation.

A code is a reason's (`not-found`), a piece of advice's (`moved`) or a belief's (`drifted`). The
texts are data (`data/words/explanations.*.toml`), read when one of them is first asked for.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from crawler.reasons import BY_CODE
from crawler.words import ENGLISH, Words

_REASONS: Final = "reasons"
KINDS: Final = (_REASONS, "advice", "beliefs")
"""What a code may be of."""
_SOURCE: Final = ENGLISH.language


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said of a code, from the shortest to the longest."""

    sentence: str
    cure: str
    text: str


def explanation(code: str, words: Words = ENGLISH, kind: str | None = None) -> str:
    """Say what was seen, how sure that is and what a maintainer does; nothing of unknown codes."""
    found = explained(code, words, kind)
    return found.text if found else ""


def cure(code: str, words: Words = ENGLISH, kind: str | None = None) -> str:
    """Say in a sentence what a maintainer does; nothing of unknown codes."""
    found = explained(code, words, kind)
    return found.cure if found else ""


def explained(code: str, words: Words = ENGLISH, kind: str | None = None) -> Explanation | None:
    """Return all that is said of a code; in English what nobody has translated.

    `empty` is the code of a reason and of a piece of advice. Without a `kind` it is the former.
    """
    for each in (kind,) if kind else KINDS:
        found = _every(words.language).get((each, code)) or _every(_SOURCE).get((each, code))
        if found and each == _REASONS:
            reason = BY_CODE[code]
            return Explanation(words(reason.sentence), words(reason.cure), found.text)
        if found:
            return found
    return None


def codes(kind: str, language: str = _SOURCE) -> tuple[str, ...]:
    """Return the codes of a kind (`KINDS`) that are explained in a language, in their order."""
    return tuple(_read(language).get(kind, ()))


@cache
def _every(language: str) -> Mapping[tuple[str, str], Explanation]:
    return dict(_entries(_read(language)))


def _entries(told: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], Explanation]]:
    for kind in KINDS:
        for code, entry in told.get(kind, {}).items():
            if kind == _REASONS:
                yield (kind, code), Explanation("", "", entry)  # `reasons.py` has the rest
            else:
                said = Explanation(entry["sentence"], entry["cure"], entry["explanation"])
                yield (kind, code), said


def _read(language: str) -> Mapping[str, Any]:
    file = files("crawler") / "data" / "words" / f"explanations.{language}.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}

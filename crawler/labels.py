"""Is the page in the language that the label of its link names: "(in German)", "vídeo en inglés"?

That is a matter of one place: another one may label the same page differently.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from crawler.detection import alike, detect
from crawler.model import Finding, Observation, Occurrence, Outcome, PageFacts, Severity
from crawler.tables import language_labels
from crawler.text import readable

NAME: Final = "language-mismatch"
_WORD: Final = re.compile(r"\w+")
_LONGEST: Final = 300  # characters of a label
_THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})


def advise(place: Occurrence, look: Observation) -> Iterator[Finding]:
    """Say that the page is in another language than the one that the label names."""
    facts = look.facts
    found = facts.language_detected
    # What a page declares is not enough to doubt an author.
    if not found or look.verdict.outcome not in _THERE:
        return
    named = named_language(readable(place.text))
    if named is None or named in alike(found) or _speaks(facts, named):
        return
    message = f"The label says that it is in {_called(named)}; the page is in {_called(found)}."
    yield Finding(NAME, Severity.ADVICE, message)


def named_language(label: str) -> str | None:
    """Return the one language that a label says its resource is in; None if it names no or several.

    Subtitles are beside the resource: what they are in says nothing of it.

    >>> named_language("Curso (vídeo en inglés con subtítulos en español)")
    'en'
    """
    label = label[:_LONGEST].casefold()
    if _hints().isdisjoint(_WORD.findall(label)):
        return None  # as nearly all: the patterns take time
    words, patterns = language_labels(), _patterns()
    text = patterns.subtitles.sub(" ", label)
    named = {words["name"][found] for found in patterns.named.findall(text)}
    named |= {words["code"][found[0] or found[1]] for found in patterns.coded.findall(text)}
    mentioned = {words["name"][name] for name in patterns.name.findall(text)}
    mentioned |= {words["code"][code] for code in patterns.code.findall(text)}
    return named.pop() if named and len(named | mentioned) == 1 else None


@cache
def _hints() -> frozenset[str]:
    words = language_labels()
    return frozenset(words["name"]) | {code.partition("-")[0] for code in words["code"]}


def _speaks(facts: PageFacts, language: str) -> bool:
    """Tell whether a page shows itself in a language, whatever its text is in.

    Code hosts and video sites speak to us in one language about things in another.
    """
    guesses = (detect(text) for text in (facts.title, facts.description) if text)
    return any(guess is not None and guess.language in alike(language) for guess in guesses)


def _called(language: str) -> str:
    names = {code: name for name, code in language_labels()["called"].items()}
    name = names.get(language) or next((names[each] for each in alike(language) & names.keys()), "")
    return name.title() or f"“{language}”"


@dataclass(frozen=True, slots=True)
class _Patterns:
    name: re.Pattern[str]
    code: re.Pattern[str]
    named: re.Pattern[str]
    coded: re.Pattern[str]
    subtitles: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    any_of = {kind: _any_of(words) for kind, words in language_labels().items()}
    name, in_, resource = any_of["name"], any_of["in"], any_of["resource"]
    # What follows tells "in English" from "in English gardens".
    end = rf"(?=\s*(?:$|[^\w\s]|{any_of['then']}))"
    bare = rf"[(\[（【]\s*(?={name}\s*(?:[)\]）】,;]|{resource}))"  # noqa: RUF001 - as they are typed
    begins = rf"(?:^\s*|[(\[（【,;:·|—–]\s*|\s-\s+|{resource}\s+){in_}\s+(?={name}{end})"  # noqa: RUF001 - likewise
    code = rf"[(\[]\s*({any_of['code']})\s*[)\]]"
    more = rf"\s*(?:[,/&]|{any_of['then']})\s*(?:{in_}\s+)?{name}"
    beside = rf"{any_of['subtitles']}(?::?\s+|\s+{in_}\s+){name}(?:{more})*"
    return _Patterns(
        name=re.compile(name),
        code=re.compile(code),
        named=re.compile(f"(?:{bare}|{begins})({name})"),
        coded=re.compile(rf"^\s*{code}|{code}\s*$"),
        subtitles=re.compile(rf"{beside}|{name}\s+{any_of['subtitles']}"),
    )


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of whole words, the longest first."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)"

"""What language a text is in, by its letters: its script, and n-grams where a script has several.

A table gives each piece of a word a weight for each language; a text is in the language whose
weights come to the most. The weights of all languages stand side by side in one integer, 16 bits
for each, so that one addition adds them for all.
"""

import re
import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from crawler.tables import ngram_languages, ngrams, scripts

MANY: Final = "mul"
"""ISO 639-2: the languages of a text are several."""

_READ: Final = 400  # characters that are looked at: more of them tell little more
_LONGEST_WORD: Final = 70  # octets
_SHARED: Final = 0.3  # of the letters, in a script besides the first
_PASSAGE: Final = 40  # letters
_KANA: Final = 0.05  # of the letters of a text that is Japanese and no Chinese one about Japan
_WESTERN: Final = 0.95  # of the characters, in a text whose script need not be counted
# What one character says, in letters of an alphabet.
_WEIGHT: Final = {"han": 3, "kana": 2, "hangul": 2}
_FEW_LETTERS: Final = 20
# Pieces of words; weight for each of them, more than the next language has and in all. Measured:
# 95 of 100 short texts reach this, and no more than one in a thousand of those is wrong.
_MIN_PIECES: Final = 8
_MIN_LEAD: Final = 4.0
_MIN_MEAN: Final = 20.0

# Apostrophes are part of a word when something follows: l'eau, didn't.
_WORD: Final = re.compile(r"[^\W\d_]+(?:['`\u2019][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a text seems to be in. `by`: what told so, `script` alone or `detected` in its words."""

    language: str
    script: str
    reliable: bool
    by: str


# Languages of which each is taken for another one here: much the same, or one by two names.
_ALIKE: Final = (
    frozenset({"bs", "cnr", "hr", "sh", "sr"}),
    frozenset({"fil", "tl"}),
    frozenset({"id", "ms"}),
    frozenset({"nb", "nn", "no"}),
)


def alike(language: str) -> frozenset[str]:
    """Return a language with those that look the same to us."""
    return next((group for group in _ALIKE if language in group), frozenset({language}))


def allows(guess: Guess, language: str) -> bool:
    """Tell whether a text may be in a language, whatever was guessed.

    It may if the language looks the same to us, or is none of those that we would have known.
    """
    if guess.by == "script":
        return language in scripts().languages[guess.script]
    return language in alike(guess.language) or language not in _known()


@cache
def _known() -> frozenset[str]:
    told = (ngram_languages(script) for script, alone in scripts().languages.items() if not alone)
    alone = (languages[:1] for languages in scripts().languages.values())
    return frozenset().union(*(alike(each) for group in (*told, *alone) for each in group))


def detect(text: str) -> Guess | None:
    """Tell the language of a text; None if it has no letters that we know. Never raises."""
    text = text[:_READ]
    counted = _scripts(text)
    if not counted:
        return None
    script = max(counted, key=counted.__getitem__)
    letters = counted[script]
    second = max((number for each, number in counted.items() if each != script), default=0)
    # A few words in other letters are names and code, be the text as short as they are.
    if second > max(_SHARED * sum(counted.values()), _PASSAGE):
        return Guess(MANY, script, reliable=False, by="script")
    if languages := scripts().languages[script]:
        return Guess(languages[0], script, letters >= _FEW_LETTERS, "script")
    return _by_words(text, script)


def _scripts(text: str) -> Mapping[str, int]:
    """Count letters by script: han is Japanese beside kana, and Korean beside hangul."""
    western = len(text.encode("latin-1", "ignore"))
    if len(text) * _WESTERN <= western:  # not worth counting
        return {"latin": western} if text.lower() != text.upper() else {}
    counted = Counter[str]()
    for character, number in Counter(text).items():
        if script := script_of(character):
            counted[script] += number * _WEIGHT.get(script, 1)
    east = counted["han"] + counted["kana"]
    if counted["kana"] > _KANA * east:
        counted["kana"] = east
        counted["han"] = 0
    if counted["hangul"] > counted["han"]:
        counted["hangul"] += counted["han"]
        counted["han"] = 0
    if len(counted) > 1:
        counted["latin"] //= 2  # names and code, more often than text
    return +counted


@lru_cache(maxsize=4096)
def script_of(character: str) -> str | None:
    """Return the script of a letter; None if it is none, or one that we do not know."""
    known = scripts()
    index = bisect_right(known.firsts, ord(character)) - 1
    return known.names[index] if index >= 0 and ord(character) <= known.lasts[index] else None


def _by_words(text: str, script: str) -> Guess | None:
    table = _table(script)
    sums, pieces = table.weigh(text)
    best = max(sums)
    if not best:
        return None
    language = table.languages[sums.index(best)]
    kin = alike(language)
    rivals = [each for name, each in zip(table.languages, sums, strict=True) if name not in kin]
    lead, mean = (best - max(rivals)) / pieces, best / pieces
    reliable = pieces >= _MIN_PIECES and lead >= _MIN_LEAD and mean >= _MIN_MEAN
    return Guess(language, script, reliable, "detected")


class _Table:
    """What the words of a script say."""

    def __init__(self, script: str) -> None:
        raw = ngrams(script)
        self.languages = raw.languages
        self._room = struct.Struct(f"<{len(raw.languages)}H")
        lanes = cache(_lanes)  # many n-grams say the same
        self._weights = {ngram: lanes(row) for ngram, row in raw.rows}
        self.speaks = lru_cache(maxsize=4096)(self._speaks)  # the same few words, page after page

    def weigh(self, text: str) -> tuple[tuple[int, ...], int]:
        """Return what the words of a text say for each language, and how many pieces they have."""
        weights, pieces = zip(*map(self.speaks, text.lower().split()), strict=True)
        octets = sum(weights).to_bytes(self._room.size, "little")
        return self._room.unpack(octets), sum(pieces)

    def _speaks(self, word: str) -> tuple[int, int]:
        """Return the sum of the weights of the pieces of what spaces enclose, and their number."""
        pieces = [piece for found in _WORD.findall(word) for piece in _pieces(found)]
        return sum(self._weights.get(piece, 0) for piece in pieces), len(pieces)


def _pieces(text: str) -> Iterator[bytes]:
    """Yield what a word is cut into: four octets each, one of them shared."""
    word = text.encode("utf-8", "ignore")[:_LONGEST_WORD]
    last = len(word) - 4
    if last <= 0:
        yield b" " + word + b" "
        return
    yield b" " + word[:4]
    for start in range(3, last, 3):
        yield word[start : start + 4]
    yield word[last:] + b" "


@cache
def _table(script: str) -> _Table:
    return _Table(script)


def _lanes(row: bytes) -> int:
    r"""Return octets side by side in one integer, with room for their sums.

    >>> hex(_lanes(b"\x01\x02"))
    '0x20001'
    """
    spread = bytearray(2 * len(row))
    spread[::2] = row
    return int.from_bytes(spread, "little")

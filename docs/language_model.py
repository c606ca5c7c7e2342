"""Make `crawler/data/ngrams/`, the tables by which a language is told from others of its script.

Not needed to work on the crawler: the tables are in the repository. They are made of those of the
Efficient Language Detector (`pip install eld==1.0.6`), how often each piece of a word occurs in
each of 60 languages, which are those of its author and stand under the Apache License 2.0.

A table is compressed by zlib. It holds a line with its languages, and for each
length of n-gram, from 1 to `LONGEST`: their number (4 bytes), the n-grams themselves, sorted,
and one weight (a byte) for each n-gram and language: the logarithm of how often the language has
it, and the more the fewer languages of the script have it too. Integers are little-endian.
"""

import math
import sys
import zlib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
LONGEST = 6
SCALE = 6
"""Units of weight for a natural logarithm; what is rounded away cannot be told from chance."""
SELDOM = 0.3
"""How often we pretend to have seen what is in no table: each of these is a fit on other texts."""
SCRIPTS = {
    "arabic": "ar fa ku ur",
    "cyrillic": "be bg ru sr uk",
    "devanagari": "hi mr",
    "latin": (
        "az ca cs da de en es et eu fi fr hr hu is it lt lv ms nl no pl pt ro sk sl sq sv tl tr vi "
        "yo"
    ),
}


def main() -> int:
    """Write all tables."""
    source = import_module("eld.resources.ngrams.ngramsM60").ngrams_data
    for script, languages in SCRIPTS.items():
        data = made(source["ngrams"], source["languages"], languages.split())
        path = ROOT / "crawler" / "data" / "ngrams" / f"{script}.bin"
        path.write_bytes(data)
        print(f"{path.relative_to(ROOT)}: {len(data)} bytes")  # noqa: T201
    return 0


def made(
    ngrams: Mapping[bytes, Mapping[int, int]], names: Mapping[int, str], languages: list[str]
) -> bytes:
    """Return the table of some languages, as the file has it."""
    rows: dict[bytes, bytes] = {}
    for ngram, seen in ngrams.items():
        counted = {names[number]: count for number, count in seen.items()}
        here = {name: count for name, count in counted.items() if name in languages}
        if here:
            telling = SCALE * (2 - len(here) / len(languages))
            weights = [here.get(name, 0) / SELDOM for name in languages]
            rows[ngram] = bytes(round(telling * math.log1p(weight)) for weight in weights)
    parts = [f"{' '.join(languages)}\n".encode()]
    for length in range(1, LONGEST + 1):
        found = sorted(ngram for ngram in rows if len(ngram) == length)
        parts += [len(found).to_bytes(4, "little"), *found, *(rows[ngram] for ngram in found)]
    return zlib.compress(b"".join(parts), 9)


if __name__ == "__main__":
    sys.exit(main())

"""Addresses beside a page that were made up, and what their answers say of the page.

A server that shows a page where nothing can be shows it for everything: the page is none. How such
an address is made, which pages are worth one, and what counts as the same page stands here.
"""

import re
from base64 import b32encode
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from typing import Final, TypeAlias

from crawler.model import Evidence, Fetch, PageFacts, PageSigns, Response, Says, Sibling
from crawler.paths import is_entrance
from crawler.urls import Url

MAX_DISTANCE: Final = 3
"""Bits of 64 by which the texts of one page may differ: a date, a number of visitors."""
LITTLE_TEXT: Final = 200
"""Characters; two pages that both have less may be shells that scripts fill."""

_NAME_BYTES: Final = 15  # 24 characters
_SIZES_ALIKE: Final = 0.9
_ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z")
# Scripts without spaces between words: each character is one.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD: Final = re.compile(f"[{_UNSPACED}]|[^\\W{_UNSPACED}]+")
_SHINGLE: Final = 3
_LANE: Final = 16
_FULL: Final = (1 << _LANE) - 1
_LANES: Final = tuple(
    sum((byte >> bit & 1) << _LANE * bit for bit in range(8)) for byte in range(256)
)

Directory: TypeAlias = tuple[str, str, str]


def directory(url: Url) -> Directory:
    """Return where an address stands: of all links there one is enough to be told by."""
    return url.scheme, url.authority, url.path.rstrip("/").rpartition("/")[0]


def sibling(fetch: Fetch, day: date) -> Url | None:
    """Return an address beside a page at which nothing can be; None if it would tell nothing.

    It is like the page's own, in its ending and the names of its query, and the same all day.
    """
    return _made_up(fetch.url, day) if _is_worth_it(fetch) else None


def seen(url: Url, fetch: Fetch, facts: PageFacts, signs: PageSigns) -> Sibling:
    """Return what is to be kept of the answer to a made-up address."""
    if not _is_page(fetch):
        return Sibling(url, fetch.effective_url)
    return Sibling(
        url,
        fetch.effective_url,
        is_page=True,
        hops=len(fetch.hops),
        title=facts.title,
        headings=signs.headings,
        size=_size(fetch),
        length=len(signs.text),
        fingerprint=fingerprint(signs.text, url),
    )


def same(evidence: Evidence) -> bool:
    """Tell whether a page is what its server shows for an address that was made up."""
    fetch, other = evidence.fetch, evidence.sibling
    if other is None or not (other.is_page and _is_page(fetch)):
        return False
    if fetch.hops:
        led = (fetch.effective_url, len(fetch.hops))
        if led == (other.effective_url, other.hops):
            return True
    return _looks_the_same(evidence, other)


def fingerprint(text: str, url: Url) -> int:
    """Return the simhash of a text, 64 bits; the words of the page's own name do not count.

    Pages for what is missing often say what was asked for.
    """
    named = set(_words(url.path.rstrip("/").rpartition("/")[2]))
    words = [word for word in _words(text) if word not in named]
    shingles = [
        " ".join(words[start : start + _SHINGLE])
        for start in range(max(1, len(words) - _SHINGLE + 1))
    ]
    counts = [0] * 8  # of the ones in each bit of a byte, side by side in one number
    for shingle in shingles:
        for place, byte in enumerate(blake2b(shingle.encode(), digest_size=8).digest()):
            counts[place] += _LANES[byte]
    ones = (count >> _LANE * bit & _FULL for count in counts for bit in range(8))
    return sum(1 << place for place, number in enumerate(ones) if 2 * number > len(shingles))


def _looks_the_same(evidence: Evidence, other: Sibling) -> bool:
    text, size = evidence.signs.text, _size(evidence.fetch)
    if max(len(text), other.length) < LITTLE_TEXT:
        return False
    if (evidence.facts.title, evidence.signs.headings) != (other.title, other.headings):
        return False
    if min(size, other.size) < _SIZES_ALIKE * max(size, other.size):
        return False
    distance = (fingerprint(text, evidence.fetch.url) ^ other.fingerprint).bit_count()
    return distance <= MAX_DISTANCE


def _is_worth_it(fetch: Fetch) -> bool:
    """Sites that answer everything show their front page, and that is there."""
    told = fetch.testimony.says if fetch.testimony else Says.UNKNOWN
    return told is Says.UNKNOWN and _is_page(fetch) and not is_entrance(fetch.url)


def _is_page(fetch: Fetch) -> bool:
    outcome = fetch.outcome
    return isinstance(outcome, Response) and outcome.is_success and outcome.is_html


def _size(fetch: Fetch) -> int:
    return len(fetch.outcome.body) if isinstance(fetch.outcome, Response) else 0


def _made_up(url: Url, day: date) -> Url:
    digest = blake2b(str(url).encode(), digest_size=_NAME_BYTES, key=day.isoformat().encode())
    name = b32encode(digest.digest()).decode().lower()
    path, mark, query = url.target.partition("?")
    slash = "/" if path.endswith("/") else ""
    parent, _, last = path.rstrip("/").rpartition("/")
    ending = _ENDING.search(last)
    fields = "&".join(_field(each, name) for each in query.split("&"))
    return Url(
        url.scheme,
        url.authority,
        f"{parent}/{name}{ending[0] if ending else ''}{slash}{mark}{fields}",
    )


def _field(text: str, value: str) -> str:
    name, equals, _ = text.partition("=")
    return f"{name}={value}" if equals else text


def _words(text: str) -> Iterator[str]:
    return (found[0].casefold() for found in _WORD.finditer(text))

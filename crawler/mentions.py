"""Which documents may link to what a change took away: by a cheap sign in their bytes.

A sign that is there by chance costs a reading, and no more. One that is not there means that no
link can be, as links are written: with escapes and without, with another ending or with none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import PurePosixPath
from typing import Final
from unicodedata import normalize
from urllib.parse import quote, unquote_to_bytes

_WORD: Final = re.compile(rb"[A-Za-z0-9]+")
_PARTED: Final = bytes(each if _WORD.fullmatch(bytes((each,))) else 0x20 for each in range(256))
_JSON: Final = re.compile(rb"\\u[0-9A-Fa-f]{4}")
# Pages that stand for their directories, and for each other.
_FRONT: Final = frozenset({"index", "README", "Readme", "readme", "_index"})
# How a fragment of a directory's page is asked for, where the directory is not named.
_OF_DIRECTORY: Final = (b"/#", b".#")


@dataclass(frozen=True, slots=True)
class Anchors:
    """What fragments could name in a document, and what they can name now."""

    before: frozenset[str]
    now: frozenset[str]

    @property
    def lost(self) -> frozenset[str]:
        """What they cannot name any more."""
        return self.before - self.now


@dataclass(frozen=True, slots=True)
class Lost:
    """What was there before a change and is not now, by path from the repository's top.

    `files`: with directories of which nothing is left; `anchors`: of documents that lost some.
    """

    files: frozenset[str] = frozenset()
    anchors: Mapping[str, Anchors] | None = None

    def __bool__(self) -> bool:
        return bool(self.files or self.anchors)


class Mentions:
    """Tells of a document whether it may mention any of what is lost."""

    def __init__(self, lost: Lost) -> None:
        self._files = _Names(lost.files)
        self._documents = [
            (_Names(_with_directory(path)), _Names(known.lost), _is_front(path))
            for path, known in (lost.anchors or {}).items()
        ]

    def are_in(self, data: bytes) -> bool:
        """Tell whether they may be in what a document holds. All may be in what is no ASCII."""
        if b"\0" in data:  # an archive, or UTF-16
            return True
        data = _with_unescaped(data)
        if self._files.may_be_in(data):
            return True
        if b"#" not in data:
            return False
        return any(
            (names.may_be_in(data) or (front and any(each in data for each in _OF_DIRECTORY)))
            and anchors.may_be_in(data.lower(), folded=True)
            for names, anchors, front in self._documents
        )


class _Names:
    """Names of which one may be in a text: by their longest words, or else by a character."""

    def __init__(self, names: Iterable[str]) -> None:
        stems = {each for name in names for each in _stems(PurePosixPath(name).name or name)}
        words = {stem: _longest_word(stem) for stem in stems}
        self._words = frozenset(word for word in words.values() if word)
        self._lowered = frozenset(word.lower() for word in self._words)
        odd = {stem for stem, word in words.items() if not word}
        self._spellings = frozenset(each for stem in odd for each in _spellings(stem))

    def may_be_in(self, data: bytes, *, folded: bool = False) -> bool:
        """Tell whether one may be there; `folded`: the text is in lower case."""
        words = self._lowered if folded else self._words
        if any(each in data for each in self._spellings):
            return True
        if self._spellings and not _is_utf8(data):
            return True
        if len(words) <= _FEW and not any(each in data for each in words):
            return False
        return not words.isdisjoint(data.translate(_PARTED).split())


_FEW: Final = 50
"""So many words are looked for one by one, in less time than a text takes to be parted."""


def _with_unescaped(data: bytes) -> bytes:
    """Return what is written, and the same with escapes undone, as far as words go."""
    forms = [data]
    if b"%" in data:
        forms.append(unquote_to_bytes(data))
    if b"&" in data:
        forms.append(unescape(data.decode("latin-1")).encode("latin-1", "replace"))
    if b"\\u" in data:
        forms.append(_JSON.sub(b" ", data))
    return b"\n".join(forms)


def _stems(name: str) -> Iterator[str]:
    """Yield what of a name every link to it has, whatever it ends in there."""
    stem = name.rpartition(".")[0] or name
    yield from _FRONT if stem in _FRONT else (stem,)


def _longest_word(stem: str) -> bytes:
    return max(_WORD.findall(_bytes(stem)), key=len, default=b"")


def _spellings(stem: str) -> Iterator[bytes]:
    """Yield how the first character of a name without letters of ASCII may be written."""
    for form in ("NFC", "NFD"):
        first = _bytes(normalize(form, stem)[:1])
        yield from (first, quote(first).encode(), quote(first).lower().encode())
    yield b"\\u"


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a character: no file is called so
        return text.encode("utf-8", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_front(path: str) -> bool:
    return PurePosixPath(path).stem in _FRONT


def _with_directory(path: str) -> tuple[str, ...]:
    above = PurePosixPath(path).parent.name
    return (path, above) if _is_front(path) and above else (path,)

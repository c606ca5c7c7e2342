"""Links to files that are called something else now: what leads there, written as the old one was.

Decisions only: what git and the disk know of a link is given. Paths start from the repository's
top.
"""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import partial
from typing import Final
from urllib.parse import quote, unquote

from crawler.corrections import Correction, Refusal, Repair
from crawler.elsewhere import whether_there
from crawler.fragments import parted
from crawler.model import Occurrence
from crawler.slugs import Heading, github
from crawler.urls import Rejection
from crawler.walk import Parts, normal

ALIKE: Final = 0.6
"""How much of two names of places is the same, if one may have been the other."""

_MAX_NAME: Final = 200
_MAX_COMPARED: Final = 2_000  # names of one document: each comparison takes microseconds
_CLEARLY: Final = 0.05  # that the second best is less alike than the best
# What a path may hold without being mistaken for something else: RFC 3986 §3.3.
_SAFE: Final = "/!$&'()*+,;=:@~-._"
_SPACE: Final = " "


@dataclass(frozen=True, slots=True)
class Renaming:
    """A file that got another name, or another place; `at`: when, if that has been committed."""

    old: str
    new: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Renamed:
    """What is known of a file that a link names and that is not there.

    `start`: what the link starts from, be it the document's directory or what `/` stands for;
    `steps`: what became of it, one after the other; `is_there`: the last of them is; `anchors`:
    what fragments can name there, None if nobody can tell; `spelt`: what it is called, if that
    differs in case alone.
    """

    path: str
    start: Parts
    steps: tuple[Renaming, ...] = ()
    is_there: bool = False
    anchors: frozenset[str] | None = None
    spelt: str = ""


@dataclass(frozen=True, slots=True)
class Anchored:
    """What fragments can name in the document that a link asks for a place in."""

    anchors: frozenset[str]


def renamed(place: Occurrence, known: Renamed | None) -> Correction | Refusal | None:
    """Return what leads to a file under its new name, or why nothing does."""
    if known is None:
        return Refusal(place, Repair.RENAMED, "git does not tell what became of the file.")
    if not known.steps and not known.spelt:
        why = f"git: {known.path} was deleted, and nothing like it came under another name."
        return Refusal(place, Repair.RENAMED, why)
    new = known.spelt or known.steps[-1].new
    if not known.is_there:
        why = f"It became {new}, which is not there any more."
        return Refusal(place, Repair.RENAMED, why)
    after = relinked(place.href, known.path, known.start, new)
    if after is None:
        why = f"It is {new} now; how to link to that as this link is written is not known."
        return Refusal(place, Repair.RENAMED, why)
    name = parted(after.partition("#")[2])[0]
    if name and _lacks(known.anchors, name):
        why = f"It is {new} now, where there is no place that is called #{name}."
        return Refusal(place, Repair.RENAMED, why, after)
    why = f"The file is called {new}." if known.spelt else f"The file is {new} now."
    return Correction(place, Repair.RENAMED, after, why, _told(known.steps))


def _lacks(anchors: frozenset[str] | None, name: str) -> bool:
    return anchors is not None and whether_there(name, anchors) is Rejection.FRAGMENT_MISSING


def relinked(href: str, path: str, start: Parts, new: str) -> str | None:
    """Return a link to another file, as one to a path is written; None if it says more than that.

    >>> relinked("./a%20b.md#x", "docs/a b.md", ("docs",), "guide/c d.md")
    './../guide/c%20d.md#x'
    """
    href = href.strip()
    written = href.partition("#")[0].partition("?")[0]
    rooted = written.startswith("/")
    if "\\" in written or written.startswith("//"):
        return None
    if normal(start, unquote(written)) != tuple(path.split("/")):
        return None  # a page that a site generator makes of the file, or an escape of its own
    if rooted and normal((), new)[: len(start)] != start:  # type: ignore[index]
        return None
    short = posixpath.relpath(f"/{new}", "/" + "/".join(start))
    fresh = _encoded(f"/{short}" if rooted else short, written)
    if written.startswith("./") or (":" in fresh.partition("/")[0]):
        fresh = f"./{fresh}"
    return fresh + ("/" if written.endswith("/") else "") + href[len(written) :]


def _encoded(path: str, like: str) -> str:
    """Encode a path as another one is: spaces, and letters beyond ASCII, may stand for themselves.

    >>> _encoded("é b#.md", "a b.md"), _encoded("é b", "%C3%A0.md")
    ('é b%23.md', '%C3%A9%20b')
    """
    kept = _SAFE + (_SPACE if _SPACE in like else "")
    letters = "%" not in like or not like.isascii()
    return "".join(map(partial(_written, kept=kept, letters=letters), path))


def _written(character: str, *, kept: str, letters: bool) -> str:
    if character in kept or (character.isascii() and character.isalnum()):
        return character
    if letters and not character.isascii() and character.isprintable():
        return character
    return quote(character, safe="", errors="surrogateescape")


def _told(steps: Sequence[Renaming]) -> tuple[str, ...]:
    return tuple(
        f"git: {each.old} became {each.new}"
        + (f" on {each.at:%Y-%m-%d}." if each.at else ", which is not committed yet.")
        for each in steps
    )


def replaced(place: Occurrence, known: Anchored | None) -> Correction | Refusal | None:
    """Return the place whose name is the most like one that is not there, for people to judge."""
    before, _, fragment = place.href.strip().partition("#")
    name, directives = parted(fragment)
    if known is None or not name:
        return None
    near = nearest(unquote(name), known.anchors)
    if near is None:
        why = f"No place is called anything like #{name}."
        return Refusal(place, Repair.FRAGMENT, why)
    after = f"{before}#{''.join(map(_of_fragment, near))}{directives}"
    why = f"There is no #{name}; #{near} is the most like it."
    return Correction(place, Repair.FRAGMENT, after, why, automatic=False)


_of_fragment: Final = partial(_written, kept=f"{_SAFE}?", letters=True)


def nearest(name: str, anchors: frozenset[str]) -> str | None:
    """Return the anchor that may be what a name meant; None if none is, or more than one.

    The same words in another spelling are the best; of several spellings of one heading, GitHub's.

    >>> nearest("instalation-guide", frozenset({"installation-guide", "usage"}))
    'installation-guide'
    """
    wanted = _folded(name)
    if not wanted or len(name) > _MAX_NAME or len(anchors) > _MAX_COMPARED:
        return None
    ranked = [(_likeness(wanted, _folded(each)), each) for each in anchors if each]
    best = max((alike for alike, _ in ranked), default=0.0)
    if best < ALIKE:
        return None
    close = [each for alike, each in ranked if alike > best - _CLEARLY]
    if len({_letters(each) for each in close}) > 1:
        return None
    top = [each for alike, each in ranked if alike == best]
    return min(top, key=lambda each: (each not in _as_github(each), len(each), each))


def _as_github(anchor: str) -> tuple[str, ...]:
    return tuple(github([Heading(anchor, anchor)]))


def _folded(name: str) -> str:
    return "-".join(_letters_of_words(name))


def _letters(name: str) -> str:
    return "".join(_letters_of_words(name))


def _letters_of_words(name: str) -> list[str]:
    kept = "".join(each if each.isalnum() else " " for each in name.casefold()[:_MAX_NAME])
    return kept.split()


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0

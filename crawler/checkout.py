"""What of a stranger's checkout counts: which settings, and whether a history is one of its files.

Whoever sends in a change has written every file of the checkout. What the base of a change has is
what its keepers have let in; so where there is one, its settings count and not those beside it.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from crawler.awaiting import awaited
from crawler.errors import SettingsError
from crawler.layers import Layer
from crawler.revisions import file_at, files_held, repository_of
from crawler.settings_files import FILE_NAMES, MAX_SIZE, table_of
from crawler.strangers import counting
from crawler.text import clean

NO_HISTORY: Final = ""
"""The path of a history that is not to be used."""

PLANTED: Final = (
    "crawl.db is not used: it came with the checkout, or nobody can tell; name a history with --db."
)
_BESIDE: Final = ("", "-journal", "-shm", "-wal", ".lock")  # what SQLite and we keep with it
_OTHERS: Final = "The settings of {} count; this checkout has others."
_IGNORED: Final = "{} came with the checkout: what it sets for {} does not count."
_NOT_COUNTED: Final = "{} came with the checkout: it does not count."
_OTHER_BASELINE: Final = "The baseline of {} counts; this checkout has another."
_NO_FILE: Final = "{} came with the checkout and is no regular file: it does not count."


def found(base: str | None) -> tuple[Layer | None, tuple[str, ...]]:
    """Return what is to count of the settings files here, and sentences on what is not.

    `base`: a revision whose settings count in the place of those here. Raises `CrawlerError`.
    """
    known = awaited(_based(base)) if base else None
    if base is None or known is None:
        return _harmless(_here())
    shown = clean(base)
    remarks = () if _is_here(known) else (_OTHERS.format(shown),)
    return Layer(known.values or {}, f"{shown}:{known.name}", found=True), remarks


def baseline_of(base: str | None, name: str) -> tuple[bytes | None, tuple[str, ...]]:
    """Return what a baseline holds at the base of a change, if it does; and what does not count.

    That of the checkout itself could excuse whatever the change adds. Raises `CrawlerError`.
    """
    held = awaited(_held_by(base, name)) if base else None
    if not os.path.lexists(name):
        return held, ()
    if held is None:
        return None, (_NOT_COUNTED.format(name),)
    same = stat.S_ISREG(os.lstat(name).st_mode) and Path(name).read_bytes() == held
    return held, () if same else (_OTHER_BASELINE.format(clean(base or "")),)


async def _held_by(base: str, name: str) -> bytes | None:
    repository = await repository_of(Path())
    if repository is None:
        return None
    return await file_at(Path(), await repository.commit(base), name)


@dataclass(frozen=True, slots=True)
class _File:
    """A settings file: its name, and what it sets, if that may be read; without a name: none."""

    name: str = ""
    values: Mapping[str, Any] | None = None


async def _based(base: str) -> _File | None:
    """Return the settings file of a revision; None where there is no git to ask for it."""
    repository = await repository_of(Path())
    if repository is None:
        return None  # which is told when documents are compared
    commit = await repository.commit(base)
    for name in FILE_NAMES:
        data = await file_at(Path(), commit, name)
        values = None if data is None else table_of(name, data, f"{clean(base)}:{name}")
        if values is not None:
            return _File(name, values)
    return _File()


def _is_here(known: _File) -> bool:
    try:
        return _here() == known
    except SettingsError:
        return False


def _harmless(here: _File) -> tuple[Layer | None, tuple[str, ...]]:
    if here.values is None:
        return None, (_NO_FILE.format(here.name),) if here.name else ()
    taken, ignored = counting(here.values)
    remarks = (_IGNORED.format(here.name, ", ".join(ignored)),) if ignored else ()
    return Layer(taken, here.name, found=True), remarks


def _here() -> _File:
    """Return the settings file of the working directory.

    A link is none: it may lead to a file of the machine, of which a sentence on a mistake tells.
    """
    for name in FILE_NAMES:
        if not os.path.lexists(name):
            continue
        if not stat.S_ISREG(os.lstat(name).st_mode):
            return _File(name)
        with Path(name).open("rb") as file:
            values = table_of(name, file.read(MAX_SIZE + 1), name)
        if values is not None:
            return _File(name, values)
    return _File()


def files_of_git() -> frozenset[str]:
    """Return the files here that git holds: whatever a `.gitignore` says, they are not ignored.

    One that a stranger adds would hide documents else.
    """
    return awaited(files_held(Path())) or frozenset()


def is_planted(db: str) -> bool:
    """Tell whether a history came with the checkout, or anything that SQLite would take for its.

    Where nobody can tell it did.
    """
    names = [f"{db}{ending}" for ending in _BESIDE]
    if not any(map(os.path.lexists, names)):
        return False
    held = awaited(files_held(Path()))
    return held is None or not {name.lower() for name in held}.isdisjoint(map(str.lower, names))

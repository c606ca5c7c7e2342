"""Walking through directories: which files are there, without those that git would ignore.

A checkout may be a stranger's: links are not followed, no tree is too deep, and what cannot be
read is told. Directories that nothing can be wanted of are not even opened.
"""

import os
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, TypeAlias

from crawler.disk import Unreadable, read_bytes, refusal
from crawler.wildcards import PathPattern, Rules, rules

_GIT: Final = ".git"
_IGNORE: Final = ".gitignore"
_MAX_RULES: Final = 262_144
"""Bytes of a file of rules that count: each rule costs time at each name."""
_MAX_POINTER: Final = 4096


@dataclass(frozen=True, slots=True)
class _Scope:
    """The rules of one file: for the paths of a walk, without what `cut` counts, behind `before`.

    `before` leads from where the file stands to where the walk begins, `cut` the other way round.
    """

    rules: Rules
    before: str = ""
    cut: int = 0

    def say(self, path: str, *, directory: bool) -> bool | None:
        return self.rules.say(self.before + path[self.cut :], directory=directory)


Scopes: TypeAlias = tuple[_Scope, ...]  # from the repository's top downwards


@dataclass(frozen=True, slots=True)
class Walk:
    """How to go through one directory: `root`, and all paths in it, are as the system writes them.

    `pattern` is what paths below it must match; `wanted` is asked of each file, and
    `left_out` of each path, with whether it is a directory's. `failed` is told what cannot be
    read: a path and a reason; `kept` is asked of what git would ignore, whether it counts all the
    same.
    """

    root: str
    pattern: PathPattern
    wanted: Callable[["os.DirEntry[str]"], bool]
    left_out: Callable[[str, bool], bool]
    failed: Callable[[str, str], None]
    gitignore: bool = True
    kept: Callable[[str], bool] = lambda _: False

    def files(self) -> Iterator[str]:
        """Yield the paths of files, relative to the root."""
        scopes = _outer(self.root) if self.gitignore else ()
        pending = [("", scopes, self.pattern.start(), False)]
        while pending:
            here, scopes, states, is_ignored = pending.pop()
            try:
                with os.scandir(os.path.join(self.root, here)) as entries:  # noqa: PTH118 - a Path a file costs too much
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.failed(here, refusal(error))
                continue
            scopes = self._scopes(here, {entry.name for entry in found}, scopes)
            for entry in found:
                path = f"{here}/{entry.name}" if here else entry.name
                after = self.pattern.step(states, entry.name)
                if not after or entry.name == _GIT:
                    continue
                directory = entry.is_dir(follow_symlinks=False)
                if not directory and not (self.pattern.ends(after) and self.wanted(entry)):
                    continue
                ignored = is_ignored or _ignored(scopes, path, directory=directory)
                if (ignored and not self.kept(path)) or self.left_out(path, directory):
                    continue
                if directory:
                    pending.append((path, scopes, after, ignored))
                else:
                    yield path

    def _scopes(self, here: str, names: set[str], scopes: Scopes) -> Scopes:
        if not self.gitignore:
            return ()
        where = PurePath(self.root, here)
        cut = len(here) + 1 if here else 0
        if here and _GIT in names:  # a repository inside this one, which ends here
            scopes = tuple(_Scope(each, "", cut) for each in _read(_excluded(where)))
        if _IGNORE in names:
            scopes += tuple(_Scope(each, "", cut) for each in _read(where / _IGNORE))
        return scopes


def _outer(root: str) -> Scopes:
    """Read the rules above a directory, from the top of its repository downwards.

    They do not count for a directory that they ignore: whoever names it wants it read.
    """
    real = PurePath(os.path.realpath(root))
    top = next((each for each in (real, *real.parents) if os.path.lexists(each / _GIT)), None)
    if top is None:
        return ()
    below = real.relative_to(top).parts
    known = [(each, 0) for each in _read(_excluded(top))]
    for depth in range(len(below)):
        where = top.joinpath(*below[:depth])
        known += [(each, depth) for each in _read(where / _IGNORE)]
        scopes = tuple(_Scope(each, _joined(below[at:depth])) for each, at in known)
        if _ignored(scopes, below[depth], directory=True):
            return ()
    return tuple(_Scope(each, _joined(below[at:])) for each, at in known)


def _joined(parts: Sequence[str]) -> str:
    return "".join(f"{part}/" for part in parts)


def _read(path: PurePath) -> Iterator[Rules]:
    """Read a file of rules, if it is one: git follows no link there either."""
    try:
        data = read_bytes(path, follow=False)[:_MAX_RULES]
    except Unreadable:
        return
    lines = data.removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape").split("\n")
    yield rules(lines)


def _excluded(top: PurePath) -> PurePath:
    """Return where a repository keeps rules of its own; it may be a worktree, or a submodule."""
    git = top / _GIT
    try:
        pointer = read_bytes(git, follow=False)[:_MAX_POINTER].decode("utf-8", "surrogateescape")
    except Unreadable:  # a directory, as usual
        return git / "info" / "exclude"
    git = top / pointer.removeprefix("gitdir:").strip()
    with suppress(Unreadable):
        common = read_bytes(git / "commondir", follow=False)[:_MAX_POINTER]
        git /= common.decode("utf-8", "surrogateescape").strip()
    return git / "info" / "exclude"


def _ignored(scopes: Scopes, path: str, *, directory: bool = False) -> bool:
    """Tell what the nearest rules say that say anything, as git does."""
    for scope in reversed(scopes):
        said = scope.say(path, directory=directory)
        if said is not None:
            return said
    return False

"""What a repository holds at a commit or in its index: names of files, and what is in them.

Only what git has stored is asked for, by commands that run no program and fetch nothing; what the
working tree holds is read by `disk.py` and compared here. So no filter, conversion or hook of a
repository's settings takes part, whoever wrote them.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from crawler.errors import ImpossibleError, UsageError
from crawler.git import output
from crawler.text import clean

COMPARING: Final = (
    "-r", "-z", "--raw", "-M", "-l300", "--diff-filter=RD", "--no-ext-diff", "--no-textconv",
    "--ignore-submodules=all", "-O/dev/null",
)  # fmt: skip
"""How git is to compare: for files with another name, by what it has stored and nothing else."""

_REGULAR: Final = (b"100644", b"100755")
_LINK: Final = b"120000"
_UNMERGED: Final = b"unmerged"
_MODULE: Final = b"160000"
_SHALLOW: Final = (
    "The clone is a shallow one: fetch more of its history (`git fetch --unshallow`, or in GitHub "
    "Actions `fetch-depth: 0` of actions/checkout)."
)
_DEFAULT: Final = "origin/HEAD"
_NO_DEFAULT: Final = (
    "Nobody has told this clone what the default branch of origin is: "
    "`git remote set-head origin --auto` does, or name a branch, such as origin/main."
)
_SHA1: Final = 40
_Parted: TypeAlias = Callable[[Sequence[bytes]], tuple[bytes, bytes]]
_ID: Final = re.compile(rb"[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class Files:
    """Regular files of a commit or of the index: their ids by path from the repository's top.

    `modules`: paths of submodules, whose files are another repository's; `links`: symbolic links,
    by path as well, and the ids of the texts that say where they lead; `unmerged`: paths of what is
    in conflict, of which nobody knows what it holds.
    """

    ids: Mapping[str, str]
    modules: frozenset[str] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)
    unmerged: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[str]:
        """Yield the paths of all that there is."""
        yield from self.ids
        yield from self.links
        yield from self.modules
        yield from self.unmerged

    def __contains__(self, path: str) -> bool:
        stored = path in self.ids or path in self.links
        return stored or path in self.modules or path in self.unmerged


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository, by the top of its working tree."""

    top: Path

    async def commit(self, revision: str) -> str:
        """Return the commit that a revision names. Raises `UsageError` if it names none."""
        asked = ("--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        told = await output(self.top, "rev-parse", *asked)
        if told and _ID.fullmatch(told.strip()):
            return told.strip().decode()
        hint = f" {_NO_DEFAULT}" if revision == _DEFAULT else ""
        hint = f" {_SHALLOW}" if await self._is_shallow() else hint
        raise UsageError(f"--base {clean(revision)}: there is no such commit.{hint}")

    async def is_unborn(self) -> bool:
        """Tell whether nothing was ever committed to the branch that is checked out."""
        head = await output(self.top, "rev-parse", "--verify", "--quiet", "HEAD")
        return not head and bool(await output(self.top, "symbolic-ref", "--quiet", "HEAD"))

    async def merge_base(self, revision: str) -> str:
        """Return the commit where HEAD and a revision parted. Raises if nobody can tell."""
        commit = await self.commit(revision)
        told = await output(self.top, "merge-base", commit, await self.commit("HEAD"))
        if told and _ID.fullmatch(told.strip()):
            return told.strip().decode()
        if await self._is_shallow():
            raise ImpossibleError(
                f"--base {clean(revision)}: nobody can tell what is new. {_SHALLOW}"
            )
        return commit  # no common past: all of it is compared

    async def files_of(self, commit: str) -> Files:
        """Return what a commit holds."""
        told = await output(self.top, "ls-tree", "-r", "-z", "--full-tree", commit)
        return _listed(told, lambda head: (head[0], head[2]))

    async def files_staged(self) -> Files:
        """Return what the index holds: of what is in conflict nothing."""
        told = await output(self.top, "ls-files", "-s", "-z", "--full-name")
        return _listed(told, lambda head: (head[0] if head[2] == b"0" else _UNMERGED, head[1]))

    async def skipped(self) -> frozenset[str]:
        """Return what the index holds and a sparse working tree has not, on purpose."""
        told = await output(self.top, "ls-files", "-t", "-z", "--full-name") or b""
        entries = (entry.partition(b" ") for entry in told.split(b"\0"))
        return frozenset(os.fsdecode(path) for tag, _, path in entries if tag == b"S")

    async def renamed_since(self, commit: str) -> bytes:
        """Return what the index has under another name than a commit, as `diff-index -z` tells it.

        And what of it is gone altogether.
        """
        return await output(self.top, "diff-index", "--cached", *COMPARING, commit) or b""

    async def contents(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """Return what is in files, by id; nothing of those that are larger than any document.

        Raises `ImpossibleError` if the clone has not all.
        """
        wanted = tuple(dict.fromkeys(ids))
        if not wanted:
            return {}
        given = "".join(f"{each}\n" for each in wanted).encode()
        told = await output(self.top, "cat-file", "--batch", given=given)
        if told is None and len(wanted) > 1:  # too much at once, perhaps
            half = len(wanted) // 2
            return {**await self.contents(wanted[:half]), **await self.contents(wanted[half:])}
        if told is None and await self._has(wanted[0]):
            return {}
        found = _parted(told or b"")
        if len(found) < len(wanted):
            raise ImpossibleError(
                "the clone lacks files of the commit to compare with: it is a partial one."
            )
        return found

    async def _has(self, number: str) -> bool:
        asked = ("--batch-check=%(objecttype)",)
        return await output(self.top, "cat-file", *asked, given=f"{number}\n".encode()) == b"blob\n"

    async def _is_shallow(self) -> bool:
        told = await output(self.top, "rev-parse", "--is-shallow-repository")
        return told is not None and told.strip() == b"true"


async def repository_of(directory: Path) -> Repository | None:
    """Return the repository that a directory is in, if it is in one and git is there."""
    told = await output(directory, "rev-parse", "--show-toplevel")
    path = (told or b"").removesuffix(b"\n")
    return Repository(Path(os.fsdecode(path))) if path else None


async def file_at(directory: Path, commit: str, path: str) -> bytes | None:
    """Return what a commit has in a file, named from a directory of the working tree.

    Symbolic links are followed as far as they stay in the repository.
    """
    asked = ("--batch", "--follow-symlinks")
    told = await output(directory, "cat-file", *asked, given=f"{commit}:./{path}\n".encode()) or b""
    return next(iter(_parted(told).values()), None)


async def files_held(directory: Path) -> frozenset[str] | None:
    """Return the files in a directory that git holds, by their paths from there.

    None if it is in no repository, or there is no git to ask.
    """
    told = await output(directory, "ls-files", "-z")
    return None if told is None else frozenset(map(os.fsdecode, told.split(b"\0")[:-1]))


def id_of(data: bytes, like: str) -> str:
    """Return the id that git gives to what is in a file; `like`: some id of the repository."""
    kind = hashlib.sha1 if len(like) == _SHA1 else hashlib.sha256
    return kind(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _listed(told: bytes | None, parted: _Parted) -> Files:
    """Read a list of entries that end in NUL: what is told of each, a tab, and its path."""
    if told is None:
        raise ImpossibleError("git did not tell which files there are.")
    ids, links = dict[str, str](), dict[str, str]()
    modules, unmerged = set[str](), set[str]()
    for entry in told.split(b"\0")[:-1]:
        head, _, name = entry.partition(b"\t")
        mode, number = parted(head.split())
        if mode in _REGULAR:
            ids[os.fsdecode(name)] = number.decode()
        elif mode == _LINK:
            links[os.fsdecode(name)] = number.decode()
        elif mode == _MODULE:
            modules.add(os.fsdecode(name))
        elif mode == _UNMERGED:
            unmerged.add(os.fsdecode(name))
    return Files(ids, frozenset(modules), links, frozenset(unmerged))


def _parted(told: bytes) -> dict[str, bytes]:
    """Read what `cat-file --batch` tells: `<id> blob <size>`, what is in it, and a line end."""
    found, at = dict[str, bytes](), 0
    while (end := told.find(b"\n", at)) >= 0:
        number, _, rest = told[at:end].partition(b" ")
        kind, _, size = rest.partition(b" ")
        if kind != b"blob":  # `missing`
            break
        begin = end + 1
        found[number.decode()] = told[begin : begin + int(size)]
        at = begin + int(size) + 1
    return found

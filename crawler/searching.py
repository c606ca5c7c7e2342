"""From what the operator names to files, and what is not looked into on the way.

A checkout may be a stranger's: links in a directory are not followed, and those that a pattern, a
list or the settings name only as far as they stay in the tree. `.gitignore` is respected.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Final, TypeAlias

from crawler.disk import Unreadable, document, read_bytes, read_stream, refusal, unicode_name
from crawler.documents import BY_NAME, FORMATS, format_of
from crawler.errors import SettingsError, SourceError
from crawler.layers import nearest
from crawler.model import Document, Entrance, Unread
from crawler.settings import ChooseSettings
from crawler.text import clean
from crawler.urls import Rejected, mask, resolve
from crawler.walking import Walk
from crawler.wildcards import MAGIC, PathPattern, path_pattern, rules

STDIN: Final = "-"
_LEADS_OUT: Final = "is a link that leads out of the tree"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file that is to be read. `surely`: it must be a document, and not just one of many names.

    `follow`: also if it is a link; `tree`: only if it is in there, links followed.
    """

    path: str
    source: str
    surely: bool = True
    follow: bool = True
    tree: str | None = None

    def data(self) -> bytes:
        """Return what is in it. Raises `Unreadable`."""
        path = self.path
        if self.tree is not None:
            if not _stays(path, self.tree):
                raise Unreadable(_LEADS_OUT)
            path = os.path.realpath(path)
        return read_bytes(path, follow=self.follow)

    def read(self, data: bytes, remarks: list[str]) -> Document:
        """Make a document of what is in it. Raises `Unreadable`."""
        name = PurePath(self.path).as_posix()
        return document(name, "plaintext", data, self.source, remarks)


@dataclass(frozen=True, slots=True)
class StandardInput:
    """What comes in; it is called as its operator says."""

    stream: BinaryIO
    name: str
    surely: bool = True

    @property
    def path(self) -> str:
        """Where it would stand as a file."""
        return self.name

    def data(self) -> bytes:
        """Return what comes from it. Raises `Unreadable`."""
        return read_stream(self.stream)

    def read(self, data: bytes, remarks: list[str]) -> Document:
        """Make a document of it. Raises `Unreadable`."""
        return document(self.name, "markdown", data, STDIN, remarks)


Source: TypeAlias = NamedFile | StandardInput

_ESCAPED: Final = r"\udc"
_TWO: Final = "stands for two files, one of whose names is no Unicode: only one was read"


class Search:
    """What was `found` so far, by name, what is `unread`, and pages that are to be asked for.

    `held` returns the files here that no `.gitignore` leaves out.
    """

    def __init__(
        self,
        choose: ChooseSettings,
        stdin: BinaryIO | None,
        stdin_name: str,
        held: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._choose = choose
        self._formats = chosen_formats(choose.document_formats)
        self._include, self._exclude = rules(choose.include_path), rules(choose.exclude_path)
        self._stdin, self._stdin_name = stdin, stdin_name
        self.found: dict[str, Source] = {}
        self.unread: dict[str, Unread] = {}
        self.entrances: dict[str, Entrance] = {}
        self._names: dict[str, str] = {}
        self._directories: dict[str, str] = {}
        self._left_out: Counter[str] = Counter()
        self._held = held
        self._kept: frozenset[str] | None = None

    def listed(self, where: str | None) -> tuple[str, ...]:
        """Return the sources that stand in a list. Raises `SourceError`."""
        if where is None:
            return ()
        try:
            data = read_stream(self._input()) if where == STDIN else read_bytes(where)
        except Unreadable as error:
            raise SourceError(f"--files-from {clean(where)}: {error}.") from error
        if where == STDIN:
            self._stdin = None
        if b"\0" in data:  # as `find -print0` and `git ls-files -z` write it
            return tuple(os.fsdecode(each) for each in data.split(b"\0") if each)
        lines = (os.fsdecode(line.removesuffix(b"\r")) for line in data.split(b"\n"))
        return tuple(line for line in lines if line and not line.startswith("#"))

    def find(self, source: str, *, trusted: bool) -> None:
        """Find what a source names. `trusted`: the operator's very word. Raises `SourceError`."""
        if source.lower().startswith(("http://", "https://")):
            entrance = _entrance(source)
            self.entrances.setdefault(str(entrance.url), entrance)
            return
        try:
            for name, file in self._named(source, trusted=trusted):
                self._take(name, file)
        except OSError as error:  # a name too long to exist, a directory that may not be searched
            self._fail(source, refusal(error))

    def remarks(self) -> Iterator[str]:
        """Yield a sentence on what the settings leave out."""
        if self._left_out:
            what = " and ".join(counted(n, noun) for noun, n in sorted(self._left_out.items()))
            yield f"`include_path` and `exclude_path` leave out {what}."

    def _take(self, name: str, file: Source) -> None:
        """Take in what was found, once; a file that is named in several ways has its first name."""
        other = self.found.get(name) if _ESCAPED in name else None
        if other and other.path != file.path:
            self.unread[name] = Unread(name, _TWO)
            return
        place = self._place(file)
        first = self._names.setdefault(place, name) if place else name
        if name != first:
            if self.found[first].surely or not file.surely:
                return
            del self.found[first]
            self._names[place] = name
        if file.surely or name not in self.found:
            self.found[name] = file

    def _place(self, file: Source) -> str:
        """Return where a file is, however it is named; of a link, where that is itself."""
        if isinstance(file, StandardInput):
            return ""
        directory, name = os.path.split(file.path)
        if directory not in self._directories:
            self._directories[directory] = os.path.realpath(directory)
        return os.path.normcase(os.path.join(self._directories[directory], name))  # noqa: PTH118 - for speed

    def _named(self, source: str, *, trusted: bool) -> Iterator[tuple[str, Source]]:
        if source == STDIN:
            yield self._standard_input()
        elif os.path.isdir(source):  # noqa: PTH112 - never raises
            yield from self._directory(source, trusted=trusted)
        elif _is_there(source):
            yield from self._file(source, trusted=trusted)
        elif MAGIC.search(source):
            yield from self._pattern(source)
        else:
            raise SourceError(f"{clean(source)}: there is no such file or directory.")

    def _input(self) -> BinaryIO:
        if self._stdin is None:
            raise SourceError("-: standard input is closed, or has been read as a list.")
        return self._stdin

    def _standard_input(self) -> tuple[str, StandardInput]:
        name = self._stdin_name
        if not name.strip():
            raise SourceError("--stdin-name: a document needs a name, such as README.md.")
        return unicode_name(name), StandardInput(self._input(), name)

    def _file(self, source: str, *, trusted: bool) -> Iterator[tuple[str, NamedFile]]:
        path = PurePath(source)
        if self._leaves_out(_from_here(source) or path.name, directory=False):
            return
        tree = None if trusted else _tree(path.parent)
        yield (
            unicode_name(path.as_posix()),
            NamedFile(str(path), source, surely=trusted, follow=trusted, tree=tree),
        )

    def _directory(self, source: str, *, trusted: bool) -> Iterator[tuple[str, NamedFile]]:
        if not trusted and not _stays(source, _tree(PurePath(source))):
            self._fail(source, _LEADS_OUT)
            return
        before, found = len(self.unread) + self._left_out.total(), False
        pattern = path_pattern(["**"], hidden=self._choose.hidden)
        for path in self._walked(source, pattern, self._is_sought):
            found = True
            yield unicode_name(path), NamedFile(path, source, follow=False)
        if not found and len(self.unread) + self._left_out.total() == before:
            sought = ", ".join(sorted(self._formats))
            raise SourceError(
                f"{clean(source)}: holds no document of a format that is read ({sought})."
            )

    def _pattern(self, source: str) -> Iterator[tuple[str, NamedFile]]:
        parts = PurePath(source).parts
        first = next(at for at, part in enumerate(parts) if MAGIC.search(part))
        base, rest = str(PurePath(*parts[:first])), parts[first:]
        if os.pardir in rest:
            raise SourceError(f"{clean(source)}: '..' may stand only before what is a pattern.")
        left_out, found = self._left_out.total(), False
        if os.path.isdir(base):  # noqa: PTH112 - never raises
            pattern = path_pattern(rest, hidden=self._choose.hidden)
            for path in self._walked(base, pattern, os.DirEntry.is_file):
                found = True
                tree = _tree(PurePath(base))
                yield (
                    unicode_name(path),
                    NamedFile(path, source, surely=False, follow=False, tree=tree),
                )
        if not found and self._left_out.total() == left_out:
            raise SourceError(f"{clean(source)}: no file matches this pattern.")

    def _walked(
        self, root: str, pattern: PathPattern, wanted: Callable[["os.DirEntry[str]"], bool]
    ) -> Iterator[str]:
        """Yield the paths of files below a directory, as they can be opened from here."""
        here = _from_here(root)
        if here and self._leaves_out(here, directory=True):
            return
        before, prefix = (f"{here}/" if here else ""), PurePath(root).as_posix()
        prefix = "" if prefix == os.curdir else f"{prefix.rstrip('/')}/"
        walk = Walk(
            root,
            pattern,
            wanted,
            lambda path, directory: self._leaves_out(before + path, directory=directory),
            lambda path, reason: self._fail((prefix + path).rstrip("/") or root, reason),
            gitignore=self._choose.gitignore,
            kept=lambda path: self._is_kept(os.path.join(root, path)),  # noqa: PTH118 - as they come
        )
        for path in walk.files():
            yield prefix + path

    def _is_kept(self, path: str) -> bool:
        """Tell whether a path is a file's that counts whatever is ignored, or leads to one."""
        if self._kept is None:
            files = [PurePath(each) for each in self._held()]
            parents = (parent for each in files for parent in each.parents)
            self._kept = frozenset(each.as_posix() for each in (*files, *parents))
        return PurePath(os.path.relpath(path)).as_posix() in self._kept

    def _is_sought(self, entry: "os.DirEntry[str]") -> bool:
        format_ = format_of(entry.name)
        return format_ is not None and format_.name in self._formats and not entry.is_symlink()

    def _leaves_out(self, path: str, *, directory: bool) -> bool:
        """Tell whether the settings leave a path out, and count it."""
        out = bool(self._exclude.rules) and self._exclude.ignore(path, directory=directory)
        if not directory and not out and self._include.rules:
            out = not self._include.ignore(path)
        if out:
            self._left_out["directory" if directory else "file"] += 1
        return out

    def _fail(self, name: str, reason: str) -> None:
        shown = unicode_name(PurePath(name).as_posix())
        self.unread[shown] = Unread(shown, reason)


def _entrance(source: str) -> Entrance:
    target = resolve(source)
    if isinstance(target, Rejected):
        raise SourceError(f"{clean(mask(source))}: is no URL of a page ({target.reason}).")
    return Entrance(mask(source), target.url)


def chosen_formats(names: Iterable[str]) -> frozenset[str]:
    """Return the formats that are read in directories. Raises `SettingsError`."""
    groups = {
        "all": frozenset(BY_NAME),
        "default": frozenset(each.name for each in FORMATS if not each.on_request),
    }
    chosen: frozenset[str] = frozenset()
    for name in (one.strip() for each in names for one in each.split(",")):
        if name not in groups and name not in BY_NAME:
            known = {*groups, *BY_NAME}
            raise SettingsError(
                f"'document_formats' knows no format {name!r}{nearest(name, known)}; there are "
                f"{', '.join(sorted(known))}."
            )
        chosen |= groups.get(name, frozenset({name}))
    return chosen


def _is_there(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: it holds a NUL
        return False
    return True


def _from_here(path: str) -> str:
    """Return a path from the working directory; nothing for that itself, or if it leads out."""
    relative = os.path.relpath(path)
    return "" if relative == os.curdir or relative.startswith(os.pardir) else relative


def _tree(otherwise: PurePath) -> str:
    """Return the tree that a path is in: the working directory's, or else what is given."""
    inside = not os.path.relpath(otherwise).startswith(os.pardir)
    return os.curdir if inside else str(otherwise)


def _stays(path: str, tree: str) -> bool:
    return PurePath(os.path.realpath(path)).is_relative_to(os.path.realpath(tree))


def counted(number: int, noun: str) -> str:
    """Say how many there are of something."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}{'e' * noun.endswith('s')}s"
    return f"{number} {noun if number == 1 else plural}"

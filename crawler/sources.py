"""Sources: from what the operator names to documents, in order.

A checkout may be a stranger's: links in a directory are not followed; `.gitignore` is respected.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from pathspec import GitIgnoreSpec

from crawler.collect import Collection, collect
from crawler.disk import Unreadable, document, read_bytes, read_stream, refusal, unicode_name
from crawler.documents import FORMATS, format_of
from crawler.errors import SourceError
from crawler.model import Document, Unread
from crawler.settings import Settings
from crawler.tree import Grounds

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Documents, in order of their names, and what could not be read, or not as expected.

    Each is read when its turn comes, so that no two are in memory; the rest may grow with it.
    """

    documents: Iterator[Document]
    remarks: list[str]
    unread: list[Unread]


_Read: TypeAlias = Callable[[list[str]], Document]
"""Read a document when its turn has come, with its remarks. Raises `Unreadable`."""


def gather(
    names: Sequence[str],
    stdin: BinaryIO | None,
    stdin_name: str,
    settings: Settings,
    today: date | None = None,
) -> Collection:
    """Read the documents that the operator names, and collect their links. Raises `SourceError`."""
    loaded = load(names, stdin, stdin_name)
    ground = Grounds(settings.local).of
    collection = collect(loaded.documents, settings.extract, ground, today)
    collection = collection.with_remarks(loaded.remarks)
    return replace(collection, unread=tuple(loaded.unread))


def load(sources: Sequence[str], stdin: BinaryIO | None, stdin_name: str) -> Loaded:
    """Find every document that the sources name. Raises `SourceError` where there is none.

    What is there and cannot be read does not stop the others, be it named itself or not.
    """
    if not sources:
        raise SourceError(
            "no source: name a file, a directory or '-' (standard input), or set `sources` in "
            "crawl.toml or under [tool.crawl] in pyproject.toml."
        )
    found: dict[str, _Read] = {}
    remarks: list[str] = []
    unread: dict[str, Unread] = {}
    for source in dict.fromkeys(sources):
        try:
            found.update(_named(source, stdin, stdin_name, unread))
        except OSError as error:  # a name too long to exist, a directory that may not be searched
            _not_read(error.filename or source, refusal(error), unread)
    told = list(unread.values())
    return Loaded(_documents(found, remarks, told), remarks, told)


def _documents(
    found: Mapping[str, _Read], remarks: list[str], unread: list[Unread]
) -> Iterator[Document]:
    for name in sorted(found):
        try:
            yield found[name](remarks)
        except Unreadable as error:
            unread.append(Unread(name, str(error)))


def _not_read(name: str, reason: str, unread: dict[str, Unread]) -> None:
    shown = unicode_name(Path(name).as_posix())
    unread[shown] = Unread(shown, reason)


def _named(
    source: str, stdin: BinaryIO | None, stdin_name: str, unread: dict[str, Unread]
) -> Iterator[tuple[str, _Read]]:
    path = Path(source)
    if source == STDIN:
        yield _standard_input(stdin, stdin_name)
    elif source.lower().startswith(("http://", "https://")):
        raise SourceError(f"{source}: pages of the web cannot be sources yet; save it to a file.")
    elif path.is_dir():
        yield from _directory(path, source, unread)
    elif path.exists() or path.is_symlink():
        yield _file(path, source)
    elif has_magic(source):
        found = glob(source, recursive=True)  # noqa: PTH207 - the pattern may be absolute
        matches = sorted(match for match in found if Path(match).is_file())
        if not matches:
            raise SourceError(f"{source}: no file matches this pattern.")
        for match in matches:
            yield _file(Path(match), source)
    else:
        raise SourceError(f"{source}: there is no such file or directory.")


def _standard_input(stdin: BinaryIO | None, name: str) -> tuple[str, _Read]:
    if stdin is None:
        raise SourceError("-: standard input is closed.")
    if not name.strip():
        raise SourceError("--stdin-name: a document needs a name, such as README.md.")

    def read(remarks: list[str]) -> Document:
        return document(name, "markdown", read_stream(stdin), STDIN, remarks)

    return unicode_name(name), read


def _directory(path: Path, source: str, unread: dict[str, Unread]) -> Iterator[tuple[str, _Read]]:
    found, before = False, len(unread)
    for file in _walk(path, unread):
        found = True
        yield _file(file, source, follow=False)
    if not found and len(unread) == before:
        sought = ", ".join(each.name for each in FORMATS if not each.on_request)
        raise SourceError(f"{source}: holds no document of a format that is read ({sought}).")


def _walk(root: Path, unread: dict[str, Unread]) -> Iterator[Path]:
    """Yield the documents below a directory that git would not ignore, in a stable order."""

    def unreadable(error: OSError) -> None:
        _not_read(error.filename, refusal(error), unread)

    specs = _outer_specs(root)
    for where, directories, files in os.walk(root, onerror=unreadable):
        here = Path(where)
        if spec := _spec(here):
            specs.append((here.resolve(), spec))
        directories[:] = sorted(
            name
            for name in directories
            if not name.startswith(".") and not _ignored(here / name, specs, directory=True)
        )
        for name in sorted(files):
            file = here / name
            if _is_sought(name) and not file.is_symlink() and not _ignored(file, specs):
                yield file


def _is_sought(name: str) -> bool:
    format_ = format_of(name)
    return format_ is not None and not format_.on_request


def _outer_specs(root: Path) -> list[tuple[Path, GitIgnoreSpec]]:
    """Read the `.gitignore` files above a directory, from the repository's top downwards.

    They do not count for a directory that they ignore: whoever names it wants it read.
    """
    specs: list[tuple[Path, GitIgnoreSpec]] = []
    for parent in root.resolve().parents if not os.path.exists(root / ".git") else ():  # noqa: PTH110 - never raises
        if spec := _spec(parent):
            specs.insert(0, (parent, spec))
        if (parent / ".git").exists():
            return [] if _ignored(root.resolve(), specs, directory=True) else specs
    return []


def _spec(directory: Path) -> GitIgnoreSpec | None:
    path = directory / ".gitignore"
    if path.is_symlink():  # git does not follow it either
        return None
    try:
        lines = read_bytes(path).decode("utf-8", "replace").splitlines()
    except Unreadable:
        return None
    return GitIgnoreSpec.from_lines(filter(_is_pattern, lines))


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:  # such as a lone "!": git passes over it too
        return False
    return True


def _ignored(
    path: Path, specs: Sequence[tuple[Path, GitIgnoreSpec]], *, directory: bool = False
) -> bool:
    """Tell what the nearest file says that says anything, as git does: `specs` go downwards."""
    absolute = path.parent.resolve() / path.name
    for base, spec in reversed(specs):
        if absolute.is_relative_to(base):
            name = absolute.relative_to(base).as_posix() + ("/" if directory else "")
            ignored = spec.check_file(name).include
            if ignored is not None:
                return ignored
    return False


def _file(path: Path, source: str, *, follow: bool = True) -> tuple[str, _Read]:
    name = path.as_posix()

    def read(remarks: list[str]) -> Document:
        return document(name, "plaintext", read_bytes(path, follow=follow), source, remarks)

    return unicode_name(name), read

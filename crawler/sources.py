"""Sources: from what the operator names to documents, in order.

A checkout may be a stranger's: links in a directory are not followed; `.gitignore` is respected.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO, Final

from pathspec import GitIgnoreSpec

from crawler.collect import Collection, collect
from crawler.disk import document, read_bytes, read_stream, unicode_name
from crawler.documents import FORMATS, format_of
from crawler.errors import SourceError
from crawler.model import Document
from crawler.settings import ExtractSettings
from crawler.text import clean

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Documents, in order of their names, and what could not be read as expected.

    Each is read when its turn comes, so that no two are in memory; remarks may come with it.
    """

    documents: Iterator[Document]
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class _Named:
    """A document to be read. `itself`: the operator has named it, so it must be readable."""

    read: Callable[[list[str]], Document]
    itself: bool = True


def gather(
    names: Sequence[str], stdin: BinaryIO | None, stdin_name: str, settings: ExtractSettings
) -> Collection:
    """Read the documents that the operator names, and collect their links. Raises `SourceError`."""
    loaded = load(names, stdin, stdin_name)
    return collect(loaded.documents, settings).with_remarks(loaded.remarks)


def load(sources: Sequence[str], stdin: BinaryIO | None, stdin_name: str) -> Loaded:
    """Find every document that the sources name. Raises `SourceError`, as reading them does.

    A source that is named itself must be readable; inside directories what is not is remarked on.
    """
    if not sources:
        raise SourceError(
            "no source: name a file, a directory or '-' (standard input), or set `sources` in "
            "crawl.toml or under [tool.crawl] in pyproject.toml."
        )
    found: dict[str, _Named] = {}
    remarks: list[str] = []
    for source in dict.fromkeys(sources):
        try:
            for name, named in _named(source, stdin, stdin_name, remarks):
                before = found.get(name)
                found[name] = replace(
                    named, itself=named.itself or (before is not None and before.itself)
                )
        except OSError as error:  # a name too long to exist, a directory that may not be searched
            raise SourceError(f"{clean(source)}: cannot be read ({error.strerror}).") from error
    remarks = list(dict.fromkeys(remarks))
    return Loaded(_documents(found, remarks), remarks)


def _documents(found: Mapping[str, _Named], remarks: list[str]) -> Iterator[Document]:
    for name in sorted(found):
        try:
            yield found[name].read(remarks)
        except SourceError as error:
            if found[name].itself:
                raise
            remarks.append(str(error))


def _named(
    source: str, stdin: BinaryIO | None, stdin_name: str, remarks: list[str]
) -> Iterator[tuple[str, _Named]]:
    path = Path(source)
    if source == STDIN:
        yield _standard_input(stdin, stdin_name)
    elif source.lower().startswith(("http://", "https://")):
        raise SourceError(f"{source}: pages of the web cannot be sources yet; save it to a file.")
    elif path.is_dir():
        yield from _directory(path, source, remarks)
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


def _standard_input(stdin: BinaryIO | None, name: str) -> tuple[str, _Named]:
    if stdin is None:
        raise SourceError("-: standard input is closed.")
    if not name.strip():
        raise SourceError("--stdin-name: a document needs a name, such as README.md.")

    def read(remarks: list[str]) -> Document:
        return document(name, "markdown", read_stream(stdin, STDIN), STDIN, remarks)

    return unicode_name(name), _Named(read)


def _directory(path: Path, source: str, remarks: list[str]) -> Iterator[tuple[str, _Named]]:
    found = False
    for file in _walk(path, remarks):
        found = True
        name, named = _file(file, source)
        yield name, replace(named, itself=False)
    if not found:
        sought = ", ".join(each.name for each in FORMATS if not each.on_request)
        raise SourceError(f"{source}: holds no document of a format that is read ({sought}).")


def _walk(root: Path, remarks: list[str]) -> Iterator[Path]:
    """Yield the documents below a directory that git would not ignore, in a stable order."""

    def unreadable(error: OSError) -> None:
        if Path(error.filename) == root:
            raise error
        remarks.append(f"{clean(error.filename)}: cannot be read ({error.strerror}).")

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
    for parent in root.resolve().parents if not (root / ".git").exists() else ():
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
    except SourceError:
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


def _file(path: Path, source: str) -> tuple[str, _Named]:
    name = path.as_posix()

    def read(remarks: list[str]) -> Document:
        return document(name, "plaintext", read_bytes(path), source, remarks)

    return unicode_name(name), _Named(read)

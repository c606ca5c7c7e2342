"""Sources: from what the operator names to documents. The only module that reads documents' files.

A checkout may be a stranger's. Only regular files are read, up to a size; links inside a
directory are not followed; `.gitignore` is respected.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from glob import glob, has_magic
from pathlib import Path
from typing import BinaryIO, Final

from pathspec import GitIgnoreSpec

from crawler.collect import Collection, collect
from crawler.documents import BY_NAME, FORMATS, format_of
from crawler.errors import SourceError
from crawler.model import Document
from crawler.settings import ExtractSettings
from crawler.text import clean

MAX_SIZE: Final = 67_108_864
STDIN: Final = "-"
_BINARY_PREFIX: Final = 8192
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


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
        data = _within_limit(stdin.read(MAX_SIZE + 1), STDIN)
        return _document(name, "markdown", data, STDIN, remarks)

    return _unicode(name), _Named(read)


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
        lines = _read(path, str(path)).decode("utf-8", "replace").splitlines()
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
        return _document(name, "plaintext", _read(path, clean(name)), source, remarks)

    return _unicode(name), _Named(read)


def _document(name: str, otherwise: str, data: bytes, source: str, remarks: list[str]) -> Document:
    """Make a document. `otherwise`: its format, if its name speaks for none."""
    format_ = format_of(name) or BY_NAME[otherwise]
    shown = STDIN if source == STDIN else clean(name)
    text = "" if format_.binary else _text(data, shown, remarks)
    kept = data if format_.binary else b""
    return Document(_unicode(name), format_.name, text, source=_unicode(source), data=kept)


def _unicode(name: str) -> str:
    """Write the bytes of a name that are no Unicode as escapes: no history can hold them."""
    return name.encode("utf-8", "backslashreplace").decode()


def _read(path: Path, shown: str) -> bytes:
    try:
        descriptor = os.open(path, _OPEN)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SourceError(f"{shown}: is not a regular file.")
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise SourceError(f"{shown}: cannot be read ({error.strerror}).") from error
    return _within_limit(data, shown)


def _within_limit(data: bytes, shown: str) -> bytes:
    if len(data) > MAX_SIZE:
        raise SourceError(f"{shown}: is larger than {MAX_SIZE // 1_048_576} MiB; leave it out.")
    return data


def _text(data: bytes, shown: str, remarks: list[str]) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\0" in data[:_BINARY_PREFIX]:
        raise SourceError(f"{shown}: is a binary file, not a document.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        remarks.append(f"{shown}: is not UTF-8 (line {line}); it was read as windows-1252.")
        return data.decode("windows-1252", "replace")

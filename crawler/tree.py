"""The files of projects, as far as links ask for them: what directories hold, and a file's text.

A checkout may be a stranger's. Nothing outside a project is looked at: paths are gone along by the
names that directories list, symbolic links included, and no written path ever reaches the system.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import quote

from crawler.disk import Unreadable, document, read_bytes
from crawler.documents import format_of
from crawler.errors import SettingsError
from crawler.local import Ground, Web
from crawler.mapping import Remap, remap_of
from crawler.model import Document
from crawler.settings import LocalSettings
from crawler.urls import Target, resolve
from crawler.walk import Listing, Parts, Thing, Tree

MAX_SIZE: Final = 4_194_304
"""Bytes of a file that is read to find a place in it."""
_MAX_LISTINGS: Final = 4096
_GIT: Final = ".git"
# By these a page is known of which programs make others, wherever those will be.
_TEMPLATE: Final = ("{%", "{{", "<%", "<?php")


class DiskTree:
    """A project on the disk. Directories are listed once, as long as there are not too many."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self.listing = lru_cache(_MAX_LISTINGS)(self._listing)

    def text(self, file: Parts) -> Document | None:
        """Return a file as a document; None if it is none that is read, or cannot be."""
        name = "/".join(file)
        data = self._data(file) if format_of(name) else None
        try:
            return None if data is None else document(name, "plaintext", data, "", [])
        except Unreadable:
            return None

    def lines(self, file: Parts) -> int | None:
        """Return how many lines a file has; None if it cannot be read."""
        data = self._data(file)
        return None if data is None else data.count(b"\n") + (not data.endswith(b"\n"))

    def _data(self, file: Parts) -> bytes | None:
        path = self._top.joinpath(*file)
        try:
            return read_bytes(path) if path.stat().st_size <= MAX_SIZE else None
        except (OSError, Unreadable):
            return None

    def _listing(self, directory: Parts) -> Listing | None:
        try:
            with os.scandir(self._top.joinpath(*directory)) as entries:
                return Listing({each.name: self._thing(each) for each in entries})
        except OSError:
            return None

    def _thing(self, entry: os.DirEntry[str]) -> Thing | str:
        if entry.is_symlink():
            return self._leads(os.readlink(entry.path))  # noqa: PTH115 - a text, not a path
        if entry.is_dir():
            return Thing.DIRECTORY
        return Thing.FILE if entry.is_file() else Thing.OTHER

    def _leads(self, target: str) -> Thing | str:
        """Say where a symbolic link leads as the project sees it, without going there."""
        if not os.path.isabs(target):  # noqa: PTH117 - a text, not a path
            return target
        path = Path(os.path.normpath(target))
        below = path.is_relative_to(self._top)
        return f"/{path.relative_to(self._top).as_posix()}" if below else Thing.OUTSIDE


class Grounds:
    """Where documents stand. Raises `SettingsError` if what the settings name is not there.

    `tree`: what makes a tree of the top of a project; `is_there`: tells whether a directory is.
    """

    def __init__(
        self,
        settings: LocalSettings,
        tree: Callable[[Path], Tree] = DiskTree,
        is_there: Callable[[Path], bool] = Path.is_dir,
    ) -> None:
        self._here = Path.cwd().resolve()
        self._root = _directory("root", settings.root) if settings.root else None
        self._is_there = is_there
        self._tree = cache(tree)
        self._project = lru_cache(maxsize=1024)(self._found_project)
        self._web = Web(_top_url(settings.base_url), tuple(map(self._remap, settings.remap)))

    def of(self, document: Document) -> Ground | None:
        """Return where a document stands; None if there is no such directory."""
        path = Path(document.path or document.name)
        try:
            directory = path.parent.resolve()
            if document.base is not None or not self._is_there(directory):
                return None
            top = self._project(directory, document.source)
        except (OSError, ValueError):  # a name that no system has, given to standard input
            return None
        below = directory.relative_to(top).parts
        site = self._tree(self._root) if self._root else None
        address = self._address(directory / path.name)
        template = document.format == "html" and any(map(document.text.__contains__, _TEMPLATE))
        tree = self._tree(top)
        return Ground(tree, below, path.name, site, self._web, address, template=template)

    def _address(self, document: Path) -> str | None:
        """Return where a document is published: by its place below the root, or below here."""
        top = self._root or self._here
        if self._web.base is None or not document.is_relative_to(top):
            return None
        return self._web.base + quote(os.fsencode(document.relative_to(top).as_posix()))

    def _remap(self, text: str) -> tuple[Remap, Tree | None]:
        remap = remap_of(text)
        directory = remap.directory
        tree = None if directory is None else self._tree(_directory("remap", directory))
        return remap, tree

    def _found_project(self, directory: Path, source: str) -> Path:
        """Return the top of the project that a directory is part of."""
        if self._root and directory.is_relative_to(self._root):
            return self._root
        for each in (directory, *directory.parents):
            if (each / _GIT).exists():
                return each
        return next(each for each in self._otherwise(directory, source))

    def _otherwise(self, directory: Path, source: str) -> Iterator[Path]:
        named = Path(source).resolve()
        yield from (each for each in (self._here, named) if directory.is_relative_to(each))
        yield directory


def _top_url(url: str | None) -> str | None:
    """Return a URL that was found to be one as that of a directory: with a slash at its end."""
    target = resolve(url) if url else None
    return f"{target.url}".rstrip("/") + "/" if isinstance(target, Target) else None


def _directory(option: str, name: str) -> Path:
    path = Path(name)
    if not path.is_dir():
        raise SettingsError(f"'{option}': {name} is no directory.")
    return path.resolve()

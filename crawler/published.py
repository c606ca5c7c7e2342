"""What stands where a link to a file leads: that file, or what is published there in its place.

A site generator, or a server, makes pages out of files with other names, and pages out of nothing
at all. A false alarm is worse than a miss: where one is at work, only files are called missing that
it would not make.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from unicodedata import normalize

from crawler.tables import site_generators
from crawler.urls import Rejection
from crawler.walk import Listing, Parts, Spot, Thing, Tree, normal, walk

# Pages as they are served, and what site generators make them of.
_SERVED: Final = (".html", ".htm", ".xhtml")
_SOURCES: Final = (
    ".adoc", ".asciidoc", ".ipynb", ".markdown", ".md", ".mdx", ".org", ".qmd", ".Rmd", ".rmd",
    ".rst", ".textile", ".txt",
)  # fmt: skip
# What TeX looks for where a picture is named without its ending.
_PICTURES: Final = (".pdf", ".png", ".jpg", ".jpeg", ".eps", ".svg")
_FRONT: Final = ("index", "README", "Readme", "readme", "_index")
# Directories of a site generator whose files are published at the top.
_STATIC: Final = ("static", "public")
_BESIDE: Final = ("website", "site", "docs", "doc", "www", "documentation")
# Endings of files that no site generator makes out of others, or so rarely that nobody means it.
_FILES: Final = frozenset({
    "7z", "adoc", "asciidoc", "avif", "bat", "bib", "bmp", "bz2", "c", "cc", "cfg", "conf", "cpp",
    "cs", "css", "csv", "cxx", "dart", "diff", "doc", "docx", "eot", "eps", "epub", "f90", "gif",
    "go", "gz", "h", "hpp", "ico", "in", "ini", "ipynb", "java", "jpeg", "jpg", "js", "json",
    "jsonl", "kt", "less", "license", "lock", "log", "lua", "m4", "markdown", "md", "mdx", "mjs",
    "mkd", "mov", "mp3", "mp4", "odt", "ogg", "org", "otf", "patch", "pdf", "php", "pl", "png",
    "pptx", "proto", "ps1", "py", "pyi", "qmd", "r", "rb", "rs", "rst", "scala", "scss", "sh",
    "sql", "svg", "swift", "tar", "tex", "tgz", "tif", "tiff", "toml", "ts", "tsv", "tsx", "ttf",
    "txt", "vue", "wav", "webm", "webp", "woff", "woff2", "xlsx", "xz", "yaml", "yml", "zip",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a link comes to. `file`: where its fragment is to be looked for, if anywhere."""

    reason: Rejection
    detail: str = ""
    path: str | None = None
    tree: Tree | None = None
    file: Parts | None = None


_OUTSIDE: Final = Found(Rejection.OUTSIDE)
_OF_GENERATOR: Final = Found(Rejection.RELATIVE, "its site generator may make such a page")
_OF_TEX: Final = Found(Rejection.RELATIVE, "TeX looks for it in other directories too")
_EMPTY: Final = Found(Rejection.RELATIVE, "its directory is empty: a submodule perhaps")
_UNREADABLE: Final = Found(Rejection.RELATIVE, "its directory cannot be read")


class Search:
    """Where to look for files: as a document writes them, or without one from the top."""

    def __init__(self, tree: Tree, start: Parts = (), document: str | None = None) -> None:
        self._tree = tree
        self._start = start
        self._document = document or ""
        self._rooted = document is None

    def at(self, path: str) -> Found | None:
        """Return what stands at a path, be it under another name; None if nothing does."""
        written = normal(self._start, path)
        if found := self._standing(written, written):
            return found
        ways = (normal(start, path) for start in self._other_starts())
        return next(filter(None, (self._standing(way, written) for way in ways)), None)

    def _standing(self, parts: Parts | None, written: Parts | None) -> Found | None:
        spot = None if parts is None else walk(self._tree, parts)
        if parts and (spot is None or spot.thing is Thing.OTHER):
            spot = self._published(parts) or spot
        return None if spot is None else _found(self._tree, spot, written or ())

    def missing(self, path: str) -> Found:
        """Say what is to be said where nothing stands."""
        parts = normal(self._start, path)
        if parts is None:
            return _OUTSIDE
        if spot := walk(self._tree, parts, folded=True):
            return Found(Rejection.FILE_CASE, f"it is {shown(spot.parts)}", shown(parts))
        if self._is_tex:
            return _OF_TEX
        above = self._above(parts)
        if above is not None and not above.entries:
            return _EMPTY
        if self._generated and not _is_file(parts[-1]):
            return _OF_GENERATOR
        parent = walk(self._tree, parts[:-1])
        listing = self._tree.listing(parent.real) if parent else None
        near = listing.near(parts[-1]) if listing else None
        hint = f"there is {shown((*parts[:-1], near))}" if near else ""
        return Found(Rejection.FILE_MISSING, hint, shown(parts))

    def _other_starts(self) -> Iterator[Parts]:
        """Yield what else a path may start from, where files are published elsewhere."""
        if not self._generated:
            return
        stem = self._document.partition(".")[0]
        if self._rooted:
            yield from ((each,) for each in _STATIC)
        elif stem not in _FRONT:  # `a.md` is published as `a/`
            yield (*self._start, stem)

    def _published(self, parts: Parts) -> Spot | None:
        """Return the file that a site generator, or a server, would publish at a path."""
        parent = walk(self._tree, parts[:-1])
        listing = self._tree.listing(parent.real) if parent and _is_open(parent) else None
        if parent is None or listing is None:
            return None
        names = filter(None, map(listing.spelt, self._sources(parts[-1], listing)))
        files = (walk(self._tree, (*parent.parts, name)) for name in names)
        return next((file for file in files if file and file.thing is Thing.FILE), None)

    def _sources(self, name: str, listing: Listing) -> Iterator[str]:
        stem, dot, ending = name.rpartition(".")
        if ending == "*" and self._is_sphinx:  # Sphinx takes what its output can show
            yield from (each for each in listing.entries if each.startswith(stem + dot))
        if f".{ending}" in _SERVED:
            fronts = _FRONT if stem == "index" else (stem,)
            yield from (front + each for front in fronts for each in _SOURCES)
        yield from (name + each for each in (_PICTURES if self._is_tex else _SERVED))
        if self._is_sphinx or self._generated:
            yield from (name + each for each in _SOURCES)

    @property
    def _is_tex(self) -> bool:
        return self._document.endswith((".tex", ".latex", ".ltx"))

    @property
    def _is_sphinx(self) -> bool:
        return self._document.endswith(".rst")

    @cached_property
    def _generated(self) -> bool:
        """Whether there is a sign of a site generator, above or where they usually are."""
        signs = site_generators()
        for depth in range(len(self._start), -1, -1):
            listing = self._tree.listing(self._start[:depth])
            entries = listing.entries if listing else {}
            if not signs.isdisjoint(entries):
                return True
            for name in _BESIDE:
                if entries.get(name) is Thing.DIRECTORY:
                    beside = self._tree.listing((*self._start[:depth], name))
                    if beside and not signs.isdisjoint(beside.entries):
                        return True
        return False

    def _above(self, parts: Parts) -> Listing | None:
        """Return the last directory that there is on the way."""
        ways = (walk(self._tree, parts[:depth]) for depth in reversed(range(len(parts))))
        spot = next(filter(None, ways))  # the top is there
        return self._tree.listing(spot.real) if _is_open(spot) else None


def _is_open(spot: Spot) -> bool:
    return spot.thing is Thing.DIRECTORY


def _found(tree: Tree, spot: Spot, parts: Parts) -> Found:
    match spot.thing:
        case Thing.OUTSIDE:
            return _OUTSIDE
        case Thing.UNREADABLE:
            return _UNREADABLE
        case Thing.OTHER:
            path = shown(spot.parts)
            return Found(Rejection.FILE_MISSING, f"{path} is no regular file", path)
    file = spot.real if spot.thing is Thing.FILE else _front(tree, spot.real)
    path = shown(spot.parts)
    same = parts == spot.parts or normalize("NFC", "/".join(parts)) == normalize("NFC", path)
    return Found(Rejection.LOCAL, "" if same else f"as {path}", path, tree, file)


def _front(tree: Tree, directory: Parts) -> Parts | None:
    """Return the page that stands for a directory, if it is sure which one that is."""
    listing = tree.listing(directory)
    names = (front + each for front in _FRONT for each in (*_SERVED, *_SOURCES))
    found = [name for name in names if listing and listing.entries.get(name) is Thing.FILE]
    return (*directory, found[0]) if len(found) == 1 else None


def _is_file(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _FILES


def shown(parts: Parts) -> str:
    """Write a way as text: bytes that are no Unicode as escapes, and the top as a dot."""
    return "/".join(parts).encode("utf-8", "backslashreplace").decode() or "."

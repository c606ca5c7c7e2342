"""Links to files: from a document and what it writes to what the link comes to.

Decisions only; the disk is a `Tree`, which is asked about no path that leaves the project.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from crawler.mapping import Remap
from crawler.model import Kind, Occurrence
from crawler.published import Found, Search, shown
from crawler.urls import Rejected, Rejection, Target, resolve
from crawler.walk import Parts, Tree

_STRIPPED: Final = "".join(map(chr, range(0x21)))  # as `urls` strips them
_REMOVED: Final = str.maketrans("\\", "/", "\t\n\r")
# What templates and programs fill in, and names that they alone understand (`@site/x`, `~/x`).
_FILLED: Final = re.compile(r"""[<>{}|^`"]|\$[A-Za-z_(]|%(?![0-9A-Fa-f]{2})[sd(]|\A[@~']""")
_OF_TEMPLATE: Final = Found(Rejection.RELATIVE, "it is filled in by a template or a program")
_NO_ROOT: Final = Found(Rejection.RELATIVE, "--root tells which directory / stands for")


@dataclass(frozen=True, slots=True)
class Web:
    """What the operator says of addresses: where files are published, and what stands for what.

    `base`: the URL of the top, with a slash at its end. A rule with a tree names its files.
    """

    base: str | None = None
    remaps: tuple[tuple[Remap, Tree | None], ...] = ()


_NOWHERE: Final = Web()


class Ground:
    """Where one document stands, and so what its relative links start from.

    `directory` is that of the document in its project, `tree`; `site` is what `/` stands for;
    `address`: where the document is published; `template`: it becomes part of pages elsewhere.
    """

    def __init__(  # noqa: PLR0913 - all that a place on the disk and on the web is
        self,
        tree: Tree,
        directory: Parts,
        document: str,
        site: Tree | None = None,
        web: Web = _NOWHERE,
        address: str | None = None,
        *,
        template: bool = False,
    ) -> None:
        self._tree = tree
        self._is_template = template
        self._own = (*directory, document)
        self._web = web
        self._address = address
        self._beside = Search(tree, directory, document)
        self._site = Search(site) if site else None
        self._known: dict[str, Found] = {}

    @property
    def own(self) -> tuple[Tree, Parts]:
        """The project, and the way to the document in it."""
        return self._tree, self._own

    def is_own(self, found: Found) -> bool:
        """Tell whether a link names its own document."""
        return found.tree is self._tree and found.file == self._own

    def found(
        self, occurrence: Occurrence, target: Target | Rejected, base: str | None
    ) -> Found | Target | None:
        """Look a link up that names a file, or say what else stands for it; None: it is as it is.

        `target`: what is known of it without the disk; `base`: what the document itself declares
        that relative links start from.
        """
        if isinstance(target, Target):
            return self._mapped(target, occurrence) if self._web.base or self._web.remaps else None
        path = _path(occurrence.href, base or "")
        if target.reason is not Rejection.RELATIVE or path is None:
            return None
        published = resolve(path, self._address) if self._is_asked(path) else None
        if isinstance(published, Target):
            fragment = occurrence.href.strip(_STRIPPED).partition("#")[2] or None
            there = replace(published, fragment=fragment)
            return self._mapped(there, occurrence) or there
        if path.startswith("?"):  # the document itself
            return Found(Rejection.LOCAL, "", shown(self._own), self._tree, self._own)
        return self._file(path, occurrence.kind)

    def _is_asked(self, path: str) -> bool:
        """Tell whether a path is one of the web: below `--root`, only those from the top are."""
        return self._address is not None and (self._site is None or path.startswith("/"))

    def _mapped(self, target: Target, occurrence: Occurrence) -> Found | Target | None:
        url, base = str(target.url), self._web.base
        for remap, tree in self._web.remaps:
            if (mapped := remap.applied(url)) is None:
                continue
            if tree is not None:
                return _looked_up(Search(tree), mapped[len(remap.directory or "") :])
            other = resolve(mapped)
            return replace(other, fragment=target.fragment) if isinstance(other, Target) else None
        if base is None or self._site is None or not url.startswith(base):
            return None
        found = _looked_up(self._site, url[len(base) :])
        known = found.reason is not Rejection.RELATIVE and occurrence.kind is not Kind.FRONTMATTER
        return found if known else None  # where the disk cannot tell, the site itself may

    def _file(self, path: str, kind: Kind) -> Found:
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._looked_up(path)
        missing = known.reason in (Rejection.FILE_MISSING, Rejection.FILE_CASE)
        if missing and (self._is_template or kind is Kind.FRONTMATTER):
            return _OF_TEMPLATE  # what such a path starts from, only the generator knows
        return known

    def _looked_up(self, path: str) -> Found:
        if not path.startswith("/"):
            return _looked_up(self._beside, path)
        if self._site is None:
            return _OF_TEMPLATE if _is_filled(path) else _NO_ROOT
        return _looked_up(self._site, path)


def _looked_up(search: Search, path: str) -> Found:
    found = next(filter(None, map(search.at, _spellings(path))), None)
    if found is not None:
        return found
    if _is_filled(path):
        return _OF_TEMPLATE
    return search.missing(unquote(path.partition("?")[0], errors="surrogateescape"))


def _is_filled(path: str) -> bool:
    return _FILLED.search(path.partition("?")[0]) is not None


def _path(href: str, base: str) -> str | None:
    """Return the path that a link writes, with its query; None if it has but a fragment."""
    path = href.strip(_STRIPPED).translate(_REMOVED).partition("#")[0]
    if not path:
        return None
    if path.startswith("/") or ":" in base.partition("/")[0]:
        return path
    above, slash, _ = re.split("[?#]", base.translate(_REMOVED), maxsplit=1)[0].rpartition("/")
    return f"{above}{slash}{path}"


def _spellings(path: str) -> Iterator[str]:
    """Yield what a written path may mean: decoded and as it stands, without its query and with."""
    name = path.partition("?")[0]
    for each in dict.fromkeys((name, path)):
        yield unquote(each, errors="surrogateescape")
        if "%" in each:
            yield each

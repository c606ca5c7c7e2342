"""Links to files: from a document and what it writes to what the link comes to.

Decisions only; the disk is a `Tree`, which is asked about no path that leaves the project.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from crawler.model import Kind, Occurrence
from crawler.published import Found, Search, shown
from crawler.urls import Rejected, Rejection, Target
from crawler.walk import Parts, Tree

_STRIPPED: Final = "".join(map(chr, range(0x21)))  # as `urls` strips them
_REMOVED: Final = str.maketrans("\\", "/", "\t\n\r")
# What templates and programs fill in, and names that they alone understand (`@site/x`, `~/x`).
_FILLED: Final = re.compile(r"""[<>{}|^`"]|\$[A-Za-z_(]|%(?![0-9A-Fa-f]{2})[sd(]|\A[@~']""")
_OF_TEMPLATE: Final = Found(Rejection.RELATIVE, "it is filled in by a template or a program")
_NO_ROOT: Final = Found(Rejection.RELATIVE, "--root tells which directory / stands for")


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one document stands, and so what its relative links start from.

    `directory` is that of the document in its project, `tree`; `site` is what `/` stands for.
    """

    tree: Tree
    directory: Parts
    document: str
    site: Tree | None = None
    _known: dict[str, Found] = field(default_factory=dict, repr=False, compare=False)

    @property
    def own(self) -> Parts:
        """The document itself."""
        return (*self.directory, self.document)

    def found(
        self, occurrence: Occurrence, target: Target | Rejected, base: str | None
    ) -> Found | None:
        """Look a link up that names a file; None if it does not.

        `target`: what is known of it without the disk; `base`: what the document itself declares
        that relative links start from.
        """
        if isinstance(target, Target) or target.reason is not Rejection.RELATIVE:
            return None
        path = _path(occurrence.href, base or "")
        if path is None:
            return None
        if path.startswith("?"):  # the document itself
            return Found(Rejection.LOCAL, "", shown(self.own), self.tree, self.own)
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._looked_up(path)
        missing = known.reason in (Rejection.FILE_MISSING, Rejection.FILE_CASE)
        if missing and occurrence.kind is Kind.FRONTMATTER:
            return _OF_TEMPLATE  # what such a path starts from, only the generator knows
        return known

    def _looked_up(self, path: str) -> Found:
        rooted = path.startswith("/")
        if rooted and self.site is None:
            return _OF_TEMPLATE if _FILLED.search(path) else _NO_ROOT
        tree = self.site if rooted and self.site else self.tree
        start = () if rooted else self.directory
        search = Search(tree, start, self.document, rooted=rooted)
        found = next(filter(None, map(search.at, _spellings(path))), None)
        if found is not None:
            return found
        if _FILLED.search(path):
            return _OF_TEMPLATE
        return search.missing(unquote(path.partition("?")[0], errors="surrogateescape"))


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

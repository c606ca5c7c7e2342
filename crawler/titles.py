"""Which of its titles a page is shown with, and without what all pages of a site add to theirs."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from crawler.tables import registrable_domain

# Where a title may stand, the best first. A page's `og:title` is cleaner than its `title`.
ORDER: Final = (
    "citation", "og", "html", "html-body", "twitter", "jsonld", "dc", "h1",
)  # fmt: skip
_SEPARATOR: Final = re.compile(r"\s(?:[-–—|·•»:~]|::|\|\|)\s|(?<=\S)[|»:]\s")  # noqa: RUF001
_NO_LETTER: Final = re.compile(r"[\W_]+")


def choose(titles: Mapping[str, str], names: Iterable[str], host: str) -> tuple[str, str] | None:
    """Return the title to show and its source. `titles`: cleaned, by source; `names`: the site's.

    A title that only names the site is the last choice.
    """
    sites = {folded for name in names if (folded := _folded(name))}
    sites |= {_folded(host), _folded(host.removeprefix("www."))}
    found = [(source, titles[source]) for source in ORDER if source in titles]
    if not found:
        return None
    first = next((each for each in found if each[0] != "og" or _folded(each[1]) not in sites), None)
    source, title = first or found[0]
    return (_without_site(title, sites, host) if source.startswith("html") else title), source


def _without_site(title: str, sites: set[str], host: str) -> str:
    """Cut off what stands behind a separator if it is the name of the site."""
    for match in _SEPARATOR.finditer(title):
        before, suffix = title[: match.start()].rstrip(), _folded(title[match.end() :])
        if before and (suffix in sites or _is_label(suffix, host)):
            return before
    return title


def _is_label(name: str, host: str) -> bool:
    """Tell whether a name is what somebody registered: `example` of `www.example.co.uk`."""
    labels = {_folded(label) for label in host.split(".")[:-1]}  # cheap, and rules out most
    return name in labels and name == _folded(registrable_domain(host).partition(".")[0])


def _folded(name: str) -> str:
    return _NO_LETTER.sub("", name).casefold()

"""Is the place that a fragment names on the page? Only what the page itself can tell is told.

Whatever scripts may make of a fragment, or of the page, is no reason to call it missing: silence is
cheap here, and a false alarm is not. What is missing is kept in parts, those that its look did not
find: a name as it is asked for, or a text directive (`:~:text=…`) with its sign.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from crawler.anchors import USER_CONTENT, anchors_of, fold, folded_text, holds
from crawler.model import Response
from crawler.tables import script_fragments
from crawler.urls import Url

if TYPE_CHECKING:
    from crawler.page import Page

DIRECTIVE: Final = ":~:"
"""What parts a name from directives to the browser: URL Fragment Text Directives §3.3."""

_TEXT: Final = re.compile(r"(?:^|&)text=([^&]*)")
_FEW: Final = 500
"""Characters without white space: shells say "Loading…" or that they need scripts, and no more."""
# Elements that frameworks fill, still empty, and scripts that go by the fragment. In lower case.
_ROOT: Final = re.compile(
    r"""id=["']?(?:__next|__nuxt|___gatsby|app|main|root|q-app)["']?(?:\s[^<>]{0,200}+)?>\s*+"""
    r"""(?:<!--(?:[^-]|-(?!->)){0,200}+-->\s*+)?</"""
)
_HASH: Final = re.compile(r"location\s{0,9}+\.\s{0,9}+hash\b")
# The same in one word; pages in frames, which show others' anchors; a host of code whose scripts
# put everything in its place.
_SIGNS: Final = ("hashchange", "<frameset", 'content="gitlab"')
# Where scripts may put the authors' text in its place: if it came with the page, it has anchors
# that are called so.
_PUT_LATER: Final = frozenset({"codeberg.org", "gist.github.com", "github.com"})


def parted(fragment: str) -> tuple[str, str]:
    """Return the name that a fragment asks for, and its directives with their sign.

    >>> parted("intro:~:text=Some%20words")
    ('intro', ':~:text=Some%20words')
    """
    name, sign, directives = fragment.partition(DIRECTIVE)
    return name, sign + directives


def missing_parts(
    asked: Iterable[str], response: Response, page: "Page", url: Url
) -> frozenset[str]:
    """Return the parts of the asked fragments that a page has not, as far as it can tell.

    `url`: the one that answered.
    """
    if not response.is_success:
        return frozenset()
    if response.truncated or not response.is_html:
        return frozenset()
    parts = [parted(fragment) for fragment in asked]
    names = frozenset(_missing_names({name for name, _ in parts}, page.text, url))
    texts = frozenset(_missing_texts({text for _, text in parts if text}, page.text))
    missing = names | texts
    return frozenset() if missing and is_built_by_scripts(page.text) else missing


def places_on(response: Response, source: str, url: Url) -> frozenset[str] | None:
    """Return all that fragments can name on a page, for whoever asks later.

    None if the page cannot tell, or if nobody can: see `missing_parts`.
    """
    if not response.is_success or response.truncated or not response.is_html:
        return None
    return None if is_built_by_scripts(source) else _places(source, url)


def missing_names(asked: Iterable[str], places: frozenset[str], url: Url) -> Iterator[str]:
    """Yield the names that a page with such places has not."""
    for name in asked:
        if name and not is_for_scripts(name, url.host) and not holds(places, name):
            yield name


def is_for_scripts(name: str, host: str = "") -> bool:
    """Tell whether a fragment is one that scripts make sense of, on any page or on a host's."""
    name = unquote(name)
    return any(
        each.pattern.fullmatch(name)
        for each in script_fragments()
        if each.host in ("*", host) or host.endswith(f".{each.host}")
    )


def is_built_by_scripts(source: str) -> bool:
    """Recognise a page whose source does not show what people see.

    It has scripts, and says next to nothing without them; or an element for them to fill; or one
    of them goes by the fragment. A page in frames shows others' anchors.
    """
    lower = source.lower()
    if any(sign in lower for sign in _SIGNS) or _HASH.search(lower) or _ROOT.search(lower):
        return True
    return "<script" in lower and len(folded_text(source)) < _FEW


def _missing_names(names: Iterable[str], source: str, url: Url) -> Iterator[str]:
    asked = [name for name in names if name and not is_for_scripts(name, url.host)]
    places = _places(source, url) if asked else None
    if places is not None:
        yield from missing_names(asked, places, url)


def _places(source: str, url: Url) -> frozenset[str] | None:
    anchors = anchors_of(source)
    if anchors is None or (url.host in _PUT_LATER and not _has_user_content(anchors)):
        return None
    return anchors


def _has_user_content(anchors: Iterable[str]) -> bool:
    return any(anchor.startswith(USER_CONTENT) for anchor in anchors)


def _missing_texts(directives: Iterable[str], source: str) -> Iterator[str]:
    seen: str | None = None
    for directive in directives:
        wanted = _TEXT.findall(directive.removeprefix(DIRECTIVE))
        if wanted and seen is None:
            seen = folded_text(source)
        if not all(_shows(seen or "", each) for each in wanted):
            yield directive


def _shows(seen: str, directive: str) -> bool:
    """Look for `[prefix-,]start[,end][,-suffix]` in a folded text."""
    pieces = directive.split(",")
    prefix = pieces.pop(0)[:-1] if len(pieces) > 1 and pieces[0].endswith("-") else ""
    suffix = pieces.pop()[1:] if len(pieces) > 1 and pieces[-1].startswith("-") else ""
    start, end = pieces[0], pieces[1] if len(pieces) > 1 else None
    if end is None:
        return _folded(prefix, start, suffix) in seen
    begun = _folded(prefix, start)
    at = seen.find(begun)
    return at >= 0 and _folded(end, suffix) in seen[at + len(begun) :]


def _folded(*encoded: str) -> str:
    return "".join(fold(unquote(each)) for each in encoded)

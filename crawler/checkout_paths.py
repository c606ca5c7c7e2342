"""Where a document is, for programs that look for it: a path from the root of the checkout.

Only what is a file there has one: a page of the web, standard input and a file that is elsewhere
have none, for a path that is made up would lead to another file.
"""

import posixpath
import re
from typing import Final
from urllib.parse import quote

from crawler.text import clean, is_clean

STANDARD_INPUT: Final = "standard-input.md"
"""What standard input is called if nobody gives it a name."""

_ELSEWHERE: Final = re.compile(r"https?://|/|[a-z]:[/\\]|\.\.(?:/|$)", re.IGNORECASE)
# RFC 3986 §3.3: what a segment of a path may hold as it is. A colon may not be in the first one of
# a relative reference, and is one that nobody writes: it is encoded everywhere.
_SEGMENT: Final = "/!$&'()*+,;=@"


def path_of(document: str) -> str | None:
    """Return the path of a document from the root; None if it has none.

    >>> path_of("./docs/../a b.md")
    'a b.md'
    """
    path = posixpath.normpath(document) if document else "."
    elsewhere = _ELSEWHERE.match(document) or _ELSEWHERE.match(path)
    return None if elsewhere or path == "." or document == STANDARD_INPUT else path


def shown_path(document: str) -> str | None:
    """Return the path of a document where it can be printed as it is; else None."""
    path = path_of(document)
    return path if path is not None and is_clean(path) else None


def path_or_name(document: str) -> str:
    """Return a path for formats that need some: of what is no file here, the name of the document.

    That leads to no other file.
    """
    return shown_path(document) or clean(document)


def uri_of(path: str) -> str:
    """Return a path as a relative URI reference.

    >>> uri_of("a b/c#d?:é.md")
    'a%20b/c%23d%3F%3A%C3%A9.md'
    """
    return quote(path, safe=_SEGMENT, errors="surrogatepass")

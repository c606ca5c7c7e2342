"""What the address of a page says of it, before anybody reads the page.

Front pages, login pages, error pages: here and only here it is told by a URL alone.
"""

import re
import unicodedata
from functools import cache
from typing import Final
from urllib.parse import unquote

from crawler.signatures import Missing, logins, not_found_phrases
from crawler.tables import registrable_domain
from crawler.urls import Url

# ISO 639-1: `/es/` and `/pt-br` are front pages in a language, `/ok` is a page.
_LANGUAGES: Final = (
    "aa|ab|af|ak|am|ar|as|ay|az|ba|be|bg|bn|bo|br|bs|ca|ce|co|cs|cv|cy|da|de|dv|dz|ee|el|en|eo|es|et"
    "|eu|fa|ff|fi|fj|fo|fr|fy|ga|gd|gl|gn|gu|gv|ha|he|hi|hr|ht|hu|hy|id|ig|is|it|iu|ja|jv|ka|kg|ki|kk"
    "|kl|km|kn|ko|ku|kv|kw|ky|la|lb|lg|li|ln|lo|lt|lv|mg|mi|mk|ml|mn|mr|ms|mt|my|nb|ne|nl|nn|no|nv|ny"
    "|oc|om|or|os|pa|pl|ps|pt|qu|rm|ro|ru|rw|sa|sc|sd|se|sg|si|sk|sl|sm|sn|so|sq|sr|ss|st|su|sv|sw|ta"
    "|te|tg|th|ti|tk|tl|tn|to|tr|ts|tt|ty|ug|uk|ur|uz|ve|vi|vo|wa|wo|xh|yi|yo|za|zh|zu"
)
_LOCALE: Final = rf"(?:{_LANGUAGES})(?:[-_][a-z]{{2}})?"
_HOME: Final = re.compile(
    rf"/(?:{_LOCALE}/?)?(?:(?:index|default|home)(?:\.[a-z]{{3,5}})?/?)?", re.IGNORECASE
)
_ENTRANCE: Final = re.compile(  # what may have been asked for as one, so it may be generous
    rf"/(?:(?:[a-z]{{2}}|global|intl|int)/)?(?:{_LOCALE}/?)?"
    r"(?:(?:index|default|home|main|start|welcome)(?:\.[a-z]{3,5})?/?)?",
    re.IGNORECASE,
)
# What addresses of AMP pages have: a part of the path, an ending, a parameter.
_AMP: Final = re.compile(
    r"/amp(?:/|\Z|\?)|\.amp(?:\.html)?(?:\Z|\?)|[?&](?:amp(?:=(?:1|true)?)?|outputType=amp)(?:&|\Z)"
)
_NAMES_LOCALE: Final = re.compile(_LOCALE, re.IGNORECASE)
# What is no page to write down, so it may be generous, too.
_DETOUR: Final = re.compile(
    r"/(?:log[-_]?in|sign[-_]?in|sso|oauth2?|checkpoint|errors?|consent"
    r"|(?:cookie|gdpr|privacy)[-_]?(?:consent|gate|wall)"
    r"|[^/]*(?:(?<!\d)404(?!\d)|not-?found)[^/]*)(?:[/.]|\Z)",
    re.IGNORECASE,
)
_BEFORE_PAGES: Final = ("accounts.", "consent.", "login.")
_TEXTS: Final = frozenset({"doc", "docs"})
_ENDING: Final = re.compile(r"\.(?:html?|php|aspx?|jspx?|cfm|action|do|cgi|pl)$", re.IGNORECASE)
_FILE: Final = re.compile(
    r"\.(?:7z|avif|bz2|csv|deb|docx?|epub|exe|gif|gz|ico|jar|jpe?g|mp[34]|msi|odt|ogg|pdf|png|pptx?"
    r"|ps|rar|rpm|svg|tar|tgz|webm|webp|xlsx?|xz|zip)$",
    re.IGNORECASE,
)
_SEARCH: Final = re.compile(
    r"/(?:search(?:[-_]?results?)?|suche?|recherche|buscar?|busqueda|ricerca|pesquisa|zoeken)"
    r"(?:\.[a-z]{3,5})?/?\Z",
    re.IGNORECASE,
)
# Chapters under which a page about logins or errors is documentation, and a number is a number.
_ABOUT: Final = re.compile(
    r"/(?:api|articles?|blogs?|books?|docs?|documentation|faq|guides?|help|issues?|kb|learn|manuals?"
    r"|man|news|posts?|pull|questions?|reference|status|support|tags?|topics?|tutorials?|wiki)/",
    re.IGNORECASE,
)
_OF_ERRORS: Final = re.compile(
    rf"(?:{_LOCALE}|errors?|errorpages?|error-pages?|pages?|static|public|_?site|sites|default|www)",
    re.IGNORECASE,
)
_NUMBERED: Final = re.compile(r"(?:http|error|err|status|page)*(?:404|410)(?:error|err|page)*")
# Looked for in the address that was asked for, so it may be generous: that page is to be about it.
_SPEAKS: Final = re.compile(
    r"(?<!\d)4(?:04|10)(?!\d)|not[-_+ ]?found|(?<![a-z])(?:errors?|gone|missing)(?![a-z])"
    r"|(?:dead|broken)[-_+ ]?(?:link|page)",
    re.IGNORECASE,
)


def is_home(url: Url) -> bool:
    """Tell whether a URL is a front page, be it in a language: `/`, `/de/`, `/index.php`."""
    return bool(_HOME.fullmatch(url.path))


def is_entrance(url: Url) -> bool:
    """Tell whether somebody who asked for a URL meant a front page: `/us/en`, `/welcome.html`."""
    return bool(_ENTRANCE.fullmatch(url.path))


def is_translated(old: Url, new: Url) -> bool:
    """Tell whether an address is another one's and a language in its path: readers have theirs.

    >>> is_translated(Url("https", "a.example", "/x/"), Url("https", "a.example", "/en-us/x"))
    True
    """
    if old.host.removeprefix("www.") != new.host.removeprefix("www."):
        return False
    asked, led = (_segments(each.path) for each in (old, new))
    return any(
        _NAMES_LOCALE.fullmatch(each) and led[:at] + led[at + 1 :] == asked
        for at, each in enumerate(led)
    )


def _segments(path: str) -> list[str]:
    return path.strip("/").casefold().split("/")


def is_detour(url: Url) -> bool:
    """Tell whether a URL stands before a page or in its place: a login, a consent, an error."""
    stands = url.host.startswith(_BEFORE_PAGES) or _DETOUR.search(url.path)
    return bool(stands) or is_login(url) or is_error_page(url)


def is_for_phones(url: Url) -> bool:
    """Tell whether a URL says that it is a version for phones (AMP): `/amp/`, `?amp=1`, `amp.`."""
    return url.host.startswith("amp.") or _AMP.search(url.target) is not None


def is_search(url: Url) -> bool:
    """Tell whether a URL asks a site to search for words: what it finds is another thing each day.

    >>> is_search(Url("https", "a.example", "/search?q=x")), is_search(Url("https", "a", "/search"))
    (True, False)
    """
    return "?" in url.target and _SEARCH.search(url.path) is not None


def is_file(url: Url) -> bool:
    """Tell whether a URL has the name of a file that is no page: `/paper.pdf`, `/logo.png`."""
    return _FILE.search(url.path) is not None


def is_login(url: Url) -> bool:
    """Tell whether a URL is where people are asked who they are, and not a text about that."""
    signs = logins()
    host = url.host
    if host in signs.hosts:
        return True
    label, _, rest = host.partition(".")
    if label in signs.labels and rest and registrable_domain(host) != host:
        return True
    path = _ENDING.sub("", url.path.casefold().rstrip("/"))
    about = label in _TEXTS or _ABOUT.search(url.path)
    return path.endswith(_login_ends()) and not about


def speaks_of_absence(url: Url) -> bool:
    """Tell whether an address was asked for that is about errors: its page may well be, too."""
    return bool(_SPEAKS.search(url.host) or _SPEAKS.search(unquote(url.target)))


def names(url: Url, text: str) -> bool:
    """Tell whether an address holds all the words of a folded text, as that of an article does."""
    words = text.split()
    there = set(re.split(r"[\W_]+", _plain(unquote(url.target))))
    return bool(words) and all(_plain(word) in there for word in words)


def is_error_page(url: Url) -> bool:
    """Tell whether a URL is a site's own error page: `/404.html`, `/en/page-not-found`.

    >>> is_error_page(Url("https", "a.example", "/en/404.html"))
    True
    >>> is_error_page(Url("https", "a.example", "/blog/404-pages-that-sell"))
    False
    """
    path = unquote(url.path).rstrip("/")
    if _ABOUT.search(path + "/"):
        return False
    *before, last = path.split("/")[1:] or [""]
    squeezed = _squeezed(_ENDING.sub("", last))
    if _NUMBERED.fullmatch(squeezed):
        return all(map(_OF_ERRORS.fullmatch, before))
    return _missing_names().get(squeezed.replace("404", "").removesuffix("error")) is not None


@cache
def _login_ends() -> tuple[str, ...]:
    return tuple(f"/{path}" for path in logins().paths)


@cache
def _missing_names() -> dict[str, Missing]:
    """Return the not-found phrases as addresses write them."""
    names = {_squeezed(phrase): kind for phrase, kind in not_found_phrases().items()}
    return {name: kind for name, kind in names.items() if not any(map(str.isdigit, name))}


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", _plain(text))


def _plain(text: str) -> str:
    """Write a text without case and accents, as addresses are written."""
    text = text.casefold()
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if not unicodedata.combining(each))

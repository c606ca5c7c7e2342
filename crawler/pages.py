"""Rules for pages that answer and are not the resource: walls, parked domains, soft 404s.

`verdicts.py` says in which order they are asked. A rule here speaks only if several signs agree:
pages *about* errors, forms with a captcha and articles on parked domains are the norm on the web.
The address that was asked for is the best witness for such a page: it names what the page is about.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from crawler.model import Evidence, PageSigns, Response, Via
from crawler.paths import is_error_page, is_home, is_login, names, speaks_of_absence
from crawler.signatures import (
    Mark,
    Missing,
    fold,
    missing,
    not_found_phrases,
    parking,
    placeholders,
    segments,
    walls,
    without_asides,
)
from crawler.tables import registrable_domain, shorteners
from crawler.urls import Target, Url, resolve

_WALL_TEXT: Final = 2_000  # a wall has little to say
_LITTLE_TEXT: Final = 3_000
_HARDLY_ANY_TEXT: Final = 1_200
_PLACEHOLDER_TEXT: Final = 6_000  # Apache's explains where its files are
_WHOLE_TEXT: Final = 200
_NOTHING_ELSE: Final = 120
_HEADED_TEXT: Final = 10_000

_OF_THE_HEAD: Final = frozenset({"og", "html", "html-body", "twitter"})
_UNUSUAL: Final = 999  # LinkedIn's word for robots
_ABSENT: Final = frozenset({404, 410})
# Statuses by which walls refuse; behind 5xx the site itself may be down.
_REFUSALS: Final = frozenset({403, 405, 406, 429})
_NUMBER: Final = re.compile(r"#(\d+)", re.ASCII)
_STORE_ERROR: Final = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<Error[^>]{0,200}>\s*<Code>"
    rb"(?:NoSuch(?:Key|Bucket|Version|Website\w*)|BlobNotFound|ContainerNotFound|ResourceNotFound"
    rb"|AccountNotFound|FilesystemNotFound|PathNotFound|ShareNotFound)</Code>"
)


def bot_wall(evidence: Evidence) -> str | None:
    """Walls answer with any status; what they show is decisive, or little text says it is one."""
    response, signs = response_of(evidence), evidence.signs
    if response.status == _UNUSUAL or _walled_by_headers(response) or _led_to_a_wall(evidence):
        return "bot-wall"
    if not _shows_less(signs, _WALL_TEXT):
        return None
    if Mark.WALL in signs.marks:
        return "bot-wall"
    if not response.is_error and Mark.LINKING in signs.marks:
        return None  # songs and films are called what walls are
    whole = {fold(title) for title in _titles(evidence)}
    if whole & walls().titles:
        return "bot-wall"
    # A 404 may have a form with a captcha, and still be one.
    hinted = response.status not in _ABSENT and Mark.WALL_HINT in signs.marks
    return "bot-wall" if hinted and whole & walls().title_hints else None


def object_store(evidence: Evidence) -> str | None:
    """Stores refuse (403) what they do not have, and say in XML that they do not have it."""
    response = response_of(evidence)
    if not response.is_error:
        return None
    return "not-found" if _STORE_ERROR.match(response.body[:2_000]) else None


def parked(evidence: Evidence) -> str | None:
    """The domain has no site any more: it is for sale, parked or suspended."""
    if _led_to_parking(evidence):
        return "parked"
    signs = evidence.signs
    if not _shows_less(signs, _WALL_TEXT) or Mark.LINKING in signs.marks:
        return None  # a registrar's help has pages that are called so, and a diary links to sellers
    if Mark.PARKED in signs.marks:
        return "parked"
    asked = _asked(evidence)
    domain = fold(registrable_domain(asked.host))
    titles = {each.replace("{domain}", domain) for each in parking().titles}
    told = {fold(title) for title in _titles(evidence)} & titles
    return "parked" if any(not names(asked, title) for title in told) else None


def login_wall(evidence: Evidence) -> str | None:
    """We were sent to a login page, and it was not one that was asked for."""
    if not evidence.fetch.hops:
        return None
    asked, final = _asked(evidence), evidence.fetch.effective_url
    return "login" if is_login(final) and not is_login(asked) else None


def soft_404(evidence: Evidence) -> str | None:
    """An error page in all but its status; the address that was asked for is not about errors."""
    asked, signs = _asked(evidence), evidence.signs
    called_for = evidence.fetch.hops or signs.text_length is not None
    if not called_for or speaks_of_absence(asked):
        return None
    if evidence.fetch.hops and is_error_page(evidence.fetch.effective_url):
        return "soft-404"
    if Mark.WORK in signs.marks or evidence.facts.published:
        return None  # made by somebody, some day
    if _names_its_number(evidence):
        return None
    said = _said_by_titles(evidence) or _said_by_headings(evidence)
    return "soft-404" if said or _says_nothing_else(evidence) else None


def placeholder(evidence: Evidence) -> str | None:
    """A server's own first page: there is no site yet, or no more."""
    signs = evidence.signs
    if not _shows_less(signs, _PLACEHOLDER_TEXT) or Mark.LINKING in signs.marks:
        return None
    shown = [*_titles(evidence)] or [*signs.headings]
    told = {fold(title) for title in shown} & placeholders()
    return "placeholder" if any(not names(_asked(evidence), title) for title in told) else None


# Walls and parking


def _walled_by_headers(response: Response) -> bool:
    headers, known = response.headers, walls()
    # Sites behind a vendor have its headers on all their pages, and on errors of their own.
    signs = known.headers + (known.vendors if response.status in _REFUSALS else ())
    return any(name in headers and sign.search(headers[name]) for name, sign in signs)


def _led_to_a_wall(evidence: Evidence) -> bool:
    if not evidence.fetch.hops:
        return False
    asked, final = (
        f"{url.host}{url.path}".casefold()
        for url in (_asked(evidence), evidence.fetch.effective_url)
    )
    return asked != final and any(sign in final and sign not in asked for sign in walls().addresses)


def _led_to_parking(evidence: Evidence) -> bool:
    final = evidence.fetch.effective_url
    left = [hop.url for hop in evidence.fetch.hops if hop.url != final]
    if not left:
        return False
    domain = registrable_domain(final.host)
    domains = {registrable_domain(url.host) for url in left}
    if domain in domains:
        return _is_parked_below(evidence)
    hosts = parking().hosts
    if domain in hosts or final.host in hosts:
        return True
    # A company's own site: one of its pages may be linked under another of its names.
    return domain in parking().markets and any(_holds_name(final, each) for each in domains)


def _holds_name(url: Url, domain: str) -> bool:
    name = re.escape(domain.partition(".")[0])
    return bool(re.search(rf"(?<![a-z0-9-]){name}(?![a-z0-9-])", url.target.casefold()))


def _is_parked_below(evidence: Evidence) -> bool:
    """Tell whether a domain sent us to a parking page under its own name."""
    asked, final = _asked(evidence), evidence.fetch.effective_url
    known = parking()
    if final.path in known.paths:
        return asked.path != final.path and _shows_less(evidence.signs, _WALL_TEXT)
    given = {pair.partition("=")[0] for pair in final.target.partition("?")[2].split("&")}
    numbered = re.match(r"ww\d{1,3}\.", final.host) and final.host != asked.host
    return bool(numbered and given & known.parameters)


# Soft 404s


def _names_its_number(evidence: Evidence) -> bool:
    """Tell whether a title holds the number that was asked for: "Page not found · Issue #13"."""
    numbers = {number for title in _titles(evidence) for number in _NUMBER.findall(title)}
    return bool(numbers) and not numbers.isdisjoint(re.findall(r"\d+", _asked(evidence).path))


def _said_by_titles(evidence: Evidence) -> bool:
    return any(_is_said(segments(title), evidence) for title in _titles(evidence))


def _is_said(parts: tuple[str, ...], evidence: Evidence) -> bool:
    """Tell whether a title is that of an error page, and the page looks like one."""
    signs = evidence.signs
    telling = [part for part in parts if missing(part) and not names(_asked(evidence), part)]
    others = sum(map(_is_other, parts))  # one may be the site's name
    match _strongest(telling):
        case Missing.PAGE if others <= 1:
            return (
                signs.noindex
                or _shows_less(signs, _LITTLE_TEXT)
                or (_is_headed(evidence) and _shows_less(signs, _HEADED_TEXT))
                or _is_canonical_elsewhere(evidence)
            )
        case Missing.PAGE:
            return _shows_less(signs, _HARDLY_ANY_TEXT)
        case Missing.BARE if others <= 1:
            alone = not others and _shows_less(signs, _NOTHING_ELSE)
            return alone or _insists(evidence)
        case _:
            return False


def _said_by_headings(evidence: Evidence) -> bool:
    """The title may still be the site's; then the page must be all but empty, or insist."""
    signs = evidence.signs
    for heading in signs.headings:
        parts = segments(heading)
        if any(map(_is_other, parts)) or names(_asked(evidence), fold(heading)):
            continue
        kind = _strongest(parts)
        if kind is Missing.PAGE and (signs.noindex or _shows_less(signs, _HARDLY_ANY_TEXT)):
            return True
        if kind and (fold(signs.text) == fold(heading) or _insists(evidence, heading)):
            return True
    return False


def _is_headed(evidence: Evidence) -> bool:
    return any(
        _strongest(parts) is Missing.PAGE and not any(map(_is_other, parts))
        for parts in map(segments, evidence.signs.headings)
    )


def _is_other(part: str) -> bool:
    """Tell whether a part of a title or a heading says something else."""
    return not missing(part) and bool(without_asides(part))


def _strongest(parts: Iterable[str]) -> Missing | None:
    kinds = set(map(missing, parts))
    if Missing.PAGE in kinds:
        return Missing.PAGE
    return Missing.BARE if Missing.BARE in kinds else None


def _insists(evidence: Evidence, heading: str = "") -> bool:
    """Tell whether more than a code, a word or one heading says so: a song may be called 404."""
    signs, asked = evidence.signs, _asked(evidence)
    if signs.noindex:
        return True
    if not _shows_less(signs, _LITTLE_TEXT):
        return False
    if not is_home(asked) and asked.path in signs.text:
        return True  # "/page was not found on this server"
    text = fold(signs.text.replace(heading, " ", 1))
    return any(kind is Missing.PAGE and said in text for said, kind in not_found_phrases().items())


def _says_nothing_else(evidence: Evidence) -> bool:
    """Tell whether a page without title and heading holds hardly more than the phrase."""
    if not _shows_less(evidence.signs, _WHOLE_TEXT):
        return False
    parts = segments(evidence.signs.text)
    unnamed = (part for part in parts if not names(_asked(evidence), part))
    return _strongest(unnamed) is Missing.PAGE


def _is_canonical_elsewhere(evidence: Evidence) -> bool:
    canonical = resolve(evidence.facts.canonical_url or "")
    if not isinstance(canonical, Target):
        return False
    there = _bare(canonical.url)
    seen = {_bare(_asked(evidence)), _bare(evidence.fetch.effective_url)}
    # `/p/12` and `/p/12/its-title` are one page.
    return not any(there.startswith(here) or here.startswith(there) for here in seen)


def _bare(url: Url) -> str:
    return f"{url.host.removeprefix('www.')}{url.path.casefold().rstrip('/')}"


# What all of them look at


def _asked(evidence: Evidence) -> Url:
    """Return the address that was meant: behind wrappers and shorteners, which name no page."""
    fetch = evidence.fetch
    passed = [*fetch.hops]
    while passed and (passed[0].via is Via.WRAPPER or passed[0].url.host in shorteners()):
        passed.pop(0)
    return passed[0].url if passed else fetch.effective_url


def _titles(evidence: Evidence) -> Iterator[str]:
    """Yield what the page calls itself, whole; headings are looked at apart."""
    said = (text for source, text in evidence.facts.titles if source in _OF_THE_HEAD)
    yield from dict.fromkeys(said)


def _shows_less(signs: PageSigns, limit: int) -> bool:
    """Tell whether a page shows little; unknown where nothing called for counting."""
    return signs.text_length is not None and signs.text_length < limit


def response_of(evidence: Evidence) -> Response:
    """Return the answer; where there is none, `no_answer` has spoken already."""
    outcome = evidence.fetch.outcome
    if not isinstance(outcome, Response):
        raise TypeError("`no_answer` comes first in RULES")
    return outcome

"""Is the page that answers still the one that was linked to? Here it is told, from two sketches.

Pure, and precise before all: pages change all the time, and only what means another owner or
another thing is a drift. What a page does not say (None) says nothing.
"""

from typing import Final

from crawler.model import Hop, Observation, Sketch
from crawler.paths import is_detour
from crawler.tables import Shortener, registrable_domain, shortener_of
from crawler.urls import Target, Url, resolve

# Not shorteners whose target is theirs to keep: `own` names have pages of their own, and
# identifiers are made so that their target may change.
_MEANT: Final = frozenset({"own", "resolver"})


def sketch_of(look: Observation) -> Sketch | None:
    """Return what a good look saw; None where a login, a consent or an error stood before it."""
    if look.final_url is None or is_detour(look.final_url):
        return None
    facts = look.facts
    return Sketch(
        look.at,
        str(look.final_url),
        target_of(look.url, look.hops, look.final_url),
        facts.title,
        facts.language,
        facts.site,
        facts.canonical_url,
        facts.content,
    )


def is_short(url: Url) -> bool:
    """Tell whether a URL is a shortener's, whose links are there to lead to one page each."""
    return _shortener(url) is not None


def target_of(url: Url, hops: tuple[Hop, ...], final: Url) -> str | None:
    """Return the first URL behind a shortener; None if the link is not one's."""
    if not is_short(url):
        return None
    behind = (each for each in (*(hop.url for hop in hops), final) if not is_short(each))
    return str(next(behind, final))


def tells_as_much(now: Sketch, known: Sketch | None) -> bool:
    """Tell whether a sketch may take the place of another: a title is not given up for none."""
    return known is None or known.title is None or now.title is not None


def has_drifted(known: Sketch, now: Sketch) -> bool:
    """Tell whether a page is another's now, or about another thing."""
    if (known.title, known.language, known.final_url) == (now.title, now.language, now.final_url):
        return False  # a law that the pruning of histories stands on
    told = known.title and now.title and known.language and now.language
    return bool(
        told
        and known.title != now.title
        and known.language != now.language
        and _domain(known.final_url) != _domain(now.final_url)
    )


def _domain(url: str) -> str:
    target = resolve(url)
    return registrable_domain(target.url.host) if isinstance(target, Target) else ""


def _shortener(url: Url) -> Shortener | None:
    known = shortener_of(url.host)
    return known if known and known.kind not in _MEANT else None

"""Whether two addresses show one page: what a look at each has seen, compared.

A page may be asked for at another address, with https or as the one that it calls its own; that it
is the same page there is only believed if its looks say so, and in doubt it is not.
"""

from typing import Final

from crawler.drift import Sign, signs, sketch_of
from crawler.model import Observation, Outcome, Sketch
from crawler.urls import Url

THERE: Final = frozenset({Outcome.OK, Outcome.REDIRECTED})
PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
"""Types of content that browsers show as pages."""


def secured(url: Url) -> Url | None:
    """Return the same address with https; None where that means nothing: it names a port."""
    if url.scheme == "https" or url.authority != url.host:
        return None
    return Url("https", url.authority, url.target)


def difference(look: Observation, other: Observation) -> str:
    """Say why the page of another look is perhaps another one; nothing if it is the same."""
    asked, there = other.url, other.final_url
    if other.verdict.outcome not in THERE or there is None:
        return f"{asked} is not there: {_uncapital(other.verdict.detail)}"
    if asked.scheme == "https" and there.scheme == "http":
        return f"{asked} leads back to http."
    one, two = sketch_of(look), sketch_of(other)
    if one is None or two is None:
        return f"{asked} leads to {there}, which stands before a page."
    if one.title != two.title:
        return f"{asked} shows another page: {_named(two)} and not {_named(one)}."
    if look.facts.content_type != other.facts.content_type:
        return f"{asked} shows another kind of file."
    return "" if _agree(look, one, two) else f"Whether {asked} shows the same page nobody can tell."


def _agree(look: Observation, one: Sketch, two: Sketch) -> bool:
    """Tell whether what has the same title is the same: by its words, or else by its address."""
    if Sign.CONTENT in signs(one, two):
        return False
    if one.title and one.content and two.content:
        return True
    tells = one.title is not None or look.facts.content_type not in PAGES
    return tells and _bare(one) == _bare(two)


def _bare(sketch: Sketch) -> str:
    """Return where a page is, without what a move to https may change besides."""
    return sketch.final_url.partition("://")[2].removeprefix("www.").rstrip("/")


def _named(sketch: Sketch) -> str:
    return f"“{sketch.title}”" if sketch.title else "a page without a title"


def _uncapital(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]

"""A made-up past: a history of many runs, written by the store's own code, night by night.

Links stay well, move, die, come back or block us, with the titles, hops, advice and validators
that looks at real pages have. The same numbers give the same history.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

from crawler.contents import Contents
from crawler.model import (
    Document,
    Finding,
    Hop,
    Kind,
    Observation,
    Occurrence,
    PageFacts,
    Place,
    Run,
    Severity,
    Span,
    Validators,
    Verdict,
)
from crawler.reasons import BY_CODE
from crawler.settings import HealthSettings
from crawler.store import Store
from crawler.urls import Target, Url

FIRST: Final = datetime(2026, 1, 1, 3, 0, tzinfo=UTC)
NIGHT: Final = timedelta(days=1)
_PER_DOCUMENT: Final = 100
_PER_HOST: Final = 5
_BATCH: Final = 500
_FATES: Final = ("well", "moves", "dies", "blocks", "flickers", "well", "well", "well", "well")
_TEXT: Final = (
    "a guide to the river valley and its birds, with maps; how the council decides, and when "
    "notes on programming in the small; the museum of printing, opening hours and tickets"
)
_WORDS: Final = _TEXT.split()


def address(number: int) -> Url:
    """Return the URL of a link."""
    host = f"www.site-{number // _PER_HOST}.example"
    return Url("https", host, f"/articles/{number % 97}/page-{number}.html")


def write(path: Path, links: int, nights: int) -> None:
    """Write a history: a run a night that looks at every link, and at the end the places."""
    with Store(path) as store:
        for night in range(nights):
            at = FIRST + night * NIGHT
            begun = store.begin(Run(f"{at:%Y%m%dT%H%M%SZ}-{night:04x}", at), "digest", at)
            looks = (look(number, night, at) for number in range(links))
            while batch := list(islice(looks, _BATCH)):
                store.record(begun.number, batch)
            run = replace(begun.run, finished_at=at + timedelta(hours=1), complete=True)
            held = _contents(links) if night == nights - 1 else Contents([], [])
            store.finish(begun.number, run, held, HealthSettings())


def look(number: int, night: int, at: datetime) -> Observation:
    url, chance = address(number), Random(number)  # noqa: S311 - a made-up web
    fate, turn = chance.choice(_FATES), chance.randrange(3, 80)
    code = _code(fate, turn, night, Random(number * 4_001 + night))  # noqa: S311 - likewise
    at += timedelta(milliseconds=number)
    reason = BY_CODE[code]
    verdict = Verdict(reason.outcome, code, reason.sentence, reason.confidence)
    look = Observation(url, at, verdict, attempts=1, elapsed_ms=80 + number % 900)
    if code not in ("ok", "permanent"):
        status = {"not-found": 404, "bot-wall": 403, "server-error": 503}.get(code)
        return replace(look, status=status, attempts=1 if status == 404 else 2, final_url=url)
    look = replace(look, facts=_facts(number, chance), http_stack="fast", final_url=url)
    if code == "permanent":
        end = Url("https", url.authority, f"/en{url.target}")
        advice = Finding("moved", Severity.ADVICE, "The page has moved for good.", str(end))
        return replace(look, status=200, final_url=end, hops=(Hop(url, 301),), findings=(advice,))
    read = at - timedelta(days=night % 7)
    validators = Validators(url, read, f'"{number:x}-{night // 7:x}"')
    return replace(look, status=200 if night % 7 == 0 else 304, validators=validators)


def _code(fate: str, turn: int, night: int, chance: Random) -> str:
    if fate == "blocks":
        return "bot-wall"
    if fate == "flickers" and chance.random() < 0.1:
        return chance.choice(("timeout", "server-error"))
    if fate == "dies" and turn <= night:
        return "not-found"
    return "permanent" if fate == "moves" and turn <= night else "ok"


def _facts(number: int, chance: Random) -> PageFacts:
    title = f"{' '.join(chance.choices(_WORDS, k=6)).capitalize()} ({number})"
    return PageFacts(
        content_type="text/html",
        title=title,
        title_source="html",
        language="en",
        language_source="html",
        language_declared="en",
        description=" ".join(chance.choices(_WORDS, k=14)),
        canonical_url=str(address(number)),
        site=f"Site {number // _PER_HOST}",
        titles=(("html", title), ("og", title)),
    )


def _contents(links: int) -> Contents:
    names = [f"docs/part-{number:04}.md" for number in range(-(-links // _PER_DOCUMENT))]
    documents = [Document(name, "markdown", "", source="docs") for name in names]
    return Contents(documents, _places(links, names))


def _places(links: int, names: list[str]) -> Iterator[Place]:
    for number in range(links):
        url, line = address(number), 3 + number % _PER_DOCUMENT
        span = Span(line, 5, line, 5 + len(str(url)))
        name = names[number // _PER_DOCUMENT]
        text, section = f"An article on {_WORDS[number % 20]}", "Resources > Articles"
        place = Occurrence(name, span, str(url), str(url), Kind.INLINE, text, section)
        yield Place(place, Target(url))

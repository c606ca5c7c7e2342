"""Reading pages: the time from a response to its facts and signs, over made pages of 30 to 300 KB.

No network and no other program: what is measured is the CPU time that every page costs us.
"""

import json
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median, quantiles
from time import process_time
from typing import Final

from bench import table
from crawler.facts import read_facts
from crawler.model import Response
from crawler.page import read_page
from crawler.signs import read_signs
from crawler.urls import Target, Url, resolve

TEXT: Final = (
    "a book about links that break, and the people who mend them with patience; its chapters are "
    "free to read, copy and translate, größer und schöner, más claro, plus léger, проще и яснее"
)
WORDS: Final = tuple(TEXT.split())
OPEN_GRAPH: Final = ("description", "site_name", "locale", "type")
NAMES: Final = ("description", "author", "keywords", "robots", "viewport", "generator")
STEPS: Final = ("page", "facts", "signs")
HEADERS: Final = {"content-type": "text/html; charset=utf-8"}


def measure(number: int, seed: int) -> None:
    """Read pages one by one and print how long that took."""
    pages = [(Response(200, HEADERS, body), url) for body, url in _pages(number, seed)]
    size = sum(len(response.body) for response, _ in pages) / number / 1000
    table.title(f"reading {number} pages of {size:.0f} kB on average")
    times = [_read(response, url) for response, url in pages]
    for name, each in zip(STEPS, zip(*times, strict=True), strict=True):
        _tell(name, each)
    _tell("all", [sum(steps) for steps in times])


def _read(response: Response, url: Url) -> tuple[float, ...]:
    """Return the milliseconds of CPU time of each of the steps."""
    moments = [process_time()]
    page = read_page(response)
    moments.append(process_time())
    read_facts(page, response, url)
    moments.append(process_time())
    assert page is not None
    read_signs(page, response)
    moments.append(process_time())
    return tuple(1000 * (end - begin) for begin, end in pairwise(moments))


def _tell(name: str, times: Sequence[float]) -> None:
    late = quantiles(times, n=100)[98]
    table.note(
        f"{name:<6} {median(times):.3f} ms median, {late:.3f} ms p99, {max(times):.3f} ms max"
    )


def _pages(number: int, seed: int) -> Iterator[tuple[bytes, Url]]:
    chance = random.Random(seed)  # noqa: S311 - pages, not secrets
    for index in range(number):
        target = resolve(f"https://site{index % 97}.example/articles/{index}")
        assert isinstance(target, Target)
        yield _page(chance, index, chance.randrange(30_000, 300_000)).encode(), target.url


def _page(chance: random.Random, index: int, size: int) -> str:
    title = f"{_words(chance, 7).capitalize()} {index}"
    site = f"Site {index % 97}"
    published = f"2024-0{1 + index % 9}-11T10:00:00+02:00"
    styles = range(chance.randrange(12))
    head = [
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} | {site}</title>",
        f'<meta property="og:title" content="{title}">',
        f'<meta property="og:image" content="/i/{index}.png">',
        f'<meta property="article:published_time" content="{published}">',
        *(f'<meta property="og:{name}" content="{_words(chance, 6)}">' for name in OPEN_GRAPH),
        *(f'<meta name="{name}" content="{_words(chance, 9)}">' for name in NAMES),
        f'<link rel=canonical href="/articles/{index}">',
        '<link rel=alternate type="application/rss+xml" href=/feed>',
        *(f'<link rel="stylesheet" href="/assets/{number}.css">' for number in styles),
        f"<style>{'.a{color:red} ' * chance.randrange(400)}</style>",
        f"<script>{'var a = 1; ' * chance.randrange(400)}</script>",
    ]
    if chance.random() < 0.5:
        head.append(f'<script type="application/ld+json">{_linked(chance, title)}</script>')
    items = "".join(f'<li><a href="/s/{n}">{_words(chance, 2)}</a></li>' for n in range(40))
    parts = [*head, f"</head><body><nav><ul>{items}</ul></nav><main><h1>{title}</h1>"]
    length = sum(map(len, parts))
    while length < size:
        words = _words(chance, chance.randrange(20, 90))
        parts.append(
            f'<div class="c{length}"><p>{words} <a href="/{length}">{words[:9]}</a></p></div>'
        )
        length += len(parts[-1])
    return "\n".join(parts)


def _linked(chance: random.Random, title: str) -> str:
    people = [{"@type": "Person", "name": _words(chance, 2)} for _ in range(2)]
    article = {
        "@type": "Article",
        "headline": title,
        "author": people,
        "description": _words(chance, 30),
    }
    site = {"@type": "WebSite", "name": _words(chance, 2)}
    return json.dumps({"@context": "https://schema.org", "@graph": [site, article]})


def _words(chance: random.Random, number: int) -> str:
    return " ".join(chance.choices(WORDS, k=number))

"""What a site lets robots do: its robots.txt, as RFC 9309 has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from protego import Protego

from crawler.markup import Tag, attribute, tokens
from crawler.model import Failure, FailureKind, Fetch, Response
from crawler.text import clean
from crawler.urls import Target, Url, resolve

MAX_SIZE: Final = 512_000
"""Bytes that are read: RFC 9309 §2.5 asks for 500 KiB at least."""
MAX_DELAY: Final = 60.0
"""Seconds between two requests that a site may ask for: what is more comes to no end."""
MAX_SITEMAPS: Final = 50
MAX_WILDCARDS: Final = 2000
"""Asterisks in different rules: each is looked for in the address of every link to the site."""

_TOO_MANY_REQUESTS: Final = 429
_FOLLOW_NOT: Final = frozenset({"nofollow", "none"})
# Redirects that lead nowhere: RFC 9309 §2.3.1.2 lets those count as no robots.txt.
_NOWHERE: Final = frozenset({
    FailureKind.BAD_REDIRECT, FailureKind.REDIRECT_LOOP, FailureKind.TOO_MANY_REDIRECTS,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Robots:
    """What is allowed. Without rules it is everything, or nothing at all where `shut` says why.

    `delay`: seconds between two requests that the site asks for; `sitemaps`: those that it names.
    """

    rules: Protego | None = None
    agent: str = ""
    shut: str = ""
    delay: float = 0.0
    sitemaps: tuple[Url, ...] = ()

    def allow(self, url: Url) -> bool:
        """Tell whether a page of the site may be asked for by a robot that follows links."""
        if self.rules is None:
            return not self.shut
        return self.rules.can_fetch(str(url), self.agent)


def read_robots(fetch: Fetch, agent: str) -> Robots:
    """Judge what came of asking for a robots.txt: RFC 9309 §2.3.1. Never raises."""
    match fetch.outcome:
        case Failure(kind=kind) if kind in _NOWHERE:
            return Robots()
        case Failure(kind=kind):
            return Robots(shut=kind.value)
        case Response(status=status) if status == _TOO_MANY_REQUESTS or status >= 500:  # noqa: PLR2004
            return Robots(shut=f"HTTP {status}")
        case Response() as response if response.is_success:
            return _read(response.body, str(fetch.effective_url), agent)
        case _:  # 4xx: there is none
            return Robots()


def forbids_following(headers: Mapping[str, str], source: str) -> bool:
    """Tell whether a page asks that nothing be followed from it, for all robots alike.

    By `X-Robots-Tag`, or by `<meta name=robots>`, wherever in its source it stands.
    """
    rules = [headers.get("x-robots-tag", "")]
    if "robots" in source.lower():
        tags = (token for token in tokens(source) if isinstance(token, Tag) and not token.closing)
        rules += [attribute(tag, "content") for tag in tags if _speaks_to_robots(tag)]
    return any(not _FOLLOW_NOT.isdisjoint(_words(rule)) for rule in rules)


def _speaks_to_robots(tag: Tag) -> bool:
    return tag.name == "meta" and attribute(tag, "name").lower() == "robots"


def _words(rule: str) -> Iterator[str]:
    """Yield what is said to all robots: `googlebot: nofollow` is said to one."""
    for part in rule.lower().split(","):
        if ":" in part:  # what follows is said to that robot too
            return
        yield part.strip()


def _read(body: bytes, base: str, agent: str) -> Robots:
    # What is cut off may be half a line: half a path would forbid more than is meant.
    whole = body if len(body) <= MAX_SIZE else body[:MAX_SIZE].rpartition(b"\n")[0]
    text = whole.decode("utf-8-sig", "replace")
    if sum(line.count("*") for line in set(text.splitlines())) > MAX_WILDCARDS:
        return Robots(shut=f"more than {MAX_WILDCARDS} wildcards")
    rules = Protego.parse(text)
    named = (resolve(clean(each, 2048), base) for each in rules.sitemaps)
    sitemaps = dict.fromkeys(each.url for each in named if isinstance(each, Target))
    delay = min(rules.crawl_delay(agent) or 0.0, MAX_DELAY)
    return Robots(rules, agent, "", delay, tuple(sitemaps)[:MAX_SITEMAPS])

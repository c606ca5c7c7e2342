"""Is the page that answers still the one that was linked to? Here it is told, from two sketches.

Pure, and precise before all: pages change all the time, and only what means another owner or
another thing is a drift. What a page does not say (None) says nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final
from zlib import crc32

from crawler.model import Hop, Observation, Sketch
from crawler.paths import is_detour
from crawler.tables import (
    Shortener,
    public_suffixes,
    registrable_domain,
    shortener_of,
    takeover_words,
)
from crawler.urls import Target, Url, resolve


class Sign(StrEnum):
    """In what two sketches differ beyond what pages change by themselves."""

    TITLE = "title"
    LANGUAGE = "language"
    DOMAIN = "domain"
    CANONICAL = "canonical"
    SITE = "site"
    CONTENT = "content"
    TRADE = "trade"
    TARGET = "target"


# Not shorteners whose target is theirs to keep: `own` names have pages of their own, and
# identifiers are made so that their target may change.
_MEANT: Final = frozenset({"own", "resolver"})
_KEPT: Final = 8  # words of a text that stand for all
_FEWEST: Final = 20
_HASH: Final = 8  # characters each
_LONG: Final = 5  # letters: shorter words are in any text of a language
# Written without spaces: their sentences would be taken for words.
_UNSPACED_LANGUAGES: Final = frozenset({"ja", "km", "lo", "my", "th", "zh"})
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffff]")
_WORD: Final = re.compile(r"[^\W\d_]+")
_STEM: Final = 5  # letters: `library` and `libraries` are one word
_SHORTEST: Final = 3
_stands_before: Final = lru_cache(4096)(is_detour)  # one link's looks end at one address
_TELLING: Final = 4  # letters of a word, or of a domain, that names its owner
# What titles of any page may hold.
_EMPTY: Final = frozenset({
    "accueil", "all", "and", "bienvenidos", "bienvenue", "com", "con", "das", "del", "der", "des",
    "die", "for", "from", "home", "homepage", "html", "index", "inicio", "las", "les", "los",
    "main", "net", "official", "online", "org", "our", "page", "pagina", "para", "par", "site",
    "start", "startseite", "strona", "the", "una", "und", "website", "welcome", "willkommen",
    "with", "www", "you", "your",
})  # fmt: skip


def sketch_of(look: Observation) -> Sketch | None:
    """Return what a good look saw; None where a login, a consent or an error stood before it."""
    if look.final_url is None or _stands_before(look.final_url):
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


def content_of(text: str, language: str | None) -> str | None:
    """Return what stands for the words of a text; None for too few, or where they are not spaced.

    A fixed choice of them, by their hashes: two texts that have words in common are likely to have
    some of these in common, however long they are.
    """
    if language in _UNSPACED_LANGUAGES:
        return None
    # By `split`, and not by a pattern, which takes four times as long.
    words = {word for word in text.casefold().split() if len(word) >= _LONG and word.isalpha()}
    if len(words) < _FEWEST:
        return None
    hashes = sorted([crc32(word.encode("utf-8", "replace")) for word in words])
    return "".join(f"{each:08x}" for each in hashes[:_KEPT])


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
    seen = signs(known, now)
    if Sign.TARGET in seen and _leads_elsewhere(known, now, seen):
        return True
    if {Sign.TRADE, Sign.LANGUAGE} <= seen:
        return True  # whatever name it goes by
    if Sign.TITLE not in seen or _is_related(known, now):
        return False
    if Sign.TRADE in seen:
        return True
    if seen & {Sign.DOMAIN, Sign.CANONICAL}:
        unknown = known.content is None or now.content is None
        return bool(seen & {Sign.LANGUAGE, Sign.CONTENT}) or (unknown and Sign.SITE in seen)
    # At home: a translation keeps the name of its site, and who never had one cannot lose it.
    return Sign.LANGUAGE in seen and (known.site is not None or _names_domain(known, known))


def _leads_elsewhere(known: Sketch, now: Sketch, seen: frozenset[Sign]) -> bool:
    """To lead to one page is what a short link is for: another one of the same site is another."""
    if known.title is None or now.title is None:
        return {Sign.DOMAIN, Sign.CONTENT} <= seen
    return Sign.TITLE in seen and not (Sign.DOMAIN in seen and _is_related(known, now))


def signs(known: Sketch, now: Sketch) -> frozenset[Sign]:
    """Return in what two sketches differ."""
    if (known.title, known.language, known.final_url) == (now.title, now.language, now.final_url):
        return frozenset()  # a law that the pruning of histories stands on
    return frozenset(sign for sign, differ in _DIFFER.items() if differ(known, now))


def _title(known: Sketch, now: Sketch) -> bool:
    before, after = _title_words(known), _title_words(now)
    return bool(before) and bool(after) and before.isdisjoint(after)


def _title_words(sketch: Sketch) -> frozenset[str]:
    """Return the words of a title, without the name of its site if there is anything else."""
    words, label = _words(sketch.title), _label(sketch.final_url)
    named = {word for word in words if word in label}
    return (words - _words(sketch.site) - named) or words


def _language(known: Sketch, now: Sketch) -> bool:
    return None not in (known.language, now.language) and known.language != now.language


def _domain(known: Sketch, now: Sketch) -> bool:
    """One owner may have his name under the endings of many countries."""
    return _label(known.final_url) != _label(now.final_url)


def _canonical(known: Sketch, now: Sketch) -> bool:
    if known.canonical_url is None or now.canonical_url is None:
        return False
    there = _label(now.canonical_url)
    return there not in (_label(known.canonical_url), _label(known.final_url))


def _site(known: Sketch, now: Sketch) -> bool:
    before, after = _words(known.site), _words(now.site)
    return bool(before) and bool(after) and before.isdisjoint(after)


def _content(known: Sketch, now: Sketch) -> bool:
    return bool(known.content and now.content) and _hashes(known).isdisjoint(_hashes(now))


def _trade(known: Sketch, now: Sketch) -> bool:
    return _is_of_trade(now) and not _is_of_trade(known)


def _target(known: Sketch, now: Sketch) -> bool:
    if known.target is None or now.target is None:
        return False
    return _bare(known.target) != _bare(now.target) and (
        _bare(known.final_url) != _bare(now.final_url)
    )


_DIFFER: Final = {
    Sign.TITLE: _title,
    Sign.LANGUAGE: _language,
    Sign.DOMAIN: _domain,
    Sign.CANONICAL: _canonical,
    Sign.SITE: _site,
    Sign.CONTENT: _content,
    Sign.TRADE: _trade,
    Sign.TARGET: _target,
}


def _is_related(known: Sketch, now: Sketch) -> bool:
    """Tell whether a page goes by a name that it had, or by that of the domain it was at."""
    before, after = (_words(each.title) | _words(each.site) for each in (known, now))
    return not before.isdisjoint(after) or _names_domain(now, known)


def _names_domain(sketch: Sketch, other: Sketch) -> bool:
    """Tell whether a page calls itself as the domain of a page is called, or by a part of it."""
    label = _label(other.final_url)
    if len(label) < _TELLING:
        return False
    told = _plain(f"{sketch.title or ''} {sketch.site or ''}")
    words = _WORD.findall(told)
    return label in "".join(words) or any(
        len(word) >= _TELLING and word in label and word not in _EMPTY for word in words
    )


def _is_of_trade(sketch: Sketch) -> bool:
    told = _plain(f"{sketch.title or ''} | {sketch.site or ''}")
    return any(pattern.search(told) for pattern in _trades())


@cache
def _trades() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = [_plain(word) for word in takeover_words()]
    spaced = [re.escape(word) for word in words if not _UNSPACED.search(word)]
    others = [re.escape(word) for word in words if _UNSPACED.search(word)]
    return re.compile(rf"\b(?:{'|'.join(spaced)})\b"), re.compile("|".join(others))


@lru_cache(1024)
def _words(text: str | None) -> frozenset[str]:
    return frozenset(_of_words(_WORD.findall(_plain(text)))) if text else frozenset()


def _of_words(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        if _UNSPACED.search(word):
            yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif len(word) >= _SHORTEST and word not in _EMPTY:
            yield word[:_STEM]


def _plain(text: str) -> str:
    """Return a text without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in parts if not unicodedata.combining(each))
    return unicodedata.normalize("NFC", bare)  # syllables of Hangul were taken apart too


def _hashes(sketch: Sketch) -> frozenset[str]:
    text = sketch.content or ""
    return frozenset(text[at : at + _HASH] for at in range(0, len(text), _HASH))


@lru_cache(1024)
def _label(url: str) -> str:
    """Return what somebody has registered, without the ending: `example` of `www.example.co.uk`."""
    target = resolve(url)
    if not isinstance(target, Target):
        return ""
    domain = registrable_domain(target.url.host)
    suffix = public_suffixes().publicsuffix(domain) or ""
    return domain.removesuffix(f".{suffix}").replace("-", "")


def _bare(url: str) -> str:
    """Return a URL without what does not tell pages apart."""
    _, _, rest = url.partition("://")
    return rest.removeprefix("www.").rstrip("/").casefold()


def _shortener(url: Url) -> Shortener | None:
    known = shortener_of(url.host)
    return known if known and known.kind not in _MEANT else None

"""Wrappers: links that carry their target inside themselves, read without asking anybody.

Mail scanners, searches, forums, partner programmes and archives put a URL of their own around the
one that is meant. The families stand in `data/wrappers.tsv`; here is how a URL is taken out, and
the few codings that are nobody else's. Asking the wrapper would tell whoever made it that somebody
followed the link, count a visit for which a partner is paid, and say nothing of the target: most
answer 200, or send on, whatever has become of it.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Final, TypeAlias

from crawler.domains import ByHost
from crawler.markup import unescape
from crawler.tables import rows
from crawler.urls import Target, Url, resolve

Coding: TypeAlias = Callable[[Url, str], str | None]
"""Takes a wrapper, and what follows the path of its family; returns what is wrapped."""

MAX_LAYERS: Final = 5
"""Wrappers around wrappers that are taken off: people forward what a scanner has wrapped."""

_MAX_DECODINGS: Final = 2
_BEGINS: Final = re.compile(r"\s*https?:[/\\]", re.ASCII | re.IGNORECASE)
# Octets of ASCII alone: all others must be percent-encoded in the target too, as they stand.
_OCTET: Final = re.compile(r"%[0-7][0-9A-Fa-f]")
_BARE: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:[/?]|\Z)", re.ASCII)


class Wrapping(StrEnum):
    """What a family of wrappers is for."""

    WRAPPER = "wrapper"
    CONSENT = "consent"
    SHARE = "share"
    AFFILIATE = "affiliate"
    AMP = "amp"
    TRANSLATE = "translate"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """What a wrapper holds. `name` is whose it is, for people."""

    target: Target
    kind: Wrapping
    name: str

    @property
    def url(self) -> Url:
        """The URL that is meant, without its fragment."""
        return self.target.url


@dataclass(frozen=True, slots=True)
class _Family:
    path: re.Pattern[str]
    how: str
    kind: Wrapping
    name: str


def unwrap(url: Url) -> Unwrapped | None:
    """Take one wrapper off, if there is one. Total: it never raises.

    What it returns is another URL than the one given, and one of the web (http or https); whether
    it may be asked is for others to judge.
    """
    for family in _families(url.host):
        written = _written(url, family)
        target = _meant(written) if written else None
        if target is not None and target.url != url:
            return Unwrapped(target, family.kind, family.name)
    return None


def layers(url: Url) -> Iterator[Unwrapped]:
    """Take one wrapper after the other off, as long as the target is meant and not a kept copy."""
    for _ in range(MAX_LAYERS):
        found = unwrap(url)
        if found is None or found.kind is Wrapping.ARCHIVE:
            return
        yield found
        url = found.url


@lru_cache(maxsize=4096)
def _families(host: str) -> tuple[_Family, ...]:
    return _table().of(host)


@cache
def _table() -> ByHost[_Family]:
    return ByHost(
        (host, _Family(re.compile(path, re.ASCII), how, Wrapping(kind), name))
        for host, path, how, kind, name in rows("wrappers.tsv")
    )


def _written(url: Url, family: _Family) -> str | None:
    """Return the target as it is written, once all that the wrapper did to it is undone."""
    if family.how.startswith("?"):
        if not family.path.fullmatch(url.path):
            return None
        names = family.how[1:]
        return _parameter(url, *names.split(",")) if names else _opened(_query(url))
    begin = family.path.match(url.target)
    if begin is None:
        return None
    rest = url.target[begin.end() :]
    if family.how == "/":
        return _copied(rest) if family.kind is Wrapping.ARCHIVE else _opened(rest)
    return _CODINGS[family.how[1:]](url, rest)


def _meant(written: str) -> Target | None:
    """Return what may be asked: a host with a dot, or an address, which the guard will judge."""
    target = resolve(written) if _BEGINS.match(written) else None
    if not isinstance(target, Target):
        return None
    host = target.url.host
    return target if "." in host or host.startswith("[") else None


def _query(url: Url) -> str:
    return url.target.partition("?")[2]


def _raw(url: Url, name: str) -> str | None:
    """Return the first value of a parameter, as it stands in the query."""
    for pair in _query(url).split("&"):
        found, equals, value = pair.partition("=")
        if equals and (found == name or _decoded(found) == name):
            return value
    return None


def _parameter(url: Url, *names: str) -> str | None:
    """Return the first of these parameters that holds a URL.

    `+` stays what it is: it would be a space in a form, but most who wrap forget to encode it.
    """
    values = (_raw(url, name) for name in names)
    opened = (_opened(_decoded(value), _MAX_DECODINGS - 1) for value in values if value)
    return next((text for text in opened if text), None)


def _opened(text: str, decodings: int = _MAX_DECODINGS) -> str | None:
    """Decode until a URL begins: what is percent-encoded in that is its own affair."""
    for _ in range(decodings):
        if _BEGINS.match(text):
            return text
        text = _decoded(text)
    return text if _BEGINS.match(text) else None


def _decoded(text: str) -> str:
    return _OCTET.sub(lambda octet: chr(int(octet[0][1:], 16)), text)


def _copied(text: str) -> str | None:
    """Archives also take a URL without its scheme."""
    return f"http://{text}" if _BARE.match(text) else _opened(text)


# Codings that are nobody else's


def _attribution(url: Url, _rest: str) -> str | None:
    value = _decoded(_raw(url, "u") or "")
    return f"https://www.youtube.com{value}" if value.startswith("/") else _opened(value, 1)


def _proofpoint_1(url: Url, _rest: str) -> str:
    return unescape(_decoded(_raw(url, "u") or ""))


def _proofpoint_2(url: Url, _rest: str) -> str:
    value = (_raw(url, "u") or "").replace("-", "%").replace("_", "/")
    return unescape(_decoded(value))


_RUNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TOKEN: Final = re.compile(r"\*(?:\*([\w-]))?", re.ASCII)


def _proofpoint_3(_url: Url, rest: str) -> str | None:
    """Put back what was taken out: `*` stands for one character, `**A` for two, `**B` for three.

    The characters follow the URL, in Base64: `https://a.example/?b*c__;PQ!!` has lost its `=`.
    """
    written, _, after = rest.partition("__;")
    taken = _base64(after.partition("!")[0])
    if taken is None:
        return None
    at = 0

    def put_back(token: re.Match[str]) -> str:
        nonlocal at
        begin, at = at, at + (_RUNS.index(token[1]) + 2 if token[1] else 1)
        return taken[begin:at]

    whole = _TOKEN.sub(put_back, written)
    return whole if at <= len(taken) else None


def _base64(text: str) -> str | None:
    text = text.replace("+", "-").replace("/", "_").rstrip("=")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:  # it is no Base64, or no UTF-8
        return None


def _sophos(url: Url, _rest: str) -> str | None:
    return _base64(_decoded(_raw(url, "u") or ""))


def _bing(url: Url, _rest: str) -> str | None:
    value = _raw(url, "u") or ""
    return _base64(value[2:]) if value.startswith("a1") else None


def _yahoo(_url: Url, rest: str) -> str | None:
    return _opened(rest.partition("/RU=")[2].partition("/")[0])


def _disqus(url: Url, _rest: str) -> str | None:
    text = _parameter(url, "url")
    if text is None:
        return None
    target, _, digest = text.rpartition(":")
    return target if _BEGINS.match(target) and "/" not in digest else text


def _underscores(_url: Url, rest: str) -> str | None:
    """Read what stands between three of them: `___https://a.example/___.more`."""
    return _opened(rest.partition("___")[2].partition("___")[0])


def _tradedoubler(url: Url, rest: str) -> str | None:
    """Read the parameter: some write `name(value)` for `name=value`."""
    return _parameter(url, "url") or _opened(rest.partition("url(")[2].rpartition(")")[0])


# What caches of AMP pages add for themselves.
_AMP_ONLY: Final = frozenset({"amp_gsa", "amp_js_v", "amp_tf", "ampshare", "aoh", "csi", "usqp"})


def _google_amp(_url: Url, rest: str) -> str:
    path, _, query = rest.partition("?")
    kept = "&".join(each for each in query.split("&") if each.partition("=")[0] not in _AMP_ONLY)
    return f"https://{path}?{kept}" if kept else f"https://{path}"


def _amp_cache(url: Url, rest: str) -> str:
    if rest.startswith("s/"):
        return _google_amp(url, rest[2:])
    return _google_amp(url, rest).replace("https", "http", 1)


def _translate(url: Url, _rest: str) -> str:
    """Read `a--b-example-org.translate.goog`: the page of `a-b.example.org`."""
    name = url.host.removesuffix(".translate.goog")
    host = "-".join(part.replace("-", ".") for part in name.split("--"))
    pairs = _query(url).split("&")
    kept = "&".join(each for each in pairs if not each.startswith("_x_tr_"))
    scheme = "http" if "_x_tr_sch=http" in pairs else "https"
    return f"{scheme}://{host}{url.path}?{kept}" if kept else f"{scheme}://{host}{url.path}"


_CODINGS: Final[Mapping[str, Coding]] = {
    "amp-cache": _amp_cache,
    "attribution": _attribution,
    "bing": _bing,
    "disqus": _disqus,
    "google-amp": _google_amp,
    "proofpoint-1": _proofpoint_1,
    "proofpoint-2": _proofpoint_2,
    "proofpoint-3": _proofpoint_3,
    "sophos": _sophos,
    "tradedoubler": _tradedoubler,
    "translate": _translate,
    "underscores": _underscores,
    "yahoo": _yahoo,
}

"""One address in several spellings: which characters can be written otherwise, and which never.

Characters are percent-encoded only where `urls.py` takes both for the same link.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from ada_url import URL, idna_to_unicode

from crawler.urls import Rejection, Target, resolve

_DEEP: Final = f"https://base.invalid/{'d/' * 64}"
"""What relative addresses are compared under: deeper than any of them climbs."""
_SCHEME: Final = "https://"
_RELATIVE: Final = frozenset({Rejection.RELATIVE, Rejection.ANCHOR})
_HOST: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*+:)?+//[^/?#\\]*+")
_INVALID: Final = (" ", '"', "<", ">", "`")
"""No URL has these: a browser writes them percent-encoded, where it can."""
_REMOVED: Final = str.maketrans("", "", "\t\n\r")  # what the standard takes out
_SPECIAL: Final = ("'", "{", "}", "^", "_", "~", "--")
"""These may mean something where a URL stands, and can be written otherwise."""
_OCTETS: Final = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_READABLE: Final = frozenset("LMN")  # categories: letters, marks and numbers
_TRAIL: Final = re.compile(r"[-_~]+$")


def synonyms(after: str, raw: str, href: str, *, is_unicode: bool) -> Iterator[str]:
    """Yield an address in the manner in which another one is written, as it is, and more safely.

    `is_unicode`: any character can be written there.
    """
    yielded = set[str]()
    for each in _forms(after, raw, href, is_unicode=is_unicode):
        if each not in yielded and is_same(each, after):
            yielded.add(each)
            if is_schemeless(raw, href) and each.startswith(_SCHEME):
                yield each.removeprefix(_SCHEME)
            yield each


def _forms(after: str, raw: str, href: str, *, is_unicode: bool) -> Iterator[str]:
    plain = _ascii(after.translate(_REMOVED))
    like = _readable(plain, href) if is_unicode and not raw.isascii() else plain
    controls = {each for each in like if each.isascii() and not each.isprintable()}
    safe = _encoded(like, (*_INVALID, *controls))
    if any(each in raw for each in _INVALID if each in like):  # its author minds none of them
        yield like
    yield safe
    yield like
    yield plain
    yield _TRAIL.sub(lambda match: "".join(map(_octet, match[0])), safe)
    yield _encoded(safe, _SPECIAL)


def is_same(one: str, other: str) -> bool:
    """Tell whether two addresses lead to the same place, wherever they stand.

    >>> is_same("/a b~", "/a%20b%7E"), is_same("/a(b)", "/a%28b%29"), is_same("/a", "//a")
    (True, False, False)
    >>> is_same("mailto:ann@a.example", "mailto:bob@a.example")
    False
    """
    if one == other:
        return True
    first, second = resolve(one), resolve(other)
    if isinstance(first, Target) or isinstance(second, Target):
        return first == second
    if not {first.reason, second.reason} <= _RELATIVE:
        return False
    return resolve(one, _DEEP) == resolve(other, _DEEP) and _shape(one) == _shape(other)


def _shape(url: str) -> str:
    """Return what tells of which kind a relative address is."""
    return url[: len(url) - len(url.lstrip("/\\?#"))]


def says_itself(raw: str, href: str) -> bool:
    r"""Tell whether what is written holds the address itself, and nothing stands for a part of it.

    Escapes only add to the letters of an address; a macro, an attribute or a field's name has
    others in the place of some.

    >>> says_itself(r"https://a.example/b\_c&amp;d", "https://a.example/b_c&d")
    True
    >>> says_itself("{home}/x", "https://a.example/x")
    False
    """
    if is_schemeless(raw, href):
        href = href.removeprefix(_SCHEME)
    letters = iter(raw)
    return all(each in letters for each in href if each.isalnum() and each.isascii())


def is_schemeless(raw: str, href: str) -> bool:
    """Tell whether a host is written without the scheme that goes with it."""
    return href.startswith(_SCHEME) and raw.startswith(href[len(_SCHEME) : len(_SCHEME) + 4])


def _encoded(url: str, characters: Sequence[str]) -> str:
    """Percent-encode characters behind the host, each where that changes nothing."""
    host, rest = _split(url)
    pieces = re.split(r"(?=[?#])", rest, maxsplit=2)
    for at, piece in enumerate(pieces):
        for each in characters:
            if each in piece:
                kept = pieces[at]
                pieces[at] = kept.replace(each, f"{each[:-1]}{_octet(each[-1])}")
                if not is_same(host + "".join(pieces), url):
                    pieces[at] = kept
    return host + "".join(pieces)


def _split(url: str) -> tuple[str, str]:
    """Return scheme and host, if there are some, and the rest."""
    match = _HOST.match(url)
    end = match.end() if match else 0
    return url[:end], url[end:]


def _octet(character: str) -> str:
    return f"%{ord(character):02X}"


def _ascii(url: str) -> str:
    """Return an address as the standard writes its characters beyond ASCII."""
    if url.isascii():
        return url
    host, rest = _split(url)
    rest = "".join(
        each if each.isascii() else quote(each.encode("utf-8", "replace")) for each in rest
    )
    if host and not host.isascii() and URL.can_parse(f"https:{host[host.index('//') :]}"):
        parsed = URL(f"https:{host[host.index('//') :]}")
        host = f"{host[: host.index('//')]}//{parsed.host}"
    return host + rest


def _readable(url: str, like: str) -> str:
    """Write letters of other scripts as such where an author does: in the host, and behind it."""
    (host, rest), (like_host, like_rest) = _split(url), _split(like)
    if "xn--" in host and not like_host.isascii():
        lead, _, name = host.rpartition("/")
        host = f"{lead}/{idna_to_unicode(name)}"
    if not like_rest.isascii():
        rest = _OCTETS.sub(_letters, rest)
    return host + rest


def _letters(octets: re.Match[str]) -> str:
    try:
        text = unquote_to_bytes(octets[0]).decode()
    except UnicodeDecodeError:
        return octets[0]
    return "".join(
        each if unicodedata.category(each)[0] in _READABLE else quote(each) for each in text
    )

"""URLs: from what an author wrote to the identity that we ask for and remember.

Everything that decides whether two spellings are the same link lives here and only here.
Parsing is the WHATWG URL Standard's, by the library `ada`. On top of it, percent-encoded octets
are normalised as in RFC 3986 §6.2.2 (`%7e` is `~`, `%c3` is `%C3`): no server tells those apart.
Whatever a server may tell apart is kept: `www`, a trailing slash, case and order in the query.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from ada_url import URL, idna_to_unicode

MAX_LENGTH: Final = 65_536
"""Longer than any server accepts; what is longer is not a link that somebody follows."""

_MAX_PASSES: Final = 6
_MAX_LABEL: Final = 63  # characters of a part of a name: RFC 1035 §2.3.4
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_OCTET: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~"
)  # without ".": a decoded dot segment would change the path
_MAIL: Final = re.compile(r"[^\s@<>]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
# As far as the standard reads user information: up to the last `@` before a path, be there slashes,
# backslashes or none before it. Greedy but linear: what it has read it does not read again.
_AUTHORITY: Final = re.compile(r"(https?:[/\\\s]*|[/\\]{2,})([^/\\?#]*)", re.IGNORECASE)
# What is normalised already, as most links are: the library returns it as it stands. Names that
# could be numbers or Punycode, dot segments and octets (`%`) are not among it.
_LABEL: Final = r"[a-z](?:[a-z0-9]++|-(?=[a-z0-9]))*+"
_PLAIN: Final = re.compile(
    rf"(https?)://((?:{_LABEL}\.)++{_LABEL})"
    r"((?:/(?:[\w~-][\w.~-]*+)?)++(?:\?[\w=&.~/-]*+)?)(?:#([\w.~/-]*+))?",
    re.ASCII,
)
_DEFAULT_PORT: Final = {"http": 80, "https": 443}
_STRIPPED: Final = "".join(map(chr, range(0x21)))  # C0 controls and space: the standard strips
_REMOVED: Final = str.maketrans("", "", "\t\n\r")  # likewise, wherever they stand


@dataclass(frozen=True, slots=True, order=True)
class Url:
    """A normalised absolute http(s) URL. Identity: it never has a fragment or user information.

    `authority` is `host[:port]`, lower case and IDNA-encoded, without a default port;
    `target` is path and query, as sent on the request line.
    """

    scheme: str
    authority: str
    target: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def host(self) -> str:
        """The host's name or address; an IPv6 address keeps its brackets."""
        host, colon, port = self.authority.rpartition(":")
        return host if colon and port.isdigit() else self.authority

    @property
    def port(self) -> int:
        """The port that is asked, be it written or the scheme's own."""
        _, colon, port = self.authority.rpartition(":")
        return int(port) if colon and port.isdigit() else _DEFAULT_PORT[self.scheme]

    @property
    def path(self) -> str:
        """The path alone; at least `/`."""
        return self.target.partition("?")[0]


class Rejection(StrEnum):
    """Why a written link is nothing that we could ask a server for."""

    EMPTY = "empty"
    MALFORMED = "malformed"
    NO_SCHEME = "no-scheme"
    SCHEME = "scheme"
    FILE = "file"
    RELATIVE = "relative"
    MAIL = "mail"
    BAD_MAIL = "bad-mail"
    ANCHOR = "anchor"
    LOCAL = "local"
    FILE_MISSING = "file-missing"
    FILE_CASE = "file-case"
    OUTSIDE = "outside"
    FRAGMENT_MISSING = "fragment-missing"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL together with the fragment that the link asks for, as the standard writes it."""

    url: Url
    fragment: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A written link that is not asked of any server, and why.

    `path`: the file of the project that it names, from the project's top, be it there or not.
    """

    raw: str
    reason: Rejection
    detail: str = ""
    path: str | None = None


def resolve(raw: str, base: str | None = None) -> Target | Rejected:
    """Resolve a written link against its document and normalise it. Total: it never raises.

    >>> resolve("HTTPS://Example.org:443/%7Eann#top")
    Target(url=Url(scheme='https', authority='example.org', target='/~ann'), fragment='top')
    >>> resolve("../b", "https://example.org/x/a").url.target
    '/b'
    >>> resolve("ftp://example.org/").reason
    <Rejection.SCHEME: 'scheme'>
    """
    if len(raw) <= MAX_LENGTH and (plain := _PLAIN.fullmatch(raw)):
        scheme, host, target, fragment = plain.groups()
        if len(host) <= _MAX_LABEL:  # then nothing is too long
            return Target(Url(scheme, host, target), fragment or None)
    text = raw.strip(_STRIPPED).translate(_REMOVED)
    if not text:
        return Rejected(raw, Rejection.EMPTY)
    if len(text) > MAX_LENGTH:
        return Rejected(raw, Rejection.MALFORMED, f"longer than {MAX_LENGTH} characters")
    scheme = _scheme(text)
    if scheme is None:
        return _relative(raw, text, base)
    if scheme in _DEFAULT_PORT:
        return _absolute(raw, text, base)
    return _other_scheme(raw, text, scheme)


def mask(text: str) -> str:
    """Hide user information (`user:password@`) in a written link.

    >>> mask("https://ann:secret@example.org/")
    'https://***@example.org/'
    """
    return _AUTHORITY.sub(_masked, text) if "@" in text else text


def _masked(match: re.Match[str]) -> str:
    _, at, host = match[2].rpartition("@")
    return f"{match[1]}***@{host}" if at else match[0]


def _scheme(text: str) -> str | None:
    match = _SCHEME.match(text)
    return match[1].lower() if match else None


def _relative(raw: str, text: str, base: str | None) -> Target | Rejected:
    if base is not None:
        return _absolute(raw, text, base)
    if text.startswith(("//", "\\\\")):
        return _absolute(raw, f"https:{text}", None)
    if text.lower().startswith("www."):
        return Rejected(raw, Rejection.NO_SCHEME, f"write https://{mask(f'//{text}')[2:]}")
    return Rejected(raw, Rejection.RELATIVE)


def _other_scheme(raw: str, text: str, scheme: str) -> Rejected:
    if scheme == "mailto":
        address = text[len("mailto:") :].partition("?")[0]
        valid = all(_MAIL.fullmatch(one.strip()) for one in address.split(","))
        return Rejected(raw, Rejection.MAIL if valid else Rejection.BAD_MAIL)
    if "." in scheme or scheme == "localhost":  # example.org:8080/x: a host was meant
        return Rejected(raw, Rejection.NO_SCHEME, f"write https://{mask(f'//{text}')[2:]}")
    return Rejected(raw, Rejection.FILE if scheme == "file" else Rejection.SCHEME, scheme)


def _absolute(raw: str, text: str, base: str | None) -> Target | Rejected:
    try:
        href = URL(text, base).href
    except ValueError:  # lone surrogates too: UnicodeEncodeError is a ValueError
        return Rejected(raw, Rejection.MALFORMED)
    scheme, _, rest = href.partition("://")
    if scheme not in _DEFAULT_PORT:  # resolved against a base that is not http(s)
        return Rejected(raw, Rejection.RELATIVE)
    rest, _, fragment = rest.partition("#")
    authority, slash, written = rest.partition("/")
    target = _normalise(slash + written)
    if target is None:
        return Rejected(raw, Rejection.MALFORMED, "percent-encoded over and over")
    if target != slash + written and "/%2E" in target:  # `/%%32e/` was hiding a dot segment
        return _absolute(raw, f"{scheme}://{authority}{target}#{fragment}", None)
    return _target(raw, scheme, authority.rpartition("@")[2], target, fragment)


def _target(
    raw: str, scheme: str, authority: str, target: str, fragment: str | None
) -> Target | Rejected:
    url = Url(scheme, authority, target)
    if problem := _host_problem(url.host):
        return Rejected(raw, Rejection.MALFORMED, problem)
    return Target(url, fragment or None)


@lru_cache(maxsize=1024)
def _host_problem(host: str) -> str | None:
    """What the library accepts and no name server ever answers: RFC 1035 §2.3.4."""
    if host.startswith("["):
        return None
    labels = host.removesuffix(".").split(".")
    if not all(labels):
        return "the host has an empty label"
    if len(host) > 253 or max(map(len, labels)) > _MAX_LABEL:  # noqa: PLR2004 - the RFC's figure
        return "the host name is too long"
    # UTS #46 §4.1: the library leaves what cannot be decoded as it stands.
    if "xn--" in host and "xn--" in {label[:4] for label in idna_to_unicode(host).split(".")}:
        return "the host is no valid Punycode"
    return None


def _normalise(target: str) -> str | None:
    for _ in range(_MAX_PASSES):
        again = _OCTET.sub(_octet, target)
        if again == target:
            return target
        target = again  # `%%37E` holds a new octet once `%37` is decoded
    return None  # made to be decoded over and over: each pass costs the whole length


def _octet(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()

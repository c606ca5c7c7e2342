"""Pages that answer and lead on all the same: by a header, a meta element, a script or a link.

It costs ordinary pages a search for a few bytes. Only where one of them is found is the beginning
of the page read, with the tokenizer that takes linear time on any input, and never a script run.
What a script, or a person, would have to do first is a guess, and made only where a page has next
to nothing else to say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final

from crawler import markup
from crawler.charset import decode
from crawler.domains import ByHost
from crawler.markup import Tag, Text, attribute
from crawler.model import Response, Via
from crawler.statements import reached
from crawler.tables import rows
from crawler.urls import Target, Url, resolve

MAX_DELAY: Final = 10
"""Seconds after which a page that leads on is one to be read first."""

MAX_SCRIPTED: Final = 16_384
"""Bytes of a page whose script is believed: 4.6 % of real pages name a location in a script, and
of those that are no longer than this hardly any."""

MAX_SHOWN: Final = 400
"""Visible characters of such a page."""

_META_WITHIN: Final = 16_384
_META_LENGTH: Final = 4_096
_LINK_WITHIN: Final = 65_536
_SIGN: Final = re.compile(rb"""http-equiv\s*+=\s*+["']?\s*+refresh""")
# WHATWG HTML, "shared declarative refresh steps". Possessive: read once, whatever it is.
_REFRESH: Final = re.compile(
    r"""\s*+(\d++|(?=\.))[\d.]*+(?:\s*+[;,]\s*+|\s++)(?:url\s*+=\s*+)?+"""
    r"""(?:"([^"]*+)|'([^']*+)|([^\s"'].*+))""",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_STRING: Final = r"""(["'])((?:(?!\1)[^\\\n]|\\.)*+)\1(?!\s*+\+)"""  # `"a" + b` is not all of it
# It begins with a literal, so that looking for it costs next to nothing; what may stand before it
# is looked at behind. Not `top` nor `parent`: these are set to leave somebody else's frame.
_LOCATION: Final = re.compile(
    rf"location\s*+(?:(?:\.\s*+href\s*+)?+=\s*+|\.\s*+(?:replace|assign)\s*+\(\s*+){_STRING}"
)
_OWNER: Final = re.compile(r"(?:^|[^\w$.-])((?:(?:window|document|self)\s*\.\s*){0,2})\Z")
_OWNER_WITHIN: Final = 64
_ESCAPE: Final = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))")
_ONWARD: Final = re.compile(r"https?://|/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a page leads, and how."""

    via: Via
    target: Target

    @property
    def url(self) -> Url:
        """The URL that it leads to, without its fragment."""
        return self.target.url


def onward(response: Response, url: Url) -> Onward | None:
    """Tell where an answer leads on to by itself; None for nearly all. Never raises.

    It is another URL than `url`, the one that answered: a page that only loads itself anew is an
    answer. So is one that would leave the web, for another program.
    """
    if not response.is_success:
        return None
    by_header = response.headers.get("refresh")
    if by_header and (there := _resolved(_refreshed(by_header), url, url)):
        return Onward(Via.REFRESH_HEADER, there)
    if response.media_type and not response.is_html:
        return None
    return _by_page(response, url)


def _by_page(response: Response, url: Url) -> Onward | None:
    body, hints = response.body, _hints(url.host)
    within = _LINK_WITHIN if hints else _last_refresh(body)
    scripted = len(body) <= MAX_SCRIPTED and not response.truncated and b"location" in body
    if not (within or scripted):
        return None
    content_type = response.headers.get("content-type", "")
    text = decode(body if scripted else body[:within], content_type)
    scripted = scripted and ("onload" in text or _LOCATION.search(text) is not None)
    if not (within or scripted):
        return None
    source = _Source(hints)
    source.read(text, enough=len(text) if within else MAX_SHOWN)
    return next(_ways(source, url, believed=scripted and source.shown < MAX_SHOWN), None)


def _last_refresh(body: bytes) -> int:
    """Return up to where a page has meta elements that refresh it; 0 for nearly all."""
    beginning = body[:_META_WITHIN].lower()
    if b"refresh" not in beginning:
        return 0
    signs = [sign.end() for sign in _SIGN.finditer(beginning)]
    return signs[-1] + _META_LENGTH if signs else 0


def _ways(source: "_Source", url: Url, *, believed: bool) -> Iterator[Onward]:
    """Yield the ways on, the surest first. `believed`: scripts are."""
    declared = _resolved(source.base, url, url)
    base = declared.url if declared else url
    for way in source.refreshes:
        if there := _resolved(_refreshed(way), url, base):
            yield Onward(Via.META_REFRESH, there)
    for way in source.links:
        if (there := _resolved(way, url, base)) and there.url.host != url.host:
            yield Onward(Via.PAGE_LINK, there)
    if not believed:
        return
    written = filter(_ONWARD.match, source.locations)
    named = [there for way in written if (there := _resolved(way, url, url))]
    for way in source.without_script:
        # Such a page says the same to browsers with scripts. Else it is for those without alone.
        there = _resolved(_refreshed(way), url, base)
        if there is not None and there.url in (each.url for each in named):
            yield Onward(Via.META_REFRESH, there)
    for there in named:
        yield Onward(Via.SCRIPT, there)


def _refreshed(content: str) -> str:
    """Return the URL of a refresh that comes soon; empty if there is none."""
    match = _REFRESH.match(content)
    if match is None:
        return ""
    delay = match[1].lstrip("0") or "0"
    soon = len(delay) <= len(str(MAX_DELAY)) and int(delay) <= MAX_DELAY
    return (match[2] or match[3] or match[4] or "").strip() if soon else ""


def _resolved(written: str, url: Url, base: Url) -> Target | None:
    target = resolve(written, str(base)) if written else None
    return target if isinstance(target, Target) and target.url != url else None


@dataclass(frozen=True, slots=True)
class _Hint:
    """How the pages of one host show where they lead on: a row of the table."""

    where: str
    what: str

    def shows(self, tag: Tag) -> bool:
        name, _, value = self.what.partition("=")
        return self.where == "link" and value in attribute(tag, name).split()

    def strings(self, script: str) -> Iterator[str]:
        if self.where != "link":
            yield from map(_string, _named(self.where, self.what).finditer(script))


@dataclass(slots=True)
class _Source:
    """What a page says of where it leads on, as written; `shown`: its visible characters."""

    hints: tuple[_Hint, ...]
    base: str = ""
    refreshes: list[str] = field(default_factory=list)
    without_script: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    shown: int = 0

    def read(self, text: str, *, enough: int) -> None:
        """Read a page until it shows so much that the rest would change nothing."""
        noscript = script = False
        for token in markup.tokens(text):
            match token:
                case Tag(name="noscript"):
                    noscript = not token.closing
                case Tag():
                    script = not token.closing and _is_program(token)
                    if not token.closing:
                        self._take_tag(token, self.without_script if noscript else self.refreshes)
                case Text(raw=True) if script:
                    self._take_script(text[token.start : token.end])
                case Text(raw=False) if not noscript:
                    self.shown += len("".join(text[token.start : token.end].split()))
            if self.shown >= enough:
                return

    def _take_tag(self, tag: Tag, refreshes: list[str]) -> None:
        if tag.name == "meta" and attribute(tag, "http-equiv").lower() == "refresh":
            refreshes.append(attribute(tag, "content"))
        elif tag.name == "base":
            self.base = self.base or attribute(tag, "href")
        elif tag.name == "body":
            self._take_script(attribute(tag, "onload"))
        if any(hint.shows(tag) for hint in self.hints):
            self.links.append(attribute(tag, "href"))

    def _take_script(self, script: str) -> None:
        found = {}
        for match in _LOCATION.finditer(script):
            at = match.start()
            if owner := _OWNER.search(script, max(0, at - _OWNER_WITHIN), at):
                found[owner.start(1)] = match
        self.locations += (_string(found[place]) for place in reached(script, found))
        for hint in self.hints:
            self.links += hint.strings(script)


def _is_program(tag: Tag) -> bool:
    kind = attribute(tag, "type").lower()
    return tag.name == "script" and (not kind or "javascript" in kind or kind == "module")


def _string(match: re.Match[str]) -> str:
    return _ESCAPE.sub(_unescaped, match[2])


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else escape[3]


@cache
def _named(where: str, what: str) -> re.Pattern[str]:
    before = rf"{what}\s*+\(\s*+" if where == "call" else rf"(?:var|let|const)\s++{what}\s*+=\s*+"
    return re.compile(rf"(?<![\w$.]){before}{_STRING}")


@lru_cache(maxsize=4096)
def _hints(host: str) -> tuple[_Hint, ...]:
    return _hints_by_host().of(host)


@cache
def _hints_by_host() -> ByHost[_Hint]:
    return ByHost((host, _Hint(where, what)) for host, where, what in rows("page_links.tsv"))

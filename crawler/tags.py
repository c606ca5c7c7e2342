"""HTML out: the one place where text becomes markup.

A `str` is text, whoever wrote it, and is escaped wherever it goes; only what was made here is
`Markup` and goes through as it is. So markup that was put together elsewhere is shown, not obeyed.
"""

import re
from functools import lru_cache
from html import escape as _escaped
from typing import Final, TypeAlias

from crawler.text import clean, is_clean, readable

LINK: Final = "noreferrer noopener nofollow"
"""How all links of a page of ours relate to it: they tell nobody, reach nothing, vouch for none."""

# A tag of a language as browsers take one (BCP 47), no longer than any real one.
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_URL: Final = re.compile(r"(https?://)([^/?#]+)(.*)", re.DOTALL)
_DAY: Final = re.compile(r"\b[12]\d{3}-[01]\d-[0-3]\d\b")
_MAX: Final = 4096
_VOID: Final = frozenset({"br", "input", "link", "meta"})

Value: TypeAlias = str | int | float | bool | None


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


NOTHING: Final = Markup()


def escape(text: str) -> Markup:
    r"""Make any text plain text, between tags and in quoted values of attributes alike.

    >>> escape('<a href="x">\x1b')
    '&lt;a href=&quot;x&quot;&gt;'
    """
    if isinstance(text, Markup):
        return text
    written = _escaped(text if is_clean(text) else clean(text, _MAX))
    return Markup(written.replace("##[", "#&#35;["))  # a command of GitHub's runner, in its log


def tag(name: str, /, *children: str, **attributes: Value) -> Markup:
    """Make an element. Values that are None or False are left out; True is a bare attribute.

    >>> tag("p", "a < b", class_="why", data_at=3, hidden=True)
    '<p class="why" data-at="3" hidden>a &lt; b</p>'
    """
    opened = f"<{name}{_attributes(attributes)}>" if attributes else f"<{name}>"
    if name in _VOID:
        return Markup(opened)
    return Markup(f"{opened}{''.join(map(escape, children))}</{name}>")


def start(name: str, /, **attributes: Value) -> Markup:
    """Begin an element that is written piece by piece."""
    return Markup(f"<{name}{_attributes(attributes)}>")


def end(name: str) -> Markup:
    """End such an element."""
    return Markup(f"</{name}>")


def _attributes(attributes: dict[str, Value]) -> str:
    return "".join(
        f" {_name(name)}" if value is True else f' {_name(name)}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )


@lru_cache(maxsize=256)
def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return escape("".join(value))
    return f"{value:.2f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=256)
def slug(words: str) -> str:
    """Make a name for classes, anchors and values of a few words of ours.

    >>> slug("Not a link"), slug("perhaps broken")
    ('not-a-link', 'perhaps-broken')
    """
    return "-".join(re.findall("[a-z0-9]+", words.lower()))


def joined(*pieces: str) -> Markup:
    """Put pieces one after the other; those that are text are escaped."""
    return Markup("".join(map(escape, pieces)))


def theirs(text: str, language: str | None = None) -> Markup:
    """Show a text of strangers or authors: repaired, in its own direction and language."""
    known = language if language and _LANGUAGE.fullmatch(language) else None
    return tag("bdi", clean(readable(text)), lang=known)


def dated(sentence: str) -> Markup:
    """Show a sentence whose days are marked as such, for no line is to break inside of one.

    >>> dated("Since 2026-11-22.")
    'Since <time>2026-11-22</time>.'
    """
    return Markup(_DAY.sub(r"<time>\g<0></time>", escape(sentence)))


def address(url: str) -> Markup:
    """Show a URL, its host so that nobody overlooks it.

    Names of hosts are in Punycode where they are not plain, as `Url` has them: none looks like
    another.
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        return escape(url)
    scheme, host, rest = map(escape, parts.groups())
    return Markup(f"<i>{scheme}</i><b>{host}</b>{rest}")


def link(url: str) -> Markup:
    """Lead to a URL; what is none of the web is only shown."""
    return _leading(url, address(url))


def plain_link(url: str) -> Markup:
    """Do the same with nothing inside of it: where there are very many."""
    return _leading(url, escape(url))


def _leading(url: str, shown: Markup) -> Markup:
    if not _URL.fullmatch(url):
        return tag("span", shown, class_="url")
    return tag("a", shown, class_="url", href=url, rel=LINK)

"""What each format asks for where a URL has characters that mean something to it.

Where a format has several ways, those come first that every program understands.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from html.entities import html5
from json import dumps
from typing import Final, TypeAlias

from crawler.model import Kind

Escape: TypeAlias = Callable[[str], str]


def _as_it_is(url: str) -> str:
    return url


_ENTITY: Final = re.compile(r"&(?=#[0-9]|#[xX][0-9A-Fa-f]|[A-Za-z])(#?\w+)(;?)", re.ASCII)
_MARKUP: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_IN_MARKUP: Final = str.maketrans(_MARKUP)
_IN_QUOTES: Final = str.maketrans({**_MARKUP, "'": "&#39;"})
_TEX_ARGUMENT: Final = str.maketrans({"%": r"\%", "#": r"\#"})
_TEX_TEXT: Final = str.maketrans({
    **{each: f"\\{each}" for each in "%#&_${}"}, "~": r"\~{}", "^": r"\^{}",
})  # fmt: skip
_ROFF_DASHES: Final = str.maketrans({"\\": r"\e", "-": r"\-"})
_ROFF: Final = str.maketrans({
    "\\": r"\e", "-": r"\-", "~": r"\(ti", "^": r"\(ha", "'": r"\(aq", "`": r"\(ga",
})  # fmt: skip
_TEXINFO: Final = str.maketrans({"@": "@@", "{": "@{", "}": "@}"})
_TEXINFO_ARGUMENT: Final = str.maketrans({
    "@": "@@", "{": "@{", "}": "@}", ",": "@comma{}",
})  # fmt: skip
_PARENTHESES: Final = re.compile(r"[()\\]")
_PUNCTUATION: Final = re.compile(r"[\\()<>\[\]*_|`~]")
_BRACKETS: Final = re.compile(r"[\[\]\\]")
_CSS: Final = re.compile(r"[\\()'\" ]")


def _in_markup(url: str) -> str:
    return url.translate(_IN_MARKUP)


def _in_quotes(url: str) -> str:
    return url.translate(_IN_QUOTES)


def _twice(url: str) -> str:
    return _in_markup(_in_markup(url))


def _entities(url: str) -> str:
    """Escape what CommonMark would take for a character reference, and no other `&`."""
    return _ENTITY.sub(lambda match: f"&amp;{match[0][1:]}" if _is_entity(match) else match[0], url)


def _is_entity(match: re.Match[str]) -> bool:
    return bool(match[2]) and (match[1].startswith("#") or f"{match[1]};" in html5)


def _backslashed(characters: re.Pattern[str]) -> Escape:
    return lambda url: characters.sub(r"\\\g<0>", _entities(url))


def _escaped(table: Mapping[int, str]) -> Escape:
    return lambda url: url.translate(table)


def _css(url: str) -> str:
    return _CSS.sub(r"\\\g<0>", url)


def _json(url: str) -> str:
    return dumps(url, ensure_ascii=False)[1:-1]


def _json_slashes(url: str) -> str:
    return _json(url).replace("/", r"\/")


def _doubled(sign: str) -> Escape:
    return lambda url: url.replace(sign, sign * 2)


def _in_json(escape: Escape) -> Escape:
    return lambda url: _json(escape(url))


_HTML: Final = (
    _in_markup, _in_quotes, _as_it_is, _twice, _css, lambda url: _in_markup(_css(url)),
)  # fmt: skip
_XML: Final = (_in_markup, _in_quotes, _as_it_is, _twice)
_DATA: Final = (_as_it_is, _json, _doubled("'"))
_MARKDOWN: Final = (
    _as_it_is, _entities, _backslashed(_PARENTHESES), _backslashed(_PUNCTUATION), _in_markup,
    _in_quotes,
)  # fmt: skip
_PLAIN: Final = (_as_it_is, _entities)
_TEX: Final = (_escaped(_TEX_ARGUMENT), _as_it_is, _escaped(_TEX_TEXT))
_TEX_PROSE: Final = tuple(reversed(_TEX))
_BY_FORMAT: Final[Mapping[str, Sequence[Escape]]] = {
    "asciidoc": (_as_it_is, _in_markup),
    "bibtex": (_as_it_is, *_TEX),
    "css": (_as_it_is, _css),
    "csv": (_as_it_is, _doubled('"')),
    "docbook": _XML,
    "feed": _XML,
    "html": _HTML,
    "json": (_json, _json_slashes),
    "jsonl": (_json, _json_slashes),
    "latex": _TEX,
    "man": (_as_it_is, _escaped(_ROFF_DASHES), _escaped(_ROFF)),
    "markdown": _MARKDOWN,
    "mdx": _MARKDOWN,
    "notebook": tuple(map(_in_json, _MARKDOWN)),
    "org": (_as_it_is, _backslashed(_BRACKETS), _in_markup),
    "restructuredtext": (_as_it_is, _backslashed(_PUNCTUATION), _in_markup),
    "source": (_as_it_is, _in_markup),
    "svg": _HTML,
    "texinfo": (_escaped(_TEXINFO), _escaped(_TEXINFO_ARGUMENT), _as_it_is),
    "toml": _DATA,
    "xml": _XML,
    "yaml": _DATA,
}  # fmt: skip
_BY_KIND: Final[Mapping[tuple[str, Kind], Sequence[Escape]]] = {
    # A backslash in a bare URL is a part of it for GitHub, and for an autolink in angle brackets.
    ("markdown", Kind.BARE): _PLAIN,
    ("markdown", Kind.AUTOLINK): _PLAIN,
    ("mdx", Kind.BARE): _PLAIN,
    ("mdx", Kind.AUTOLINK): _PLAIN,
    ("notebook", Kind.BARE): tuple(map(_in_json, _PLAIN)),
    ("notebook", Kind.AUTOLINK): tuple(map(_in_json, _PLAIN)),
    ("notebook", Kind.CELL): (_json,),
    ("notebook", Kind.HTML): tuple(map(_in_json, _HTML)),
    ("bibtex", Kind.BARE): _TEX_PROSE,
    ("latex", Kind.BARE): _TEX_PROSE,
}


def escapes_of(format_: str, kind: Kind, raw: str, href: str) -> Sequence[Escape]:
    """Return the escapes of a place, the one first by which its author has written the URL."""
    if kind is Kind.FRONTMATTER:
        escapes: Sequence[Escape] = _DATA
    elif (found := _BY_KIND.get((format_, kind))) is not None:
        escapes = found
    elif kind is Kind.HTML:
        escapes = _HTML
    else:
        escapes = _BY_FORMAT.get(format_, (_as_it_is,))
    if escapes[0](href) != raw:
        return sorted(escapes, key=lambda escape: escape(href) != raw)
    return escapes

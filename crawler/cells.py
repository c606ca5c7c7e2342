"""What a value of the history looks like in a page: the one place that makes HTML of such values.

Whoever can write the file can have written anything into it. All is escaped here, long texts are
cut, and only `http` and `https` become links.
"""

import json
import re
from collections.abc import Iterable
from html import escape
from typing import Final

from crawler.guide import json_columns
from crawler.model import Health, Outcome

MAX_TEXT: Final = 1_000
MAX_JSON: Final = 50_000
_MAX_ITEMS: Final = 50
_MAX_DEPTH: Final = 3
_MAX_ADDRESS: Final = 80

_LINK: Final = re.compile(r"https?://[^\s\x00-\x1f\x7f]+", re.IGNORECASE)
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,6})?Z", re.ASCII)
REFERS: Final = {
    "document_id": "documents",
    "link_id": "links",
    "observation_id": "observations",
    "run_id": "runs",
}
"""Columns whose numbers are those of rows of another table."""

_WORDS: Final = {"health": frozenset(Health), "outcome": frozenset(Outcome)}

# What turns the order of a line about, or cannot be seen: in UTF-8, as pages are sent. See `text`.
_HARMFUL: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]"
    rb"|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf"
)


def cell(value: object, column: str) -> str | None:
    """Return the HTML of a value, a reference to a row included; None for nothing and numbers.

    >>> cell("javascript:alert(1)", "url")
    'javascript:alert(1)'
    """
    match value:
        case bytes():
            return f"{len(value):,} bytes that are no text"
        case str() if value:
            return _text(value, column)
        case {"value": int(number), "label": label} if column in REFERS:
            name = _short(str(label)) if label else f"{number}"
            return f'<a href="/history/{REFERS[column]}/{number}">{name}</a>'
        case _:
            return None


def without_controls(page: bytes) -> bytes:
    """Put spaces in the place of control characters and of what turns text about; as many bytes."""
    return _HARMFUL.sub(lambda found: b" " * len(found[0]), page)


def _text(text: str, column: str) -> str:
    if _LINK.fullmatch(text):
        return _link(text)
    if _MOMENT.fullmatch(text):
        return f'<time datetime="{text}">{_short(text)}</time>'
    if text in _WORDS.get(column.removesuffix("_before"), ()):
        return f'<span class="word {text}">{text}</span>'
    if column in json_columns() and len(text) <= MAX_JSON:
        try:
            return _json(json.loads(text))
        except (ValueError, RecursionError):
            pass
    return _cut(text)


def _cut(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return escape(text)
    return f"{escape(text[:MAX_TEXT])}… <small>({len(text):,} characters)</small>"


def _link(url: str) -> str:
    if len(url) > MAX_TEXT:
        return _cut(url)
    return f'<a href="{escape(url)}" rel="noopener noreferrer nofollow external">{_short(url)}</a>'


def _short(text: str) -> str:
    if found := _MOMENT.fullmatch(text):
        return f"{found[1]} {found[2]}"
    ends = (text[: _MAX_ADDRESS * 2 // 3], text[-_MAX_ADDRESS // 3 :])
    return escape(text if len(text) <= _MAX_ADDRESS else "…".join(ends))


def _json(value: object, depth: int = 0) -> str:
    match value:
        case None:
            return ""
        case str():
            return _text(value, "")
        case dict() | list() if depth < _MAX_DEPTH:
            return _tree(value, depth + 1)
        case _:
            return _cut(json.dumps(value, ensure_ascii=False))


def _tree(value: dict[str, object] | list[object], depth: int) -> str:
    """Return lists as lists, mappings as lists of pairs, and a pair of texts within as a pair."""
    if isinstance(value, dict):
        pairs = ((name, _json(each, depth)) for name, each in value.items())
        return _list(f"<b>{_cut(name)}</b> {shown}" for name, shown in pairs if shown)
    match value:
        case [str(name), str(text)] if depth > 1:
            return f"<b>{_cut(name)}</b> {_text(text, '')}"
        case _:
            return _list(_json(each, depth) for each in value)


def _list(items: Iterable[str]) -> str:
    shown = list(items)
    if not shown:
        return ""
    more = [f"… and {len(shown) - _MAX_ITEMS:,} more"] if len(shown) > _MAX_ITEMS else []
    return "<ul>" + "".join(f"<li>{each}</li>" for each in shown[:_MAX_ITEMS] + more) + "</ul>"

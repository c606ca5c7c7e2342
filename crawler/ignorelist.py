"""The ignore list of the settings: entries that say which links are to be left out, and until when.

Reads and judges what a settings file says; what its entries come to, `ignores.py` knows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from crawler.errors import SettingsError
from crawler.patterns import PatternError, compiled
from crawler.wildcards import rules

_KEYS: Final = ("url", "document", "until", "reason")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")  # the library also reads `20270131` and weeks


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `url` is a regular expression, `document` a pattern as `.gitignore` has them.

    What is empty fits all. `where` and `number` say where the entry stands.
    """

    url: str = ""
    document: str = ""
    until: date | None = None
    reason: str = ""
    where: str = "settings"
    number: int = 1


def entries(value: object, where: str) -> tuple[Entry, ...]:
    """Return the entries of a list of tables. Raises `SettingsError`; `where` names the file."""
    what = f"{where}: 'ignore'" if where else "'ignore'"
    if not isinstance(value, list | tuple):
        raise SettingsError(f"{what} must be a list of tables: write [[ignore]].")
    return tuple(_entry(each, where, number) for number, each in enumerate(value, 1))


def day(text: str) -> date | None:
    """Read a day as ISO 8601 writes it, `2027-01-31`; None if it is no day."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _entry(value: object, where: str, number: int) -> Entry:
    if isinstance(value, Entry):  # from a program
        return value
    what = f"{where}: 'ignore', entry {number}" if where else f"'ignore', entry {number}"
    if not isinstance(value, Mapping):
        raise SettingsError(f"{what}: must be a table, such as {{url = '…', until = 2027-01-31}}.")
    for key in value:
        if key not in _KEYS:
            raise SettingsError(f"{what}: there is no key {key!r}; there are {', '.join(_KEYS)}.")
    if not (value.get("url") or value.get("document")):
        raise SettingsError(f"{what}: must say which links: give 'url', 'document' or both.")
    texts = {key: _text(value.get(key, ""), key, what) for key in ("url", "document", "reason")}
    _check_patterns(texts["url"], texts["document"], what)
    until = _until(value.get("until"), what)
    return Entry(**texts, until=until, where=where or "settings", number=number)


def _text(value: object, key: str, what: str) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{what}: {key!r} must be a text; it is {value!r}.")
    return value


def _check_patterns(url: str, document: str, what: str) -> None:
    try:
        compiled(url)
    except PatternError as error:
        raise SettingsError(f"{what}: {url!r} {error}.") from error
    if document and not rules([document]).rules:
        raise SettingsError(f"{what}: {document!r} is no pattern of names.")


def _until(value: Any, what: str) -> date | None:  # noqa: ANN401 - whatever TOML can hold
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and (read := day(value)):
        return read
    raise SettingsError(f"{what}: 'until' must be a day such as 2027-01-31; it is {value!r}.")

"""Settings files: where they are found, and what stands in them, as it stands there."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from crawler.errors import SettingsError

FILE_NAMES: Final = ("crawl.toml", "pyproject.toml")
MAX_SIZE: Final = 1_048_576
"""Bytes of a file that are read; the time that TOML takes may grow faster than its length."""


def found_in(directory: Path) -> Path | None:
    """Return the first settings file of a directory that has settings of ours."""
    for name in FILE_NAMES:
        path = directory / name
        if path.is_file() and (name == "crawl.toml" or "crawl" in _tools(_read(path))):
            return path
    return None


def table(path: Path) -> Mapping[str, Any]:
    """Return what a settings file sets, by name. Raises `SettingsError`."""
    return _ours(path.name, _read(path)) or {}


def table_of(name: str, data: bytes, where: str) -> Mapping[str, Any] | None:
    """Return what a settings file of a name sets, given what is in it; None if it is not ours.

    Raises `SettingsError`; `where` is what the sentence calls the file.
    """
    return _ours(name, _parsed(data, where))


def _ours(name: str, whole: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if name != "pyproject.toml":
        return whole
    tools = _tools(whole)
    if "crawl" not in tools:
        return None
    section = tools["crawl"]
    return section if isinstance(section, dict) else {"crawl": section}


def _tools(whole: Mapping[str, Any]) -> Mapping[str, Any]:
    tools = whole.get("tool", {})
    return tools if isinstance(tools, dict) else {}


def _read(path: Path) -> Mapping[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    return _parsed(data, str(path))


def _parsed(data: bytes, where: str) -> Mapping[str, Any]:
    """Read TOML, which whoever can change the tree may have written, so as to make us stumble."""
    if len(data) > MAX_SIZE:
        raise SettingsError(f"{where}: is too large for a settings file.")
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise SettingsError(f"{where}: is not UTF-8; settings files are.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{where}: is not valid TOML: {error}.") from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 5,000 lists
        raise SettingsError(f"{where}: holds what is too long, or too deep, to be read.") from error

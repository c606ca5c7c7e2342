"""Settings files: where they are found, and what stands in them, as it stands there."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from crawler.errors import SettingsError

FILE_NAMES: Final = ("crawl.toml", "pyproject.toml")


def found_in(directory: Path) -> Path | None:
    """Return the first settings file of a directory that has settings of ours."""
    for name in FILE_NAMES:
        path = directory / name
        if path.is_file() and (name == "crawl.toml" or "crawl" in _tools(path)):
            return path
    return None


def table(path: Path) -> Mapping[str, Any]:
    """Return what a settings file sets, by name. Raises `SettingsError`."""
    if path.name == "pyproject.toml":
        section = _tools(path).get("crawl", {})
        return section if isinstance(section, dict) else {"crawl": section}
    return _read(path)


def _tools(path: Path) -> Mapping[str, Any]:
    tools = _read(path).get("tool", {})
    return tools if isinstance(tools, dict) else {}


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8; settings files are.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}.") from error

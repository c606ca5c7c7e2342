"""Where the baseline is, and how it gets there."""

import os
import stat
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from crawler.baseline import Baseline, Entry, parsed, written
from crawler.errors import ImpossibleError, SettingsError
from crawler.model import Report
from crawler.settings import BASELINE, PolicySettings, Settings
from crawler.terminal import replaced

_LARGEST: Final = 4 * 1024 * 1024


def known(
    settings: Settings, given: Mapping[str, Any], today: date
) -> tuple[Baseline | None, tuple[str, ...]]:
    """Return the known trouble, if there is any, and sentences on what of it does not count.

    In a stranger's checkout that is what the base of the change has, unless the operator names
    it. `given`: the options.
    """
    named, to_write = settings.policy.baseline, bool(given.get("write_baseline"))
    strange = settings.checkout.untrusted and not (given.get("baseline") or to_write)
    if not (named or to_write or strange or os.path.lexists(BASELINE)):
        return None, ()
    if not strange:
        return opened(named, today, to_write=to_write), ()
    from crawler.checkout import baseline_of  # noqa: PLC0415 - for a stranger's

    name = named or BASELINE
    data, remarks = baseline_of(given.get("base"), name)
    return None if data is None else of_base(data, name, today), remarks


def opened(named: str | None, today: date, *, to_write: bool) -> Baseline:
    """Return the baseline of a file, the usual one if none is named. Raises `SettingsError`.

    `to_write`: it is to be written, and need not be there yet.
    """
    path = Path(named or BASELINE)
    there = os.path.lexists(path)
    if not there and not to_write:
        raise SettingsError(f"{path}: there is no such baseline; --write-baseline makes one.")
    entries = _read(path) if there else ()
    return Baseline(entries, path.as_posix(), today, Path.cwd().as_posix())


def of_base(data: bytes, name: str, today: date) -> Baseline:
    """Return the baseline that the base of a change has. Raises `SettingsError`."""
    return Baseline(_entries(data, name), name, today, Path.cwd().as_posix())


def renewed(
    baseline: Baseline, report: Report, whole: frozenset[str], policy: PolicySettings
) -> str:
    """Write what a report comes to, all or nothing, and say it. Raises `ImpossibleError`.

    `whole`: the documents that were read as a whole.
    """
    found = baseline.renewed(report.rows, whole, policy, os.path.lexists)
    path, text = Path(baseline.name), "".join(written(found.entries))
    try:
        if os.path.lexists(path) and path.read_text(encoding="utf-8") == text:
            return f"{path}: {found}; it says so already."
        replaced((text,), path)
    except OSError as error:
        raise ImpossibleError(f"{path}: cannot be written ({error.strerror}).") from error
    return f"{path}: {found}."


def _read(path: Path) -> tuple[Entry, ...]:
    try:
        # What was checked out may hold a link to whatever its author likes, or a pipe.
        if not stat.S_ISREG(path.lstat().st_mode):
            raise SettingsError(f"{path}: is not a plain file; a baseline is.")
        if path.stat().st_size > _LARGEST:
            raise SettingsError(f"{path}: is larger than 4 MiB; a baseline is not.")
        return _entries(path.read_bytes(), path.as_posix())
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}).") from error


def _entries(data: bytes, name: str) -> tuple[Entry, ...]:
    try:
        return parsed(data.decode().replace("\r\n", "\n"), name)
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}: is not UTF-8; a baseline is.") from error

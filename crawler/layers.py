"""What overrules the defaults of settings: a file, then the command line, one layer on the other.

In files all names are flat (`[tool.crawl]` in `pyproject.toml`, or `crawl.toml`) and are those of
the options, `-` as `_`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import reduce
from pathlib import Path
from typing import Any, Final

from crawler.errors import SettingsError
from crawler.ignorelist import entries
from crawler.knob import typed
from crawler.model import Outcome
from crawler.proper import CHECKS, check_inside, check_only_found, check_within
from crawler.settings import Settings, knobs
from crawler.settings_files import found_in, table

# Whoever can change the tree can change a file in it: what weakens a guard, leads traffic
# elsewhere or carries a secret is the operator's alone, and must be said by name.
OPERATOR_ONLY: Final = frozenset({
    "allow_address", "cacert", "db", "files_from", "header", "insecure", "notify", "notify_url",
    "output", "proxy", "resolve", "scheduler", "untrusted",
})  # fmt: skip


# What names paths, and in a file that was merely found may only name those of its own tree.
_WITHIN: Final = frozenset({"baseline", "remap", "root"})


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place sets: a file, by its name, or the command line, without one."""

    values: Mapping[str, Any]
    where: str = ""
    found: bool = False


def layers(path: Path | None, directory: Path | None, options: Mapping[str, Any]) -> list[Layer]:
    """Return what overrules the defaults, the strongest last. Raises `SettingsError`.

    `path` is a file that the operator named; else the first settings file in `directory` counts,
    which was merely found (None: no file at all).
    """
    known: list[Layer] = []
    if path is not None:
        known.append(Layer(table(path), str(path)))
    elif directory is not None and (found := found_in(directory)):
        known.append(Layer(table(found), found.name, found=True))
    given = {name: value for name, value in options.items() if value not in (None, ())}
    return [*known, Layer(given)]


def load(path: Path | None, directory: Path | None, options: Mapping[str, Any]) -> Settings:
    """Return defaults, overruled by a file, overruled by the command line, as `layers` has them."""
    return merged(layers(path, directory, options))


def merged(known: Iterable[Layer]) -> Settings:
    """Return the defaults, overruled by one layer after the other. Raises `SettingsError`."""
    return reduce(_apply, known, Settings())


def _apply(settings: Settings, layer: Layer) -> Settings:
    owners = {name: section for section, name, _, _ in knobs()}
    changes: dict[str, dict[str, Any]] = {}
    where, found = layer.where, layer.found
    for key, value in layer.values.items():
        name = key.replace("-", "_")
        prefix = f"{where}: " if where else ""
        if name not in owners:
            raise SettingsError(f"{prefix}there is no setting {key!r}{nearest(name, owners)}.")
        if found and name in OPERATOR_ONLY:
            raise SettingsError(
                f"{where}: {key!r} is taken only from the command line or from a file named with "
                "--config, never from a file that was merely found; remove it there."
            )
        if found and name in _WITHIN:
            check_within(name, value, f"{where}: {key!r}")
        section = getattr(settings, owners[name])
        changes.setdefault(owners[name], {})[name] = _checked(
            section, name, value, prefix, found=found
        )
    return replace(
        settings,
        **{name: replace(getattr(settings, name), **values) for name, values in changes.items()},
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return what somebody may have meant, in brackets; nothing if nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - needed for a mistake only

    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _checked(section: Any, name: str, value: Any, prefix: str, *, found: bool) -> Any:  # noqa: ANN401 - any setting
    if name == "ignore":
        return entries(value, prefix.removesuffix(": "))
    each = next(one for one in fields(section) if one.name == name)
    value = typed(each.metadata["kind"], value, f"{prefix}{name!r}")
    low, high = each.metadata["low"], each.metadata["high"]
    if isinstance(value, int | float) and low is not None and not low <= value <= high:
        raise SettingsError(
            f"{prefix}{name!r} must be from {low:.10g} to {high:.10g}; it is {value:.10g}."
        )
    if check := CHECKS.get(name):
        check(value, f"{prefix}{name!r}")
    if found and name == "sources":
        check_inside(value, prefix)
    if found and name == "archive":
        check_only_found(value, f"{prefix}{name!r}")
    if name == "fail_on":
        value = tuple(one.strip() for each in value for one in each.split(","))
    if name == "fail_on" and (unknown := set(value) - set(Outcome)):
        raise SettingsError(
            f"{prefix}{name!r} knows no outcome {min(unknown)!r}; there are {', '.join(Outcome)}."
        )
    return value

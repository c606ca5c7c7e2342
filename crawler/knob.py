"""What a setting is: a field with words, bounds and a type, and how a value is held to that."""

from dataclasses import field
from typing import Any, Final

from crawler.errors import SettingsError

MAX_SECONDS: Final = 86_400.0


def knob(
    default: Any,  # noqa: ANN401
    words: str,
    low: float | None = None,
    high: float | None = None,
    *,
    kind: type | None = None,
) -> Any:  # noqa: ANN401 - as `dataclasses.field` is typed
    """Declare a setting: its default, one line of words, its bounds (both inclusive), its type."""
    kind = type(default) if kind is None else kind
    return field(default=default, metadata={"words": words, "low": low, "high": high, "kind": kind})


def typed(kind: type, value: Any, what: str) -> Any:  # noqa: ANN401 - any setting
    """Return a value as a setting of a type holds it. Raises `SettingsError`, with `what`."""
    if kind is tuple:
        value = (value,) if isinstance(value, str) else value
        if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise SettingsError(f"{what} must be a list of texts.")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is bool:
        fits = isinstance(value, bool)
    elif kind is int:
        fits = number and isinstance(value, int)
    elif kind is float:
        fits = number and abs(value) < MAX_SECONDS * 1000  # `float` of 10**400 raises
        value = float(value) if fits else value
    else:
        fits = isinstance(value, str)
    if not fits:
        words = {bool: "true or false", int: "a whole number", float: "a number"}
        raise SettingsError(f"{what} must be {words.get(kind, 'a text')}; it is {value!r}.")
    return value

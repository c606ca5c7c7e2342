"""Whether what a setting says is what it must be: a pattern, a rule, a URL, a path of this tree.

All raise `SettingsError`; `what` is what the sentence calls the setting.
"""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any, Final

from crawler.errors import SettingsError
from crawler.mapping import remap_of
from crawler.moments import duration
from crawler.patterns import PatternError, compiled
from crawler.urls import Target, resolve


def check_patterns(patterns: Iterable[str], what: str) -> None:
    """Hold regular expressions to their grammar."""
    for pattern in patterns:
        try:
            compiled(pattern)
        except PatternError as error:
            raise SettingsError(f"{what}: {pattern!r} {error}.") from error


def check_remaps(values: Iterable[str], what: str) -> None:
    """Hold rules for addresses to their form."""
    for text in values:
        try:
            remap_of(text)
        except ValueError as error:
            raise SettingsError(f"{what}: {text!r} {error}.") from error


def check_url(value: str, what: str) -> None:
    """Hold an address to the web."""
    if not isinstance(resolve(value), Target):
        raise SettingsError(f"{what} must be a URL (http or https); it is {value!r}.")


def check_hook(value: str, what: str) -> None:
    """Hold a command to what can be taken apart into words."""
    try:
        words = shlex.split(value)
    except ValueError as error:
        raise SettingsError(f"{what}: is no command ({error}).") from error
    if not words:
        raise SettingsError(f"{what}: names no command.")


def check_secret_url(value: str, what: str) -> None:
    """Hold an address to the web, and do not show it: whoever knows it may write there."""
    if not isinstance(resolve(value), Target):
        raise SettingsError(f"{what} must be a URL (http or https).")


def check_definitions(values: Iterable[str], what: str) -> None:
    """Hold what names stand for to its form."""
    for text in values:
        if text.find("=") < 1:
            raise SettingsError(f"{what}: {text!r} must be NAME=VALUE.")


def check_printable(value: str, what: str) -> None:
    """Hold what is sent as a header to what headers may hold."""
    if not re.fullmatch(r"[\x20-\x7e]+", value):
        raise SettingsError(f"{what} must be printable ASCII: it is sent as a header.")


def check_duration(value: str, what: str) -> None:
    """Hold a length of time to how it is written."""
    try:
        duration(value)
    except ValueError as error:
        raise SettingsError(f"{what} must be such as 24h, 7d or 2w; it is {value!r}.") from error


def check_archive(value: str, what: str) -> None:
    """Hold what is asked of the archive to what can be."""
    if value not in ARCHIVE_WORDS:
        raise SettingsError(f"{what} must be one of {', '.join(ARCHIVE_WORDS)}; it is {value!r}.")


def check_engine(value: str, what: str) -> None:
    """Hold what asks to what there is."""
    if value not in ENGINES:
        raise SettingsError(f"{what} must be one of {', '.join(ENGINES)}; it is {value!r}.")


def check_scheduler(value: str, what: str) -> None:
    """Hold the address of a scheduler to how they are written."""
    if not re.fullmatch(r"(?:tcp|tls)://[^\s/@]+:[0-9]{1,5}", value):
        raise SettingsError(f"{what} must be tcp://HOST:PORT or tls://HOST:PORT; it is {value!r}.")


def check_only_found(value: str, what: str) -> None:
    """A file that was merely found may have copies looked for; to make them is to publish."""
    if value == "save":
        raise SettingsError(
            f"{what} may be 'save' only on the command line or in a file named with --config: it "
            "tells an archive of the links, and has it visit them; write 'find' or remove it."
        )


def check_inside(sources: tuple[str, ...], prefix: str) -> None:
    """A file that was merely found may name what stands beside it, and nothing else."""
    for source in sources:
        path = PurePath(source)
        if path.is_absolute() or path.drive or ".." in path.parts:
            raise SettingsError(
                f"{prefix}'sources' names {source!r}, which is not in this tree: name it on the "
                "command line, or in a file named with --config."
            )


def check_within(name: str, value: object, what: str) -> None:
    """Hold what a file that was merely found names to its directory, and those below.

    The value may be wrong in itself: that is told elsewhere.
    """
    here = Path.cwd().resolve()
    for path in _paths(name, value):
        try:
            within = (here / path).resolve().is_relative_to(here)
        except (OSError, ValueError):  # no name for a file
            within = False
        if not within:
            raise SettingsError(
                f"{what} may lead out of this directory only on the command line or in a file "
                f"named with --config; {path!r} does."
            )


def _paths(name: str, value: object) -> Iterator[str]:
    texts = value if isinstance(value, list | tuple) else (value,)
    for text in texts:
        if not isinstance(text, str):
            continue
        if name in ("baseline", "root"):
            yield text
            continue
        with suppress(ValueError):
            yield remap_of(text).directory or "."


ARCHIVE_WORDS: Final = ("off", "find", "save")
LOOP: Final = "loop"
DASK: Final = "dask"
ENGINES: Final = (LOOP, DASK)
CHECKS: Final[Mapping[str, Callable[[Any, str], None]]] = {
    "archive": check_archive,
    "base_url": check_url,
    "define": check_definitions,
    "engine": check_engine,
    "exclude": check_patterns,
    "include": check_patterns,
    "notify": check_hook,
    "notify_url": check_secret_url,
    "remap": check_remaps,
    "scheduler": check_scheduler,
    "trust_history": check_duration,
    "user_agent": check_printable,
}
"""By the name of the setting."""

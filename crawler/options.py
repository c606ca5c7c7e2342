"""Options of the command line, made from the settings, and the settings made from options."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import click

from crawler.checkout_paths import STANDARD_INPUT
from crawler.errors import SettingsError, UsageError
from crawler.layers import Layer, layers, merged
from crawler.pull_requests import is_pull_request
from crawler.settings import CheckoutSettings, Settings, TalkSettings, knobs
from crawler.text import clean
from crawler.words import ENGLISH, Words, wanted

if TYPE_CHECKING:
    from crawler.agenda import Asks
    from crawler.comparing import Against

F = TypeVar("F", bound=Callable[..., Any])
Options: TypeAlias = Mapping[str, Any]

# Sections whose settings are options of every command that asks.
_ASKING: Final = (
    "choose", "extract", "local", "select", "fetch", "pace", "scale", "schedule", "policy",
    "archive", "notify",
)  # fmt: skip
_NOT_OPTIONS: Final = frozenset({
    "sources", "db", "ignore", "output", "max_body", "max_retry_after",
})  # fmt: skip
_METAVARS: Final = {
    "include": "REGEX", "exclude": "REGEX", "header": "'HOST: Name: value'", "cacert": "FILE",
    "resolve": "PATTERN:PORT:ADDRESS", "allow_address": "CIDR", "fail_on": "OUTCOMES",
    "timeout": "SECONDS", "deadline": "SECONDS", "delay": "SECONDS", "max_time": "SECONDS",
    "user_agent": "TEXT", "proxy": "URL", "include_path": "PATTERN", "exclude_path": "PATTERN",
    "document_formats": "NAMES", "define": "NAME=VALUE", "root": "DIR",
    "notify": "COMMAND", "notify_url": "URL", "base_url": "URL", "archive": "off|find|save",
    "baseline": "FILE", "remap": "'PATTERN REPLACEMENT'", "trust_history": "DURATION",
    "engine": "loop|dask", "scheduler": "URL",
}  # fmt: skip
CI_SECONDS: Final = 120.0
"""How long a check may take in CI, unless somebody allows it more, or less."""
_NO: Final = frozenset({"", "0", "false"})
AUTHORITIES: Final = "SSL_CERT_FILE"
_TYPES: Final = {int: click.INT, float: click.FLOAT, str: click.STRING, tuple: click.STRING}


def of_sections(*names: str) -> Callable[[F], F]:
    """Add an option for every setting of some sections."""

    def decorate(function: F) -> F:
        for name in reversed(names):
            for each in reversed(fields(getattr(Settings(), name))):
                if each.name not in _NOT_OPTIONS:
                    function = _option(each.name, each.metadata, each.default)(function)
        return function

    return decorate


def settings_files(function: F) -> F:
    """Add `--config`, `--no-config` and `--untrusted`."""
    function = click.option(
        "--untrusted/--trusted",
        default=None,
        help="The checkout is a stranger's: no settings of it that could hide links or lead "
        "elsewhere, and no history.  [default: where CI checks a pull request]",
    )(function)
    function = click.option(
        "--no-config", is_flag=True, help="Read no settings file, also none that is found here."
    )(function)
    return click.option(
        "--config", type=click.Path(path_type=Path, dir_okay=False), help="The settings file."
    )(function)


def history(function: F) -> F:
    """Add `--db`."""
    return click.option(
        "--db", envvar="CRAWL_DB", metavar="FILE", help="The history.  [default: crawl.db]"
    )(function)


def waiting(function: F) -> F:
    """Add `--wait`."""
    words = "Wait for another run to end, if one is active, rather than exit with 3."
    return click.option("--wait", is_flag=True, help=words)(function)


def documents(function: F) -> F:
    """Add `SOURCE…`, `--files-from` and `--stdin-name`."""
    function = click.option(
        "--stdin-name",
        default=STANDARD_INPUT,
        metavar="NAME",
        help="What standard input is called; the ending tells its format.",
    )(function)
    function = click.option(
        "--files-from",
        metavar="FILE",
        help="Read the sources that this file lists, one a line; - for standard input.",
    )(function)
    return click.argument("sources", nargs=-1, metavar="[SOURCE]...")(function)


def output(*formats: str, settable: bool = False) -> Callable[[F], F]:
    """Add `--format` and `--output`.

    A `settable` format may also stand in the settings; else the ending of the file tells it.
    """

    def decorate(function: F) -> F:
        function = click.option("--output", metavar="FILE", help="Write the report to this file.")(
            function
        )
        return click.option(
            "--format",
            "format_",
            type=click.Choice(formats),
            default=None if settable else formats[0],
            help=(
                "The report's format.  "
                f"[default: {'by the ending of --output, else ' if settable else ''}{formats[0]}]"
            ),
        )(function)

    return decorate


def also(function: F) -> F:
    """Add `--also`."""
    words = "Write the report to this file too, in this format, of the same looks; repeatable."
    return click.option("--also", metavar="FORMAT=FILE", multiple=True, help=words)(function)


def language(function: F) -> F:
    """Add `--lang`."""
    return click.option(
        "--lang",
        metavar="TAG",
        help="The language of reports for people, such as es.  [default: the environment's]",
    )(function)


def talk(function: F) -> F:
    """Add what governs messages: `--no-progress`, `-q`, `-v`."""
    for names, words in (
        (("-v", "--verbose"), "Report advice too."),
        (("-q", "--quiet"), "No messages besides the report and errors; of a run, only changes."),
        (("--no-progress",), "Show no progress."),
    ):
        function = click.option(*names, is_flag=True, flag_value=True, default=None, help=words)(
            function
        )
    return function


def asked(function: F) -> F:
    """Add `--all` and `--due`."""
    for name, words in (
        ("--due", "Ask new links, suspects and those that have waited long enough; as `run` does."),
        ("--all", "Ask all links, be they due or not; as `check` does."),
    ):
        function = click.option(name, f"{name[2:]}_", is_flag=True, help=words)(function)
    return function


def comparing(function: F) -> F:
    """Add `--base`, `--staged` and `--working-tree`."""
    for name, words in (
        ("--working-tree", "Only links on lines that are not committed yet."),
        ("--staged", "Only links on lines that are staged to be committed."),
    ):
        function = click.option(name, is_flag=True, help=words)(function)
    return click.option(
        "--base",
        metavar="REV",
        help="Only links on lines that are new since HEAD left REV: a branch, a tag, a commit.",
    )(function)


def against_of(options: Options) -> "Against | None":
    """Return what documents are compared with, if with anything. Raises `UsageError`."""
    from crawler.comparing import Against  # noqa: PLC0415 - for commands that read documents

    base, staged, tree = (options.get(name) for name in ("base", "staged", "working_tree"))
    if sum(map(bool, (base, staged, tree))) > 1:
        raise UsageError("--base, --staged and --working-tree exclude each other; give one.")
    if base:
        return Against(base)
    return Against(staged=bool(staged)) if staged or tree else None


def asks_of(options: Options) -> "Asks | None":
    """Return which links the operator wants to be asked, if they say so. Raises `UsageError`."""
    from crawler.agenda import Asks  # noqa: PLC0415 - for commands that ask

    if options["all_"] and options["due_"]:
        raise UsageError("--all and --due exclude each other; give one of them.")
    return Asks.ALL if options["all_"] else Asks.DUE if options["due_"] else None


def asking(function: F) -> F:
    """Add all options that `run` and `check` share."""
    for add in (
        talk, language, of_sections(*_ASKING), asked, waiting, history, settings_files, comparing,
        documents,
    ):  # fmt: skip
        function = add(function)
    return function


def fixing(function: F) -> F:
    """Add all options that `fix` shares with `check`: those of looking, and none of what fails."""
    sections = tuple(each for each in _ASKING if each not in ("policy", "archive", "notify"))
    for add in (
        talk, of_sections(*sections), asked, waiting, history, settings_files, comparing, documents,
    ):  # fmt: skip
        function = add(function)
    return function


@dataclass(frozen=True, slots=True)
class Applied:
    """What files and options come to, what each of them says, and sentences on what is ignored."""

    settings: Settings
    layers: Sequence[Layer]
    remarks: tuple[str, ...] = ()


def hurry(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Return what a check sets where nobody has said anything: in CI somebody waits for it.

    >>> hurry({"CI": "true"}), hurry({"CI": "False"})
    ({'max_time': 120.0}, {})
    """
    in_ci = environment.get("CI", "").strip().lower() not in _NO
    return {"max_time": CI_SECONDS} if in_ci else {}


def settings_of(options: Options) -> Settings:
    """Return the settings that files and options come to. Raises `SettingsError`."""
    return applied(options).settings


def applied(options: Options, usual: Mapping[str, Any] = MappingProxyType({})) -> Applied:
    """Return what files and options come to. Raises `SettingsError`.

    `usual`: what stands in the place of the defaults for this command.
    A file that was merely found in a stranger's checkout counts as far as it can do no harm.
    """
    names = {name for _, name, _, _ in knobs()}
    given = {name: value for name, value in options.items() if name in names}
    config, directory = options["config"], None if options["no_config"] else Path()
    known, remarks = layers(config, None, given), tuple[str, ...]()
    untrusted = _is_untrusted(known)
    if untrusted and config is None and directory is not None:
        from crawler import checkout  # noqa: PLC0415 - for a stranger's

        found, remarks = checkout.found(options.get("base"))
        known = [found, *known] if found else known
    elif not untrusted:
        known = layers(config, directory, given)
    settings = merged([Layer(usual), *known])
    if untrusted and _is_planted(options, known, settings.places.db):
        from crawler.checkout import NO_HISTORY, PLANTED  # noqa: PLC0415 - as above

        settings = replace(settings, places=replace(settings.places, db=NO_HISTORY))
        remarks = (*remarks, PLANTED)
    # What the machine says for all programs counts where nobody has said anything to this one.
    authorities = settings.fetch.cacert or os.environ.get(AUTHORITIES) or None
    settings = replace(
        settings,
        fetch=replace(settings.fetch, cacert=authorities),
        checkout=CheckoutSettings(untrusted=untrusted),
    )
    return Applied(settings, known, remarks)


def _is_untrusted(known: Sequence[Layer]) -> bool:
    """Tell whether the operator says that the checkout is a stranger's, or else the environment."""
    said = [layer.values["untrusted"] for layer in known if "untrusted" in layer.values]
    if said:
        return bool(said[-1])
    return is_pull_request(os.environ)


def _is_planted(options: Options, known: Sequence[Layer], db: str) -> bool:
    """Tell whether a command would use a history that nobody has named, and a stranger has made."""
    if "db" not in options or any("db" in layer.values for layer in known):
        return False
    from crawler.checkout import is_planted  # noqa: PLC0415 - as above

    return is_planted(db)


def history_of(settings: Settings, why_not: str = "") -> Path:
    """Return where the history is. Raises `UsageError` if there is none that may be used.

    `why_not`: what that means; else why it is so.
    """
    if not settings.places.db:
        from crawler.checkout import PLANTED  # noqa: PLC0415 - as above

        raise UsageError(why_not or PLANTED)
    return Path(settings.places.db)


def words_of(settings: TalkSettings) -> Words:
    """Return the language of reports. Raises `SettingsError` if it is one that nobody has written.

    What the environment asks for is a wish: what there is not, it does not get.
    """
    tags = (settings.lang,) if settings.lang else tuple(wanted(os.environ))
    if not tags or tags[0] == ENGLISH.language:
        return ENGLISH
    from crawler import languages  # noqa: PLC0415 - English needs none

    known = languages.languages()
    if settings.lang and settings.lang not in known:
        raise SettingsError(
            f"'lang': reports cannot be in {clean(settings.lang)!r}; there are {', '.join(known)}."
        )
    return languages.language(next((each for each in tags if each in known), ENGLISH.language))


def _option(name: str, metadata: Mapping[str, Any], default: Any) -> Callable[[F], F]:  # noqa: ANN401
    flag, kind = f"--{name.replace('_', '-')}", metadata["kind"]
    words = metadata["words"][0].upper() + metadata["words"][1:] + "."
    if kind is bool and default:
        words = f"{words[:-1]}, or not.  [default: {flag[2:]}]"
        return click.option(f"{flag}/--no-{flag[2:]}", default=None, help=words)
    if kind is bool:
        return click.option(flag, is_flag=True, flag_value=True, default=None, help=words)
    shown = ", ".join(default) if isinstance(default, tuple) else default
    if name == "cacert":
        words += f"  [else: {AUTHORITIES} of the environment]"
    if shown not in (None, ""):
        words += f"  [default: {shown:g}]" if isinstance(shown, float) else f"  [default: {shown}]"
    return click.option(
        flag, type=_TYPES[kind], multiple=kind is tuple, default=None,
        metavar=_METAVARS.get(name, "NUMBER"), help=words,
    )  # fmt: skip

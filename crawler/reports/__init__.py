"""Reports out: one module for each format.

To add a format: write `reports/<name>.py` with `render`, add its row to `FORMATS`, and the
snapshots. A renderer is pure: it gets the finished `Report` and returns text. It escapes every
piece of strangers' text with the one function of its format.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import PurePath
from typing import Final, Protocol, cast

from crawler.errors import UsageError
from crawler.model import Report
from crawler.outline import Aspect
from crawler.words import ENGLISH, Words


class Renderer(Protocol):
    """From one aspect of a report to text, piece by piece: it may be larger than memory.

    Every renderer of all there is goes through every row, if only to count it.
    """

    def __call__(self, report: Report, aspect: Aspect, words: Words, /) -> Iterator[str]:
        """Yield the whole text, with a line end at its end."""
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """A renderer by the name of its module, which is loaded when something is to be rendered."""

    module: str
    name: str = "render"

    def __call__(self, report: Report, aspect: Aspect, words: Words, /) -> Iterator[str]:
        """Render as its module does."""
        loaded = getattr(import_module(f"{__name__}.{self.module}"), self.name)
        return cast("Renderer", loaded)(report, aspect, words)


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, the ending of its files' names, and its renderer.

    `aspects`: what it can show of a report; `kept`: whether `crawl report --write-all` keeps it,
    unless another says the same or it is for one moment of a CI; `charts`: it shows how it came to
    what it says.
    """

    name: str
    suffix: str
    render: Renderer
    aspects: frozenset[Aspect] = frozenset(Aspect)
    kept: bool = True
    charts: bool = False


_CHANGES: Final = frozenset({Aspect.CHANGES})
_WHOLE: Final = frozenset({Aspect.TROUBLE, Aspect.ALL})
_NOTICED: Final = _WHOLE | {Aspect.BROKEN}
_READ: Final = _NOTICED | {Aspect.CHANGES, Aspect.IGNORED}

FORMATS: Final = (
    Format("text", ".txt", Written("text"), kept=False),
    Format("markdown", ".md", Written("markdown")),
    Format("html", ".html", Written("html"), _READ | {Aspect.CATALOGUE}, charts=True),
    Format("json", ".json", Written("json")),
    Format("jsonl", ".jsonl", Written("jsonl"), kept=False),
    Format("csv", ".csv", Written("csv")),
    Format("sarif", ".sarif", Written("sarif"), _NOTICED),
    Format("junit", ".junit.xml", Written("junit"), _NOTICED),
    Format("github", ".github.txt", Written("github"), _NOTICED, kept=False),
    Format("github-summary", ".summary.md", Written("github_summary"), _READ, kept=False),
    Format("github-comment", ".comment.md", Written("github_comment"), _NOTICED, kept=False),
    Format("gitlab", ".gitlab.json", Written("gitlab"), _NOTICED, kept=False),
    Format("rdjson", ".rdjson", Written("rdjson"), _NOTICED, kept=False),
    Format("atom", ".atom", Written("atom"), _CHANGES),
    Format("badge", ".svg", Written("badge"), _WHOLE),
    Format("badge-json", ".badge.json", Written("badge", "render_endpoint"), _WHOLE),
)
BY_NAME: Final[Mapping[str, Format]] = {each.name: each for each in FORMATS}

OF_RUNS: Final = tuple(each.name for each in FORMATS if Aspect.TROUBLE in each.aspects)
"""The names of those that can show what a run has found."""

SILENT: Final = frozenset({"csv", "gitlab", "jsonl", "rdjson"})
"""The names of those without room for what is to be said of a report as a whole."""


def chosen(name: str | None, output: PurePath | None) -> str:
    """Return the format that is asked for: by name, else by the ending of its file, else text."""
    written = output.name.lower() if output else ""
    endings = (each for each in FORMATS if written.endswith(each.suffix))
    # The longest ending is the one that says most: `.badge.json`.
    ending = max(endings, key=lambda each: len(each.suffix), default=None)
    return name or (ending.name if ending else "text")


def of_run(name: str | None, output: PurePath | None) -> str:
    """Return the chosen format of what a run has found. Raises `UsageError` where it is none."""
    found = chosen(name, output)
    if found not in OF_RUNS:
        raise UsageError(f"{found} tells of a history and of no single run: `crawl report` has it.")
    return found


def shown(name: str, view: Aspect | None, usual: Aspect = Aspect.ALL) -> Aspect:
    """Return what of a report is shown in a format: a view if one is named, else the usual one.

    A format that only ever shows one thing shows that. Raises `UsageError` for what it cannot show.
    """
    aspects = BY_NAME[name].aspects
    if view is None:
        return next(iter(aspects)) if len(aspects) == 1 else usual
    if view not in aspects:
        # That of a run has no name on the command line: it is what a run shows.
        has = ", ".join(each for each in Aspect if each in aspects - {Aspect.TROUBLE})
        raise UsageError(f"--view {view}: {name} cannot show that, but {has}.")
    return view


def render(report: Report, name: str, aspect: Aspect = Aspect.ALL, words: Words = ENGLISH) -> str:
    """Render a report in the format of a name, as one text."""
    return "".join(BY_NAME[name].render(report, aspect, words))

"""Reports out: one module for each format.

To add a format: write `reports/<name>.py` with `render`, `render_changes` and `render_catalogue`,
add its row to `FORMATS`, and the snapshots.
A renderer is pure: it gets the finished `Report` and returns text. It escapes every piece of
strangers' text with the one function of its format.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Protocol

from crawler.model import Report
from crawler.outline import Scope
from crawler.reports import csv, json, jsonl, markdown, text


class Renderer(Protocol):
    """From a report to text, piece by piece: it may be larger than memory.

    Every renderer goes through every row, if only to count it.
    """

    def __call__(self, report: Report, scope: Scope, /) -> Iterator[str]:
        """Yield the whole text, with a line end at its end."""
        ...


class PartRenderer(Protocol):
    """From a report to what its run has changed, or to its catalogue of resources."""

    def __call__(self, report: Report, /) -> Iterator[str]:
        """Yield the whole text, with a line end at its end."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, a file name ending, and its renderers."""

    name: str
    suffix: str
    render: Renderer
    render_changes: PartRenderer
    render_catalogue: PartRenderer


FORMATS: Final = tuple(
    Format(name, suffix, each.render, each.render_changes, each.render_catalogue)
    for name, suffix, each in (
        ("text", ".txt", text),
        ("markdown", ".md", markdown),
        ("json", ".json", json),
        ("jsonl", ".jsonl", jsonl),
        ("csv", ".csv", csv),
    )
)
BY_NAME: Final[Mapping[str, Format]] = {each.name: each for each in FORMATS}
_BY_SUFFIX: Final[Mapping[str, str]] = {each.suffix: each.name for each in FORMATS}


def chosen(name: str | None, output: PurePath | None) -> str:
    """Return the format that is asked for: by name, else by the ending of its file, else text."""
    return name or _BY_SUFFIX.get(output.suffix if output else "", "text")


def render(report: Report, name: str, scope: Scope = Scope.ALL) -> str:
    """Render a report in the format of a name, as one text."""
    return "".join(BY_NAME[name].render(report, scope))

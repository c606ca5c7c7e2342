"""Reports out: one module for each format.

To add a format: write `reports/<name>.py` with `render` and `render_catalogue`, add its row to
`FORMATS`, and the snapshots.
A renderer is pure: it gets the finished `Report` and returns text. It escapes every piece of
strangers' text with the one function of its format.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


class CatalogueRenderer(Protocol):
    """From a report to its catalogue of resources, piece by piece."""

    def __call__(self, report: Report, /) -> Iterator[str]:
        """Yield the whole text, with a line end at its end."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, a file name ending, and its renderers."""

    name: str
    suffix: str
    render: Renderer
    render_catalogue: CatalogueRenderer


FORMATS: Final = (
    Format("text", ".txt", text.render, text.render_catalogue),
    Format("markdown", ".md", markdown.render, markdown.render_catalogue),
    Format("json", ".json", json.render, json.render_catalogue),
    Format("jsonl", ".jsonl", jsonl.render, jsonl.render_catalogue),
    Format("csv", ".csv", csv.render, csv.render_catalogue),
)
BY_NAME: Final[Mapping[str, Format]] = {each.name: each for each in FORMATS}


def render(report: Report, name: str, scope: Scope = Scope.ALL) -> str:
    """Render a report in the format of a name, as one text."""
    return "".join(BY_NAME[name].render(report, scope))

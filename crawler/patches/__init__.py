"""Fixes out: one module for each format of `crawl fix`.

To add a format: write `patches/<name>.py` with `render`, add its row to `FORMATS`, and a test. A
renderer is pure; it escapes every piece of strangers' text with the one function of its format.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from crawler.ink import Paper
from crawler.patches import diff, json, markdown, patch, suggestions
from crawler.rewrites import Fixes


class Renderer(Protocol):
    """From fixes to text, piece by piece; `verbose`: with all that is refused, not only counted.

    Bytes that are no UTF-8 are surrogates, as `surrogateescape` makes them: they are written as
    they were.
    """

    def __call__(self, fixes: Fixes, paper: Paper, /, *, verbose: bool) -> Iterator[str]:
        """Yield the whole text."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format and its renderer. `exact`: it is bytes, which no terminal's encoding may change."""

    name: str
    render: Renderer
    exact: bool = False


FORMATS: Final = (
    Format("diff", diff.render),
    Format("json", json.render),
    Format("markdown", markdown.render),
    Format("patch", patch.render, exact=True),
    Format("suggestions", suggestions.render),
)
BY_NAME: Final[Mapping[str, Format]] = {each.name: each for each in FORMATS}

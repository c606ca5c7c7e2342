"""The labelled corpus: pages with what must be said of them, one a file.

A file is a head of fields, an empty line and the page: `asked` (a URL), `final` and `hop` (where it
ended and what lay between), `via` (the redirect's status), `status`, `header` (as often as
needed), `language`, `held-out` (not looked at while rules are changed) and `expects`: the reason of
a page that is not the resource, or `alive`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fakes import NOON, url

from crawler.look import observe
from crawler.model import Fetch, Hop, Link, Observation, Response

CORPUS: Final = Path(__file__).with_name("corpus")
DEAD: Final = frozenset({"bot-wall", "login", "not-found", "parked", "placeholder", "soft-404"})


@dataclass(frozen=True, slots=True)
class Labelled:
    """One page and its truth."""

    name: str
    expects: str
    language: str
    held_out: bool
    link: Link
    fetch: Fetch

    def look(self) -> Observation:
        """Look at it as a run would."""
        return observe(self.link, self.fetch, None, None, NOON)

    def said(self) -> str:
        """Return what the rules make of it, in the terms of `expects`."""
        reason = self.look().verdict.reason
        return reason if reason in DEAD else "alive"


def labelled() -> list[Labelled]:
    """Read the corpus."""
    return [_read(path) for path in sorted(CORPUS.glob("*/*.page"))]


def _read(path: Path) -> Labelled:
    head, _, body = path.read_text("utf-8").partition("\n\n")
    pairs = [line.partition(": ")[::2] for line in head.splitlines()]
    fields = {name: value for name, value in pairs if name != "header"}
    headers = dict(value.partition(": ")[::2] for name, value in pairs if name == "header")
    asked = url(fields["asked"])
    response = Response(int(fields.get("status", 200)), headers, body.encode())
    fetch = Fetch(asked, url(fields.get("final", fields["asked"])), response, _hops(fields))
    return Labelled(
        path.stem, fields["expects"], fields["language"], "held-out" in fields, Link(asked), fetch
    )


def _hops(fields: Mapping[str, str]) -> tuple[Hop, ...]:
    if "final" not in fields:
        return ()
    passed = [fields["asked"], *([fields["hop"]] if "hop" in fields else [])]
    return tuple(Hop(url(each), int(fields["via"])) for each in passed)

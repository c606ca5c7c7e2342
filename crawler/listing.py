"""The list of links that documents hold, before anything is asked."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from crawler.model import Place
from crawler.records import SCHEMA, listed_record
from crawler.text import clean, readable, shown_name
from crawler.urls import Rejected
from crawler.version import __version__


def list_text(places: Sequence[Place]) -> str:
    """Return a line for each place."""
    return "".join(f"{_line(place)}\n" for place in places)


def list_json(places: Sequence[Place]) -> str:
    """Return one object."""
    links = [listed_record(place) for place in places]
    listed = {"schema": SCHEMA, "tool": f"crawl {__version__}", "links": links}
    return json.dumps(listed, indent=1) + "\n"


def list_jsonl(places: Sequence[Place]) -> str:
    """Return an object for each place, each on its line."""
    return "".join(f"{json.dumps(listed_record(place))}\n" for place in places)


FORMATS: Final[Mapping[str, Callable[[Sequence[Place]], str]]] = {
    "text": list_text,
    "json": list_json,
    "jsonl": list_jsonl,
}


def _line(place: Place) -> str:
    occurrence, target = place.occurrence, place.target
    where = f"{shown_name(occurrence.document)}:{occurrence.span.line}:{occurrence.span.column}"
    label = clean(readable(occurrence.text))
    if isinstance(target, Rejected):
        what = f"{clean(occurrence.raw, 2048)} ({target.reason})"
    else:
        what = f"{target.url}#{target.fragment}" if target.fragment else str(target.url)
    return f"{where}  {occurrence.kind}  {what}" + (f"  {label}" if label else "")
